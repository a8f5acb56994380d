"""A product's footprint as labels see it: integers of one row of `products.parquet`, and what it may be compared with.

A stage that is NULL was not assessed, which is not zero; a footprint with such a stage is never called cradle to
grave. `Basis` holds every field in which two figures must agree before they stand side by side (DESIGN, "Like with
like").
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from statistics import NormalDist
from typing import Any, Final

from .tokens import STAGES

BOUNDARIES: Final = (
    "cradle_to_grave", "cradle_to_gate", "cradle_to_retail", "cradle_to_plate", "use_only", "partial",
)  # fmt: skip
Z95: Final = NormalDist().inv_cdf(0.975)
SURE: Final = 0.95
"""`lower` and `higher` are said only at this probability or above (DESIGN, "Like with like")."""

STAGES_OF_BOUNDARY: Final[dict[frozenset[str], str]] = {
    frozenset(STAGES): "cradle_to_grave",
    frozenset({"use"}): "use_only",
    frozenset({"materials", "manufacturing"}): "cradle_to_gate",
    frozenset({"materials", "manufacturing", "packaging"}): "cradle_to_gate",
    frozenset({"materials", "manufacturing", "packaging", "transport"}): "cradle_to_retail",
}


UNSPLIT_STAGES: Final[dict[str, frozenset[str]]] = {
    "cradle_to_gate": frozenset({"materials", "manufacturing"}),
    "cradle_to_retail": frozenset({"materials", "manufacturing", "packaging", "transport"}),
    "cradle_to_plate": frozenset({"materials", "manufacturing", "packaging", "transport", "use"}),
}
"""Stages that a stated boundary holds even where its figure comes unsplit, in one stage: they are assessed."""


MAY_BE_INSIDE: Final = ("materials", "packaging", "transport")
"""Stages that a maker's sheet may book inside manufacturing: the catalogue says so, and they count as assessed."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What two figures must share to be compared; None means it was not stated, and equals only None.

    `stages` are those assessed, also those booked inside manufacturing: two wholes may be split in other ways.
    """

    category: str | None
    functional_unit: str | None
    boundary: str
    stages: tuple[str, ...]
    category_rules: str | None
    method_version: str | None
    gwp_set: str | None
    lifetime_years: float | None
    use_region: str | None

    def difference(self, other: Basis) -> str | None:
        """Name the first field that differs, or None where the two may be compared."""
        if self == other:
            return None
        for field in fields(self):
            if getattr(self, field.name) != getattr(other, field.name):
                return field.name
        return None


@dataclass(frozen=True, slots=True)
class Footprint:
    """One product's figure, in int64 micrograms CO2e, with its basis and what stands against grading it."""

    product_id: str
    basis: Basis
    co2e_ug: int | None
    low_ug: int | None
    high_ug: int | None
    stages_ug: tuple[tuple[str, int | None], ...]
    complete: bool = True
    lines: int | None = None
    rejected_lines: int = 0
    category_estimate: bool = False
    primary_ug: int | None = None
    gwp_native_ug: int | None = None
    trader: str | None = None
    official_index: str | None = None
    kwh_per_year: float | None = None
    screen_area_cm2: float | None = None
    inside_manufacturing: tuple[str, ...] = ()
    valid_until: date | None = None

    def expired(self, on_date: date) -> bool:
        """Whether the last day on which the figure holds, if it has one, lies before `on_date`."""
        return self.valid_until is not None and self.valid_until < on_date

    @property
    def known(self) -> bool:
        """Whether there is a figure that every line went into."""
        return self.complete and self.co2e_ug is not None


def unsplit(boundary: str, stages: tuple[str, ...]) -> bool:
    """Say whether the one stage assessed stands for all that the boundary holds: a figure published unsplit."""
    return len(stages) == 1 and stages[0] in UNSPLIT_STAGES.get(boundary, frozenset())


def boundary_of(stated: str | None, stages: tuple[str, ...]) -> str:
    """Give the system boundary that stages and statement allow.

    A stated boundary stands, except `cradle_to_grave` with a stage not assessed, which is `partial`.

    Raises
    ------
    ValueError
        If the stated boundary is not one of `BOUNDARIES`.
    """
    if stated is None or stated == "":
        return STAGES_OF_BOUNDARY.get(frozenset(stages), "partial")
    if stated not in BOUNDARIES:
        raise ValueError(f"boundary: expected one of {', '.join(BOUNDARIES)}, found {stated!r}")
    if stated == "cradle_to_grave" and set(stages) != set(STAGES):
        return "partial"
    return stated


def _integer(row: Mapping[str, Any], field: str) -> int | None:
    value = row.get(field)
    if value is None:
        return None
    if isinstance(value, float) and (math.isnan(value) or not value.is_integer()):
        if math.isnan(value):
            return None
        raise ValueError(f"{field}: expected whole micrograms, found {value!r}")
    return int(value)


def _text(row: Mapping[str, Any], field: str) -> str | None:
    value = row.get(field)
    return None if value is None or value == "" else str(value)


def _day(row: Mapping[str, Any], field: str) -> date | None:
    """Give a day: a date, a time's date, or YYYY-MM-DD with or without a time behind it."""
    value = row.get(field)
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise ValueError(f"product {row.get('product_id')}: {field}: expected YYYY-MM-DD, found {value!r}") from None


