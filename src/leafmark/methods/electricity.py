"""Electricity bought, in an inventory: Scope 2 by location, with upstream and losses in category 3; and by market."""

import dataclasses

from leafmark.methods.consolidated import LAST, SHARE, consolidated, site
from leafmark.methods.model import Check, Column, Method, Part, Vintage

ELECTRICITY = Method(
    id="electricity.location",
    version=1,
    title="Purchased electricity, location-based",
    title_zh="外购电力(基于位置)",
    book="inventory",
    reference="GHG Protocol Scope 2 Guidance (2015), 6; Scope 3 Standard (2011), category 3",
    boundary="Scope 2: direct generation; category 3: upstream, losses",
    docs="""\
`Scope 2 = kWh x direct factor`; `category 3 = kWh x (upstream + T&D loss + upstream of the loss)`, kg CO2e. Where a
place has only a life-cycle factor it stands in Scope 2 as a flagged proxy, and nothing upstream is added, since it is
in there already.""",
    columns=(
        Column("site_id", "id"),
        Column("kwh", "float", low=0, high=1e11, cap_reason="more than a large country's month"),
        Column("region", "text", required=False),
        Column("date", "date", required=False),
        Column("activity_id", "id", required=False),
    ),
    subject="site_id",
    stage="'use'",
    key="'electricity.grid'",
    amount="kwh",
    unit="'kWh'",
    parts=(
        Part("generation", (("direct",), ("life_cycle",)), 2, None),
        Part("upstream", (("upstream",),), 3, 3, optional=True),
        Part("td_loss", (("td_loss",),), 3, 3, optional=True),
        Part("td_loss_upstream", (("td_loss_upstream",),), 3, 3, optional=True),
    ),
    vintage=Vintage("latest", 3),
)

ELECTRICITY_2 = dataclasses.replace(
    ELECTRICITY,
    version=2,
    docs="""\
`Scope 2 = kWh x direct factor`; `category 3 = kWh x (upstream + T&D loss + upstream of the loss)`, kg CO2e. Where a
place has only a life-cycle factor it stands in Scope 2 as a flagged proxy, and nothing upstream is added, since it is
in there already: not even where a wider region has upstream factors of its own (version 1 added those).""",
    parts=(
        ELECTRICITY.parts[0],
        *(dataclasses.replace(part, beside="direct") for part in ELECTRICITY.parts[1:]),
    ),
)

ELECTRICITY_3 = dataclasses.replace(
    ELECTRICITY_2,
    version=3,
    docs=ELECTRICITY_2.docs
    + """

Version 3 takes the company's consolidated `share` of the kWh, 1 where the cell is empty.""",
    columns=(*ELECTRICITY_2.columns, SHARE),
    amount=consolidated("kwh"),
)

ELECTRICITY_MARKET = Method(
    id="electricity.market",
    version=1,
    title="Purchased electricity, market-based",
    title_zh="外购电力(基于市场)",
    book="inventory",
    reference="GHG Protocol Scope 2 Guidance (2015), 6 (market-based method, hierarchy of emission factors) and 7 "
    "(quality criteria)",
    boundary="Scope 2: direct generation; category 3 is in electricity.location and only there",
    docs="""\
`Scope 2 = kWh x share x direct factor of the key`, kg CO2e. A row is a part of a consumption and what covers it: an
energy attribute certificate, a contract or a supplier's tariff (`electricity.contract.ID`, a factor of the company's own
pack), the residual mix of the market (`electricity.grid.residual`; the built-in pack has China's), or the grid's average
where the market has none (`electricity.grid`). The parts of one consumption add up to it: which kWh are covered by what,
by the hierarchy and the quality criteria, is decided before and is no part of this method.

No upstream, no losses: category 3 is the same by both statements and is made by `electricity.location`. Where a place has
only a life-cycle factor it stands in as a flagged proxy. The two statements of Scope 2 are never added.

The chapters were cited from the guidance's contents; the wording was not compared with the text.""",
    columns=(
        site("the site that used it"),
        Column("kwh", "float", low=0, high=1e11, cap_reason="more than a large country's month",
               meaning="the part of the consumption that the key covers"),
        Column("key", "text", meaning="electricity.contract.ID of the company's own pack, electricity.grid.residual or electricity.grid"),
        *LAST,
    ),
    subject="site_id",
    stage="'use'",
    key="key",
    amount=consolidated("kwh"),
    unit="'kWh'",
    parts=(Part("generation", (("direct",), ("life_cycle",)), 2, None),),
    vintage=Vintage("latest", 3),
    checks=(
        Check("unknown_key", "key", "SUBSTRING(key, 1, 12) = 'electricity.'", "a key that begins with electricity."),
    ),
)  # fmt: skip
