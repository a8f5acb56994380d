"""Imported rows as a pack folder, for `leafmark factors check` and for editing."""

from __future__ import annotations

import csv
from pathlib import Path

from leafmark.factors.importers.base import FACTOR_NAMES, SOURCE_NAMES, Imported, Row
from leafmark.factors.native_sets import gwp_note


def write_pack(imported: Imported, folder: Path, pack_id: str, version: str) -> None:
    """Write `pack.toml`, `factors.csv` and `sources.csv`; nothing is checked here.

    Raises
    ------
    FileExistsError
        The folder holds a pack already.
    """
    if (folder / "pack.toml").exists():
        raise FileExistsError(f"{folder} holds a pack already; choose another --out")
    folder.mkdir(parents=True, exist_ok=True)
    title = "; ".join(str(source["title"]) for source in imported.sources)
    fields = {
        "id": pack_id, "version": version, "title": title, "licence_note": "as the sources state",
        "gwp_note": gwp_note(imported.rows),
    }  # fmt: skip
    quoted = (
        '{} = "{}"\n'.format(name, value.replace("\\", "\\\\").replace('"', '\\"')) for name, value in fields.items()
    )
    (folder / "pack.toml").write_text("".join(quoted), encoding="utf-8")
    _write(folder / "factors.csv", FACTOR_NAMES, imported.rows)
    _write(folder / "sources.csv", SOURCE_NAMES, imported.sources)


def _write(path: Path, names: tuple[str, ...], rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