def _inside(catalogue: Mapping[str, Any], stages_ug: tuple[tuple[str, int | None], ...]) -> tuple[str, ...]:
    """Give the stages that the catalogue says are booked inside manufacturing, where manufacturing was assessed."""
    stated = _text(catalogue, "inside_manufacturing")
    amounts = dict(stages_ug)
    if stated is None or amounts["manufacturing"] is None:
        return ()
    named = [name.strip() for name in stated.split(";") if name.strip()]
    for name in named:
        if name not in MAY_BE_INSIDE:
            raise ValueError(
                f"product {catalogue.get('product_id')}: inside_manufacturing: expected {', '.join(MAY_BE_INSIDE)}, joined by "
                f"';', found {stated!r}"
            )
        if amounts[name] is not None:
            raise ValueError(
                f"product {catalogue.get('product_id')}: inside_manufacturing names {name}, which has {amounts[name]} ug of its "
                "own; expected one or the other"
            )
    return tuple(stage for stage in MAY_BE_INSIDE if stage in named)


def _positive(row: Mapping[str, Any], field: str) -> float | None:
    """Give a positive number; None where it is missing, also as `-` or NaN. Zero is no screen and no consumption."""
    value = _text(row, field)
    if value is None or value == "-":
        return None
    try:
        number = float(value)
    except ValueError:
        raise ValueError(f"product {row.get('product_id')}: {field}: expected a number, found {value!r}") from None
    return number if math.isfinite(number) and number > 0 else None


def footprint_from(
    product: Mapping[str, Any],
    catalogue: Mapping[str, Any],
    *,
    method_version: str | None = None,
    gwp_set: str | None = None,
) -> Footprint:
    """Join a row of `products.parquet` with the catalogue's row of the same product.

    A row with rejected lines is complete only where `within_cut_off` says that they lie inside the product's cut-off;
    a row without a status is not complete.

    Raises
    ------
    ValueError
        If an amount is no whole number of micrograms, low <= value <= high does not hold, the stages do not add up to
        the whole, or a catalogue's cell has no meaning here.
    """
    stages = tuple((stage, _integer(product, f"{stage}_ug")) for stage in STAGES)
    value, low, high = (_integer(product, field) for field in ("co2e_ug", "low_ug", "high_ug"))
    if value is not None:
        low, high = value if low is None else low, value if high is None else high
        if not low <= value <= high:
            raise ValueError(
                f"product {product.get('product_id')}: expected low <= value <= high, found {low}, {value}, {high}"
            )
    parts = [amount for _, amount in stages if amount is not None]
    if value is not None and parts and sum(parts) != value:
        raise ValueError(
            f"product {product.get('product_id')}: stages add up to {sum(parts)} ug, the whole is {value} ug"
        )
    inside = _inside(catalogue, stages)
    held = tuple(stage for stage, amount in stages if amount is not None or stage in inside)
    rejected = _integer(product, "rejected_lines") or 0
    years = catalogue.get("lifetime_years")
    basis = Basis(
        category=_text(catalogue, "category"),
        functional_unit=_text(catalogue, "functional_unit"),
        boundary=boundary_of(_text(catalogue, "boundary"), held),
        stages=held,
        category_rules=_text(catalogue, "category_rules"),
        method_version=method_version,
        gwp_set=gwp_set,
        lifetime_years=None if years is None else float(years),
        use_region=_text(catalogue, "use_region"),
    )
    return Footprint(
        product_id=str(product["product_id"]),
        basis=basis,
        co2e_ug=value,
        low_ug=low,
        high_ug=high,
        stages_ug=stages,
        complete=_complete(product, rejected),
        lines=_integer(product, "lines"),
        rejected_lines=rejected,
        category_estimate=bool(catalogue.get("category_estimate", False)),
        primary_ug=_integer(product, "primary_ug"),
        gwp_native_ug=_integer(product, "gwp_native_ug"),
        trader=_text(catalogue, "trader"),
        official_index=_text(catalogue, "official_index"),
        kwh_per_year=_positive(catalogue, "kwh_per_year"),
        screen_area_cm2=_positive(catalogue, "screen_area_cm2"),
        inside_manufacturing=inside,
        valid_until=_day(catalogue, "valid_until"),
    )


def _complete(product: Mapping[str, Any], rejected: int) -> bool:
    """Whether the figure stands: every line went into it, or what did not lies inside the cut-off."""
    if rejected:
        return product.get("status") is not None and bool(product.get("within_cut_off", False))
    return product.get("status") == "complete"


def probability_below(footprint: Footprint, limit_ug: int) -> float:
    """Give P(footprint < limit), reading value and range as a lognormal mean and its central 95 %.

    ln X is normal with what `lognormal` gives. Where a lognormal does not fit (a value, low
    or limit of zero or less) the answer is 1 or 0 outside the range and 0.5 within it. The whole range is used, shared
    factors included: against a frozen limit that only errs towards saying nothing.
    """
    value, low, high = footprint.co2e_ug, footprint.low_ug, footprint.high_ug
    if value is None or low is None or high is None:
        return 0.5
    if high < limit_ug:
        certain = 1.0
    elif low > limit_ug:
        certain = 0.0
    else:
        certain = 0.5
    fitted = lognormal(footprint)
    if fitted is None or low == high or limit_ug <= 0:
        return certain
    centre, spread = fitted
    return NormalDist(centre, spread).cdf(math.log(limit_ug))


def lognormal(footprint: Footprint) -> tuple[float, float] | None:
    """Give mean and standard deviation of the figure's logarithm (of micrograms); None where a lognormal does not fit.

    The value is the lognormal's mean and the range its central 95 %: s = ln(high / low) / (2 z), centre ln value - s^2 / 2.
    """
    value, low, high = footprint.co2e_ug, footprint.low_ug, footprint.high_ug
    if value is None or low is None or high is None or low <= 0:
        return None
    spread = math.log(high / low) / (2 * Z95)
    return math.log(value) - spread**2 / 2, spread
