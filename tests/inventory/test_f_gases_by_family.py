"""F-gases by family: by hand from compositions and IPCC's tables, adding up to the microgram, and never guessed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import globalwarmingpotentials
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from made_company import company
from made_inventory import lines, made

from leafmark.cli import main
from leafmark.factors import f_gases as families
from leafmark.factors.f_gases import FAMILIES, KYOTO
from leafmark.inventory import f_gases
from leafmark.inventory.accounting.running import run_inventory
from leafmark.inventory.book import Inventory
from leafmark.inventory.factor_sources import Known
from leafmark.inventory.report import entries
from leafmark.inventory.report.facts import BYS, gather
from leafmark.inventory.report.page import page
from leafmark.inventory.report.required import index
from leafmark.inventory.report.words import Words
from leafmark.inventory.summary import summary

LEAKS = """\
activity_id,site_id,gas,mass_kg,date,origin
a,office,refrigerant.r508b,100,2023-02-01,invoiced
b,office,refrigerant.r410a,12.3456789,2023-02-01,invoiced
c,plant,refrigerant.r422d,7,2023-03-01,measured
d,plant,refrigerant.sf6,0.5,2023-03-01,measured
e,plant,refrigerant.nitrogen_trifluoride,0.25,2023-04-01,measured
f,plant,refrigerant.pfc_14,2,2023-04-01,measured
g,office,refrigerant.cfc_12,3,2023-05-01,measured
h,office,refrigerant.hfc_134a,1,2023-05-01,measured
i,plant,refrigerant.r413a,4,2023-06-01,measured
j,plant,refrigerant.r403a,5,2023-06-01,measured
"""
# GWP100 of IPCC AR5 WG I, table 8.A.1, and AR6 WG I, table 7.SM.7; compositions by mass of ANSI/ASHRAE Standard 34.
POTENTIALS = {
    "AR5": {"HFC-23": 12400, "HFC-32": 677, "HFC-125": 3170, "HFC-134a": 1300, "PFC-116": 11100, "PFC-14": 6630, "PFC-218": 8900, "SF6": 23500, "NF3": 16100},
    "AR6": {"HFC-23": 14600, "HFC-32": 771, "HFC-125": 3740, "HFC-134a": 1530, "PFC-116": 12400, "PFC-14": 7380, "PFC-218": 9290, "SF6": 25200, "NF3": 17400},
}  # fmt: skip


def by_hand(gwp: str) -> dict[str, Fraction]:
    """Kilograms CO2e of each family of `LEAKS`, composition times potential."""
    of = {gas: Fraction(value) for gas, value in POTENTIALS[gwp].items()}
    hfcs = (
        100 * Fraction("0.46") * of["HFC-23"]  # R-508B: 46 % HFC-23, 54 % PFC-116
        + Fraction("12.3456789") / 2 * (of["HFC-32"] + of["HFC-125"])  # R-410A: halves
        + 7 * (Fraction("0.651") * of["HFC-125"] + Fraction("0.315") * of["HFC-134a"])  # R-422D, with 3.4 % isobutane
        + of["HFC-134a"]
        + 4 * Fraction("0.88") * of["HFC-134a"]  # R-413A: 9 % PFC-218, 88 % HFC-134a, 3 % isobutane
    )
    pfcs = 100 * Fraction("0.54") * of["PFC-116"] + 2 * of["PFC-14"]
    pfcs += (
        4 * Fraction("0.09") * of["PFC-218"] + 5 * Fraction("0.2") * of["PFC-218"]
    )  # R-403A: 20 % PFC-218; its HCFC-22 is outside
    return {"hfcs": hfcs, "pfcs": pfcs, "sf6": of["SF6"] / 2, "nf3": of["NF3"] / 4}


@pytest.fixture(scope="module", params=["AR5", "AR6"])
def leaked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    """A company whose refrigerants leaked, by either set of potentials."""
    folder = tmp_path_factory.mktemp("leaked")
    company(folder / "company", {"refrigerants": LEAKS}, first_day="2023-01-01")
    toml = folder / "company" / "company.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('"AR5"', f'"{request.param}"'), encoding="utf-8")
    return run_inventory(folder / "company", folder / "inventory")


def test_families_are_what_compositions_times_potentials_come_to(leaked: Inventory) -> None:
    gwp = str(leaked.record["gwp"])
    figure = summary(leaked)["total"]["location"]
    expected = by_hand(gwp)
    for name, kg in expected.items():
        # Published totals of blends are whole kg CO2e per kg: in their own set the line is up to 0.5 kg per kg of leak from the hand.
        assert figure["f_gases"][name] == pytest.approx(float(kg * 10**9), rel=3e-4 if gwp == "AR5" else 1e-9), name
    assert figure["f_gases"]["other_f_gases"] == figure["f_gases"]["f_gases_not_split"] == 0
    assert sum(figure["f_gases"].values()) == figure["gases"]["f_gases"]
    masses = gather(leaked).f_gases_of("location").gas_kg
    assert masses["hfcs"] == pytest.approx(46 + 12.3456789 + 7 * 0.966 + 1 + 4 * 0.88, rel=3e-4)
    assert masses["pfcs"] == pytest.approx(54 + 2 + 4 * 0.09 + 5 * 0.2, rel=3e-4)
    assert (masses["sf6"], masses["nf3"]) == (pytest.approx(0.5), pytest.approx(0.25))


def test_a_blend_of_hfc_and_pfc_is_split_by_largest_remainder(leaked: Inventory) -> None:
    """R-508B of a line: the figure of its F-gases in the ratio of 0.46 x GWP(HFC-23) to 0.54 x GWP(PFC-116), to the microgram."""
    table = leaked.table("lines")
    parted = f_gases.of_lines(leaked, table).to_pylist()
    line, parts = next(each for each in zip(table.to_pylist(), parted, strict=True) if "r508b" in each[0]["key"])
    of = POTENTIALS[str(leaked.record["gwp"])]
    weights = [46 * of["HFC-23"], 54 * of["PFC-116"]]
    figure = line["gases"]["f_gases_ug"]
    exact = [Fraction(figure * weight, sum(weights)) for weight in weights]
    floors = [int(each) for each in exact]
    largest = max(range(2), key=lambda n: exact[n] - floors[n])
    expected = [floor + (n == largest and sum(floors) < figure) for n, floor in enumerate(floors)]
    assert [parts["hfcs_ug"], parts["pfcs_ug"]] == expected


def test_when_all_are_told_apart_the_required_item_is_there(leaked: Inventory, tmp_path: Path) -> None:
    facts = gather(leaked)
    states = {item.key: found for item, found in index(facts, Words("en"))}
    assert states["cs_gases"].state == "there"
    text = page(facts)
    assert all(f">{name}</th>" in text for name in ("HFCs", "PFCs", "SF6", "NF3"))
    assert "not told apart" not in text
    for by in BYS:
        whole = facts.totals[by].gases
        assert whole is not None
        assert facts.f_gases_of(by).co2e_ug == whole["f_gases"]


def test_a_gas_outside_the_protocol_is_in_no_family(leaked: Inventory) -> None:
    """CFC-12 stands beside the scopes as before: 3 kg x 10,200 by DESNZ's own figure, which is not restated."""
    assert summary(leaked)["outside"]["other_gases"]["co2e_ug"] == 3 * 10200 * 10**9
    assert sum(row.co2e_ug for row in gather(leaked).f_gases["location"].values()) == sum(
        line["gases"]["f_gases_ug"] for line in leaked.table("lines").to_pylist() if line["outside"] is None
    )


