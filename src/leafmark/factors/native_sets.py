"""The `gwp_note` of a pack, derived from its rows: in which GWP sets its figures were published, and by whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from leafmark.factors.gwp import GWP_SETS, UNSTATED


def gwp_note(rows: Iterable[Mapping[str, object]]) -> str:
    """Return a pack's native GWP sets in order of their reports, what states none last.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of `factors.csv`; `gwp_set` and `source_id` are read. A set other than `leafmark.factors.gwp.GWP_SETS` is
        named last, for `leafmark factors check` to refuse.

    Returns
    -------
    str
        The set alone (`AR5`) where all rows share one that is stated; else each set with the sources that use it
        (`AR4: epa-hub-2024; unstated: ember-owid`); `no factors` for no rows.
    """
    sources: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        sources[str(row["gwp_set"])].add(str(row["source_id"]))
    if not sources:
        return "no factors"
    if len(sources) == 1 and UNSTATED not in sources:
        return next(iter(sources))
    order = [*GWP_SETS, UNSTATED]
    named = sorted(sources, key=lambda name: (order.index(name) if name in order else len(order), name))
    return "; ".join(f"{name}: {', '.join(sorted(sources[name]))}" for name in named)
