"""Names of gases in the UK flat file, as the package `globalwarmingpotentials` and the factor columns know them."""

from __future__ import annotations

import re

from leafmark.factors.gwp import GwpError, blend

_COLUMNS = {"carbon dioxide": "co2_kg", "methane": "ch4_fossil_kg", "nitrous oxide": "n2o_kg"}
_NAMED = {
    "PFC-14": "CF4", "PFC-116": "C2F6", "PFC-218": "C3F8", "PFC-318": "cC4F8", "PFC-3-1-10": "C4F10",
    "PFC-4-1-12": "C5F12", "PFC-5-1-14": "C6F14", "PFC-9-1-18": "C10F18", "SF6": "SF6",
    "Nitrogen trifluoride": "NF3", "HFC-43-10mee": "HFC4310mee", "Perfluorocyclopropane": "cC3F6",
}  # fmt: skip
_OUTSIDE_KYOTO = ("CFC", "HCFC")
"""Parts of a blend that the publisher's figure of its Kyoto gases leaves out."""


def gas_of(name: str) -> str:
    """Return what one kilogram of a row's gas is: a gas column, or `f_gases` text (`HFC125=0.44;...`), or nothing."""
    if name.lower() in _COLUMNS:
        return _COLUMNS[name.lower()]
    name = name.replace("I0mee", "10mee")  # as the flat file has it
    if name in _NAMED:
        return f"{_NAMED[name]}=1"
    if re.fullmatch(r"HFC-\d+[a-z]*", name):
        return f"{name.replace('-', '')}=1"
    try:
        parts = sorted(blend(name).items())
    except GwpError:
        return ""
    return ";".join(f"{gas}={share:g}" for gas, share in parts if not gas.startswith(_OUTSIDE_KYOTO))
