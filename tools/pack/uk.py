"""The UK's conversion factors: 2023 from the publisher's file, 2025's scope 3 from the tidy table.

Kept out: cars by market segment (sizes say the same better), partly laden refrigerated lorries, halons and ethers that
no shop or office holds, and the well-to-tank rows of fuels of 2025, whose combustion rows are not at hand.
"""

from __future__ import annotations

import re

from leafmark.factors.importers import desnz
from leafmark.factors.importers.base import METHANE_GWP, NITROUS_OXIDE_GWP, Row, Value, calendar_year, factor_row
from leafmark.factors.importers.desnz_keys import Item, Meaning, meaning_of
from pack.raw import SharedData, gas_kg

_UOM = {
    "t": "tonnes", "L": "litres", "kWh-ncv": "kWh (Net CV)", "kWh-gcv": "kWh (Gross CV)", "m3": "cubic metres",
    "p.km": "passenger.km", "t.km": "tonne.km", "mile": "miles", "ML": "million litres",
    "room.night": "Room per night", "fte.hour": "per FTE Working Hour",
}  # fmt: skip
_LEFT_OUT = re.compile(
    r"^travel\.car\.segment_|^freight\.hgv_refrigerated\..*laden_\d|laden_(0|50|100)\.per_vehicle_km$"
    r"|^refrigerant\.(halon|hfe|hcfe|pfpmie|trifluoromethyl|methyl_|methylene|carbon_tetra|r\d{3}[bcdef]$|r4[12345]\da$)"
    r"|^other\.|^fuel\.(development|off_road|avtur)|^electricity\."
)
_KEPT_BLENDS = re.compile(
    r"^refrigerant\.(r401a|r402a|r404a|r407[acf]|r408a|r409a|r410a|r413a|r417a|r422[ad]|r423a|r424a|r427a|r434a|r438a|"
    r"r442a|r507a|r508[ab]|r502)$"
)
_RESTATED = ("grid/managed", "freight/vehicle")
_LEFT_OUT_2025 = re.compile(r"^fuel\.|^heat\.")
_FIRST_IN_2023 = re.compile(r"^travel\.hotel")  # the table of 2025 is shorter and newer: 2025's is kept


def rows(data: SharedData) -> tuple[list[Row], list[Row]]:
    """Return (factors, sources) of all themes but grid."""
    imported = desnz.read(data.publisher("desnz-2023-flat-file.xlsx"))
    factors = [row for row in imported.rows if _kept(str(row["key"])) and not _FIRST_IN_2023.match(str(row["key"]))]
    return [*factors, *_of_2025(data)], imported.sources


def grid_of_2021_and_2025(data: SharedData) -> list[Row]:
    """Return the UK's grid factors of the editions that are at hand only in the tidy table."""
    return [row for year in (2021, 2025) for row in _tidy(data, year) if row["key"] == "electricity.grid"]


def _kept(key: str) -> bool:
    return bool(_KEPT_BLENDS.match(key)) or not _LEFT_OUT.match(key)


def _of_2025(data: SharedData) -> list[Row]:
    chosen = [row for row in _tidy(data, 2025) if _kept(str(row["key"])) and not _LEFT_OUT_2025.match(str(row["key"]))]
    totals = {(row["key"], row["boundary"]): row["co2e_kg"] for row in chosen}
    for row in chosen:
        with_rf = totals.get((f"{row['key']}.with_rf", "ttw"))
        if isinstance(with_rf, float) and isinstance(row["co2e_kg"], float) and row["boundary"] == "ttw":
            row["aviation_non_co2_kg"] = round(with_rf - row["co2e_kg"], desnz.DECIMALS_SHOWN)
    return chosen


def _tidy(data: SharedData, year: int) -> list[Row]:
    factors: dict[str, Row] = {}
    restated_last = sorted(data.rows(f"desnz-{year}"), key=lambda raw: raw["category"].startswith(_RESTATED))
    for raw in restated_last:
        if raw["category"].startswith(("biogenic", "refrigerant")):
            continue
        meaning = meaning_of(_item(raw))
        if meaning is not None:
            row = _factor(raw, meaning, year)
            factors.setdefault(str(row["factor_id"]), row)
    return list(factors.values())


def _item(raw: dict[str, str]) -> Item:
    parts = [part.strip() for part in raw["name"].replace("�", "–").split(" / ")]
    while len(parts) < 3:
        parts.append("")
    level_4 = parts[3] if len(parts) > 4 else ""
    column_text = parts[-1] if len(parts) > 3 else ""
    unit = _UOM.get(raw["unit_per"], raw["unit_per"])
    return Item("Scope 3", parts[0], parts[1], parts[2], level_4, column_text, unit)


def _factor(raw: dict[str, str], meaning: Meaning, year: int) -> Row:
    total = float(raw["kgco2e"])
    gwp_set = "AR5" if year >= desnz.FIRST_AR5_YEAR else "AR4"
    gases: dict[str, Value] = {}
    methane, nitrous = METHANE_GWP[gwp_set], NITROUS_OXIDE_GWP[gwp_set]
    co2, ch4, n2o = (gas_kg(raw[name]) for name in ("kgco2", "kgch4", "kgn2o"))
    if co2 is not None and ch4 is not None and n2o is not None and not meaning.with_rf:
        parts = co2 + ch4 * methane + n2o * nitrous
        if abs(parts - total) <= 0.01 * total:
            gases = {"co2_kg": co2, "ch4_fossil_kg": float(f"{ch4:.6g}"), "n2o_kg": float(f"{n2o:.6g}")}
    return factor_row(
        key=meaning.key, theme=meaning.theme, name_en=meaning.name, region=meaning.region, boundary=meaning.boundary,
        unit=meaning.unit, co2e_kg=round(total, desnz.DECIMALS_SHOWN), **gases, gwp_set=gwp_set, data_year=year,
        **calendar_year(year), published_on=desnz.PUBLISHED_ON[year], source_id=f"desnz-{year}",
        locator=raw["source_locator"], note=meaning.note or None,
    )  # fmt: skip
