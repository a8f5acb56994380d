"""Explain: from a figure of a finished run back to its lines, factors, fallbacks, conversions and sources.

    figure -> stages -> lines -> factors of the recipe

Nothing is stored for it: the run pins its method, its packs and its inputs' hashes, so one subject's lines are read
again and resolved in plain Python, line by line, by code that shares only the choice of factors with the plans. Each
line is rounded once, as in the run; a recipe's factors share their line's micrograms by largest remainder; so every
level adds up to the one above it, to the microgram, and the top equals `products.parquet`. Where it does not, that is
an error, never a footnote.

Cost: opening a run loads its packs (about a second for 20,000 factors); a warm `explain` reads one product out of
500,000 in some fifteen milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leafmark.engine.evaluate import evaluator, rounded
from leafmark.engine.inputs import quote
from leafmark.engine.line_factors import LineFactors, Met
from leafmark.engine.lookup import base_unit
from leafmark.engine.pinned import Pinned, open_pinned
from leafmark.engine.run import Run, RunError, open_run
from leafmark.engine.schema import LINE_UG_MAX, REASONS, STAGES
from leafmark.engine.subject_lines import Line, SubjectReader, day_of
from leafmark.factors import units

SCHEMA = "leafmark.explain/1"
Tree = dict[str, Any]
"""The explanation as plain JSON values; `docs/formats.md` names its fields."""


PRODUCTS_WARM_MAX = 2_000_000
"""Products whose figures are kept in memory while warm (about 100 bytes each); past it they are queried one by one."""

_FIGURES = [
    "product_id",
    "status",
    "co2e_ug",
    "low_ug",
    "high_ug",
    *(f"{stage}_ug" for stage in STAGES),
    "rejected_lines",
]


class ExplainMismatch(AssertionError):
    """The lines do not add up to the figure that the run published."""


def explain(run: Run | str | Path, subject_id: str | int) -> Tree:
    """Explain one figure of a run. For many, keep an `Explainer`: it stays warm.

    Raises
    ------
    ExplainMismatch
        The recomputed figure is not the published one. `RunError`, `InputError`: it cannot be recomputed.
    """
    explainer = Explainer(run)
    try:
        return explainer.explain(subject_id)
    finally:
        explainer.close()


class Explainer:
    """A run kept open: packs indexed by key, factors chosen once per key.

    Parameters
    ----------
    run : a finished run, its folder, or its id.
    given : the input again, where it was a table in memory.
    """

    def __init__(self, run: Run | str | Path, given: Any = None) -> None:
        self.run = run if isinstance(run, Run) else open_run(run)
        if not (self.run.path / "products.parquet").is_file():
            raise RunError(f"{self.run.path}: this run has no products.parquet; explain answers for runs of bills")
        self.pinned: Pinned = open_pinned(self.run)
        self.method = self.pinned.method
        self.settings = self.pinned.settings
        self._hash = self.method.hash
        self.reader = SubjectReader(self.run, self.method, given)
        self.factors = LineFactors(self.pinned.packs, self.method, self.settings)
        self._tables = duckdb.connect()
        self._tables.execute("SET threads = 1")
        products = self.run.path / "products.parquet"
        small = pq.read_metadata(products).num_rows <= PRODUCTS_WARM_MAX
        self._products = pq.read_table(products, columns=_FIGURES) if small else None
        m = self.method
        self._value = {
            name: evaluator(getattr(m, name)) for name in ("key", "amount", "unit", "region", "date", "primary", "tier")
        }
        shares = m.stage_shares or ((None, "1"),)
        self._shares = [(stage, evaluator(share)) for stage, share in shares]
        self._stage = evaluator(m.stage)

    def close(self) -> None:
        """Let go of connections and temporary files."""
        self.reader.close()
        self._tables.close()

    def explain(self, subject_id: str | int) -> Tree:
        """The tree of one subject's figure; see `explain`."""
        lines = self.reader.lines(subject_id)
        subject = lines[0].row[self.method.subject]
        product = self._product(subject)
        refused = self._rejected(lines) if product["rejected_lines"] or product["status"] != "complete" else {}
        counted: list[Tree] = []
        rejected: list[Tree] = []
        self.factors.prepare(self._value["key"](line.row) for line in lines)
        for line in lines:
            reason = refused.get(self._relative(line))
            if reason is not None:
                rejected.append(
                    {**reason, "component_id": line.component, "meaning": REASONS.get(reason["reason"], "")}
                )
            elif line.component is not None or line.row.get("component_id") is None:
                counted.extend(self._entries(line))
        tree = self._tree(subject, product, counted, rejected)
        check(tree)
        return tree

    def _product(self, subject: Any) -> dict[str, Any]:
        if self._products is not None:
            at = pc.index(self._products.column("product_id"), subject).as_py()
            if at < 0:
                raise RunError(f"{self.run.path}: products.parquet has no {subject!r}; has the input changed?")
            return dict(self._products.slice(at, 1).to_pylist()[0])
        path = quote(str(self.run.path / "products.parquet"))
        cursor = self._tables.execute(f"SELECT * FROM read_parquet({path}) WHERE product_id = ?", [subject])
        names = [column[0] for column in cursor.description or ()]
        rows = cursor.fetchall()
        if len(rows) != 1:
            raise RunError(f"{self.run.path}: products.parquet holds {len(rows)} rows of {subject!r}; expected one")
        return dict(zip(names, rows[0], strict=True))

    def _relative(self, line: Line) -> tuple[str, int]:
        file, row = line.place
        return file.removeprefix(self.reader.source.name), row

    def _rejected(self, lines: Sequence[Line]) -> dict[tuple[str, int], Tree]:
        """The rejections of these lines, by place; the rest of the file is not read into memory."""
        path = quote(str(self.run.path / "rejected.parquet"))
        rows = ", ".join(str(number) for number in sorted({line.place[1] for line in lines}))
        cursor = self._tables.execute(f'SELECT * FROM read_parquet({path}) WHERE "row" IN ({rows})')
        names = [column[0] for column in cursor.description or ()]
        recorded = str(self.run.record["inputs"][0]["file"])
        found = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
        return {(str(each["file"]).removeprefix(recorded), int(each["row"])): each for each in found}

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
                entry = self._entry(
                    line, where, line.times * quantity if line.component is not None else quantity, number
                )
                if entry is not None:
                    found.append(entry)
                elif not part.optional:
                    raise ExplainMismatch(
                        f"row {line.place[1]} of {line.place[0]} meets no factor now, but the run accepted it; "
                        "has the input or a pinned pack changed?"
                    )
        return found

    def _entry(self, line: Line, stage: str, amount: float, number: int) -> Tree | None:
        row, part = line.row, self.method.parts[number]
        key, unit = self._value["key"](row), self._value["unit"](row)
        asked = self._value["region"](row) or "WORLD"
        given_day = day_of(self._value["date"](row))
        day = given_day or self.settings.default_date
        met = self.factors.meet(key, asked, day, number)
        if met is None or not units.known(unit or "") or units.dimension(unit) != met.dimension:
            return None
        base = base_unit(met.dimension, unit)
        raw = amount * (units.factor_between(unit, base) * met.ug_per_base)
        if abs(raw) > LINE_UG_MAX:
            return None
        co2e_ug = rounded(raw)
        return {
            "file": line.place[0], "row": line.place[1], "activity_id": row.get("activity_id"),
            "component_id": line.component, "times": line.times, "stage": stage, "part": part.name, "scope": part.scope,
            "category": part.category, "co2e_ug": co2e_ug, "key": key, "amount": amount, "unit": unit,
            "region_given": self._value["region"](row) is not None, "region_asked": asked, "region_used": met.place, "region_level": met.level, "date": str(day),
            "date_given": given_day is not None, "vintage_gap_years": met.gap_years,
            "vintage_rule": self.method.vintage.rule, "tier": self._value["tier"](row),
            "primary": bool(self._value["primary"](row)), "relative_sd": met.rel_sd,
            "recipe": [self.factors.used(i).factor.boundary for i in met.factor_ids],
            "factors": self._factor_parts(met, unit, co2e_ug),
        }  # fmt: skip

    def _factor_parts(self, met: Met, unit: str, co2e_ug: int) -> list[Tree]:
        used = [self.factors.used(factor_id) for factor_id in met.factor_ids]
        parts = shared(co2e_ug, [each.ug_per_base for each in used])
        return [
            {
                "factor_id": u.factor.factor_id, "co2e_ug": part, "name": u.factor.name_en, "name_zh": u.factor.name_zh,
                "boundary": u.factor.boundary, "region": u.factor.region, "unit": u.factor.unit,
                "unit_conversion": units.factor_between(unit, u.factor.unit), "co2e_kg_published": u.factor.co2e_kg,
                "gwp_set_published": u.factor.gwp_set, "co2e_kg_used": u.co2e_kg, "gwp_set_used": self.settings.gwp,
                "gwp_native": u.native, "data_year": u.factor.data_year, "valid_from": str(u.factor.valid_from),
                "valid_to": None if u.factor.valid_to is None else str(u.factor.valid_to),
                "published_on": str(u.factor.published_on), "gsd": u.factor.gsd, "gsd_basis": u.factor.gsd_basis,
                "pack": u.pack, "source": {
                    "source_id": u.source.source_id, "publisher": u.source.publisher, "title": u.source.title,
                    "year": u.source.year, "url": u.source.url, "locator": u.factor.locator,
                    "licence": u.source.licence, "file_sha256": u.source.file_sha256,
                },
            }
            for u, part in zip(used, parts, strict=True)
        ]  # fmt: skip

    def _tree(self, subject: Any, product: dict[str, Any], lines: list[Tree], rejected: list[Tree]) -> Tree:
        record = self.run.record
        stages = []
        for stage in STAGES:
            mine = [line for line in lines if line["stage"] == stage]
            if mine or product[f"{stage}_ug"] is not None:
                stages.append({"stage": stage, "co2e_ug": product[f"{stage}_ug"], "lines": mine})
        return {
            "schema": SCHEMA, "run_id": self.run.id, "run": str(self.run.path), "subject_id": subject,
            "status": product["status"], "co2e_ug": product["co2e_ug"], "low_ug": product["low_ug"],
            "high_ug": product["high_ug"], "book": self.method.book,
            "method": {"id": self.method.id, "version": self.method.version, "hash": self._hash,
                       "title": self.method.title, "reference": self.method.reference,
                       "boundary": self.method.boundary},
            "known_on": record["known_on"], "gwp": record["gwp"], "packs": record["packs"],
            "stages": stages, "not_assessed": [stage for stage in STAGES if product[f"{stage}_ug"] is None],
            "rejected": rejected, "inputs_changed": list(self.reader.changed), "packs_changed": self.pinned.changed,
        }  # fmt: skip


