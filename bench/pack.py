"""The synthetic factor pack: 20,000 rows over 4,000 keys, in the format of docs/formats.md.

Four classes of key, chosen so that the place, the country and WORLD each answer about a third of the bill lines:

====== ===== =================================================================== ======
class  keys  rows of each                                                          rows
====== ===== =================================================================== ======
place     60  28 of 31 Chinese provinces x 4 years, 20 countries x 2, WORLD          9,180
country  300  20 countries, WORLD                                                    6,300
world  3,340  WORLD                                                                  3,340
spend    300  WORLD, nearly all of them by year                                      1,180
====== ===== =================================================================== ======

The intervals of one (key, region) are disjoint and cover 2022 to 2025 whole, so every vintage rule (`exact`,
`latest`, `nearest`) finds the same row. Values carry 12 digits, so a line never lies at a rounding tie.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from bench.spec import FIRST_YEAR, LAST_YEAR

PROVINCE_CODES = "AH BJ CQ FJ GD GS GX GZ HA HB HE HI HL HN JL JS JX LN NM NX QH SC SD SH SN SX TJ XJ XZ YN ZJ"
COUNTRY_CODES = "CN US DE JP KR VN IN TH MY ID GB FR IT ES NL PL TR MX BR CA AU SG PH BD PK TW SE BE CZ AT"
PROVINCES = tuple(f"CN-{code}" for code in PROVINCE_CODES.split())
COUNTRIES = tuple(COUNTRY_CODES.split())
COUNTRIES_WITH_FACTORS = COUNTRIES[:20]
REGIONS = PROVINCES + COUNTRIES

PLACE_KEYS, COUNTRY_KEYS, WORLD_KEYS, SPEND_KEYS = 60, 300, 3340, 300
PHYSICAL_KEYS = PLACE_KEYS + COUNTRY_KEYS + WORLD_KEYS
FACTORS = 20_000
UNLISTED_KEYS = 10
"""Keys that occur in bills and catalogues and in no pack: the lines that must be rejected."""

THEMES = ("material", "grid", "material", "freight", "material", "waste", "material", "water", "grid", "item")
"""Theme of a physical key by its index modulo 10."""

THEME_FACTS = {
    # theme: (key prefix, theme column, boundary, factor unit, median kg CO2e per unit)
    "material": ("material.synthetic", "material", "cradle_to_gate", "kg", 3.0),
    "grid": ("energy.synthetic", "fuel", "life_cycle", "kWh", 0.5),
    "freight": ("freight.synthetic", "freight", "wtw", "t_km", 0.1),
    "waste": ("waste.synthetic", "waste", "end_of_life", "kg", 0.4),
    "water": ("water.synthetic", "water", "life_cycle", "m3", 0.35),
    "item": ("material.synthetic_part", "material", "cradle_to_gate", "item", 0.8),
    "spend": ("spend.synthetic", "spend", "supply_chain", "USD_2021_purchaser", 0.3),
}
SHIPPED_GSD = {
    "material": 1.2542, "grid": 1.1024, "freight": 1.4168, "waste": 1.7, "water": 1.1123, "item": 2.0, "spend": 2.0
}  # fmt: skip
"""GSD of a key's theme in Leafmark's own pack (its gsd_defaults.csv; the wider one where two apply)."""

GSDS = (1.1, 1.15, 1.2, 1.25, 1.3, 1.4, 1.5, 1.6, 1.8, 2.0, 2.5)
"""What the generated factors draw from: wider than the shipped pack, so that the ranges are tried harder."""

HEADER = (
    "factor_id,key,theme,name_en,name_zh,region,boundary,unit,co2e_kg,co2_kg,ch4_fossil_kg,ch4_biogenic_kg,n2o_kg,"
    "f_gases,other_co2e_kg,biogenic_co2_kg,removal_co2_kg,land_use_change_co2e_kg,aviation_non_co2_kg,gwp_set,"
    "data_year,valid_from,valid_to,published_on,superseded_on,gsd,gsd_basis,source_id,locator,outlier_reason,note"
)


def theme_of(key: int) -> str:
    """Theme of the key with this index."""
    return "spend" if key >= PHYSICAL_KEYS else THEMES[key % 10]


def key_names() -> list[str]:
    """All keys by index: physical, spend, then the unlisted ones."""
    names = [f"{THEME_FACTS[theme_of(key)][0]}_{key:04d}" for key in range(PHYSICAL_KEYS + SPEND_KEYS)]
    return names + [f"material.unlisted_{key:04d}" for key in range(UNLISTED_KEYS)]


def _intervals() -> list[tuple[int, str, int, int]]:
    """(key, region, first year, last year) of every factor."""
    rows = []

    def add(key: int, region: str, years: int) -> None:
        rows.extend((key, region, year, year + years - 1) for year in range(FIRST_YEAR, LAST_YEAR + 1, years))

    for key in range(PLACE_KEYS):
        for place, province in enumerate(PROVINCES):
            if (7 * key + place) % len(PROVINCES) >= 3:
                add(key, province, 1)
        for country in COUNTRIES_WITH_FACTORS:
            add(key, country, 2)
    for key in range(PLACE_KEYS, PLACE_KEYS + COUNTRY_KEYS):
        for country in COUNTRIES_WITH_FACTORS:
            add(key, country, 4)
    for key in range(PHYSICAL_KEYS):
        add(key, "WORLD", 4)
    left = FACTORS - len(rows) - SPEND_KEYS
    for key in range(PHYSICAL_KEYS, PHYSICAL_KEYS + SPEND_KEYS):
        years = 1 if left >= 3 else 2 if left else 4
        left -= 4 // years - 1
        add(key, "WORLD", years)
    return rows


def write_pack(folder: Path, seed: int) -> None:
    """Write pack.toml, factors.csv and sources.csv; the same seed gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng([seed, 1])
    names = key_names()
    middle = random.lognormal(0.0, 0.8, len(names))
    gsd_of_key = random.choice(len(GSDS), len(names))
    rows = _intervals()
    spread = np.clip(random.lognormal(0.0, 0.3, len(rows)), 0.3, 3.0)
    with (folder / "factors.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER.split(","), restval="", lineterminator="\n")
        writer.writeheader()
        for (key, region, first, last), factor_spread in zip(rows, spread, strict=True):
            _, theme, boundary, unit, median = THEME_FACTS[theme_of(key)]
            writer.writerow({
                "factor_id": f"{names[key]}@{region}:{boundary}:{first}",
                "key": names[key],
                "theme": theme,
                "name_en": f"Synthetic {theme} {key}",
                "name_zh": f"合成 {key}",
                "region": region,
                "boundary": boundary,
                "unit": unit,
                "co2e_kg": f"{median * middle[key] * factor_spread:.12g}",
                "gwp_set": "AR6",
                "data_year": first,
                "valid_from": f"{first}-01-01",
                "valid_to": f"{last + 1}-01-01",
                "published_on": "2021-06-01",
                "gsd": GSDS[gsd_of_key[key]],
                "gsd_basis": "published",
                "source_id": "leafmark_bench",
                "locator": f"key {key}",
            })  # fmt: skip
    (folder / "sources.csv").write_text(
        "source_id,publisher,title,year,url,licence,licence_class,file_sha256,note\n"
        "leafmark_bench,Leafmark,Synthetic factors for benchmarks,2025,https://example.org/leafmark-bench,"
        "CC0-1.0,open,,Made up: never for a real footprint\n",
        encoding="utf-8",
    )
    (folder / "pack.toml").write_text(
        f'id = "leafmark-bench"\nversion = "1.{seed}"\ntitle = "Synthetic factors for benchmarks"\n'
        'licence_note = "CC0; made up, never for a real footprint"\ngwp_note = "AR6, totals only"\n',
        encoding="utf-8",
    )
