"""What a run of another room tells of the factors behind its entries, for their F-gases to be told apart by them.

An entry names the factor of most of its grams. Where its run kept lines that is its only factor; where it kept sums by factor they say
whether it is. Then the entry's F-gases are mixed as that factor's are; else nobody can tell them apart.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from leafmark.engine import memory_database, tables
from leafmark.engine.run import Run, RunError, open_run


def factors_said(path: Path) -> dict[str, Any]:
    """`one_factor_each`: whether an entry with F-gases is by the one factor it names; with `run_id`, `gwp` and `packs` of its run.

    Empty where there is no run beside the entries.
    """
    folder = path.parent if path.name == "entries.parquet" else path
    if not (folder / "run.json").is_file():
        return {}
    try:
        run = open_run(folder)
    except RunError:
        return {}
    packs = [{name: pack[name] for name in ("id", "version", "sha256")} for pack in run.record["packs"]]
    return {"run_id": run.id, "gwp": run.record["gwp"], "packs": packs, "one_factor_each": _one_factor_each(run)}


def _one_factor_each(run: Run) -> bool:
    if run.record.get("lines"):
        return True
    file = run.path / "by_factor.parquet"
    if not tables.exists(file):
        return False
    with memory_database.connect() as connection:
        ((several,),) = connection.execute(
            f"""SELECT COUNT(*) FROM (SELECT subject_id FROM {tables.scan(file)} GROUP BY subject_id, scope, category, stage, part
                HAVING COUNT(DISTINCT factor_id) > 1 AND bool_or(COALESCE(gases.f_gases_ug, 0) <> 0))"""
        ).fetchall()
    return not several
