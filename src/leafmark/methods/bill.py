"""A product's bill of activities by life-cycle stage; bills may contain products."""

import dataclasses

from leafmark.methods.model import Check, Column, Method, Part, Vintage

FULL_CHAIN = (
    ("direct", "upstream", "td_loss", "td_loss_upstream"),
    ("life_cycle",),
    ("ttw", "wtt"),
    ("wtw",),
    ("direct", "upstream"),
    ("direct", "wtt"),
    ("cradle_to_gate",),
    ("cradle_to_retail",),
    ("supply_chain",),
    ("end_of_life",),
    ("embodied",),
    ("unit",),
)
"""Boundaries that hold everything upstream. A direct factor alone is none of them: it would make a label greener."""

_BEFORE = {("ttw", "wtt"): ("ttw", "wtt", "td_loss"), ("supply_chain",): ("cradle_to_plate",)}
FULL_CHAIN_2 = tuple(
    chain for known in FULL_CHAIN for chain in ((_BEFORE[known], known) if known in _BEFORE else (known,))
)
"""As `FULL_CHAIN`; a vehicle charged from the grid takes the grid's losses where its publisher gives them, and after the
factors to the shop come those of food to the plate, which hold the kitchen too."""

STAGES = ("materials", "manufacturing", "packaging", "transport", "use", "end_of_life")

AMOUNT_CAP = 1e7
CAP_REASON = "no line of one product's bill holds ten million units; a unit or a decimal point is wrong"

PRODUCT_BILL = Method(
    id="product.bill",
    version=1,
    title="Product footprint from a bill of activities",
    title_zh="产品活动清单碳足迹",
    book="product",
    reference="ISO 14067:2018, 6.3 to 6.5; GHG Protocol Product Standard (2011), chapters 8 and 11",
    boundary="as the bill's stages say; a stage without a line is not assessed, never zero",
    docs="""\
`footprint = sum over lines (amount x conversion x factor)`, in kg CO2e per declared unit of the product.

A line is an amount of a factor's key, or another product of the same bill (`component_id`): a component's own lines
are taken `amount` times (unit `item`) into the stage of the line that names it. Factors hold everything upstream
(electricity: generation + upstream + losses, or life cycle; fuel: combustion + upstream; freight: WTT + TTW). A line
that cannot be met rejects, and its product is `unknown`: dropping a line would make its label greener. A negative
amount must say `credit` in `kind`.

Clause 6 of ISO 14067:2018 is its methodology of quantification; the numbers below it were not compared with the text,
which is not open.""",
    columns=(
        Column("product_id", "id", meaning="the product"),
        Column("stage", "text", meaning="life-cycle stage: " + ", ".join(STAGES)),
        Column("key", "text", meaning="factor key; empty where component_id is given"),
        Column("amount", "float", low=-AMOUNT_CAP, high=AMOUNT_CAP, cap_reason=CAP_REASON, meaning="signed amount"),
        Column("unit", "text", meaning="unit of the amount"),
        Column("region", "text", required=False, meaning="where it happens; missing = world"),
        Column("date", "date", required=False, meaning="when; missing = the run's date"),
        Column("activity_id", "id", required=False, meaning="unique id of the line"),
        Column("component_id", "id", required=False, meaning="another product of this bill"),
        Column("kind", "text", required=False, meaning="'credit' where a negative amount is meant"),
        Column("amount_gsd", "float", required=False, low=1.0, high=100.0, cap_reason="a GSD starts at 1"),
        Column("primary", "bool", required=False, meaning="measured by the supplier"),
    ),
    subject="product_id",
    stage="stage",
    key="key",
    amount="amount",
    unit="unit",
    primary="primary",
    amount_gsd="amount_gsd",
    credit="kind = 'credit'",
    component="component_id",
    parts=(Part("footprint", FULL_CHAIN),),
    vintage=Vintage("nearest", 10),
    checks=(Check("negative_amount", "amount", "amount >= 0 OR kind = 'credit'", "0 or more, or 'credit' in kind"),),
)

PRODUCT_BILL_2 = dataclasses.replace(
    PRODUCT_BILL,
    version=2,
    docs=PRODUCT_BILL.docs.replace(
        "freight: WTT + TTW)", "freight: WTT + TTW, and the grid's losses of electric vehicles)"
    )
    + """

Version 1 left out the grid's losses of electric vehicles. Version 2 also meets factors of the boundary
`cradle_to_plate` (food with its preparation at home), which version 1 knew only under the name `cradle_to_retail`.""",
    parts=(Part("footprint", FULL_CHAIN_2),),
)
