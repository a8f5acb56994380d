"""One template's activities through both passes: opened, looked at as a set, counted by group, written.

Each template has one thread and a database cursor of its own, and several templates run at once: DuckDB keeps the rows' order on one
thread only, and with it the same company gives the same bytes, and so the same run.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from leafmark.engine.inputs import InputError, Source, identifier, quote
from leafmark.inventory.company import alike, leases, meters, rows
from leafmark.inventory.company.columns import BY_NAME, CARRIER, METER, columns_of, method_of
from leafmark.inventory.company.fetched import fetched
from leafmark.inventory.company.flags import flag, flags_table, within
from leafmark.inventory.company.folder import Company
from leafmark.inventory.company.money import Rates, is_money, ratios
from leafmark.inventory.company.places import Places
from leafmark.inventory.company.prepared import CONSUMPTION_SCHEMA, GROUPS_SCHEMA
from leafmark.inventory.company.rows import ORIGIN_NAMES, ORIGINS_CODED, Reading
from leafmark.inventory.tables import FLAGS_SCHEMA, LEASES

PARQUET: Final = "FORMAT parquet, COMPRESSION snappy, WRITE_BLOOM_FILTER false, DICTIONARY_SIZE_LIMIT 20000"
"""Read once and whole by the engine: filters serve nothing, and a dictionary of ids that are all different costs a quarter of the pass."""
FREIGHT, ELECTRICITY = "freight", "electricity"
DOUBLES: Final = ("fuel", "logistics")
"""Templates whose fuel may be the fuel of freight that is in tonne-kilometres already."""


@dataclasses.dataclass(frozen=True)
class Shared:
    """What all templates are read with."""

    company: Company
    places: Places
    rates: Rates
    meters: meters.Meters
    out: Path


@dataclasses.dataclass
class Passed:
    """What came of one template."""

    template: str
    rows: int = 0
    refused: int = 0
    files: dict[str, int] = dataclasses.field(default_factory=dict)
    flags: list[pa.Table] = dataclasses.field(default_factory=list)
    groups: pa.Table | None = None
    consumption: pa.Table | None = None
    path: Path | None = None
    carried: pa.Table | None = None


@dataclasses.dataclass(frozen=True)
class _Work:
    """A template's own cursor, and what it is read with."""

    connection: duckdb.DuckDBPyConnection
    shared: Shared
    carried: pa.Table | None


def passed(connection: duckdb.DuckDBPyConnection, shared: Shared, template: str, carried: pa.Table | None) -> Passed:
    """Take a template through; `carried` is what freight carriers' rows stand already, for fuel."""
    connection.register("places", shared.places.places)
    connection.register("place_days", shared.places.days)
    connection.register("meters", shared.meters.table)
    work, found = _Work(connection, shared, carried), Passed(template)
    flags: list[dict[str, Any]] = []
    opened = _opened(shared, template, flags)
    found.rows = sum(source.rows for source in opened.values())
    found.files = {name: source.rows for name, source in opened.items()}
    standing = {name: source for name, source in opened.items() if source.rows}
    if not standing or method_of(template) is None:
        if standing:
            method = BY_NAME[template].method
            flags.append(
                flag("no_method", next(iter(standing)), None, None, method, "a newer Leafmark", template=template)
            )
            found.refused = found.rows
        found.flags.append(flags_table(flags))
        return found
    _read(work, found, standing, flags)
    return found


