"""What a pool's book gives to others: columns of a carton, acts of returned boxes, and plain content for a page."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pyarrow as pa

from leafmark.parcels.reasons import REASONS
from leafmark.parcels.reuse.book import Book, Pool
from leafmark.parcels.reuse.grams import NEVER, total_ug
from leafmark.parcels.reuse.measuring import EPOCH
from leafmark.parcels.reuse.tables import RETURNS_SCHEMA, STATES

ACTION = "packaging_reuse"
EVIDENCE = "B"
"""A partner's scan of the box coming back."""


def grams_per_use(pool: Pool, use_count: float | None = None) -> float:
    """Grams of CO2e of one use of a pool's box, at its expected uses or at `use_count`.

    Raises
    ------
    ValueError : the pool has no expected uses and none are given.
    """
    return total_ug(pool.lines, "reusable", _uses(pool, use_count)) / 1e6


def as_carton_columns(pool: Pool, use_count: float | None = None) -> dict[str, Any]:
    """The columns of the cartons table that a pool fills (`leafmark.parcels.tables.CARTONS_SCHEMA`): a tote of that pool.

    The box's making is spread over its uses by the packer; all else of a use (way back, cleaning, repair, end of life over its uses) is
    in `return_co2e_mg`, so that the packer's decision grams of the box are the pool's grams a use.

    Raises
    ------
    ValueError : the pool has no expected uses and none are given.
    """
    uses = _uses(pool, use_count)
    making = next(line for line in pool.lines if line.name == "making of the box")
    rest = total_ug(pool.lines, "reusable", uses) - making.per_use_ug(uses)
    return {
        "kind": "tote", "tare_g": round(pool.terms.box_kg * 1000), "material": pool.terms.material, "use_count": uses,
        "return_co2e_mg": round(rest / 1000),
    }  # fmt: skip


def act_use_count(pool: Pool) -> float | None:
    """Uses for the act `packaging.reuse`: the low end of the expected uses, so that a book of few returns credits no hoped-for ones.

    The act knows making, way back and electricity of washing alone. What else a use emits (water, detergent, repair, end of life) is
    laid on the making, by fewer uses: the act never credits more than making of the single use less the pool's grams a use at these
    uses. None: no expected uses, or so much else that fewer than one use would be left.
    """
    expected = pool.use_count_low
    if expected is None:
        return None
    known = {"making of the box", "way back", "cleaning, electricity"}
    others = [line for line in pool.lines if line.side == "reusable" and line.name not in known]
    else_ug = sum(line.per_use_ug(expected) for line in others)
    making = next(line for line in pool.lines if line.name == "making of the box").co2e_ug
    uses = making / (making / expected + else_ug) if else_ug else expected
    return uses if uses >= 1 else None


def return_acts(book: Book) -> tuple[pa.Table, int]:
    """Returned boxes as acts for `leafmark.actions` (`RETURNS_SCHEMA`), one a return with an account; and how many returns have none.

    A use is credited once, at its return, to who brought the box back. Returns of pools without expected uses are left out with those
    without account.
    """
    rows: list[dict[str, Any]] = []
    without = 0
    for pool in book.pools:
        lives, uses = book.lives.get(pool.terms.pool_id), act_use_count(pool)
        if lives is None or book.events is None:
            continue
        for box, day, row, use in zip(
            lives.trip_box.tolist(),
            lives.trip_back.tolist(),
            lives.trip_row.tolist(),
            lives.trip_use.tolist(),
            strict=True,
        ):
            if row < 0:
                continue
            if uses is None or not book.events.has_account(row):
                without += 1
                continue
            rows.append(
                _act(
                    pool,
                    uses,
                    book.events.box_ids[box],
                    use,
                    book.events.event_id[row],
                    int(book.events.account[row]),
                    day,
                )
            )
    return pa.Table.from_pylist(rows, RETURNS_SCHEMA), without


