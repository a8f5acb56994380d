"""Where the factors of an inventory come from: rows of the packs that its runs pinned, or of the pack inside Leafmark.

A pack is read once whatever number of runs pinned it. A factor that no pack holds, as a contract's own rate, has no source here: the
report says so and counts it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from leafmark.engine.pack_places import pack_folder
from leafmark.engine.recount import recipe_of
from leafmark.inventory import naming

_COLUMNS: Final = (
    "name_en", "name_zh", "region", "boundary", "unit", "co2e_kg", "gwp_set", "data_year", "locator", "f_gases", "other_co2e_kg",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """A factor as its publisher gives it; texts are empty where the publisher gives nothing. `co2e_kg` is per `unit`."""

    factor_id: str
    name_en: str
    name_zh: str
    region: str
    boundary: str
    unit: str
    co2e_kg: float
    gwp_set: str
    data_year: str
    locator: str
    f_gases: str
    other_co2e_kg: str
    publisher: str
    title: str
    url: str
    licence: str
    licence_class: str
    source_id: str
    pack: str

    def name(self, language: str) -> str:
        """Its name in the language of the report, where the pack has one; packs have Chinese in Simplified characters."""
        return naming.said(naming.title_of(self.name_en, self.name_zh, language), "factor", language)

    def published(self, language: str) -> tuple[str, str]:
        """Publisher and title."""
        return naming.publisher_and_title(self.source_id, self.publisher, self.title, language)

    def place(self, language: str) -> str:
        """Table, row or page, as the publisher names them."""
        return naming.said(self.locator, "locator", language)

    def terms(self, language: str) -> str:
        """Its licence, and the class of it."""
        kind = naming.called("licence_class", self.licence_class, language) or self.licence_class
        licence = naming.said(self.licence, "licence", language)
        return f"{licence} ({kind})" if language == "en" else f"{licence}（{kind}）"


def pack_folders(folder: Path, record: Mapping[str, Any]) -> dict[str, tuple[str, Path]]:
    """Id and folder of each pack that the runs of an inventory pinned, by the pack's hash."""
    found: dict[str, tuple[str, Path]] = {}
    for run in record.get("runs", ()):
        where = folder / str(run["folder"])
        try:
            pinned = json.loads((where / "run.json").read_text(encoding="utf-8"))["packs"]
        except (OSError, ValueError, KeyError):
            continue  # verify says what a run's folder lacks; a report is made of what is there
        for pack in pinned:
            inside = pack_folder(where, pack)
            if pack["sha256"] not in found and inside.is_dir():
                found[pack["sha256"]] = pack["id"], inside
    return found


def factors_of(folder: Path, record: Mapping[str, Any], wanted: Iterable[str]) -> dict[str, Known]:
    """The wanted factors that are in the packs of an inventory, by id; a recipe's factors one by one.

    Where a recorded pack lies in no run folder, the pack inside Leafmark stands in if its hash is the recorded one.
    """
    ids = {each for factor in wanted for each in recipe_of(factor)}
    folders = pack_folders(folder, record)
    found: dict[str, Known] = {}
    for pack_id, path in folders.values():
        found.update(_of_folder(path, pack_id, ids - found.keys()))
    missing = {str(pack.get("sha256")) for pack in record.get("packs", ())} - folders.keys()
    if missing and ids - found.keys():
        found.update(_of_builtin(missing, ids - found.keys()))
    return found


def _of_folder(path: Path, pack_id: str, ids: set[str]) -> Iterator[tuple[str, Known]]:
    if not ids:
        return
    with (path / "sources.csv").open(encoding="utf-8", newline="") as file:
        sources = {row["source_id"]: row for row in csv.DictReader(file)}
    with (path / "factors.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        header = next(rows)
        place = header.index("factor_id")
        for row in rows:
            if row[place] in ids:
                cells = dict(zip(header, row, strict=True))
                yield cells["factor_id"], _known(cells, sources[cells["source_id"]], pack_id)


def _of_builtin(hashes: set[str], ids: set[str]) -> Iterator[tuple[str, Known]]:
    from leafmark.factors.model import builtin

    pack = builtin()
    if pack.hash not in hashes:
        return
    for row in pack.factors.to_pylist():
        if row["factor_id"] in ids:
            source = pack.sources[row["source_id"]]
            yield row["factor_id"], _known(row, {name: getattr(source, name) for name in source.__slots__}, pack.id)


def _known(row: Mapping[str, Any], source: Mapping[str, Any], pack: str) -> Known:
    texts = {name: str(row.get(name) or "") for name in _COLUMNS if name != "co2e_kg"}
    return Known(
        factor_id=row["factor_id"], co2e_kg=float(row["co2e_kg"]), pack=pack,
        **texts, **{name: str(source.get(name) or "") for name in ("source_id", "publisher", "title", "url", "licence", "licence_class")},
    )  # fmt: skip
