"""Minerals of IPCC 2006, volume 3, chapter 2: CO2 that a carbonate or a kiln's product gives off, the fuel not in it.

The tables were read through two transcriptions that others made (see `sources.csv`); the tests hold the carbonates to their
stoichiometry. Left out: ankerite, which the table gives as a range; glass, whose figure needs the cullet; metals and
chemicals, which need the plant's own balance.
"""

from __future__ import annotations

from leafmark.factors.importers.base import Row, factor_row
from pack.raw import SharedData

_CARBONATES = {
    "calcite": ("Calcite or aragonite (limestone)", 0.43971), "magnesite": ("Magnesite", 0.52197), "dolomite": ("Dolomite", 0.47732),
    "siderite": ("Siderite", 0.37987), "rhodochrosite": ("Rhodochrosite", 0.38286),
    "sodium_carbonate": ("Sodium carbonate (soda ash)", 0.41492),
}  # fmt: skip
_PRODUCTS = {
    "lime.high_calcium": ("High-calcium lime", 0.75, "table 2.4", "0.785 t CO2 per t CaO x 0.95 t CaO per t lime, rounded"),
    "lime.dolomitic": ("Dolomitic lime, developed countries", 0.86, "table 2.4", "0.913 x 0.95, rounded, as the table prints it"),
    "lime.hydraulic": ("Hydraulic lime", 0.59, "table 2.4", "0.785 x 0.75, rounded"),
    "clinker": ("Cement clinker", 0.52, "equation 2.4", "0.51 t CO2 per t at 65 % CaO, x 1.02 for kiln dust that is lost"),
}  # fmt: skip


def rows(data: SharedData) -> tuple[list[Row], list[Row]]:
    """Return (factors, sources): kg CO2 per tonne."""
    del data  # the annual tables of the shared folder do not hold them
    found = [
        _row(key, name, t, "table 2.1", "per tonne of carbonate, all of it calcined")
        for key, (name, t) in _CARBONATES.items()
    ]
    found += [_row(key, name, t, where, note) for key, (name, t, where, note) in _PRODUCTS.items()]
    return found, []


def _row(key: str, name: str, co2_t_per_t: float, where: str, note: str) -> Row:
    kg = round(co2_t_per_t * 1000, 2)
    return factor_row(
        key=f"process.{key}", theme="process", name_en=f"{name}, CO2 of the process", region="WORLD", boundary="direct", unit="t",
        co2e_kg=kg, co2_kg=kg, gwp_set="AR5", data_year=2006, valid_from="2006-01-01", published_on="2006-12-31",
        source_id="ipcc-2006-v3", locator=f"volume 3, chapter 2, {where}",
        note=f"CO2 only; {note}; no end of validity; published in 2006, day not established",
    )  # fmt: skip
