"""Explain the figure of one subject of a bill: a product, a site, a shipment."""

from __future__ import annotations

from typing import Any

from leafmark.engine import tables
from leafmark.engine.base_units import base_unit
from leafmark.engine.evaluate import evaluator, rounded
from leafmark.engine.explain_tree import Tree, UnknownIdError, factor_trees, head, met_tree, no_factor_now
from leafmark.engine.inputs import InputError
from leafmark.engine.line_factors import LineFactors
from leafmark.engine.pinned import Pinned
from leafmark.engine.prepared_rows import prepared_from
from leafmark.engine.proxies import is_proxy
from leafmark.engine.run import Run, RunError
from leafmark.engine.schema import LINE_UG_MAX, STAGES
from leafmark.engine.subject_lines import (
    InputReader,
    Line,
    Refused,
    Rejections,
    component_lines,
    day_of,
    no_rejections,
    own_lines,
    rejected_tree,
)
from leafmark.factors import units

_FIGURES = (
    "product_id",
    "status",
    "co2e_ug",
    "low_ug",
    "high_ug",
    *(f"{stage}_ug" for stage in STAGES),
    "rejected_lines",
)
_EXPRESSIONS = ("key", "amount", "unit", "region", "date", "primary", "tier", "amount_gsd")


class BillExplainer:
    """A run of a bill kept open. See `leafmark.engine.explain.Explainer`."""

    def __init__(self, run: Run, pinned: Pinned, given: Any = None) -> None:
        self.run, self.pinned = run, pinned
        self.method, self.settings = pinned.method, pinned.settings
        self.reader = InputReader(run, 0, self.method.columns, self.method.subject, given)
        self.products = tables.Finder(tables.parts(run.path / "products.parquet"), "product_id", _FIGURES)
        self.rejections = Rejections(run, self.reader)
        self.factors = LineFactors(pinned.packs, self.method, self.settings)
        self._value = {name: evaluator(getattr(self.method, name)) for name in _EXPRESSIONS}
        shares = self.method.stage_shares or ((None, "1"),)
        self._shares = [(stage, evaluator(share)) for stage, share in shares]
        self._stage = evaluator(self.method.stage)
        self._unrolls = self.method.component != "NULL" and "component_id" in self.reader.source.columns

    def close(self) -> None:
        """Let go of connections and temporary files."""
        self.reader.close()
        self.products.close()
        self.rejections.close()

    def knows(self, subject_id: str) -> bool:
        """Whether the run has a subject of that id."""
        try:
            return bool(self.products.find([self.reader.typed(subject_id)]))
        except InputError:
            return False

    def explain(self, subject_id: str | int) -> Tree:
        """The tree of one subject's figure, not yet checked."""
        try:
            subject = self.reader.typed(subject_id)
        except InputError as error:
            raise UnknownIdError(str(error)) from error
        product = self._product(subject, subject_id)
        sound = product["status"] == "complete" and not product["rejected_lines"]
        lines = self._lines(subject, no_rejections if sound else self.rejections.of)
        counted: list[Tree] = []
        rejected: list[Tree] = []
        self.factors.prepare_places(
            (self._value["key"](line.row), self._value["region"](line.row) or "WORLD") for line in lines
        )
        for line in lines:
            if line.rejection is not None:
                rejected.append(rejected_tree(line))
            elif line.row.get("component_id") is None:
                counted.extend(self._entries(line))
        return self._tree(subject, product, counted, rejected)

    def _product(self, subject: Any, asked: Any) -> Tree:
        found = self.products.find([subject])
        if len(found) == 1:
            return found[0][2]
        table = self.run.path / "products.parquet"
        if found:
            raise RunError(f"{table}: {len(found)} rows of {subject!r}; expected one")
        rows = tables.rows(table)
        known = f"{rows:,} ids, for example {tables.head_value(table, 'product_id')!r}" if rows else "no ids"
        raise UnknownIdError(f"{table}: no {self.method.subject} {asked!r}; the run knows {known}")

    def _lines(self, subject: Any, refused: Refused) -> list[Line]:
        own = own_lines(self.reader.find([subject]), refused)
        if not own:
            raise RunError(
                f"{self.reader.source.name}: no line of {self.method.subject} {subject!r}, though the run has it; has "
                "the input changed?"
            )
        return own + (component_lines(own, self.reader.find, refused) if self._unrolls else [])

    def _entries(self, line: Line) -> list[Tree]:
        """One row's entries: one for each stage share and part that counts."""
        found: list[Tree] = []
        amount = self._value["amount"](line.row)
        for stage, share in self._shares:
            portion = share(line.row)
            if portion is None or amount is None:
                continue
            quantity = amount * portion if stage else amount
            where = stage or line.stage or self._stage(line.row)
            for number, part in enumerate(self.method.parts):
                entry = self._entry(line, where, quantity * line.times, number)
                if entry is not None:
                    found.append(entry)
                elif not part.optional:
                    raise no_factor_now(line.row, self.reader.changed + self.pinned.changed)
        return found

    def _entry(self, line: Line, stage: str, amount: float, number: int) -> Tree | None:
        row, part = line.row, self.method.parts[number]
        key, unit = self._value["key"](row), self._value["unit"](row)
        region = self._value["region"](row)
        given_day = day_of(self._value["date"](row))
        day = given_day or self.settings.default_date
        met = self.factors.meet(key, region or "WORLD", day, number)
        if met is None or not units.known(unit or "") or units.dimension(unit) != met.dimension:
            return None
        raw = amount * (units.factor_between(unit, base_unit(met.dimension, unit)) * met.ug_per_base)
        if abs(raw) > LINE_UG_MAX:
            return None
        co2e_ug = rounded(raw)
        factors = factor_trees(self.factors, met, unit, co2e_ug, self.settings.gwp)
        return {
            "file": line.place[0], "row": line.place[1], "prepared_from": prepared_from(row), "activity_id": row.get("activity_id"),
            "component_id": line.component, "times": line.times, "stage": stage, "part": part.name, "scope": part.scope,
            "category": part.category, "co2e_ug": co2e_ug, "key": key, "amount": amount,
            "amount_gsd": self._value["amount_gsd"](row), "unit": unit,
            **met_tree(met, region, day, given_day is not None, self.method.vintage.rule),
            "tier": self._value["tier"](row), "primary": bool(self._value["primary"](row)),
            "recipe": [factor["boundary"] for factor in factors],
            "proxy": is_proxy(part, [factor["boundary"] for factor in factors]), "factors": factors,
        }  # fmt: skip

    def _tree(self, subject: Any, product: Tree, lines: list[Tree], rejected: list[Tree]) -> Tree:
        stages = []
        for stage in STAGES:
            mine = [line for line in lines if line["stage"] == stage]
            if mine or product[f"{stage}_ug"] is not None:
                stages.append({"stage": stage, "co2e_ug": product[f"{stage}_ug"], "lines": mine})
        return {
            **head(self.run, self.pinned, list(self.reader.changed), self.method.subject, subject),
            **{name: product[name] for name in ("status", "co2e_ug", "low_ug", "high_ug")},
            "stages": stages, "not_assessed": [stage for stage in STAGES if product[f"{stage}_ug"] is None],
            "rejected": rejected,
        }  # fmt: skip