def shared(total: int, weights: Sequence[float]) -> list[int]:
    """Cut a whole number into whole parts in proportion to weights; the parts add up (largest remainder)."""
    whole = sum(weights)
    if whole == 0 or len(weights) == 1:
        return [total, *([0] * (len(weights) - 1))]
    exact = [total * (weight / whole) for weight in weights]
    parts = [int(part // 1) for part in exact]
    left = total - sum(parts)
    order = sorted(range(len(parts)), key=lambda n: (parts[n] - exact[n], n))
    for n in range(abs(left)):
        parts[order[n % len(order)]] += 1 if left > 0 else -1
    return parts


def check(tree: Tree) -> None:
    """Hold every level to the one above it.

    Raises
    ------
    ExplainMismatch
        Naming the level, the published figure and the sum found.
    """
    changed = "".join(f"; {name} has changed since the run" for name in tree["inputs_changed"] + tree["packs_changed"])

    def same(what: str, published: int | None, found: int) -> None:
        if (published or 0) != found:
            raise ExplainMismatch(
                f"{tree['subject_id']}: {what} is {published} micrograms in the run, but its parts add up to {found}{changed}"
            )

    same("the figure", tree["co2e_ug"], sum(stage["co2e_ug"] or 0 for stage in tree["stages"]))
    for stage in tree["stages"]:
        same(f"stage {stage['stage']}", stage["co2e_ug"], sum(line["co2e_ug"] for line in stage["lines"]))
        for line in stage["lines"]:
            same(f"row {line['row']}", line["co2e_ug"], sum(part["co2e_ug"] for part in line["factors"]))


__all__ = ["SCHEMA", "ExplainMismatch", "Explainer", "Tree", "check", "explain", "shared"]
