"""A run of which nothing was accepted has no total: NULL is not 0 (DESIGN, "The words")."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from engine_rows import BILL, KNOWN_ON, bill, factor, line, pack

from leafmark.cli import main
from leafmark.engine import summary
from leafmark.engine.explain import explain
from leafmark.engine.explain_html import page
from leafmark.engine.explain_text import text
from leafmark.engine.inputs import InputError
from leafmark.engine.order_lines import orders
from leafmark.engine.replay import replay
from leafmark.engine.run import Run, run
from leafmark.engine.settings import Settings
from leafmark.engine.statement import statement
from leafmark.engine.verify import verify
from leafmark.engine.wording import NOTHING_ACCEPTED

PACK = pack(factor(gsd=1.2))
SETTINGS = Settings(known_on=KNOWN_ON, gwp="AR5")
FIGURES = ("co2e_ug", "low_ug", "high_ug")


def bill_run(folder: Path, *lines: object) -> Run:
    folder.mkdir(exist_ok=True)
    source = bill(lines) if lines else bill([line()]).slice(0, 0)  # type: ignore[arg-type]
    pq.write_table(source, folder / "bill.parquet")
    return run(BILL, folder / "bill.parquet", [PACK], folder / "run", SETTINGS)


def order_run(folder: Path, *bought: tuple[int, str, dt.date]) -> Run:
    folder.mkdir(exist_ok=True)
    rows = [
        {"order_id": n, "product_id": product, "pieces": 1.0, "spend": 2.0, "date": day} for n, product, day in bought
    ]
    pq.write_table(pa.Table.from_pylist(rows), folder / "lines.parquet")
    shelf = [{"product_id": "board", "category": "paper", "mass_kg": 0.5, "mass_key": "material.board"}]
    pq.write_table(pa.Table.from_pylist(shelf), folder / "shelf.parquet")
    return orders(folder / "lines.parquet", folder / "shelf.parquet", [PACK], folder / "run", SETTINGS)


def of_nothing(folder: Path, kind: str) -> Run:
    if kind == "orders":
        return order_run(folder, (1, "nowhere", dt.date(2024, 5, 1)))
    return bill_run(folder, *([line(key="no.key")] if kind == "bill" else []))


@pytest.mark.parametrize("kind", ["bill", "empty bill", "orders"])
def test_its_total_is_null_wherever_it_stands(tmp_path: Path, kind: str) -> None:
    made = of_nothing(tmp_path, kind)
    totals = json.loads((made.path / "run.json").read_text(encoding="utf-8"))["totals"]
    assert [totals[name] for name in (*FIGURES, "gwp_native_share")] == [None] * 4
    assert (totals["by_scope_ug"], totals["by_gas_ug"]) == ({}, {})
    content = statement(made.path)
    assert content["total"] == dict.fromkeys(FIGURES)
    assert content["rows"] == []
    assert replay(made.path)["same"]


@pytest.mark.parametrize("kind", ["bill", "empty bill", "orders"])
def test_its_text_says_so_in_a_sentence(tmp_path: Path, kind: str) -> None:
    made = of_nothing(tmp_path, kind)
    assert ("total CO2e", "unknown", NOTHING_ACCEPTED) in list(summary.rows(summary.facts(made)))
    shown = CliRunner().invoke(main, ["statement", str(made.path)])
    assert shown.exit_code == 0, shown.output
    assert NOTHING_ACCEPTED in shown.stdout
    assert "0 g" not in shown.stdout


@pytest.mark.parametrize("kind", ["bill", "empty bill", "orders"])
def test_it_is_sound_and_its_sums_are_explained_as_not_known(tmp_path: Path, kind: str) -> None:
    made = of_nothing(tmp_path, kind)
    assert verify(made.path)["faults"] == []
    for word in ("total", "not-restated"):
        tree = explain(made, word)
        assert [tree[name] for name in FIGURES] == [None] * 3
        assert (tree["share_of_total"], tree["cuts"]) == (None, [])
        assert "no line of it was accepted" in text(tree)
        assert "no line of it was accepted" in page(tree)
    with pytest.raises(InputError, match="no accepted line"):
        explain(made, "gas:co2")
    if kind == "orders":
        with pytest.raises(InputError, match="nothing to divide by"):
            explain(made, "per-order")


@pytest.mark.parametrize(("name", "value"), [("co2e_ug", 0), ("low_ug", 0), ("high_ug", 0), ("gwp_native_share", 0.0)])
@pytest.mark.parametrize("kind", ["bill", "orders"])
def test_a_zero_written_for_nothing_is_a_fault(tmp_path: Path, kind: str, name: str, value: float) -> None:
    made = of_nothing(tmp_path, kind)
    record = json.loads((made.path / "run.json").read_text(encoding="utf-8"))
    record["totals"][name] = value
    (made.path / "run.json").write_text(json.dumps(record), encoding="utf-8")
    assert f"totals.{name}" in {fault["column"] for fault in verify(made.path)["faults"]}


@pytest.mark.parametrize("name", [*FIGURES, "gwp_native_share"])
def test_nothing_written_for_a_total_is_a_fault(tmp_path: Path, name: str) -> None:
    made = bill_run(tmp_path, line(amount=0.0))
    record = json.loads((made.path / "run.json").read_text(encoding="utf-8"))
    record["totals"][name] = None
    (made.path / "run.json").write_text(json.dumps(record), encoding="utf-8")
    assert f"totals.{name}" in {fault["column"] for fault in verify(made.path)["faults"]}


def test_an_id_asked_of_an_empty_run_is_not_answered_with_an_example(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the run knows no ids") as error:
        explain(bill_run(tmp_path), 7)
    assert "None" not in str(error.value)


def test_a_total_of_zero_is_a_total(tmp_path: Path) -> None:
    made = bill_run(tmp_path, line(amount=0.0))
    assert [made.record["totals"][name] for name in FIGURES] == [0, 0, 0]
    assert statement(made.path)["total"] == dict.fromkeys(FIGURES, 0)


def test_beside_a_run_with_a_total_it_is_named_and_adds_nothing(tmp_path: Path) -> None:
    known, nothing = bill_run(tmp_path / "a", line()), bill_run(tmp_path / "b", line(key="no.key"))
    content = statement(known.path, nothing.path)
    assert content["total"]["co2e_ug"] == 6 * 10**9
    assert content["runs_unknown"] == [nothing.id]
    assert content["coverage_lines"] == 0.5
    shown = CliRunner().invoke(main, ["statement", str(known.path), str(nothing.path)])
    assert f"run {nothing.id}: no line was accepted; it is not known, and not in the total" in shown.stdout


def test_the_label_of_its_product_is_unknown_without_a_figure(tmp_path: Path) -> None:
    made = bill_run(tmp_path, line(key="no.key"))
    shown = CliRunner().invoke(main, ["label", "1", "--run", str(made.path), "--format", "json"])
    assert shown.exit_code == 0, shown.output
    content = json.loads(shown.stdout)
    assert (content["grade"]["state"], content["co2e_ug"]) == ("unknown", None)


def test_a_month_of_nothing_accepted_is_null_and_no_base_of_a_change(tmp_path: Path) -> None:
    made = order_run(
        tmp_path, (1, "nowhere", dt.date(2023, 5, 1)), (2, "board", dt.date(2024, 5, 1)),
        (3, "nowhere", dt.date(2025, 5, 1)),
    )  # fmt: skip
    months = made.table("intensity").select(["year", "co2e_ug", "ug_per_order", "ug_per_money", "change"]).to_pylist()
    assert [tuple(month.values()) for month in months] == [
        (2023, None, None, None, None), (2024, 10**9, 1e9, 5e8, None), (2025, None, None, None, None),
    ]  # fmt: skip
    assert verify(made.path)["faults"] == []
