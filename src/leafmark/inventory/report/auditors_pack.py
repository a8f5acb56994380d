"""The auditor's pack: one zip with all that is needed to check an inventory without asking the company again.

    README.txt, SHA256SUMS     what to do, and the hash of every file
    inventory/                 the record and its tables; of each run run.json, and its tables and what it read, the smallest first, as far as they
                               are not too large; of the others left-out.txt, which says what to do
    packs/ID-HASH/             each pinned factor pack once, with its sources
    methods/ID@VERSION.json    each method's fields, of which its hash is made
    inputs.json                what each run read: name, hash, rows
    sample/                    lines drawn by the stated rule, each walked back to its source as text
    totals.json                both totals, every scope and category, in whole micrograms
    report/                    the report as page and workbook

The bytes are a function of the inventory, the seed and this version of Leafmark.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath
from typing import Any, Final

import pyarrow as pa

import leafmark
from leafmark.engine.pack_places import shared_name
from leafmark.inventory.book import RECORD_FILE
from leafmark.inventory.factor_sources import pack_folders
from leafmark.inventory.report import archive, sampling
from leafmark.inventory.report.facts import BYS, Facts
from leafmark.inventory.report.line_tree import Trees
from leafmark.inventory.report.packed_runs import (
    PREPARED,
    files_of_run,
    is_inside,
    of_runs,
    read_by,
    say_what_is_left_out,
    too_large,
)
from leafmark.inventory.report.readme import readme
from leafmark.inventory.seal import SUMS_FILE, seal

RUN_BYTES_MAX: Final = 256 << 20
"""Bytes of runs' tables and of what they read that go in, the smallest runs first; of the others run.json alone, and a file that says so."""
TOTALS_SCHEMA: Final = "leafmark.inventory-totals/1"


def write(
    given: Facts, lines: pa.Table, target: Path, reports: Iterable[Path] = (), seed: str = "leafmark", size: int = sampling.SIZE
) -> Path:  # fmt: skip
    """Write the pack.

    Parameters
    ----------
    reports : files that go into `report/`.
    seed, size : of the sample (`sampling.draw`); who audits should choose the seed.

    Raises
    ------
    ValueError : size or seed is out of bounds.
    """
    with tempfile.TemporaryDirectory(prefix="leafmark-pack-", dir=target.parent) as folder:
        inside = Path(folder)
        drawn = sampling.draw(lines, size, seed)
        left_out = _inventory(given, inside / "inventory")
        say_what_is_left_out(given.record, left_out, drawn, inside / "inventory")
        _packs(given, inside / "packs")
        _methods(given.record, inside / "methods")
        _json(inside / "inputs.json", inputs_of(given.inventory.path, given.record))
        _json(inside / "totals.json", totals_of(given))
        _sample(given, drawn, inside / "sample")
        (inside / "report").mkdir()
        for file in reports:
            shutil.copyfile(file, inside / "report" / file.name)
        whole = of_runs(given.inventory.path, given.record, left_out)
        (inside / "README.txt").write_text(readme(given, drawn, left_out, whole), encoding="utf-8")
        seal(inside)
        half = target.with_name(f"{target.name}.part")
        archive.pack(inside, half)
    return half.replace(target)


def _json(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8")


def _inventory(given: Facts, target: Path) -> list[str]:
    """Copy the record, the tables and the runs; the names of runs whose tables were left out."""
    source = given.inventory.path
    target.mkdir()
    for file in (RECORD_FILE, SUMS_FILE, *(path.name for path in sorted(source.glob("*.parquet")))):
        if (source / file).is_file():
            shutil.copyfile(source / file, target / file)
    runs = {
        str(run["folder"]): source / str(run["folder"])
        for run in given.record.get("runs", ())
        if is_inside(str(run["folder"]))
    }
    left_out = too_large(source, runs, RUN_BYTES_MAX)
    for name, folder in runs.items():
        files = [folder / "run.json"] if name in left_out else files_of_run(folder)
        copied = {path: target / name / path.relative_to(folder) for path in files}
        copied |= {} if name in left_out else {path: target / PREPARED / path.name for path in read_by(source, folder)}
        for path, to in copied.items():
            if path.is_file() and not to.exists():
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, to)
    return left_out


def _packs(given: Facts, target: Path) -> None:
    target.mkdir()
    for digest, (pack_id, folder) in pack_folders(given.inventory.path, given.record).items():
        shutil.copytree(folder, target / shared_name(pack_id, digest))


def _methods(record: Mapping[str, Any], target: Path) -> None:
    from leafmark.methods import LIBRARY

    target.mkdir()
    library = {(each.id, each.version): each for each in LIBRARY}
    for each in record.get("methods", ()):
        method = library.get((each["id"], each["version"]))
        if method is not None:
            _json(target / f"{method.name}.json", {"hash": method.hash, **dataclasses.asdict(method)})


def inputs_of(folder: Path, record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What each run of an inventory read: the file's name, its hash and rows."""
    found = []
    for run in record.get("runs", ()):
        try:
            inputs = json.loads((folder / str(run["folder"]) / "run.json").read_text(encoding="utf-8"))["inputs"]
        except (OSError, ValueError, KeyError):
            continue  # verify says that the run is not there
        found += [
            {"run_id": run["run_id"], "template": run.get("template"), "file": PurePath(str(each["file"])).name, "sha256": each["sha256"],
             "rows": each["rows"]} for each in inputs
        ]  # fmt: skip
    return found


def totals_of(given: Facts) -> dict[str, Any]:
    """Both totals and what they are made of, in whole micrograms."""
    return {
        "schema": TOTALS_SCHEMA, "leafmark": leafmark.__version__, "lines": given.lines, "unit": "microgram CO2e",
        **{by: {
            "co2e_ug": given.totals[by].co2e_ug, "low_ug": given.totals[by].low_ug, "high_ug": given.totals[by].high_ug,
            "rows": [{"scope": scope, "category": category, "co2e_ug": each.co2e_ug} for (scope, category), each in given.rows[by].items()],
        } for by in BYS},
        "outside": {what: each.co2e_ug for what, each in given.outside_totals.items()},
    }  # fmt: skip


def _sample(given: Facts, drawn: sampling.Drawn, target: Path) -> None:
    _json(target / "sample.json", drawn.record())
    groups = given.inventory.table("groups") if (given.inventory.path / "groups.parquet").is_file() else None
    trees = Trees(given.inventory.path, given.record, given.sources, groups)
    try:
        for line in drawn.lines:
            (target / f"{line['place']:03}.txt").write_text(trees.text(line), encoding="utf-8")
    finally:
        trees.close()
