"""Replay: a finished run computed again from what it pinned, and every change since then named."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine_rows import bill, factor, line, pack, run_bill

from leafmark.engine.pinned import DamagedPackError
from leafmark.engine.replay import replay
from leafmark.engine.run import Run, RunError
from leafmark.factors.model import Pack


def _digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _made(tmp_path: Path) -> tuple[Run, Path]:
    source = tmp_path / "bill.parquet"
    pq.write_table(bill([line(1), line(2, amount=5.0)]), source)
    sound = pack(factor(gsd=1.2), licence_note="CC0", gwp_note="as published")
    return run_bill(tmp_path / "run", str(source), sound), source


def test_an_unchanged_run_is_the_same_and_left_untouched(tmp_path: Path) -> None:
    made, _ = _made(tmp_path)
    before = _digests(made.path)
    report = replay(made.path)
    assert report["same"]
    assert report["figures_same"]
    assert not report["totals"]
    assert report["tables"]["products"]["then"] == report["tables"]["products"]["now"] == 2
    assert _digests(made.path) == before


def test_a_changed_input_is_named_by_file_and_hash(tmp_path: Path) -> None:
    made, source = _made(tmp_path)
    then = hashlib.sha256(source.read_bytes()).hexdigest()
    pq.write_table(bill([line(1), line(2, amount=6.0)]), source)
    now = hashlib.sha256(source.read_bytes()).hexdigest()
    report = replay(made.path)
    (named,) = report["inputs_changed"]
    assert source.name in named
    assert then[:16] in named
    assert now[:16] in named
    assert not report["same"]
    assert report["tables"]["products"]["differing"] == 1


def test_a_missing_input_says_which(tmp_path: Path) -> None:
    made, source = _made(tmp_path)
    source.unlink()
    with pytest.raises(RunError, match=r"bill\.parquet.* is not there: put the file back"):
        replay(made.path)


def test_a_changed_pinned_pack_is_told(tmp_path: Path) -> None:
    made, _ = _made(tmp_path)
    factors = made.path / "packs" / "small" / "factors.csv"
    text = factors.read_text(encoding="utf-8")
    factors.write_text(text.replace(",2.0,", ",2.5,"), encoding="utf-8")
    assert factors.read_text(encoding="utf-8") != text
    report = replay(made.path)
    (named,) = report["packs_changed"]
    assert f"recorded {made.record['packs'][0]['sha256'][:16]}" in named
    assert not report["same"]
    assert report["tables"]["products"]["differing"] == 2


def test_a_pinned_pack_that_is_none_any_more_is_told(tmp_path: Path) -> None:
    made, _ = _made(tmp_path)
    (made.path / "packs" / "small" / "factors.csv").write_text("factor_id\n", encoding="utf-8")
    with pytest.raises(DamagedPackError, match="put pack small 1 back"):
        replay(made.path)


def test_an_edited_figure_is_found(tmp_path: Path) -> None:
    made, _ = _made(tmp_path)
    path = made.path / "products.parquet"
    products = pq.read_table(path)
    grams = [ug + 1 for ug in products.column("co2e_ug").to_pylist()]
    pq.write_table(products.set_column(products.column_names.index("co2e_ug"), "co2e_ug", pa.array(grams)), path)
    report = replay(made.path)
    assert not report["same"]
    assert report["tables"]["products"]["differing"] == 2


def test_a_pack_upgraded_since_leaves_the_old_figure(tmp_path: Path) -> None:
    """The run holds its pack: what the pack's folder says today does not matter."""
    sound = pack(factor(gsd=1.2), licence_note="CC0", gwp_note="as published")
    sound.write(tmp_path / "mine")
    source = tmp_path / "bill.parquet"
    pq.write_table(bill([line(1)]), source)
    made = run_bill(tmp_path / "run", str(source), Pack.load(tmp_path / "mine"))
    pack(factor(gsd=1.2, co2e_kg=9.0), version="2", licence_note="CC0", gwp_note="as published").write(
        tmp_path / "mine"
    )
    assert Pack.load(tmp_path / "mine").version == "2"
    report = replay(made.path)
    assert report["same"]
    assert made.record["totals"]["co2e_ug"] == 6_000_000_000  # 3 kg x 2 kg/kg


def test_what_is_advised_in_other_words_is_no_other_figure(tmp_path: Path) -> None:
    source = tmp_path / "bill.parquet"
    pq.write_table(bill([line(1), line(1, unit="kgs")]), source)
    made = run_bill(tmp_path / "run", str(source), pack(factor(gsd=1.2)))
    path = made.path / "rejected.parquet"
    rejected = pq.read_table(path)
    assert rejected.column("expected").to_pylist() == ["a unit of the list; did you mean kg?"]
    worded = rejected.set_column(rejected.column_names.index("expected"), "expected", pa.array(["another unit"]))
    pq.write_table(worded, path)
    assert replay(made.path)["same"]
    reason = worded.set_column(worded.column_names.index("reason"), "reason", pa.array(["unknown_key"]))
    pq.write_table(reason, path)
    assert replay(made.path)["tables"]["rejected"]["differing"] == 1


def test_entries_of_lines_replay_too(tmp_path: Path) -> None:
    source = tmp_path / "bill.parquet"
    pq.write_table(bill([line(1), line(2, amount=5.0)]), source)
    sound = pack(factor(gsd=1.2), licence_note="CC0", gwp_note="as published")
    made = run_bill(tmp_path / "run", str(source), sound, lines=True)
    report = replay(made.path)
    assert report["same"]
    assert report["tables"]["entries"]["then"] == 2
