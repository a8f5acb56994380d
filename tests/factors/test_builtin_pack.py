"""The built-in pack: whole, checked, open, and holding the figures its publishers print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import unicodedata
from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from leafmark.factors.model import Pack
from leafmark.factors.units import dimension

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "src" / "leafmark" / "factors" / "packs" / "leafmark"
SHARED = Path(os.environ.get("LEAFMARK_SHARED_DATA", ROOT.parent / "shared" / "data"))


@cache
def pack() -> Pack:
    return Pack.load(FOLDER)


@cache
def rows() -> tuple[dict[str, Any], ...]:
    return tuple(pack().factors.to_pylist())


@cache
def by_id() -> dict[str, dict[str, Any]]:
    return {row["factor_id"]: row for row in rows()}


def co2e_kg(factor_id: str) -> float:
    return float(by_id()[factor_id]["co2e_kg"])


def test_it_loads_without_a_fault_and_holds_1500_facts_and_more() -> None:
    assert len(rows()) >= 1500
    assert {row["theme"] for row in rows()} == {
        "grid", "fuel", "process", "freight", "travel", "material", "waste", "water", "refrigerant", "food", "spend", "cloud",
        "declared",
    }  # fmt: skip


def test_every_source_is_open_cited_and_used() -> None:
    assert {source.licence_class for source in pack().sources.values()} == {"open"}
    assert {row["source_id"] for row in rows()} == set(pack().sources)
    assert not any(
        word in source_id for source_id in pack().sources for word in ("boavizta", "electricitymaps", "cpcd", "ademe-n")
    )


@pytest.mark.parametrize(
    ("factor_id", "published"),
    [
        ("electricity.grid@CN:direct:2021", 0.5568),
        ("electricity.grid@CN:direct:2022", 0.5366),
        ("electricity.grid@CN:direct:2023", 0.5306),
        ("electricity.delivered@CN:life_cycle:2023", 0.6205),
        ("electricity.delivered@CN:life_cycle:2024", 0.5777),
        ("electricity.grid@GB:direct:2021", 0.21233),
        ("electricity.grid@GB:direct:2022", 0.19338),
        ("electricity.grid@GB:direct:2023", 0.207074),
        ("electricity.grid@GB:direct:2025", 0.177),
        ("fuel.natural_gas.energy_net@GB:direct:2023", 0.20267),
        ("fuel.natural_gas.energy_gross@GB:direct:2023", 0.18293),
        ("fuel.petrol.mass@WORLD:direct:2006", 3069.99),
        ("travel.bus.local_average@GB:ttw:2025", 0.10385),
        ("travel.bus.local_average@GB:wtt:2025", 0.02649),
        ("travel.rail.underground@GB:ttw:2025", 0.02780),
        ("travel.rail.underground@GB:wtt:2025", 0.00728),
        ("travel.rail.national@GB:ttw:2025", 0.03546),
        ("travel.rail.national@GB:wtt:2025", 0.00897),
        ("freight.van.average.diesel@GB:ttw:2025", 0.6313),
        ("food.milk@WORLD:cradle_to_retail:2010", 3.15),
        ("food.beef_herd@WORLD:cradle_to_retail:2010", 99.48),
        ("spend.naics_311421@US:supply_chain:2019", 0.518),
    ],
)
def test_published_figures(factor_id: str, published: float) -> None:
    assert co2e_kg(factor_id) == published


def test_uk_2023_a_thousand_kwh_in_scope_2_category_3_and_the_use_stage() -> None:
    direct, upstream, loss, loss_upstream = (
        1000 * co2e_kg(f"electricity.grid@GB:{boundary}:2023")
        for boundary in ("direct", "upstream", "td_loss", "td_loss_upstream")
    )
    assert (round(direct, 2), round(loss, 2), round(upstream, 2), round(loss_upstream, 2)) == (
        207.07, 17.92, 45.90, 3.97)  # fmt: skip
    assert round(direct + upstream + loss + loss_upstream, 2) == 274.86


def test_average_laden_lorry_of_2023_carries_1_2_tonnes_350_km() -> None:
    ttw, wtt = (1.2 * 350 * co2e_kg(f"freight.hgv.average_laden@GB:{boundary}:2023") for boundary in ("ttw", "wtt"))
    assert (round(ttw, 4), round(wtt, 4), round(ttw + wtt, 4)) == (40.7232, 9.8532, 50.5764)


# The annex to MEE and NBS announcement 2025 No. 47, table 3: kg CO2 per kWh in 2023.
PROVINCES_2023 = """BJ 0.5554 TJ 0.6796 HE 0.6516 SX 0.6634 NM 0.6479 LN 0.4878 JL 0.4671 HL 0.5229 SH 0.5737 JS 0.5827
ZJ 0.4974 AH 0.6553 FJ 0.4211 JX 0.5836 SD 0.6191 HA 0.5897 HB 0.4044 HN 0.4976 GD 0.4419 GX 0.4476 HI 0.3648 CQ 0.5581
SC 0.1564 GZ 0.5683 YN 0.1333 SN 0.6335 GS 0.4471 QH 0.1796 NX 0.6187 XJ 0.6021"""


def test_all_thirty_provinces_of_the_annex_of_2023_are_co2_alone() -> None:
    printed = PROVINCES_2023.split()
    assert len(printed) == 60
    for province, value in zip(printed[::2], printed[1::2], strict=True):
        row = by_id()[f"electricity.grid@CN-{province}:direct:2023"]
        assert row["co2e_kg"] == row["co2_kg"] == float(value)
        assert "CO2 only" in row["note"]
        assert {f"electricity.grid@CN-{province}:direct:{year}" for year in (2021, 2022)} <= by_id().keys()


def test_trap_3_direct_and_life_cycle_of_china_2022_are_two_boundaries() -> None:
    assert co2e_kg("electricity.grid@CN:direct:2022") == 0.5366
    assert round(co2e_kg("electricity.grid@CN:life_cycle:2022"), 4) == 0.5867


def test_trap_5_and_6_the_broken_rows_of_others_are_not_here() -> None:
    assert not any(row["region"].startswith("azure:") for row in rows())
    assert not any(row["source_id"].startswith("epa-hub") and row["key"].startswith("travel.car") for row in rows())


def test_trap_7_the_usa_of_2022_was_known_as_one_figure_and_is_known_as_another() -> None:
    versions = [row for row in rows() if row["factor_id"].startswith("electricity.grid@US:life_cycle:2022")]

    def known_on(day: date) -> list[float]:
        return [
            row["co2e_kg"]
            for row in versions
            if row["published_on"] <= day and (row["superseded_on"] is None or day < row["superseded_on"])
        ]

    assert known_on(date(2024, 12, 31)) == [0.38598]
    assert known_on(date(2026, 11, 23)) == [0.41039]
    assert known_on(versions[0]["superseded_on"] or versions[1]["superseded_on"]) == [0.41039]


def test_trap_8_spend_states_currency_price_year_and_basis_for_all_1016_industries() -> None:
    spend = [row for row in rows() if row["theme"] == "spend"]
    assert len(spend) == 1016
    assert {row["unit"] for row in spend} == {"USD_2021_purchaser"}


def test_trap_9_the_uk_series_changes_its_gwp_set_after_2022() -> None:
    sets = {row["data_year"]: row["gwp_set"] for row in rows() if row["source_id"].startswith("desnz")}
    assert sets == {2021: "AR4", 2022: "AR4", 2023: "AR5", 2025: "AR5"}


def test_trap_12_f_gases_of_spend_are_an_explicit_other() -> None:
    split = [row for row in rows() if row["theme"] == "spend" and row["co2_kg"] is not None]
    assert len(split) > 1000
    assert sum(1 for row in split if row["other_co2e_kg"] > 0) > 800
    for row in split:
        parts = row["co2_kg"] + 25 * row["ch4_fossil_kg"] + 298 * row["n2o_kg"] + row["other_co2e_kg"]
        assert parts == pytest.approx(row["co2e_kg"], abs=0.0011)


def test_every_country_has_its_latest_three_years_and_2017() -> None:
    years: dict[str, set[int]] = defaultdict(set)
    for row in rows():
        if row["source_id"] == "ember-owid":
            years[row["region"]].add(row["data_year"])
    assert len(years) > 200
    short = {region: found for region, found in years.items() if len(found) != 4 or 2017 not in found}
    assert short == {}
    assert all(
        years[region] == {2017, 2022, 2023, 2024} for region in ("WORLD", "US", "CN", "GB", "FR", "BR", "IN", "XK")
    )


def test_grid_has_all_states_of_the_us_and_epa_subregions() -> None:
    regions = {row["region"] for row in rows() if row["key"] == "electricity.grid"}
    assert sum(region.startswith("US-") for region in regions) == 51
    assert sum(region.startswith("egrid:") for region in regions) == 27


def test_states_of_the_us_have_their_names() -> None:
    assert by_id()["electricity.grid@US:direct:2023"]["name_en"] == "Grid electricity, USA"
    assert by_id()["electricity.grid@US-DC:direct:2023"]["name_en"] == "Grid electricity, District of Columbia"


def test_the_note_on_gwp_sets_says_what_the_rows_say() -> None:
    """It once called the 52 rows of eGRID unstated; all are AR5."""
    said = {name: set(names.split(", ")) for name, names in re.findall(r"(\w+): ([^;]+)", pack().gwp_note)}
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows():
        found[row["gwp_set"]].add(row["source_id"])
    assert said == found
    assert "epa-egrid-2023" in said["AR5"]
    assert "epa-egrid-2023" not in said["unstated"]


def test_units_of_one_key_and_boundary_convert_into_each_other() -> None:
    dimensions: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows():
        dimensions[row["key"], row["boundary"]].add(dimension(row["unit"]))
    assert {key: found for key, found in dimensions.items() if len(found) > 1} == {}


def test_electricity_alone_is_in_plain_kwh_and_fuels_say_net_or_gross() -> None:
    plain = {row["key"] for row in rows() if row["unit"] == "kWh"}
    assert all(key.startswith(("electricity.", "heat.")) for key in plain)


def test_chinese_names_are_given_for_all_but_rare_industries() -> None:
    unnamed = [row for row in rows() if not row["name_zh"]]
    assert {row["theme"] for row in unnamed} == {"spend"}
    assert sum(1 for row in rows() if row["theme"] == "spend" and row["name_zh"]) >= 150
    assert by_id()["electricity.grid@CN-ZJ:direct:2023"]["name_zh"] == "电网电力，浙江，发电直接排放"
    assert by_id()["food.eggs@WORLD:cradle_to_retail:2010"]["name_zh"] == "鸡蛋"


def test_the_keys_that_the_format_gives_as_examples_exist() -> None:
    line = next(text for text in (ROOT / "docs" / "formats.md").read_text(encoding="utf-8").splitlines()
                if text.startswith("| `key` |"))  # fmt: skip
    examples = set(re.findall(r"`([a-z0-9_.]+\.[a-z0-9_.]+)`", line))
    assert len(examples) >= 10
    assert examples <= {row["key"] for row in rows()}


def test_the_note_on_the_pack_names_every_theme_and_the_keys_it_shows_exist() -> None:
    text = (ROOT / "docs" / "packs" / "leafmark.md").read_text(encoding="utf-8")
    themes = {row["theme"] for row in rows()}
    assert all(f"\n## {theme.capitalize()}\n" in text for theme in themes)
    shown = set(re.findall(r"`((?:[a-z]+)\.[a-z0-9_]+(?:\.[a-z0-9_]+)*)`", text))
    keys = {row["key"] for row in rows()}
    assert {key for key in shown if key.split(".")[0] in {k.split(".")[0] for k in keys}} <= keys


def test_the_committed_table_is_what_the_build_makes_of_the_shared_data(tmp_path: Path) -> None:
    if not (SHARED / "factors" / "factors.csv.gz").exists():
        pytest.skip("the shared data folder is not here; set LEAFMARK_SHARED_DATA")
    command = [sys.executable, str(ROOT / "tools" / "build_pack.py"), "--data", str(SHARED), "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    for name in ("factors.csv", "sources.csv", "pack.toml"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), f"{name}: run tools/build_pack.py"


@pytest.mark.parametrize(
    ("food", "published", "land_use", "without"),
    [("nuts", 0.43, -2.1, 2.53), ("citrus_fruit", 0.39, -0.1, 0.49), ("wine", 1.79, -0.1, 1.89),
     ("olive_oil", 6.0, -0.4, 6.4)],
)  # fmt: skip
def test_stored_carbon_reduces_no_food(food: str, published: float, land_use: float, without: float) -> None:
    """Poore & Nemecek's negative land-use stage is carbon in new trees; DESIGN: it never reduces a total."""
    row = by_id()[f"food.{food}@WORLD:cradle_to_retail:2010"]
    assert (row["co2e_kg"], row["land_use_change_co2e_kg"]) == (without, land_use)
    assert f"{published:g} less its land-use stage of {land_use:g}" in row["note"]


