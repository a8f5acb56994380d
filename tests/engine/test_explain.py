"""Explanations of products: their parts add up to the figure, a changed input is told, nothing is taken on trust."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine_rows import bill, factor, line, pack, run_bill

from leafmark.engine.explain import explain
from leafmark.engine.explain_tree import ExplainMismatch
from leafmark.engine.run import Run
from leafmark.engine.schema import STAGES
from leafmark.engine.statement import statement

PACK = pack(
    factor(gsd=1.3), factor("material.steel", co2e_kg=1.9, gsd=1.6), factor("material.steel", region="FR", gsd=1.2),
    licence_note="CC0", gwp_note="as published",
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of 60 products in no order: credits, a component, refused lines."""
    chance, folder = random.Random(8), tmp_path_factory.mktemp("explain")
    lines: list[dict[str, Any]] = [
        line(chance.randrange(60), stage=chance.choice(STAGES), key=chance.choice(("material.board", "material.steel")),
             amount=chance.uniform(0, 9), unit=chance.choice(("kg", "g", "lb")), region=chance.choice(("FR", "DE", None)))
        for _ in range(500)
    ]  # fmt: skip
    lines += [line(n, kind="credit", amount=-0.7) for n in range(0, 60, 7)]
    lines += [line(70, stage="use", amount=1 / 3), line(5, component_id=70, key=None, unit="item", amount=3.0)]
    lines += [line(8, key="material.unobtainium"), line(9, unit="cubit")]
    pq.write_table(bill(lines), folder / "bill.parquet")
    return run_bill(folder / "run", folder / "bill.parquet", PACK)


def test_parts_add_up_to_the_microgram_in_every_stage(made: Run) -> None:
    for product in made.table("products").to_pylist():
        tree = explain(made.path, str(product["product_id"]))
        assert tree["co2e_ug"] == product["co2e_ug"]
        sums = {stage["stage"]: sum(part["co2e_ug"] for part in stage["lines"]) for stage in tree["stages"]}
        assert sums == {name: product[f"{name}_ug"] for name in STAGES if product[f"{name}_ug"] is not None}
        assert sum(sums.values()) == product["co2e_ug"]


def test_a_changed_amount_is_told_by_file(made: Run, tmp_path: Path) -> None:
    path = Path(made.record["inputs"][0]["file"])
    whole = pq.read_table(path)
    amounts = whole.column("amount").to_pylist()
    try:
        changed = whole.set_column(whole.column_names.index("amount"), "amount", pa.array([a * 2 for a in amounts]))
        pq.write_table(changed, path)
        with pytest.raises(ExplainMismatch, match=r"bill\.parquet \(recorded [0-9a-f]{8}"):
            explain(made.path, "1")
    finally:
        pq.write_table(whole, path)


def test_a_statement_adds_up_to_the_run(made: Run) -> None:
    content = statement(made.path)
    assert sum(row["co2e_ug"] for row in content["rows"]) == made.record["totals"]["co2e_ug"]
    assert content["book"] == "product"
