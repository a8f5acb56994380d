"""Whatever is changed in a table of a run is found by `leafmark verify`, and named."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from verify_runs import Cells, change_rows, harmed

from leafmark.engine import tables
from leafmark.engine.schema import STAGES
from leafmark.engine.verify import verify


def cell(column: str, new: Callable[[Any], Any], where: Callable[[Cells], Any] = lambda _: True) -> Any:
    """A change of one cell, of a row that the seed chooses."""

    def change(rows: list[Cells], chance: random.Random) -> None:
        row = chance.choice([row for row in rows if row[column] is not None and where(row)])
        row[column] = new(row[column])

    return change


def empty(column: str, where: Callable[[Cells], Any] = lambda _: True) -> Any:
    return cell(column, lambda _: None, where)


def fill(column: str, value: Any, where: Callable[[Cells], Any] = lambda _: True) -> Any:
    def change(rows: list[Cells], chance: random.Random) -> None:
        chance.choice([row for row in rows if row[column] is None and where(row)])[column] = value

    return change


def twice_with_its_id(rows: list[Cells], chance: random.Random) -> None:
    rows.append(dict(chance.choice([row for row in rows if row["activity_id"] is not None] or rows)))


def twice(rows: list[Cells], chance: random.Random) -> None:
    rows.append(dict(chance.choice(rows)))


def gone(rows: list[Cells], chance: random.Random) -> None:
    del rows[chance.randrange(len(rows))]


def moved(column: str, across: str) -> Any:
    """One microgram from one row to another that differs in `across`: the sum of all stays."""

    def change(rows: list[Cells], chance: random.Random) -> None:
        full = [row for row in rows if row[column] is not None]
        one = chance.choice(full)
        other = chance.choice([row for row in full if row[across] != one[across]])
        one[column], other[column] = one[column] - 1, other[column] + 1

    return change


def between_gases(rows: list[Cells], chance: random.Random) -> None:
    gases = chance.choice(rows)["gases"]
    gases["co2_ug"] += 1


def more(value: Any) -> Any:
    return value + 1


def has_figure(row: Cells) -> bool:
    return row["co2e_ug"] is not None


BILLS, ORDERS = ("bill", "bill in chunks", "bill with --lines"), ("orders",)
TABLES: dict[str, tuple[tuple[str, ...], str, Any, str, str]] = {
    # name: kinds, table, change, check and column that must be named
    "a product's figure": ((*BILLS, "bill --no-entries"), "products", cell("co2e_ug", more), "sums of products", "co2e_ug"),
    **{f"a product's {stage}": (BILLS, "products", cell(f"{stage}_ug", more), "entries against products", f"{stage}_ug")
       for stage in STAGES},
    "grams moved between products": (BILLS, "products", moved("materials_ug", "product_id"), "entries against products", "materials_ug"),
    "a stage not assessed made zero": (BILLS, "products", fill("use_ug", 0), "entries against products", "use_ug"),
    "a zero made not assessed": (BILLS, "products", empty("materials_ug"), "entries against products", "materials_ug"),
    "an unknown product made zero": (("bill", "bill with --lines"), "products", fill("co2e_ug", 0), "missing or zero", "co2e_ug"),
    "an unknown product given a range": (("bill", "bill with --lines"), "products", fill("low_ug", 0), "missing or zero", "low_ug"),
    "a product without its factor": (BILLS, "products", empty("factor_id"), "missing or zero", "factor_id"),
    "a complete product without a figure": (BILLS, "products", empty("co2e_ug"), "missing or zero", "co2e_ug"),
    "a low above the value": (BILLS, "products", cell("low_ug", lambda ug: ug + 10**15), "ranges", "low_ug"),
    "a high below the value": (BILLS, "products", cell("high_ug", lambda ug: ug - 10**15), "ranges", "high_ug"),
    "an unknown product called complete": (BILLS, "products", cell("status", lambda _: "complete",
        lambda row: row["rejected_lines"] > 0), "status", "status"),
    "a status of no kind": (BILLS, "products", cell("status", lambda _: "fine"), "status", "status"),
    "a product twice": (BILLS, "products", twice, "ids unique", "product_id"),
    "a product without an id": (BILLS, "products", empty("product_id"), "ids unique", "product_id"),
    "a product gone": (BILLS, "products", lambda rows, chance: rows.remove(chance.choice(list(filter(has_figure, rows)))),
        "entries against products", "subject_id"),
    "a line more": (BILLS, "products", cell("lines", more), "lines", "lines"),
    "more rejected than there are": (BILLS, "products", cell("rejected_lines", lambda n: n + 1000), "lines", "lines"),
    "what stands as published": (BILLS, "products", cell("gwp_native_ug", lambda ug: ug + 10**12), "sums of products",
        "totals.gwp_native_share"),
    "an entry's figure": ((*BILLS, "sites"), "entries", cell("co2e_ug", more), "sums of entries", "totals.co2e_ug"),
    "an entry's figure, by its product": (BILLS, "entries", moved("co2e_ug", "subject_id"), "entries against products", "co2e_ug"),
    "an entry's low": (BILLS, "entries", cell("low_ug", lambda ug: ug + 10**15), "ranges", "low_ug"),
    "an entry's high": (BILLS, "entries", cell("high_ug", lambda ug: ug - 10**15), "ranges", "high_ug"),
    "an entry's gas": (BILLS, "entries", between_gases, "entries", "gases"),
    "an entry of another run": (BILLS, "entries", cell("run_id", lambda _: "0" * 20), "entries", "run_id"),
    "an entry of another book": (BILLS, "entries", cell("book", lambda _: "impact"), "entries", "book"),
    "an entry of another method": (BILLS, "entries", cell("method_id", lambda _: "x"), "entries", "method_id"),
    "an entry of another version": (BILLS, "entries", cell("method_version", more), "entries", "method_version"),
    "an entry of no stage of the list": (BILLS, "entries", cell("stage", lambda _: "shop"), "entries", "stage"),
    "an entry of no pinned factor": (BILLS, "entries", cell("factor_id", lambda _: "nosuch"), "entries", "factor_id"),
    "an entry without a tier": (BILLS, "entries", empty("tier"), "entries", "tier"),
    "an entry of no product": (BILLS, "entries", cell("subject_id", lambda _: "nobody"), "entries against products", "subject_id"),
    "an entry of another scope": (("sites",), "entries", cell("scope", lambda _: 1, lambda row: row["category"]),
        "sums of entries", "totals.by_scope_ug.scope 1 category 3"),
    "an entry twice": ((*BILLS, "sites"), "entries", twice_with_its_id, "ids unique", "subject_id"),
    "a rejected line gone": ((*BILLS, *ORDERS), "rejected", gone, "rejected lines", "lines_rejected"),
    "a rejected line twice": (BILLS, "rejected", twice, "rejected lines", "row"),
    "a rejected line of no row": (BILLS, "rejected", cell("row", lambda _: 10**6), "rejected lines", "row"),
    "a rejected line without a field": (BILLS, "rejected", empty("field"), "rejected lines", "field"),
    "a reason of no list": (BILLS, "rejected", cell("reason", lambda _: "bad luck"), "rejected lines", "reason"),
    "an order's figure": (ORDERS, "orders", cell("co2e_ug", more), "sums of orders", "totals.co2e_ug"),
    "grams moved between orders": (ORDERS, "orders", moved("co2e_ug", "date"), "days against orders", "co2e_ug"),
    "an order of refused lines made zero": (ORDERS, "orders", fill("co2e_ug", 0), "missing or zero", "co2e_ug"),
    "an order with a line made nothing": (ORDERS, "orders", empty("co2e_ug"), "missing or zero", "co2e_ug"),
    "an order's lines": (ORDERS, "orders", cell("lines", more), "lines", "lines_in"),
    "an order's rejected lines": (ORDERS, "orders", cell("rejected_lines", lambda n: n + 9), "lines", "lines"),
    "an order's money": (ORDERS, "orders", cell("spend", lambda money: money + 0.01), "days against orders", "spend"),
    "an order's day": (ORDERS, "orders", cell("date", lambda day: day + dt.timedelta(1)), "days against orders", "orders"),
    "an order twice": (ORDERS, "orders", twice, "ids unique", "order_id"),
    "an order gone": (ORDERS, "orders", gone, "sums of orders", "orders"),
    **{f"a day's {column}": (ORDERS, "days", cell(column, more), "days against orders", column)
       for column in ("orders", "lines", "rejected_lines", "co2e_ug", "spend")},
    "a day twice": (ORDERS, "days", twice, "ids unique", "date"),
    "a day gone": (ORDERS, "days", gone, "days against orders", "orders"),
    "a category's figure": (ORDERS, "categories", cell("co2e_ug", more), "entries against categories", "co2e_ug"),
    "a category's lines": (ORDERS, "categories", cell("lines", more), "sums of categories", "lines_accepted"),
    "a category's money": (ORDERS, "categories", cell("spend", more), "sums of categories", "spend"),
    "a category twice": (ORDERS, "categories", twice, "ids unique", "category"),
    **{f"a month's {column}": (ORDERS, "intensity", cell(column, lambda n: n * 2 + 1), "months against days", column)
       for column in ("orders", "lines", "co2e_ug", "ug_per_order", "ug_per_money", "change")},
    "a month without its change": (ORDERS, "intensity", empty("change"), "months against days", "change"),
    "a category's entry": (ORDERS, "entries", moved("co2e_ug", "subject_id"), "entries against categories", "co2e_ug"),
    "a day's entry": (ORDERS, "entries", cell("co2e_ug", more), "entries against days", "co2e_ug"),
    "an order's entry twice": (ORDERS, "entries", twice, "ids unique", "subject_id"),
}  # fmt: skip
CHANGES = [(name, change[0][n % len(change[0])]) for n, (name, change) in enumerate(TABLES.items())]
"""Each change in one of the kinds it fits, in turn."""


@pytest.mark.parametrize(("name", "kind"), CHANGES, ids=[f"{name}, {kind}" for name, kind in CHANGES])
def test_a_changed_table_is_found_and_named(sound_runs: dict[str, Path], tmp_path: Path, name: str, kind: str) -> None:
    _, table, change, check, column = TABLES[name]
    folder = harmed(sound_runs[kind], tmp_path)
    change_rows(folder / f"{table}.parquet", lambda rows: change(rows, random.Random(name)))
    report = verify(folder)
    assert not report["sound"]
    found = [(each["check"], each["column"]) for each in report["faults"]]
    assert any(each[0] == check and each[1].endswith(column) for each in found), found
    for each in report["faults"]:
        assert each["found"] != each["expected"]


@pytest.mark.parametrize("kind", ["bill", "bill with --lines", "orders"])
def test_the_row_of_a_changed_cell_is_named(sound_runs: dict[str, Path], tmp_path: Path, kind: str) -> None:
    folder = harmed(sound_runs[kind], tmp_path)
    table, key = ("orders", "order_id") if kind == "orders" else ("products", "product_id")
    change_rows(folder / f"{table}.parquet", lambda rows: rows[7].update(co2e_ug=None, lines=rows[7]["lines"]))
    row = tables.read(folder / f"{table}.parquet").to_pylist()[7]
    named = [each["row"] for each in verify(folder)["faults"] if each["check"] == "missing or zero"]
    assert any(each.split(",")[0] == f"{key} {row[key]}" for each in named), named
