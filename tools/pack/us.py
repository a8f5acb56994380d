"""The US EPA hub: waste, freight, travel, fuels, subregions of the grid; no road rows of the bad release (trap 6)."""

from __future__ import annotations

from leafmark.factors.importers import epa_hub
from leafmark.factors.importers.base import Row
from pack.raw import SharedData

_ROAD = ("freight.hgv", "travel.car", "travel.motorbike", "travel.bus", "freight.van")


def rows(data: SharedData) -> tuple[list[Row], list[Row]]:
    """Return (factors, sources), eGRID subregions included."""
    imported = epa_hub.read(data.publisher("epa-hub-2024.xlsx"))
    factors = [row for row in imported.rows if not str(row["key"]).startswith(_ROAD)]
    return factors, imported.sources
