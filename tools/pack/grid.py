"""Grid electricity: countries (life cycle), China and its provinces, the UK's four boundaries, US states."""

from __future__ import annotations

from collections import defaultdict

from leafmark.factors import regions
from leafmark.factors.importers import desnz, owid
from leafmark.factors.importers.base import Row, calendar_year, factor_row
from pack.raw import SharedData

KEY = "electricity.grid"
DELIVERED_KEY = "electricity.delivered"  # at the socket, losses in it: not what Ember gives per kWh generated
# The demo's panel is of 2017; of the rest each country's latest three whole years (2025 holds half of the countries).
PANEL_YEAR = 2017
LAST_WHOLE_YEAR = 2024
LATEST_YEARS = 3
EMBER_PUBLISHED_ON = "2026-01-31"
# The release before revised this one figure: trap 7. Valid time is the same year, knowledge time is split.
USA_2022_BEFORE_KG = 0.38598
USA_2022_BEFORE_PUBLISHED_ON = "2024-06-30"
USA_2022_REVISED_ON = "2025-06-30"
MEE_PUBLISHED_ON = {2021: "2024-04-12", 2022: "2024-12-20", 2023: "2025-12-31", 2024: "2025-10-23"}
# Announcement 2025 No. 3 of January 2025, the day not established; its annex is not at hand.
FOOTPRINT_2023_SOURCE = "mee-cn-footprint-2023"
FOOTPRINT_2023_PUBLISHED_ON = "2025-01-31"
_CN_GRIDS = {
    "North": "cngrid:north", "Northeast": "cngrid:northeast", "East": "cngrid:east", "Central": "cngrid:central",
    "Northwest": "cngrid:northwest", "South": "cngrid:south", "Southwest": "cngrid:southwest",
}  # fmt: skip
_CN_NATIONAL = {"fossil": ".fossil", "residual": ".residual", "avg": ""}


def rows(data: SharedData) -> tuple[list[Row], list[Row]]:
    """Return (factors, sources) of the theme."""
    countries, sources = _countries(data)
    british, british_sources = _british(data)
    factors = [*countries, *_chinese(data), *british, *_us_states(data)]
    return factors, [*sources, *british_sources]


def _countries(data: SharedData) -> tuple[list[Row], list[Row]]:
    imported = owid.read(data.publisher("owid-carbon-intensity-electricity.csv"))
    years: dict[str, list[int]] = defaultdict(list)
    for row in imported.rows:
        if int(str(row["data_year"])) <= LAST_WHOLE_YEAR:
            years[str(row["region"])].append(int(str(row["data_year"])))
    chosen = []
    for row in imported.rows:
        latest = sorted(years[str(row["region"])])[-LATEST_YEARS:]
        stopped = not latest or latest[-1] < PANEL_YEAR  # Western Sahara ends in 2009
        if stopped or row["data_year"] not in {PANEL_YEAR, *latest}:
            continue
        row["published_on"] = EMBER_PUBLISHED_ON
        row["note"] = f"{row['note']}; release of early 2026, day not established"
        if row["region"] == "US" and row["data_year"] == 2022:
            row["published_on"] = USA_2022_REVISED_ON
            row["note"] = (
                "per kWh generated; revised upward by the publisher, 385.98 before; days of release approximate"
            )
            chosen.append(
                {
                    **row, "factor_id": f"{row['factor_id']}~{USA_2022_BEFORE_PUBLISHED_ON}",
                    "co2e_kg": USA_2022_BEFORE_KG, "published_on": USA_2022_BEFORE_PUBLISHED_ON,
                    "superseded_on": USA_2022_REVISED_ON, "source_id": "ember-owid-2024",
                    "locator": "row Code=USA, Year=2022 of the release of 2024",
                    "note": "per kWh generated; superseded: the publisher revised it to 410.39; days approximate",
                }
            )  # fmt: skip
        chosen.append(row)
    before = {**imported.sources[0], "source_id": "ember-owid-2024", "year": 2024, "file_sha256": None,
              "note": "the release that gave the USA 385.98 g/kWh for 2022; its file is not at hand"}  # fmt: skip
    return chosen, [*imported.sources, before]