def test_land_use_change_stands_apart_for_every_food_of_the_study_and_is_a_part_of_its_total() -> None:
    foods = [row for row in rows() if row["source_id"] == "poore-nemecek-owid"]
    assert len(foods) >= 43
    negative = {row["key"] for row in foods if row["land_use_change_co2e_kg"] < 0}
    assert negative == {"food.nuts", "food.citrus_fruit", "food.wine", "food.olive_oil"}
    for row in foods:
        assert row["land_use_change_co2e_kg"] < row["co2e_kg"], row["key"]
        assert ("land-use change included" in row["note"]) == (row["key"] not in negative)
    assert by_id()["food.beef_herd@WORLD:cradle_to_retail:2010"]["land_use_change_co2e_kg"] == 16.3
    assert not [row["factor_id"] for row in rows() if (row["removal_co2_kg"] or 0) > 0]


def test_every_agribalyse_key_shares_a_word_with_its_publishers_name() -> None:
    def folded(text: str) -> str:
        return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()

    named = {key: row for row in rows() if (key := str(row["key"])).startswith("food.agribalyse.")}
    strangers = {
        key
        for key, row in named.items()
        if not any(word.rstrip("s")[:4] in folded(row["name_en"]) for word in key.rpartition(".")[2].split("_"))
    }
    assert len(named) > 400
    assert strangers == {"food.agribalyse.baking_soda"}, "sodium bicarbonate, in the publisher's words"


