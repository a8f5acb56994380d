"""What operations take and answer, as the OpenAPI shows it. Micrograms and milligrams are whole numbers; ids of 64 bits are texts.

A figure that is not known is null, never 0; so is a stage that was not assessed.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

from leafmark.ledger.rows import INT64_MAX
from leafmark.web.markets import claims_rules

Words = dict[str, str] | str
"""A text, or one for each language."""
Line = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\t\n\r\x00]*$")]
TEXT_MAX = 50_000


def written(value: object) -> object:
    """A day is written YYYY-MM-DD; a bare number, which pydantic takes for seconds since 1970, is none."""
    if value is not None and not (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII)):
        raise ValueError("expected a day, YYYY-MM-DD")
    return value


Day = Annotated[dt.date | None, BeforeValidator(written)]


class BrandOut(Schema):
    """A brand."""

    slug: str
    name: str


class CategoryOut(Schema):
    """What a product is."""

    key: str
    sector: str
    names: dict[str, str]


class ProductOut(Schema):
    """A product and what was last published of it; `state` is null where nothing is. Micrograms CO2e per declared unit."""

    brand: BrandOut
    product_id: str
    gtin: str | None
    name: str
    category: CategoryOut
    state: str | None
    version: int | None
    co2e_ug: int | None
    low_ug: int | None
    high_ug: int | None
    links: dict[str, str]


class ProductsOut(Schema):
    """A part of the products; `next` is the cursor of the following part, null in the last."""

    products: list[ProductOut]
    next: str | None


class StageOut(Schema):
    """A stage's micrograms CO2e; null: not assessed."""

    stage: str
    co2e_ug: int | None


class MethodOut(Schema):
    """The method, and the standard it follows."""

    id: str
    version: str
    standard: str
    reference: str


class VersionOut(Schema):
    """One of a product's publications."""

    version: int
    published_at: dt.datetime
    made_on: dt.date
    state: str
    co2e_ug: int | None


class FootprintOut(Schema):
    """A published figure: micrograms CO2e per declared unit with its range, its stages and what made it."""

    brand: str
    product_id: str
    version: int
    published_at: dt.datetime
    made_on: dt.date
    valid_until: dt.date | None
    state: str
    co2e_ug: int | None
    low_ug: int | None
    high_ug: int | None
    declared_unit: Words
    boundary: str
    stages: list[StageOut]
    method: MethodOut
    gwp_set: str
    factor_vintage: str
    known_on: dt.date
    run_id: str
    lines: int | None
    rejected_lines: int
    versions: list[VersionOut]


class EvidenceIn(Schema):
    """A piece of evidence that the trader holds."""

    model_config = ConfigDict(extra="forbid")
    kind: Line
    url: Line | None = None
    document: Line | None = None
    text: Annotated[str, StringConstraints(max_length=2_000)] = ""
    issued_by: Annotated[str, StringConstraints(max_length=255)] = ""
    independent_of: Annotated[list[Line], Field(max_length=20, default_factory=list)]
    expires_on: Day = None
    factors_superseded_on: Day = None
    value: Annotated[float | None, Field(strict=True, allow_inf_nan=False)] = None
    about: Annotated[list[Line], Field(max_length=50, default_factory=list)]


class ClaimIn(Schema):
    """A text that is to be published, and what stands beside it."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, StringConstraints(min_length=1, max_length=TEXT_MAX)]
    brand: Annotated[str, StringConstraints(max_length=255)] = ""
    medium: Annotated[
        list[Annotated[str, StringConstraints(max_length=TEXT_MAX)]], Field(max_length=20, default_factory=list)
    ]
    evidence: Annotated[list[EvidenceIn], Field(max_length=100, default_factory=list)]
    on_date: Day = None
    markets: Annotated[list[Line], Field(min_length=1, max_length=20, default_factory=lambda: list(claims_rules()))]
    lang: Literal["en", "zh-Hant", "zh-Hans"] = "en"


class RefusedOut(Schema):
    """An act that did not go in. `position` counts from 0; `line`, of an NDJSON body, from 1."""

    position: int
    line: int | None = None
    outcome: Literal["conflict", "rejected"]
    reason: str
    field: str
    found: str
    expected: str


class ReceiptOut(Schema):
    """What became of acts: accepted + duplicates + conflicts + rejected = rows."""

    rows: int
    accepted: int
    duplicates: int
    conflicts: int
    rejected: int
    reasons: dict[str, int]
    refused: list[RefusedOut]


class LookupIn(Schema):
    """What the operator calls a person by. It stands in a body, so that no log of addresses has it."""

    model_config = ConfigDict(extra="forbid")
    subject: Line


class AccountOut(Schema):
    """An account of the ledger."""

    account_id: str


class PointsOut(Schema):
    """Points, a unit of their own. `available` is below zero after points that were spent are clawed back."""

    available: int
    held: int
    ended: int
    above_cap: int


class GramsOut(Schema):
    """Milligrams CO2e by what is claimed; they are never added to each other. The last is shown and not minted."""

    avoided_mg: int
    participant_reduction_mg: int
    operator_inventory_mg: int


class BalanceOut(Schema):
    """What an account holds, or held at the end of a day."""

    account_id: str
    at: dt.date | None
    points: PointsOut
    grams: GramsOut


class RedeemIn(Schema):
    """Points for a reward."""

    model_config = ConfigDict(extra="forbid")
    points: Annotated[int, Field(strict=True, ge=1, le=INT64_MAX)]
    reward: Line


class RedemptionOut(Schema):
    """A redemption as it stood after the request. `pending` holds the points, `posted` spent them, `void` and `expired` gave them back."""

    account_id: str
    redemption_id: str
    state: Literal["pending", "posted", "void", "expired"]
    points: int
    reward: str
    day: dt.date


class UnitsIn(Schema):
    """People of a test, as the client calls them. They stand in a body, so that no log of addresses has them."""

    model_config = ConfigDict(extra="forbid")
    units: Annotated[list[Line], Field(min_length=1, max_length=1_000)]


class ArmOut(Schema):
    """Where a unit belongs, for as long as the test runs: `holdout` sees no figures and labels in lists."""

    unit: str
    arm: Literal["label", "holdout"]


class ArmsOut(Schema):
    """The arms of units, in the order they were asked for."""

    experiment: str
    ends_on: dt.date
    arms: list[ArmOut]


class LeftOut(Schema):
    """How many of the units took part until now."""

    experiment: str
    left: int


class ChoiceRefusedOut(Schema):
    """A choice that did not go in. `position` counts from 0, `line` from 1."""

    position: int
    line: int
    reason: Literal["missing", "bad_text", "unknown_unit", "unknown_product", "other_lists", "conflict"]
    field: str
    found: str
    expected: str


class ChoicesOut(Schema):
    """What became of choices: accepted + duplicates + refused = rows. `not_counted`, of those accepted, have no figure that counts."""

    rows: int
    accepted: int
    duplicates: int
    not_counted: int
    refused: list[ChoiceRefusedOut]
