"""The three books are never added: here a test tries, by every way in that there is, and none lets it."""

from __future__ import annotations

import operator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine_rows import bill, factor, line, pack, run_bill
from made_impact import MINT, PROGRAMME, entries, impact_folder
from made_inventory import lines, made

from leafmark.actions import catalogue, credit
from leafmark.engine.statement import MixedBooksError
from leafmark.engine.statement import statement as engine_statement
from leafmark.inventory import book
from leafmark.inventory.accounting.entries import lines_of_entries
from leafmark.inventory.book import Inventory, InventoryError, refuse_other_books, sums
from leafmark.inventory.impact import statement
from leafmark.inventory.impact.publishing import Beside, beside
from leafmark.methods import LIBRARY

OWN = {"co2e_ug": 5 * 10**12, "factor_id": "a"}
AVOIDED = {"co2e_ug": -(10**12), "method_id": "trip.public_transport", "factor_id": "b"}
IMPACT_METHODS = sorted({each.id for each in LIBRARY if each.book == "impact"})


def test_the_engine_makes_no_statement_of_an_impact_run_and_another(tmp_path: Path) -> None:
    from act_rows import KNOWN, act, table

    done = credit(table([act("metro")]), tmp_path / "acts", catalogue("city"), known_on=KNOWN, gwp="AR5", threads=1)
    (avoided,) = done.runs.values()
    pq.write_table(bill([line(7)]), tmp_path / "bill.parquet")
    product = run_bill(tmp_path / "product", tmp_path / "bill.parquet", pack(factor(gsd=1.5)))
    with pytest.raises(MixedBooksError, match="never summed"):
        engine_statement(product, avoided)
    assert engine_statement(avoided)["book"] == "impact"


@pytest.mark.parametrize("method", IMPACT_METHODS)
def test_no_line_by_a_method_of_impact_is_written(tmp_path: Path, method: str) -> None:
    with pytest.raises(MixedBooksError, match="of the book impact"):
        made(tmp_path / "i", [OWN, {**AVOIDED, "method_id": method}])
    assert not (tmp_path / "i").exists()


@pytest.mark.parametrize("other", ["impact", "product", None])
def test_no_entry_of_another_book_is_written_as_a_line_or_beside_lines(tmp_path: Path, other: str | None) -> None:
    own = lines([OWN])
    marked = own.append_column("book", pa.array([other], pa.string()))
    for name, tables in (("lines", {"lines": marked}), ("entries", {"lines": own, "entries": marked})):
        with pytest.raises(MixedBooksError, match=name):
            Inventory.write(tmp_path / "i", {}, tables)
    assert not (tmp_path / "i").exists()


@pytest.mark.parametrize("other", ["impact", "product"])
def test_no_entry_of_another_book_becomes_a_line(tmp_path: Path, other: str) -> None:
    """Where entries of other rooms become lines: one bad entry among good ones refuses the file."""
    good = {"co2e_ug": 7, "scope": 1, "book": "inventory", "method_id": "combustion.direct"}
    file = entries(tmp_path / "given.parquet", [good, {**good, "book": other, "co2e_ug": -7}])
    for given_as in (file, pq.read_table(file)):
        with pytest.raises(MixedBooksError, match=other):
            lines_of_entries(given_as, "own", "office", "cloud")
    assert lines_of_entries(entries(tmp_path / "good.parquet", [good]), "own", "office", "cloud").num_rows == 1


def test_an_entry_of_impact_sent_off_as_one_of_inventory_is_known_by_its_method(tmp_path: Path) -> None:
    forged = pq.read_table(entries(tmp_path / "forged.parquet", [{"co2e_ug": -5}], book="inventory"))
    with pytest.raises(MixedBooksError, match=r"appliance\.saving_in_use"):
        refuse_other_books(forged, "forged.parquet")


def test_lines_that_were_mixed_behind_our_back_are_in_no_total(tmp_path: Path) -> None:
    """Somebody writes an avoided gram into lines.parquet by hand: every total refuses, and says what it found."""
    inventory = made(tmp_path / "i", [OWN])
    pq.write_table(pa.concat_tables([inventory.table("lines"), lines([AVOIDED])]), inventory.path / "lines.parquet")
    mixed = Inventory.open(inventory.path)
    ways = (
        lambda: mixed.total("location"),
        lambda: mixed.rows("market"),
        lambda: mixed.sums(("site_id",), "location"),
        mixed.outside,
    )
    for way in ways:
        with pytest.raises(MixedBooksError, match=r"trip\.public_transport"):
            way()
    with pytest.raises(MixedBooksError):
        sums(lines([OWN, AVOIDED]), (), "market")


