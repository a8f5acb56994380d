"""What `prepare` makes of a company: one Parquet a template for the engine, and small tables of what is in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from leafmark.engine import memory_database
from leafmark.engine.inputs import quote
from leafmark.inventory.company.fetched import fetched
from leafmark.inventory.company.organisation import Organisation
from leafmark.inventory.company.shares_by_day import Place
from leafmark.inventory.tables import FLAGS_SCHEMA

GROUPS_SCHEMA: Final = pa.schema([
    pa.field("group_id", pa.string(), nullable=False),  # readable: "site · 2025-03 · invoiced", with the share where it is not the whole
    pa.field("template", pa.string(), nullable=False),
    pa.field("entity_id", pa.string(), nullable=False),
    pa.field("site_id", pa.string(), nullable=False),
    pa.field("month", pa.date32()),                     # its first day; NULL: not told
    pa.field("origin", pa.string(), nullable=False),    # of ORIGINS
    pa.field("share", pa.float64(), nullable=False),    # of the reporting company, above 0 and at most 1
    pa.field("held", pa.string(), nullable=False),      # of LEASES
    pa.field("to_scope", pa.int8()),                    # where a lease moves lines of Scope 1 and 2 to; NULL: they stay
    pa.field("to_category", pa.int8()),
    pa.field("upstream_to_category", pa.int8()),        # where it moves lines of Scope 3 category 3 to; NULL: they stay
    pa.field("rows", pa.int64(), nullable=False),       # activity rows in it
])  # fmt: skip
"""A group is what is alike in entity, place, template, month, origin and share; its id is the engine's subject, unique in a template."""

CONSUMPTION_SCHEMA: Final = pa.schema([
    pa.field("group_id", pa.string(), nullable=False),
    pa.field("entity_id", pa.string(), nullable=False),
    pa.field("site_id", pa.string(), nullable=False),
    pa.field("region", pa.string()),
    pa.field("month", pa.date32()),
    pa.field("kwh", pa.float64(), nullable=False),      # consolidated: times the share
])  # fmt: skip
"""Electricity in Scope 2 by group and region: what contracts are matched with. A lease that moves it out of Scope 2 takes it from here."""


@dataclass(frozen=True)
class Prepared:
    """A company's year, ready for the engine.

    `inputs[template]` is a Parquet with the method's columns: `site_id` holds the group's id, `region` is the site's where the row has
    none, `share` the company's, money is in `USD_2021_purchaser` (what it was in `given_amount`, `given_unit`); `source_file` and
    `source_row` say where the row stands in the company's folder. Templates without a row that stands are not in it.

    `rows` and `refused` count rows of activity files by template: read, and refused here; `files` the rows of each file that was read.
    `places` are the sites, fleets and entities that stand, by id.
    """

    path: Path
    company: Organisation
    inputs: dict[str, Path]
    groups: pa.Table
    consumption: pa.Table
    flags: pa.Table
    rows: dict[str, int]
    refused: dict[str, int]
    files: dict[str, int]
    exclusions: list[dict[str, Any]]
    places: dict[str, Place]

    @property
    def organisation(self) -> dict[str, str]:
        """Id and name, as an inventory's record has them."""
        return {"id": self.company.id, "name": self.company.name}

    @property
    def year(self) -> int:
        """Name of the reporting year."""
        return self.company.year

    @property
    def from_day(self) -> dt.date:
        """Its first day."""
        return self.company.from_day

    @property
    def until_day(self) -> dt.date:
        """The first day after it."""
        return self.company.until_day

    @property
    def approach(self) -> str:
        """How operations are consolidated."""
        return self.company.approach

    @property
    def gwp(self) -> str:
        """The GWP set asked for."""
        return self.company.gwp

    @property
    def currency(self) -> str:
        """The currency the company reports in."""
        return self.company.currency

    @property
    def known_on(self) -> dt.date:
        """Only factors published by this day count."""
        return self.company.known_on

    def told(self, template: str, rejected: pa.Table) -> pa.Table:
        """The engine's rejections of a template's run (`run.table("rejected")`), told in the company's own files, as flags."""
        if template not in self.inputs or not rejected.num_rows:
            return FLAGS_SCHEMA.empty_table()
        connection = memory_database.connect()
        try:
            connection.register("rejected", rejected)
            source = f"read_parquet({quote(str(self.inputs[template]))}, file_row_number = true)"
            sql = f"""
                SELECT s.source_file AS file, s.source_row AS row, CAST(r.activity_id AS VARCHAR) AS activity_id,
                  {quote(template)} AS template, r.field, r.reason, r.found, r.expected, 'refused' AS effect
                FROM rejected AS r INNER JOIN {source} AS s ON s.file_row_number + 1 = r.row ORDER BY r.row"""
            return fetched(connection, sql, FLAGS_SCHEMA)
        finally:
            connection.close()