def _chinese(data: SharedData) -> list[Row]:
    factors = []
    for edition in (2021, 2022, 2023, 2024):
        for raw in data.rows(f"mee-cn-{edition}"):
            kind, place = raw["factor_id"].split(":")[-1], raw["region"]
            life_cycle = kind == "lifecycle"
            if raw["category"] in {"grid/generation-type", "grid/td"}:
                factors.append(_chinese_footprint(raw, edition, kind))
                continue
            key = DELIVERED_KEY if life_cycle else KEY + _CN_NATIONAL.get(kind, "")
            value = float(raw["kgco2e"])
            not_in_annex = life_cycle and edition == 2023
            factors.append(
                factor_row(
                    key=key,
                    theme="grid",
                    name_en=f"Grid {raw['name'].removeprefix('China ')}",
                    region=_CN_GRIDS.get(place.removeprefix("CN-grid-"), place),
                    boundary="life_cycle" if life_cycle else "direct",
                    unit="kWh",
                    co2e_kg=value,
                    co2_kg=None if life_cycle else value,
                    gwp_set="unstated" if life_cycle else "AR5",
                    data_year=edition,
                    **calendar_year(edition),
                    published_on=FOOTPRINT_2023_PUBLISHED_ON if not_in_annex else MEE_PUBLISHED_ON[edition],
                    source_id=FOOTPRINT_2023_SOURCE if not_in_annex else f"mee-cn-{edition}",
                    locator=f"national average; {raw['source_locator'].partition('; ')[2]}"
                    if not_in_annex
                    else _locator(kind, place, edition),
                    note="carbon footprint of electricity used, losses included"
                    + ("; the annex is not at hand; January 2025, day not established" if not_in_annex else "")
                    if life_cycle
                    else "CO2 only: no CH4 or N2O in the figure (CO2 weighs 1 in every GWP set)",
                )
            )
    return factors


def _chinese_footprint(raw: dict[str, str], edition: int, kind: str) -> Row:
    source = kind.removeprefix("gen-").replace("-", "_")
    lost = kind.startswith("transmission")
    key = f"electricity.{source}" if not lost else f"electricity.{source.replace('transmission_distribution', 'td')}"
    return factor_row(
        key=key, theme="grid", name_en=raw["name"].removeprefix("China "), region="CN",
        boundary="td_loss" if lost else "life_cycle", unit="kWh", co2e_kg=float(raw["kgco2e"]), gwp_set="unstated",
        data_year=edition, **calendar_year(edition), published_on=MEE_PUBLISHED_ON[edition],
        source_id=f"mee-cn-{edition}", locator=raw["source_locator"],
    )  # fmt: skip


def _locator(kind: str, place: str, edition: int) -> str:
    """Return the annex's table: all editions have the same five, and the footprint factor its own."""
    if kind == "lifecycle":
        return f"annex {edition}, table 1"
    tables = {"fossil": 5, "residual": 4}
    table = tables.get(kind) or (1 if place == "CN" else 2 if place.startswith("CN-grid-") else 3)
    return f"annex {edition}, table {table}, {place.removeprefix('CN-grid-')}"


def _british(data: SharedData) -> tuple[list[Row], list[Row]]:
    factors, sources = [], []
    for name in ("desnz-2022-flat-file.xls", "desnz-2023-flat-file.xlsx"):
        imported = desnz.read(data.publisher(name))
        factors += [row for row in imported.rows if row["key"] == KEY]
        sources += imported.sources
    return factors, sources


def _us_states(data: SharedData) -> list[Row]:
    return [
        factor_row(
            key=KEY,
            theme="grid",
            name_en=f"Grid electricity, {_state_name(raw['region'])}",
            region=_state(raw["region"]),
            boundary="direct",
            unit="kWh",
            co2e_kg=round(float(raw["kgco2e"]), 9),
            gwp_set="AR5",
            data_year=2023,
            **calendar_year(2023),
            published_on="2025-01-31",
            source_id="epa-egrid-2023",
            locator=f"eGRID2023, sheet ST23, column STC2ERTA, {raw['region'].removeprefix('US-')}",
            note="total output rate, CO2e; lb/MWh converted; by codecarbon 3.3.2 (MIT); day of release approximate",
        )
        for raw in data.rows("epa-egrid-2023")
    ]


def _state(region: str) -> str:
    return "US" if region == "US-usa" else region


def _state_name(region: str) -> str:
    return "USA" if _state(region) == "US" else regions.name(region, "en")