def test_sql_over_the_lines_of_an_inventory_finds_no_avoided_gram(tmp_path: Path) -> None:
    """What was refused left nothing behind, so a query over the file has its grams from the inventory's methods alone."""
    inventory = made(tmp_path / "i", [OWN])
    for way in (lambda: made(inventory.path, [OWN, AVOIDED]), lambda: made(inventory.path, [AVOIDED])):
        with pytest.raises(MixedBooksError):
            way()
    found = duckdb.sql(
        f"SELECT method_id, sum(co2e_ug) FROM read_parquet('{inventory.path}/lines.parquet') GROUP BY ALL"
    ).fetchall()
    assert found == [("combustion.direct", 5 * 10**12)]


def test_the_impact_statement_takes_no_entry_of_an_inventory(tmp_path: Path) -> None:
    folder = impact_folder(tmp_path, comparisons=[
        {"file": "other.parquet", "programme": "city", "participant": "", "statement": "avoided", "evidence": "A"}])  # fmt: skip
    for other in ("inventory", "product"):
        entries(folder / "other.parquet", [{"co2e_ug": 7}], book=other)
        with pytest.raises(MixedBooksError, match=other):
            statement(folder)
    (folder / "comparisons.csv").unlink()
    entries(folder / "entries" / "other.parquet", [{"co2e_ug": 7}], book="inventory")
    with pytest.raises(MixedBooksError, match="inventory"):
        statement(folder)


def laid(tmp_path: Path) -> Beside:
    inventory = made(tmp_path / "i", [OWN, {**OWN, "scope": 2, "statement": "location"}], year=2025)
    return beside(inventory, statement(impact_folder(tmp_path / "impact")))


@pytest.mark.parametrize("way", [operator.add, operator.sub, operator.truediv, operator.mul])
def test_totals_of_the_two_books_know_no_arithmetic(tmp_path: Path, way: Any) -> None:
    both = laid(tmp_path)
    emitted, avoided = both.location[1, None], both.impact.subtotals["avoided"]
    for left, right in (
        (emitted, avoided),
        (avoided, emitted),
        (both, both),
        (both.impact, both.impact),
        (avoided, avoided),
    ):
        with pytest.raises(TypeError):
            way(left, right)
    with pytest.raises(TypeError):
        sum([emitted, avoided])  # type: ignore[list-item]


def test_what_is_laid_side_by_side_has_a_column_each_and_no_figure_over_both(tmp_path: Path) -> None:
    both = laid(tmp_path)
    assert set(Beside.__dataclass_fields__) == {"organisation", "year", "location", "market", "impact"}
    assert [name for name in dir(both) if not name.startswith("_")] == sorted(Beside.__dataclass_fields__)
    assert (both.location[2, None].co2e_ug, (2, None) in both.market) == (5 * 10**12, False)
    assert both.impact.subtotals["avoided"].audited_ug == 10**6


def test_no_page_prints_the_inventory_less_what_was_avoided(tmp_path: Path) -> None:
    """5 t emitted, 2 t avoided: 3 t, 7 t and 40 % are the figures that must not be there."""
    from leafmark.inventory.impact.showing import beside_page

    inventory = made(tmp_path / "i", [OWN], year=2025)
    page = beside_page(
        beside(inventory, statement(impact_folder(tmp_path / "m", mints=[{**MINT, "co2e_mg": str(2 * 10**9)}])))
    )
    assert "5.00 t" in page
    assert "2.00 t" in page
    assert not [figure for figure in ("3.00 t", "7.00 t", "40.0 %", "\u22123.00 t") if figure in page]
    assert "<tfoot" not in page


@pytest.mark.parametrize(
    ("record", "why"),
    [({"organisation": {"id": "other", "name": "Other"}}, "one company"), ({"from": "2024-01-01"}, "one period")],
)
def test_only_one_company_and_one_period_lie_side_by_side(tmp_path: Path, record: dict[str, Any], why: str) -> None:
    inventory = made(tmp_path / "i", [OWN], year=2025, **record)
    with pytest.raises(InventoryError, match=why):
        beside(inventory, statement(impact_folder(tmp_path / "impact", programmes=[PROGRAMME])))


def test_a_mutant_without_the_guard_would_let_the_avoided_gram_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard is what keeps the books apart: without it 5 t less 1 t come out as 4 t."""
    monkeypatch.setattr(book, "refuse_other_books", lambda *_: None)
    assert made(tmp_path / "i", [OWN, AVOIDED]).total("location").co2e_ug == 4 * 10**12


def test_every_book_but_the_inventorys_own_is_kept_out() -> None:
    for each in LIBRARY:
        table = pa.table({"method_id": [each.id]})
        if each.book == "inventory":
            refuse_other_books(table, "lines")
        else:
            with pytest.raises(MixedBooksError):
                refuse_other_books(table, "lines")
