"""`prepare`: a company folder becomes inputs of the engine, groups, flags and the electricity that contracts are matched with.

Cost for n rows of a template: one narrow pass that counts groups and refusals (place, date, origin, amounts), one that writes the rows
that stand; refused rows are read once more, only where there are any. Ids that occur twice and readings that overlap are looked for in a
sorted array of 64-bit integers, and by name only where one is found. Memory is that of the small tables and of DuckDB's buffers.

The plain twin of it, row by row in Python, is the tests' oracle.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from leafmark.engine.inputs import InputError, Source, quote
from leafmark.inventory.company import alike, leases, meters, rows
from leafmark.inventory.company.columns import BY_NAME, CARRIER, METER, columns_of, method_of
from leafmark.inventory.company.fetched import fetched
from leafmark.inventory.company.flags import flag, flags_table
from leafmark.inventory.company.folder import Company
from leafmark.inventory.company.money import Rates, is_money, ratios, read_rates
from leafmark.inventory.company.places import Places, places
from leafmark.inventory.company.prepared import CONSUMPTION_SCHEMA, GROUPS_SCHEMA, Prepared
from leafmark.inventory.company.reading import Table
from leafmark.inventory.company.rows import ORIGIN_NAMES, ORIGINS_CODED, Reading
from leafmark.inventory.tables import FLAGS_SCHEMA, LEASES

MEMORY: Final = "600MB"
"""Of DuckDB; past it, it spills beside the output."""
SETTINGS: Final = {
    "enable_progress_bar": False,
    "preserve_insertion_order": True,  # the same company gives the same bytes, and so the same run
    # small tables stand on the right of every join: built from the rows, a hash table would lose their order
    "disabled_optimizers": "join_order,build_side_probe_side",
}
PARQUET: Final = "FORMAT parquet, COMPRESSION snappy, WRITE_BLOOM_FILTER false, DICTIONARY_SIZE_LIMIT 20000"
"""Read once and whole by the engine: filters serve nothing, and a dictionary of ids that are all different costs a quarter of the pass."""
FREIGHT, FUEL, ELECTRICITY = "freight", "fuel", "electricity"
ORDER: Final = (FREIGHT, *(name for name in BY_NAME if name != FREIGHT))
"""Freight first: which fuel is its double is known by then."""
Progress = Callable[[int, int, str], None]


@dataclasses.dataclass
class _Work:
    """What the templates share on the way."""

    connection: duckdb.DuckDBPyConnection
    company: Company
    places: Places
    rates: Rates
    meters: meters.Meters
    out: Path
    flags: list[pa.Table]
    groups: list[pa.Table]
    consumption: list[pa.Table]
    inputs: dict[str, Path]
    rows: dict[str, int]
    refused: dict[str, int]
    files: dict[str, int]


def prepare(
    company: Company | str | Path, out: str | Path, *, threads: int | None = None, progress: Progress | None = None
) -> Prepared:
    """Make a company's activities ready for the engine.

    Parameters
    ----------
    company : a folder, or one that is open.
    out : folder of the inputs; what an earlier `prepare` left there is replaced.
    threads : of DuckDB; all cores by default.
    progress : called with (templates done, templates, what).

    Raises
    ------
    CompanyError : company.toml or a table of the company cannot be read. Files and rows of activities are refused by flags instead.
    """
    opened = company if isinstance(company, Company) else Company.open(company)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    try:
        settings = {"memory_limit": MEMORY, "temp_directory": str(folder / "spill"), **SETTINGS}
        for name, value in (settings | ({"threads": threads} if threads else {})).items():
            connection.execute(f"SET {name} = {quote(value) if isinstance(value, str) else value}")
        found = places(opened)
        work = _Work(
            connection, opened, found, read_rates(opened.tables["rates"]), meters.read_meters(opened.tables["meters"], found),
            folder, [], [], [], {}, {}, {}, {},
        )  # fmt: skip
        work.flags.append(flags_table([*opened.flags, *found.flags, *work.rates.flags, *work.meters.flags]))
        connection.register("places", found.places)
        connection.register("place_days", found.days)
        connection.register("meters", work.meters.table)
        named = [template for template in ORDER if opened.activities.get(template)]
        for done, template in enumerate(named):
            if progress:
                progress(done, len(named), "templates")
            _template(work, template)
    finally:
        connection.close()
        shutil.rmtree(folder / "staging", ignore_errors=True)
        shutil.rmtree(folder / "spill", ignore_errors=True)
    return Prepared(
        folder, opened.organisation, {name: work.inputs[name] for name in BY_NAME if name in work.inputs},
        pa.concat_tables([GROUPS_SCHEMA.empty_table(), *work.groups]), pa.concat_tables([CONSUMPTION_SCHEMA.empty_table(), *work.consumption]),
        pa.concat_tables(work.flags), work.rows, work.refused, work.files, opened.tables["exclusions"],
    )  # fmt: skip


def _template(work: _Work, template: str) -> None:
    sources, files, flags = _opened(work, template)
    work.rows[template] = sum(source.rows for source in sources)
    work.files.update({name: source.rows for name, source in zip(files, sources, strict=True)})
    standing = [(source, name) for source, name in zip(sources, files, strict=True) if source.rows]
    sources, files = tuple(source for source, _ in standing), tuple(name for _, name in standing)
    if not sources or method_of(template) is None:
        if sources:
            flags.append(
                flag(
                    "no_method",
                    BY_NAME[template].name,
                    None,
                    None,
                    BY_NAME[template].method,
                    "a newer Leafmark",
                    template=template,
                )
            )
            work.refused[template] = work.rows[template]
        work.flags.append(flags_table(flags))
        return
    organisation = work.company.organisation
    reading = Reading(
        template, sources, files, organisation.from_day, organisation.until_day, varies=bool(work.places.days.num_rows)
    )
    work.connection.execute(f"CREATE OR REPLACE TEMP VIEW input AS {rows.union(reading)}")
    reading = _with_words(work, reading, flags)
    reading = _with_marks(work, reading, flags)
    groups, refused, untold = _groups(work, reading)
    work.refused[template] = refused
    if untold:
        told = f"{untold} rows without an origin"
        flags.append(
            flag(
                "origin_not_told",
                files[0],
                None,
                "origin",
                told,
                f"one of {', '.join(ORIGIN_NAMES)}",
                "doubted",
                template,
            )
        )
    work.flags.append(flags_table(flags))
    if refused:
        work.flags.append(_refused(work, reading))
    if reading.varies:
        work.flags.append(_changing(work, reading))
    if groups.num_rows:
        work.groups.append(groups)
        _write(work, reading, groups)
    if template == FREIGHT and reading.has(CARRIER.name):
        alike.remember_carried(work.connection, reading)


def _opened(work: _Work, template: str) -> tuple[tuple[Source, ...], tuple[str, ...], list[dict[str, Any]]]:
    """The template's files, staged where needed; one that cannot be read, or has the content of another, is flagged and left out."""
    folder = work.company.path
    kept: dict[str, tuple[Table, Source]] = {}
    flags: list[dict[str, Any]] = []
    for table in work.company.activities[template]:
        name = table.shown(folder)
        try:
            source = _open(table, template, work.out / "staging")
        except InputError as error:
            flags.append(
                flag("unreadable_file", name, found=error, expected=f"a table of {template}", template=template)
            )
            continue
        same = next((other for other, (_, of_file) in kept.items() if of_file.digest == source.digest), None)
        if same is None:
            kept[name] = (table, source)
        else:
            flags.append(
                flag(
                    "same_file_twice",
                    name,
                    found=f"the content of {same}",
                    expected="each file once",
                    template=template,
                )
            )
    return tuple(source for _, source in kept.values()), tuple(kept), flags