def _read(work: _Work, found: Passed, standing: dict[str, Source], flags: list[dict[str, Any]]) -> None:
    who, varies = work.shared.company.organisation, bool(work.shared.places.days.num_rows)
    reading = Reading(
        found.template, tuple(standing.values()), tuple(standing), who.from_day, who.until_day, varies=varies
    )
    work.connection.execute(f"CREATE OR REPLACE TEMP VIEW input AS {rows.union(reading)}")
    reading = _with_words(work, reading, flags)
    reading = _with_marks(work, reading, flags)
    found.groups, found.refused, untold = _groups(work, reading, found)
    if untold:
        told, expected = (
            f"{untold} {'row' if untold == 1 else 'rows'} without an origin",
            f"one of {', '.join(ORIGIN_NAMES)}",
        )
        flags.append(
            flag("origin_not_told", reading.files[0], None, "origin", told, expected, "doubted", found.template)
        )
    found.flags.append(flags_table(flags))
    if found.refused:
        found.flags.append(_refused(work, reading))
    if reading.varies and reading.spans:
        found.flags.append(_changing(work, reading))
    if found.groups.num_rows:
        found.path = _write(work, reading, found.refused)
    if found.template == FREIGHT and reading.has(CARRIER.name):
        found.carried = alike.carried(work.connection, reading)


def _opened(shared: Shared, template: str, flags: list[dict[str, Any]]) -> dict[str, Source]:
    """The template's files, staged where needed; one that cannot be read, or has the content of another, is flagged and left out."""
    kept: dict[str, Source] = {}
    for table in shared.company.activities[template]:
        name = table.shown(shared.company.path)
        try:
            source = table.open(columns_of(template), shared.out / "staging" / template)
        except InputError as error:
            expected = f"a table of {template}"
            flags.append(
                flag(
                    "unreadable_file",
                    name,
                    found=within(shared.company.path, error),
                    expected=expected,
                    template=template,
                )
            )
            continue
        same = next((other for other, before in kept.items() if before.digest == source.digest), None)
        if same is None:
            kept[name] = source
        else:
            told = f"the content of {same}"
            flags.append(flag("same_file_twice", name, found=told, expected="each file once", template=template))
    return kept


def _with_words(work: _Work, reading: Reading, flags: list[dict[str, Any]]) -> Reading:
    """Look at the distinct words of the template's own text columns: which units are money, which keys name an offset."""
    taken = {"site_id", "activity_id", "region", "origin", "source", "unit", METER.name, CARRIER.name}
    texts = [c.name for c in reading.columns if c.type == "text" and c.name not in taken and reading.has(c.name)]
    priced = reading.has("unit") and reading.has("amount")
    seen = ", ".join(identifier(name) for name in (*texts, *(["unit"] if priced else [])))
    if seen:
        work.connection.execute(f"CREATE OR REPLACE TEMP TABLE words AS SELECT DISTINCT {seen} FROM input")
    offsets = []
    for name in texts:
        named = alike.offsets_named(work.connection, "words", name)
        if named:
            offsets.append("\x1f".join([name, *named]))
    money = False
    if priced:
        units = fetched(work.connection, "SELECT DISTINCT unit FROM words").column("unit").to_pylist()
        table, beyond = ratios(filter(is_money, units), work.shared.rates, reading.first, reading.after)
        money = table.num_rows > 0
        work.connection.register("ratios", table)
        if beyond:
            years = ", ".join(map(str, beyond))
            expected = "a year of the price index"
            flags.append(
                flag("no_price_index", reading.files[0], None, "unit", years, expected, "doubted", reading.template)
            )
    has_meters = reading.has(METER.name)
    monthly = bool(work.shared.meters.expected)
    return dataclasses.replace(reading, offsets=tuple(offsets), money=money, meters=has_meters, monthly=monthly)


def _with_marks(work: _Work, reading: Reading, flags: list[dict[str, Any]]) -> Reading:
    """Find the rows that other rows make wrong: ids twice, readings that overlap, freight that is here as fuel."""
    marks = []
    if reading.has("activity_id"):
        marks.append(alike.duplicate_ids(work.connection, reading))
    if reading.meters:
        overlapping, missing = meters.check_readings(work.connection, reading, work.shared.meters)
        marks.append(overlapping)
        flags += missing
    if reading.template in DOUBLES and reading.has(CARRIER.name) and work.carried is not None:
        marks.append(alike.carried_twice(work.connection, reading, work.carried))
    marked = [table for table in marks if table is not None and table.num_rows]
    if not marked:
        return reading
    work.connection.register("marks", pa.concat_tables(marked))
    work.connection.execute(
        "CREATE OR REPLACE TEMP TABLE marked AS SELECT file_no, row_no, first.mark, first.other_file, first.other_row "
        "FROM (SELECT file_no, row_no, MIN({'mark': mark, 'other_file': other_file, 'other_row': other_row}) AS first FROM marks GROUP BY file_no, row_no)"
    )
    return dataclasses.replace(reading, marked=True)


