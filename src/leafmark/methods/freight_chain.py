"""Transport chains: operations that carry, and operations of hubs, as ISO 14083:2023 tells them apart."""

from leafmark.methods.model import Check, Column, Method, Part, Vintage

_TYPES = "sfd (shortest feasible), gcd (great circle) or actual"

FREIGHT_TRANSPORT = Method(
    id="freight.transport",
    version=1,
    title="Transport operation of a chain, well to wheel",
    title_zh="运输链的运输作业(油井到车轮)",
    book="inventory",
    reference="ISO 14083:2023 (transport chain elements; transport activity distance); GLEC Framework v3; "
    "GHG Protocol Scope 3 category 4",
    boundary="well to wheel",
    docs="""\
`WTW = mass / 1000 x distance x (TTW + WTT + T&D loss)`, kg CO2e; mass in kg (goods with packaging), factors in kg CO2e per
tonne-kilometre. A row is one leg of a chain. Its distance has a type (shortest feasible, great circle, actual), and so has
the factor: where they are one, the distance counts as it is; an actual distance under a factor of another type is divided by
the distance adjustment factor that the row states, a planned one under a factor per actual tonne-kilometre multiplied by it;
anything else is refused. Shortest feasible and great circle never convert. Empty running and load are inside the factor.

Two entries, tank to wheel (the standard's *operation*) and well to tank (its *energy provision*), and a third, `td_loss`, for
vehicles charged from the grid where the publisher gives those losses apart; UK DESNZ's tank-to-wheel figure of an electric
van is the power station's.

ISO 14083:2023 is not open: its terms are known from its published contents and from what the GLEC Framework and its users
say of it; no clause was compared with the text.""",
    columns=(
        Column("chain_id", "id", meaning="the chain: a shipment, an order, a parcel"),
        Column("mode", "text", meaning="factor key of the vehicle, e.g. freight.hgv.average_laden"),
        Column("mass_kg", "float", low=0, high=4e8, cap_reason="the largest bulk carriers take 400,000 t"),
        Column("distance_km", "float", low=0, high=45_000, cap_reason="the way round the earth is 40,000 km"),
        Column("distance_type", "text", meaning=f"of the distance: {_TYPES}"),
        Column("intensity_distance_type", "text", meaning=f"of the factor's tonne-kilometre: {_TYPES}"),
        Column("actual_over_planned", "float", required=False, low=1, high=3, cap_reason="no way is three times the shortest",
               meaning="distance adjustment factor that divides an actual distance under a factor of a planned one"),
        Column("planned_to_actual", "float", required=False, low=1, high=3, cap_reason="no way is three times the shortest",
               meaning="distance adjustment factor that multiplies a planned distance under a factor of the actual one"),
        Column("region", "text", required=False),
        Column("date", "date", required=False),
        Column("activity_id", "id", required=False),
    ),
    subject="chain_id",
    stage="'transport'",
    key="mode",
    amount="mass_kg / 1000 * distance_km / COALESCE(actual_over_planned, 1) * COALESCE(planned_to_actual, 1)",
    unit="'t_km'",
    parts=(
        Part("ttw", (("ttw",),), 3, 4),
        Part("wtt", (("wtt",),), 3, 4),
        Part("td_loss", (("td_loss",),), 3, 4, optional=True),
    ),
    vintage=Vintage("latest", 3),
    checks=(
        Check("unit_mismatch", "distance_type", "distance_type IN ('sfd', 'gcd', 'actual')", "sfd, gcd or actual"),
        Check("unit_mismatch", "intensity_distance_type", "intensity_distance_type IN ('sfd', 'gcd', 'actual')", "sfd, gcd or actual"),
        Check("unit_mismatch", "distance_type",
              "distance_type = intensity_distance_type OR distance_type = 'actual' OR intensity_distance_type = 'actual'",
              "the factor's own type of distance: shortest feasible and great circle do not convert"),
        Check("missing_value", "actual_over_planned",
              "(actual_over_planned IS NOT NULL) = (distance_type = 'actual' AND intensity_distance_type <> 'actual')",
              "a factor beside an actual distance under a planned intensity, and only there"),
        Check("missing_value", "planned_to_actual",
              "(planned_to_actual IS NOT NULL) = (distance_type <> 'actual' AND intensity_distance_type = 'actual')",
              "a factor beside a planned distance under an actual intensity, and only there"),
    ),
)  # fmt: skip

