"""`leafmark inventory impact`: the statement of avoided emissions, in its own book."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from leafmark.cli.endings import CheckFailedError, unusable
from leafmark.cli.output import emit, json_option, note, table, waiting

FLAGS_SHOWN = 10


@click.command(short_help="Impact statement (Scope 3+): avoided emissions, in a book of their own.")
@click.argument("folder", metavar="FOLDER", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--beside",
    "inventory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Inventory folder of the same company and period, shown in a column next to it and never added.",
)
@click.option(
    "--publish", is_flag=True, help="Refuse unless the three gates are passed; without it every page is a draft."
)
@click.option(
    "--lang",
    type=click.Choice(("en", "zh-Hant", "zh-Hans")),
    default="en",
    show_default=True,
    help="Language of the page.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write: .html (a page to print), .json, or .csv (the ambition by year, for targets), by its name.",
)
@json_option
def impact(folder: Path, inventory: Path | None, publish: bool, lang: str, out: Path | None, as_json: bool) -> None:
    """State what the programmes of FOLDER avoided: impact.toml, small tables and mints (docs/inventory-impact.md).

    Avoided emissions and participants' reductions are subtotalled apart, evidence D is left out of audited figures, and results below
    zero are shown like others. With --publish, exit status 1 while a gate is open or failed.

    \b
    Examples:
      leafmark inventory impact impact
      leafmark inventory impact impact --out impact.html --lang zh-Hans
    """
    from leafmark.engine.statement import MixedBooksError
    from leafmark.inventory.book import Inventory, InventoryError
    from leafmark.inventory.impact import NotPublishableError, statement
    from leafmark.inventory.impact import publish as through_the_gates
    from leafmark.inventory.impact.publishing import beside

    with unusable(InventoryError, MixedBooksError), waiting("counting"):
        made = statement(folder)
        both = None if inventory is None else beside(Inventory.open(inventory), made)
    if publish:
        try:
            through_the_gates(made)
        except NotPublishableError as error:
            raise CheckFailedError(str(error), emitted=False) from error
    if out is not None:
        _write(made, both, out, lang, publish)
    content = made.content() if both is None else {**made.content(), "beside": _columns(both)}
    emit(content, as_json, lambda: _text(content))
    if out is not None and not as_json:
        note(f"written: {out}")


def _columns(both: Any) -> dict[str, Any]:
    """The inventory's column as data: by scope and statement, and nothing over both books."""
    return {
        "book": "inventory",
        "year": both.year,
        **{
            name: [
                {
                    "scope": scope,
                    "category": category,
                    "co2e_ug": total.co2e_ug,
                    "low_ug": total.low_ug,
                    "high_ug": total.high_ug,
                }
                for (scope, category), total in getattr(both, name).items()
            ]
            for name in ("location", "market")
        },
    }


def _write(made: Any, both: Any, out: Path, lang: str, published: bool) -> None:
    import json

    from leafmark.cli.endings import UnusableError
    from leafmark.inventory.impact.making import for_targets
    from leafmark.inventory.impact.showing import beside_page, page

    match out.suffix.lower():
        case ".html":
            text = (
                page(made, lang, published=published) if both is None else beside_page(both, lang, published=published)
            )
            out.write_text(text, encoding="utf-8")
        case ".json":
            out.write_text(json.dumps(made.content(), ensure_ascii=False, indent=2, default=str), encoding="utf-8")
        case ".csv":
            out.write_text(for_targets(made), encoding="utf-8")
        case _:
            raise UnusableError(f"{out}: expected a name that ends in .html, .json or .csv")


def _text(content: dict[str, Any]) -> str:
    from leafmark.inventory.paper.words import mass

    rows: list[tuple[str, ...]] = [("programme", "participant", "type", "audited", "of it below 0", "declared", "acts")]
    for each in content["rows"]:
        rows.append((each["programme"], each["participant"], each["statement"], *_figures(each, mass)))
    for name, each in content["subtotals"].items():
        rows.append(("all", "", name, *_figures(each, mass)))
    parts = [table(rows, right=(3, 4, 5, 6)), "A book of its own: never added to an inventory, and never taken off it."]
    if content["flags"]:
        parts.append("\n".join(
            f"{each['file']} {each['row'] or ''} {each['field']}: {each['reason']} (found {each['found']}; expected {each['expected']})"
            for each in content["flags"][:FLAGS_SHOWN]
        ))  # fmt: skip
    return "\n\n".join(
        [*parts, "\n".join([f"status: {content['status']}", *(f"  {each}" for each in content["open"])])]
    )


def _figures(each: dict[str, Any], mass: Any) -> tuple[str, ...]:
    return mass(each["audited_ug"]), mass(each["negative_ug"]), mass(each["declared_ug"]), f"{each['effects']:,}"
