"""The saving panel of an appliance, as its page shows it: this product beside its reference, by the year and over the whole time.

The figures are those of the published panel (`products.saving`). They are avoided emissions, and no part of the footprint.
"""

from __future__ import annotations

from dataclasses import dataclass

from leafmark.products.i18n import mass_unit, plain, significant
from leafmark.products.saving import SavingPanel
from leafmark.web.languages import pick, say


@dataclass(frozen=True)
class Shown:
    """The panel in one language: its table's heads and rows, and the sentences around it."""

    held: str
    heads: tuple[str, str, str]
    rows: tuple[tuple[str, str, str, str], ...]
    likely: str
    how: str
    factor_id: str | None


def shown(panel: SavingPanel | None, lang: str) -> Shown | None:
    """What to print of a panel; None where there is none."""
    if panel is None:
        return None
    model, why = pick(panel.reference_model, lang), pick(panel.reference_why, lang) if panel.reference_why else ""
    years = plain(panel.years)
    whole_ug = max(panel.in_use_ug(each, panel.years) for each in (panel.kwh_per_year, panel.reference_kwh_per_year))
    per_year, per_period = mass_unit(round(whole_ug / (panel.years or 1))), mass_unit(whole_ug)

    def row(name: str, kwh: float) -> tuple[str, str, str, str]:
        a_year, whole = panel.in_use_ug(kwh, 1) / per_year[0], panel.in_use_ug(kwh, panel.years) / per_period[0]
        return say(lang, f"saving.{name}"), plain(kwh), significant(a_year), significant(whole)

    less = panel.kind == "avoided"
    low, high = sorted(abs(each) / per_period[0] for each in (panel.low_ug, panel.high_ug))
    unit = f"{per_period[1]} CO₂e"
    return Shown(
        held=say(lang, "saving.held", model=model, why=why) if why else say(lang, "saving.held_plain", model=model),
        heads=(
            say(lang, "saving.kwh_year"),
            say(lang, "saving.year", unit=f"{per_year[1]} CO₂e"),
            say(lang, "saving.period", unit=unit, years=years),
        ),
        rows=(
            row("this", panel.kwh_per_year),
            row("reference", panel.reference_kwh_per_year),
            row("less" if less else "more", abs(panel.reference_kwh_per_year - panel.kwh_per_year)),
        ),
        likely=say(lang, "saving.likely", low=significant(low), high=significant(high), unit=unit, years=years),
        how=say(lang, "saving.how", kg=significant(panel.grid_kg_per_kwh)),
        factor_id=panel.grid_factor_id if ", " not in panel.grid_factor_id else None,
    )
