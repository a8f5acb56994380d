"""What a row of an activity file is read as: SQL over the input, the places and a few small tables, the same for two passes.

    first pass    groups and their counts, by (place, month, origin), and how many rows each rule refuses
    second pass   the rows that stand, written in one COPY; refused rows are looked at a third time only where there are any

A rule is a condition under which a row is refused; the first that holds gives the reason. Nothing of this runs in Python by row.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from leafmark.engine.inputs import Source, identifier, quote
from leafmark.inventory.company.columns import CARRIER, METER, columns_of, method_of
from leafmark.inventory.company.money import TARGET_UNIT
from leafmark.inventory.tables import ORIGINS
from leafmark.methods.model import Column

SQL_TYPES: Final = {"id": "VARCHAR", "text": "VARCHAR", "float": "DOUBLE", "date": "DATE", "bool": "BOOLEAN"}
EMPTY_IS_MISSING: Final = frozenset({"activity_id", "region", "origin", METER.name, CARRIER.name})
"""Texts that may be left out."""
BAD: Final = ("_bad", "_bad_reason", "_bad_found", "_bad_expected")
ORIGIN_NAMES: Final = tuple(ORIGINS)
UNTOLD_ORIGIN: Final = "calculated"
"""Of a row that does not say: secondary data, neither better than it may be nor a guess of how bad."""
MONTHS_CODED: Final = 16
"""Codes of months in a group's number: 0 not told, 1 to 13 the months that a year touches."""
ORIGINS_CODED: Final = 8
SHARE_DIGITS: Final = 12
"""Of a share that changes: a group's id shows it whole (12 digits of a percentage), so two groups never share an id."""
CREDIT_TERMS: Final = "offset or removal credit"


@dataclass(frozen=True)
class Rule:
    """A condition under which a row is refused: reason, column, what was found (SQL), what was expected."""

    reason: str
    field: str
    when: str
    found: str
    expected: str


@dataclass(frozen=True)
class Reading:
    """What the SQL of a template must know: its sources, the year, and which small tables are there."""

    template: str
    sources: tuple[Source, ...]
    files: tuple[str, ...]
    first: dt.date
    after: dt.date
    varies: bool = False
    monthly: bool = False
    meters: bool = False
    money: bool = False
    offsets: tuple[str, ...] = ()
    marked: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        """Columns of the template's files."""
        return columns_of(self.template)

    @property
    def spans(self) -> bool:
        """Whether a row with a date may be of more than one day."""
        return self.has("until") or (self.meters and self.monthly)

    def has(self, name: str) -> bool:
        """Whether any of the files has that column."""
        return any(name in source.columns for source in self.sources)


def day(value: dt.date) -> str:
    """A date in SQL."""
    return f"DATE '{value.isoformat()}'"


def union(reading: Reading) -> str:
    """All files of a template as one table with the columns of the template, typed alike, and where each row stands."""
    staged = any("_bad" in source.columns for source in reading.sources)
    parts = []
    for number, source in enumerate(reading.sources):
        cells = [f"{_cell(column, source)} AS {identifier(column.name)}" for column in reading.columns]
        if staged:
            cells += [name if name in source.columns else f"CAST(NULL AS VARCHAR) AS {name}" for name in BAD]
        parts.append(f"SELECT {', '.join(cells)}, {number} AS file_no, _row AS row_no FROM ({source.sql})")
    return " UNION ALL ".join(parts)


def _cell(column: Column, source: Source) -> str:
    """A column of a file, typed; of Parquet that is read where it lies an empty text is a missing one, as in CSV."""
    if column.name not in source.columns:
        return f"CAST(NULL AS {SQL_TYPES[column.type]})"
    cell = f"CAST({identifier(column.name)} AS {SQL_TYPES[column.type]})"
    return f"NULLIF({cell}, '')" if column.name in EMPTY_IS_MISSING and "_bad" not in source.columns else cell


def start(reading: Reading) -> str:
    """The first day of a row's period."""
    return f"COALESCE(i.date, {day(reading.first)})"


def end(reading: Reading) -> str:
    """The first day after it: what the row says; of a meter read by month the month's end; the year's without a date; else one day."""
    by_meter = (
        "WHEN m.monthly THEN CAST(date_trunc('month', i.date) + INTERVAL 1 MONTH AS DATE) " if reading.meters else ""
    )
    return f"COALESCE(i.until, CASE WHEN i.date IS NULL THEN {day(reading.after)} {by_meter}ELSE i.date + 1 END)"


def month_code(reading: Reading) -> str:
    """0 without a date, else 1 for the month in which the year begins, and so on."""
    base = reading.first.year * 12 + reading.first.month - 1
    return f"CASE WHEN i.date IS NULL THEN 0 ELSE year(i.date) * 12 + month(i.date) - {base} END"


