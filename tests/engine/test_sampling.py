"""A sample is the one that its seed says, whoever draws it."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafmark.engine import sampling
from leafmark.engine.run import Run, RunError, open_run
from leafmark.engine.sampling import sample


def by_hand(table: pa.Table, size: int, seed: str) -> list[tuple[Any, ...]]:
    """The sample by Python's own sha256, over the cells in the order that the documentation names."""
    names = (
        "activity_id", "subject_id", "date", "book", "scope", "category", "stage", "method_id", "method_version", "factor_id",
        "factor_level", "tier", "co2e_ug", "low_ug", "high_ug",
    )  # fmt: skip
    rows = [tuple(row.get(name) for name in names) for row in table.to_pylist()]

    def digest(row: tuple[Any, ...]) -> str:
        return hashlib.sha256(
            "\x1f".join([seed, *("" if cell is None else str(cell) for cell in row)]).encode()
        ).hexdigest()

    return sorted(rows, key=digest)[:size]


def cells(found: sampling.Sample) -> list[tuple[Any, ...]]:
    return [tuple(entry.get(name) for name in sampling.CELLS) for entry in found.entries]


@pytest.fixture(scope="module")
def runs(sound_runs: dict[str, Path]) -> list[Run]:
    found = [open_run(folder / "run") for folder in sound_runs.values()]
    return [run for run in found if not run.record.get("no_entries")]


@pytest.mark.parametrize("seed", ["1", "2026-11-26 / ISAE 3410", "种子", "it's"])
def test_it_is_the_sample_that_anybody_draws(runs: list[Run], seed: str) -> None:
    for run in runs:
        for size in (1, 3, 1000):
            found = sample(run, size, seed)
            assert cells(found) == by_hand(run.table("entries"), size, seed)
            assert found.population == run.table("entries").num_rows


def test_the_order_of_rows_and_the_parts_do_not_matter(runs: list[Run], tmp_path: Path) -> None:
    run = max(runs, key=lambda each: each.table("entries").num_rows)
    table = run.table("entries")
    (tmp_path / "entries.parquet").mkdir()
    backwards = table.take(pa.array(range(table.num_rows - 1, -1, -1)))
    half = table.num_rows // 2
    for number, part in enumerate((backwards.slice(0, half), backwards.slice(half))):
        pq.write_table(part, tmp_path / "entries.parquet" / f"{number:05}.parquet")
    assert cells(sample(Run(tmp_path, run.record), 5, "s")) == cells(sample(run, 5, "s"))


def test_another_seed_is_another_sample_and_a_larger_one_holds_the_smaller(runs: list[Run]) -> None:
    run = max(runs, key=lambda each: each.table("entries").num_rows)
    assert len({tuple(map(str, cells(sample(run, 2, str(seed))))) for seed in range(20)}) > 1
    assert cells(sample(run, 5, "s"))[:2] == cells(sample(run, 2, "s"))


def test_every_entry_is_as_likely_as_another(runs: list[Run]) -> None:
    """Chi square of which entry comes first, 400 seeds: past the 99.9th percentile only where the draw is not fair."""
    run = max(runs, key=lambda each: each.table("entries").num_rows)
    table = run.table("entries")
    distinct = len({str(row) for row in table.to_pylist()})
    seeds = 400
    first = Counter(by_hand(table, 1, str(seed))[0] for seed in range(seeds))
    expected = seeds / distinct
    square = sum((count - expected) ** 2 / expected for count in first.values()) + (distinct - len(first)) * expected
    freedom = distinct - 1
    assert square < freedom + 3.3 * (2 * freedom) ** 0.5 + 8


@pytest.mark.parametrize(("size", "seed"), [(0, "s"), (1001, "s"), (5, ""), (5, "x" * 65), (5, "a\x1fb")])
def test_what_cannot_be_drawn_is_refused(runs: list[Run], size: int, seed: str) -> None:
    with pytest.raises(ValueError, match="expected 1 to"):
        sample(runs[0], size, seed)


def test_a_run_without_entries_says_so(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="kept no entries"):
        sample(Run(tmp_path, {}), 5, "s")


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00\x1f"), min_size=1, max_size=64))
def test_any_text_is_a_seed(seed: str) -> None:
    """Quotes, newlines and every script: the hash is of the text itself, and none of it is SQL."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        table = pa.table({"subject_id": ["a", "b", "c"], "co2e_ug": pa.array([1, 2, 3], pa.int64())})
        pq.write_table(table, Path(folder) / "entries.parquet")
        assert cells(sample(Run(Path(folder), {}), 2, seed)) == by_hand(table, 2, seed)
