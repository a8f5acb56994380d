"""Food: 43 foods of Poore & Nemecek (2018), global means, and a choice of Agribalyse (France, all stages to the plate).

The two never share a key: `food.<slug>` and `food.agribalyse.<slug>` differ in place, boundary and method (milk is 3.15
kg/kg in one and 1.5 in the other).
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import re
from pathlib import Path

from leafmark.factors.importers.base import Row, calendar_year, factor_row, slug, source_row
from pack.raw import SharedData

_GHG_PER_KG = "GHG emissions per kilogram (Poore & Nemecek, 2018)"
_SLUGS = {
    "Beef (beef herd)": "beef_herd", "Beef (dairy herd)": "beef_dairy_herd", "Prawns (farmed)": "prawns_farmed",
    "Fish (farmed)": "fish_farmed", "Soy milk": "soy_milk",
}  # fmt: skip
_STAGE_SUM_NAMES = {"Soybean Oil", "Olive Oil", "Palm Oil", "Rapeseed Oil", "Sunflower Oil"}
_STAGE_NAMES = {"Shrimps (farmed)": "Prawns (farmed)", "Soymilk": "Soy milk"}
"""The same food under the name of the table of stages -> its name in the table per kilogram."""
_PN_YEAR, _PN_DATA_YEAR = 2018, 2010
_AGRIBALYSE_YEAR = 2020
AT_HOME = {
    "Pas de préparation": "no preparation", "Micro onde": "microwave", "Four": "oven", "Cuisson à l'eau": "boiled in water",
    "Réfrigéré chez le consommateur": "refrigerated", "Poêle": "frying pan", "Bouilli": "boiled", "Friture": "deep frying",
}  # fmt: skip
"""How Agribalyse takes a food to be made ready at home (its column `Préparation`): the part beyond the shop."""
_CHOICE = Path(__file__).parent / "names" / "agribalyse.csv"


def rows(data: SharedData) -> tuple[list[Row], list[Row]]:
    """Return (factors, sources) of the theme."""
    return [*_global(data), *_oils(data), *_agribalyse(data)], _sources(data)


def _global(data: SharedData) -> list[Row]:
    path = data.folder / "food" / "poore_nemecek_2018_owid.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines))
    land_use = _land_use(data)
    return [
        _food(name, float(record[_GHG_PER_KG]), land_use[name], f"row {row}, {_GHG_PER_KG!r}", "")
        for row, record in enumerate(table, start=2)
        if record[_GHG_PER_KG] and (name := record["Entity"])
    ]


def _oils(data: SharedData) -> list[Row]:
    """Return the five oils, which the table per kilogram leaves empty: sums of the seven published stages.

    The study splits all its foods so, each stage rounded to 0.1 kg; where a total is given, the total is more exact.
    """
    land_use = _land_use(data)
    return [
        _food(name, float(raw["kgco2e"]), land_use[name], raw["source_locator"], "sum of stages, each rounded to 0.1")
        for raw in data.rows("poore-nemecek-owid")
        if (name := raw["name"].split(",")[0]) in _STAGE_SUM_NAMES
    ]


def _land_use(data: SharedData) -> dict[str, float]:
    """Return the published stage "land use" by food, kg CO2e per kg rounded to 0.1; negative where carbon is stored."""
    found = {}
    for raw in data.rows("poore-nemecek-owid"):
        name = raw["name"].split(",")[0]
        stage = re.search(r"land_use=(-?[\d.]+)", raw["source_locator"])
        if stage is None:
            raise ValueError(f"{name}: no stage land_use in {raw['source_locator']!r}")
        found[_STAGE_NAMES.get(name, name)] = float(stage[1])
    return found


def _food(name: str, published_kg: float, land_use_kg: float, locator: str, note: str) -> Row:
    """Return a food's row: a negative land-use stage is stored carbon, which never reduces a total, so it is taken out."""
    stored = land_use_kg < 0
    text = "global mean of 2009-2011 farms, to the shop; "
    if stored:
        text += (
            f"the publisher's {published_kg:g} less its land-use stage of {land_use_kg:g}: stored carbon is not in it"
        )
    else:
        text += "land-use change included"
    return factor_row(
        key=f"food.{_SLUGS.get(name, slug(name))}", theme="food", name_en=name, region="WORLD",
        boundary="cradle_to_retail", unit="kg", co2e_kg=round(published_kg - min(land_use_kg, 0.0), 9),
        land_use_change_co2e_kg=land_use_kg, gwp_set="AR5", data_year=_PN_DATA_YEAR,
        **calendar_year(_PN_YEAR), published_on="2018-06-01", source_id="poore-nemecek-owid", locator=locator,
        note=f"{text}; {note}" if note else text,
    )  # fmt: skip


def _agribalyse(data: SharedData) -> list[Row]:
    with _CHOICE.open(encoding="utf-8", newline="") as lines:
        choice = {record["code"]: record for record in csv.DictReader(lines)}
    path = data.folder / "agribalyse" / "synthese.csv.gz"
    factors = []
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row, record in enumerate(csv.DictReader(lines), start=2):
            chosen = choice.pop(record["Code AGB"], None)
            if chosen is None:
                continue
            quality = record["DQR - Note de qualité de la donnée (1 excellente ; 5 très faible)"]
            factors.append(
                factor_row(
                    key=f"food.agribalyse.{chosen['slug']}",
                    theme="food",
                    name_en=f"{record['LCI Name']} / {record['Nom du Produit en Français']}",
                    name_zh=chosen["name_zh"],
                    region="FR",
                    boundary="cradle_to_plate",
                    unit="kg",
                    co2e_kg=float(f"{float(record['Changement climatique (kg CO2 eq/kg de produit)']):.6g}"),
                    gwp_set="AR5",
                    data_year=_AGRIBALYSE_YEAR,
                    **calendar_year(_AGRIBALYSE_YEAR),
                    published_on="2020-12-31",
                    source_id="agribalyse-3",
                    locator=f"Synthèse, Code AGB {record['Code AGB']}, row {row}",
                    note=f"French mix, to the plate; at home: {AT_HOME[record['Préparation'].strip()]}; "
                    f"data quality {quality}, 1 is best of 5" + (f"; {chosen['note']}" if chosen["note"] else ""),
                )
            )
    if choice:
        raise KeyError(f"codes of {_CHOICE.name} that Agribalyse does not hold: {sorted(choice)}")
    return factors


def _sources(data: SharedData) -> list[Row]:
    food = data.folder / "food" / "poore_nemecek_2018_owid.csv"
    agribalyse = data.folder / "agribalyse" / "synthese.csv.gz"
    plain = hashlib.sha256(gzip.decompress(agribalyse.read_bytes())).hexdigest()
    return [
        source_row(food, {
            "source_id": "poore-nemecek-owid", "publisher": "Poore & Nemecek (2018); processed by Our World in Data",
            "title": "Environmental impacts of food production, by kilogram", "year": 2018,
            "url": "https://ourworldindata.org/environmental-impacts-of-food", "licence": "CC-BY-4.0",
            "licence_class": "open", "note": "Science 360, 987-992; five oils from its grapher of stages",
        }),
        source_row(agribalyse, {
            "source_id": "agribalyse-3", "publisher": "ADEME", "title": "Agribalyse 3, synthesis by food",
            "year": 2020, "url": "https://doc.agribalyse.fr/", "licence": "Licence Ouverte 2.0",
            "licence_class": "open",
            "note": f"European French mix; attribution ADEME, Agribalyse; sha256 of the CSV unpacked: {plain}",
        }),
    ]  # fmt: skip
