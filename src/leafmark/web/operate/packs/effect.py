"""What a candidate pack would do to published figures, as a job: each run calculated again with it, in a folder that is thrown away."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.http import Http404

from leafmark.engine.candidate import effect
from leafmark.engine.inputs import InputError
from leafmark.engine.lookup import FactorChoiceError
from leafmark.engine.pinned import DamagedPackError
from leafmark.engine.replay import ChangedInputError
from leafmark.engine.run import RunError, open_run
from leafmark.factors.revision import CHANGED, REMOVED, revise
from leafmark.web.audit.explained import folder_of
from leafmark.web.jobs.models import DONE, Job
from leafmark.web.jobs.start import JobFault, progress
from leafmark.web.operate.packs.active import active_packs
from leafmark.web.operate.packs.installed import installed_as
from leafmark.web.shelf.models import Product, Run

NAME = "pack_effect"
FUNCTION = "leafmark.web.operate.packs.effect.pack_effect"


def pack_effect(name: str, sha256: str, against: list[str], today: str) -> dict[str, Any]:
    """How many published figures rest on a factor that the candidate changes, and how they would change.

    Parameters
    ----------
    name, sha256 : the candidate's folder, and the hash of the pack that was looked at.
    against : hashes of the packs that count, as they were looked at.
    today : what is published later than that is not known yet.

    Raises
    ------
    JobFault : candidate or active packs are no longer those that were looked at.
    """
    pack = _candidate(name, sha256)
    active = active_packs()
    if sorted(each.hash for each in active) != sorted(against):
        raise JobFault("Another pack was activated in the meantime. Look at the candidate again, and ask once more.")
    revision = revise(next((each for each in active if each.id == pack.id), None), pack)
    factors = revision.ids(CHANGED, REMOVED)
    known = min(revision.known_from, dt.date.fromisoformat(today)) if revision.known_from else None
    found = []
    runs = list(
        Run.objects.filter(pk__in=Product.objects.filter(current__isnull=False).values("current__run")).order_by("pk")
    )
    for number, run in enumerate(runs):
        progress(number, len(runs), Path(run.folder).name)
        found.append(_of_run(run, pack, factors, known))
    progress(len(runs), len(runs), "")
    whole = Counter[str]()
    for each in found:
        whole.update({"figures": each["figures"], **({} if each["why"] else {"using": each["using"], **each["kinds"]})})
    ends = [each for each in found if not each["why"] and each["lowest"] is not None]
    return {
        "name": name, "sha256": sha256, "against": sorted(against), "runs": found, "whole": dict(whole),
        "lowest": min((each["lowest"] for each in ends), default=None), "highest": max((each["highest"] for each in ends), default=None),
        "not_known": sum(each["figures"] for each in found if each["why"]),
    }  # fmt: skip


def last_effect(sha256: str, against: list[str]) -> Job | None:
    """The newest finished job that asked what a pack would do against these active ones."""
    asked = Job.objects.filter(name=NAME, state=DONE, arguments__sha256=sha256)
    return next((each for each in asked if sorted(each.arguments["against"]) == sorted(against)), None)


def _candidate(name: str, sha256: str) -> Any:
    try:
        pack = installed_as(name).pack
    except Http404:
        pack = None
    if pack is None or pack.hash != sha256:
        raise JobFault(
            f"packs/{name}: was changed or removed since it was looked at. Look at it again, and ask once more."
        )
    return pack


def _of_run(run: Run, pack: Any, factors: frozenset[str], known: dt.date | None) -> dict[str, Any]:
    ids = list(Product.objects.filter(current__run=run).values_list("product_id", flat=True).distinct())
    about = {"run_id": run.run_id, "name": Path(run.folder).name, "figures": len(ids), "why": ""}
    try:
        found = effect(open_run(folder_of(run)), pack, factors, pa.array(ids, pa.string()), known)
    except (RunError, InputError, FactorChoiceError, DamagedPackError, ChangedInputError, OSError) as error:
        return {**about, "why": type(error).__name__}
    return {**about, **asdict(found), "figures": len(ids), "known_on": str(found.known_on)}
