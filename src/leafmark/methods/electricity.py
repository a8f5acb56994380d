"""Electricity bought, in an inventory: Scope 2 by location, upstream and losses in category 3."""

import dataclasses

from leafmark.methods.model import Column, Method, Part, Vintage

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
