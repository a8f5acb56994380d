"""The inventories of a workspace, and their totals, which are kept until a folder changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from django.conf import settings
from django.http import Http404

from leafmark.inventory.book import Inventory, InventoryError
from leafmark.inventory.report.facts import Facts, gather
from leafmark.inventory.report.making import statements_of
from leafmark.web.failures import without_folders

FOLDER: Final = "inventories"
KEPT_MAX: Final = 8
"""Inventories whose totals are kept in each process: each some megabytes."""

_lock = threading.Lock()
_kept: OrderedDict[tuple[Any, ...], Facts] = OrderedDict()


@dataclass(frozen=True)
class Listed:
    """A folder below `inventories/`; `why` says why it cannot be shown."""

    name: str
    facts: Facts | None
    why: str = ""


def home() -> Path:
    """Where inventories lie."""
    return Path(settings.WORKSPACE.folder) / FOLDER


def names() -> list[str]:
    """Folders below `inventories/`, in order."""
    return sorted(each.name for each in home().glob("*") if each.is_dir() and not each.name.startswith("."))


def listed() -> list[Listed]:
    """Every folder, with its totals where it is an inventory."""
    found = []
    for name in names():
        try:
            found.append(Listed(name, _facts(home() / name)))
        except _FAULTS as fault:
            found.append(Listed(name, None, without_folders(str(fault))))
    return found


_FAULTS: Final = (InventoryError, pa.ArrowException, OSError, KeyError, TypeError, ValueError)


def facts_of(name: str) -> Facts:
    """An inventory's totals.

    Raises
    ------
    Http404 : there is no such folder, or it is no inventory.
    """
    if name not in names():
        raise Http404(f"no inventory {name}")
    try:
        return _facts(home() / name)
    except _FAULTS as fault:
        raise Http404(f"inventory {name} cannot be read") from fault


def stamp(folder: Path) -> tuple[Any, ...]:
    """What changes when a folder does."""
    files = sorted([*folder.glob("*.parquet"), *folder.glob("*.json"), *folder.glob("*.toml")])
    return (str(folder), *((each.name, each.stat().st_mtime_ns, each.stat().st_size) for each in files))


def _facts(folder: Path) -> Facts:
    key = stamp(folder)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    inventory = Inventory.open(folder)
    made = gather(inventory, statements_of(inventory))
    with _lock:
        _kept[key] = made
        while len(_kept) > KEPT_MAX:
            _kept.popitem(last=False)
    return made
