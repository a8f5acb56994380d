"""Explanations of published figures, from runs that are kept open.

Opening a run hashes its inputs and loads its packs; a product of an open run takes some ten milliseconds. A run is opened again
when one of its inputs was changed, so that the change is told.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from leafmark.engine.explain import Explainer, ExplainMismatch, Tree
from leafmark.engine.inputs import InputError
from leafmark.engine.line_factors import Used
from leafmark.engine.pinned import DamagedPackError
from leafmark.engine.run import RunError, open_run
from leafmark.web.failures import without_folders
from leafmark.web.shelf.models import Publication, Run

KEPT_MAX = 4
"""Runs kept open in each process: each holds its packs, some tens of megabytes."""


class NotExplained(Exception):
    """A published figure cannot be made again from its run; the message says why, to those who keep the site."""


@dataclass
class _Kept:
    explainer: Explainer
    stamp: tuple[Any, ...]
    lock: threading.Lock = field(default_factory=threading.Lock)


_lock = threading.Lock()
_kept: OrderedDict[str, _Kept] = OrderedDict()


def folder_of(run: Run) -> Path:
    """Where a run of the shelf lies."""
    return Path(settings.WORKSPACE.folder) / run.folder


def explained(publication: Publication) -> Tree:
    """What a published figure is made of, made again now; its parts add up to it.

    Raises
    ------
    NotExplained : run, input or pack is gone or damaged, or gives another figure than was published.
    """
    tree = explained_in(folder_of(publication.run), publication.product.product_id)
    if tree["co2e_ug"] != publication.co2e_ug:
        raise NotExplained(
            f"run {publication.run.run_id} gives {tree['co2e_ug']} micrograms, but {publication.co2e_ug} were published"
        )
    return tree


def explained_in(folder: Path, subject: str) -> Tree:
    """What the figure of one of a run's products or orders is made of.

    Raises
    ------
    NotExplained : as `explained`.
    """
    with _open(folder) as kept:
        return kept.explainer.explain(f"id:{subject}")


def sum_in(folder: Path, address: list[str]) -> Tree:
    """A sum of a run, counted again: `total`, or conditions that all hold.

    Raises
    ------
    NotExplained : as `explained`, or the run has no such sum.
    """
    with _open(folder) as kept:
        return kept.explainer.explain(address)


def factor_in(folder: Path, factor_id: str) -> tuple[Used, list[dict[str, Any]]] | None:
    """A factor as it counts in a run, with the rows of the same key, place and boundary, oldest first; None: no such factor.

    Raises
    ------
    NotExplained : the run cannot be opened.
    """
    with _open(folder) as kept:
        return kept.explainer.factor(factor_id)


@contextmanager
def _open(folder: Path) -> Iterator[_Kept]:
    """An open run, for one thread at a time."""
    try:
        stamp = _stamp(folder)
        with _lock:
            kept = _kept.get(str(folder))
            if kept is None or kept.stamp != stamp:
                kept = _kept[str(folder)] = _Kept(Explainer(folder), stamp)
            _kept.move_to_end(str(folder))
            while len(_kept) > KEPT_MAX:
                _kept.popitem(last=False)  # closed when its last reader lets go of it
        with kept.lock:
            yield kept
    except (RunError, InputError, ExplainMismatch, DamagedPackError, OSError) as error:
        raise NotExplained(without_folders(str(error))) from error


def _stamp(folder: Path) -> tuple[Any, ...]:
    """What shows that a run or an input is no longer the one that was opened."""
    record = open_run(folder).record
    paths = [
        folder / "run.json",
        *(Path(str(each["file"]).rpartition("::")[0] or each["file"]) for each in record["inputs"]),
    ]
    found = [path.stat() if path.exists() else None for path in paths]
    return tuple(each and (each.st_mtime_ns, each.st_size) for each in found)
