"""Explain: from a figure of a finished run back to its lines, factors, fallbacks, conversions and sources.

    figure -> stages (of a product) or days (of an order) -> lines -> factors of the recipe
    sum    -> categories, stages, months, factors, ... -> products, orders (`explain_sum`)

What is asked for is an id, or the address of a sum (`explain_address`). Nothing is stored for it: the run pins its method, its packs and its inputs' hashes, so one subject's lines are read
again and resolved in plain Python, line by line, by code that shares only the choice of factors with the plans. Each
line is rounded once, as in the run; a recipe's factors share their line's micrograms by largest remainder; so every
level adds up to the one above it, to the microgram, and the top equals `products.parquet` or `orders.parquet`. Where
it does not, that is an error, never a footnote.

Cost: opening a run hashes its inputs and loads its packs; a warm `explain` of one product out of 500,000 takes some
ten milliseconds, most of them to read its lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from leafmark.engine import tables
from leafmark.engine.explain_address import Address, Subject, command, parse, subject_argument
from leafmark.engine.explain_bill import BillExplainer
from leafmark.engine.explain_order import OrderExplainer
from leafmark.engine.explain_sum import PARTS_SHOWN, SumExplainer, check_sum
from leafmark.engine.explain_tree import SCHEMA, ExplainMismatch, Tree, UnknownIdError, check, shared
from leafmark.engine.inputs import InputError
from leafmark.engine.line_factors import Used
from leafmark.engine.pack_places import left_out
from leafmark.engine.pinned import open_pinned
from leafmark.engine.published import did_you_mean
from leafmark.engine.recount_bill import BillRecount
from leafmark.engine.recount_orders import OrderRecount
from leafmark.engine.run import Run, RunError, open_run

Asked = str | int | Sequence[str | int]


def explain(run: Run | str | Path, asked: Asked, given: Any = None, most: int = PARTS_SHOWN) -> Tree:
    """Explain one figure of a run. For many, keep an `Explainer`: it stays warm. `given`: as there.

    Parameters
    ----------
    asked : a subject's id, or the address of a sum: `total`, `stage:use`, `["tier:mass", "month:2017-05"]`, ...
        (`docs/explain.md`). A number is always an id; so is what follows `id:`.
    most : of a sum, how many parts a cut names before the rest is one.

    Raises
    ------
    ExplainMismatch
        The recomputed figure is not the published one. `RunError`, `InputError`: it cannot be recomputed.
    """
    explainer = Explainer(run, given)
    try:
        return explainer.explain(asked, most)
    finally:
        explainer.close()


class Explainer:
    """A run kept open: inputs indexed as they are asked for, packs indexed by key, factors chosen once per key.

    Parameters
    ----------
    run : a finished run, its folder, or its id.
    given : the input again, where it was a table in memory or on a server, whose address a run does not keep; of order
        lines: (lines, catalogue).

    Raises
    ------
    RunError
        An input, the method or a pack of the run is not there, or the folder holds no figures.
    """

    def __init__(self, run: Run | str | Path, given: Any = None) -> None:
        self.run = run if isinstance(run, Run) else open_run(run)
        has = {name: tables.exists(self.run.path / f"{name}.parquet") for name in ("products", "orders")}
        if not any(has.values()):
            told = left_out(self.run.path)
            if told:
                raise RunError(f"{self.run.path}: the record of this run is here without its tables. {told}")
            raise RunError(
                f"{self.run.path}: neither products.parquet nor orders.parquet is there: no figure to explain"
            )
        self.pinned = open_pinned(self.run)
        make = BillExplainer if has["products"] else OrderExplainer
        self._inner: BillExplainer | OrderExplainer = make(self.run, self.pinned, given)
        self._sums: SumExplainer | None = None

    def close(self) -> None:
        """Let go of connections and temporary files."""
        self._inner.close()
        if self._sums is not None:
            self._sums.close()

    def explain(self, asked: Asked, most: int = PARTS_SHOWN) -> Tree:
        """The tree of one figure; see `explain`."""
        target = parse(asked)
        if isinstance(target, Address):
            return self._sum(target, most)
        try:
            tree = self._inner.explain(target.value)
        except UnknownIdError as error:
            raise InputError(f"{error}{did_you_mean(self.run, str(target.value))}") from error
        check(tree)
        return tree

    def factor(self, factor_id: str) -> tuple[Used, list[dict[str, Any]]] | None:
        """A factor as it counts in the run, and the pack's rows of its key, place and boundary, oldest first.

        None where the run's packs have no such factor.
        """
        pack = next((pack for pack in self.pinned.packs if factor_id in pack.ids), None)
        if pack is None:
            return None
        used = self._inner.factors.used(factor_id)
        same = (used.factor.key, used.factor.region, used.factor.boundary)
        rows = [row for row in pack.factors.to_pylist() if (row["key"], row["region"], row["boundary"]) == same]
        return used, sorted(rows, key=lambda row: (row["valid_from"], row["published_on"]))

    def _sum(self, address: Address, most: int) -> Tree:
        if self._sums is None:
            self._sums = self._counted()
        tree = self._sums.explain(address, most)
        check_sum(tree)
        alone = address.arguments[0] if len(address.arguments) == 1 else None
        if alone is not None and self._inner.knows(alone):
            tree["same_id"] = command(self.run.path, subject_argument(alone))
        return tree

    def _counted(self) -> SumExplainer:
        """The run counted again, once for all sums that are asked for."""
        inner = self._inner
        if isinstance(inner, BillExplainer):
            changed = inner.reader.changed
            recount: BillRecount | OrderRecount = BillRecount(self.pinned, inner.reader.source)
        else:
            changed, recount = inner.changed, OrderRecount(self.pinned, inner.reader.source, inner.shelf.source)
        return SumExplainer(self.run, self.pinned, recount, inner.factors, list(changed))


__all__ = [
    "SCHEMA",
    "Address",
    "ExplainMismatch",
    "Explainer",
    "Subject",
    "Tree",
    "check",
    "explain",
    "parse",
    "shared",
]
