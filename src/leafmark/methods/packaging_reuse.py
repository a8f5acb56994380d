"""Packaging brought back and used again: against single use, with its own production spread over its uses.

    avoided = m_s x EF_s - (m_r x EF_r / n + m_r x d / 1000 x EF_freight + w x EF_grid)   (kg CO2e a use)

`m_s`, `m_r` masses of the single-use and the reusable packaging (kg), `EF` their factors, `n` the uses that the pool's
record shows for one piece, `d` km of the way back, `w` kWh of washing. Below its break-even number of uses the result is
below zero: 2 to 3 uses for a box, 4 to 10 for a bag (Utrecht thesis on Re-Zip), never for a returnable mailer in 9 of 10
categories after 40 cycles (J. Ind. Ecol. 2024, Canadian apparel). Or both sides as published per use: a reusable PP box
0.098 against single-use corrugated 0.381 kg (CPCD), whose uses and boundary the database does not let us read.

**Baseline.** The single-use packaging that the same parcel had. **Left out.** Its end of life on the avoided side
(conservative); loss of pieces is in `n`. **Evidence.** The partner's scan of the piece coming back. **Cap.** Points by
day, a household's parcels. Board and plastic of an operator's own parcels are in its own inventory: shown, not minted.
"""

from __future__ import annotations

from leafmark.methods.acts import act_method
from leafmark.methods.model import Check, Column, Counterfactual, Term, Vintage

PACKAGING_REUSE = act_method(
    "packaging.reuse", "Packaging returned and used again", "包装循环利用",
    "GHG Protocol comparative impacts (2019); break-even uses: Utrecht thesis on Re-Zip; J. Ind. Ecol. 2024",
    "making of both, way back and washing; end of life of the single-use packaging is not credited",
    """\
`avoided = single use - (reusable / uses + way back + washing)`, kg CO2e a use. `use_count` is how often one piece is used
by the pool's record; below break-even the result is below zero and stays so. The way back and the washing have to be
given, and a 0 be written. Without masses both keys are figures per use, as published, and no mass is mixed with one.""",
    Counterfactual(
        unit="item",
        columns=(
            Column("single_use_key", "text", meaning="factor of the packaging not used"),
            Column("single_use_kg", "float", required=False, low=0, high=50, cap_reason="no parcel's packaging is heavier"),
            Column("reusable_key", "text", meaning="factor of the packaging used again"),
            Column("reusable_kg", "float", required=False, low=0, high=50, cap_reason="no parcel's packaging is heavier"),
            Column("use_count", "float", required=False, low=1, high=1_000, cap_reason="no box is used a thousand times",
                   meaning="uses of one piece by the pool's record"),
            Column("return_km", "float", required=False, low=0, high=20_000, cap_reason="half round the earth"),
            Column("return_key", "text", required=False, meaning="freight factor; missing = an average diesel van"),
            Column("washing_kwh", "float", required=False, low=0, high=10, cap_reason="more than ten washes of a machine"),
        ),
        terms=(
            Term("single use not made", "baseline", "packaging", "single_use_key", "amount * coalesce(single_use_kg, 1)",
                 "CASE WHEN single_use_kg IS NULL THEN 'item' ELSE 'kg' END"),
            Term("a use, as published", "project", "packaging", "reusable_key", "amount", "'item'", "reusable_kg IS NULL"),
            Term("share of making it", "project", "packaging", "reusable_key", "amount * reusable_kg / use_count", "'kg'",
                 "reusable_kg IS NOT NULL"),
            Term("way back", "project", "transport", "coalesce(return_key, 'freight.van.average.diesel')",
                 "amount * reusable_kg * return_km / 1000", "'t_km'", "reusable_kg * return_km > 0"),
            Term("washing", "project", "use", "'electricity.grid'", "amount * washing_kwh", "'kWh'",
                 "reusable_kg IS NOT NULL AND washing_kwh > 0"),
        ),
        checks=(
            Check("missing_value", "single_use_kg", "(single_use_kg IS NULL) = (reusable_kg IS NULL)",
                  "both masses, or none where both keys are per use"),
            Check("missing_value", "use_count", "reusable_kg IS NULL OR use_count IS NOT NULL", "the uses of one piece"),
            Check("missing_value", "return_km", "reusable_kg IS NULL OR return_km IS NOT NULL", "the way back; a 0 must be written"),
            Check("missing_value", "washing_kwh", "reusable_kg IS NULL OR washing_kwh IS NOT NULL", "a 0 must be written"),
        ),
    ),
    vintage=Vintage("nearest", 10),
)  # fmt: skip
