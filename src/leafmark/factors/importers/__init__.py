"""Importers of publishers' own files: each turns one file into factor rows, their source, and the faults met.

`IMPORTERS` names them; `sniff` finds the one that reads a file by its content, never by its name. `read` does both.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from leafmark.factors.importers import desnz, epa_hub, epa_supply_chain, owid, tidy
from leafmark.factors.importers.base import Imported, UnreadableFile

__all__ = ["IMPORTERS", "Imported", "UnreadableFile", "read", "sniff"]

IMPORTERS: dict[str, Callable[[Path], Imported]] = {
    "desnz": desnz.read,
    "epa-supply-chain": epa_supply_chain.read,
    "epa-hub": epa_hub.read,
    "owid": owid.read,
    "tidy": tidy.read,
}
_HEAD_CHARS = 4096
_SPREADSHEET_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx (zip), xls (compound file)


def sniff(path: Path) -> str:
    """Return the name of the importer that reads a file.

    Raises
    ------
    UnreadableFile
        None does; the message says what each looks for.
    """
    path = Path(path)
    with path.open("rb") as file:
        head = file.read(_HEAD_CHARS)
    if head.startswith(_SPREADSHEET_STARTS):
        return _sniff_spreadsheet(path)
    lines = head.decode("utf-8-sig", errors="replace").splitlines()
    header = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    if "NAICS Code" in header and "Supply Chain Emission Factors" in header:
        return "epa-supply-chain"
    if "Carbon intensity" in header and "Code" in header.split(","):
        return "owid"
    if {"key", "co2e_kg"} <= set(header.split(",")):
        return "tidy"
    raise UnreadableFile(
        f"{path.name}: no importer reads it; known are the UK flat file (xls, xlsx), the EPA hub (xlsx), EPA "
        "supply-chain factors and OWID carbon intensity (CSV), and the tidy CSV of docs/packs/importers.md"
    )


def _sniff_spreadsheet(path: Path) -> str:
    finders: tuple[tuple[str, Callable[[Path], object]], ...] = (
        ("desnz", desnz.find_table),
        ("epa-hub", epa_hub.find_sheet),
    )
    for name, find in finders:
        try:
            find(path)
        except UnreadableFile:
            continue
        return name
    raise UnreadableFile(f"{path.name}: a spreadsheet, but neither the UK flat file nor the EPA hub")


def read(path: Path, importer: str | None = None) -> Imported:
    """Read a file with a named importer, or with the one that `sniff` finds.

    Raises
    ------
    UnreadableFile
        No importer reads the file, or the named one does not.
    """
    name = importer or sniff(path)
    if name not in IMPORTERS:
        raise UnreadableFile(f"no importer {name!r}; known are {', '.join(IMPORTERS)}")
    return IMPORTERS[name](Path(path))
