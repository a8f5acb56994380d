"""Checks that bills and order lines share: ranges, entries, the rejected, and the run's own totals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leafmark.engine import tables
from leafmark.engine.pack_places import pack_folder
from leafmark.engine.schema import ENTRY_SCHEMA, REASONS, STAGES
from leafmark.engine.verify_findings import Audit
from leafmark.factors.gwp import GASES

_SQL_TYPES = {"string": "VARCHAR", "int8": "TINYINT", "int32": "INTEGER", "int64": "BIGINT", "date32[day]": "DATE"}
ENTRY_COLUMNS = {each.name: _SQL_TYPES[str(each.type)] for each in ENTRY_SCHEMA if str(each.type) in _SQL_TYPES}
REJECTED_COLUMNS = {name: "BIGINT" if name == "row" else "VARCHAR" for name in
                    ("file", "row", "activity_id", "field", "reason", "found", "expected")}  # fmt: skip
_ENTRY = "'subject_id ' || COALESCE(subject_id, 'NULL') || COALESCE(', ' || stage, '') || COALESCE(', ' || date, '') || COALESCE(', ' || tier, '')"
_GAS_SLACK = 1e-6
"""Gases are rounded factor by factor, in entries over few lines and in the run's total over many."""


def open_tables(audit: Audit, wanted: Mapping[str, dict[str, str]]) -> set[str]:
    """Name the tables that the run must have; those that are there, readable, and have their columns."""
    audit.begin("tables")
    there = {name for name, columns in wanted.items() if audit.view(name) and audit.has(name, columns)}
    if "entries" not in wanted and tables.exists(audit.run.path / "entries.parquet"):
        audit.fault("entries.parquet", None, None, "a table", "none: the run was made with no_entries")
    return there


def within_range(audit: Audit, table: str, row: str) -> None:
    """low <= value <= high."""
    audit.none(
        f"{table}.parquet", "low_ug", f"SELECT {row}, low_ug, 'at most ' || co2e_ug FROM {table} WHERE low_ug > co2e_ug"
    )
    audit.none(
        f"{table}.parquet",
        "high_ug",
        f"SELECT {row}, high_ug, 'at least ' || co2e_ug FROM {table} WHERE high_ug < co2e_ug",
    )


def total_is_null_of_nothing(audit: Audit, nothing: bool) -> None:
    """The run's total is NULL exactly where no line was accepted: that is not known, and not 0."""
    audit.begin("missing or zero")
    for name in ("co2e_ug", "low_ug", "high_ug", "gwp_native_share"):
        value = audit.record["totals"][name]
        if (value is None) != nothing:
            expected = "nothing: no line was accepted" if nothing else "a value: a line was accepted"
            audit.fault("run.json", None, f"totals.{name}", value, expected)


def total_ug(audit: Audit) -> int:
    """The run's total as its parts add up to it: 0 where there is none."""
    return int(audit.record["totals"]["co2e_ug"] or 0)


def ordered(audit: Audit, name: str, group: dict[str, Any]) -> None:
    """low <= value <= high of a total in `run.json`; of one that lacks any, `total_is_null_of_nothing` tells."""
    if None in (group["low_ug"], group["co2e_ug"], group["high_ug"]):
        return
    if not group["low_ug"] <= group["co2e_ug"] <= group["high_ug"]:
        audit.fault("run.json", None, name, f"low {group['low_ug']}, value {group['co2e_ug']}, high {group['high_ug']}",
                    "low <= value <= high")  # fmt: skip


def rejected_are_counted(audit: Audit) -> None:
    """Lines in = accepted + rejected, and the rejected are those of `rejected.parquet`, each once, by reason."""
    record = audit.record
    audit.begin("lines")
    accepted, rejected = record["lines_accepted"], record["lines_rejected"]
    audit.same("run.json", "lines_accepted", accepted, record["lines_in"] - rejected)
    audit.same("run.json", "lines_in", record["lines_in"], record["inputs"][0]["rows"])
    coverage = accepted / record["lines_in"] if record["lines_in"] else None
    audit.same("run.json", "coverage_lines", record["coverage_lines"], coverage)
    audit.begin("tables")
    if not (audit.view("rejected") and audit.has("rejected", REJECTED_COLUMNS)):
        return
    audit.begin("rejected lines")
    counts = dict(audit.ask("SELECT reason, COUNT(*) FROM rejected GROUP BY reason"))
    audit.same("run.json", "lines_rejected", rejected, sum(counts.values()))
    recorded = record["rejected_by_reason"]
    for reason in sorted({*recorded, *counts}, key=str):
        audit.same("run.json", f"rejected_by_reason.{reason}", recorded.get(reason, 0), counts.get(reason, 0))
        if reason not in REASONS:
            audit.fault("rejected.parquet", None, "reason", reason, "a reason of the closed list (docs/reasons.md)")
    row = "COALESCE(file, 'NULL') || ' row ' || COALESCE(CAST(\"row\" AS VARCHAR), 'NULL')"
    audit.none("rejected.parquet", "row", f"SELECT {row}, COUNT(*) || ' rows', '1 row, with its file and number' FROM rejected "
               'GROUP BY file, "row" HAVING COUNT(*) > 1 OR file IS NULL OR "row" IS NULL')  # fmt: skip
    audit.none("rejected.parquet", "row", f"SELECT {row}, \"row\", '1 to {record['lines_in']}' FROM rejected WHERE \"row\" NOT "
               f"BETWEEN 1 AND {record['lines_in']}")  # fmt: skip
    audit.none(
        "rejected.parquet",
        "field",
        f"SELECT {row}, field, 'the field that was refused' FROM rejected WHERE field IS NULL",
    )