def _open(table: Table, template: str, staging: Path) -> Source:
    return table.open(columns_of(template), staging / template)


def _with_words(work: _Work, reading: Reading, flags: list[dict[str, Any]]) -> Reading:
    """Look at the distinct words of the template's own text columns: which units are money, which keys name an offset."""
    taken = {"site_id", "activity_id", "region", "origin", "source", "unit", METER.name, CARRIER.name}
    texts = [c.name for c in reading.columns if c.type == "text" and c.name not in taken and reading.has(c.name)]
    offsets = []
    for name in texts:
        words = alike.offsets_named(work.connection, name)
        if words:
            offsets.append("\x1f".join([name, *words]))
    money = False
    if reading.has("unit") and reading.has("amount"):
        units = fetched(work.connection, "SELECT DISTINCT unit FROM input").column("unit").to_pylist()
        table, beyond = ratios(filter(is_money, units), work.rates, reading.first, reading.after)
        money = table.num_rows > 0
        work.connection.register("ratios", table)
        if beyond:
            years = ", ".join(map(str, beyond))
            flags.append(
                flag(
                    "no_price_index",
                    reading.files[0],
                    None,
                    "unit",
                    years,
                    "a year of the price index",
                    "doubted",
                    reading.template,
                )
            )
    has_meters = reading.has(METER.name)
    return dataclasses.replace(reading, offsets=tuple(offsets), money=money, meters=has_meters)


