"""Entries of other rooms at places that are the company's in part: share, dates and leases once each, by construction; nothing guessed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_company import ACTS, YEAR, Act, pack, write_company

from leafmark.cli import main
from leafmark.engine.gases import GASES_TYPE
from leafmark.engine.run import Settings, run
from leafmark.engine.schema import ENTRY_SCHEMA
from leafmark.factors.model import builtin
from leafmark.inventory.accounting.consolidating import part_of
from leafmark.inventory.accounting.running import Given, run_inventory
from leafmark.inventory.book import Inventory, InventoryError
from leafmark.inventory.report.line_tree import Trees
from leafmark.inventory.report.run_checks import of_others
from leafmark.inventory.report.verifying import verify
from leafmark.inventory.summary import summary
from leafmark.methods import method

KG = 10**9
OF_FREIGHT = method("freight.upstream").version
GAS_NAMES = [field.name for field in GASES_TYPE]
JUNE = dt.date(YEAR, 6, 1)


def entry(kg: float = 100, **cells: Any) -> dict[str, Any]:
    """An entry of a bill of the cloud: services bought, all of it CO2, a tenth up or down."""
    ug = round(kg * KG)
    return dict.fromkeys(ENTRY_SCHEMA.names) | {
        "run_id": "bill", "book": "inventory", "scope": 3, "category": 1, "stage": "use", "method_id": "cloud.usage", "method_version": 1,
        "factor_id": "electricity.grid@WORLD:direct:2024", "co2e_ug": ug, "low_ug": round(ug * 0.9), "high_ug": round(ug * 1.1), "date": JUNE,
        "gases": {**dict.fromkeys(GAS_NAMES, 0), "co2_ug": ug}, **cells,
    }  # fmt: skip


def bill(folder: Path, *rows: Mapping[str, Any], name: str = "bill") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.parquet"
    pq.write_table(pa.Table.from_pylist(list(rows), schema=ENTRY_SCHEMA), path)
    return path


Span = tuple[float, str | None, str | None]


def tables(
    spans: Iterable[Span] = ((60, None, None),), control: bool = False, held: str = "owned"
) -> dict[str, list[dict[str, Any]]]:
    """A subsidiary with a data centre, of which the company has a share that may change."""
    return {
        "entities": [{"entity_id": each, "name": each, "region": "GB"} for each in ("own", "sub", "stranger")],
        "ownership": [
            {"owner_id": "own", "entity_id": "sub", "share_percent": share, "financial_control": control, "operational_control": control,
             "accounted_as": "subsidiary" if control else "associate", "valid_from": first, "valid_to": after}
            for share, first, after in spans
        ],
        "sites": [
            {"site_id": "office", "entity_id": "own", "name": "Office", "region": "GB", "held": "owned"},
            {"site_id": "hall", "entity_id": "sub", "name": "Hall", "region": "GB", "held": held},
        ],
    }  # fmt: skip


def made(
    tmp_path: Path, *taken: Given, approach: str = "equity_share", acts: Sequence[Act] = ACTS[9:10], **more: Any
) -> Inventory:
    company = write_company(tmp_path / "company", acts, tables(**more), approach)
    return run_inventory(company, tmp_path / "inventory", packs=[pack()], given=taken)


def cloud(inventory: Inventory, by: Any = "location") -> dict[tuple[Any, ...], float]:
    """Kilograms by scope and category of what came from the cloud."""
    found = inventory.sums(("template", "scope", "category"), by)
    return {key[1:]: value.co2e_ug / KG for key, value in found.items() if key[0] == "cloud"}


def flags(inventory: Inventory) -> list[tuple[Any, ...]]:
    rows = [row for row in inventory.table("flags").to_pylist() if row["template"] == "cloud"]
    return [(row["reason"], row["effect"], row["found"]) for row in rows]


def test_sixty_per_cent_of_a_subsidiary_is_sixty_of_its_bill_of_a_hundred(tmp_path: Path) -> None:
    inventory = made(tmp_path, Given(bill(tmp_path, entry()), "sub", "hall", "cloud"))
    assert cloud(inventory) == cloud(inventory, "market") == {(3, 1): 60}
    (line,) = [row for row in inventory.table("lines").to_pylist() if row["template"] == "cloud"]
    assert (line["co2e_ug"], line["low_ug"], line["high_ug"]) == (60 * KG, 54 * KG, 66 * KG)
    assert line["gases"]["co2_ug"] == sum(line["gases"].values()) == 60 * KG
    assert not flags(inventory)
    assert verify(inventory.path)["sound"]


def test_a_whole_entity_is_named_by_its_own_id(tmp_path: Path) -> None:
    assert cloud(made(tmp_path, Given(bill(tmp_path, entry()), "sub", "sub", "cloud"))) == {(3, 1): 60}


@pytest.mark.parametrize(
    ("approach", "control", "expected"),
    [("operational_control", True, {(3, 1): 100}), ("financial_control", True, {(3, 1): 100}), ("operational_control", False, {})],
)  # fmt: skip
def test_by_control_it_is_all_or_nothing(
    tmp_path: Path, approach: str, control: bool, expected: dict[Any, float]
) -> None:
    inventory = made(
        tmp_path, Given(bill(tmp_path, entry()), "sub", "hall", "cloud"), approach=approach, control=control
    )
    assert cloud(inventory) == expected
    assert flags(inventory) == ([] if control else [("outside_boundary", "refused", f"1 entry from {YEAR}-06")])


def test_each_day_has_the_share_of_that_day(tmp_path: Path) -> None:
    """Nothing until 10 June, 60 % until 1 July, 80 % after it; what is not dated has the mean of the year's days."""
    spans = ((60, f"{YEAR}-06-10", f"{YEAR}-07-01"), (80, f"{YEAR}-07-01", None))
    days = (dt.date(YEAR, 6, 9), dt.date(YEAR, 6, 10), dt.date(YEAR, 6, 30), dt.date(YEAR, 7, 1), None)
    inventory = made(
        tmp_path, Given(bill(tmp_path, *(entry(date=day) for day in days)), "sub", "hall", "cloud"), spans=spans
    )
    year = Fraction(21 * 60 + 184 * 80, 366)
    assert cloud(inventory)[3, 1] == pytest.approx(float(60 + 60 + 80 + year), abs=1e-9)
    assert flags(inventory) == [
        ("outside_boundary", "refused", f"1 entry from {YEAR}-06"),
        ("missing_value", "doubted", "1 entry without a day"),
    ]


