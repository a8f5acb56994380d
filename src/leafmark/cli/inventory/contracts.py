"""`leafmark inventory contracts`: which contract of electricity serves what, and why not all of it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import click

from leafmark.cli.endings import unusable
from leafmark.cli.inputs import BUILTIN, load_packs
from leafmark.cli.output import emit, json_option, table

FLAGS_SHOWN = 20


@click.command(short_help="Which contract of electricity serves what, and why not all of it.")
@click.argument("company", metavar="COMPANY", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--pack", "packs", multiple=True, metavar="FOLDER",
    help=f"Pack of factors; may be given several times; `{BUILTIN}` is the pack inside Leafmark.  [default: {BUILTIN}]",
)  # fmt: skip
@click.option(
    "--period", type=click.Choice(("year", "month")), default="year", show_default=True,
    help="How close a certificate's generation has to be to the consumption.",
)  # fmt: skip
@json_option
def contracts(company: Path, packs: tuple[str, ...], period: str, as_json: bool) -> None:
    """Match the contracts of COMPANY to its consumption (docs/inventory-scope-2.md): Scope 2 by market, before it is run.

    Nothing is written: `leafmark inventory run` does the same and keeps it.

    \b
    Examples:
      leafmark inventory contracts company
      leafmark inventory contracts company --period month --json
    """
    from leafmark.inventory.book import InventoryError
    from leafmark.inventory.company.organisation import CompanyError

    with unusable(InventoryError, CompanyError):
        found, refused = _matched(company, packs, period)
    content = {
        "consumed_kwh": found.consumed_wh / 1000, "served_kwh": found.served_wh / 1000, "residual_kwh": found.residual_wh / 1000,
        "grid_kwh": found.grid_wh / 1000, "instruments": found.instruments.to_pylist(), "criteria": found.criteria.to_pylist(),
        "flags": [*refused, *found.flags.to_pylist()],
    }  # fmt: skip
    emit(content, as_json, lambda: _text(content))


def _matched(company: Path, packs: tuple[str, ...], period: Any) -> tuple[Any, list[dict[str, Any]]]:
    """The company's contracts matched, and flags of rows that could not be read; its activities are prepared aside and thrown away."""
    import pyarrow as pa

    from leafmark.inventory.company.folder import Company
    from leafmark.inventory.company.prepare import prepare
    from leafmark.inventory.scope2 import match
    from leafmark.inventory.scope2.contracts import ARROW_SCHEMA

    opened = Company.open(company)
    rows = opened.tables["contracts"]
    table_of = pa.Table.from_pylist(rows, schema=ARROW_SCHEMA.append(pa.field("_row", pa.int64())))
    file = rows[0]["_file"] if rows else "contracts"
    refused = [each for each in opened.flags if Path(str(each["file"])).stem.startswith("contracts")]
    with tempfile.TemporaryDirectory(prefix="leafmark-contracts-") as aside:
        prepared = prepare(opened, Path(aside) / "prepared")
        found = match(
            prepared.consumption, table_of, pack=load_packs(packs), known_on=prepared.known_on, period=period,
            files=(file, "electricity"),
        )  # fmt: skip
    return found, refused


def _text(content: dict[str, Any]) -> str:
    rows: list[tuple[str, ...]] = [
        ("contract", "kind", "market", "kg/kWh", "kWh", "used", "unused", "why", "criteria not shown or met")
    ]
    for each in content["instruments"]:
        short = [*each["not_met"], *each["not_shown"]]
        rows.append((
            each["contract_id"], each["kind"] or "?", each["market"] or "?", _number(each["kg_per_kwh"]), _kwh(each["contracted_wh"]),
            _kwh(each["used_wh"]), _kwh(each["unused_wh"]), each["why"] or "", ", ".join(map(str, short)),
        ))  # fmt: skip
    parts = [table(rows, right=(3, 4, 5, 6)) if content["instruments"] else "no contracts"]
    parts.append(table([(name, f"{content[f'{key}_kwh']:,.0f} kWh") for name, key in (
        ("consumed", "consumed"), ("by contracts", "served"), ("by residual mixes", "residual"), ("by the grid's average", "grid"))], right=(1,)))  # fmt: skip
    if content["flags"]:
        why: list[tuple[str, ...]] = [("file", "row", "contract", "reason", "effect", "found", "expected")]
        why += [tuple("" if flag[name] is None else str(flag[name]) for name in ("file", "row", "activity_id", "reason", "effect", "found", "expected"))
                for flag in content["flags"][:FLAGS_SHOWN]]  # fmt: skip
        more = len(content["flags"]) - FLAGS_SHOWN
        parts.append(table(why, right=(1,)) + (f"\n... and {more:,} more flags." if more > 0 else ""))
    return "\n\n".join(parts)


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:g}"


def _kwh(wh: int | None) -> str:
    return "open" if wh is None else f"{wh / 1000:,.0f}"
