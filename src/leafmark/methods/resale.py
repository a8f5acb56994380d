"""Second-hand goods, by the full formula: what a new item would have cost, less what this one still costs.

    avoided = r x (P_new + K_new + D_new) - (F + K + D + S) - dE x L x EF_grid          (kg CO2e an item)

`r` replacement rate (how many second-hand purchases stand in for a new one), `P_new`, `K_new`, `D_new` production,
packaging and delivery of the new item, `F` refurbishment, `K` packaging, `D` delivery, `S` the platform's electricity,
`dE` kWh a year that the old item uses more than a new one, `L` its remaining life in years. The group standard of the
China Association of Circular Economy (2023, with Xianyu) keeps `r x P_new` alone; its example of 51.903 kg comes without
inputs and is not reproduced here.

**Baseline.** A new item bought with probability `r`: 55 % in Denmark, 54 % in Norway, 50 % in Sweden, 47 % in Finland
(Schibsted and Vaayu 2023); anywhere else the lowest of these. **Reference.** The new item's own factor, or its maker's
declared kilograms. **Rebound.** Only what `r` holds: what buyer and seller do with the money is not in the figure, and no
end-of-life credit is taken. **Evidence.** The platform's record of the completed order. **Cap.** Points per sale, by
month; no published cap of a programme is at hand. Negative results stay: an old fridge that uses more than it saves.
"""

from __future__ import annotations

from leafmark.methods.acts import act_method
from leafmark.methods.model import Check, Column, Counterfactual, Parameter, Term, Vintage

_VAN = "coalesce(delivery_key, 'freight.van.average.diesel')"
_RATE = "coalesce(replacement_rate, rate)"
_KWH_MAX = 5_000

RESALE = act_method(
    "resale.second_hand", "Second-hand item instead of a new one", "二手闲置交易",
    "group standard of the China Association of Circular Economy, 2023 (second-hand trade), in full; GHG Protocol "
    "comparative impacts (2019)",
    "cradle to the buyer's door, and use where the old item uses more; end of life is in neither side",
    """\
`avoided = r x (production + packaging + delivery of a new item) - (refurbishment + packaging + delivery + platform) -
extra use energy`, kg CO2e. What is emitted for the second-hand item has to be given, and a 0 be written; the new item's
packaging and delivery may be left out, which makes the result smaller. `r` is the country's surveyed rate or the act's
own `replacement_rate`, which depends on remaining life, condition and price. The extra energy of an older item counts in
full, whatever `r` is.

Rebound: only what `r` holds; what is done with the money saved or earned is not in the figure.""",
    Counterfactual(
        unit="item",
        columns=(
            Column("new_key", "text", meaning="factor of a new item, or declared.co2e for its maker's figure"),
            Column("new_amount", "float", low=0, high=1e5, cap_reason="no item traded between people is heavier",
                   meaning="of that factor per item: its mass, or the kg CO2e declared"),
            Column("new_unit", "text"),
            Column("new_packaging_key", "text", required=False),
            Column("new_packaging_kg", "float", required=False, low=0, high=100, cap_reason="a parcel's board"),
            Column("new_parcel_kg", "float", required=False, low=0, high=1e4, cap_reason="a lorry's load"),
            Column("new_distance_km", "float", required=False, low=0, high=45_000, cap_reason="once round the earth"),
            Column("replacement_rate", "float", required=False, low=0, high=1, cap_reason="a share is at most 1"),
            Column("refurbishment_kwh", "float", low=0, high=_KWH_MAX, cap_reason="more than a household's year"),
            Column("refurbishment_key", "text", required=False, meaning="factor of spare parts"),
            Column("refurbishment_amount", "float", required=False, low=0, high=1e5, cap_reason="as the item"),
            Column("refurbishment_unit", "text", required=False),
            Column("packaging_key", "text", required=False),
            Column("packaging_kg", "float", low=0, high=100, cap_reason="a parcel's board"),
            Column("parcel_kg", "float", low=0, high=1e4, cap_reason="a lorry's load"),
            Column("distance_km", "float", low=0, high=45_000, cap_reason="once round the earth"),
            Column("delivery_key", "text", required=False, meaning="freight factor; missing = an average diesel van"),
            Column("platform_kwh", "float", low=0, high=100, cap_reason="more than a data centre needs for an order"),
            Column("old_extra_kwh_per_year", "float", low=0, high=_KWH_MAX, cap_reason="more than a household's year",
                   meaning="more than a new item uses; an item that uses less says 0, which is conservative"),
            Column("remaining_life_years", "float", low=0, high=40, cap_reason="no appliance is rated past 40 years"),
        ),
        parameters=(Parameter("rate", "'resale.replacement_rate'", "replacement_rate IS NULL"),),
        terms=(
            Term("new item not made", "baseline", "manufacturing", "new_key", f"amount * {_RATE} * new_amount", "new_unit"),
            Term("new packaging", "baseline", "packaging", "new_packaging_key", f"amount * {_RATE} * new_packaging_kg",
                 "'kg'", "new_packaging_kg > 0"),
            Term("new delivery", "baseline", "transport", _VAN,
                 f"amount * {_RATE} * new_parcel_kg * new_distance_km / 1000", "'t_km'", "new_parcel_kg * new_distance_km > 0"),
            Term("refurbishment", "project", "manufacturing", "'electricity.grid'", "amount * refurbishment_kwh", "'kWh'",
                 "refurbishment_kwh > 0"),
            Term("spare parts", "project", "materials", "refurbishment_key", "amount * refurbishment_amount",
                 "refurbishment_unit", "refurbishment_amount > 0"),
            Term("packaging", "project", "packaging", "packaging_key", "amount * packaging_kg", "'kg'", "packaging_kg > 0"),
            Term("delivery", "project", "transport", _VAN, "amount * parcel_kg * distance_km / 1000", "'t_km'",
                 "parcel_kg * distance_km > 0"),
            Term("platform", "project", "manufacturing", "'electricity.grid'", "amount * platform_kwh", "'kWh'",
                 "platform_kwh > 0"),
            Term("extra use energy", "project", "use", "'electricity.grid'",
                 "amount * old_extra_kwh_per_year * remaining_life_years", "'kWh'",
                 "old_extra_kwh_per_year * remaining_life_years > 0"),
        ),
        checks=(
            Check("missing_value", "new_packaging_key", "coalesce(new_packaging_kg, 0) = 0 OR new_packaging_key IS NOT NULL",
                  "the factor key of the mass given"),
            Check("missing_value", "packaging_key", "packaging_kg = 0 OR packaging_key IS NOT NULL",
                  "the factor key of the mass given"),
            Check("missing_value", "refurbishment_key", "coalesce(refurbishment_amount, 0) = 0 OR "
                  "(refurbishment_key IS NOT NULL AND refurbishment_unit IS NOT NULL)", "key and unit of the amount given"),
        ),
    ),
    vintage=Vintage("nearest", 10),
)  # fmt: skip
