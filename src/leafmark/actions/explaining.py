"""Explain an act: the engine's own explanation of its sum, and beside each line the cited parameters in its amount."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from leafmark.actions import parameters
from leafmark.actions.crediting import Credited, open_credited
from leafmark.engine.explain import Tree, explain
from leafmark.engine.inputs import InputError
from leafmark.factors.model import Pack, Source


def explain_act(credited: Credited | str | Path, activity_id: str | int) -> Tree:
    """The tree of one act: baseline and project lines with their factors and sources, adding up to the microgram.

    Each line carries `term`, `kind` and `parameters`: `[{name, parameter, region, value, unit, low, high, valid_from, locator,
    note, source}]`.

    Raises
    ------
    InputError : the folder has no lines of such an act. ExplainMismatch : the figure cannot be recomputed.
    """
    done = credited if isinstance(credited, Credited) else open_credited(credited)
    act_id = str(activity_id)
    for name, run in done.runs.items():
        found = pq.read_table(
            done.path / "lines" / f"{name}.parquet", columns=["activity_id", "term", "kind", "parameters"],
            filters=[("act_id", "=", act_id)],
        ).to_pylist()  # fmt: skip
        if found:
            tree = explain(run, f"id:{act_id}")
            _annotate(done, tree, {row["activity_id"]: row for row in found})
            return tree
    raise InputError(
        f"{done.path}: no lines of an act {act_id!r}; it is in rejected.parquet, earns points alone, or is unknown"
    )


def _annotate(done: Credited, tree: Tree, lines: dict[str, dict[str, Any]]) -> None:
    known = {each.id: each for each in parameters.read(done.path / "parameters.csv") if each.used}
    pinned = (folder for run in done.runs.values() for folder in sorted((run.path / "packs").iterdir()))
    sources = {source_id: source for folder in pinned for source_id, source in Pack.load(folder).sources.items()}
    for stage in tree["stages"]:
        for line in stage["lines"]:
            row = lines[line["activity_id"]]
            line["term"], line["kind"] = row["term"], row["kind"]
            named = [each.partition("=") for each in row["parameters"].split("; ") if each]
            line["parameters"] = [_told(name, known[value_id], sources) for name, _, value_id in named]


def _told(name: str, value: parameters.Value, sources: dict[str, Source]) -> dict[str, Any]:
    source = sources.get(value.source_id)
    return {
        "name": name, "parameter": value.parameter, "region": value.region, "value": value.value, "unit": value.unit,
        "low": value.low, "high": value.high, "valid_from": str(value.valid_from), "locator": value.locator,
        "note": value.note, "source_id": value.source_id,
        "source": None if source is None else f"{source.publisher}, {source.title} ({source.year})",
    }  # fmt: skip
