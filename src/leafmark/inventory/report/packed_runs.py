"""The runs of an inventory in its auditor's pack: which go in whole, what they read, and what is said where one stays out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Final

from leafmark.engine import tables
from leafmark.engine.pack_places import LEFT_OUT_FILE
from leafmark.inventory.report.sampling import Drawn

PREPARED: Final = "prepared"
"""Where an inventory keeps what its runs read."""


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


def too_large(source: Path, runs: Mapping[str, Path], bytes_max: int) -> list[str]:
    """Runs that stay out, so that as many as can be are whole: the smallest go in first."""
    sizes = {name: size_of(folder) + sum(path.stat().st_size for path in read_by(source, folder)) for name, folder in runs.items()}  # fmt: skip
    room, left_out = bytes_max, []
    for name in sorted(sizes, key=lambda name: (sizes[name], name)):
        if sizes[name] <= room:
            room -= sizes[name]
        else:
            left_out.append(name)
    return sorted(left_out)


def read_by(source: Path, run: Path) -> list[Path]:
    """What a run read of the inventory's own prepared tables."""
    names = [PurePath(str(each["file"])).name for each in _inputs_of_run(run)]
    return [path for path in (source / PREPARED / name for name in names) if path.is_file()]


def _inputs_of_run(run: Path) -> list[dict[str, Any]]:
    """The recorded inputs; none where the record cannot be read, which verify says."""
    try:
        return list(json.loads((run / "run.json").read_text(encoding="utf-8"))["inputs"])
    except (OSError, ValueError, KeyError):
        return []


def say_what_is_left_out(record: Mapping[str, Any], left_out: Iterable[str], drawn: Drawn, target: Path) -> None:
    """Where a run's tables would lie, say why they do not and what to do: whoever asks for one of its figures is told."""
    ids = {str(run["folder"]): str(run["run_id"]) for run in record.get("runs", ())}
    for name in left_out:
        sampled = [f"sample/{line['place']:03}.txt" for line in drawn.lines if line["run_id"] == ids[name]]
        here = f"Lines of it that were drawn are explained in this pack: {', '.join(sampled)}. " if sampled else ""
        (target / name).mkdir(parents=True, exist_ok=True)
        (target / name / LEFT_OUT_FILE).write_text(
            f"They, and what the run read, were too large for this auditor's pack. {here}For any other figure of it, ask the company for the "
            f"inventory's folder, and give the same command there: leafmark explain {name} ...\n",
            encoding="utf-8",
        )


@dataclass(frozen=True, slots=True)
class PackedRun:
    """A run that lies whole in the pack: its folder, its largest subject, and names of inputs that are not in the pack."""

    folder: str
    subject: str | None
    missing: tuple[str, ...]


def of_runs(source: Path, record: Mapping[str, Any], left_out: Iterable[str]) -> list[PackedRun]:
    """What the README says of each run that is in the pack with its tables."""
    found = []
    for name in (str(run["folder"]) for run in record.get("runs", ()) if str(run["folder"]) not in set(left_out)):
        folder = source / name
        if is_inside(name) and tables.exists(folder / "products.parquet"):
            here = {path.name for path in read_by(source, folder)}
            names = [PurePath(str(each["file"])).name for each in _inputs_of_run(folder)]
            found.append(PackedRun(name, _largest(folder), tuple(each for each in names if each not in here)))
    return found


def _largest(run: Path) -> str | None:
    products = tables.read(run / "products.parquet", ["product_id", "co2e_ug"]).to_pylist()
    known = [row for row in products if row["co2e_ug"] is not None]
    return (
        str(min(known, key=lambda row: (-abs(row["co2e_ug"]), str(row["product_id"])))["product_id"]) if known else None
    )
