"""Freight by tonne-km: WTW = TTW + WTT, and the grid's losses where the vehicle is electric."""

import dataclasses

from leafmark.methods.model import Column, Method, Part, Vintage

FREIGHT = Method(
    id="freight.tonne_km",
    version=1,
    title="Freight by tonne-kilometre, well to wheel",
    title_zh="货运(吨公里, 油井到车轮)",
    book="inventory",
    reference="ISO 14083:2023, 8 and 9; GLEC Framework v3, 4; GHG Protocol Scope 3 categories 4 and 9",
    boundary="well to wheel",
    docs="""\
`WTW = mass / 1000 x distance x (TTW + WTT)`, kg CO2e; mass in kg (goods with packaging), distance in km (the shortest
feasible one; a factor for the actual distance says so), factors in kg CO2e per tonne-kilometre. Two entries a row,
tank-to-wheel and well-to-tank, so that either can be read alone.

The contents of ISO 14083:2023 place the processes included in 5.2.2 and the transport activity of freight in 5.4.2;
the clauses cited for the calculation, and GLEC's, were not compared with the texts, which are not open.""",
    columns=(
        Column("shipment_id", "id"),
        Column("mode", "text", meaning="factor key of the vehicle, e.g. freight.hgv.average_laden"),
        Column("mass_kg", "float", low=0, high=4e8, cap_reason="the largest bulk carriers take 400,000 t"),
        Column("distance_km", "float", low=0, high=45_000, cap_reason="the way round the earth is 40,000 km"),
        Column("region", "text", required=False),
        Column("date", "date", required=False),
        Column("activity_id", "id", required=False),
    ),
    subject="shipment_id",
    stage="'transport'",
    key="mode",
    amount="mass_kg * distance_km / 1000",
    unit="'t_km'",
    parts=(Part("ttw", (("ttw",),), 3, 4), Part("wtt", (("wtt",),), 3, 4)),
    vintage=Vintage("latest", 3),
)

FREIGHT_2 = dataclasses.replace(
    FREIGHT,
    version=2,
    docs="""\
`WTW = mass / 1000 x distance x (TTW + WTT + T&D loss)`, kg CO2e; mass in kg (goods with packaging), distance in km (the
shortest feasible one; a factor for the actual distance says so), factors in kg CO2e per tonne-kilometre. Two entries a
row, tank-to-wheel and well-to-tank, so that either can be read alone; a third, `td_loss`, for vehicles charged from the
grid, where the publisher gives the losses of transmission and distribution apart (UK DESNZ does for battery electric
vans; their tank-to-wheel figure is the power station's). Version 1 left those losses out.

The contents of ISO 14083:2023 place the processes included in 5.2.2 and the transport activity of freight in 5.4.2;
the clauses cited for the calculation, and GLEC's, were not compared with the texts, which are not open.""",
    parts=(*FREIGHT.parts, Part("td_loss", (("td_loss",),), 3, 4, optional=True)),
)
