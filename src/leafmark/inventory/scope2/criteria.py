"""The quality criteria of contractual instruments, each a check that says what speaks for it.

GHG Protocol Scope 2 Guidance (2015), table 7.1, page 62: criteria 1 to 5 are of all instruments, 6 of suppliers' rates, 7 of direct purchases
and own generation, 8 of the market. The table was compared sentence by sentence where others quote it whole; it stands here in our words,
as does what the Guidance adds: what does not meet them is no instrument, and the next data of table 6.3 are taken. A criterion that the row contradicts is `not_met` and the contract serves nothing; one
that the row cannot show is `not_shown`: the contract serves, doubted, and the paper for it is to be found.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from leafmark.inventory.scope2.contracts import Contract

Status: TypeAlias = Literal["met", "not_met", "not_shown", "does_not_apply"]
RATE, SOLE, RETIRED, VINTAGE, MARKET, DELIVERED, TRANSFERRED, RESIDUAL = range(1, 9)
CRITERIA: Final[dict[int, str]] = {
    RATE: "it conveys the rate of direct emissions of the electricity generated",
    SOLE: "it is the only claim on that generation",
    RETIRED: "it is tracked, and redeemed, retired or cancelled on behalf of the company",
    VINTAGE: "it is issued and redeemed as close as possible to the period of the consumption",
    MARKET: "it comes from the market in which the electricity is consumed",
    DELIVERED: "a supplier's rate is of what it delivered, with certificates retired for its customers",
    TRANSFERRED: "of a direct purchase, no other claim on the plant's electricity was given to anybody else",
    RESIDUAL: "the market has a residual mix, or its absence is disclosed",
}
"""Number in table 7.1 -> what it asks."""
SOURCE: Final = "GHG Protocol Scope 2 Guidance (2015), table 7.1"
BURNT: Final = ("biomass", "biogas", "bioenergy", "biofuel", "landfill", "wood", "waste")
"""Technologies that burn something: CH4 and N2O of it belong to the rate, and its CO2 beside the scopes."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one criterion; `reason` is a code where it is not met."""

    criterion: int
    status: Status
    said: str
    reason: str | None = None
    field: str | None = None
    found: str | None = None


def of_the_row(contract: Contract, known_on: dt.date) -> list[Finding]:
    """The criteria that a contract's row decides by itself: rate, retirement, a supplier's rate, a direct purchase."""
    return [_rate(contract), _retired(contract, known_on), _delivered(contract), _transferred(contract)]


def _rate(contract: Contract) -> Finding:
    technology = (contract.technology or "").casefold()
    if contract.kg_per_kwh == 0 and any(word in technology for word in BURNT):
        return Finding(
            RATE, "not_shown", f"0 kg/kWh of {contract.technology}: CH4 and N2O of what is burnt belong to the rate",
            field="kg_per_kwh", found="0",
        )  # fmt: skip
    return Finding(RATE, "met", f"{contract.kg_per_kwh:g} kg CO2e/kWh")


def _retired(contract: Contract, known_on: dt.date) -> Finding:
    if contract.rank == 3:
        return Finding(RETIRED, "does_not_apply", "a residual mix is nobody's claim")
    on = contract.retired_on
    if on is not None and on > known_on:
        return Finding(RETIRED, "not_met", f"retired on {on}, after {known_on}", "not_retired", "retired_on", str(on))
    if on is not None and on < contract.valid_from:
        said = f"retired on {on}, before its generation began on {contract.valid_from}"
        return Finding(RETIRED, "not_met", said, "not_retired", "retired_on", str(on))
    if on is None and contract.rank == 0:
        return Finding(RETIRED, "not_met", "no date of retirement", "not_retired", "retired_on")
    if on is None:
        return _by_source(contract, RETIRED, "retired_on")
    if not contract.registry:
        return Finding(RETIRED, "not_shown", f"retired on {on}, in no registry that is named", field="registry")
    return Finding(RETIRED, "met", f"retired on {on} in {contract.registry}")


def _delivered(contract: Contract) -> Finding:
    if contract.kind != "supplier":
        return Finding(DELIVERED, "does_not_apply", "no supplier's rate")
    return _by_source(contract, DELIVERED, "source")


def _transferred(contract: Contract) -> Finding:
    if contract.kind != "ppa":
        return Finding(TRANSFERRED, "does_not_apply", "no direct purchase")
    if contract.serial and contract.retired_on:
        return Finding(TRANSFERRED, "met", f"its certificates {contract.serial} were retired")
    return _by_source(contract, TRANSFERRED, "source")


def _by_source(contract: Contract, criterion: int, field: str) -> Finding:
    """What only a paper can show: taken from the source that the row names."""
    if contract.source:
        return Finding(criterion, "met", f"as {contract.source} says")
    return Finding(criterion, "not_shown", "the row names no source for it", field=field)


def sole(contract: Contract, named: int, before: int) -> Finding:
    """Criterion 2, of how many certificates the serial names and how many of them were used before."""
    if contract.kind == "residual":
        return Finding(SOLE, "does_not_apply", "a residual mix is nobody's claim")
    if contract.serial:
        if before >= named:
            return Finding(
                SOLE, "not_met", "all its certificates were used before", "used_twice", "serial", contract.serial
            )
        if before:
            said = f"{before:,} of its {named:,} certificates were used before: the others count"
            return Finding(SOLE, "met", said, "used_twice", "serial", contract.serial)
        return Finding(SOLE, "met", f"{named:,} certificates, none used before")
    if contract.kind == "certificate":
        return Finding(SOLE, "not_shown", "no serial numbers: another use of it could not be seen", field="serial")
    return _by_source(contract, SOLE, "source")


def place_and_time(contract: Contract, market: str | None, reason: str | None, period: str) -> list[Finding]:
    """Criteria 4 and 5, by why a contract has nothing to serve (None: it has something); `period`: how close it has to be."""
    span = f"generated from {contract.valid_from} to before {contract.valid_to}"
    if contract.retired_on is not None:
        span += f", redeemed on {contract.retired_on}"
    here = Finding(MARKET, "met", f"consumption in its market, {market}")
    if reason is None:
        return [Finding(VINTAGE, "met", f"{span}; consumption in the same {period}"), here]
    if reason == "wrong_period":
        said = f"{span}; no consumption in the same {period}"
        return [Finding(VINTAGE, "not_met", said, reason, "valid_from", str(contract.valid_from)), here]
    unasked = "not asked: nothing was consumed where it could serve"
    if reason == "wrong_market":
        said = f"no consumption in its market, {market}"
        return [
            Finding(VINTAGE, "does_not_apply", unasked),
            Finding(MARKET, "not_met", said, reason, "region", contract.region),
        ]
    return [Finding(VINTAGE, "does_not_apply", unasked), Finding(MARKET, "does_not_apply", unasked)]
