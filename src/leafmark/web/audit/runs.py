"""The runs that a site knows: those whose figures it published, and finished ones that lie in its workspace or in its inventories."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import Http404

from leafmark.engine.run import Run, RunError, open_run
from leafmark.web.shelf import models

OF_INVENTORIES: Final = "inventories/*/runs/*/run.json"
"""Runs that an inventory is made of: they lie in its folder."""


def known() -> dict[str, Run]:
    """Finished runs by id, those of the shelf first."""
    workspace = Path(settings.WORKSPACE.folder)
    folders = [workspace / folder for folder in models.Run.objects.order_by("pk").values_list("folder", flat=True)]
    folders += sorted(each.parent for each in workspace.glob("*/run.json"))
    folders += sorted(each.parent for each in workspace.glob(OF_INVENTORIES))
    found: dict[str, Run] = {}
    for folder in folders:
        try:
            run = open_run(folder)
            found.setdefault(run.id, run)
        except (RunError, OSError, KeyError, json.JSONDecodeError):
            continue  # not finished, or no run of one method: nothing to audit in it
    return found


def run_of(run_id: str) -> Run:
    """A known run.

    Raises
    ------
    Http404 : there is none of that id, or it is gone.
    """
    found = known().get(run_id)
    if found is None:
        raise Http404(f"no run {run_id}")
    return found
