"""Contracts of electricity, read from the company's table row by row: what is no contract is returned with its reason."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import pyarrow as pa

from leafmark.factors import regions
from leafmark.inventory.book import InventoryError
from leafmark.inventory.tables import COMPANY

Kind: TypeAlias = Literal["certificate", "ppa", "supplier", "residual"]
KINDS: Final[tuple[Kind, ...]] = ("certificate", "ppa", "supplier", "residual")
COUNTED: Final = ("certificate", "ppa")
"""Kinds that stand for a counted amount of generation; the others serve what is consumed under them."""
WH_PER_KWH: Final = 1_000
_TYPES: Final = {"id": pa.string(), "text": pa.string(), "float": pa.float64(), "date": pa.date32()}
ARROW_SCHEMA: Final = pa.schema([(column.name, _TYPES[column.type]) for column in COMPANY["contracts"]])
"""`COMPANY["contracts"]` in Arrow."""


@dataclass(frozen=True, slots=True)
class Contract:
    """One row of contracts: electricity of `region` generated in [valid_from, valid_to), at `kg_per_kwh` kg CO2e.

    `wh` is the amount in whole watt-hours; None: as much as is consumed.
    """

    row: int
    contract_id: str
    kind: Kind
    region: str
    valid_from: dt.date
    valid_to: dt.date
    wh: int | None
    kg_per_kwh: float
    technology: str | None
    registry: str | None
    serial: str | None
    retired_on: dt.date | None
    entity_id: str | None
    site_id: str | None
    source: str | None

    @property
    def rank(self) -> int:
        """Place in the hierarchy of data (Scope 2 Guidance, table 6.3), best first.

        0 certificates, also those of a PPA; 1 contracts without certificates; 2 a supplier's rate; 3 a residual mix.
        """
        if self.kind == "ppa":
            return 0 if self.serial else 1
        return {"certificate": 0, "supplier": 2, "residual": 3}[self.kind]

    @property
    def breadth(self) -> int:
        """0 for one site, 1 for one entity, 2 for the whole company."""
        return 0 if self.site_id else 1 if self.entity_id else 2


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row of contracts, or a part of it, serves nothing, or is doubted."""

    row: int
    contract_id: str | None
    field: str | None
    reason: str
    found: str | None
    expected: str
    effect: Literal["refused", "doubted"] = "refused"


def read(table: pa.Table) -> tuple[list[Contract], list[Refusal]]:
    """Rows of `COMPANY["contracts"]`, and those that are none; rows are counted from 1, or as a column `_row` tells.

    Raises
    ------
    InventoryError : a required column is absent, or one has a type that its values cannot be read from.
    """
    contracts: list[Contract] = []
    refused: list[Refusal] = []
    first_row: dict[str, int] = {}
    for row, cells in zip(row_numbers(table), _typed(table).to_pylist(), strict=True):
        fault = _fault(row, cells, first_row)
        if fault is not None:
            refused.append(fault)
            continue
        first_row[cells["contract_id"]] = row
        kwh = cells.pop("kwh")
        contracts.append(Contract(row=row, wh=None if kwh is None else round(kwh * WH_PER_KWH), **cells))
    return contracts, refused


def row_numbers(table: pa.Table) -> list[int]:
    """The row of each contract in its file, from 1."""
    if "_row" in table.column_names:
        return [int(row) for row in table.column("_row").to_pylist()]
    return list(range(1, table.num_rows + 1))


def _typed(table: pa.Table) -> pa.Table:
    columns = COMPANY["contracts"]
    lacking = [column.name for column in columns if column.required and column.name not in table.column_names]
    if lacking:
        raise InventoryError(
            f"contracts: no column {', '.join(lacking)}; expected {', '.join(c.name for c in columns)}"
        )
    arrays = []
    for column in columns:
        kind = _TYPES[column.type]
        try:
            have = column.name in table.column_names
            arrays.append(table.column(column.name).cast(kind) if have else pa.nulls(table.num_rows, kind))
        except pa.ArrowInvalid as fault:
            raise InventoryError(f"contracts, {column.name}: expected {column.type}: {fault}") from fault
    return pa.table(arrays, names=[column.name for column in columns])


def _fault(row: int, cells: dict[str, Any], first_row: dict[str, int]) -> Refusal | None:
    """The first thing that makes a row no contract."""
    name = cells["contract_id"]

    def refuse(field: str, reason: str, expected: str) -> Refusal:
        found = cells[field]
        return Refusal(row, name, field, reason, None if found is None else str(found), expected)

    for column in COMPANY["contracts"]:
        value = cells[column.name]
        if column.required and (value is None or value == ""):
            return refuse(column.name, "missing_value", f"a value: {column.meaning or column.name}")
        if column.type == "float" and value is not None:
            if not math.isfinite(value):
                return refuse(column.name, "unreadable", "a number")
            if column.low is not None and value < column.low:
                return refuse(column.name, "below_bound", f"at least {column.low:g}")
            if column.high is not None and value > column.high:
                return refuse(column.name, "above_bound", f"at most {column.high:g}: {column.cap_reason}")
    if cells["kind"] not in KINDS:
        return refuse("kind", "unknown_word", ", ".join(KINDS))
    if name in first_row:
        return refuse("contract_id", "duplicate_id", f"an id not used in row {first_row[name]}")
    if not regions.known(cells["region"]):
        return refuse("region", "unknown_region", regions.proposal(cells["region"]))
    if cells["valid_to"] <= cells["valid_from"]:
        return refuse("valid_to", "wrong_period", f"a day after valid_from, {cells['valid_from']}")
    if cells["kwh"] is None and cells["kind"] in COUNTED:
        return refuse("kwh", "missing_value", f"the kWh that a {cells['kind']} stands for")
    return None
