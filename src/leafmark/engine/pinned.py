"""What a finished run pinned: its method, packs, settings and inputs, held to the hashes that the run recorded."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from leafmark.engine.inputs import sha256_file
from leafmark.engine.pack_places import left_out, pack_folder
from leafmark.engine.run import Run, RunError
from leafmark.engine.settings import Settings
from leafmark.factors.model import Pack, PackError
from leafmark.methods import LIBRARY
from leafmark.methods.model import Method

MOVED_LEVELS: Final = 4
"""Folders above a run, and folders of an input's address, in which an input that was moved with its run is looked for."""


class DamagedPackError(AssertionError):
    """A pinned pack cannot be read, so it cannot be shown to be the recorded one: a check failed."""


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
            f"{run.path}: method {name} of the run is not in this Leafmark; expected one of "
            f"{', '.join(sorted(m.name for m in LIBRARY))}; use the Leafmark that made the run ({run.record['leafmark']})"
        )
    if found.hash != wanted["hash"]:
        raise RunError(
            f"{run.path}: method {name} has hash {found.hash[:16]} here, but the run pinned {wanted['hash'][:16]}: "
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
        no_entries=record.get("no_entries", record.get("products_only", False)),
        by_factor=record.get("by_factor", False),
    )


def recorded_input(recorded: dict[str, Any], run: Path | None = None) -> str:
    """Where a run's input can be read again: where it was, or beside the run's folder, if both were moved together.

    Parameters
    ----------
    run : the run's folder. A file of the recorded name in one of the folders above it, as deep as it was, is the input only if its hash is.

    Raises
    ------
    RunError
        It is not there, or its address was not kept.
    """
    name = str(recorded["file"])
    known = f"sha256 {recorded['sha256'][:16]}..."
    if "::" in name:
        database = name.rpartition("::")[0]
        if Path(database).exists():
            return name
        raise RunError(
            f"the run's input {name!r} is not to be reached: a database file that is gone ({known}), or a server, whose "
            "user and password a run does not keep; give the address again: --input ADDRESS, from Python given="
        )
    if not Path(name).exists():
        moved = _moved(Path(name), recorded["sha256"], run) if run is not None else None
        if moved is not None:
            return str(moved)
        told = left_out(run) if run is not None else ""
        raise RunError(
            f"the run's input {name!r} is not there: put the file back ({known}), or say where it is now: --input FILE; "
            f"where it was a table in memory, give that table from Python: given={f'. {told}' if told else ''}"
        )
    return name


def _moved(name: Path, sha256: str, run: Path) -> Path | None:
    """The input where a folder that holds both it and the run was moved to."""
    for above in list(run.resolve().parents)[:MOVED_LEVELS]:
        for depth in range(1, min(MOVED_LEVELS, len(name.parts) - 1) + 1):
            candidate = above.joinpath(*name.parts[-depth:])
            if candidate.is_file() and sha256_file(candidate) == sha256:
                return candidate
    return None


def open_pinned(run: Run) -> Pinned:
    """Load what a run pinned. A pack whose content changed is named in `changed`, and loaded all the same.

    Raises
    ------
    RunError
        A pack's folder is not there. `DamagedPackError`: what is there is no valid pack.
    """
    method = pinned_method(run)
    packs, changed = [], []
    for recorded in run.record["packs"]:
        folder = pack_folder(run.path, recorded)
        if not folder.is_dir():
            raise RunError(f"{folder}: the pinned pack is not there; put it back, or make the run again")
        try:
            pack = Pack.load(folder)
        except (PackError, OSError) as error:
            raise DamagedPackError(
                f"{folder}: the pinned pack does not pass this Leafmark's checks, so its hash cannot be held to the "
                f"recorded {recorded['sha256'][:16]}...: put pack {recorded['id']} {recorded['version']} back, or use the "
                f"Leafmark that made the run ({run.record['leafmark']}). {error}"
            ) from error
        if pack.hash != recorded["sha256"]:
            changed.append(
                f"pack {recorded['id']} in {folder} (recorded {recorded['sha256'][:16]}, found {pack.hash[:16]})"
            )
        packs.append(pack)
    return Pinned(method, tuple(packs), pinned_settings(run), changed)
