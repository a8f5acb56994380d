"""Efficient appliances: less electricity than a dated reference, minted yearly in use or all at sale, never both.

    in use:   avoided = t x (E_ref - E) x EF_grid                            (kg CO2e; t years in use, at most 1 an act)
    ex ante:  avoided = n x min(L, T) x (E_ref - E) x EF_grid                (T years until the reference ends)

`E_ref`, `E` kWh a year of the reference and of this appliance by one test method, `EF_grid` generation, upstream and losses
at the place and day. Ex ante the grid of the day of sale is held constant; a decarbonising grid is a scenario of its own.

**Baseline.** The reference that the register or market study gives for the class, with the days it is valid: an act after
them is refused, and a mint at sale counts no year past them, so a mint expires with its baseline. Tmall's label shows the
same difference: reference, period and use belong beside it (retailasia 2022). **Left out.** Making and disposal of both.
**Evidence.** In use a meter or the maker's cloud; at sale the order. **Cap.** One a serial number and year, or one a serial
number. A programme mints in one of the two ways; `leafmark.actions` refuses a catalogue that has both.
"""

from __future__ import annotations

from leafmark.methods.acts import GRID, act_method
from leafmark.methods.model import Check, Column, Counterfactual, Term

_KWH = "more than four households use"
_COLUMNS = (
    Column("reference_kwh_per_year", "float", low=0, high=20_000, cap_reason=_KWH, meaning="of the reference"),
    Column("actual_kwh_per_year", "float", low=0, high=20_000, cap_reason=_KWH, meaning="of this one, by the same test"),
    Column("reference", "text", meaning="who gives the reference, and where"),
    Column("reference_from", "date", meaning="first day on which the reference holds"),
    Column("reference_to", "date", meaning="the day on which it ends"),
)  # fmt: skip
_VALID = Check(
    "past_baseline", "reference_to", "date >= reference_from AND date < reference_to",
    "a day on which the reference holds",
)  # fmt: skip
_REFERENCE = "GHG Protocol comparative impacts (2019); WBCSD, Guidance on Avoided Emissions (2023), reference scenario"
_BOUNDARY = "use only: making and disposal of both appliances are left out"
_YEARS = "least(lifetime_years, date_diff('day', date, reference_to) / 365.25)"

IN_USE = act_method(
    "appliance.saving_in_use", "Efficient appliance, by its year in use", "高效家电(逐年)", _REFERENCE, _BOUNDARY,
    """\
`avoided = years x (reference - actual) x grid`, kg CO2e, at most one year an act, at the grid of the act's day. The
reference is dated: past its end nothing is minted.""",
    Counterfactual(
        unit="year",
        columns=_COLUMNS,
        terms=(
            Term("reference not used", "baseline", "use", "'electricity.grid'", "amount * reference_kwh_per_year", "'kWh'"),
            Term("own use", "project", "use", "'electricity.grid'", "amount * actual_kwh_per_year", "'kWh'"),
        ),
        checks=(
            _VALID,
            Check("above_bound", "amount", "amount <= 1", "at most one year: the next year is another act"),
        ),
    ),
    GRID,
)  # fmt: skip

EX_ANTE = act_method(
    "appliance.saving_ex_ante", "Efficient appliance, its life at sale (ex ante)", "高效家电(售出时预计)", _REFERENCE, _BOUNDARY,
    """\
`avoided = pieces x min(lifetime, years until the reference ends) x (reference - actual) x grid`, kg CO2e, marked ex ante:
an estimate of years to come, at the grid of the day of sale, held constant.""",
    Counterfactual(
        unit="item",
        columns=(
            *_COLUMNS,
            Column("lifetime_years", "float", low=0.1, high=40, cap_reason="no appliance is rated past 40 years"),
        ),
        terms=(
            Term("reference not used", "baseline", "use", "'electricity.grid'",
                 f"amount * {_YEARS} * reference_kwh_per_year", "'kWh'"),
            Term("own use", "project", "use", "'electricity.grid'", f"amount * {_YEARS} * actual_kwh_per_year", "'kWh'"),
        ),
        checks=(_VALID,),
    ),
    GRID,
)  # fmt: skip
