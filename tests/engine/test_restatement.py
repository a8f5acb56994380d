"""What became of each figure between two runs, and why; and the parts add up."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from leafmark import engine
from leafmark.engine.restatement import Group, Restatement, restatement
from leafmark.engine.run import RunError, open_run
from leafmark.factors.model import Pack, builtin

DAY = dt.date(2026, 11, 1)
HEAD = "product_id,stage,key,amount,unit\n"
BILL = {
    "egg": "egg,materials,food.eggs,2,kg\n",
    "milk": "milk,materials,food.milk,1,kg\n",
    "mix": "mix,materials,food.milk,1,kg\nmix,materials,food.eggs,1,kg\n",
    "odd": "odd,materials,no.such.key,1,kg\n",
}


def run(folder: Path, name: str, bill: dict[str, str], **settings: object) -> Path:
    (folder / f"{name}.csv").write_text(HEAD + "".join(bill.values()))
    engine.footprint(folder / f"{name}.csv", out=folder / name, **{"known_on": DAY, **settings})
    return folder / name


def other_pack(folder: Path, key: str, times: float) -> Path:
    """The built-in pack with one key's factors multiplied."""
    pack = builtin()
    rows = [
        row | {"co2e_kg": row["co2e_kg"] * times, "other_co2e_kg": None} if row["key"] == key else row
        for row in pack.factors.to_pylist()
    ]
    fields = {"id": "other", "version": "1", "title": "t", "licence_note": "l", "gwp_note": "g"}
    sources = [{name: getattr(each, name) for name in each.__slots__} for each in pack.sources.values()]
    Pack.from_rows(fields, rows, sources).write(folder / "pack")
    return folder / "pack"


def compared(one: Path, other: Path) -> tuple[Restatement, dict[str, tuple[str, str]]]:
    found = restatement(open_run(one), open_run(other))
    return found, {row["product_id"]: (row["kind"], row["reason"]) for row in found.products.to_pylist()}


def test_a_run_beside_itself_is_the_same(tmp_path: Path) -> None:
    one = run(tmp_path, "one", BILL)
    found, by_product = compared(one, one)
    assert by_product == {"egg": ("same", ""), "milk": ("same", ""), "mix": ("same", ""), "odd": ("unknown", "")}
    assert found.differing == ()
    assert found.total.difference_ug == 0


def test_other_amounts(tmp_path: Path) -> None:
    one = run(tmp_path, "one", BILL)
    bill = {**BILL, "egg": "egg,materials,food.eggs,3,kg\n", "new": "new,materials,food.milk,1,kg\n"}
    del bill["milk"]
    found, by_product = compared(one, run(tmp_path, "two", bill))
    assert by_product == {
        "egg": ("changed", "amounts"), "milk": ("gone", "amounts"), "new": ("new", "amounts"), "mix": ("same", ""), "odd": ("unknown", ""),
    }  # fmt: skip
    assert found.differing == ("amounts",)


def test_the_groups_add_up_to_figures_worked_out_by_hand(tmp_path: Path) -> None:
    """Eggs 4.67 kg CO2e/kg, milk 3.15 kg CO2e/kg at retail (Poore and Nemecek 2018, as the built-in pack has them)."""
    one = run(tmp_path, "one", BILL)
    two = run(tmp_path, "two", {**BILL, "egg": "egg,materials,food.eggs,3,kg\n"})
    found, _ = compared(one, two)
    egg = 4_670_000_000
    assert Group("changed", "amounts", 1, 2 * egg, 3 * egg) in found.groups
    assert found.total.difference_ug == egg == sum(each.difference_ug for each in found.groups)
    assert found.total.products == 4


def test_other_factors(tmp_path: Path) -> None:
    """Only what rests on the changed factor changes; that is found without being told which it is."""
    one = run(tmp_path, "one", BILL)
    two = run(tmp_path, "two", BILL, pack=other_pack(tmp_path, "food.eggs", 2))
    found, by_product = compared(one, two)
    assert by_product["egg"] == by_product["mix"] == ("changed", "factors")
    assert by_product["milk"] == ("same", "")
    assert found.differing == ("factors",)


