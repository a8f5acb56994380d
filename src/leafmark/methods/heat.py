"""Heat, steam and cooling bought, in an inventory: Scope 2, upstream and losses in category 3."""

from leafmark.methods.consolidated import LAST, consolidated, site
from leafmark.methods.model import Check, Column, Method, Part, Vintage

HEAT_PURCHASED = Method(
    id="heat.purchased",
    version=1,
    title="Purchased heat, steam and cooling",
    title_zh="外购热力、蒸汽与制冷",
    book="inventory",
    reference="GHG Protocol Scope 2 Guidance (2015), 6 (energy other than electricity); Scope 3 Standard (2011), category 3",
    boundary="Scope 2: combustion at the plant; category 3: its fuel's upstream, losses of the network",
    docs="""\
`Scope 2 = amount x share x direct factor`; `category 3 = amount x share x (upstream + loss + upstream of the loss)`, kg
CO2e; the amount in kWh, GJ or mmBtu of heat delivered. The built-in pack has the United Kingdom's district and on-site
heat (`heat.district`, `heat.onsite`) and the United States' steam (`heat.steam`, combustion alone: its upstream is not
assessed, never zero). For other networks, and for cooling, a supplier's figure is a factor of the company's own pack
(`heat.contract.ID`). A chiller of one's own is electricity and refrigerant, not purchased cooling.

Both statements of Scope 2 hold the same figure unless a contract says otherwise: then its key is stated in the row. The
chapter was cited from the guidance's contents; the wording was not compared with the text.""",
    columns=(
        site("the site that used it"),
        Column("key", "text", meaning="factor key: heat.district, heat.steam, heat.contract.ID"),
        Column("amount", "float", low=0, high=1e11, cap_reason="more than a large country's month"),
        Column("unit", "text", meaning="unit of the amount: kWh, GJ, mmBtu"),
        *LAST,
    ),
    subject="site_id",
    stage="'use'",
    key="key",
    amount=consolidated("amount"),
    unit="unit",
    parts=(
        Part("heat", (("direct",),), 2, None),
        Part("upstream", (("upstream",),), 3, 3, optional=True),
        Part("td_loss", (("td_loss",),), 3, 3, optional=True),
        Part("td_loss_upstream", (("td_loss_upstream",),), 3, 3, optional=True),
    ),
    vintage=Vintage("nearest", 5),
    checks=(
        Check("unknown_key", "key", "SUBSTRING(key, 1, 5) = 'heat.'", "a key that begins with heat."),
    ),
)  # fmt: skip
