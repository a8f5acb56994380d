"""Credits and Scope 3+ stand beside the inventory: gross first, each in its own row, and nothing is ever added or taken off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from made_inventory import lines, made

from leafmark.inventory.book import InventoryError
from leafmark.inventory.targets import (
    AMBITION,
    ambition_figure,
    cumulative,
    impacts,
    neutrality_rows,
    read_credits,
    read_impact,
    refuse_credits,
    statement,
)
from leafmark.inventory.time import LANGS

T = 10**12
CREDITS = "kind,co2e_kg,programme,serial,retired_on,year,source\n"
SOUND = "offset,30000,Registry A,A-1,2024-02-01,2023,receipt\nremoval,5000,Registry B,B-7,2024-02-01,2023,receipt\n"
IMPACT = "year,kind,co2e_g,assured,source\n"


def credits(folder: Path, rows: str) -> Path:
    file = folder / "credits.csv"
    file.write_text(CREDITS + rows, encoding="utf-8")
    return file


def test_gross_comes_first_and_credits_lower_nothing(tmp_path: Path) -> None:
    rows = [
        {"co2e_ug": 40 * T},
        {"scope": 2, "statement": "market", "co2e_ug": 10 * T},
        {"scope": 2, "statement": "location", "co2e_ug": 20 * T},
    ]
    inventory = made(tmp_path / "i", rows)
    retired = read_credits(credits(tmp_path, SOUND + "offset,9000,Registry A,A-2,2025-02-01,2024,receipt\n"))
    found = statement(inventory, "market", retired)
    assert [(row.kind, row.scope, row.co2e_ug // T) for row in found] == [
        ("gross", 1, 40), ("gross", 2, 10), ("gross", None, 50), ("removal", None, 5), ("offset", None, 30)
    ]  # fmt: skip
    assert found[:3] == statement(inventory, "market")
    assert statement(inventory, "location", retired)[2].co2e_ug == 60 * T
    for lang in LANGS:
        assert len(neutrality_rows(found, lang)) == 5


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (SOUND + SOUND, "serial: A-1 is in row 1 too: a credit is used once"),
        (SOUND + "offset,30000,Registry A ,A-1\u00a0,2024-02-01,2023,receipt\n", "serial: A-1 is in row 1 too"), (SOUND + "offset,1\n", "row 3 has 2 cells"), ("offset,1,R,,2024-02-01,2023,x\n", "serial: missing"),
        ("offset,1,R,1,,2023,x\n", "retired_on: missing"), ("offset,1,R,1,9999-01-01,2023,x\n", "still to come"), ("gift,1,R,1,2024-02-01,2023,x\n", "expected removal or offset"),
        ("offset,0,R,1,2024-02-01,2023,x\n", "expected more than 0"), ("offset,-4,R,1,2024-02-01,2023,x\n", "expected more than 0"),
        ("offset,many,R,1,2024-02-01,2023,x\n", "a number"), ("offset,1,R,1,soon,2023,x\n", "a date"),
    ],
)  # fmt: skip
def test_a_credit_that_cannot_be_checked_is_refused(tmp_path: Path, rows: str, message: str) -> None:
    with pytest.raises(InventoryError, match=message):
        read_credits(credits(tmp_path, rows))


@pytest.mark.parametrize("column", ["template", "key", "method_id", "factor_id"])
def test_an_offset_inside_an_inventory_or_a_product_figure_is_refused(tmp_path: Path, column: str) -> None:
    row = {column: "offset.forest", "co2e_ug": -5 * T}
    with pytest.raises(InventoryError, match=f"{column} offset.forest: offset_in_inventory"):
        statement(made(tmp_path / "i", [row]), "market")
    with pytest.raises(InventoryError, match="offset_in_inventory"):
        refuse_credits(pa.table({"book": ["product"], column: ["carbon_credit"]}), "lamp-1")
    for name in ("vcs.removal_credit", "CCER 2024", "forest.offsets"):
        with pytest.raises(InventoryError, match="offset_in_inventory"):
            refuse_credits(pa.table({"book": ["product"], column: [name]}), "lamp-1")
    refuse_credits(pa.table({column: ["material.offset_paper", "cover.verse"]}), "print")
    refuse_credits(lines([{}]), "sound")


def test_the_ambition_adds_up_years_and_keeps_what_is_assured_and_what_is_negative(tmp_path: Path) -> None:
    file = tmp_path / "impact.csv"
    file.write_text(
        IMPACT + "2022,avoided,30000000000000,true,statement 2022\n2021,participant_reduction,20000000000000,false,statement 2021\n"
        "2022,participant_reduction,-1000000000000,true,statement 2022\n2024,avoided,5,false,statement 2024\n",
        encoding="utf-8",
    )  # fmt: skip
    found = cumulative(read_impact(file))
    assert (AMBITION.amount_g, AMBITION.first, AMBITION.last) == (1_500_000_000_000_000, 2021, 2035)
    assert [(year.year, year.in_year_g, year.cumulative_g, year.cumulative_assured_g) for year in found.years] == [
        (2021, 20 * T, 20 * T, 0), (2022, 29 * T, 49 * T, 29 * T), (2023, 0, 49 * T, 29 * T), (2024, 5, 49 * T + 5, 29 * T)
    ]  # fmt: skip
    assert found.left_g == 1_500 * T - 49 * T - 5
    assert cumulative(()).left_g == AMBITION.amount_g


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("2036,avoided,1,true,s", "2036 lies outside"), ("2020,avoided,1,true,s", "2020 lies outside"), ("2021,saved,1,true,s", "kind: expected avoided"),
        ("2021,avoided,1.5,true,s", "whole numbers"), ("2021,avoided,1,maybe,s", "assured true or false"),
        ("2021,avoided,1,true,s\n2021,avoided,1,true,s", "a statement counts once"),
        ("2021,avoided,1,true,s\n2021,avoided,1,true,s ", "a statement counts once"),
    ],
)  # fmt: skip
def test_bad_rows_of_impact_are_refused(tmp_path: Path, row: str, message: str) -> None:
    file = tmp_path / "impact.csv"
    file.write_text(f"{IMPACT}{row}\n", encoding="utf-8")
    with pytest.raises(InventoryError, match=message):
        cumulative(read_impact(file))


@pytest.mark.parametrize("read", [read_credits, read_impact])
def test_a_file_in_another_encoding_says_so(tmp_path: Path, read: Callable[[Path], object]) -> None:
    file = tmp_path / "latin.csv"
    file.write_bytes((IMPACT + "2021,avoided,1,true,\u00e9tude\n").encode("latin-1"))
    with pytest.raises(InventoryError, match="UTF-8"):
        read(file)


def test_scope_3_plus_cannot_be_added_to_an_inventory(tmp_path: Path) -> None:
    inventory = made(tmp_path / "i", [{"co2e_ug": 40 * T}])
    reached = cumulative(impacts([{"year": 2021, "kind": "avoided", "co2e_g": 7, "assured": True, "source": "s"}]))
    for left, right in (
        (inventory.total("market"), reached),
        (reached, inventory.total("market")),
        (inventory, reached),
    ):
        with pytest.raises(TypeError):
            left + right  # type: ignore[operator]
    assert inventory.total("market").co2e_ug == 40 * T


def test_the_ambitions_chart_says_that_it_is_no_part_of_an_inventory() -> None:
    rows = impacts([{"year": 2021, "kind": "avoided", "co2e_g": 90 * T, "assured": True, "source": "s"}])
    for lang, word in zip(LANGS, ("never added", "不與其相加", "不与其相加"), strict=True):
        figure = ambition_figure(cumulative(rows), lang)
        assert "90.0 Mt" in figure.said
        assert word in figure.said.replace("亦", "")
        assert "1.50 Gt" in figure.svg
    assert "0 g" in ambition_figure(cumulative(()), "en").said
