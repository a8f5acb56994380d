"""Electronics and appliances in use: kWh x lifetime x grid."""

import dataclasses

from leafmark.methods.model import Column, Method, Part, Vintage

_DOCS = """\
`use = (on_w x on_hours + standby_w x (24 - on_hours)) x 365.25 / 1000 x lifetime x grid`, or
`use = kwh_per_year x lifetime x grid` where the yearly use is declared; kg CO2e per device over its lifetime.

The duty cycle is in the row (`on_hours` a day) or in the register's own test method behind `kwh_per_year`. The grid is
generation + upstream + losses (or a life-cycle factor where that is all a publisher has) at the place of use, held
constant at the latest year: a decarbonising grid is a scenario of its own."""

USE_STAGE = Method(
    id="appliance.use",
    version=1,
    title="Use stage of electronics and appliances",
    title_zh="电子电器产品使用阶段",
    book="product",
    reference="ISO 14067:2018, 6.3.7 (use stage) and 6.4.9.3 (electricity); IEC 62087 (televisions) for the on-mode "
    "power",
    boundary="use stage only",
    docs=f"""\
{_DOCS}

Of the clauses cited, 6.4.9.3 is a slip that the frozen identity keeps: electricity is 6.4.9.4 of ISO 14067:2018.""",
    columns=(
        Column("product_id", "id"),
        Column("kwh_per_year", "float", required=False, low=0, high=20_000, cap_reason="more than four households use"),
        Column("on_w", "float", required=False, low=0, high=10_000, cap_reason="more than a household fuse carries"),
        Column("standby_w", "float", required=False, low=0, high=500, cap_reason="no standby takes 500 W"),
        Column("on_hours", "float", required=False, low=0, high=24, cap_reason="a day has 24 hours"),
        Column("lifetime_years", "float", low=0, high=40, cap_reason="no appliance is rated past 40 years"),
        Column("region", "text", required=False),
        Column("date", "date", required=False),
        Column("activity_id", "id", required=False),
    ),
    subject="product_id",
    stage="'use'",
    key="'electricity.grid'",
    amount="coalesce(kwh_per_year, (on_w * on_hours + standby_w * (24 - on_hours)) * 365.25 / 1000) * lifetime_years",
    unit="'kWh'",
    parts=(Part("use", (("direct", "upstream", "td_loss", "td_loss_upstream"), ("life_cycle",)), 3, 11),),
    vintage=Vintage("latest", 3),
)

LIFETIME_YEARS_LOW = 0.1
_LIFETIME = Column(
    "lifetime_years", "float", low=LIFETIME_YEARS_LOW, high=40,
    cap_reason="nothing is made to be used for less than about a month, and no appliance is rated past 40 years; a "
    "missing lifetime written as 0 would give 0 kg",
)  # fmt: skip

USE_STAGE_2 = dataclasses.replace(
    USE_STAGE,
    version=2,
    reference="ISO 14067:2018, 6.3.7 (use stage) and 6.4.9.4 (electricity); IEC 62087 (televisions) for the on-mode "
    "power",
    docs=f"""\
{_DOCS}

Version 1 cited 6.4.9.3 for electricity, and took a lifetime of 0 years for a complete footprint of 0 kg.""",
    columns=tuple(_LIFETIME if column.name == "lifetime_years" else column for column in USE_STAGE.columns),
)
