"""One call makes every report of an inventory: it is read once, and each file is written whole or not at all."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from leafmark.inventory.book import Inventory, InventoryError
from leafmark.inventory.report import auditors_pack, entries, page, workbook
from leafmark.inventory.report.facts import gather
from leafmark.inventory.report.from_history import base_year
from leafmark.inventory.report.sampling import SIZE
from leafmark.inventory.seal import sha256
from leafmark.inventory.time.history import History

FORMATS: Final = ("html", "xlsx", "entries", "jsonl", "pack")
USUAL: Final = ("html", "xlsx", "entries", "pack")
STATEMENTS_FILE: Final = "report.toml"
"""In an inventory's folder: what the company says besides, where no other file is given."""
PACK_FILE: Final = "auditors-pack.zip"
Progress = Callable[[int, int, str], None]

PUBLISHABLE: Final = "publishable"
"""Status of an impact statement all of whose gates are passed (`leafmark.inventory.impact`)."""


def statements_of(inventory: Inventory) -> Path | None:
    """The inventory's own file of statements, if there is one."""
    path = inventory.path / STATEMENTS_FILE
    return path if path.is_file() else None


def make(
    inventory: Inventory, out: Path, language: str = "en", formats: tuple[str, ...] = USUAL, *, statements: Path | None = None,
    impact: Path | None = None, history: Path | None = None, seed: str = "leafmark", sample: int = SIZE, progress: Progress | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Write the reports of an inventory into a folder.

    Parameters
    ----------
    formats : of `html` (report.html), `xlsx` (report.xlsx), `entries` (entries.parquet and .csv with their dictionary), `jsonl`
        (entries.jsonl) and `pack` (auditors-pack.zip, with the page and the workbook that were asked for).
    statements : TOML of what the company says besides (`statements`); `report.toml` of the folder where there is one and none
        is given. impact : JSON of a statement of the book `impact`, for a page of its own. history : a folder of years, for the base
        year, its recalculations and the years' totals, unless the statements say them.
    seed, sample : of the auditor's sample.

    Returns
    -------
    `inventory, files: [{file, bytes, sha256}], missing: [required items without content]`.

    Raises
    ------
    InventoryError : something given cannot be read. ValueError : a format, seed or size is out of bounds.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown or not formats:
        raise ValueError(f"format: expected of {', '.join(FORMATS)}, found {', '.join(unknown) or 'none'}")
    tell = progress or (lambda *_: None)
    steps = len(formats) + 1
    tell(0, steps, "report")
    out.mkdir(parents=True, exist_ok=True)
    lines = inventory.table("lines")
    given = gather(inventory, statements or statements_of(inventory), lines)
    if history is not None:
        given = dataclasses.replace(
            given, said={"base_year": base_year(History.open(history), language=language), **given.said}
        )
    beside = _impact(impact) if impact else None
    reports: list[Path] = []
    made: list[Path] = []
    for done, form in enumerate((name for name in FORMATS if name in formats), 1):
        tell(done, steps, form)
        if form == "html":
            reports.append(_text(out / "report.html", page.page(given, language, beside is not None)))
            if beside is not None:
                made.append(_text(out / page.IMPACT_FILE, page.impact_page(beside, language)))
        elif form == "xlsx":
            reports.append(workbook.write(given, out / "report.xlsx", language))
        elif form == "pack":
            made.append(auditors_pack.write(given, lines, out / PACK_FILE, reports, seed, sample))
        else:
            made += entries.write(inventory, out, ("parquet", "csv") if form == "entries" else ("jsonl",), lines)
    tell(steps, steps, "report")
    files = list(dict.fromkeys([*reports, *made]))
    return {
        "inventory": str(inventory.path),
        "files": [{"file": str(path), "bytes": path.stat().st_size, "sha256": sha256(path)} for path in files],
        "missing": page.missing(given),
    }


def _text(path: Path, content: str) -> Path:
    half = path.with_name(f"{path.name}.part")
    half.write_text(content, encoding="utf-8")
    return half.replace(path)


def _impact(path: Path) -> dict[str, Any]:
    """A statement of the book `impact`; any other is refused, so that nothing else comes to stand beside the inventory under its name."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise InventoryError(f"{path}: cannot be read as JSON: {fault}") from fault
    book = found.get("book") if isinstance(found, dict) else None
    if book != "impact":
        raise InventoryError(f"{path}: book: expected impact, found {book!r}; give the JSON of an impact statement")
    if found.get("status") != PUBLISHABLE:
        left = "; ".join(map(str, found.get("open") or ())) or "it says nothing of its gates"
        raise InventoryError(
            f"{path}: status: expected {PUBLISHABLE}, found {found.get('status')!r}: a statement whose gates are open is published nowhere "
            f"({left}); leafmark inventory impact FOLDER --json says what is left"
        )
    return dict(found)
