"""Bottles returned to be recycled, by the full formula.

    avoided = m x (1 - c) x y x s x (EF_primary - EF_recycled) - m x EF_collection - w x EF_grid      (kg CO2e)

`m` mass of the bottles (kg), `c` the share that would have been collected anyway, informal collectors included, `y` yield
of sorting and process, `s` how much primary material a kilogram of recycled stands in for, `w` the machine's electricity
(kWh). DESNZ 2025 gives PET 3,863.9 primary and 2,213.9 closed loop: 1,650 kg a tonne, of which a returned bottle never
avoids the whole. Collection: DESNZ's transport to the facility, for all that was returned, not only the additional part.

**Baseline.** What happens without the machine: over 95 % are collected in China already, informal collection included, so
little is left to avoid; the same share stands in where no figure of the place is given. **Left out.** What else would have become of the bottle: no landfill or burning is
credited. **Never beside** a footprint that takes the same end-of-life or recycled-content credit. **Evidence.** The
machine's or weighbridge's record. **Cap.** Points by day, a household's bottles.
"""

from __future__ import annotations

from leafmark.methods.acts import act_method
from leafmark.methods.model import Check, Column, Counterfactual, Parameter, Term, Vintage

_SHARE = Column("collection_rate", "float", required=False, low=0, high=1, cap_reason="a share is at most 1",
                meaning="share collected without the machine, informal collection included")  # fmt: skip
_RECYCLED = (
    "amount * bottle_kg * (1 - coalesce(collection_rate, collected)) * coalesce(process_yield, yield_published) * "
    "coalesce(substitution_ratio, substitution)"
)

BOTTLE_RETURN = act_method(
    "bottle.return", "Bottle returned to closed-loop recycling", "饮料瓶回收",
    "GHG Protocol comparative impacts (2019); DESNZ 2025, material use and waste disposal",
    "making of the material and transport to the facility; no end of life is credited",
    """\
`avoided = m x (1 - c) x y x s x (primary - recycled) - collection - machine`, kg CO2e. `c`, `y` and `s` are the act's own or
published parameters of its region; for `s` none is at hand, so it has to be given. The machine's electricity has to be
given, and a 0 be written. Never beside a footprint that takes the same credit.""",
    Counterfactual(
        unit="item",
        columns=(
            Column("material", "text", meaning="as in the keys `material.` and `waste.recycling_closed_loop.`: plastic_pet"),
            Column("bottle_kg", "float", low=0, high=5, cap_reason="no drinks bottle weighs more", meaning="mass of one"),
            _SHARE,
            Column("process_yield", "float", required=False, low=0, high=1, cap_reason="a yield is at most 1"),
            Column("substitution_ratio", "float", required=False, low=0, high=1, cap_reason="recycled stands in for no more"),
            Column("machine_kwh", "float", low=0, high=10, cap_reason="more than a machine needs in a day",
                   meaning="electricity of the machine for this act"),
        ),
        parameters=(
            Parameter("collected", "'bottle.collection_rate.' || material", "collection_rate IS NULL"),
            Parameter("yield_published", "'bottle.process_yield.' || material", "process_yield IS NULL"),
            Parameter("substitution", "'bottle.substitution_ratio.' || material", "substitution_ratio IS NULL"),
        ),
        terms=(
            Term("primary material not made", "baseline", "materials", "'material.' || material", _RECYCLED, "'kg'"),
            Term("recycled material made", "project", "materials", "'material.' || material || '.closed_loop'", _RECYCLED,
                 "'kg'"),
            Term("collection", "project", "end_of_life", "'waste.recycling_closed_loop.' || material",
                 "amount * bottle_kg", "'kg'"),
            Term("machine", "project", "use", "'electricity.grid'", "machine_kwh", "'kWh'", "machine_kwh > 0"),
        ),
        checks=(
            Check("not_positive", "bottle_kg", "bottle_kg > 0", "the mass of one bottle"),
        ),
        alike="material",
    ),
    vintage=Vintage("nearest", 10),
)  # fmt: skip
