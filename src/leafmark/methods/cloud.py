"""Rented computing, in an inventory: the customer's Scope 3 category 1; in an own data centre Scope 2."""

import dataclasses

from leafmark.methods.model import Check, Column, Method, Part, Vintage

_GRID = "SUBSTRING(key, 1, 12) = 'electricity.'"

CLOUD_USAGE = Method(
    id="cloud.usage",
    version=1,
    title="Cloud services bought: electricity of the hardware reserved, and its making",
    title_zh="外购云服务:所占硬件的用电与制造",
    book="inventory",
    reference="GHG Protocol Scope 3 Standard (2011), category 1 (purchased goods and services); energy and embodied share: Cloud Carbon "
    "Footprint methodology; SCI specification 1.1 (ISO/IEC 21031:2024) for the share of hardware",
    boundary="electricity: direct generation, upstream and losses where published, else life cycle; hardware: made once, by share of life",
    docs="""\
`electricity = kWh x (direct + upstream + losses)`, `making = hosts x embodied`, kg CO2e. A row is one kind of usage in one
region and month: kWh of all hardware that was reserved, with the data centre's overhead and every copy kept, or a number of
whole hosts, over their whole life, that the reservation is (time share x resource share). Both amounts are worked out of a bill
before (`leafmark inventory cloud`), and the bill's rows, coefficients and assumptions are kept beside the run.

The provider owns and operates the hardware, so all of it is the customer's category 1: the electricity too, and never Scope 2. A
key of `electricity.contract` is a certificate or contract of the market-based row; its upstream is not counted, since its factor
says nothing of it. The category was cited from the standard's contents; the wording was not compared with the text.""",
    columns=(
        Column("usage_id", "id", meaning="provider/service/region/class/month"),
        Column("key", "text", meaning="electricity.grid, its hour or contract, or a host: cloud.host.aws.m5"),
        Column("amount", "float", low=0, high=1e12, cap_reason="more than all data centres use in a year"),
        Column("unit", "text", meaning="kWh, or server for hosts"),
        Column("stage", "text", meaning="use of electricity, manufacturing of hosts"),
        Column("region", "text", required=False),
        Column("date", "date", required=False),
        Column("activity_id", "id", required=False),
    ),
    subject="usage_id",
    stage="stage",
    key="key",
    amount="amount",
    unit="unit",
    parts=(
        Part("cloud", (("direct",), ("life_cycle",), ("embodied",)), 3, 1),
        Part("upstream", (("upstream",),), 3, 1, optional=True, beside="direct"),
        Part("td_loss", (("td_loss",),), 3, 1, optional=True, beside="direct"),
        Part("td_loss_upstream", (("td_loss_upstream",),), 3, 1, optional=True, beside="direct"),
    ),
    vintage=Vintage("latest", 3),
    checks=(
        Check("unit_mismatch", "unit", f"(unit = 'kWh') = ({_GRID})", "kWh of electricity, server of a host"),
        Check("unknown_stage", "stage", "stage = CASE WHEN unit = 'kWh' THEN 'use' ELSE 'manufacturing' END", "use of kWh, manufacturing of hosts"),
    ),
)  # fmt: skip

CLOUD_OWN = dataclasses.replace(
    CLOUD_USAGE,
    id="cloud.own",
    title="Own data centre: electricity of its hardware",
    title_zh="自有数据中心:硬件用电",
    reference="GHG Protocol Scope 2 Guidance (2015), 6; Scope 3 Standard (2011), category 3; energy: Cloud Carbon Footprint methodology",
    boundary="Scope 2: direct generation; category 3: upstream, losses",
    docs="""\
`Scope 2 = kWh x direct factor`; `category 3 = kWh x (upstream + T&D loss + upstream of the loss)`, kg CO2e: as `electricity.location`,
for kWh that are worked out of a list of hardware instead of read from a meter. Where there is a meter, its reading is the better
figure: use it, and this for its parts. The making of own hardware is category 2, all of it in the year it is bought, and is no row
here. Where a place has only a life-cycle factor it stands in Scope 2 as a flagged proxy, and nothing upstream is added.""",
    parts=(
        Part("cloud", (("direct",), ("life_cycle",)), 2, None),
        Part("upstream", (("upstream",),), 3, 3, optional=True, beside="direct"),
        Part("td_loss", (("td_loss",),), 3, 3, optional=True, beside="direct"),
        Part("td_loss_upstream", (("td_loss_upstream",),), 3, 3, optional=True, beside="direct"),
    ),
    checks=(Check("unit_mismatch", "unit", f"unit = 'kWh' AND {_GRID}", "kWh of electricity"),),
)