@pytest.mark.parametrize(
    ("slug", "code", "name"),
    [
        ("frankfurter", "30134", "Frankfurter sausage"),
        ("mashed_potatoes_prepared", "4018", "Potato puree, with milk and butter"),
        ("wafer", "24300", "Wafer biscuit without filling"),
    ],
)
def test_a_key_takes_the_food_it_names_where_the_publisher_has_it(slug: str, code: str, name: str) -> None:
    """Once they held a Strasbourg sausage, an aligot with cheese and a rolled biscuit."""
    row = by_id()[f"food.agribalyse.{slug}@FR:cradle_to_plate:2020"]
    assert f"Code AGB {code}," in row["locator"]
    assert row["name_en"].startswith(name)


def test_a_food_to_the_plate_is_not_called_to_the_shop() -> None:
    """Agribalyse's synthesis is one figure with the home in it; Poore and Nemecek's foods end at the shop."""
    food = [row for row in rows() if row["theme"] == "food"]
    for row in food:
        agribalyse = row["key"].startswith("food.agribalyse.")
        assert row["boundary"] == ("cradle_to_plate" if agribalyse else "cradle_to_retail"), row["factor_id"]
        assert ("to the plate; at home: " in row["note"]) == agribalyse, row["factor_id"]
    at_home = {row["note"].split("at home: ")[1].split(";")[0] for row in food if "at home: " in row["note"]}
    assert {"no preparation", "oven", "microwave"} <= at_home
