"""Explain the figure of one order of a run of order lines: by mass, else by count, else by spend.

The catalogue is met again for just the order's products: pieces x mass (or count) x factor, or spend x price index x
factor. `orders.parquet` keeps an order's total for each of its dates; a range is worked out here from the lines, as
the run works out its own total's.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from leafmark.engine import tables
from leafmark.engine.base_units import base_unit
from leafmark.engine.catalogue import CATALOGUE, PRICE_INDEX_REACH_YEARS
from leafmark.engine.evaluate import rounded
from leafmark.engine.explain_tree import Tree, UnknownIdError, factor_trees, head, met_tree, no_factor_now
from leafmark.engine.inputs import InputError
from leafmark.engine.line_factors import LineFactors, Met
from leafmark.engine.pinned import Pinned
from leafmark.engine.prepared_rows import prepared_from
from leafmark.engine.run import Run, total_range
from leafmark.engine.schema import LINE_UG_MAX
from leafmark.engine.subject_lines import (
    InputReader,
    Line,
    Rejections,
    Row,
    day_of,
    no_rejections,
    own_lines,
    rejected_tree,
)
from leafmark.factors import units

_FIGURES = ("order_id", "date", "co2e_ug", "spend", "lines", "rejected_lines")
_CURRENCY = "USD"
"""The currency of a catalogue row that names none (`docs/formats.md`)."""


@dataclass(frozen=True, slots=True)
class _Tier:
    """How a product's line counts: `ug_each` micrograms for each piece, or for each unit of money."""

    name: str
    key: str
    met: Met
    ug_each: float
    unit: str
    each: float = 1.0
    price: tuple[int, float] | None = None