def months_of(reading: Reading) -> tuple[str, str]:
    """The first and the last month of a row's period, numbered from 1; a row without a date is of the whole year."""
    base = reading.first.year * 12 + reading.first.month - 1

    def number(day: str) -> str:
        return f"year({day}) * 12 + month({day}) - {base}"

    return number(f"({start(reading)})"), number(f"(({end(reading)}) - 1)")


def origin_code() -> str:
    """The origin's place in ORIGINS; that of UNTOLD_ORIGIN where the row does not say."""
    cases = " ".join(f"WHEN {quote(name)} THEN {number}" for number, name in enumerate(ORIGIN_NAMES))
    return f"CASE i.origin {cases} ELSE {ORIGIN_NAMES.index(UNTOLD_ORIGIN)} END"


def code(reading: Reading) -> str:
    """A group's number, but for the share where that varies."""
    return f"(p.place_no * {MONTHS_CODED} + {month_code(reading)}) * {ORIGINS_CODED} + {origin_code()}"


def share(reading: Reading) -> str:
    """The company's share of a row; of a period over a change the mean of its days."""
    if not reading.varies:
        return "p.share"
    mean = f"(b.before + b.share - a.before) / (({end(reading)}) - ({start(reading)}))"
    several = f"CASE WHEN a.stretch = b.stretch THEN a.share ELSE {mean} END" if reading.spans else "a.share"
    varying = f"ROUND(CASE WHEN i.date IS NULL THEN p.whole_share ELSE {several} END, {SHARE_DIGITS})"
    return f"CASE WHEN NOT p.varies THEN p.share ELSE {varying} END"


def joins(reading: Reading) -> str:
    """FROM of the input with what it is checked by."""
    parts = ["FROM input AS i LEFT JOIN places AS p ON p.place_id = i.site_id"]
    if reading.meters:
        parts.append("LEFT JOIN meters AS m ON m.meter_id = i.meter_id")
    if reading.varies:
        parts.append(f"LEFT JOIN place_days AS a ON a.place_no = p.place_no AND a.day = {start(reading)}")
    if reading.varies and reading.spans:
        parts.append(f"LEFT JOIN place_days AS b ON b.place_no = p.place_no AND b.day = ({end(reading)}) - 1")
    if reading.money:
        parts.append("LEFT JOIN ratios AS x ON x.unit = i.unit AND x.day IS NOT DISTINCT FROM i.date")
    if reading.marked:
        parts.append("LEFT JOIN marked AS k ON k.file_no = i.file_no AND k.row_no = i.row_no")
    return " ".join(parts)


def rules(reading: Reading) -> list[Rule]:
    """Every rule on a row, the gravest first."""
    found = []
    if any("_bad" in source.columns for source in reading.sources):
        found.append(Rule("i._bad_reason", "i._bad", "i._bad IS NOT NULL", "i._bad_found", "i._bad_expected"))
    found += [
        Rule("missing_value", "site_id", "i.site_id IS NULL", "NULL", "a site, a fleet or an entity of the company"),
        Rule(
            "unknown_site",
            "site_id",
            "p.place_no IS NULL",
            "i.site_id",
            "a site, a fleet or an entity of the company that stands",
        ),
        *_offsets(reading),
        *_periods(reading),
    ]
    if reading.has("origin"):
        known = ", ".join(map(quote, ORIGIN_NAMES))
        found.append(
            Rule(
                "unknown_word", "origin", f"i.origin NOT IN ({known})", "i.origin", f"one of {', '.join(ORIGIN_NAMES)}"
            )
        )
    found += [
        Rule("negative_amount", column.name, f"i.{identifier(column.name)} < 0", f"CAST(i.{identifier(column.name)} AS VARCHAR)",
             "0 or more: net a credit note out of the row that it corrects")
        for column in reading.columns
        if column.type == "float" and column.low is not None and column.low >= 0 and reading.has(column.name)
    ]  # fmt: skip
    if reading.meters:
        unknown = "i.meter_id IS NOT NULL AND (m.meter_id IS NULL OR m.site_id <> i.site_id)"
        found.append(Rule("unknown_meter", METER.name, unknown, "i.meter_id", "a meter_id of meters at this site"))
    found.append(
        Rule("outside_boundary", "site_id", f"({share(reading)}) IS NULL OR ({share(reading)}) <= 0", "i.site_id",
             "a site within the boundary by the company's approach on that day")
    )  # fmt: skip
    if reading.money:
        found.append(
            Rule(
                "no_rate",
                "unit",
                "x.unit IS NOT NULL AND x.ratio IS NULL",
                "i.unit",
                "a currency with a rate in rates on that day",
            )
        )
    if reading.marked:
        here = {column.name for column in reading.columns}
        found += [
            Rule(mark.reason, mark.field, f"k.mark = {number}", _found(mark, reading), mark.expected)
            for number, mark in enumerate(MARKS)
            if mark.field in here
        ]
    return found


