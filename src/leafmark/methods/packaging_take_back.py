"""Packaging handed in to be recycled, by weight, by the full formula.

    avoided = m x (1 - c) x y x s x (EF_primary - EF_recycled) - m x EF_collection - m x d / 1000 x EF_van - w x EF_grid  (kg CO2e)

`m` mass of the packaging as weighed (kg), `c` the share that would have been collected anyway, informal collectors included,
`y` yield of sorting and process, `s` how much primary material a kilogram of recycled stands in for, `d` km of a round of its
own to fetch it, `w` electricity of sorting and baling (kWh). Material and its recycled twin are of one source, boundary and year,
or the act is refused. DESNZ 2025: board 1,199.7 primary and 1,098.1 closed loop, so at most 101.6 kg a tonne; polypropylene
2,577.6 and 1,312.6, film of LDPE 2,965.1 and 1,097.9. Collection: DESNZ's transport to the facility, for all that was handed
in, not only the additional part.

**Baseline.** What happens without the take-back. Of China's paper packaging of parcels more than 90 % is put to use anyway (State
Post Bureau, 2023), of plastic less than 10 %; of old corrugated board in the United States 92.9 % is recovered. So a carton
handed in avoids next to nothing and may come out below zero; film and polypropylene do more. Where no figure of the place is
given, the highest at hand stands in. **Left out.** What else would have become of it: no landfill or burning is credited.
**Never beside** a footprint that takes the same end-of-life or recycled-content credit, nor beside `bottle.return` of the same
mass. **Evidence.** A weighbridge's or scale's ticket of whoever takes it in. **Cap.** Points by day, a household's packaging.
Packaging of an operator's own parcels lies in its own inventory (Scope 3 category 5 or 12): shown, not minted (`OwnBoundary`).
"""

from __future__ import annotations

from leafmark.methods.acts import act_method
from leafmark.methods.model import Column, Counterfactual, Parameter, Term, Vintage

_CLASS = (
    "CASE WHEN material LIKE '%plastic%' THEN 'plastic' WHEN material LIKE '%paper%' OR material LIKE '%board%' THEN 'paper' "
    "ELSE material END"
)
"""Collection is published for plastics and for paper and board, not for each polymer."""

_RECYCLED = "amount * (1 - coalesce(collection_rate, collected)) * coalesce(process_yield, yield_published) * coalesce(substitution_ratio, substitution)"

PACKAGING_TAKE_BACK = act_method(
    "packaging.take_back", "Packaging handed in for recycling, by weight", "包装交还回收（按重量）",
    "GHG Protocol comparative impacts (2019); DESNZ 2025, material use and waste disposal",
    "making of the material, the way to the facility and its sorting; no end of life is credited",
    """\
`avoided = m x (1 - c) x y x s x (primary - recycled) - collection - round of its own - sorting`, kg CO2e. `c` is the act's own
or a published parameter of its region. For `y` and `s` none is at hand that may be used, so they have to be given. The round and
the electricity have to be given, and a 0 be written. Never beside a footprint that takes the same credit.""",
    Counterfactual(
        unit="kg",
        columns=(
            Column("material", "text", meaning="as in the keys `material.` and `waste.recycling_closed_loop.`: corrugated_board, "
                   "plastic_pp, plastic_ldpe_and_lldpe"),
            Column("collection_rate", "float", required=False, low=0, high=1, cap_reason="a share is at most 1",
                   meaning="share collected without the take-back, informal collection included"),
            Column("process_yield", "float", required=False, low=0, high=1, cap_reason="a yield is at most 1",
                   meaning="recycled material out of a kilogram handed in, sorting included"),
            Column("substitution_ratio", "float", required=False, low=0, high=1, cap_reason="recycled stands in for no more",
                   meaning="primary material that a kilogram of recycled stands in for"),
            Column("collection_km", "float", low=0, high=5_000, cap_reason="nobody fetches packaging from farther away",
                   meaning="km of a round of its own, by this mass; 0 where an ordinary round takes it along"),
            Column("sorting_kwh", "float", low=0, high=1_000, cap_reason="more than a tonne takes to sort and bale",
                   meaning="electricity of sorting and baling for this act"),
        ),
        parameters=(
            Parameter("collected", f"'packaging.collection_rate.' || {_CLASS}", "collection_rate IS NULL"),
            Parameter("yield_published", "'packaging.process_yield.' || material", "process_yield IS NULL"),
            Parameter("substitution", "'packaging.substitution_ratio.' || material", "substitution_ratio IS NULL"),
        ),
        terms=(
            Term("primary material not made", "baseline", "materials", "'material.' || material", _RECYCLED, "'kg'"),
            Term("recycled material made", "project", "materials", "'material.' || material || '.closed_loop'", _RECYCLED,
                 "'kg'"),
            Term("collection", "project", "end_of_life", "'waste.recycling_closed_loop.' || material", "amount", "'kg'"),
            Term("round of its own", "project", "transport", "'freight.van.average.diesel'", "amount * collection_km / 1000",
                 "'t_km'", "collection_km > 0"),
            Term("sorting", "project", "use", "'electricity.grid'", "sorting_kwh", "'kWh'", "sorting_kwh > 0"),
        ),
        alike="material",
    ),
    vintage=Vintage("nearest", 10),
)  # fmt: skip
