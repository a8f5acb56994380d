"""`leafmark reuse`: what a use of a reusable box costs the climate, and whether it ever pays."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from leafmark.cli.endings import UnusableError, unusable
from leafmark.cli.inputs import GWP_SETS, Day, load_packs
from leafmark.cli.output import emit, json_option, note, table

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("reuse", short_help="Reusable boxes: uses, grams a use, break-even, stock.")
@click.argument("pools", metavar="POOLS", type=_FILE)
@click.option(
    "--events", type=_FILE, help="Events of the pools' boxes: bought, out, back, cleaned, mended, lost, retired."
)
@click.option("--counts", type=_FILE, help="Counts by period, of pools without events.")
@click.option(
    "--on", "on_day", type=Day(), help="Day up to which the book is read.  [default: its last day, else today]"
)
@click.option("--known-on", type=Day(), help="Only factors published by this day count.  [default: today]")
@click.option(
    "--gwp", type=click.Choice(GWP_SETS), default="AR6", show_default=True, help="Set of global warming potentials."
)
@click.option(
    "--pack",
    "packs",
    multiple=True,
    metavar="FOLDER",
    help="Pack of factors, may be given several times.  [default: builtin and acts]",
)
@click.option(
    "--stock",
    "stock_to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the stock by state, day by day, as Parquet.",
)
@click.option(
    "--acts",
    "acts_to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write returned boxes as a table of acts, for the ledger, as Parquet.",
)
@json_option
def reuse(
    pools: Path, events: Path | None, counts: Path | None, on_day: dt.date | None, known_on: dt.date | None, gwp: str,
    packs: tuple[str, ...], stock_to: Path | None, acts_to: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Work out expected uses, grams a use against single use, and break-even for the pools of POOLS (docs/reuse.md).

    Rows that cannot be meant are told with their reason and are a part of the result; `never` comes with why.

    \b
    Examples:
      leafmark reuse pools.csv --events pool-events.csv
      leafmark reuse pools.csv --events pool-events.csv --stock stock.parquet --acts returned.parquet --json
    """  # fmt: skip
    import pyarrow.parquet as pq

    from leafmark.parcels.reuse import ParcelsError, content, open_book, return_acts

    with unusable(ParcelsError):
        book = open_book(
            pools, events, counts, on_day=on_day, known_on=known_on, gwp=gwp, packs=load_packs(packs) if packs else None
        )
    if not book.pools and not as_json:
        note(_refused(content(book)["refused"]))
        raise UnusableError(f"{pools}: no pool can be worked out")
    acts, without = return_acts(book)
    for path, found, more in ((stock_to, book.stock, ""), (acts_to, acts, f"; {without:,} returns name no account")):
        if path is not None:
            pq.write_table(found, path)
            note(f"written: {path} ({found.num_rows:,} rows{more})")
    emit(content(book), as_json, lambda: _told(content(book)))


def _told(found: dict[str, Any]) -> str:
    parts = [_pool(each) for each in found["pools"]]
    if found["later_rows"]:
        parts.append(f"{found['later_rows']:,} rows are of days after {found['on_day']} and were not counted")
    if found["refused"]:
        parts.append(_refused(found["refused"]))
    return "\n\n".join(parts)


def _pool(pool: dict[str, Any]) -> str:
    rows = []
    if pool["stock"] is not None:
        stock = ", ".join(f"{count:,} {state}" for state, count in pool["stock"].items())
        rows.append(("boxes", f"{pool['measured']['boxes']:,} bought: {stock}"))
    rate, even = pool["return_rate"], pool["break_even"]
    if rate is not None:
        rows.append(("return rate", _rate(rate)))
    if pool["fit_rate"] < 1:
        rows.append(("fit to go on", f"{pool['fit_rate']:.1%} of those back"))
    uses = pool["expected_use_count"]
    if uses is not None:
        low, high = pool["expected_use_count_range"]
        span = "" if low == high else f" ({low:.1f} to {'no end' if high is None else f'{high:.1f}'})"
        cap = "no cap" if pool["use_cap"] is None else f"cap {pool['use_cap']:,}"
        rows.append(("expected uses", f"{uses:.1f}{span}, {cap}"))
    if pool["grams_per_use"] is not None:
        rows.append(("a use", _span(pool["grams_per_use"])))
        rows.append(("single use", _span(pool["single_use"])))
        rows.append(("avoided a use", f"{_span(pool['avoided_per_use'])}; {_VERDICTS[pool['verdict']]}"))
    else:
        rows.append(
            ("single use", f"{pool['single_use']['co2e_g']:,.1f} g CO₂e; a use is unknown without a return rate")
        )
    rows.append(("break-even", _even(even)))
    lines = [("", "amount", "", "kg CO₂e per unit", "g", "g a use", "factor")]
    lines += [
        (line["name"], f"{line['amount']:.4g}", line["unit"], f"{line['kg_co2e_per_unit']:.5g}", f"{line['co2e_g']:,.2f}",
         "–" if line["per_use_g"] is None else f"{line['per_use_g']:,.2f}", f"{line['key']} @ {line['region']}")
        for line in pool["lines"]
    ]  # fmt: skip
    return f"{pool['pool_id']}\n{table(rows)}\n\n{table(lines, right=(1, 3, 4, 5))}"


_VERDICTS = {
    "lower": "reuse is lower (95 %)",
    "higher": "reuse is higher (95 %)",
    "not_told_apart": "the two cannot be told apart (95 %)",
}


def _rate(rate: dict[str, Any]) -> str:
    if not rate["measured"]:
        return f"{rate['rate']:.1%}, as given"
    return (
        f"{rate['rate']:.1%} ({rate['low']:.1%} to {rate['high']:.1%}) within {rate['lost_after_days']} days; of {rate['uses']:,} uses "
        f"{rate['returned']:,} back, {rate['late']:,} later, {rate['lost']:,} lost, {rate['out']:,} still out"
    )


def _even(even: dict[str, Any]) -> str:
    low, high = even["range"] or (None, None)
    span = "" if low is None else f" ({low:,} to {'never' if high is None else f'{high:,}'})"
    if even["never"] is None:
        needed = even["return_rate_needed"]
        return f"after {even['use_count']:,} uses{span}" + (
            "" if needed is None else f"; needs {needed:.1%} back and fit"
        )
    would = "" if even["use_count"] is None else f"; it would take {even['use_count']:,} uses"
    return f"never: {even['why_never']}{would}"


def _span(span: dict[str, float]) -> str:
    return f"{span['co2e_g']:,.1f} g CO₂e ({span['low_g']:,.1f} to {span['high_g']:,.1f})"


def _refused(rows: list[dict[str, Any]]) -> str:
    shown = [("refused", "row", "field", "found", "reason")]
    shown += [
        (each["table"], str(each["row"] + 1), each["field"], each["found"] or "–", each["meaning"])
        for each in rows[:20]
    ]
    more = f"\n... and {len(rows) - 20:,} more: --json has them all" if len(rows) > 20 else ""
    return table(shown, right=(1,)) + more