def entries_are_sound(audit: Audit) -> None:
    """Every entry is this run's, in order, of a stage of the list, and its gases add up to it."""
    record, method = audit.record, audit.record["method"]
    file = "entries.parquet"
    audit.begin("ranges")
    within_range(audit, "entries", _ENTRY)
    audit.begin("entries")
    must = {
        "run_id": record["run_id"],
        "book": method["book"],
        "method_id": method["id"],
        "method_version": method["version"],
    }
    for column, value in must.items():
        audit.none(file, column, f"SELECT {_ENTRY}, {column}, '{value}' FROM entries WHERE CAST({column} AS VARCHAR) IS DISTINCT "
                   f"FROM '{value}'")  # fmt: skip
    for column in ("co2e_ug", "low_ug", "high_ug", "factor_id", "factor_level", "tier"):
        audit.none(file, column, f"SELECT {_ENTRY}, NULL, 'a value' FROM entries WHERE {column} IS NULL")
    listed = ", ".join(f"'{stage}'" for stage in STAGES)
    audit.none(
        file,
        "stage",
        f"SELECT {_ENTRY}, stage, 'one of {listed.replace(chr(39), '')}' FROM entries WHERE stage NOT IN ({listed})",
    )
    _factors_are_pinned(audit)
    kind = next(each[1] for each in audit.ask("DESCRIBE entries") if each[0] == "gases")
    if not kind.startswith("STRUCT"):
        return  # a run made before entries had their gases
    parts = " + ".join(f"COALESCE(CAST(gases.{gas}_ug AS HUGEINT), 0)" for gas in GASES)
    audit.none(
        file, "gases", f"SELECT {_ENTRY}, ({parts}) || ' together', co2e_ug FROM entries WHERE {parts} <> co2e_ug"
    )
    _gases_of_the_total(audit)


def _factors_are_pinned(audit: Audit) -> None:
    """Every factor named is one of the pinned packs', as far as those can be read; a recipe names several."""
    files = [pack_folder(audit.run.path, each) / "factors.csv" for each in audit.record["packs"]]
    if not all(file.is_file() for file in files):
        return  # told by the check of the packs
    listing = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    audit.none("entries.parquet", "factor_id", "WITH used AS (SELECT DISTINCT factor_id FROM entries), named AS (SELECT factor_id, "
               "UNNEST(string_split(factor_id, ' + ')) AS one FROM used) SELECT 'factor_id ' || factor_id, one, 'a factor of the "
               f"pinned packs' FROM named WHERE one NOT IN (SELECT trim(factor_id) FROM read_csv([{listing}], header = true, "
               "all_varchar = true, delim = ',', quote = '\"', escape = '\"', union_by_name = true) WHERE factor_id IS NOT NULL)")  # fmt: skip


def _gases_of_the_total(audit: Audit) -> None:
    recorded = audit.record["totals"]["by_gas_ug"]
    sums = audit.one("SELECT COUNT(*), COALESCE(SUM(ABS(CAST(co2e_ug AS DOUBLE))), 0), "
                     + ", ".join(f"COALESCE(SUM(gases.{gas}_ug), 0)" for gas in GASES) + " FROM entries")  # fmt: skip
    slack = float(sums[1]) * _GAS_SLACK + int(sums[0])
    for gas, found in zip(GASES, sums[2:], strict=True):
        if abs(recorded.get(gas, 0) - int(found)) > slack:
            audit.fault(
                "run.json",
                None,
                f"totals.by_gas_ug.{gas}",
                recorded.get(gas, 0),
                f"about {found}, as the entries add up",
            )


def totals_are(audit: Audit) -> None:
    """The entries' sums by scope and category are those of `run.json`."""
    audit.begin("sums of entries")
    totals = audit.record["totals"]
    rows = audit.ask("SELECT scope, category, SUM(co2e_ug) FROM entries GROUP BY scope, category")
    book = str(audit.record["method"]["book"])
    found = {_scope(scope, category, book): int(ug) for scope, category, ug in rows}
    for name in sorted({*found, *totals["by_scope_ug"]}):
        audit.same("run.json", f"totals.by_scope_ug.{name}", totals["by_scope_ug"].get(name, 0), found.get(name, 0))
    audit.same("run.json", "totals.co2e_ug", total_ug(audit), sum(found.values()))


def _scope(scope: int | None, category: int | None, book: str) -> str:
    return book if not scope else f"scope {scope}" + (f" category {category}" if category else "")


def record_adds_up(audit: Audit) -> None:
    """The totals inside `run.json` agree with each other."""
    audit.begin("totals")
    totals = audit.record["totals"]
    ordered(audit, "totals", totals)
    for name in ("by_scope_ug", "by_gas_ug", "by_stage_ug"):
        if name in totals:
            audit.same("run.json", f"totals.{name}", sum(totals[name].values()), total_ug(audit))
