"""`leafmark inventory orders`: grams per order, service and goods side by side, and why service changed."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leafmark.cli.endings import UnusableError, unusable
from leafmark.cli.output import Progress, emit, json_option, table

if TYPE_CHECKING:
    from leafmark.inventory.orders.cells import Cells
    from leafmark.inventory.orders.compare import Change

ROWS_SHOWN = 40
CUTS = ("day", "sector", "warehouse", "festival")
_FILE = click.Path(exists=True, path_type=Path)


@click.command(short_help="Grams per order: service and goods, never added.")
@click.argument("orders", metavar="ORDERS", type=_FILE)
@click.argument("entries", metavar="ENTRIES...", type=_FILE, nargs=-1, required=True)
@click.option(
    "--by",
    "cut",
    multiple=True,
    type=click.Choice(CUTS),
    help="Cut by this; may be given several times.  [default: festival]",
)
@click.option(
    "--shared", type=_FILE, help="Service grams of no one order (a day's cloud, a warehouse's power), to be spread."
)
@click.option(
    "--amounts",
    type=_FILE,
    help="Activity behind entries (kWh, tonne-km, kg of board) by order and method, for --compare.",
)
@click.option(
    "--festivals", type=_FILE, help="Calendar of festivals: festival, from, until; instead of a column of ORDERS."
)
@click.option(
    "--compare", "spans", nargs=2, metavar="BEFORE AFTER",
    help="Why the service row changed from one span to another: a year, FROM..UNTIL (until is the first day after), or a festival's label.",
)  # fmt: skip
@click.option(
    "--order-column", type=click.Choice(("subject_id", "activity_id")), default="subject_id", show_default=True,
    help="The column of entries that names the order.",
)  # fmt: skip
@json_option
def orders(
    orders: Path, entries: tuple[Path, ...], cut: tuple[str, ...], shared: Path | None, amounts: Path | None, festivals: Path | None,
    spans: tuple[str, str] | None, order_column: str, as_json: bool,
) -> None:  # fmt: skip
    """Grams per order of ORDERS from ENTRIES (tables or run folders): docs/inventory-orders.md.

    Entries of the book inventory are service (cloud, packing, hubs, freight), those of the product book goods, cradle to gate. The two
    stand side by side and are never added; entries of the impact book are refused.

    \b
    Examples:
      leafmark inventory orders placed.csv placed-entries.csv
      leafmark inventory orders placed.csv placed-entries.csv --by sector --by warehouse --json
      leafmark inventory orders placed.csv placed-entries.csv --amounts placed-amounts.csv --compare 2024 2025
    """
    from leafmark.inventory.book import InventoryError
    from leafmark.inventory.orders.cells import measure
    from leafmark.inventory.orders.compare import compare, select
    from leafmark.inventory.orders.figures import figures
    from leafmark.inventory.orders.sources import read_small

    ends = None if spans is None else (_span(spans[0]), _span(spans[1]))
    with unusable(InventoryError), Progress() as progress:
        calendar = None if festivals is None else read_small(festivals)
        cells = measure(
            orders,
            entries,
            shared=shared,
            amounts=amounts,
            calendar=calendar,
            order_column=order_column,
            progress=progress,
        )
        by = cut or ("festival",)
        found = figures(cells, by)
        change = None if ends is None else compare(select(cells, **ends[0]), select(cells, **ends[1]))
    content = {"by": by, "figures": found.to_pylist(), "flags": cells.flags.to_pylist()}
    if change is not None:
        content["change"] = _content(change)
    emit(content, as_json, lambda: _text(content, cells, change))


def _needed(by: tuple[str, ...], ends: tuple[dict[str, Any], ...] | None) -> tuple[str, ...]:
    """What has to be told apart for the figures and the comparison."""
    needed = set(by)
    if ends is not None:
        needed |= {"sector", "warehouse", *("festival" if "festival" in end else "day" for end in ends)}
    return tuple(cut for cut in CUTS if cut in needed)


def _span(text: str) -> dict[str, Any]:
    """A year, `FROM..UNTIL` or the label of a festival, as what `select` takes."""
    first, dots, until = text.partition("..")
    if re.fullmatch(r"[12]\d{3}", text):
        return {"first": dt.date(int(text), 1, 1), "until": dt.date(int(text) + 1, 1, 1)}
    if not dots:
        return {"festival": text}
    try:
        return {name: dt.date.fromisoformat(day) for name, day in (("first", first), ("until", until)) if day}
    except ValueError as fault:
        raise UnusableError(
            f"--compare {text}: expected a year, FROM..UNTIL with days like 2025-11-11, or a festival's label"
        ) from fault


def _content(change: Change) -> dict[str, Any]:
    return {
        "before_ug": change.before_ug, "after_ug": change.after_ug, "before_orders": change.before_orders, "after_orders": change.after_orders,
        "parts_ug": change.parts, "ug_per_million_orders": change.per_million, "per_order_change": change.per_order,
        "assessed": change.assessed, "terms": change.terms.to_pylist(),
    }  # fmt: skip


def _text(content: dict[str, Any], cells: Cells, change: Change | None) -> str:
    from leafmark.products.i18n import significant

    def grams(row: dict[str, Any], name: str) -> tuple[str, str]:
        figure, low, high = (row[f"{name}_{end}g_per_order"] for end in ("", "low_", "high_"))
        return (
            ("not assessed", "")
            if figure is None
            else (significant(figure), f"{significant(low)} to {significant(high)}")
        )

    head = ("orders", "service g/order", "95 %", "of orders", "goods g/order", "95 %", "of orders")
    by = [each for each in CUTS if each in content["by"]]
    rows: list[tuple[str, ...]] = [(*by, *head)]
    for row in content["figures"][:ROWS_SHOWN]:
        place = ("–" if row[each] is None else str(row[each]) for each in by)
        covered = [f"{row[f'{name}_orders'] / row['orders']:.1%}" for name in ("service", "goods")]
        rows.append(
            (*place, f"{row['orders']:,}", *grams(row, "service"), covered[0], *grams(row, "goods"), covered[1])
        )
    parts = [table(rows, right=tuple(range(len(by), len(by) + len(head))))]
    if len(content["figures"]) > ROWS_SHOWN:
        parts.append(f"... and {len(content['figures']) - ROWS_SHOWN:,} more (--json has them all).")
    parts.append("Service (inventory) and goods (product book, cradle to gate) are two books: never add them.")
    if change is not None:
        parts += _change(change)
    if content["flags"]:
        why = [
            (flag["file"], flag["reason"], flag["found"], f"expected: {flag['expected']}") for flag in content["flags"]
        ]
        parts.append("in no figure:\n" + table(why))
    return "\n\n".join(parts)


def _change(change: Change) -> list[str]:
    from leafmark.inventory.orders.decompose import EFFECTS
    from leafmark.products.i18n import significant

    def per_order(name: str) -> str:
        value = change.per_million[name] / 1e12
        return "" if name == "volume" else ("+" if value > 0 and name in EFFECTS else "") + significant(value)

    rows = [("service", "g", "g/order"), ("before", significant(change.before_ug / 1e6), per_order("before"))]
    for name in EFFECTS:
        if change.parts[name] or change.per_million.get(name):
            plus = "+" if change.parts[name] > 0 else ""
            moved = "" if name == "volume" else per_order(name)
            rows.append((f"  {name}", plus + significant(change.parts[name] / 1e6), moved))
    rows.append(("after", significant(change.after_ug / 1e6), per_order("after")))
    said = [table(rows, right=(1, 2))]
    share = change.per_order
    if share is not None:
        said.append(
            f"An order's service is {abs(share):.1%} {'lighter' if share < 0 else 'heavier'}; {change.before_orders:,} -> {change.after_orders:,} orders."
        )
    if min(change.assessed) < 1:
        shares = " and ".join(f"{each:.1%}" for each in change.assessed)
        said.append(
            f"{shares} of the orders have service entries of their own: what the others emit is in neither side."
        )
    return said
