"""`leafmark inventory compare`: why one inventory's total is another than the one before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leafmark.cli.output import emit, json_option, note, table

if TYPE_CHECKING:
    from leafmark.inventory.time import Bridge, Step

LINES_SHOWN = 10
LANGS = ("en", "zh-Hant", "zh-Hans")
PART_WORDS = ("structure", "activity", "mix", "factor", "method", "gwp", "unsplit")

chart_options = (
    click.option(
        "--chart",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write the chart and its table to this HTML file.",
    ),
    click.option("--lang", type=click.Choice(LANGS), default="en", show_default=True, help="Language of the chart."),
)


@click.command(short_help="Why the total changed from one inventory to another.")
@click.argument("before", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("after", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--by", "cut", multiple=True, type=click.Choice(("scope", "category", "entity_id", "site_id", "template", "key")),
    help="Cut the bridge by this; may be given several times.  [default: category]",
)  # fmt: skip
@click.option(
    "--scope2", type=click.Choice(("location", "market", "both")), default="both", show_default=True,
    help="Which statement of Scope 2; both: one bridge each, never one of the two together.",
)  # fmt: skip
@click.option(
    "--across", multiple=True, type=click.Choice(("gwp", "approach")),
    help="Compare although the two differ in this; may be given several times. Without it they are refused.",
)  # fmt: skip
@chart_options[0]
@chart_options[1]
@json_option
def compare(before: Path, after: Path, cut: tuple[str, ...], scope2: str, across: tuple[str, ...], chart: Path | None, lang: str, as_json: bool) -> None:  # fmt: skip
    """Bridge from BEFORE to AFTER (inventories): structure, activity, mix, factor, method and GWP, to the microgram.

    \b
    Examples:
      leafmark inventory compare inventory-2022 inventory-2023
      leafmark inventory compare inventory-2022 inventory-2023 --scope2 market --by site_id --json
      leafmark inventory compare inventory-2022 inventory-2023 --chart bridge.html
    """
    from leafmark.inventory.book import Inventory
    from leafmark.inventory.time import bridge, page, waterfall

    old, new = Inventory.open(before), Inventory.open(after)
    sides: Any = ("location", "market") if scope2 == "both" else (scope2,)
    found = [bridge(old, new, by, cut or ("scope", "category"), across) for by in sides]
    emit([_content(each) for each in found], as_json, lambda: "\n\n".join(_text(each) for each in found))
    if chart is not None:
        figures = [waterfall(each, lang, f"bridge-{each.by}") for each in found]
        chart.write_text(page(str(new.record["organisation"]["name"]), figures, lang), encoding="utf-8")
        note(f"written: {chart}")


def _content(found: Bridge) -> dict[str, Any]:
    lines = [
        {name: int(value) if name.endswith("_ug") else value for name, value in row.items()}
        for row in found.lines.slice(0, LINES_SHOWN).to_pylist()
    ]
    return {
        "scope2": found.by, "before": str(found.before.path), "after": str(found.after.path), "total": _step(found.total, ()),
        "steps": [_step(step, found.cut) for step in found.steps], "began": found.began, "ended": found.ended,
        "new_lines": found.of_state("new").num_rows, "gone_lines": found.of_state("gone").num_rows, "gwp_untold_ug": found.gwp_untold_ug,
        "largest_lines": lines,
    }  # fmt: skip


def _step(step: Step, cut: tuple[str, ...]) -> dict[str, Any]:
    keys = ("scope", *(each for each in cut if each != "scope")) if "category" in cut else cut
    named = dict(zip(keys, step.key, strict=True)) if step.key else {}
    return {
        **named, "before_ug": step.before_ug, "after_ug": step.after_ug, "change_ug": step.parts.change_ug,
        "parts_ug": step.parts.named(),
    }  # fmt: skip


def _text(found: Bridge) -> str:
    from leafmark.inventory.time.words import figure, mass, unit_of

    scale, unit = unit_of(max(abs(found.total.before_ug), abs(found.total.after_ug)))

    def row(name: str, step: Step) -> tuple[str, ...]:
        ends = (figure(step.before_ug / scale, digits=4), figure(step.after_ug / scale, digits=4))
        return (
            name,
            *ends,
            figure(step.parts.change_ug / scale, True),
            *(figure(ug / scale, True) for ug in step.parts.named().values()),
        )

    rows: list[tuple[str, ...]] = [("", str(found.before.year), str(found.after.year), "change", *PART_WORDS)]
    rows += [row(" ".join("–" if each is None else str(each) for each in step.key), step) for step in found.steps]
    rows.append(row("total", found.total))
    parts = [f"Scope 2 by {found.by}, {unit} CO2e", table(rows, right=tuple(range(1, len(rows[0]))))]
    for state, said in (("began", "only after"), ("ended", "only before")):
        names = getattr(found, state)
        if names:
            parts.append(f"Entities {said} (structure): {', '.join(names)}.")
    largest: list[tuple[str, ...]] = [("line", "state", "why", "change")]
    for line in found.lines.slice(0, LINES_SHOWN).to_pylist():
        name = " / ".join(str(line[key]) for key in ("entity_id", "site_id", "template", "key"))
        largest.append((name, line["state"], _why(line), mass(int(line["after_ug"] - line["before_ug"]), True)))
    parts.append(table(largest, right=(3,)))
    new, gone = (found.of_state(state).num_rows for state in ("new", "gone"))
    parts.append(f"{found.lines.num_rows:,} lines: {new:,} are new and {gone:,} gone within entities that stayed.")
    if found.gwp_untold_ug:
        parts.append(
            f"{mass(found.gwp_untold_ug)} of both years have gases that are not known: what the other GWP set did to them is in factor."
        )
    return "\n\n".join(parts)


def _why(line: dict[str, Any]) -> str:
    if line["cause"] == "method":
        return f"{line['methods_before']} -> {line['methods_after']}"
    if line["cause"] == "vintage":
        return f"{line['factors_before']} -> {line['factors_after']}"
    return {"revised": "its factor was revised", "boundary": f"{line['boundary']} came or went"}.get(
        line["cause"] or "", ""
    )