FREIGHT_HUB = Method(
    id="freight.hub",
    version=1,
    title="Hub operation of a chain: the chain's share",
    title_zh="运输链的枢纽作业(分摊)",
    book="inventory",
    reference="ISO 14083:2023 (hub operations); GLEC Framework v3; GHG Protocol Scope 3 category 4",
    boundary="operation, and the provision of its energy",
    docs="""\
`WTW = amount x taken / throughput x (direct + upstream + losses)`, kg CO2e: what a hub or warehouse used in a period (kWh
bought from the grid, litres of fuel, kg of refrigerant that escaped), times the chain's share of what went through it in that
period. Share and throughput are both in kg or both in parcels, as `allocation_key` says. Electricity of the hub's own sun is
no row: it has no factor here, and is taken off what was bought before. `leafmark freight` does, and refuses it twice.

Where a place has only a life-cycle factor of electricity it stands as a flagged proxy, and nothing upstream is added.
ISO 14083 counts all of electricity as energy provision; here the power stations' part stands apart, as publishers give it.
The standard is not open: no clause was compared with the text.""",
    columns=(
        Column("chain_id", "id", meaning="the chain"),
        Column("key", "text", meaning="factor key: electricity.grid, fuel.diesel, refrigerant.r410a"),
        Column("amount", "float", low=0, high=1e10, cap_reason="more than the largest port uses in a year",
               meaning="what the hub used in the period"),
        Column("unit", "text", meaning="unit of the amount"),
        Column("taken", "float", low=0, high=1e12, cap_reason="more than all ports handle in a year",
               meaning="of the throughput, what is this chain's"),
        Column("throughput", "float", low=1e-9, high=1e13, cap_reason="more than all ports handle in a year",
               meaning="what went through the hub in the period, in the same measure"),
        Column("allocation_key", "text", meaning="mass or parcel"),
        Column("region", "text", required=False),
        Column("date", "date", required=False),
        Column("activity_id", "id", required=False),
    ),
    subject="chain_id",
    stage="'transport'",
    key="key",
    amount="amount * taken / throughput",
    unit="unit",
    parts=(
        Part("operation", (("direct",), ("life_cycle",)), 3, 4),
        Part("upstream", (("upstream",), ("wtt",)), 3, 4, optional=True, beside="direct"),
        Part("td_loss", (("td_loss",),), 3, 4, optional=True, beside="direct"),
        Part("td_loss_upstream", (("td_loss_upstream",),), 3, 4, optional=True, beside="direct"),
    ),
    vintage=Vintage("nearest", 5),
    checks=(
        Check("above_bound", "taken", "taken <= throughput", "at most the throughput"),
        Check("missing_value", "allocation_key", "allocation_key IN ('mass', 'parcel')", "mass or parcel"),
    ),
)  # fmt: skip

PARCEL_NETWORK = Method(
    id="parcel.network",
    version=1,
    title="Parcel network: a parcel's share of a period",
    title_zh="快递网络(单件包裹分摊)",
    book="inventory",
    reference="EN 17837:2023 (parcel delivery environmental footprint), from its published scope; GHG Protocol Scope 3 category 4",
    boundary="operation, and the provision of its energy, of all stages of the network in a period",
    docs="""\
`a parcel's CO2e = sum over stages (energy of the stage in the period x factor x taken / throughput)`, kg CO2e: per parcel, not
per tonne-kilometre, since parcels fill a van by room and by stops long before they fill it by weight. A row is one kind of
energy or leak of one stage (collection, sorting, line haul, last mile, sites) and the parcel's share: `taken` of the
`throughput` of that stage in that period. By default both are parcels; another key (weight, volume) has to be named in
`allocation_key`, and then both are in its measure.

What is openly known of EN 17837:2023 is its scope: direct and indirect emissions of collection and delivery rounds, direct
injection, trunking, and the processing and handling of parcels, with sites, packaging that the carrier adds, and waste of the
sites, reported by the parcel. Its text is not open. Not compared with it: its allocation rules beyond "by the parcel", its
cut-offs, its data quality and its declarations; air pollutants, which it also covers, are not computed. A figure of this method
is therefore "after the published scope of EN 17837:2023", never "in accordance with".""",
    columns=(
        Column("parcel_id", "id", meaning="the parcel, or the order"),
        Column("stage", "text", meaning="collection, sorting, line_haul, last_mile or sites"),
        Column("key", "text", meaning="factor key: fuel.diesel, electricity.grid, refrigerant.r410a"),
        Column("amount", "float", low=0, high=1e11, cap_reason="more than the largest network uses in a year",
               meaning="what the stage used in the period"),
        Column("unit", "text", meaning="unit of the amount"),
        Column("taken", "float", low=0, high=1e12, cap_reason="more than all parcels of the world in a year"),
        Column("throughput", "float", low=1e-9, high=1e13, cap_reason="more than all parcels of the world in a year"),
        Column("allocation_key", "text", meaning="parcel, mass or volume"),
        Column("region", "text", required=False),
        Column("date", "date", required=False),
        Column("activity_id", "id", required=False),
    ),
    subject="parcel_id",
    stage="'transport'",
    key="key",
    amount="amount * taken / throughput",
    unit="unit",
    parts=FREIGHT_HUB.parts,
    vintage=Vintage("nearest", 5),
    checks=(
        Check("above_bound", "taken", "taken <= throughput", "at most the throughput"),
        Check("missing_value", "allocation_key", "allocation_key IN ('parcel', 'mass', 'volume')", "parcel, mass or volume"),
        Check("unknown_stage", "stage", "stage IN ('collection', 'sorting', 'line_haul', 'last_mile', 'sites')",
              "collection, sorting, line_haul, last_mile or sites"),
    ),
)  # fmt: skip
