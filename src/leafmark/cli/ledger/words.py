"""How the ledger's figures are written: grams exact and by statement, ids whole, the two units never in one column."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

from leafmark.cli.output import table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from leafmark.ledger.accounts import Balance
    from leafmark.ledger.figures import Figures
    from leafmark.ledger.ingest import Receipt
    from leafmark.ledger.rows import Row

STATEMENTS = {
    "avoided": "avoided",
    "participant_reduction": "fall in a participant's own inventory",
    "operator_inventory": "already in the operator's inventory",
    "points_only": "no grams, points only",
}
MG_PER_G, MG_PER_KG = 1_000, 1_000_000


def weight(mg: int) -> str:
    """Milligrams CO2e as grams or, from 1 kg, kilograms: every digit, none more."""
    unit, size, places = ("kg", MG_PER_KG, 6) if abs(mg) >= MG_PER_KG else ("g", MG_PER_G, 3)
    whole, rest = divmod(abs(mg), size)
    end = f".{rest:0{places}}".rstrip("0").rstrip(".")
    return f"{'-' if mg < 0 else ''}{whole:,}{end} {unit}"


def content_of(value: Any) -> Any:
    """A value of the ledger as JSON: days as YYYY-MM-DD, hashes in hex, and ids as texts, since many readers of JSON know no
    whole number past 53 bits.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
        return {name: _cell(name, each) for name, each in fields.items()}
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple | list):
        return [content_of(each) for each in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def _cell(name: str, value: Any) -> Any:
    is_id = name.endswith("_id") and isinstance(value, int)
    return str(value) if is_id or (name == "fingerprint" and value is not None) else content_of(value)


def row_content(row: Row) -> dict[str, Any]:
    """A row as JSON: its kind, then its fields, those of an act or a share beside the others."""
    content = content_of(row)
    inner = {**content.pop("act", {}), **content.pop("share", {})}
    return {"row": type(row).__name__.removesuffix("Row").lower(), **inner, **content}


def balance_text(held: Balance) -> str:
    """A balance in lines."""
    grams = [
        ("grams CO2e", weight(held.avoided_mg), STATEMENTS["avoided"]),
        ("", weight(held.participant_reduction_mg), STATEMENTS["participant_reduction"]),
        ("", weight(held.operator_inventory_mg), f"{STATEMENTS['operator_inventory']}: shown, not minted"),
    ]
    points = [("points", f"{held.points:,}", "available")]
    points += [
        ("", f"{number:,}", words)
        for number, words in (
            (held.held, "held or spent by redemptions"), (held.ended, "expired or erased"),
            (held.above_cap, "earned past the caps, and not counted"),
        ) if number
    ]  # fmt: skip
    return f"account {held.account_id}\n{table([*points, *grams], right=(1,))}"


def history_text(rows: Sequence[Row]) -> str:
    """Rows in lines: day, what, id, grams, points."""
    lines = [("day", "what", "id", "CO2e", "", "points")]
    lines += [_history_line(row) for row in rows]
    return table(lines, right=(2, 3, 5)) + "\n(points of an act are those it earns by itself, before its cap)"


def _history_line(row: Row) -> tuple[str, str, str, str, str, str]:
    from leafmark.ledger.rows import AdjustmentRow, CreditRow, EventRow, RedemptionRow

    match row:
        case EventRow():
            act = row.act
            grams = "" if row.statement == "points_only" else weight(act.co2e_mg)
            what = f"{act.programme}/{act.action}"
            return str(act.occurred_day), what, str(act.event_id), grams, STATEMENTS[row.statement], f"+{row.points:,}"
        case AdjustmentRow():
            of = f" of {row.event_id}" if row.event_id is not None else ""
            grams = weight(row.co2e_mg) if row.co2e_mg else ""
            return str(row.day), f"{row.kind}{of}", str(row.adjustment_id), grams, row.reason, f"{row.points:+,}"
        case RedemptionRow():
            change = {"pending": f"{-row.points:+,}", "posted": "0"}.get(row.step, f"{row.points:+,}")
            return str(row.day), f"redemption {row.step}", str(row.redemption_id), "", row.reward, change
        case CreditRow():
            return str(row.day), f"credit {row.step}", row.serial, "", f"owner {row.owner}, at {row.registry}", ""
        case _:
            share = row.share
            what = f"{share.share_type} share {row.step}"
            return str(row.day), what, str(share.share_id), weight(share.co2e_mg), f"{share.party} ({share.role})", ""


def receipt_text(receipt: Receipt) -> str:
    """A receipt in lines, with the reasons of what was refused."""
    rows = [(name, f"{getattr(receipt, name):,}", words) for name, words in (
        ("accepted", ""), ("duplicates", "known before, and the same"), ("conflicts", "known before, and different"),
        ("rejected", ""), ("rows", ""))]  # fmt: skip
    return table(
        [*rows, *((f"  {reason}", f"{count:,}", "") for reason, count in sorted(receipt.reasons.items()))], right=(1,)
    )


def refused_text(first: Sequence[dict[str, Any]], hint: bool) -> str:
    """The first refused rows, each with what was found and expected; with a hint at how to get all of them."""
    lines = [f"{each['file']}, row {each['row']}: {each['reason']}: {each['field']} {each['found']}; expected {each['expected']}"
             for each in first]  # fmt: skip
    return "\n".join(["first refused:", *lines, *(["`--refused FILE` writes all of them, to mend"] if hint else [])])


def figures_text(figures: Sequence[Figures]) -> str:
    """Figures in two tables: audited, and what people declared themselves."""
    from leafmark.ledger.figures import ACCOUNTS_MIN, FEWER

    head = ("group", STATEMENTS["avoided"], STATEMENTS["participant_reduction"], STATEMENTS["operator_inventory"])
    counted, audited, own = [("group", "accounts", "acts", "points earned, before caps")], [head], [head]
    for each in figures:
        counted.append(_line(each.group, (each.accounts, each.acts, each.points_earned), "{:,}".format))
        audited.append(_line(
            each.group, (each.avoided_mg, each.participant_reduction_mg, each.operator_inventory_mg), weight
        ))  # fmt: skip
        own.append(_line(
            each.group,
            (each.declared_avoided_mg, each.declared_participant_reduction_mg, each.declared_operator_inventory_mg), weight,
        ))  # fmt: skip
    right = (1, 2, 3)
    return "\n\n".join((
        f"accounts, acts and points\n{table(counted, right)}",
        f"grams CO2e, audited (evidence A to C)\n{table(audited, right)}",
        f"grams CO2e, self-declared (evidence D), in no audited total\n{table(own, right)}",
        f"hidden: rests on {FEWER}, or stands beside one that does, so that none of fewer than {ACCOUNTS_MIN} follows by "
        "subtraction.\nThe columns are different statements and are not added to each other.",
    ))  # fmt: skip


def _line(
    group: str, cells: tuple[int | None, int | None, int | None], written: Callable[[int], str]
) -> tuple[str, str, str, str]:
    one, two, three = ("hidden" if cell is None else written(cell) for cell in cells)
    return group, one, two, three