def _with_marks(work: _Work, reading: Reading, flags: list[dict[str, Any]]) -> Reading:
    """Find the rows that other rows make wrong: ids twice, readings that overlap, freight that is here as fuel."""
    marks = []
    if reading.has("activity_id"):
        marks.append(alike.duplicate_ids(work.connection, reading))
    if reading.meters:
        overlapping, missing = meters.check_readings(work.connection, reading, work.meters)
        marks.append(overlapping)
        flags += missing
    if reading.template == FUEL and reading.has(CARRIER.name) and FREIGHT in work.inputs:
        marks.append(alike.carried_twice(work.connection, reading))
    marked = [table for table in marks if table is not None and table.num_rows]
    if not marked:
        return reading
    work.connection.register("marks", pa.concat_tables(marked))
    work.connection.execute(
        "CREATE OR REPLACE TEMP TABLE marked AS SELECT file_no, row_no, MIN(mark) AS mark FROM marks GROUP BY file_no, row_no"
    )
    return dataclasses.replace(reading, marked=True)


def _groups(work: _Work, reading: Reading) -> tuple[pa.Table, int, int]:
    """The first pass: the groups of rows that stand, how many rows are refused, and how many of the others tell no origin."""
    kwh = reading.template == ELECTRICITY and reading.has("kwh")
    keys = [f"{rows.code(reading)} AS code", f"{rows.share(reading)} AS share", f"{rows.fault(reading)} AS fault"]
    keys += ["COALESCE(i.region, p.place_region) AS region"] if kwh else []
    sums = ["COUNT(*) AS n", "COUNT(*) - COUNT(i.origin) AS untold"]
    sums += [f"SUM(i.kwh * {rows.share(reading)}) AS kwh"] if kwh else []
    places_of_keys = ", ".join(str(number) for number in range(1, len(keys) + 1))
    sql = f"CREATE OR REPLACE TEMP TABLE counted AS SELECT {', '.join([*keys, *sums])} {rows.joins(reading)} GROUP BY {places_of_keys}"
    work.connection.execute(sql)
    told = fetched(
        work.connection,
        "SELECT SUM(n) FILTER (fault > 0) AS refused, SUM(untold) FILTER (fault = 0) AS untold FROM counted",
    ).to_pylist()[0]
    refused, untold = int(told["refused"] or 0), int(told["untold"] or 0)
    months = pa.table(
        {
            "month_no": range(len(reading_months(work)) + 1),
            "month": pa.array([None, *reading_months(work)], pa.date32()),
        }
    )
    work.connection.register("months", months)
    work.connection.register("origins", pa.table({"origin_no": range(len(ORIGIN_NAMES)), "origin": list(ORIGIN_NAMES)}))
    approach = work.company.organisation.approach
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
            CASE WHEN c.share < 1 THEN CONCAT(' · ', printf('%.10g', c.share * 100), ' %') ELSE '' END) AS group_id,
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
        work.consumption.append(_consumption(work.connection))
    return found, refused, untold


def reading_months(work: _Work) -> Sequence[Any]:
    """First days of the months of the company's year."""
    return work.company.organisation.months


def _consumption(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    sql = """
        SELECT g.group_id, g.entity_id, g.site_id, c.region, g.month, SUM(c.kwh) AS kwh
        FROM counted AS c INNER JOIN groups AS g ON g.code = c.code AND g.share = c.share
        WHERE c.fault = 0 AND g.to_scope IS NULL AND c.kwh IS NOT NULL
        GROUP BY g.group_id, g.entity_id, g.site_id, c.region, g.month ORDER BY g.group_id, c.region"""
    return fetched(connection, sql, CONSUMPTION_SCHEMA)


def _write(work: _Work, reading: Reading, groups: pa.Table) -> None:
    """The second pass: every row that stands, with its group."""
    path = work.out / f"{reading.template}.parquet"
    on = f"g.code = {rows.code(reading)}" + (f" AND g.share = {rows.share(reading)}" if reading.varies else "")
    sql = f"SELECT {', '.join(rows.chosen(reading))} {rows.joins(reading)} INNER JOIN groups AS g ON {on} WHERE {rows.fault(reading)} = 0"
    work.connection.execute(f"COPY ({sql}) TO {quote(str(path))} ({PARQUET})")
    work.inputs[reading.template] = path


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