def test_a_bill_of_months_has_the_mean_of_each_months_days_and_is_doubted_where_the_share_changes(
    tmp_path: Path,
) -> None:
    """Bought on 16 June: 15 of the 30 days of June at 60 %, and all of July."""
    rows = [entry(date=dt.date(YEAR, month, 1)) for month in (6, 7)]
    inventory = made(
        tmp_path, Given(bill(tmp_path, *rows), "sub", "hall", "cloud"), spans=((60, f"{YEAR}-06-16", None),)
    )
    assert cloud(inventory) == {(3, 1): 30 + 60}
    assert flags(inventory) == [("share_changes", "doubted", f"{YEAR}-06: 30 %")]


@pytest.mark.parametrize(
    ("approach", "held", "expected"),
    [
        ("equity_share", "owned", {(2, None): 60, (3, 3): 6}), ("equity_share", "operating_lease", {(3, 8): 60, (3, 3): 6}),
        ("operational_control", "operating_lease", {(2, None): 100, (3, 3): 10}), ("operational_control", "leased_out", {(3, 13): 110}),
        ("equity_share", "finance_leased_out", {(3, 13): 66}),
    ],
)  # fmt: skip
def test_a_lease_moves_them_as_it_moves_an_activity(
    tmp_path: Path, approach: str, held: str, expected: dict[Any, float]
) -> None:
    own = {"method_id": "cloud.own"}
    rows = [entry(scope=2, category=None, **own), entry(10, category=3, **own)]
    inventory = made(
        tmp_path, Given(bill(tmp_path, *rows), "sub", "hall", "cloud"), approach=approach, held=held, control=True
    )
    assert cloud(inventory) == cloud(inventory, "market") == expected


def test_where_rows_may_have_had_a_share_it_is_asked_and_not_applied_twice(tmp_path: Path) -> None:
    row = entry(method_id="freight.upstream", method_version=OF_FREIGHT, category=4)
    path = bill(tmp_path, row)
    with pytest.raises(InventoryError, match=r"60 % of hall .* say cloud:whole= or cloud:consolidated="):
        made(tmp_path / "a", Given(path, "sub", "hall", "cloud"))
    assert cloud(made(tmp_path / "b", Given(path, "sub", "hall", "cloud", figures="whole"))) == {(3, 4): 60}
    ours = made(tmp_path / "c", Given(path, "sub", "hall", "cloud", figures="consolidated"))
    assert cloud(ours) == {(3, 4): 100}
    assert ours.record["given"][0]["figures"] == "consolidated"
    assert cloud(made(tmp_path / "d", Given(path, "own", "office", "cloud"))) == {
        (3, 4): 100
    }  # all of it is ours: no question


