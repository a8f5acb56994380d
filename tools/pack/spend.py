"""Spend: all 1,016 industries of US EPA's supply-chain factors v1.2, with margins, per dollar of 2021 at the shop.

Totals come from the publisher's file; the gases from the tidy table, which took them from the same release by gas. The
rest of the total are F-gases (trap 12), kept in `other_co2e_kg`.
"""

from __future__ import annotations

from leafmark.factors.importers import epa_supply_chain
from leafmark.factors.importers.base import METHANE_GWP, NITROUS_OXIDE_GWP, Row
from pack.raw import SharedData, gas_kg

_LAST_DIGIT_KG = 0.001  # the file rounds to three decimals


def rows(data: SharedData) -> tuple[list[Row], list[Row]]:
    """Return (factors, sources) of the theme."""
    imported = epa_supply_chain.read(data.publisher("epa-supply-chain-v1.2.csv"))
    gases = {
        raw["factor_id"].split(":")[1]: raw
        for raw in data.rows("useeio-sef-1.2")
        if raw["factor_id"].endswith(":cradle-to-shelf")
    }
    factors = [row for row in imported.rows if not str(row["key"]).endswith(".without_margins")]
    for row in factors:
        _split(row, gases.get(str(row["key"]).removeprefix("spend.naics_")))
        row["name_en"] = f"Spend: {str(row['name_en']).removesuffix(', with margins')}"
    return factors, imported.sources


def _split(row: Row, raw: dict[str, str] | None) -> None:
    if raw is None or abs(float(raw["kgco2e"]) - float(str(row["co2e_kg"]))) > _LAST_DIGIT_KG:
        return
    co2, ch4, n2o = (gas_kg(raw[name]) for name in ("kgco2", "kgch4", "kgn2o"))
    if co2 is None or ch4 is None or n2o is None:
        return
    rest = float(str(row["co2e_kg"])) - co2 - ch4 * METHANE_GWP["AR4"] - n2o * NITROUS_OXIDE_GWP["AR4"]
    if rest < -_LAST_DIGIT_KG:
        return
    row.update(co2_kg=co2, ch4_fossil_kg=ch4, n2o_kg=n2o, other_co2e_kg=round(max(rest, 0.0), 6))
