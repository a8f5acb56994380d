"""An explanation goes on to the file that a prepared row was made of: `source_file` and `source_row` of a Parquet input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from engine_rows import bill, factor, line, pack, run_bill

from leafmark.engine.explain import explain
from leafmark.engine.explain_html import page
from leafmark.engine.explain_text import text
from leafmark.engine.run import Run

PACK = pack(factor(gsd=1.3), licence_note="CC0", gwp_note="as published")

FILES = ["activities/meters.csv", "activities/boiler.xlsx[fuel]", None]
ROWS = [17, 3, None]


def prepared(folder: Path, **columns: pa.Array) -> Run:
    """A run over three lines; the second is refused, for its unit."""
    lines = [line(1, activity_id="a"), line(1, unit="cubit", activity_id="b"), line(1, activity_id="c")]
    table = bill(lines)
    for name, values in columns.items():
        table = table.append_column(name, values)
    pq.write_table(table, folder / "prepared.parquet")
    return run_bill(folder / "run", folder / "prepared.parquet", PACK)


def lines_of(tree: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for stage in tree["stages"] for each in stage["lines"]]


def test_a_prepared_row_names_the_file_it_was_made_of(tmp_path: Path) -> None:
    tree = explain(prepared(tmp_path, source_file=pa.array(FILES), source_row=pa.array(ROWS)), "1")
    first, third = lines_of(tree)
    assert (first["row"], first["prepared_from"]) == (1, {"file": "activities/meters.csv", "row": 17})
    assert (third["row"], third["prepared_from"]) == (3, None)
    assert tree["rejected"][0]["prepared_from"] == {"file": "activities/boiler.xlsx[fuel]", "row": 3}
    for said in (text(tree), page(tree)):
        assert "row 1 of prepared.parquet, made of row 17 of activities/meters.csv" in said
        assert "row 2 of prepared.parquet, made of row 3 of activities/boiler.xlsx[fuel]" in said
        assert "row 3 of prepared.parquet, id c" in said


def test_a_table_that_was_not_prepared_says_nothing_of_it(tmp_path: Path) -> None:
    """Without the two columns, with one alone, or with other types, there is no file behind a row; nothing fails."""
    for number, columns in enumerate((
        {}, {"source_file": pa.array(FILES)}, {"source_file": pa.array(FILES), "source_row": pa.array(["17", "3", None])},
        {"source_file": pa.array([1, 2, 3]), "source_row": pa.array(ROWS)},
    )):  # fmt: skip
        (tmp_path / str(number)).mkdir()
        tree = explain(prepared(tmp_path / str(number), **columns), "1")
        assert [each["prepared_from"] for each in (*lines_of(tree), *tree["rejected"])] == [None] * 3
        assert "made of" not in text(tree)


def test_one_file_of_a_folder_may_be_prepared_and_another_not(tmp_path: Path) -> None:
    table = bill([line(1)])
    (tmp_path / "in").mkdir()
    pq.write_table(table, tmp_path / "in" / "a.parquet")
    whence = table.append_column("source_file", pa.array(["m.csv"])).append_column("source_row", pa.array([5]))
    pq.write_table(whence, tmp_path / "in" / "b.parquet")
    tree = explain(run_bill(tmp_path / "run", tmp_path / "in", PACK), "1")
    assert [each["prepared_from"] for each in lines_of(tree)] == [None, None]
