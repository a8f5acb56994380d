"""Verify: sound runs of every kind pass; a changed record, pack or file is found and named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from engine_rows import bill, line
from verify_runs import KINDS, Cells, change_rows, harmed, make_bill

from leafmark.engine import tables
from leafmark.engine.run import RunError
from leafmark.engine.schema import STAGES
from leafmark.engine.verify import verify
from leafmark.engine.verify_bill import PRODUCT_COLUMNS
from leafmark.engine.verify_common import ENTRY_COLUMNS
from leafmark.engine.verify_orders import COLUMNS
from leafmark.engine.verify_record import FIELDS


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_run_passes(sound_runs: dict[str, Path], kind: str) -> None:
    before = {path: path.stat().st_mtime_ns for path in sound_runs[kind].rglob("*")}
    steps: list[tuple[int, int]] = []
    report = verify(sound_runs[kind] / "run", progress=lambda done, whole, _: steps.append((done, whole)))
    assert report["faults"] == []
    assert report["warnings"] == []
    assert report["sound"]
    assert len(report["checks"]) >= 13
    assert steps == [(n, steps[-1][1]) for n in range(len(steps))]
    assert steps[-1][0] == steps[-1][1]
    assert {path: path.stat().st_mtime_ns for path in sound_runs[kind].rglob("*")} == before


def change_record(folder: Path, change: Callable[[Cells], Any]) -> None:
    path = folder / "run.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    change(record)
    path.write_text(json.dumps(record), encoding="utf-8")


def at(record: Cells, name: str) -> tuple[Cells, str]:
    *way, last = name.split(".")
    for part in way:
        record = record[part]
    return record, last


SUMS = ("lines_in", "lines_accepted", "lines_rejected", "totals.co2e_ug", "totals.low_ug", "totals.high_ug")
OF_BILLS = [*SUMS, *(f"totals.by_stage_ug.{stage}" for stage in STAGES), "totals.by_scope_ug.product",
            "totals.by_gas_ug.co2", "totals.by_gas_ug.n2o", "rejected_by_reason.unknown_key", "totals.gwp_native_share",
            "coverage_lines"]  # fmt: skip
OF_ORDERS = [*SUMS, "orders", "totals.by_tier.mass.co2e_ug", "totals.by_tier.mass.lines", "totals.by_tier.mass.spend",
             "totals.by_category.paper.co2e_ug", "totals.by_category..lines", "totals.by_year.2023.co2e_ug",
             "totals.by_year.2024.ug_per_money", "totals.by_tier.mass.low_ug", "totals.by_year.2023.high_ug",
             "totals.by_gas_ug.co2", "totals.by_scope_ug.scope 3 category 1"]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "name"), [("bill", name) for name in OF_BILLS] + [("orders", name) for name in OF_ORDERS]
)
def test_a_changed_figure_of_the_record_is_found_and_named(
    sound_runs: dict[str, Path], tmp_path: Path, kind: str, name: str
) -> None:
    def change(record: Cells) -> None:
        inside, last = at(record, name)
        far = {
            "low_ug": 10**15,
            "high_ug": -(10**15),
            "ug_per_money": 9.0,
            "gwp_native_share": 0.01,
            "coverage_lines": -0.001,
        }
        inside[last] += far.get(last, 1)

    folder = harmed(sound_runs[kind], tmp_path)
    change_record(folder, change)
    report = verify(folder)
    named = {each["column"] for each in report["faults"] if each["file"] == "run.json"}
    whole = name.rpartition(".")[0] if name.endswith(("low_ug", "high_ug")) or ".by_gas" in name else name
    assert any(each == name or each.startswith(whole) for each in named), report["faults"]


def test_grams_moved_between_gases_are_found(sound_runs: dict[str, Path], tmp_path: Path) -> None:
    def change(record: Cells) -> None:
        record["totals"]["by_gas_ug"]["co2"] -= 10**9
        record["totals"]["by_gas_ug"]["n2o"] += 10**9

    folder = harmed(sound_runs["bill"], tmp_path)
    change_record(folder, change)
    named = {each["column"] for each in verify(folder)["faults"]}
    assert named == {"totals.by_gas_ug.co2", "totals.by_gas_ug.n2o"}


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("harm", ["gone", "of another kind"])
def test_every_field_of_the_record_is_held_to_its_kind(
    sound_runs: dict[str, Path], tmp_path: Path, name: str, harm: str
) -> None:
    def change(record: Cells) -> None:
        inside, last = at(record, name)
        if harm == "gone":
            del inside[last]
        else:
            inside[last] = ["no", "such", "kind"] if last not in ("inputs", "packs") else "none"

    folder = harmed(sound_runs["bill"], tmp_path)
    change_record(folder, change)
    report = verify(folder)
    assert (report["faults"][0]["file"], report["faults"][0]["column"]) == ("run.json", name)
    assert report["checks"] == {"run.json": 1}


@pytest.mark.parametrize(
    "change",
    [
        {"known_on": "2024-06-02"}, {"gwp": "AR6"}, {"gwp_strict": True}, {"run_date": "2024-01-01"}, {"lines": True},
        {"run_id": "0" * 20}, {"inputs": [{"file": "x", "sha256": "0" * 64, "rows": 1}]},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_a_changed_setting_no_longer_makes_the_id(sound_runs: dict[str, Path], tmp_path: Path, change: Cells) -> None:
    folder = harmed(sound_runs["bill"], tmp_path)
    change_record(folder, lambda record: record.update(change))
    assert "run's id" in {each["check"] for each in verify(folder)["faults"]}


def drop_pack(folder: Path) -> None:
    shutil.rmtree(folder / "packs" / "small")


def edit_pack(folder: Path) -> None:
    file = folder / "packs" / "small" / "factors.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",1.9,", ",1.8,"), encoding="utf-8")


def cut(name: str) -> Callable[[Path], Any]:
    def change(folder: Path) -> None:
        part = tables.parts(folder / name)[0]
        part.write_bytes(part.read_bytes()[:60])

    return change


def column_gone(name: str, column: str) -> Callable[[Path], Any]:
    def change(folder: Path) -> None:
        part = tables.parts(folder / name)[0]
        with pq.ParquetFile(part) as opened:
            read = opened.read()
        pq.write_table(read.drop_columns([column]), part)

    return change


FILES: dict[str, tuple[str, Callable[[Path], Any], str, str]] = {
    "a pack gone": ("bill", drop_pack, "packs", "packs/small"),
    "a pack edited": ("bill", edit_pack, "packs", "packs/small"),
    "a pack cut": ("bill", lambda run: (run / "packs/small/factors.csv").write_text("factor_id\n"), "packs", "packs/small"),
    "a pack too many": ("bill", lambda run: shutil.copytree(run / "packs/small", run / "packs/more"), "packs", "packs/more"),
    "chunks left": ("bill", lambda run: (run / "chunks").mkdir(), "leftovers", "chunks"),
    "staging left": ("orders", lambda run: (run / "staging").mkdir(), "leftovers", "staging"),
    "half a table": ("bill", lambda run: (run / "rejected.tmp").write_bytes(b"PAR1"), "leftovers", "rejected.tmp"),
    "half a pack": ("bill", lambda run: (run / "packs/small.tmp").mkdir(), "leftovers", "packs/small.tmp"),
    "a part gone": ("bill in chunks", lambda run: (run / "products.parquet/00001.parquet").unlink(), "leftovers",
                    "products.parquet/00001.parquet"),
    "entries where none were asked for": ("bill --no-entries", lambda run: shutil.copy(run / "products.parquet", run / "entries.parquet"),
                                          "tables", "entries.parquet"),
    **{f"{name} gone": (kind, lambda run, name=name: (run / name).unlink(), "tables", name)
       for kind, name in [("bill", "products.parquet"), ("bill", "entries.parquet"), ("bill", "rejected.parquet"),
                          *(("orders", f"{table}.parquet") for table in ("days", "categories", "intensity"))]},
    **{f"{name} cut": (kind, cut(name), "tables", name)
       for kind, name in [("bill", "products.parquet"), ("bill in chunks", "entries.parquet"), ("bill", "rejected.parquet"),
                          *(("orders", f"{table}.parquet") for table in ("orders", *COLUMNS))]},
    **{f"products without {name}": ("bill", column_gone("products.parquet", name), "tables", "products.parquet")
       for name in PRODUCT_COLUMNS},
    **{f"entries without {name}": ("bill", column_gone("entries.parquet", name), "tables", "entries.parquet")
       for name in ENTRY_COLUMNS},
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_harmed_gone_or_too_many_is_named(
    sound_runs: dict[str, Path], tmp_path: Path, name: str
) -> None:
    kind, change, check, file = FILES[name]
    folder = harmed(sound_runs[kind], tmp_path)
    change(folder)
    assert (check, file) in {(each["check"], each["file"]) for each in verify(folder)["faults"]}


def test_all_faults_are_told_at_once_and_many_of_one_are_counted(sound_runs: dict[str, Path], tmp_path: Path) -> None:
    folder = harmed(sound_runs["bill"], tmp_path)
    change_rows(folder / "products.parquet", lambda rows: [row.update(status="fine") for row in rows])
    (folder / "run.tmp").touch()
    drop_pack(folder)
    report = verify(folder)
    products = tables.rows(folder / "products.parquet")
    assert report["checks"]["status"] == products > 20
    assert len([each for each in report["faults"] if each["check"] == "status"]) == 20
    assert report["checks"]["leftovers"] == report["checks"]["packs"] == 1


def test_an_input_that_is_gone_or_changed_is_a_warning(tmp_path: Path) -> None:
    make_bill(tmp_path)
    pq.write_table(bill([line(1)]), tmp_path / "bill.parquet")
    report = verify(tmp_path / "run")
    assert report["sound"]
    assert "bill.parquet: changed since the run" in report["warnings"][0]
    (tmp_path / "bill.parquet").unlink()
    assert "bill.parquet: not there any more" in verify(tmp_path / "run")["warnings"][0]


@pytest.mark.parametrize(("content", "says"), [('{"schema": "leafmark.run/1"}', "the run is None"), ("[]", "expected an object"),
                                               ('{"schema": "leafmark.run/2"}', "expected 'leafmark.run/1'")])  # fmt: skip
def test_what_is_no_finished_run_is_refused(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "run.json").write_text(content, encoding="utf-8")
    with pytest.raises(RunError, match=says):
        verify(tmp_path)