class OrderExplainer:
    """A run of order lines kept open. See `leafmark.engine.explain.Explainer`."""

    def __init__(self, run: Run, pinned: Pinned, given: tuple[Any, Any] | None = None) -> None:
        self.run, self.pinned = run, pinned
        self.method, self.settings = pinned.method, pinned.settings
        lines, catalogue = given or (None, None)
        self.reader = InputReader(run, 0, self.method.columns, self.method.subject, lines)
        self.shelf = InputReader(run, 1, CATALOGUE, "product_id", catalogue)
        self.orders = tables.Finder(tables.parts(run.path / "orders.parquet"), "order_id", _FIGURES)
        self.rejections = Rejections(run, self.reader)
        self.factors = LineFactors(pinned.packs, self.method, self.settings)
        self.changed = self.reader.changed + self.shelf.changed

    def close(self) -> None:
        """Let go of connections and temporary files."""
        for each in (self.reader, self.shelf, self.orders, self.rejections):
            each.close()

    def knows(self, subject_id: str) -> bool:
        """Whether the run has an order of that id."""
        try:
            return bool(self.orders.find([self.reader.typed(subject_id)]))
        except InputError:
            return False

    def explain(self, subject_id: str | int) -> Tree:
        """The tree of one order's figure, not yet checked."""
        order = self._order(subject_id)
        days = [row for _, _, row in self.orders.find([order])]
        if not days:
            raise self._unknown(subject_id)
        sound = not any(day["rejected_lines"] for day in days)
        lines = own_lines(self.reader.find([order]), no_rejections if sound else self.rejections.of)
        products = {line.row["product_id"] for line in lines if line.rejection is None}
        shelf = {row["product_id"]: row for row in self.shelf.find(map(self.shelf.typed, products))}
        entries = [self._entry(line, shelf) for line in lines if line.rejection is None]
        rejected = [rejected_tree(line) for line in lines if line.rejection is not None]
        return self._tree(order, days, entries, rejected)

    def _order(self, subject_id: str | int) -> Any:
        try:
            return self.reader.typed(subject_id)
        except InputError:
            raise self._unknown(subject_id) from None

    def _unknown(self, subject_id: str | int) -> UnknownIdError:
        """No such order: say which ids this run knows, and whether the id is a product's."""
        table = self.run.path / "orders.parquet"
        try:
            product = bool(self.shelf.find([self.shelf.typed(subject_id)]))
        except InputError:
            product = False
        hint = f"; it is a product of its catalogue: ask for 'product:{subject_id}'" if product else ""
        example = f"; for example {tables.head_value(table, 'order_id')!r}" if tables.rows(table) else "; there is none"
        return UnknownIdError(
            f"{table}: no order {subject_id!r}{hint}; the ids of a run of order lines are its order ids (column "
            f"order_id{example})"
        )

    def _tiers(self, shelf: Row, day: dt.date) -> tuple[_Tier | None, _Tier | None]:
        """How a piece of a product counts on a day, and how a unit of money spent on it counts."""
        place = shelf.get("region") or "WORLD"
        by_mass = self._by_piece("mass", shelf.get("mass_key"), place, day, shelf.get("mass_kg"), "kg")
        by_count = self._by_piece(
            "count", shelf.get("count_key"), place, day, shelf.get("count_amount"), shelf.get("count_unit")
        )
        return by_mass or by_count, self._by_money(shelf, place, day)

    def _by_piece(
        self, tier: str, key: str | None, place: str, day: dt.date, each: float | None, unit: str | None
    ) -> _Tier | None:
        met = self.factors.meet(key, place, day, 0)
        if key is None or met is None or not each or each <= 0 or not units.known(unit or ""):
            return None
        assert unit is not None
        if units.dimension(unit) != met.dimension:
            return None
        ug_each = each * (units.factor_between(unit, base_unit(met.dimension, unit)) * met.ug_per_base)
        return _Tier(tier, key, met, ug_each, unit, each)

    def _by_money(self, shelf: Row, place: str, day: dt.date) -> _Tier | None:
        key, currency = shelf.get("spend_key"), shelf.get("currency") or _CURRENCY
        met = self.factors.meet(key, place, day, 0)
        if key is None or met is None or not units.is_money(met.dimension):
            return None
        of, priced, _ = units.money_parts(met.dimension)
        if of != currency:
            return None
        for year in range(day.year, day.year - PRICE_INDEX_REACH_YEARS - 1, -1):
            try:
                ratio = units.price_ratio(currency, year, priced)
            except units.UnitError:
                continue
            return _Tier("spend", key, met, ratio * met.ug_per_base, f"{currency}_{day.year}", price=(year, ratio))
        return None

    def _entry(self, line: Line, catalogue: dict[Any, Row]) -> Tree:
        row = line.row
        day = day_of(row["date"])
        shelf = catalogue.get(self.shelf.typed(row["product_id"]))
        if shelf is None or day is None:
            raise no_factor_now(row, self.changed + self.pinned.changed)
        piece, money = self._tiers(shelf, day)
        pieces, spend = row.get("pieces"), row.get("spend")
        if piece is not None and pieces is not None:
            tier, count = piece, pieces
        elif money is not None and spend is not None:
            tier, count = money, spend
        else:
            raise no_factor_now(row, self.changed + self.pinned.changed)
        raw = count * tier.ug_each
        if raw > LINE_UG_MAX:
            raise no_factor_now(row, self.changed + self.pinned.changed)
        return self._line_tree(line, shelf, tier, day, count, rounded(raw))

    def _line_tree(self, line: Line, shelf: Row, tier: _Tier, day: dt.date, count: float, co2e_ug: int) -> Tree:
        row, part = line.row, self.method.parts[0]
        by_money = tier.price is not None
        factors = factor_trees(
            self.factors, tier.met, tier.unit, co2e_ug, self.settings.gwp, tier.price[1] if tier.price else None
        )
        return {
            "file": line.place[0], "row": line.place[1], "prepared_from": prepared_from(row), "activity_id": row.get("activity_id"),
            "product_id": row["product_id"], "component_id": None, "times": 1.0, "stage": None, "part": part.name,
            "scope": part.scope, "category": part.category, "co2e_ug": co2e_ug, "key": tier.key,
            "amount": count if by_money else count * tier.each, "unit": tier.unit, "pieces": row.get("pieces"),
            "per_piece": None if by_money else tier.each, "spend": row.get("spend"),
            "price_index_year": tier.price[0] if tier.price else None,
            "price_ratio": tier.price[1] if tier.price else None,
            "catalogue": {"file": shelf["_file"], "row": shelf["_row"], "category": shelf.get("category")},
            **met_tree(tier.met, shelf.get("region"), day, True, self.method.vintage.rule),
            "tier": tier.name, "primary": False, "recipe": [factor["boundary"] for factor in factors],
            "factors": factors,
        }  # fmt: skip

    def _tree(self, order: Any, days: list[Row], entries: list[Tree], rejected: list[Tree]) -> Tree:
        totals = [day["co2e_ug"] for day in days if day["co2e_ug"] is not None]
        spread = _range(entries) if totals else {"low_ug": None, "high_ug": None}
        lines, refused = sum(day["lines"] for day in days), sum(day["rejected_lines"] for day in days)
        return {
            **head(self.run, self.pinned, list(self.changed), self.method.subject, order),
            "status": "partial" if refused else "complete", "co2e_ug": sum(totals) if totals else None,
            "low_ug": spread["low_ug"], "high_ug": spread["high_ug"], "lines": lines, "lines_rejected": refused,
            "days": [
                {"date": day["date"] and str(day["date"]), "co2e_ug": day["co2e_ug"], "spend": day["spend"],
                 "lines": [line for line in entries if line["date"] == str(day["date"])]}
                for day in sorted(days, key=lambda day: str(day["date"]))
            ],
            "not_assessed": [], "rejected": rejected,
        }  # fmt: skip


def _range(entries: list[Tree]) -> dict[str, int]:
    """95 % range of an order: lines of one recipe of factors share its error, others are independent."""
    numbers: dict[tuple[str, ...], int] = {}
    by_factor: dict[tuple[int, bool], list[int]] = {}
    for line in entries:
        recipe = tuple(factor["factor_id"] for factor in line["factors"])
        sums = by_factor.setdefault((numbers.setdefault(recipe, len(numbers)), False), [0, 0, 0])
        sums[0] += line["co2e_ug"]
        sums[1] += rounded(line["co2e_ug"] * line["relative_sd"])
    return total_range(by_factor)
