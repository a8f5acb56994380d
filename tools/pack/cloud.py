"""Cloud: grid intensity of Google's regions as Google publishes it, and the embodied emissions of a host server."""

from __future__ import annotations

import re

from leafmark.factors.importers.base import Row, calendar_year, factor_row, slug
from pack.raw import SharedData

_YEAR = 2024
_COEFFICIENTS_YEAR = 2026
_MISSPELT = {"gcp:me-cenrtal1": "gcp:me-central1"}  # so in the source
# The commonest general, compute and memory families: what a shop's site and data team rent.
_CHOSEN = {
    "aws": re.compile(r"^(t3|t4g|m5|m6i|m6g|m7g|c5|c6i|c6g|r5|r6i|r6g)\.(large|xlarge|2xlarge|4xlarge)$"),
    "gcp": re.compile(r"^(e2|n1|n2|n2d|c2|c3)-(standard|highmem|highcpu)-(2|4|8|16)$"),
    "azure": re.compile(r"^(D|E|F)(2|4|8|16)s? v[345]$"),
}


def rows(data: SharedData) -> tuple[list[Row], list[Row]]:
    """Return (factors, sources); Azure's regional grids (trap 5) are not taken."""
    return [*_regions(data), *_servers(data)], []


def _regions(data: SharedData) -> list[Row]:
    return [
        factor_row(
            key="electricity.grid",
            theme="grid",
            name_en=raw["name"].replace(" grid", ", grid"),
            region=_MISSPELT.get(raw["region"], raw["region"]),
            boundary="life_cycle",
            unit="kWh",
            co2e_kg=float(raw["kgco2e"]),
            gwp_set="unstated",
            data_year=_YEAR,
            **calendar_year(_YEAR),
            published_on=f"{_YEAR}-12-31",
            source_id="codecarbon-cloud",
            locator=f"impact.csv, {raw['region']}",
            note="Google's yearly mean grid intensity of the region; day of publication not established",
        )
        for raw in data.rows("codecarbon-cloud")
    ]


def _servers(data: SharedData) -> list[Row]:
    factors: dict[str, Row] = {}
    for raw in data.rows("ccf-coefficients"):
        provider, _, machine = raw["name"].removesuffix(" host server embodied").partition(" ")
        if provider not in _CHOSEN or not _CHOSEN[provider].match(machine):
            continue
        row = factor_row(
            key=f"cloud.{provider}.{slug(machine.replace('.', '_'))}", theme="cloud",
            name_en=f"{provider.upper()} {machine}, host server embodied", region="WORLD", boundary="embodied",
            unit="server", co2e_kg=float(raw["kgco2e"]), gwp_set="unstated", data_year=_COEFFICIENTS_YEAR,
            **calendar_year(_COEFFICIENTS_YEAR), published_on="2026-03-09", source_id="ccf-coefficients",
            locator=raw["source_locator"], note="the whole host, made once: allocate by vCPU share and years of life",
        )  # fmt: skip
        factors.setdefault(str(row["factor_id"]), row)
    return list(factors.values())