def test_entries_have_the_families_and_they_add_up_to_the_report(leaked: Inventory, tmp_path: Path) -> None:
    entries.write(leaked, tmp_path, ("parquet", "csv", "jsonl"))
    rows = pq.read_table(tmp_path / "entries.parquet").to_pylist()
    for row in rows:
        if row["f_gases_ug"] is not None:
            assert sum(row[name] for name in f_gases.COLUMNS) == row["f_gases_ug"]
    told = summary(leaked)["total"]["location"]["f_gases"]
    for name in FAMILIES:
        assert sum(row[f"{name}_ug"] or 0 for row in rows if row["outside"] is None) == told[name]
    first = json.loads((tmp_path / "entries.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert first["hfcs_ug"] == rows[0]["hfcs_ug"]


def test_what_nobody_told_apart_is_said_with_its_share(tmp_path: Path) -> None:
    """Lines of another room name their dominant factor alone: its gases are not taken for all of theirs."""
    gases = {
        "co2_ug": 0,
        "ch4_fossil_ug": 0,
        "ch4_biogenic_ug": 0,
        "n2o_ug": 0,
        "f_gases_ug": 600,
        "other_ug": 0,
        "unsplit_ug": 0,
    }
    rows = [
        {
            "co2e_ug": 1000,
            "run_id": "of another room",
            "factor_id": "refrigerant.sf6@WORLD:direct:2023",
            "gases": gases | {"co2_ug": 400},
        }
    ]
    facts = gather(made(tmp_path / "i", rows))
    assert facts.f_gases_of("location").ug == {**dict.fromkeys(FAMILIES, 0), "f_gases_not_split": 600}
    found = {item.key: found for item, found in index(facts, Words("en"))}["cs_gases"]
    assert found.state == "partly"
    assert found.why.startswith("100.0 % of the F-gases are not told apart")
    assert "F-gases, not told apart" in page(facts)


def test_every_gas_of_the_package_has_its_family() -> None:
    """Nine PFCs and C7, C8; the Kyoto HFCs of IPCC's tables are saturated; ethers, chlorine and bromine are in none."""
    names = {gas for gwp in ("SAR", "AR4", "AR5", "AR6") for gas in globalwarmingpotentials.data[f"{gwp}GWP100"]}
    assert {gas for gas in names if families.family(gas) == "pfcs"} == {
        "CF4", "C2F6", "C3F8", "C4F10", "C5F12", "C6F14", "C7F16", "C8F18", "C10F18", "cC3F6", "cC4F8",
    }  # fmt: skip
    hfcs = {gas for gas in names if families.family(gas) == "hfcs"}
    assert len(hfcs) == 19
    assert {"HFC23", "HFC32", "HFC4310mee", "HFC365mfc", "HFC227ea", "HFC152a", "HFC161"} <= hfcs
    assert {gas for gas in names if families.family(gas) == "sf6"} == {"SF6"}
    assert {gas for gas in names if families.family(gas) == "nf3"} == {"NF3"}
    for gas in (
        "HFC1234yf",
        "HFC1234zeE",
        "HC600a",
        "HCFC22",
        "CFC115",
        "HFE125",
        "SO2F2",
        "SF5CF3",
        "Halon1301",
        "CCl4",
    ):
        assert families.family(gas) == "other_f_gases", gas


def test_an_olefin_of_a_blend_is_no_hfc() -> None:
    """R-454B: 68.9 % HFC-32, 31.1 % HFO-1234yf; by AR6 0.689 x 771 and 0.311 x 0.501 kg CO2e per kg."""
    found = {
        part.family: part.co2e_kg for part in families.parts([("HFC32=0.689;HFC1234yf=0.311", Fraction(1))], "AR6")
    }
    assert found == {"hfcs": Fraction("531.219"), "other_f_gases": Fraction("0.155811")}
    assert families.parts([("NF3=1", Fraction(1))], "SAR") == ()  # not assessed there


def known(factor_id: str, text: str, unit: str = "kg") -> Known:
    """A factor of which only its F-gases matter."""
    plain = dict.fromkeys(Known.__slots__, "")
    return Known(**{**plain, "factor_id": factor_id, "unit": unit, "co2e_kg": 1.0, "f_gases": text})  # type: ignore[arg-type]


FACTORS = {
    "r508b": "C2F6=0.54;HFC23=0.46", "thirds": "HFC32=1;CF4=1;SF6=1;NF3=1;HFC1234yf=3", "sf6": "SF6=1", "fine": "HFC32=0.000001;NF3=0.333333;CF4=7",
}  # fmt: skip
KNOWN = {name: known(name, text) for name, text in FACTORS.items()}
OWN = {"gwp": "AR6", "runs": [{"run_id": "run"}]}


def split(rows: Iterable[Mapping[str, Any]], told: Mapping[str, Known] = KNOWN) -> list[dict[str, Any]]:
    """Lines split; a row is `f_gases_ug` and what of a line it tells besides."""
    empty = dict.fromkeys(("co2_ug", "ch4_fossil_ug", "ch4_biogenic_ug", "n2o_ug", "other_ug", "unsplit_ug"), 0)
    full = [
        {**row, "gases": None if row["f_gases_ug"] is None else {**empty, "f_gases_ug": row["f_gases_ug"]}}
        for row in rows
    ]
    given = lines({name: value for name, value in row.items() if name != "f_gases_ug"} for row in full)
    found: list[dict[str, Any]] = f_gases.split(given, told, OWN).to_pylist()
    return found


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "f_gases_ug": st.none() | st.integers(-(2**62), 2**62) | st.integers(-5, 5),
                "factor_id": st.sampled_from([*FACTORS, "nobody knows", "sf6 + r508b"]),
                "run_id": st.sampled_from(["run", "elsewhere"]),
                "unit": st.sampled_from(["kg", "t", None]),
            }
        ),
        max_size=8,
    )
)
def test_families_add_up_whatever_the_figure_and_a_credit_is_split_as_its_charge(rows: list[dict[str, Any]]) -> None:
    back = [{**row, "f_gases_ug": None if row["f_gases_ug"] is None else -row["f_gases_ug"]} for row in rows]
    for row, parts, opposite in zip(rows, split(rows), split(back), strict=True):
        each = [parts[name] for name in f_gases.COLUMNS]
        if row["f_gases_ug"] is None:
            assert set(each) == {None}
            continue
        assert sum(each) == row["f_gases_ug"]
        assert [opposite[name] for name in f_gases.COLUMNS] == [-ug for ug in each]
        assert all(ug == 0 or (ug > 0) == (row["f_gases_ug"] > 0) for ug in each)
        made_of = FACTORS.get(row["factor_id"]) if row["run_id"] == "run" else None
        if made_of is not None:
            weights = exact(made_of)
            whole = sum(weights.values())
            for name in FAMILIES:
                assert abs(parts[f"{name}_ug"] - row["f_gases_ug"] * weights.get(name, Fraction()) / whole) < 1
        elif row["run_id"] == "elsewhere" or row["factor_id"] == "nobody knows" or row["unit"] is None:
            assert parts["f_gases_not_split_ug"] == row["f_gases_ug"]