def test_of_whom_nobody_knows_nothing_is_taken(tmp_path: Path) -> None:
    path = bill(tmp_path, entry())
    with pytest.raises(InventoryError, match=r"site 'atelier', which no table of the company has"):
        made(tmp_path / "a", Given(path, "own", "atelier", "cloud"))
    with pytest.raises(InventoryError, match=r"given for own/hall, but 'hall' is of 'sub'"):
        made(tmp_path / "b", Given(path, "own", "hall", "cloud"))
    assert cloud(made(tmp_path / "c", Given(path, "stranger", "stranger", "cloud"))) == {}


def test_two_statements_of_one_bill_count_once_each(tmp_path: Path) -> None:
    """Services bought are Scope 3: by location 100 of power, by market 40, and 10 of making that the run by location alone has."""
    one = bill(tmp_path, entry(), entry(10, stage="manufacturing"), name="location")
    two = bill(tmp_path, entry(40, run_id="market"), name="market")
    found = [Given(one, "sub", "hall", "cloud", "location"), Given(two, "sub", "hall", "cloud", "market")]
    inventory = made(tmp_path, *found)
    assert cloud(inventory) == {(3, 1): pytest.approx(66)}
    assert cloud(inventory, "market") == {(3, 1): pytest.approx(30)}
    leased = made(
        tmp_path / "own",
        *(Given(bill(tmp_path, entry(kg, scope=2, category=None), name=f"own-{by}"), "sub", "hall", "cloud", by) for by, kg in (("location", 100), ("market", 40))),  # type: ignore[arg-type]
        held="operating_lease",
    )  # fmt: skip
    assert cloud(leased) == cloud(leased, "market") == {(3, 8): 60}


def test_the_share_is_told_in_record_groups_explanation_and_at_the_terminal(tmp_path: Path) -> None:
    inventory = made(tmp_path, Given(bill(tmp_path, entry()), "sub", "hall", "cloud"))
    (said,) = inventory.record["given"]
    assert said["shares"] == [{"share": "3/5", "entries": 1, "given_ug": 100 * KG, "co2e_ug": 60 * KG}]
    (group,) = [row for row in inventory.table("groups").to_pylist() if row["template"] == "cloud"]
    assert (group["group_id"], group["share"], group["rows"]) == (f"hall · {YEAR}-06 · calculated · 60 %", 0.6, 1)
    (line,) = [row for row in inventory.table("lines").to_pylist() if row["template"] == "cloud"]
    text = Trees(inventory.path, inventory.record, {}).text({**line, "hits": 1, "place": 1})
    assert "hall of sub, owned" in text
    assert "60 % of it: 60,000.000000 g of 100,000.000000 g CO2e are in the book, 1 entry of the year" in text, text
    shown = CliRunner().invoke(main, ["inventory", "show", str(inventory.path)])
    assert "cloud sub/hall, owned 60 % 100 kg 60 kg" in " ".join(shown.stdout.split()), shown.output


def test_lines_are_held_to_what_was_taken_in(tmp_path: Path) -> None:
    inventory = made(tmp_path, Given(bill(tmp_path, entry()), "sub", "hall", "cloud"))
    lines = inventory.table("lines")
    assert not of_others(lines, inventory.record).faults
    more = pa.concat_tables([lines, lines.filter(pc.equal(lines["template"], "cloud"))])
    (fault,) = of_others(more, inventory.record).faults
    assert fault == "lines.parquet has 120,000,000,000 micrograms of cloud at hall, inventory.json says 60,000,000,000"


def test_at_the_terminal_a_name_says_statement_and_figures(tmp_path: Path) -> None:
    path = bill(tmp_path, entry(scope=2, category=None))
    company = write_company(tmp_path / "company", ACTS[9:10], tables(), "equity_share")
    command = [
        "inventory",
        "run",
        str(company),
        "--json",
        "--replace",
        "--out",
        str(tmp_path / "inventory"),
        "--entries-of",
    ]
    for name, share in (("cloud:location", "whole"), ("cloud:consolidated:market", "consolidated")):
        ran = CliRunner().invoke(main, [*command, f"{name}={path}@sub/hall"])
        assert ran.exit_code == 0, ran.output
        (said,) = Inventory.open(tmp_path / "inventory").record["given"]
        assert (said["template"], said["statement"], said["figures"]) == ("cloud", name.rpartition(":")[2], share)
    refused = CliRunner().invoke(main, [*command, f"cloud:mine={path}@sub/hall"])
    assert refused.exit_code == 2
    assert "expected a name, after it :location or :market" in refused.stderr


