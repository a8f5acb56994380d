"""The methods of a company's inventory on DuckDB and on Spark: the rows of their worked examples, good and bad, to the microgram."""

from __future__ import annotations

import datetime as dt
import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.csv as pv
import pyarrow.parquet as pq
import pytest
from same import equal

from leafmark.engine.run import run
from leafmark.engine.settings import Settings
from leafmark.factors.model import builtin
from leafmark.methods import method

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")]
Engine = Callable[[Path], Any]
TOOLS = Path(__file__).resolve().parents[2] / "tools"
ARROW = {"float": pa.float64(), "text": pa.string(), "id": pa.string(), "date": pa.date32(), "bool": pa.bool_()}


def examples() -> dict[str, str]:
    """Method -> the rows of its last example in docs/inventory-categories.md."""
    spec = importlib.util.spec_from_file_location("make_category_examples", TOOLS / "make_category_examples.py")
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: rows for name, rows, _ in module.EXAMPLE.findall(module.PAGE.read_text(encoding="utf-8"))}


@pytest.mark.parametrize(
    "name",
    [
        "electricity.location",
        "purchase.goods",
        "freight.upstream",
        "logistics.upstream",
        "commuting.employee",
        "product.sold",
        "investment.share",
    ],
)
def test_an_inventorys_method_is_the_same_on_both(name: str, tmp_path: Path, spark: Engine) -> None:
    chosen = method(name)
    types = {column.name: ARROW[column.type] for column in chosen.columns}
    options = pv.ConvertOptions(column_types=types, strings_can_be_null=True)
    (tmp_path / "rows.csv").write_text(examples()[name], encoding="utf-8")
    good = pv.read_csv(tmp_path / "rows.csv", convert_options=options).to_pylist()
    bad = [{**row, "activity_id": f"bad {row['activity_id']}", "share": 2.0} for row in good]
    halved = [{**row, "activity_id": f"half {row['activity_id']}", "share": 0.5} for row in good]
    schema = pa.schema([(column, types[column]) for column in types])
    pq.write_table(
        pa.Table.from_pylist([*({"share": None, **row} for row in good), *halved, *bad], schema=schema),
        tmp_path / "input.parquet",
    )
    settings = Settings(known_on=dt.date(2026, 6, 1), gwp="AR5")
    here = run(chosen, tmp_path / "input.parquet", [builtin()], tmp_path / "duckdb", settings)
    there = run(chosen, tmp_path / "input.parquet", [builtin()], tmp_path / "spark", settings, engine=spark)
    assert here.record["lines_rejected"] == len(bad)
    equal(here, there, "products", "entries")
