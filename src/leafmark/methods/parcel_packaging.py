"""The cartons of parcels, in an inventory: Scope 3 category 1, over the uses of each."""

from leafmark.methods.model import Column, Method, Part, Vintage

PARCEL_PACKAGING = Method(
    id="parcel.packaging",
    version=1,
    title="Packaging bought for parcels",
    title_zh="包裹包装(外购)",
    book="inventory",
    reference="GHG Protocol Scope 3 Standard (2011), category 1 (purchased goods and services)",
    boundary="cradle to gate of the packaging's material",
    docs="""\
`category 1 = mass / uses x factor`, kg CO2e; the mass of the packaging of one parcel in kg, the factor of its material
in kg CO2e per unit of mass, cradle to gate. `use_count` is over how many uses the making of a reusable piece is spread;
missing is 1. Bringing a piece back and washing it are not in here: they are freight and electricity of their own. Nor is
its end of life (category 5 or 12), nor what a converter adds to the material where the publisher's factor ends before.

The category was cited from the standard's contents; the wording was not compared with the text.""",
    columns=(
        Column("parcel_id", "id", meaning="the parcel, or the order"),
        Column("material", "text", meaning="factor key of the material, e.g. material.corrugated_board"),
        Column("mass_kg", "float", low=0, high=30_000, cap_reason="a container holds 30 t, and packaging is its lesser part"),
        Column("use_count", "float", required=False, low=1, high=1_000, cap_reason="no box is used a thousand times"),
        Column("region", "text", required=False),
        Column("date", "date", required=False),
        Column("activity_id", "id", required=False),
    ),
    subject="parcel_id",
    stage="'packaging'",
    key="material",
    amount="mass_kg / COALESCE(use_count, 1)",
    unit="'kg'",
    parts=(Part("material", (("cradle_to_gate",),), 3, 1),),
    vintage=Vintage("nearest", 10),
)  # fmt: skip
