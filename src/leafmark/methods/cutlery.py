"""Cutlery refused with a meal: the set that is not made.

    avoided = n x m x EF_material                                                      (kg CO2e)

`n` sets, `m` mass of one (kg, from the restaurant's or operator's own specification), `EF_material` of what it is made
of. No published mass or figure of a set is at hand, so the mass has to be given; its transport and end of life are left
out, which is conservative.

**Baseline.** A set that is put in unless it is refused. Where sets come on request only, refusing is no act and is
refused here. **Evidence.** The order's own flag. **Cap.** Points by day, three meals. An operator that buys the sets has
them in its own inventory: shown, not minted.
"""

from __future__ import annotations

from leafmark.methods.acts import act_method
from leafmark.methods.model import Check, Column, Counterfactual, Term, Vintage

NO_CUTLERY = act_method(
    "cutlery.refused", "Cutlery refused with a meal", "无需餐具",
    "GHG Protocol comparative impacts (2019)", "making of the material; transport and end of life are not credited",
    """\
`avoided = sets x mass x material`, kg CO2e. Only where a set is given by default: on request only, nothing is avoided by
not asking.""",
    Counterfactual(
        unit="item",
        columns=(
            Column("material_key", "text", meaning="factor of the set's material, e.g. material.plastic_pp"),
            Column("set_kg", "float", low=0, high=0.5, cap_reason="no disposable set weighs a pound", meaning="mass of one set"),
            Column("given_by_default", "bool", meaning="whether a set is put in unless refused"),
        ),
        terms=(Term("set not made", "baseline", "materials", "material_key", "amount * set_kg", "'kg'"),),
        checks=(
            Check("no_baseline", "given_by_default", "given_by_default", "true: on request only, nothing is avoided"),
            Check("unknown_key", "material_key", "substring(material_key, 1, 9) = 'material.'", "a key of material."),
            Check("not_positive", "set_kg", "set_kg > 0", "the mass of one set"),
        ),
    ),
    vintage=Vintage("nearest", 10),
)  # fmt: skip
