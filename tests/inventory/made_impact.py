"""Folders of impact made by hand for tests: sound rows that tests replace, every gate answered unless told otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from made_bonds import write

from leafmark.engine.schema import ENTRY_SCHEMA
from leafmark.inventory.impact.gates import questions

PROGRAMME: dict[str, Any] = {
    "programme": "city", "name": "City", "solution": "metro", "timeframe": "the day", "reference_scenario": "car", "life_cycle_solution": "WTW",
    "life_cycle_reference": "WTW", "difference": "less", "company_scale": "", "solution_data": "specific", "reference_data": "average",
}  # fmt: skip
MINT: dict[str, Any] = {
    "mint_id": "m", "programme": "city", "action": "metro", "participant": "", "day": "2025-05-03", "statement": "avoided", "evidence": "A",
    "co2e_mg": "1000", "method_id": "trip.public_transport", "run_id": "", "subject_id": "",
}  # fmt: skip
ANSWERS: list[dict[str, Any]] = [
    {"question": each.question, "programme": "" if each.of == "company" else "city", "answer": each.passes or "no", "evidence": "a document",
     "answered_on": "2025-02-01", "answered_by": "team"}
    for each in questions()
]  # fmt: skip
SETTINGS = '[organisation]\nid = "own"\nname = "Own Company"\n[period]\nfrom = 2025-01-01\nuntil = 2026-01-01\n'


def impact_folder(
    path: Path,
    *,
    mints: Iterable[Mapping[str, Any]] = (MINT,),
    answers: Iterable[Mapping[str, Any]] = ANSWERS,
    programmes: Iterable[Mapping[str, Any]] = (PROGRAMME,),
    participants: Iterable[Mapping[str, Any]] = (),
    comparisons: Iterable[Mapping[str, Any]] = (),
    settings: str = "",
) -> Path:
    """A folder of these rows, stating 2025."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "impact.toml").write_text(SETTINGS + settings, encoding="utf-8")
    tables = {
        "mints": mints,
        "answers": answers,
        "programmes": programmes,
        "participants": participants,
        "comparisons": comparisons,
    }
    for name, rows in tables.items():
        write(path / f"{name}.csv", list(rows))
    return path


def entries(file: Path, rows: Iterable[Mapping[str, Any]], book: str = "impact") -> Path:
    """A Parquet file of entries given as a few columns."""
    import datetime as dt

    plain = {
        "run_id": "run", "activity_id": "x", "subject_id": "s", "date": dt.date(2025, 6, 1), "book": book, "method_id": "appliance.saving_in_use",
        "method_version": 1, "factor_id": "grid", "co2e_ug": 0,
    }  # fmt: skip
    full = []
    for row in rows:
        entry = {**plain, **row}
        full.append({"low_ug": entry["co2e_ug"], "high_ug": entry["co2e_ug"], **entry})
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(full, schema=ENTRY_SCHEMA), file)
    return file
