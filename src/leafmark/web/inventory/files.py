"""Files of an inventory to take away: made once for each state of its folder, language and seed, and kept in the workspace."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from django.conf import settings

from leafmark.inventory.book import Inventory
from leafmark.inventory.report.making import PACK_FILE, make, statements_of
from leafmark.web.inventory.finding import stamp

FILES: Final = {"report": ("report.html", "text/html; charset=utf-8"),
                "workbook": ("report.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                "pack": (PACK_FILE, "application/zip")}  # fmt: skip
"""Kind -> file and its type."""
_FORMATS: Final = {"report": ("html",), "workbook": ("xlsx",), "pack": ("html", "xlsx", "pack")}
_FOLDER: Final = "inventory-reports"
_KEPT_MAX: Final = 20
"""Folders of files that are kept; the oldest go."""


def made(folder: Path, kind: str, language: str, seed: str) -> Path:
    """The file, made now if it is not there.

    Raises
    ------
    InventoryError : the inventory cannot be read. ValueError : the seed cannot be one.
    """
    said = "\x1f".join(map(str, (*stamp(folder), kind, language, seed if kind == "pack" else "")))
    kept = Path(settings.WORKSPACE.folder) / _FOLDER / hashlib.sha256(said.encode()).hexdigest()[:32]
    file = kept / FILES[kind][0]
    if not file.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".making-", dir=kept.parent) as temporary:
            out = Path(temporary) / "out"
            inventory = Inventory.open(folder)
            make(inventory, out, language, _FORMATS[kind], statements=statements_of(inventory), seed=seed)
            with suppress(OSError):  # made by another at the same moment
                out.rename(kept)
        _forget(kept.parent)
    return file


def _forget(parent: Path) -> None:
    folders = sorted(
        (each for each in parent.iterdir() if each.is_dir() and not each.name.startswith(".")),
        key=lambda each: each.stat().st_mtime,
    )
    for each in folders[:-_KEPT_MAX]:
        shutil.rmtree(each, ignore_errors=True)
