"""Explain: from a figure of a finished run back to its lines, factors, fallbacks, conversions and sources.

    figure -> stages (of a product) or days (of an order) -> lines -> factors of the recipe

Nothing is stored for it: the run pins its method, its packs and its inputs' hashes, so one subject's lines are read
again and resolved in plain Python, line by line, by code that shares only the choice of factors with the plans. Each
line is rounded once, as in the run; a recipe's factors share their line's micrograms by largest remainder; so every
level adds up to the one above it, to the microgram, and the top equals `products.parquet` or `orders.parquet`. Where
it does not, that is an error, never a footnote.

Cost: opening a run hashes its inputs and loads its packs; a warm `explain` of one product out of 500,000 takes some
ten milliseconds, most of them to read its lines.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from leafmark.engine import tables
from leafmark.engine.explain_bill import BillExplainer
from leafmark.engine.explain_order import OrderExplainer
from leafmark.engine.explain_tree import SCHEMA, ExplainMismatch, Tree, check, shared
from leafmark.engine.pinned import open_pinned
from leafmark.engine.run import Run, RunError, open_run


def explain(run: Run | str | Path, subject_id: str | int, given: Any = None) -> Tree:
    """Explain one figure of a run. For many, keep an `Explainer`: it stays warm. `given`: as there.

    Raises
    ------
    ExplainMismatch
        The recomputed figure is not the published one. `RunError`, `InputError`: it cannot be recomputed.
    """
    explainer = Explainer(run, given)
    try:
        return explainer.explain(subject_id)
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
            raise RunError(
                f"{self.run.path}: neither products.parquet nor orders.parquet is there: no figure to explain"
            )
        self.pinned = open_pinned(self.run)
        make = BillExplainer if has["products"] else OrderExplainer
        self._inner: BillExplainer | OrderExplainer = make(self.run, self.pinned, given)

    def close(self) -> None:
        """Let go of connections and temporary files."""
        self._inner.close()

    def explain(self, subject_id: str | int) -> Tree:
        """The tree of one figure; see `explain`."""
        tree = self._inner.explain(subject_id)
        check(tree)
        return tree


__all__ = ["SCHEMA", "ExplainMismatch", "Explainer", "Tree", "check", "explain", "shared"]
