"""Verify an inventory's folder or an auditor's pack: what holds, what does not, and what could not be looked at and why.

    bytes and hashes -> lines -> totals, counted again by other code -> runs: whole, made again where their inputs are -> sample drawn again

Nothing is written but to a temporary folder. All faults are told at once.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from leafmark.engine.pack_places import shared_name
from leafmark.inventory.book import Inventory, InventoryError
from leafmark.inventory.report import archive, line_checks, run_checks, sampling
from leafmark.inventory.report.findings import Check
from leafmark.inventory.report.packed_runs import PREPARED, is_inside
from leafmark.inventory.seal import SUMS_FILE, files_of, parsed, sha256
from leafmark.inventory.tables import LINES_SCHEMA

SCHEMA: Final = "leafmark.inventory-verify/1"
Progress = Callable[[int, int, str], None]


def verify(
    path: Path, *, inputs: Path | None = None, replay: bool = True, progress: Progress | None = None
) -> dict[str, Any]:  # fmt: skip
    """Verify an inventory.

    Parameters
    ----------
    path : the folder of an inventory, or an auditor's pack.
    inputs : a folder in which the runs' inputs lie, for a machine that is not the company's; found by their hash, whatever their names.
    replay : make each run again whose inputs are here.
    progress : called with (steps done, steps, what).

    Returns
    -------
    `schema, path, kind: folder|pack, sound, sha256 (of a pack), totals, checks: [{check, state, about, faults, fault_count, not_verified, notes}]`.
    `sound` is false only where a fault was found; what could not be verified is named and is no fault.

    Raises
    ------
    InventoryError : there is neither a folder nor a pack.
    """
    tell = progress or (lambda *_: None)
    if path.is_dir():
        checks, totals = _folder(path, None, inputs, replay, tell)
        return _report(path, "folder", None, checks, totals)
    if not path.is_file():
        raise InventoryError(f"{path}: neither an inventory's folder nor an auditor's pack is there")
    with tempfile.TemporaryDirectory(prefix="leafmark-verify-") as temporary:
        inside = Path(temporary) / "pack"
        inside.mkdir()
        whole = _unpacked(path, inside, Path(temporary))
        if whole.faults and not (inside / SUMS_FILE).is_file():
            return _report(path, "pack", sha256(path), [whole], None)
        hashes = _hashes(inside)
        _put_packs_back(inside)
        checks, totals = _folder(inside / "inventory", inside, inputs, replay, tell)
        return _report(path, "pack", sha256(path), [whole, hashes, *checks], totals)


def _report(
    path: Path, kind: str, digest: str | None, checks: list[Check], totals: dict[str, Any] | None
) -> dict[str, Any]:
    return {
        "schema": SCHEMA, "path": str(path), "kind": kind, "sound": not any(check.faults for check in checks), "sha256": digest,
        "totals": totals, "checks": [check.record() for check in checks],
    }  # fmt: skip


def _unpacked(path: Path, inside: Path, temporary: Path) -> Check:
    """Unpack, and make the archive again from what came out: a byte that differs is one that nothing else accounts for."""
    check = Check("archive", "every byte is accounted for by the files in it")
    try:
        archive.unpack(path, inside)
    except ValueError as fault:
        check.faults.append(f"{path.name}: {fault}; ask for the pack again")
        return check
    again = temporary / "again.zip"
    archive.pack(inside, again)
    differs = archive.same_bytes(path, again)
    if differs is not None:
        check.faults.append(f"{path.name}, byte {differs:,}: not as leafmark inventory report writes it")
    return check


def _hashes(folder: Path, allowed_missing: Callable[[str], bool] = lambda _: False) -> Check:
    """Every file as SHA256SUMS has it, and none besides."""
    check = Check("hashes")
    sums_file = folder / SUMS_FILE
    if not sums_file.is_file():
        check.gaps.append(
            f"{SUMS_FILE} is not there: whether a file was changed cannot be told; leafmark inventory run writes it"
        )
        return check
    try:
        sums = parsed(sums_file.read_text(encoding="utf-8"))
    except (ValueError, OSError) as fault:
        check.faults.append(f"{SUMS_FILE}: {fault}")
        return check
    there = {each.relative_to(folder).as_posix(): each for each in files_of(folder)}
    left_out = [name for name in sums if name not in there and allowed_missing(name)]
    check.about = f"{len(sums) - len(left_out):,} files"
    for name, digest in sums.items():
        if name not in there:
            if name not in left_out:
                check.faults.append(f"{name}: not there; expected a file of sha256 {digest[:16]}...")
        elif (found := sha256(there[name])) != digest:
            check.faults.append(f"{name}: sha256 {found[:16]}..., expected {digest[:16]}...: it was changed")
    if left_out:
        check.gaps.append(f"{len(left_out):,} files of the folder are not in the pack ({left_out[0]}, ...)")
    check.notes += [f"{name}: written later, no hash is known of it" for name in there if name not in sums]
    return check


def _put_packs_back(inside: Path) -> None:
    """Give each run the factor packs that it pinned, as its own folder had them."""
    for record in sorted((inside / "inventory").rglob("run.json")):
        try:
            pinned = json.loads(record.read_text(encoding="utf-8"))["packs"]
            names = [(str(each["id"]), shared_name(str(each["id"]), str(each["sha256"]))) for each in pinned]
        except (ValueError, KeyError, TypeError):
            continue  # the run's own check says what is wrong with it
        for name, stored in names:
            if is_inside(name) and is_inside(stored) and (inside / "packs" / stored).is_dir():
                shutil.copytree(inside / "packs" / stored, record.parent / "packs" / name, dirs_exist_ok=True)


def _folder(
    folder: Path, pack: Path | None, inputs: Path | None, replay: bool, tell: Progress
) -> tuple[list[Check], dict[str, Any] | None]:  # fmt: skip
    steps = _steps(folder, pack, inputs, replay, tell)
    checks: list[Check] = []
    totals = None
    for check, found in steps:
        checks.append(check)
        totals = found or totals
    return checks, totals


def _steps(
    folder: Path, pack: Path | None, inputs: Path | None, replay: bool, tell: Progress
) -> Iterator[tuple[Check, dict[str, Any] | None]]:  # fmt: skip
    tell(0, 1, "hashes")
    if pack is None:
        yield _hashes(folder), None
    else:
        check = _hashes(folder, lambda name: name.startswith(("runs/", f"{PREPARED}/")))
        check.name = "hashes of the folder"
        check.notes.clear()
        yield check, None
    record = Check("record")
    try:
        inventory = Inventory.open(folder)
        lines = inventory.table("lines")
        record.about = f"{inventory.record['organisation']['name']}, {inventory.year}"
    except (InventoryError, pa.ArrowException, OSError, KeyError, TypeError, ValueError) as fault:
        record.faults.append(str(fault))
        yield record, None
        return
    _tables(folder, record)
    yield record, None
    of_lines = line_checks.each_line(lines)
    yield of_lines, None
    if of_lines.faults and lines.column_names != list(LINES_SCHEMA.names):
        return
    counted = line_checks.recount(lines)
    yield _totals(inventory, counted, pack), counted
    runs = list(inventory.record.get("runs", ()))
    places = [each for each in (folder / PREPARED, inputs) if each is not None and each.is_dir()]
    for number, run in enumerate(runs):
        tell(number, len(runs), "runs")
        yield run_checks.of_run(folder, run, lines, inventory.record, places, replay), None
    yield run_checks.of_others(lines, inventory.record), None
    if pack is not None:
        yield _sample(pack, lines), None
    tell(1, 1, "runs")


def _tables(folder: Path, check: Check) -> None:
    for path in sorted(folder.glob("*.parquet")):
        try:
            pq.read_table(path)
        except (pa.ArrowException, OSError) as fault:
            check.faults.append(f"{path.name}: cannot be read: {fault}")


def _totals(inventory: Inventory, counted: dict[str, Any], pack: Path | None) -> Check:
    check = Check("totals", "counted again from the lines, by other code than the report's")
    for by in ("location", "market"):
        reported = inventory.total(by).co2e_ug
        if reported != counted[by]["co2e_ug"]:
            check.faults.append(
                f"total by {by}: the report has {reported:,}, the lines add up to {counted[by]['co2e_ug']:,} micrograms"
            )
    if pack is None:
        return check
    try:
        stated = json.loads((pack / "totals.json").read_text(encoding="utf-8"))
        for by in ("location", "market"):
            if {name: stated[by][name] for name in ("co2e_ug", "rows")} != counted[by]:
                check.faults.append(
                    f"totals.json, {by}: found {stated[by]['co2e_ug']:,}, expected {counted[by]['co2e_ug']:,} micrograms, or a row differs"
                )
        if stated["outside"] != counted["outside"]:
            check.faults.append(f"totals.json, outside: found {stated['outside']}, expected {counted['outside']}")
    except (OSError, ValueError, KeyError, TypeError) as fault:
        check.faults.append(f"totals.json: cannot be read: {fault}")
    return check


def _sample(pack: Path, lines: pa.Table) -> Check:
    check = Check("sample")
    try:
        stated = json.loads((pack / "sample" / "sample.json").read_text(encoding="utf-8"))
        drawn = json.loads(json.dumps(sampling.draw(lines, stated["size"], stated["seed"]).record(), default=str))
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as fault:
        check.faults.append(f"sample/sample.json: cannot be drawn again: {fault}")
        return check
    check.about = f"{len(drawn['lines'])} lines drawn again by seed {stated['seed']!r}"
    if stated != drawn:
        names = [name for name in drawn if stated.get(name) != drawn[name]]
        check.faults.append(f"sample/sample.json: {', '.join(names) or 'a field'} not as the rule draws it")
    trees = {path.name for path in (pack / "sample").glob("*.txt")}
    wanted = {f"{each['place']:03}.txt" for each in drawn["lines"]}
    check.faults += [f"sample/{name}: not there, or not of the sample" for name in sorted(trees ^ wanted)]
    return check