def test_products_sold_by_a_subsidiary_count_by_its_share(tmp_path: Path) -> None:
    """The product book comes as rows of activities, so the share of their site is theirs: 60 % of 1,680 and of 40 kg."""
    acts = [
        Act(act.template, act.cells, act.kg, site="hall")
        for act in ACTS
        if act.template in ("products_sold", "products_discarded")
    ]
    inventory = made(tmp_path, acts=acts)
    assert {place: value.co2e_ug / KG for place, value in inventory.rows("location").items()} == {
        (3, 11): 1008,
        (3, 12): 24,
    }


LEAKS = [
    {
        "site_id": "plant",
        "gas": "refrigerant.hfc_134a",
        "mass_kg": 1.0,
        "region": "GB",
        "date": JUNE,
        "activity_id": "a",
    },
    {"site_id": "plant", "gas": "refrigerant.sf6", "mass_kg": 0.5, "region": "GB", "date": JUNE, "activity_id": "b"},
]


def leaked(tmp_path: Path, rows: Sequence[Mapping[str, Any]], **options: Any) -> dict[str, int]:
    """Families of F-gases, micrograms, of a run of leaks taken into an inventory of AR5 at a place of 60 %."""
    done = run(
        method("refrigerant.leak"),
        pa.Table.from_pylist(list(rows)),
        [builtin()],
        tmp_path / "leaks",
        Settings(KNOWN_ON, "AR5", **options),
    )
    company = write_company(tmp_path / "company", ACTS[:0], tables(), "equity_share")
    found = Given(done.path, "sub", "hall", "cooling", figures="whole")
    inventory = run_inventory(company, tmp_path / "inventory", given=[found])
    told = summary(inventory)["total"]["location"]
    assert sum(told["f_gases"].values()) == told["gases"]["f_gases"] == told["co2e_ug"]
    return {name: ug for name, ug in told["f_gases"].items() if ug}


KNOWN_ON = dt.date(YEAR + 1, 6, 1)
BY_HAND = {"hfcs": 780 * KG, "sf6": 7050 * KG}
"""60 % of 1 kg x 1,300 and of 0.5 kg x 23,500: IPCC AR5 WG I, table 8.A.1."""


def test_f_gases_are_told_apart_where_the_run_tells_each_entrys_one_factor(tmp_path: Path) -> None:
    assert leaked(tmp_path / "lines", LEAKS, lines=True) == BY_HAND
    sites = [{**row, "site_id": f"plant {n}"} for n, row in enumerate(LEAKS)]
    assert leaked(tmp_path / "factors", sites, by_factor=True) == BY_HAND


def test_f_gases_of_which_the_run_tells_the_most_alone_stay_not_told_apart(tmp_path: Path) -> None:
    whole = {"f_gases_not_split": sum(BY_HAND.values())}
    assert leaked(tmp_path / "plain", LEAKS) == whole
    assert leaked(tmp_path / "mixed", LEAKS, by_factor=True) == whole


WHOLE = st.integers(-(10**18), 10**18)
SHARES = st.fractions(0, 1, max_denominator=10**6)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(WHOLE, min_size=len(GAS_NAMES), max_size=len(GAS_NAMES)),
    st.integers(0, 10**17),
    st.integers(0, 10**17),
    SHARES,
)
def test_a_part_of_a_line_is_whole_micrograms_that_add_up(
    gases: list[int], down: int, up: int, share: Fraction
) -> None:
    ug = sum(gases)
    line = {
        "co2e_ug": ug, "low_ug": ug - down, "high_ug": ug + up, "sd_ug": up, "own_sd_ug": None, "amount": None,
        "gases": dict(zip(GAS_NAMES, gases, strict=True)),
    }  # fmt: skip
    part = part_of(line, share)
    assert abs(part["co2e_ug"] - ug * share) <= Fraction(1, 2)
    assert sum(part["gases"].values()) == part["co2e_ug"]
    assert all(abs(part["gases"][name] - line["gases"][name] * share) < 1 for name in GAS_NAMES)  # type: ignore[index]
    assert part["low_ug"] <= part["co2e_ug"] <= part["high_ug"]
    assert part_of(line, Fraction(1)) == line
