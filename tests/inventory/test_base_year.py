"""Base years: GHG Protocol's own examples, changes tested together, organic growth refused, and a journal that keeps every version.

The figures of companies Gamma, Beta and Teta are those of the Corporate Standard, chapter 5, figures 6 to 8, as they are widely known: the
page with the figures was not to be had. The chapter's rules were compared where others quote its sentences: what shall trigger, changes
together, whole years, what did not exist, outsourcing that was reported before, organic growth. What chapter 9.3 of the Scope 3 Standard
(2011) says was read: "at least" a threshold, small changes together, tables 9.4 and 9.5, organic growth.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_inventory import lines, made

from leafmark.engine.statement import MixedBooksError
from leafmark.inventory.book import InventoryError
from leafmark.inventory.time import KINDS, ORGANIC, History, Outcome, read_change, read_policy, recalculate
from leafmark.inventory.time.declared import lines_of

T = 10**12
"""Micrograms of a tonne."""
POLICY = 'years = [2001]\nreason = "the first year with good data"\nthreshold_percent = 5\n'


class Company:
    """A history of made-up years in tonnes by unit, and changes to it."""

    def __init__(self, folder: Path, policy: str = POLICY) -> None:
        self.folder = folder
        self.path = folder / "history"
        self.path.mkdir()
        (self.path / "base_year.toml").write_text(policy, encoding="utf-8")

    def files(self, years: Mapping[int, Mapping[str, float]]) -> None:
        for year, units in years.items():
            History.open(self.path).file(made(self.folder / f"own-{year}", self.rows(units), year))

    @staticmethod
    def rows(units: Mapping[str, float]) -> list[dict[str, Any]]:
        return [{"entity_id": unit, "site_id": unit, "co2e_ug": round(tonnes * T)} for unit, tonnes in units.items()]

    def change(self, key: str, kind: str, date: str, more: str = "", add: Mapping[int, Mapping[str, float]] | None = None, replace: Mapping[int, Mapping[str, float]] | None = None) -> Path:  # fmt: skip
        text = f'id = "{key}"\nkind = "{kind}"\ndate = {date}\nreason = "{key} happened"\nsource = "deed of {key}"\n{more}\n'
        for name, years in (("add", add), ("replace", replace)):
            if years:
                text += f"[{name}]\n"
            for year, units in (years or {}).items():
                made(self.folder / f"{key}-{name}-{year}", self.rows(units), year)
                text += f'{year} = "{key}-{name}-{year}"\n'
        file = self.folder / f"{key}.toml"
        file.write_text(text, encoding="utf-8")
        return file

    def recalculate(self, *args: Any, **more: Any) -> Outcome:
        found = read_change(self.change(*args, **more)) if args else None
        return recalculate(History.open(self.path), found)[1]

    def tonnes(self, which: int = -1) -> dict[int, float]:
        history = History.open(self.path)
        return {year: history.versions(year)[which].totals_ug["location"] / T for year in history.years()}


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)


def test_gamma_acquires_facility_c(company: Company) -> None:
    """Corporate Standard, figure 6: 50 become 65 in the base year, year two 80 instead of 60, year three is 80."""
    company.files({2001: {"A": 25, "B": 25}, 2002: {"A": 30, "B": 30}, 2003: {"A": 30, "B": 30, "C": 20}})
    outcome = company.recalculate(
        "c", "acquisition", "2003-01-01", 'entity_id = "C"', add={2001: {"C": 15}, 2002: {"C": 20}}
    )
    assert outcome.significant
    assert {test.percent for test in outcome.tests} == {30.0}
    assert company.tonnes() == {2001: 65, 2002: 80, 2003: 80}
    assert company.tonnes(0) == {2001: 50, 2002: 60, 2003: 80}
    base = History.open(company.path).base("market")
    assert (base.filed_ug, base.now_ug, base.recalculated) == (50 * T, 65 * T, True)


def test_beta_divests_unit_c(company: Company) -> None:
    """Corporate Standard, figure 7: 75 become 50, year two 60 instead of 90: an apparent fall of 15 is a rise of 10."""
    company.files({2001: {"A": 25, "B": 25, "C": 25}, 2002: {"A": 30, "B": 30, "C": 30}, 2003: {"A": 30, "B": 30}})
    filed = company.tonnes()
    outcome = company.recalculate("c", "divestment", "2003-01-01", '[remove]\nentity_id = "C"')
    assert outcome.incomplete == ()
    assert company.tonnes() == {2001: 50, 2002: 60, 2003: 60}
    assert (filed[2003] - filed[2001], company.tonnes()[2003] - company.tonnes()[2001]) == (-15, 10)


def test_teta_acquires_what_did_not_exist_in_the_base_year(company: Company) -> None:
    """Corporate Standard, figure 8: the base year stays 50; year two may be told as 75."""
    company.files({2001: {"A": 25, "B": 25}, 2002: {"A": 30, "B": 30}, 2003: {"A": 30, "B": 30, "C": 20}})
    born = 'entity_id = "C"\nexisted_from = 2002-01-01'
    outcome = company.recalculate("c", "acquisition", "2003-01-01", born, add={2002: {"C": 15}})
    assert (outcome.significant, outcome.not_in_base, outcome.applied) == (False, ("c",), ("c",))
    assert company.tonnes() == {2001: 50, 2002: 75, 2003: 80}
    assert not History.open(company.path).base("location").recalculated


def test_grams_before_it_existed_are_refused(company: Company) -> None:
    company.files({2001: {"A": 50}, 2002: {"A": 60}})
    with pytest.raises(InventoryError, match="existed from 2002-01-01 only"):
        company.recalculate(
            "c", "acquisition", "2002-06-01", 'entity_id = "C"\nexisted_from = 2002-01-01', add={2001: {"C": 15}}
        )


def test_in_the_middle_of_a_year_whole_years_are_counted(company: Company) -> None:
    """Bought on 1 July: the year has C's second half, 10; its first half is added, and the base year has C's whole year, not half of it."""
    company.files({2001: {"A": 50}, 2002: {"A": 50, "C": 10}})
    company.recalculate("c", "acquisition", "2002-07-01", 'entity_id = "C"', add={2001: {"C": 15}, 2002: {"C": 9}})
    assert company.tonnes() == {2001: 65, 2002: 69}


def test_months_that_the_inventory_has_already_are_not_added_again(company: Company) -> None:
    """Bought on 1 July; who adds the whole of the year would count August twice, 25 t for 20."""
    company.files({2001: {"A": 50}})
    months = [
        {"entity_id": "C", "site_id": "c", "month": dt.date(2002, month, 1), "co2e_ug": T * tonnes}
        for month, tonnes in ((2, 10), (8, 5))
    ]
    a = {"entity_id": "A", "site_id": "a", "co2e_ug": 50 * T}
    History.open(company.path).file(made(company.folder / "own-2002", [a, months[1]], 2002))
    file = company.change("c", "acquisition", "2002-07-01", 'entity_id = "C"', add={2001: {"C": 15}, 2002: {"C": 0}})
    pq.write_table(lines(months), company.folder / "whole.parquet")
    file.write_text(file.read_text(encoding="utf-8").replace("c-add-2002", "whole.parquet"), encoding="utf-8")
    with pytest.raises(InventoryError, match=r"2002-08 of C is in the inventory of 2002 already.* before 2002-07-01"):
        recalculate(History.open(company.path), read_change(file))
    assert not (company.path / "changes").exists()
    pq.write_table(lines(months[:1]), company.folder / "whole.parquet")
    recalculate(History.open(company.path), read_change(file))
    assert company.tonnes() == {2001: 65, 2002: 65}


def test_scope_2_by_one_statement_alone_would_restate_half(company: Company) -> None:
    company.files({2001: {"A": 50}, 2002: {"A": 50}})
    file = company.change("c", "acquisition", "2002-01-01", 'entity_id = "C"', add={2001: {"C": 15}})
    rows = ["C,,2,,location,9000,9000,9000,their report\n", "C,,2,,market,9000,9000,9000,location's\n"]
    text = file.read_text(encoding="utf-8").replace("c-add-2001", "c.csv")
    file.write_text(text, encoding="utf-8")
    (company.folder / "c.csv").write_text(HEAD + rows[0], encoding="utf-8")
    with pytest.raises(InventoryError, match="C has Scope 2 by location and not by market; give both"):
        recalculate(History.open(company.path), read_change(file))
    (company.folder / "c.csv").write_text(HEAD + "".join(rows), encoding="utf-8")
    recalculate(History.open(company.path), read_change(file))
    assert company.tonnes()[2001] == 59


def test_with_following_year_a_change_waits_until_that_year_is_filed(tmp_path: Path) -> None:
    company = Company(tmp_path, POLICY + 'timing = "following_year"\n')
    company.files({2001: {"A": 50}, 2002: {"A": 50, "C": 10}})
    outcome = company.recalculate(
        "c", "acquisition", "2002-07-01", 'entity_id = "C"', add={2001: {"C": 15}, 2002: {"C": 9}}
    )
    assert (outcome.not_due, company.tonnes()) == (("c",), {2001: 50, 2002: 60})
    company.files({2003: {"A": 50, "C": 20}})
    assert company.recalculate().applied == ("c",)
    assert company.tonnes() == {2001: 65, 2002: 69, 2003: 70}


def test_small_changes_count_together_and_by_their_sizes(company: Company) -> None:
    """+3 % and -2 % are 5 % of change, though 1 % of sum; the threshold is reached at 5, not above it."""
    company.files({2001: {"A": 98, "B": 2}, 2002: {"A": 100}})
    first = company.recalculate("c", "acquisition", "2002-01-01", 'entity_id = "C"', add={2001: {"C": 3}})
    assert (first.significant, first.waiting, company.tonnes()[2001]) == (False, ("c",), 100)
    second = company.recalculate("b", "divestment", "2002-01-01", '[remove]\nentity_id = "B"')
    assert {(test.gross_ug, test.net_ug) for test in second.tests} == {(5 * T, T)}
    assert (second.applied, company.tonnes()[2001]) == (("c", "b"), 101)


def test_a_little_less_than_the_threshold_waits(company: Company) -> None:
    company.files({2001: {"A": 100}})
    outcome = company.recalculate("e", "error", "2001-12-31", replace={2001: {"A": 104.999999999999}})
    assert (outcome.significant, outcome.waiting) == (False, ("e",))


@pytest.mark.parametrize("kind", ["error", "method_change"])
def test_an_error_and_a_method_replace_a_years_lines(company: Company, kind: str) -> None:
    company.files({2001: {"A": 100}, 2002: {"A": 90}})
    outcome = company.recalculate("m", kind, "2002-12-31", replace={2001: {"A": 80}, 2002: {"A": 70}})
    assert [(each.year, each.old_ug["market"] // T, each.new_ug["market"] // T) for each in outcome.restated] == [
        (2001, 100, 80),
        (2002, 90, 70),
    ]
    assert company.recalculate().applied == ()


@pytest.mark.parametrize("kind", ORGANIC)
def test_organic_growth_and_decline_are_refused_with_the_reason(company: Company, kind: str) -> None:
    with pytest.raises(InventoryError, match=f"{kind} is never recalculated for: {ORGANIC[kind][:12]}"):
        read_change(company.change("x", kind, "2002-01-01", add={2001: {"C": 3}}))
    (company.path / "base_year.toml").write_text(POLICY + f'triggers = ["{kind}"]\n', encoding="utf-8")
    with pytest.raises(InventoryError, match="is never one"):
        History.open(company.path)


@pytest.mark.parametrize("kind", KINDS)
def test_no_policy_can_leave_out_a_kind_of_change(company: Company, kind: str) -> None:
    """Corporate Standard, chapter 5: structural changes, methods and errors *shall* trigger; 9.3 of the Scope 3 Standard adds categories."""
    others = ", ".join(f'"{other}"' for other in KINDS if other != kind)
    (company.path / "base_year.toml").write_text(POLICY + f"triggers = [{others}]\n", encoding="utf-8")
    with pytest.raises(InventoryError, match=f"triggers: {kind} left out"):
        History.open(company.path)
    (company.path / "base_year.toml").write_text(POLICY + f'triggers = [{others}, "{kind}"]\n', encoding="utf-8")
    assert History.open(company.path).policy.threshold_percent == 5


def test_an_event_is_recalculated_for_once(company: Company) -> None:
    company.files({2001: {"A": 50}})
    bought = ("acquisition", "2001-06-01", 'entity_id = "C"')
    company.recalculate("c", *bought, add={2001: {"C": 15}})
    for key in ("c", "again"):
        with pytest.raises(InventoryError, match="recalculated for once"):
            company.recalculate(key, *bought, add={2001: {"C": 15}})
    assert company.tonnes() == {2001: 65}


def test_what_only_moves_between_scopes_of_one_base_year_is_none(tmp_path: Path) -> None:
    """Scope 3 Standard, table 9.4; with a base year for each scope it is one, and each scope is tested."""
    for base in ("all", "scope"):
        (tmp_path / base).mkdir()
        company = Company(tmp_path / base, POLICY + f'base = "{base}"\n')
        company.files({2001: {"A": 100, "van": 4}, 2002: {"A": 100}})
        file = company.folder / "haulier.csv"
        file.write_text(
            "entity_id,site_id,scope,category,statement,co2e_kg,low_kg,high_kg,source\nvan,,3,4,,4000,3000,5000,haulier's account\n",
            encoding="utf-8",
        )
        moved = (
            "out",
            "outsourcing",
            "2002-01-01",
            'reported_before = true\n[remove]\nentity_id = "van"\n[add]\n2001 = "haulier.csv"',
        )
        if base == "all":
            with pytest.raises(InventoryError, match=r"table 9\.4"):
                company.recalculate(*moved)
            continue
        outcome = company.recalculate(*moved)
        assert {(test.what, test.gross_ug // T, test.significant) for test in outcome.tests} == {
            ((1,), 4, False),
            ((3,), 4, True),
        }
        assert company.tonnes()[2001] == 104


def test_a_new_category_recalculates_one_base_year_and_begins_its_own(tmp_path: Path) -> None:
    for base, word in (("all", None), ("category", r"table 9\.5")):
        (tmp_path / base).mkdir()
        company = Company(tmp_path / base, POLICY + f'base = "{base}"\n')
        company.files({2001: {"A": 50}})
        if word:
            with pytest.raises(InventoryError, match=word):
                company.recalculate("s3", "category_added", "2001-12-31", add={2001: {"travel": 9}})
        else:
            assert company.recalculate("s3", "category_added", "2001-12-31", add={2001: {"travel": 9}}).significant


def test_a_base_year_may_be_the_mean_of_several(tmp_path: Path) -> None:
    company = Company(tmp_path, POLICY.replace("[2001]", "[2001, 2002]"))
    company.files({2001: {"A": 90}, 2002: {"A": 110}})
    assert History.open(company.path).base("location").now_ug == 100 * T
    outcome = company.recalculate(
        "c", "acquisition", "2002-12-31", 'entity_id = "C"', add={2001: {"C": 4}, 2002: {"C": 6}}
    )
    assert {test.percent for test in outcome.tests} == {5.0}
    assert History.open(company.path).base("location").now_ug == 105 * T


def test_lines_for_the_base_year_are_needed(company: Company) -> None:
    company.files({2001: {"A": 50}, 2002: {"A": 50}})
    with pytest.raises(InventoryError, match="no lines for the base year 2001: give them"):
        company.recalculate("c", "acquisition", "2002-01-01", 'entity_id = "C"', add={2002: {"C": 9}})
    other = company.folder / "other"
    other.mkdir()
    (other / "base_year.toml").write_text(POLICY, encoding="utf-8")
    with pytest.raises(InventoryError, match="base year 2001 was not filed"):
        recalculate(History.open(other))


def test_a_year_without_lines_is_named_incomplete(company: Company) -> None:
    company.files({2001: {"A": 50}, 2002: {"A": 60}, 2003: {"A": 60, "C": 20}})
    outcome = company.recalculate("c", "acquisition", "2003-01-01", 'entity_id = "C"', add={2001: {"C": 15}})
    assert (outcome.incomplete, company.tonnes()) == ((("c", 2002),), {2001: 65, 2002: 60, 2003: 80})


def test_an_inventory_that_does_not_show_what_happened_is_named(company: Company) -> None:
    """The base year grows by what was bought while the year does not have it: a fall that is none."""
    company.files({2001: {"A": 50, "B": 9}, 2002: {"A": 60, "B": 9}, 2003: {"A": 60}})
    outcome = company.recalculate("c", "acquisition", "2002-01-01", 'entity_id = "C"', add={2001: {"C": 15}})
    assert outcome.not_seen == (("c", 2002), ("c", 2003))
    assert company.recalculate("b", "divestment", "2002-01-01", '[remove]\nentity_id = "B"').not_seen == (("b", 2002),)


def test_the_journal_keeps_old_new_and_reason_and_cannot_be_changed_unseen(company: Company) -> None:
    company.files({2001: {"A": 50}})
    company.recalculate("c", "acquisition", "2001-06-01", 'entity_id = "C"', add={2001: {"C": 15}})
    journal = company.path / "journal.jsonl"
    entries = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    assert [entry["kind"] for entry in entries] == ["filed", "noted", "recalculated"]
    last = entries[-1]["content"]
    assert (last["old_ug"]["location"], last["totals_ug"]["location"]) == (50 * T, 65 * T)
    assert (last["reasons"], last["sources"]) == (["acquisition: c happened"], ["deed of c"])
    assert History.open(company.path).verify() == 3
    whole = journal.read_text(encoding="utf-8")
    for damaged in (
        whole.replace(str(50 * T), str(51 * T)),
        "\n".join(whole.splitlines()[1:]),
        whole.replace("c happened", "nothing happened"),
    ):
        journal.write_text(damaged, encoding="utf-8")
        with pytest.raises(InventoryError, match="was changed after it was written"):
            History.open(company.path)
    journal.write_text(whole, encoding="utf-8")
    (company.path / "years/2001-1/lines.parquet").write_bytes(
        (company.path / "years/2001-2/lines.parquet").read_bytes()
    )
    with pytest.raises(InventoryError, match="is not what was written"):
        History.open(company.path).verify()


def test_a_year_is_filed_once_and_years_are_alike(company: Company) -> None:
    company.files({2001: {"A": 50}})
    with pytest.raises(InventoryError, match="2001 was filed already"):
        company.files({2001: {"A": 60}})
    with pytest.raises(InventoryError, match="gwp: expected AR5 as in 2001, found AR6"):
        History.open(company.path).file(made(company.folder / "ar6", company.rows({"A": 1}), 2002, gwp="AR6"))
    with pytest.raises(InventoryError, match="organisation: expected own"):
        History.open(company.path).file(
            made(company.folder / "them", [], 2002, organisation={"id": "them", "name": "Them"})
        )


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("reason = 'x'\nthreshold_percent = 5\n", "years: missing"), ("years = []\nreason = 'x'\nthreshold_percent = 5\n", "years: missing"),
        (POLICY.replace("= 5", "= 0"), "threshold_percent: expected more than 0"), (POLICY.replace("= 5", "= 60"), "at most 20"),
        (POLICY.replace("= 5", "= -5"), "found -5"), (POLICY.replace("= 5", "= nan"), "threshold_percent"), (POLICY.replace("= 5", "= true"), "a number"),
        (POLICY.replace("2001", "2001, 2003"), "follow each other"), (POLICY.replace("2001", "1001"), "from 1990"),
        (POLICY + "colour = 1\n", "no such field"), (POLICY + "base = 'none'\n", "expected one of all"), ("years = [", "not readable as TOML"),
    ],
)  # fmt: skip
def test_an_absurd_policy_is_refused(tmp_path: Path, policy: str, message: str) -> None:
    file = tmp_path / "base_year.toml"
    file.write_text(policy, encoding="utf-8")
    with pytest.raises(InventoryError, match=message):
        read_policy(file)


def test_a_history_without_a_policy_is_none(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="begins with its base year's policy"):
        History.open(tmp_path)


HEAD = "entity_id,site_id,scope,category,statement,co2e_kg,low_kg,high_kg,source\n"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("C,,4,,,1,1,1,x", "row 1: scope: expected 1, 2 or 3, found '4'"), ("C,,3,,,1,1,1,x", "category"), ("C,,3,16,,1,1,1,x", "category"),
        ("C,,2,,,1,1,1,x", "location or market"), ("C,,1,,,-1,-1,1,x", "an offset or a removal is no line"), ("C,,1,,,5,6,7,x", "between"),
        ("C,,1,,,a,1,1,x", "kilograms"), ("C,,1,,,1e30,1,1,x", "kilograms"), (",,1,,,1,1,1,x", "entity_id"), ("C,,1,,,1,1,1,", "source"),
    ],
)  # fmt: skip
def test_declared_totals_are_read_strictly(tmp_path: Path, row: str, message: str) -> None:
    file = tmp_path / "c.csv"
    file.write_text(HEAD + row + "\n", encoding="utf-8")
    with pytest.raises(InventoryError, match=message):
        lines_of(file)


def test_lines_of_another_book_are_refused(tmp_path: Path) -> None:
    table = lines([{"method_id": "product.footprint"}]).append_column("book", pa.array(["product"]))
    pq.write_table(table, tmp_path / "lines.parquet")
    with pytest.raises(MixedBooksError, match="books are never summed"):
        lines_of(tmp_path / "lines.parquet")
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    with pytest.raises(InventoryError, match="found no column entity_id"):
        lines_of(tmp_path / "a.parquet")


def test_a_file_that_is_no_utf_8_says_so(tmp_path: Path) -> None:
    file = tmp_path / "c.csv"
    file.write_bytes((HEAD + "C,,1,,,1,1,1,B\u00fccher\n").encode("latin-1"))
    with pytest.raises(InventoryError, match="UTF-8"):
        lines_of(file)


def test_a_sale_of_nothing_is_refused(company: Company) -> None:
    """A misspelt name was a change of 0 %, below every threshold, and the base year kept what was sold."""
    company.files({2001: {"A": 40, "B": 10}, 2002: {"A": 40}})
    with pytest.raises(InventoryError, match=r"b: remove: no line .* entity_id = 'Bee'; .* entities A, B"):
        company.recalculate("b", "divestment", "2002-01-01", '[remove]\nentity_id = "Bee"')
    assert company.recalculate("c", "divestment", "2002-01-01", '[remove]\nentity_id = "B"').significant


def test_declared_totals_become_lines(tmp_path: Path) -> None:
    file = tmp_path / "c.csv"
    file.write_text(HEAD + "C,,1,,,1234.5,1000,1500,their report\nC,hall,2,,market,0,0,0,x\n", encoding="utf-8")
    first, second = lines_of(file).to_pylist()
    assert (first["co2e_ug"], first["low_ug"], first["high_ug"], first["origin"]) == (
        1_234_500_000_000,
        T,
        1_500_000_000_000,
        "supplier",
    )
    assert (second["site_id"], second["statement"], second["co2e_ug"]) == ("hall", "market", 0)


UNITS = st.lists(
    st.tuples(st.sampled_from([kind for kind in KINDS if kind in ("acquisition", "divestment")]), st.integers(0, 40)),
    max_size=3,
)


@settings(max_examples=8)
@given(UNITS)
def test_a_recalculated_base_year_is_the_sum_of_its_parts(
    tmp_path_factory: pytest.TempPathFactory, changes: Sequence[tuple[str, int]]
) -> None:
    """Whatever was noted, a restated base year is what was filed, more what was bought and less what was sold; or nothing was restated."""
    company = Company(tmp_path_factory.mktemp("company"))
    sold = {f"u{n}": float(tonnes) for n, (kind, tonnes) in enumerate(changes) if kind == "divestment"}
    company.files({2001: {"A": 100, **sold}, 2002: {"A": 100}})
    waiting, expected, filed = 0.0, 100 + sum(sold.values()), 100 + sum(sold.values())
    pending = 0.0
    for n, (kind, tonnes) in enumerate(changes):
        if kind == "acquisition":
            outcome = company.recalculate(
                f"c{n}", kind, "2002-01-01", f'entity_id = "u{n}"', add={2001: {f"u{n}": float(tonnes)}}
            )
        else:
            outcome = company.recalculate(f"c{n}", kind, "2002-01-01", f'[remove]\nentity_id = "u{n}"')
        waiting += tonnes
        pending += tonnes if kind == "acquisition" else -tonnes
        assert outcome.significant == (waiting > 0 and 100 * waiting >= 5 * expected)
        if outcome.significant:
            expected, waiting, pending = expected + pending, 0.0, 0.0
        assert company.tonnes()[2001] == expected
    assert company.tonnes(0)[2001] == filed
