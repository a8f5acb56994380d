"""A manufacturer's declared footprint with its phase split, checked for consistency."""

import dataclasses

from leafmark.methods.model import Check, Column, Method, Part, Vintage

_SHARES = ("materials_share", "manufacturing_share", "packaging_share", "transport_share", "use_share", "eol_share")
_SUM = " + ".join(f"coalesce({share}, 0)" for share in _SHARES)

DECLARED = Method(
    id="product.declared",
    version=1,
    title="Manufacturer's declared footprint",
    title_zh="制造商声明的产品碳足迹",
    book="product",
    reference="ISO 14067:2018, clause 7; ISO 14026:2017 (communication); IEC TR 62921 / PAIA where the maker names it",
    boundary="as the manufacturer declares",
    docs="""\
`stage = declared total x share / sum of shares`, kg CO2e per device. Leafmark adds nothing: the figure and its phases
are the manufacturer's. Rows are checked for consistency before they count: total above zero, shares between 0 and 1
that add up to 1 within 2 percentage points (makers round; the stages are scaled by the shares' sum, so that they add
up to the declared total), and a lifetime that a device can have.

Superseded by version 2: without `total_gsd` the range has no width, and with it the range is too narrow, since the
phases' shares of the total's error count as independent of each other.""",
    columns=(
        Column("product_id", "id"),
        Column("total_kg", "float", low=0, high=100_000, cap_reason="a device is not a hundred tonnes"),
        *(
            Column(share, "float", required=False, low=0, high=1, cap_reason="a share is at most 1")
            for share in _SHARES
        ),
        Column(
            "lifetime_years", "float", required=False, low=0.5, high=40, cap_reason="no device is rated past 40 years"
        ),
        Column("total_gsd", "float", required=False, low=1, high=10, cap_reason="a GSD starts at 1"),
        Column("region", "text", required=False),
        Column("date", "date", required=False),
        Column("activity_id", "id", required=False),
    ),
    subject="product_id",
    stage="NULL",
    stage_shares=tuple(
        (stage, f"{share} / ({_SUM})")
        for stage, share in zip(
            ("materials", "manufacturing", "packaging", "transport", "use", "end_of_life"), _SHARES, strict=True
        )
    ),
    key="'declared.co2e'",
    amount="total_kg",
    unit="'kg'",
    amount_gsd="total_gsd",
    region="'WORLD'",
    parts=(Part("declared", (("unit",),)),),
    vintage=Vintage("nearest", 100),
    checks=(
        Check("inconsistent_shares", "use_share", f"({_SUM}) BETWEEN 0.98 AND 1.02", "phase shares that add up to 1"),
        Check("not_positive", "total_kg", "total_kg > 0", "a declared total above 0 kg"),
    ),
)

_UNSTATED = "declared.co2e.unstated"
_PHASE_GSD = Column(
    "phase_gsd", "float", required=False, low=1, high=100, cap_reason="a GSD starts at 1",
    meaning="spread of each phase where the sheet states a range of the total; missing = the default spread",
)  # fmt: skip

DECLARED_2 = dataclasses.replace(
    DECLARED,
    version=2,
    reference="ISO 14067:2018; ISO 14026:2017 (communication); IEC TR 62921 / PAIA where the maker names it",
    docs="""\
`stage = declared total x share / sum of shares`, kg CO2e per device. Leafmark adds nothing: the figure and its phases
are the manufacturer's. Rows are checked for consistency before they count: total above zero, shares between 0 and 1
that add up to 1 within 2 percentage points (makers round; the stages are scaled by the shares' sum, so that they add
up to the declared total), and a lifetime that a device can have.

The range is the maker's where one is stated, else a default. Stated: `phase_gsd`, the spread of each phase, made of the
total's by `leafmark.factors.gsd.gsd_of_part(total_gsd, shares)`, so that the range of the total is the stated one; a
stated "+- x kg" is read as one standard deviation, `gsd_of_deviation(x / total)`: so a note on a reseller's report of
Dell's figures words it, and it is the widest of the usual readings. Not stated: the row meets `declared.co2e.unstated`,
the number 1 with the spread `default:declared_unstated`. Figures without a stated range share that factor, so they are
never ranked among each other.""",
    columns=tuple(_PHASE_GSD if column.name == "total_gsd" else column for column in DECLARED.columns),
    key=f"CASE WHEN phase_gsd IS NULL THEN '{_UNSTATED}' ELSE 'declared.co2e' END",
    amount_gsd="phase_gsd",
)