def exact(text: str) -> dict[str, Fraction]:
    """Mass times potential by family, in plain Python: AR6's potentials, families by name."""
    of = {"HFC23": ("hfcs", 14600), "HFC32": ("hfcs", 771), "C2F6": ("pfcs", 12400), "CF4": ("pfcs", 7380), "SF6": ("sf6", 25200),
          "NF3": ("nf3", 17400), "HFC1234yf": ("other_f_gases", Fraction("0.501"))}  # fmt: skip
    found: dict[str, Fraction] = {}
    for part in text.split(";"):
        gas, mass = part.split("=")
        name, potential = of[gas]
        found[name] = found.get(name, Fraction()) + Fraction(mass) * Fraction(potential)
    return found


def test_families_rounded_each_by_itself_would_not_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A seeded fault: without the largest remainder the sum is off by micrograms."""
    row = {"f_gases_ug": 1_000_001, "factor_id": "thirds", "run_id": "run", "unit": "kg"}
    (parts,) = split([row])
    assert sum(parts[name] for name in f_gases.COLUMNS) == 1_000_001
    monkeypatch.setattr(f_gases, "divided", lambda figure, weights: [figure * each // sum(weights) for each in weights])
    (parts,) = split([row])
    assert sum(parts[name] for name in f_gases.COLUMNS) < 1_000_001


def test_a_recipe_weighs_each_factor_by_its_amount() -> None:
    """Per kg: 1 kg SF6 of a factor per kg, and 0.001 t of a factor per tonne that holds 100 kg of CF4: 25,200 to 0.1 x 7,380."""
    told = {"a": known("a", "SF6=1"), "b": known("b", "CF4=100", "t")}
    (parts,) = split([{"f_gases_ug": 25_938, "factor_id": "a + b", "run_id": "run", "unit": "kg"}], told)
    assert (parts["sf6_ug"], parts["pfcs_ug"]) == (25_200, 738)
    (one,) = split([{"f_gases_ug": 25_938, "factor_id": "a + c", "run_id": "run", "unit": "kg"}], told)
    assert one["f_gases_not_split_ug"] == 25_938  # a part that no pack holds: nothing is guessed


def test_totals_are_the_same_however_lines_are_cut(leaked: Inventory) -> None:
    table = leaked.table("lines")
    parted = f_gases.of_lines(leaked, table)
    whole = f_gases.added(f_gases.rows(table, parted, "location").values())
    for name in FAMILIES:
        assert whole.ug[name] == sum(
            row[f"{name}_ug"] or 0
            for row, line in zip(parted.to_pylist(), table.to_pylist(), strict=True)
            if line["outside"] is None
        )
    assert f_gases.added([]).ug == dict.fromkeys(FAMILIES, 0)
    assert set(whole.gas_kg) == set(KYOTO)


def test_the_terminal_shows_the_families_and_what_stands_beside(leaked: Inventory) -> None:
    shown = CliRunner().invoke(main, ["inventory", "show", str(leaked.path)])
    assert shown.exit_code == 0, shown.output
    lines_shown = [" ".join(line.split()) for line in shown.stdout.splitlines()]
    assert "F-gases, in the total:" in lines_shown
    sf6 = {"AR5": "11.75 t", "AR6": "12.6 t"}[str(leaked.record["gwp"])]
    assert f"SF6 {sf6} {sf6}" in lines_shown
    assert not any(line.startswith("not told apart") for line in lines_shown)
    assert any(line.startswith("other_gases no scope told refrigerants") for line in lines_shown)
