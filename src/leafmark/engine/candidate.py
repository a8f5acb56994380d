"""What another pack would do to a finished run: its figures calculated again with that pack, and held against those that it has.

Nothing of the run changes. The method, the inputs, the GWP set and the day of lines without one are the pinned ones; what was
published by a later day is known, so that a pack's new rows can count at all.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leafmark.engine import tables
from leafmark.engine.pinned import open_pinned
from leafmark.engine.replay import ChangedInputError, again, inputs_of
from leafmark.engine.restatement import KINDS, restatement
from leafmark.engine.run import Progress, Run
from leafmark.factors.model import Pack

TOGETHER: Final = " + "
"""Between the factors of a recipe, as entries name them."""


@dataclass(frozen=True)
class Effect:
    """What became of some of a run's figures; micrograms CO2e do not stand here, only how many, and by which share.

    using : figures with a line that rests on one of the factors in question.
    kinds : figures by what became of them (`restatement.KINDS`). lowest, median, highest : of after / before - 1 of those that
    changed; None where none did.
    """

    figures: int
    using: int
    kinds: dict[str, int]
    lowest: float | None
    median: float | None
    highest: float | None
    known_on: dt.date


def with_packs(
    finished: Run, packs: Sequence[Pack], out: Path, known_on: dt.date, progress: Progress | None = None
) -> Run:
    """Calculate a run again with other packs, into a folder of its own.

    Raises
    ------
    RunError, InputError, FactorChoiceError, DamagedPackError : it cannot be. ChangedInputError : an input is no longer what it was.
    """
    pinned = open_pinned(finished)
    settings = dataclasses.replace(pinned.settings, known_on=known_on, run_date=pinned.settings.default_date)
    made = again(
        dataclasses.replace(pinned, packs=tuple(packs), settings=settings), inputs_of(finished), out, None, progress
    )
    for then, now in zip(finished.record["inputs"], made.record["inputs"], strict=True):
        if then["sha256"] != now["sha256"]:
            raise ChangedInputError(
                f"an input of run {finished.id} was changed after the run: {Path(then['file']).name}"
            )
    return made


def packs_with(finished: Run, candidate: Pack) -> list[Pack]:
    """A run's pinned packs, with the candidate in the place of that of its id, or beside them."""
    pinned = open_pinned(finished).packs
    others = [pack for pack in pinned if pack.id != candidate.id]
    return [*others, candidate]


def effect(
    finished: Run, candidate: Pack, factors: Collection[str], subjects: pa.Array, not_before: dt.date | None,
    progress: Progress | None = None,
) -> Effect:  # fmt: skip
    """What a pack would do to the figures of some of a run's products.

    Parameters
    ----------
    factors : ids of the factors that the pack changes or removes.
    subjects : ids of the products that are asked about, as text.
    not_before : what was published by this day is known, if the run's own day is earlier.

    Raises
    ------
    As `with_packs`.
    """
    known_on = max(dt.date.fromisoformat(finished.record["known_on"]), not_before or dt.date.min)
    with tempfile.TemporaryDirectory(prefix="leafmark-candidate-") as folder:
        made = with_packs(finished, packs_with(finished, candidate), Path(folder) / "run", known_on, progress)
        products = restatement(finished, made).products
        rest = using(finished, factors, subjects, Path(folder))
    products = products.filter(pc.is_in(products.column("product_id"), value_set=subjects))
    counted = {each["values"]: each["counts"] for each in pc.value_counts(products.column("kind")).to_pylist()}
    changed = products.filter(pc.equal(products.column("kind"), "changed"))
    before, after = (changed.column(name).to_numpy().astype(float) for name in ("before_ug", "after_ug"))
    relative = (after[before != 0] - before[before != 0]) / before[before != 0]
    some = relative.size > 0
    return Effect(
        products.num_rows, rest, {kind: counted.get(kind, 0) for kind in KINDS},
        float(relative.min()) if some else None, float(np.median(relative)) if some else None,
        float(relative.max()) if some else None, known_on,
    )  # fmt: skip


def using(finished: Run, factors: Collection[str], subjects: pa.Array, scratch: Path) -> int:
    """How many of these subjects have a line that rests on one of these factors.

    A run's entries name the heaviest factor of each stage; where it did not keep its lines, it is calculated again with them.
    """
    kept = finished
    if not finished.record["lines"] or finished.record.get("no_entries"):
        pinned = open_pinned(finished)
        settings = dataclasses.replace(pinned.settings, lines=True, no_entries=False)
        kept = again(dataclasses.replace(pinned, settings=settings), inputs_of(finished), scratch / "lines", None, None)
    entries = tables.read(kept.path / "entries.parquet", columns=["subject_id", "factor_id"])
    asked = set(factors)
    recipes = [each for each in pc.unique(entries.column("factor_id")).to_pylist() if each]
    resting = pa.array([each for each in recipes if asked & set(each.split(TOGETHER))], pa.string())
    ids = (
        entries.filter(pc.is_in(entries.column("factor_id"), value_set=resting)).column("subject_id").cast(pa.string())
    )
    return int(pc.sum(pc.is_in(pc.unique(ids), value_set=subjects)).as_py() or 0)
