"""The auditor's pack: one zip with all that is needed to check an inventory without asking the company again.

    README.txt, SHA256SUMS     what to do, and the hash of every file
    inventory/                 the record and its tables; of each run run.json, and its tables and what it read where they are not too large
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
from leafmark.inventory.book import RECORD_FILE
from leafmark.inventory.report import archive, sampling
from leafmark.inventory.report.facts import BYS, Facts
from leafmark.inventory.report.line_tree import Trees
from leafmark.inventory.report.readme import readme
from leafmark.inventory.report.sources import pack_folders
from leafmark.inventory.seal import SUMS_FILE, seal

RUN_BYTES_MAX: Final = 256 << 20
"""Bytes of all runs' tables and prepared inputs up to which they go in whole; past it run.json alone, and the README says so."""
PREPARED: Final = "prepared"
"""Where an inventory keeps what its runs read."""
TOTALS_SCHEMA: Final = "leafmark.inventory-totals/1"
_PACK_HASH_CHARS: Final = 16


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
        left_out = _inventory(given, inside / "inventory")
        _packs(given, inside / "packs")
        _methods(given.record, inside / "methods")
        _json(inside / "inputs.json", inputs_of(given.inventory.path, given.record))
        _json(inside / "totals.json", totals_of(given))
        drawn = sampling.draw(lines, size, seed)
        _sample(given, drawn, inside / "sample")
        (inside / "report").mkdir()
        for file in reports:
            shutil.copyfile(file, inside / "report" / file.name)
        (inside / "README.txt").write_text(readme(given, drawn, left_out), encoding="utf-8")
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
    prepared = source / PREPARED
    whole = sum(map(size_of, (*runs.values(), prepared))) <= RUN_BYTES_MAX
    if whole and prepared.is_dir():
        shutil.copytree(prepared, target / PREPARED)
    for name, folder in runs.items():
        for path in files_of_run(folder) if whole else [folder / "run.json"]:
            if path.is_file():
                copied = target / name / path.relative_to(folder)
                copied.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copied)
    return [] if whole else sorted(runs)


def is_inside(name: str) -> bool:
    """Whether a recorded folder lies below the inventory."""
    path = PurePath(name)
    return not path.is_absolute() and ".." not in path.parts


def files_of_run(folder: Path) -> list[Path]:
    """A run's record and tables; packs go in once for all runs."""
    if not folder.is_dir():
        return []
    return [
        path for path in sorted(folder.rglob("*")) if path.is_file() and path.relative_to(folder).parts[0] != "packs"
    ]


def size_of(folder: Path) -> int:
    """Bytes of a run's record and tables."""
    return sum(path.stat().st_size for path in files_of_run(folder))


def pack_name(pack_id: str, digest: str) -> str:
    """The folder of a factor pack within the auditor's."""
    return f"{pack_id}-{digest[:_PACK_HASH_CHARS]}"


def _packs(given: Facts, target: Path) -> None:
    target.mkdir()
    for digest, folder in pack_folders(given.inventory.path, given.record).items():
        shutil.copytree(folder, target / pack_name(folder.name, digest))


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
