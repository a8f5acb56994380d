"""What a finished run pinned: its method, packs and settings, held to the hashes that the run recorded."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from leafmark.engine.run import Run, RunError
from leafmark.engine.settings import Settings
from leafmark.factors.model import Pack
from leafmark.methods import LIBRARY
from leafmark.methods.model import Method


@dataclass(frozen=True)
class Pinned:
    """Method, packs and settings of a run; `changed` names packs whose content is no longer the recorded one."""

    method: Method
    packs: tuple[Pack, ...]
    settings: Settings
    changed: list[str]


def pinned_method(run: Run) -> Method:
    """The method of a run, from the library.

    Raises
    ------
    RunError
        The library no longer has that version, or has it with another hash.
    """
    wanted = run.record["method"]
    name = f"{wanted['id']}@{wanted['version']}"
    found = next((m for m in LIBRARY if (m.id, m.version) == (wanted["id"], wanted["version"])), None)
    if found is None:
        raise RunError(
            f"method {name} of run {run.id} is not in this Leafmark; the run was made by {run.record['leafmark']}"
        )
    if found.hash != wanted["hash"]:
        raise RunError(
            f"method {name} has hash {found.hash[:16]} here, but the run pinned {wanted['hash'][:16]}: "
            f"it was changed without a new version; use the Leafmark that made the run ({run.record['leafmark']})"
        )
    return found


def pinned_settings(run: Run) -> Settings:
    """The settings of a run."""
    record = run.record
    return Settings(
        known_on=dt.date.fromisoformat(record["known_on"]),
        gwp=record["gwp"],
        gwp_strict=record["gwp_strict"],
        run_date=dt.date.fromisoformat(record["run_date"]),
        lines=record["lines"],
    )


def open_pinned(run: Run) -> Pinned:
    """Load what a run pinned. A pack whose content changed is named in `changed`, and loaded all the same."""
    packs, changed = [], []
    for recorded in run.record["packs"]:
        folder = run.path / "packs" / recorded["id"]
        if not folder.is_dir():
            raise RunError(f"{folder}: the pinned pack is not there; put it back, or make the run again")
        pack = Pack.load(folder)
        if pack.hash != recorded["sha256"]:
            changed.append(
                f"pack {recorded['id']} in {folder} (recorded {recorded['sha256'][:16]}, found {pack.hash[:16]})"
            )
        packs.append(pack)
    return Pinned(pinned_method(run), tuple(packs), pinned_settings(run), changed)