def _act(
    pool: Pool, uses: float, box_id: str, use: int, event_id: str | None, account: int, day: int
) -> dict[str, Any]:
    terms = pool.terms
    name = f"{terms.pool_id}/{box_id}/{use}"
    return {
        "activity_id": name, "account_id": account, "action": ACTION, "document": event_id or name, "amount": 1.0, "unit": "item",
        "date": EPOCH + dt.timedelta(day), "evidence": EVIDENCE, "source": terms.pool_id, "region": terms.region,
        "factor_region": terms.factor_region, "single_use_key": terms.single_use_material, "single_use_kg": terms.single_use_kg,
        "reusable_key": terms.material, "reusable_kg": terms.box_kg, "use_count": uses, "return_km": terms.return_km,
        "return_key": terms.return_key, "washing_kwh": terms.cleaning_kwh,
    }  # fmt: skip


def content(book: Book) -> dict[str, Any]:
    """The whole book as plain values, for a page or JSON. Grams where a name ends in `_g`; None is unknown, never 0."""
    refused = book.refused.to_pylist()
    return {
        "on_day": book.on_day.isoformat(),
        "later_rows": book.later,
        "pools": [pool_content(each) for each in book.pools],
        "refused": [each | {"meaning": REASONS[each["reason"]]} for each in refused],
    }


def pool_content(pool: Pool) -> dict[str, Any]:
    """One pool as plain values."""
    uses, rate, compared = pool.use_count, pool.rate, pool.compared
    return {
        "pool_id": pool.terms.pool_id,
        "source": pool.terms.source,
        "stock": None if pool.measured is None else {state: pool.measured.stock[state] for state in STATES},
        "measured": None if pool.measured is None else {
            name: value for name, value in dataclasses.asdict(pool.measured).items() if name != "stock"
        },
        "return_rate": None if rate is None else dataclasses.asdict(rate) | {"measured": rate.worth is not None},
        "fit_rate": pool.fit_rate,
        "expected_use_count": uses,
        "expected_use_count_range": None if uses is None else [pool.use_count_low, pool.use_count_high],
        "use_cap": pool.terms.use_cap,
        "grams_per_use": None if compared is None else _span(compared.reusable),
        "single_use": {"co2e_g": pool.single_use_ug / 1e6} if compared is None else _span(compared.single_use),
        "avoided_per_use": None if compared is None else _span(compared.avoided),
        "making_of_a_box_g": pool.making_ug / 1e6,
        "each_use_g": pool.each_use_ug / 1e6,
        "verdict": None if compared is None else compared.verdict,
        "lower_share": None if compared is None else compared.lower_share,
        "break_even": {
            "use_count": pool.even.use_count,
            "never": pool.even.never,
            "why_never": None if pool.even.never is None else NEVER[pool.even.never],
            "range": None if compared is None else [compared.break_even_low, compared.break_even_high],
            "return_rate_needed": pool.rate_needed,
        },
        "lines": [
            {
                "name": line.name, "side": line.side, "amount": line.amount, "unit": line.price.unit, "key": line.price.key,
                "kg_co2e_per_unit": line.price.ug_per_unit / 1e9, "factor": line.price.factor, "boundary": line.price.boundary,
                "region": line.price.region, "spread_over_uses": line.once,
                "co2e_g": line.co2e_ug / 1e6, "per_use_g": None if uses is None else line.per_use_ug(uses) / 1e6,
            }
            for line in pool.lines
        ],
    }  # fmt: skip


def _span(span: Any) -> dict[str, float]:
    return {"co2e_g": span.co2e_ug / 1e6, "low_g": span.low_ug / 1e6, "high_g": span.high_ug / 1e6}


def _uses(pool: Pool, use_count: float | None) -> float:
    uses = pool.use_count if use_count is None else use_count
    if uses is None:
        raise ValueError(f"pool {pool.terms.pool_id}: no expected uses; give events, a return rate, or use_count")
    return uses
