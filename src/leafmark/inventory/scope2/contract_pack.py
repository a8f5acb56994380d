"""A company's own pack of factors, made of its contracts: what a kilowatt-hour under each of them emits.

It stands beside the built-in pack in a run, so that a figure leads to its contract as any figure leads to its factor. A rate of 0 is a
value: CO2, CH4 and N2O of 0, certain. Any other rate is a total without gases.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from leafmark.factors.gsd import defaults
from leafmark.factors.model import Pack
from leafmark.factors.native_sets import gwp_note
from leafmark.inventory.scope2.contracts import Contract
from leafmark.inventory.scope2.fallback import BOUNDARY

PREFIX: Final = "electricity.contract."
RATE_RULE: Final = "grid_modelled"
"""Spread of a contract's rate above 0: generation is known, the intensity of each source is a typical one."""


@dataclass(frozen=True, slots=True)
class Used:
    """A contract that served something: its key, the region all it served lies in, first month and the first day after the last."""

    contract: Contract
    key: str
    region: str
    first: dt.date
    end: dt.date


def keys_of(contracts: Iterable[Contract]) -> dict[str, str]:
    """Key of each contract: its id in small letters, digits and `_`; two ids that come to one are told apart by their rows."""
    keys: dict[str, str] = {}
    taken: set[str] = set()
    for contract in contracts:
        plain = unicodedata.normalize("NFKD", contract.contract_id).encode("ascii", "ignore").decode().lower()
        name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
        if not name or name in taken:
            name = f"{name or 'row'}_row_{contract.row}".removeprefix("row_")
        taken.add(name)
        keys[contract.contract_id] = PREFIX + name
    return keys


def pack_of(used: Iterable[Used], known_on: dt.date, file: str) -> Pack:
    """The pack of the contracts that served something; `file` is what they were read from."""
    parts = [_rows(each, known_on, file) for each in used]
    factors, sources = [factor for factor, _ in parts], [source for _, source in parts]
    fields = {
        "id": "company-contracts", "version": str(known_on), "title": "Contracts of electricity of the company",
        "licence_note": "private", "gwp_note": gwp_note(factors),
    }  # fmt: skip
    return Pack.from_rows(fields, factors, sources)


def _rows(used: Used, known_on: dt.date, file: str) -> tuple[dict[str, Any], dict[str, Any]]:
    contract = used.contract
    source_id = used.key.removeprefix("electricity.").replace(".", "-")
    zero = contract.kg_per_kwh == 0
    year = contract.valid_from.year
    factor = {
        "factor_id": f"{used.key}@{used.region}:{BOUNDARY}:{year}", "key": used.key, "theme": "grid",
        "name_en": f"Electricity under contract {contract.contract_id}", "region": used.region, "boundary": BOUNDARY, "unit": "kWh",
        "co2e_kg": float(contract.kg_per_kwh), "gwp_set": "AR6" if zero else "unstated", "data_year": year,
        "valid_from": min(contract.valid_from, used.first), "valid_to": max(contract.valid_to, used.end),
        "published_on": min(known_on, contract.valid_from), "gsd": 1.0 if zero else defaults()[RATE_RULE].gsd,
        "gsd_basis": "constant" if zero else f"default:{RATE_RULE}", "source_id": source_id,
        "locator": f"{file}, row {contract.row}, kg_per_kwh",
        "outlier_reason": f"the rate of contract {contract.contract_id}" if zero else None,
        "note": f"generation from {contract.valid_from} to before {contract.valid_to}",
    }  # fmt: skip
    if zero:
        factor |= dict.fromkeys(("co2_kg", "ch4_fossil_kg", "ch4_biogenic_kg", "n2o_kg"), 0.0)
    said = (("serial", contract.serial), ("technology", contract.technology), ("retired on", contract.retired_on))
    source = {
        "source_id": source_id, "publisher": contract.registry or contract.source or "the company",
        "title": f"{contract.kind} {contract.contract_id}", "year": year, "licence": "private contract", "licence_class": "private",
        "note": "; ".join(f"{name} {value}" for name, value in said if value) or None,
    }  # fmt: skip
    return factor, source
