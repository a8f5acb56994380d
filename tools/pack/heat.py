"""Heat bought in China: the default of the national accounting guidelines, one figure for steam and hot water."""

from __future__ import annotations

from leafmark.factors.importers.base import Row, factor_row
from pack.raw import SharedData

_T_CO2_PER_GJ = 0.11
_KEYS = {"heat.steam": "Steam bought, China, default", "heat.district": "Hot water of a heat network, China, default"}


def rows(data: SharedData) -> tuple[list[Row], list[Row]]:
    """Return (factors, sources): kg CO2 per GJ delivered."""
    del data  # the guidelines are not in the shared folder
    kg = round(_T_CO2_PER_GJ * 1000, 6)
    return [
        factor_row(
            key=key, theme="grid", name_en=name, region="CN", boundary="direct", unit="GJ", co2e_kg=kg, co2_kg=kg, gwp_set="AR5",
            data_year=2015, valid_from="2015-01-01", published_on="2015-12-31", source_id="ndrc-cn-2015",
            locator="purchased steam and hot water, 0.11 t CO2 per GJ; table 3 of the appendix",
            note="CO2 only; for want of the supplier's own figure; no end of validity; published in 2015, day not established",
        )
        for key, name in _KEYS.items()
    ], []  # fmt: skip
