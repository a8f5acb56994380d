"""The explain operation: a published figure's way back to lines, factors and sources, out of the run it came from."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from django.conf import settings
from django.http import HttpRequest
from ninja import Router

from leafmark.engine.explain import Explainer, ExplainMismatch
from leafmark.engine.inputs import InputError
from leafmark.engine.run import RunError
from leafmark.web.api.auth import Needs, client_of
from leafmark.web.api.problems import Problem
from leafmark.web.api.shelf import Version, product_for, publication_for
from leafmark.web.shelf.models import Run

OPEN_MAX: Final = 3
"""Runs that a process keeps open: each holds its packs and an index of its input."""

router = Router(auth=Needs("explain"))
log = logging.getLogger(__name__)
_opened: OrderedDict[Path, Explainer] = OrderedDict()
_lock = threading.Lock()
"""An explainer serves one thread at a time."""


@router.get("/explain/{brand}/{path:product_id}", response=dict[str, Any], operation_id="explain", tags=["explain"])
def explain(request: HttpRequest, brand: str, product_id: str, version: Version = None) -> dict[str, Any]:
    """A published figure's stages, lines, factors and sources: `leafmark.explain/1`. Every level adds up to the one above it."""
    product = product_for(client_of(request), brand, product_id)
    publication = publication_for(product, version)
    return tree_of(publication.run, product.product_id)


def tree_of(run: Run, product_id: str) -> dict[str, Any]:
    """The tree of a product in a run, without the names of this machine's folders.

    Raises
    ------
    Problem : the run cannot be opened, or its inputs or packs are not what they were.
    """
    folder = settings.WORKSPACE.folder / run.folder
    try:
        with _lock:
            tree = _explainer(folder).explain(f"id:{product_id}")
    except (RunError, InputError, ExplainMismatch, OSError, ValueError, pa.ArrowException) as error:
        log.warning("explain %s %s: %s", run.run_id, product_id, error)
        with _lock:
            _forget(folder)
        raise Problem(
            "not-explainable", f"run {run.run_id}: its folder, inputs or packs are missing or changed"
        ) from error
    return _named_plainly({**tree, "run": run.run_id})


def _explainer(folder: Path) -> Explainer:
    if folder not in _opened:
        while len(_opened) >= OPEN_MAX:
            _forget(next(iter(_opened)))
        _opened[folder] = Explainer(folder)
    _opened.move_to_end(folder)
    return _opened[folder]


def _forget(folder: Path) -> None:
    if (explainer := _opened.pop(folder, None)) is not None:
        explainer.close()


def close() -> None:
    """Let go of all runs."""
    with _lock:
        for folder in list(_opened):
            _forget(folder)


def _named_plainly(value: Any) -> Any:
    """A tree whose files are named without their folders."""
    if isinstance(value, dict):
        return {
            name: Path(each).name if name == "file" and each else _named_plainly(each) for name, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_named_plainly(each) for each in value]
    return value