def test_factors_and_amounts_at_once_are_told_apart_by_product(tmp_path: Path) -> None:
    one = run(tmp_path, "one", BILL)
    bill = {**BILL, "mix": "mix,materials,food.milk,2,kg\nmix,materials,food.eggs,1,kg\n"}
    _, by_product = compared(one, run(tmp_path, "two", bill, pack=other_pack(tmp_path, "food.eggs", 2)))
    assert by_product["egg"] == ("changed", "factors")
    assert by_product["mix"] == ("changed", "factors+amounts")


def test_another_order_of_lines_is_no_change_of_amounts(tmp_path: Path) -> None:
    one = run(tmp_path, "one", BILL)
    bill = {
        "odd": BILL["odd"],
        "mix": "mix,materials,food.eggs,1.0,kg\nmix,materials,food.milk,1,kg\n",
        "egg": BILL["egg"],
        "milk": BILL["milk"],
    }
    _, by_product = compared(one, run(tmp_path, "two", bill, pack=other_pack(tmp_path, "food.eggs", 2)))
    assert by_product["mix"] == ("changed", "factors")


def test_another_method(tmp_path: Path) -> None:
    one = run(tmp_path, "one", BILL, method="product.bill@1")
    found, _ = compared(one, run(tmp_path, "two", {**BILL, "egg": "egg,materials,food.eggs,3,kg\n"}))
    assert found.differing == ("method", "amounts")
    assert {each.reason for each in found.groups if each.kind == "changed"} == {"method+amounts"}


def test_known_and_unknown(tmp_path: Path) -> None:
    """A product that lost its figure is no fall of the sum by its figure alone: it is named."""
    one = run(tmp_path, "one", BILL)
    bill = {**BILL, "egg": BILL["egg"] + "egg,materials,no.such.key,1,kg\n", "odd": "odd,materials,food.milk,1,kg\n"}
    _, by_product = compared(one, run(tmp_path, "two", bill))
    assert by_product["egg"] == ("became_unknown", "amounts")
    assert by_product["odd"] == ("became_known", "amounts")


def test_products_inside_products(tmp_path: Path) -> None:
    """A case of six bottles changes with the bottle, though its own line stays the same."""
    head = "product_id,stage,key,amount,unit,component_id\n"
    for name, litre in (("one", "1"), ("two", "2")):
        (tmp_path / f"{name}.csv").write_text(
            f"{head}bottle,materials,food.milk,{litre},kg,\ncase,materials,,6,item,bottle\negg,materials,food.eggs,1,kg,\n"
        )
        engine.footprint(tmp_path / f"{name}.csv", out=tmp_path / name, known_on=DAY)
    _, by_product = compared(tmp_path / "one", tmp_path / "two")
    assert by_product == {"bottle": ("changed", "amounts"), "case": ("changed", "amounts"), "egg": ("same", "")}


def test_a_figure_that_changed_for_no_reason_on_record_is_named(tmp_path: Path) -> None:
    """A table that somebody wrote into: nothing that the runs record explains it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    one = run(tmp_path, "one", BILL)
    shutil.copytree(one, tmp_path / "two")
    table = pq.read_table(one / "products.parquet")
    figures = pa.array([value and value + 1 for value in table.column("co2e_ug").to_pylist()], pa.int64())
    pq.write_table(
        table.set_column(table.schema.get_field_index("co2e_ug"), "co2e_ug", figures),
        tmp_path / "two" / "products.parquet",
    )
    _, by_product = compared(one, tmp_path / "two")
    assert by_product["egg"] == ("changed", "unexplained")


def test_an_input_that_is_gone_is_said(tmp_path: Path) -> None:
    one = run(tmp_path, "one", BILL)
    two = run(tmp_path, "two", {**BILL, "egg": "egg,materials,food.eggs,3,kg\n"})
    (tmp_path / "one.csv").unlink()
    with pytest.raises(RunError, match=r"one\.csv"):
        compared(one, two)
