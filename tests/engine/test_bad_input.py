"""What bad input gets: a counted rejection that names file, row, field, found and expected, or one clear error.

Rows are numbered from 1 at the first row of data: the header does not count, nor do blank lines of a CSV.
"""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine_rows import BILL, Row, bill, factor, line, pack, products, rejected, run_bill

from leafmark.engine.inputs import InputError
from leafmark.engine.lookup import FactorChoiceError
from leafmark.engine.run import RunError
from leafmark.engine.schema import REASONS
from leafmark.factors.model import Pack, PackError
from leafmark.methods import method

SOUND = line(1, activity_id="good")
PACK = pack(
    factor(),
    factor("electricity.grid", unit="kWh", boundary="life_cycle", region="FR"),
    factor("material.direct_only", boundary="direct"),
)


def csv_file(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


BAD: list[tuple[str, dict[str, Any], str, str | None]] = [
    ("unknown_unit", {"unit": "furlong"}, "unit", "furlong"),
    ("unit_mismatch", {"unit": "kWh"}, "unit", "kWh"),
    ("unknown_key", {"key": "material.unobtainium"}, "key", "material.unobtainium"),
    ("missing_value", {"key": None}, "key", None),
    ("no_factor", {"key": "electricity.grid", "unit": "kWh", "region": "CN"}, "key", "electricity.grid"),
    ("no_factor", {"key": "material.direct_only"}, "key", "material.direct_only"),
    ("unknown_region", {"region": "Narnia"}, "region", "Narnia"),
    ("date_out_of_reach", {"date": dt.date(2013, 12, 31)}, "date", "2013-12-31"),
    ("date_out_of_reach", {"date": dt.date(2035, 1, 1)}, "date", "2035-01-01"),
    ("negative_amount", {"amount": -1.0}, "amount", "-1.0"),
    ("above_bound", {"amount": 1.1e7}, "amount", "11000000.0"),
    ("below_bound", {"amount": -1.1e7, "kind": "credit"}, "amount", "-11000000.0"),
    ("missing_value", {"amount": None}, "amount", None),
    ("missing_value", {"unit": None}, "unit", None),
    ("missing_value", {"stage": None}, "stage", None),
    ("unknown_stage", {"stage": "usage"}, "stage", "usage"),
    ("below_bound", {"amount_gsd": 0.9}, "amount_gsd", "0.9"),
    ("unknown_product", {"key": None, "component_id": 99, "unit": "item"}, "component_id", "99"),
    ("unit_mismatch", {"key": None, "component_id": 1}, "unit", "kg"),
]


@pytest.mark.parametrize(("reason", "cells", "field", "found"), BAD, ids=[f"{b[0]}-{b[1]}" for b in BAD])
def test_a_bad_line_is_rejected_by_name_and_the_others_go_on(
    tmp_path: Path, reason: str, cells: Row, field: str, found: str | None
) -> None:
    source = tmp_path / "bill.parquet"
    pq.write_table(bill([SOUND, line(2, activity_id="bad", **cells), line(2, activity_id="also good")]), source)
    made = run_bill(tmp_path / "run", source, PACK)
    row = rejected(made)[0]
    assert made.record["lines_rejected"] == 1
    assert (row["file"], row["row"], row["activity_id"]) == (str(source), 2, "bad")
    assert (row["reason"], row["field"], row["found"]) == (reason, field, found)
    assert row["expected"]
    assert reason in REASONS
    assert (products(made)[1]["status"], products(made)[1]["rejected_lines"]) == ("complete", 0)
    assert (products(made)[2]["status"], products(made)[2]["rejected_lines"], products(made)[2]["lines"]) == (
        "unknown",
        1,
        2,
    )
    assert products(made)[2]["co2e_ug"] == 6 * 10**9  # what was accepted, and no letter or comparison with it


def test_the_last_days_within_the_vintage_rule_are_accepted(tmp_path: Path) -> None:
    days = [dt.date(2014, 1, 1), dt.date(2034, 12, 31)]
    made = run_bill(tmp_path / "run", bill(line(date=day) for day in days), PACK)
    assert made.record["lines_rejected"] == 0
    assert products(made)[1]["vintage_gap_years"] == 10


@pytest.mark.parametrize("amount", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_nan_and_infinity_are_unreadable_amounts(tmp_path: Path, amount: float, form: str) -> None:
    table = bill([SOUND, line(2, amount=amount)])
    pq.write_table(table, tmp_path / "bill.parquet")
    made = run_bill(tmp_path / "run", tmp_path / "bill.parquet" if form == "parquet" else table)
    assert [(row["row"], row["field"], row["reason"]) for row in rejected(made)] == [(2, "amount", "unreadable")]


def test_zero_is_a_value_and_missing_is_not_zero(tmp_path: Path) -> None:
    made = run_bill(tmp_path / "run", bill([line(amount=0.0), line(amount=-0.0), line(2, amount=None)]))
    assert (products(made)[1]["status"], products(made)[1]["co2e_ug"]) == ("complete", 0)
    assert products(made)[1]["materials_ug"] == 0
    assert products(made)[1]["use_ug"] is None  # not assessed
    assert (products(made)[2]["status"], products(made)[2]["co2e_ug"]) == ("unknown", None)


def test_a_result_of_more_than_a_megatonne_is_too_large(tmp_path: Path) -> None:
    made = run_bill(tmp_path / "run", bill([line(amount=9e6, unit="t"), line(2)]), pack(factor(co2e_kg=2.0)))
    assert [row["reason"] for row in rejected(made)] == ["too_large"]
    assert products(made)[2]["status"] == "complete"


def test_a_megatonne_of_a_wide_spread_is_too_large_line_by_line(tmp_path: Path) -> None:
    lines = [line(amount=4.9e6, unit="t", amount_gsd=100.0) for _ in range(20)]
    made = run_bill(tmp_path / "run", bill([*lines, line(2)]), pack(factor(co2e_kg=0.2, gsd=10.0)))
    assert [row["reason"] for row in rejected(made)] == ["too_large"] * 20
    assert products(made)[1]["co2e_ug"] is None
    assert products(made)[2]["co2e_ug"] == 6 * 10**8


def test_twenty_lines_of_a_megatonne_in_one_product_are_told_not_wrapped(tmp_path: Path) -> None:
    """Each fits; their sum leaves int64 micrograms."""
    with pytest.raises(RunError, match="million tonnes"):
        run_bill(tmp_path / "run", bill([line(amount=4.9e6, unit="t") for _ in range(20)]), pack(factor(co2e_kg=0.2)))


def test_text_cells_of_a_csv(tmp_path: Path) -> None:
    """`-` and the empty cell are missing; text in a number, an impossible date and broken UTF-8 are rejected."""
    text = (
        b"\xef\xbb\xbfproduct_id,stage,key,amount,unit,region,date,colour\n"
        b"1,materials,material.board,3,kg,-,,blue\n"
        b"1,materials,material.board,three,kg,,,\n"
        b"1,materials,material.board,-,kg,,,\n"
        b"1,materials,material.board,3,kg,,2024-02-30,\n"
        b"\n"
        b"1,materials,material.board,nan,kg,,,\n"
        b"1,materials,material.b\xffard,3,kg,,,\n"
        b'1,materials,"material.board", 3.5 ,kg,,2024-02-29T10:00:00,"with, comma"\n'
    )
    made = run_bill(tmp_path / "run", csv_file(tmp_path / "bill.csv", text))
    assert [(row["row"], row["field"], row["reason"], row["found"]) for row in rejected(made)] == [
        (2, "amount", "unreadable", "three"), (3, "amount", "missing_value", None),
        (4, "date", "unreadable", "2024-02-30"), (5, "amount", "unreadable", "nan"),
        (6, "key", "broken_text", "material.b�ard"),
    ]  # fmt: skip
    assert {row["file"] for row in rejected(made)} == {str(tmp_path / "bill.csv")}
    assert products(made)["1"]["co2e_ug"] == 13 * 10**9


def test_a_wrong_type_in_parquet_is_read_as_text(tmp_path: Path) -> None:
    table = bill([SOUND, SOUND | {"activity_id": "b"}])
    table = table.set_column(table.schema.get_field_index("amount"), "amount", pa.array(["3", "a few"]))
    pq.write_table(table, tmp_path / "bill.parquet")
    made = run_bill(tmp_path / "run", tmp_path / "bill.parquet")
    assert [(row["row"], row["reason"], row["found"]) for row in rejected(made)] == [(2, "unreadable", "a few")]


def test_duplicated_activity_ids_count_once(tmp_path: Path) -> None:
    lines = [line(1, activity_id="a"), line(1, activity_id="b"), line(2, activity_id="a"), line(1, activity_id=None),
             line(1, activity_id=None)]  # fmt: skip
    made = run_bill(tmp_path / "run", bill(lines))
    assert [(row["row"], row["activity_id"], row["field"], row["reason"]) for row in rejected(made)] == [
        (3, "a", "activity_id", "duplicate_id")
    ]
    assert products(made)[1]["co2e_ug"] == 4 * 6 * 10**9
    assert products(made)[2]["status"] == "unknown"


@pytest.mark.parametrize("form", ["csv", "parquet", "arrow"])
def test_an_empty_table_is_a_run_of_no_lines(tmp_path: Path, form: str) -> None:
    table = bill([SOUND]).slice(0, 0)
    source: Any = table
    if form == "csv":
        source = csv_file(tmp_path / "bill.csv", ",".join(table.schema.names) + "\n")
    elif form == "parquet":
        pq.write_table(table, source := tmp_path / "bill.parquet")
    made = run_bill(tmp_path / "run", source)
    assert (made.record["lines_in"], made.table("products").num_rows, made.record["totals"]["co2e_ug"]) == (0, 0, None)


UNREADABLE: list[tuple[str, bytes, str]] = [
    ("bill.csv", b"", "the file is empty; expected a header row"),
    ("bill.csv", b"product_id,stage,key,unit\n1,use,a,kg\n", "column amount is missing; found: product_id"),
    ("bill.csv", b"product_id,stage,key,amount,unit,unit\n1,use,a,1,kg,kg\n", "column unit occurs twice"),
    ("bill.csv", b"product_id,stage,key,amount,unit\n1,use,a,1,kg,kg,kg\n", "not readable as CSV"),
    ("bill.parquet", b"PAR1 and no more", "not readable as Parquet"),
    ("bill.xlsx", b"PK", "expected .parquet, .csv"),
]


@pytest.mark.parametrize(("name", "content", "message"), UNREADABLE, ids=[case[2][:30] for case in UNREADABLE])
def test_a_file_that_cannot_be_read_is_one_clear_error(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    source = csv_file(tmp_path / name, content)
    with pytest.raises(InputError) as caught:
        run_bill(tmp_path / "run", source)
    assert message in str(caught.value)
    assert str(source) in str(caught.value)


def test_no_such_file_and_no_such_type(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        run_bill(tmp_path / "run", tmp_path / "nothing.csv")
    with pytest.raises(InputError, match="expected a path, Arrow, pandas or polars"):
        run_bill(tmp_path / "run", 7)


def test_extra_columns_are_left_alone(tmp_path: Path) -> None:
    table = bill([SOUND]).append_column("colour of the box", pa.array(["blue"]))
    assert run_bill(tmp_path / "run", table).record["lines_accepted"] == 1


def test_a_cycle_names_its_products(tmp_path: Path) -> None:
    loop = [line(a, key=None, component_id=b, unit="item", amount=1.0) for a, b in ((1, 2), (2, 3), (3, 2), (4, 1))]
    with pytest.raises(InputError, match="2 -> 3 -> 2"):
        run_bill(tmp_path / "run", bill([*loop, line(2)]))


def test_components_are_counted_once_and_a_bad_one_makes_its_users_unknown(tmp_path: Path) -> None:
    """1 holds 2 of 2 and 1 of 3; 2 holds 3 of 3; 4 holds 5, which has a bad line."""
    inside = {"key": None, "unit": "item"}
    lines = [
        line(1, component_id=2, amount=2.0, stage="packaging", **inside), line(1, component_id=3, amount=1.0, **inside),
        line(2, component_id=3, amount=3.0, **inside), line(3, stage="manufacturing", amount=1.0),
        line(4, component_id=5, amount=1.0, **inside), line(4), line(5, key="material.unobtainium"), line(5),
    ]  # fmt: skip
    made = run_bill(tmp_path / "run", bill(lines))
    found = products(made)
    assert (found[1]["packaging_ug"], found[1]["materials_ug"]) == (2 * 3 * 2 * 10**9, 2 * 10**9)
    assert (found[1]["status"], found[1]["lines"], found[1]["rejected_lines"]) == ("complete", 2, 0)
    assert [found[n]["status"] for n in (2, 3, 4, 5)] == ["complete", "complete", "unknown", "unknown"]
    assert [row["row"] for row in rejected(made)] == [7]


def test_a_component_taken_as_a_credit_is_negative(tmp_path: Path) -> None:
    inside = {"key": None, "unit": "item", "component_id": 2}
    lines = [line(1), line(1, amount=-1.0, kind="credit", stage="end_of_life", **inside), line(2, amount=1.0)]
    found = products(run_bill(tmp_path / "run", bill(lines)))[1]
    assert (found["status"], found["materials_ug"], found["end_of_life_ug"]) == ("complete", 6 * 10**9, -2 * 10**9)


def test_overlapping_validity_is_refused_when_the_pack_loads_and_never_counts_twice(tmp_path: Path) -> None:
    late = factor(valid_from=dt.date(2024, 7, 1), co2e_kg=3.0)
    pack(factor(), late).write(tmp_path / "pack")
    with pytest.raises(PackError, match="no overlap with row"):
        Pack.load(tmp_path / "pack")
    # A pack that was never checked: one factor a day, the newest.
    made = run_bill(tmp_path / "run", bill([line(date=dt.date(2024, 8, 1))]), pack(factor(), late))
    assert products(made)[1]["co2e_ug"] == 9 * 10**9


def test_the_order_of_a_packs_rows_changes_nothing(tmp_path: Path) -> None:
    """Two GWP sets of one factor may overlap: the set asked for is taken, else the first by id."""
    rows = [factor(factor_id="b", gwp_set="AR4", co2e_kg=5.0), factor(factor_id="c", gwp_set="AR5", co2e_kg=7.0),
            factor(factor_id="a", gwp_set="AR6", co2e_kg=9.0)]  # fmt: skip
    for number, order in enumerate((rows, rows[::-1], rows[1:] + rows[:1])):
        made = run_bill(tmp_path / str(number), bill([SOUND]), pack(*order))
        assert products(made)[1]["factor_id"] == "c"
        made = run_bill(tmp_path / f"sar{number}", bill([SOUND]), pack(*order), gwp="SAR")
        assert products(made)[1]["factor_id"] == "a"


def test_a_key_in_two_packs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FactorChoiceError, match=r"material\.board.*two packs, small and other"):
        run_bill(tmp_path / "run", bill([SOUND]), [pack(), pack(id="other")])


def test_a_changed_pack_is_another_run(tmp_path: Path) -> None:
    sound, changed = pack(factor(gsd=1.2)), pack(factor(gsd=1.2, co2e_kg=2.5))
    first = run_bill(tmp_path / "run", bill([SOUND]), sound)
    with pytest.raises(RunError, match=f"holds another run .{first.id}.*packs"):
        run_bill(tmp_path / "run", bill([SOUND]), changed)
    assert run_bill(tmp_path / "run", bill([SOUND]), sound).record == first.record  # the same work is found done
    pinned = Pack.load(first.path / "packs" / "small")
    assert pinned.hash == sound.hash == first.record["packs"][0]["sha256"] != changed.hash


def test_changed_input_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    run_bill(tmp_path / "run", bill([SOUND]))
    with pytest.raises(RunError, match="other input"):
        run_bill(tmp_path / "run", bill([line(1, amount=4.0)]))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    with pytest.raises(RunError, match="not empty and holds no run"):
        run_bill(tmp_path / "full", bill([SOUND]))


def test_a_line_is_rejected_whole_where_a_part_of_the_method_has_no_factor(tmp_path: Path) -> None:
    """Tank-to-wheel without well-to-tank would make freight look cheaper: neither counts."""
    key = "freight.hgv"
    rows = [factor(key, boundary="ttw", unit="t_km", region="GB"), factor(key, boundary="ttw", unit="t_km"),
            factor(key, boundary="wtt", unit="t_km", region="WORLD")]  # fmt: skip
    cells = {"shipment_id": "s", "mode": key, "mass_kg": 1000.0, "distance_km": 10.0, "region": "GB"}
    table = pa.Table.from_pylist([cells])
    made = run_bill(tmp_path / "half", table, pack(*rows[:2]), chosen=method("freight.tonne_km"))
    assert (made.record["lines_accepted"], made.record["totals"]["co2e_ug"]) == (0, None)
    assert [row["reason"] for row in rejected(made)] == ["no_factor"]
    made = run_bill(tmp_path / "whole", table, pack(*rows), chosen=method("freight.tonne_km"))
    assert (made.record["lines_accepted"], products(made)["s"]["co2e_ug"]) == (1, 40 * 10**9)


def test_every_line_can_be_kept(tmp_path: Path) -> None:
    lines = [
        line(1, activity_id="a"),
        line(1, activity_id="b", amount=-1.0, kind="credit"),
        line(2, key="x", activity_id="c"),
    ]
    made = run_bill(tmp_path / "run", bill(lines), lines=True, run_date=dt.date(2024, 5, 3))
    entries = {entry["activity_id"]: entry for entry in made.table("entries").to_pylist()}
    assert {name: entry["co2e_ug"] for name, entry in entries.items()} == {"a": 6 * 10**9, "b": -2 * 10**9}
    assert {entry["date"] for entry in entries.values()} == {dt.date(2024, 5, 3)}
    assert all(entry["low_ug"] <= entry["co2e_ug"] <= entry["high_ug"] for entry in entries.values())
    assert sum(entry["co2e_ug"] for entry in entries.values()) == products(made)[1]["co2e_ug"]


def test_reasons_of_the_methods_are_in_the_closed_list() -> None:
    assert {check.reason for check in BILL.checks} <= set(REASONS)
