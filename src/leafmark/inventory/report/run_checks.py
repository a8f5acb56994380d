"""A run of an inventory: whether its folder is whole, whether it comes out the same again, and what of it is in the lines."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from leafmark.engine import tables
from leafmark.engine.inputs import InputError
from leafmark.engine.pinned import DamagedPackError
from leafmark.engine.replay import ChangedInputError
from leafmark.engine.replay import replay as made_again
from leafmark.engine.run import Run, RunError, open_run
from leafmark.engine.verify import verify as engine_verify
from leafmark.factors.fault import PackError
from leafmark.inventory.report.findings import Check
from leafmark.inventory.report.line_checks import total_ug
from leafmark.inventory.report.packed_runs import is_inside
from leafmark.inventory.seal import sha256

_DAMAGE = (RunError, InputError, PackError, OSError, ValueError, KeyError, TypeError, pa.ArrowException, duckdb.Error)


def of_run(
    folder: Path, run: Mapping[str, Any], lines: pa.Table, record: Mapping[str, Any], inputs: Sequence[Path], replay: bool
) -> Check:  # fmt: skip
    """Check one run of an inventory's record."""
    name = str(run.get("folder"))
    check = Check(f"run {Path(name).name}")
    where = folder / name
    if not is_inside(name) or not (where / "run.json").is_file():
        check.gaps.append(f"{name}: no run lies there; give the inventory's own folder")
        return check
    try:
        opened = open_run(where)
    except _DAMAGE as fault:
        check.faults.append(f"{name}/run.json: {fault}")
        return check
    if opened.id != run.get("run_id"):
        check.faults.append(f"{name}/run.json: run {opened.id}, expected {run.get('run_id')}")
    if not tables.exists(where / "entries.parquet"):
        check.gaps.append(
            f"{name}: its tables were left out of the pack: neither whole nor made again could be looked at"
        )
        return check
    _whole(check, opened)
    _in_the_lines(check, opened, lines)
    if replay:
        _again(check, opened, inputs)
    else:
        check.gaps.append("not made again: it was not asked for")
    return check


def _whole(check: Check, run: Run) -> None:
    """The engine's own verification of a run's folder."""
    try:
        found = engine_verify(run)
    except _DAMAGE as fault:
        check.faults.append(f"its folder cannot be verified: {fault}")
        return
    check.faults += [
        f"{each['file']}, {each['column'] or each['row'] or each['check']}: found {each['found']}, expected {each['expected']}"
        for each in found["faults"]
    ]


def _in_the_lines(check: Check, run: Run, lines: pa.Table) -> None:
    """The run's grams in the book: each once, in a scope or as a gas outside Kyoto; memo columns are in no run's total."""
    mine = lines.filter(pc.equal(lines["run_id"], run.id))
    mine = mine.filter(
        pc.or_(pc.is_null(mine["outside"]), pc.fill_null(pc.equal(mine["outside"], "other_gases"), False))
    )
    booked, whole = total_ug(mine["co2e_ug"]), run.record["totals"]["co2e_ug"] or 0
    check.about = f"{run.id}: {booked:,} of {whole:,} micrograms are in the book"
    if booked != whole:
        check.faults.append(f"lines.parquet has {booked:,} micrograms of this run, the run {whole:,}")


def _again(check: Check, run: Run, places: Sequence[Path]) -> None:
    """Make the run again, if its inputs are here."""
    with tempfile.TemporaryDirectory(prefix="leafmark-inputs-") as folder:
        given, gaps = _inputs(run, places, Path(folder))
        if gaps:
            check.gaps += gaps
            return
        _compared(check, run, given)


def _compared(check: Check, run: Run, given: tuple[Any, ...]) -> None:
    try:
        found = made_again(run, given=given)
    except (ChangedInputError, DamagedPackError) as fault:
        check.faults.append(f"cannot be made again: {fault}")
        return
    except _DAMAGE as fault:
        check.gaps.append(f"cannot be made again here: {fault}")
        return
    if found["same"]:
        check.about += "; made again, every figure the same"
        return
    changed = [*found["inputs_changed"], *found["packs_changed"], *found["settings_changed"]]
    check.faults += [f"changed since the run: {each}" for each in changed]
    check.faults += [f"made again, {each['total']}: {each['then']} then, {each['now']} now" for each in found["totals"]]
    check.faults += [
        f"made again, {name}: {table['differing']:,} rows differ"
        for name, table in found["tables"].items()
        if table["differing"]
    ]


def _inputs(run: Run, places: Sequence[Path], links: Path) -> tuple[tuple[Any, ...], list[str]]:
    """Where each input can be read: by its hash in one of the places, under its own name; else as recorded; what is nowhere is said."""
    by_hash = {sha256(path): path for place in places for path in sorted(place.rglob("*")) if path.is_file()}
    found: list[str | None] = []
    gaps: list[str] = []
    for number, each in enumerate(run.record["inputs"]):
        name, digest = str(each["file"]), str(each["sha256"])
        if digest in by_hash:  # rows that were refused name their file: the name has to be the recorded one
            link = links / str(number) / Path(name).name
            link.parent.mkdir()
            link.symlink_to(by_hash[digest].resolve())
            found.append(str(link))
            continue
        found.append(None)
        if not Path(name).is_file():
            gaps.append(
                f"not made again: the input {Path(name).name} (sha256 {digest[:16]}...) is not here; put it into a folder and give --inputs"
            )
    return (tuple(found) if any(found) else ()), gaps


def of_others(lines: pa.Table, record: Mapping[str, Any]) -> Check:
    """Lines of no recorded run: entries of other rooms, which their rooms explain; held to what the record says was taken in."""
    known = {str(run.get("run_id")) for run in record.get("runs", ())}
    check = Check("lines of other rooms")
    others = sorted(set(lines["run_id"].unique().to_pylist()) - known)
    for run_id in others:
        mine = lines.filter(pc.equal(lines["run_id"], run_id))
        templates = ", ".join(sorted(set(mine["template"].to_pylist())))
        check.gaps.append(
            f"{mine.num_rows:,} lines of {run_id!r} ({templates}): no run of this inventory; hold them against what gave them"
        )
    for given in record.get("given", ()):
        of_place = [pc.equal(lines[name], given[name]) for name in ("template", "entity_id", "site_id")]
        mine = lines.filter(
            functools.reduce(
                pc.and_, of_place, pc.is_in(lines["run_id"], value_set=pa.array(given["run_ids"], pa.string()))
            )
        )
        booked, said = total_ug(mine["co2e_ug"]), sum(each["co2e_ug"] for each in given["shares"])
        if booked != said:
            check.faults.append(
                f"lines.parquet has {booked:,} micrograms of {given['template']} at {given['site_id']}, inventory.json says {said:,}"
            )
    return check