def _groups(work: _Work, reading: Reading, into: Passed) -> tuple[pa.Table, int, int]:
    """The first pass: the groups of rows that stand, how many rows are refused, and how many of the others tell no origin."""
    kwh = reading.template == ELECTRICITY and reading.has("kwh")
    keys = [f"{rows.code(reading)} AS code", f"{rows.share(reading)} AS share", f"{rows.fault(reading)} AS fault"]
    keys += ["COALESCE(i.region, p.place_region) AS region"] if kwh else []
    sums = ["COUNT(*) AS n", "COUNT(*) - COUNT(i.origin) AS untold"]
    if kwh:
        # What the engine will refuse is no consumption: one NaN would be the whole group's. A comparison alone does not find
        # it: the bounds that a Parquet file tells of itself leave NaN out, and DuckDB believes them.
        most = next(column.high for column in reading.columns if column.name == "kwh")
        sums += [
            f"SUM(CASE WHEN ISFINITE(i.kwh) AND i.kwh BETWEEN 0 AND {most!r} THEN i.kwh * {rows.share(reading)} END) AS kwh"
        ]
    places_of_keys = ", ".join(str(number) for number in range(1, len(keys) + 1))
    sql = f"CREATE OR REPLACE TEMP TABLE counted AS SELECT {', '.join([*keys, *sums])} {rows.joins(reading)} GROUP BY {places_of_keys}"
    work.connection.execute(sql)
    told = fetched(
        work.connection,
        "SELECT SUM(n) FILTER (fault > 0) AS refused, SUM(untold) FILTER (fault = 0) AS untold FROM counted",
    ).to_pylist()[0]
    refused, untold = int(told["refused"] or 0), int(told["untold"] or 0)
    firsts = [None, *work.shared.company.organisation.months]
    months = pa.table({"month_no": range(len(firsts)), "month": pa.array(firsts, pa.date32())})
    work.connection.register("months", months)
    work.connection.register("origins", pa.table({"origin_no": range(len(ORIGIN_NAMES)), "origin": list(ORIGIN_NAMES)}))
    approach = work.shared.company.organisation.approach
    effects = [(held, leases.lease_effect(held, approach)) for held in LEASES]
    if reading.template not in leases.MOVABLE:
        effects = [(held, leases.STAYS) for held, _ in effects]
    work.connection.register(
        "effects",
        pa.table({
            "held": [held for held, _ in effects],
            "to_category": pa.array([effect.category for _, effect in effects], pa.int8()),
            "upstream_to_category": pa.array([effect.upstream_category for _, effect in effects], pa.int8()),
        }),
    )  # fmt: skip
    work.connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE groups AS
        SELECT CONCAT(p.place_id, ' · ', COALESCE(strftime(t.month, '%Y-%m'), 'no date'), ' · ', o.origin,
            CASE WHEN c.share < 1 THEN CONCAT(' · ', printf('%.{rows.SHARE_DIGITS}g', c.share * 100), ' %') ELSE '' END) AS group_id,
          {quote(reading.template)} AS template, p.entity_id, p.place_id AS site_id, t.month, o.origin, c.share, p.held,
          CASE WHEN e.to_category IS NOT NULL THEN 3 END AS to_scope, e.to_category, e.upstream_to_category, c.n AS rows, c.code
        FROM (SELECT code, share, SUM(n) AS n FROM counted WHERE fault = 0 GROUP BY code, share) AS c
        INNER JOIN places AS p ON p.place_no = c.code // {rows.MONTHS_CODED * ORIGINS_CODED}
        INNER JOIN months AS t ON t.month_no = (c.code // {ORIGINS_CODED}) % {rows.MONTHS_CODED}
        INNER JOIN origins AS o ON o.origin_no = c.code % {ORIGINS_CODED}
        INNER JOIN effects AS e ON e.held = p.held
        ORDER BY p.place_no, c.code, c.share""")
    found = fetched(work.connection, "SELECT * FROM groups", GROUPS_SCHEMA)
    if kwh:
        into.consumption = _consumption(work.connection)
    return found, refused, untold


def _consumption(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    sql = """
        SELECT g.group_id, g.entity_id, g.site_id, c.region, g.month, SUM(c.kwh) AS kwh
        FROM counted AS c INNER JOIN groups AS g ON g.code = c.code AND g.share = c.share
        WHERE c.fault = 0 AND g.to_scope IS NULL AND c.kwh IS NOT NULL
        GROUP BY g.group_id, g.entity_id, g.site_id, c.region, g.month ORDER BY g.group_id, c.region"""
    return fetched(connection, sql, CONSUMPTION_SCHEMA)


def _write(work: _Work, reading: Reading, refused: int) -> Path:
    """The second pass: every row that stands, with its group. Where none was refused, no rule is looked at again."""
    path = work.shared.out / f"{reading.template}.parquet"
    if not refused:
        reading = dataclasses.replace(reading, meters=reading.meters and reading.varies, marked=False)
    on = f"g.code = {rows.code(reading)}" + (f" AND g.share = {rows.share(reading)}" if reading.varies else "")
    stands = f"WHERE {rows.fault(reading)} = 0" if refused else ""
    sql = f"SELECT {', '.join(rows.chosen(reading))} {rows.joins(reading)} INNER JOIN groups AS g ON {on} {stands}"
    work.connection.execute(f"COPY ({sql}) TO {quote(str(path))} ({PARQUET})")
    return path


def _refused(work: _Work, reading: Reading) -> pa.Table:
    """A flag for each refused row."""
    every = rows.rules(reading)
    files = " ".join(f"WHEN {number} THEN {quote(name)}" for number, name in enumerate(reading.files))

    def pick(texts: Sequence[str]) -> str:
        return f"CASE fault {' '.join(f'WHEN {number} THEN {text}' for number, text in enumerate(texts, 1))} END"

    def literal(text: str) -> str:
        return text if text.startswith("i._bad") else quote(text)

    found = pick([f"CAST({rule.found} AS VARCHAR)" for rule in every])
    sql = f"""
        SELECT CASE file_no {files} END AS file, row_no AS row, activity_id, {quote(reading.template)} AS template, field, reason,
          left(found, 200) AS found, expected, 'refused' AS effect
        FROM (SELECT i.file_no, i.row_no, i.activity_id, {rows.fault(reading)} AS fault, {pick([literal(r.field) for r in every])} AS field,
          {pick([literal(r.reason) for r in every])} AS reason, {found} AS found, {pick([literal(r.expected) for r in every])} AS expected
          {rows.joins(reading)})
        WHERE fault > 0 ORDER BY file_no, row_no"""
    return fetched(work.connection, sql, FLAGS_SCHEMA)


def _changing(work: _Work, reading: Reading) -> pa.Table:
    """A doubt for each row that stands and whose period lies over a change of the company's share."""
    files = " ".join(f"WHEN {number} THEN {quote(name)}" for number, name in enumerate(reading.files))
    sql = f"""
        SELECT CASE i.file_no {files} END AS file, i.row_no AS row, i.activity_id, {quote(reading.template)} AS template, 'date' AS field,
          'share_changes' AS reason, printf('%.10g %%', 100 * ({rows.share(reading)})) AS found,
          'a row for the days before and one for those after' AS expected, 'doubted' AS effect
        {rows.joins(reading)} WHERE p.varies AND i.date IS NOT NULL AND a.stretch <> b.stretch AND {rows.fault(reading)} = 0
        ORDER BY i.file_no, i.row_no"""
    return fetched(work.connection, sql, FLAGS_SCHEMA)
