"""The comparison of a replay: any one changed cell is found, in any table and column; the order of rows is no figure."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from verify_runs import Cells, change_rows, harmed

from leafmark.engine import tables
from leafmark.engine.replay import TABLES, replay
from leafmark.engine.replay_tables import compare, opened
from leafmark.engine.run import RunError, open_run

KINDS = ("bill with --lines", "bill in chunks", "orders")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """As a replay has one, for all tables it compares."""
    with opened(tmp_path_factory.mktemp("spill")) as connection:
        yield connection


def tables_of(folder: Path) -> list[str]:
    return [name for name in TABLES if tables.exists(folder / f"{name}.parquet")]


def differing(one: Path, other: Path, table: str, database: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The comparison both ways gives the same number."""
    steps: list[int] = []
    forth = compare(open_run(one), open_run(other), table, database, lambda: steps.append(1))
    back = compare(open_run(other), open_run(one), table, database, lambda: None)
    assert len(steps) == 2
    assert forth["differing"] == back["differing"]
    return forth


def other_value(value: Any) -> Any:
    """The least different value of its kind; something where nothing was."""
    if isinstance(value, dict):
        return value | {"n2o_ug": value["n2o_ug"] + 1, "co2_ug": value["co2_ug"] - 1}
    if isinstance(value, dt.date):
        return value + dt.timedelta(1)
    if isinstance(value, float):
        return value + 2e-6
    return value + 1 if isinstance(value, int) else value + "x"


@pytest.mark.parametrize("kind", KINDS)
def test_any_one_changed_cell_is_found(
    sound_runs: dict[str, Path], tmp_path: Path, database: duckdb.DuckDBPyConnection, kind: str
) -> None:
    chance = random.Random(kind)
    for table in tables_of(sound_runs[kind] / "run"):
        for column in tables.schema(sound_runs[kind] / "run" / f"{table}.parquet").names:
            place = tmp_path / f"{table}.{column}"
            place.mkdir()
            folder = harmed(sound_runs[kind], place)
            changed: list[tuple[Any, Any]] = []

            def change(rows: list[Cells], column: str = column, changed: Any = changed) -> None:
                full = [row for row in rows if row[column] is not None]
                if full:
                    row = chance.choice(full)
                    changed.append((row[column], other_value(row[column])))
                    row[column] = chance.choice((None, changed[0][1]))

            change_rows(folder / f"{table}.parquet", change)
            found = differing(sound_runs[kind] / "run", folder, table, database)
            expected = int(bool(changed) and column not in ("run_id", "expected"))  # the latter: advice, no figure
            assert found["differing"] == expected, (table, column, changed)
            assert len(found["differences"]) == 2 * expected


@pytest.mark.parametrize("kind", KINDS)
def test_rows_in_another_order_and_in_other_parts_are_the_same(
    sound_runs: dict[str, Path], tmp_path: Path, database: duckdb.DuckDBPyConnection, kind: str
) -> None:
    folder = harmed(sound_runs[kind], tmp_path)
    for table in tables_of(folder):
        path = folder / f"{table}.parquet"
        whole = tables.read(path)
        order = random.Random(3).sample(range(whole.num_rows), whole.num_rows)
        cut = whole.num_rows // 3
        for part in tables.parts(path):
            part.unlink()
        path.mkdir(exist_ok=True)
        pq.write_table(whole.take(order[:cut]), path / "00000.parquet")
        pq.write_table(whole.take(order[cut:]), path / "00001.parquet")
        assert differing(sound_runs[kind] / "run", folder, table, database)["differing"] == 0


def test_rows_are_a_bag_in_which_each_counts(
    sound_runs: dict[str, Path], tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    """One row twice and another gone: as many rows, each of them known."""

    def change(rows: list[Cells]) -> None:
        rows[0] = dict(rows[1])

    folder = harmed(sound_runs["bill"], tmp_path)
    change_rows(folder / "products.parquet", change)
    found = differing(sound_runs["bill"] / "run", folder, "products", database)
    assert (found["then"], found["now"], found["differing"]) == (found["now"], found["then"], 1)
    named = {each["run"]: each["product_id"] for each in found["differences"]}
    rows = tables.read(sound_runs["bill"] / "run" / "products.parquet").column("product_id").to_pylist()
    assert named == {"then": rows[0], "now": rows[1]}


def test_two_cells_swapped_between_columns_are_found(
    sound_runs: dict[str, Path], tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    def change(rows: list[Cells]) -> None:
        row = next(row for row in rows if row["use_ug"] != row["materials_ug"])
        row["use_ug"], row["materials_ug"] = row["materials_ug"], row["use_ug"]

    folder = harmed(sound_runs["bill"], tmp_path)
    change_rows(folder / "products.parquet", change)
    assert differing(sound_runs["bill"] / "run", folder, "products", database)["differing"] == 1


def test_many_differences_are_counted_and_the_first_shown(
    sound_runs: dict[str, Path], tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    folder = harmed(sound_runs["bill"], tmp_path)
    change_rows(folder / "products.parquet", lambda rows: [row.update(lines=row["lines"] + 1) for row in rows])
    found = differing(sound_runs["bill"] / "run", folder, "products", database)
    assert found["differing"] == found["then"] > 20
    assert len(found["differences"]) == 40


def test_a_column_of_one_run_only_is_refused(
    sound_runs: dict[str, Path], tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    folder = harmed(sound_runs["bill"], tmp_path)
    path = folder / "products.parquet"
    pq.write_table(tables.read(path).drop_columns(["tier"]), path)
    with pytest.raises(RunError, match="columns tier are in one of the two runs only"):
        differing(sound_runs["bill"] / "run", folder, "products", database)


@pytest.mark.parametrize("table", ["days", "categories", "intensity"])
def test_the_small_tables_of_order_lines_are_replayed_too(
    sound_runs: dict[str, Path], tmp_path: Path, table: str
) -> None:
    folder = harmed(sound_runs["orders"], tmp_path)
    change_rows(folder / f"{table}.parquet", lambda rows: rows[0].update(lines=rows[0]["lines"] + 1))
    report = replay(folder)
    assert not report["same"]
    assert [name for name, found in report["tables"].items() if found["differing"]] == [table]


@pytest.mark.parametrize(("kind", "compared"), [("bill in chunks", 3), ("orders", 6)])
def test_the_bar_is_full_only_once_all_is_compared(
    sound_runs: dict[str, Path], monkeypatch: pytest.MonkeyPatch, kind: str, compared: int
) -> None:
    from leafmark.engine import replay as module

    told: list[tuple[int, int]] = []
    begun: list[tuple[int, int]] = []

    def watched(*args: Any) -> dict[str, Any]:
        begun.append(told[-1])
        return compare(*args)

    monkeypatch.setattr(module, "compare", watched)
    assert replay(sound_runs[kind] / "run", progress=lambda done, whole, _: told.append((done, whole)))["same"]
    assert len(begun) == compared
    assert all(done < whole for done, whole in begun)
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == list(range(len(told)))
    assert len({whole for _, whole in told}) == 1
