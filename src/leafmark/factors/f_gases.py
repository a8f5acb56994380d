"""F-gases by the families that a report names: HFCs, PFCs, SF6 and NF3, from the gases that a factor names.

The families are those of the Kyoto Protocol, annex A, as amended at Doha (decision 1/CMP.8: NF3 came in; cited from its contents). Companies
account for and report each of them by GHG Protocol, "Required Greenhouse Gases in Inventories" (amendment of February 2013 to its
standards), item 1a, which was read in a public copy.

- HFCs are saturated: hydrofluoroolefins, whose number has four digits and begins with 1 (HFC-1234yf), are none of them by ANSI/ASHRAE
  Standard 34, where that first digit counts the double bonds.
- PFCs are of carbon and fluorine alone, chains and rings.
- Whatever else a factor may name among its F-gases (olefins of a blend, ethers, SO2F2) is `other_f_gases`: in the figure, in no family.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from leafmark.factors.gwp import gases, parse_f_gases

KYOTO: Final = ("hfcs", "pfcs", "sf6", "nf3")
"""The families that a report has to name."""
OTHER: Final = "other_f_gases"
NOT_SPLIT: Final = "f_gases_not_split"
FAMILIES: Final = (*KYOTO, OTHER, NOT_SPLIT)
"""What a figure of F-gases is made of; `f_gases_not_split` where nobody tells the gases in it."""

_OLEFIN: Final = re.compile(r"HFC1\d{3}")
_HFC: Final = re.compile(r"HFC\d+[a-z]*")
_PFC: Final = re.compile(r"c?C\d*F\d+")


def family(gas: str) -> str:
    """The family of a gas, by its name in `globalwarmingpotentials` (`HFC134a`, `C2F6`, `cC4F8`)."""
    if gas in ("SF6", "NF3"):
        return gas.lower()
    if _HFC.fullmatch(gas):
        return OTHER if _OLEFIN.match(gas) else "hfcs"
    return "pfcs" if _PFC.fullmatch(gas) else OTHER


@dataclass(frozen=True, slots=True)
class Part:
    """A family's part of a factor: kg of its gases, and kg CO2e of them, per unit of the factor."""

    family: str
    gas_kg: Fraction
    co2e_kg: Fraction


def parts(f_gases: Iterable[tuple[str, Fraction]], gwp_set: str) -> tuple[Part, ...]:
    """What the F-gases of factors that are added up are made of, by family, in the order of `FAMILIES`.

    Parameters
    ----------
    f_gases : the column `f_gases` of each factor, with how many units of it are in a unit of the sum (1 of a factor alone).

    Returns
    -------
    Exact: masses and potentials as the decimals they were published as. Empty where the set does not assess one of the gases, or
    none weighs anything.

    Raises
    ------
    GwpError : the set or a gas is not known.
    """
    potentials = gases(gwp_set)
    gas_kg: dict[str, Fraction] = {}
    co2e_kg: dict[str, Fraction] = {}
    for text, units in f_gases:
        for gas, mass_kg in parse_f_gases(text).items():
            if gas not in potentials:
                return ()
            mass = Fraction(repr(mass_kg)) * units
            of = family(gas)
            gas_kg[of] = gas_kg.get(of, Fraction()) + mass
            co2e_kg[of] = co2e_kg.get(of, Fraction()) + mass * Fraction(repr(potentials[gas]))
    return tuple(Part(of, gas_kg[of], co2e_kg[of]) for of in FAMILIES if co2e_kg.get(of))