def _found(mark: Rule, reading: Reading) -> str:
    """What was found of a row that another row makes wrong; of a reading also its days, and the file and row that have them too."""
    if mark.reason != OVERLAPPING:
        return mark.found
    files = " ".join(f"WHEN {number} THEN {quote(name)}" for number, name in enumerate(reading.files))
    days = f"CAST(i.date AS VARCHAR), ' to ', CAST({end(reading)} AS VARCHAR)"
    return f"CONCAT({mark.found}, ', ', {days}, ': days that are in ', CASE k.other_file {files} END, ' row ', k.other_row, ' too')"


OVERLAPPING: Final = "overlapping_meters"
MARKS: Final = (
    Rule("duplicate_id", "activity_id", "", "i.activity_id", "an id that no row of the template's files before it has"),
    Rule(OVERLAPPING, METER.name, "", f"i.{METER.name}", "readings of a meter, and of the meter it hangs behind, on other days"),
    Rule("counted_twice", CARRIER.name, "", f"i.{CARRIER.name}",
         "freight of a carrier at a site in a month once: as tonne-kilometres (kept) or as fuel (this row)"),
)  # fmt: skip
"""Rules that need other rows: which rows they hold of is found beforehand, by set, and joined."""


def _offsets(reading: Reading) -> list[Rule]:
    found = []
    for each in reading.offsets:
        name, _, values = each.partition("\x1f")
        listed = ", ".join(quote(value) for value in values.split("\x1f"))
        text = f"i.{identifier(name)}"
        found.append(
            Rule(
                "offset_in_inventory",
                name,
                f"{text} IN ({listed})",
                text,
                f"an activity; an {CREDIT_TERMS} stands beside gross emissions",
            )
        )
    return found


def _periods(reading: Reading) -> list[Rule]:
    first, after = day(reading.first), day(reading.after)
    ended = end(reading)
    shown = f"CONCAT(CAST(i.date AS VARCHAR), ' to ', CAST({ended} AS VARCHAR))"
    year = f"days from {reading.first} to before {reading.after}"
    if not reading.has("date") and not reading.has("until"):
        return []
    return [
        Rule(
            "missing_value",
            "date",
            "i.until IS NOT NULL AND i.date IS NULL",
            "NULL",
            "the first day of the period that until ends",
        ),
        Rule("period_backwards", "until", "i.until <= i.date", shown, "until: the first day after the period"),
        Rule("outside_year", "date", f"i.date >= {after} OR {ended} <= {first}", shown, year),
        Rule(
            "across_years",
            "date",
            f"i.date < {first} OR {ended} > {after}",
            shown,
            f"{year}: split the row at the year's end",
        ),
    ]


def fault(reading: Reading) -> str:
    """The number of the first rule that refuses a row, from 1; 0: none."""
    cases = " ".join(f"WHEN {rule.when} THEN {number}" for number, rule in enumerate(rules(reading), 1))
    return f"CASE {cases} ELSE 0 END"


def chosen(reading: Reading) -> list[str]:
    """What the written file holds: the method's columns, the share, and where the row stands in the user's file."""
    method = method_of(reading.template)
    names = {column.name: column for column in (method.columns if method else reading.columns)}
    cells = []
    told = {each.name for each in reading.columns}
    for name, column in names.items():
        if name == "share" or not (reading.has(name) or column.required or name == "region"):
            continue  # to the method an absent column is an empty one, and costs nothing
        cell = f"i.{identifier(name)}" if name in told else f"CAST(NULL AS {SQL_TYPES[column.type]})"
        if name == "site_id":
            cell = "g.group_id"
        elif name == "region":
            cell = "COALESCE(i.region, p.place_region)"
        elif name == "amount" and reading.money:
            cell = "CASE WHEN x.ratio IS NULL THEN i.amount ELSE i.amount * x.ratio END"
        elif name == "unit" and reading.money:
            cell = f"CASE WHEN x.ratio IS NULL THEN i.unit ELSE {quote(TARGET_UNIT)} END"
        cells.append(f"{cell} AS {identifier(name)}")
    cells.append("g.share AS share")
    if reading.money:
        cells += [
            "CASE WHEN x.ratio IS NOT NULL THEN i.amount END AS given_amount",
            "CASE WHEN x.ratio IS NOT NULL THEN i.unit END AS given_unit",
        ]
    files = " ".join(f"WHEN {number} THEN {quote(name)}" for number, name in enumerate(reading.files))
    return [*cells, f"CASE i.file_no {files} END AS source_file", "i.row_no AS source_row"]
