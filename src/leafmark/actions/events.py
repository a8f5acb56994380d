"""From a run's entries to the ledger's events: whole milligrams, an id and a fingerprint each.

The engine's sum of an act is whole micrograms; an event holds milligrams, cut off toward zero, so that no act is credited a
milligram it does not have; parts add up in micrograms in the run, and events add up in milligrams among themselves. An act
with a refused line is refused with that line's reason, never counted by its other lines.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from leafmark.actions.judged import Judged
from leafmark.actions.kinds import KINDS
from leafmark.engine import tables
from leafmark.engine.closing import write_table
from leafmark.engine.inputs import identifier, quote
from leafmark.engine.run import Run
from leafmark.engine.schema import ENTRY_SCHEMA

EVENTS_SCHEMA = pa.schema([
    ("account_id", pa.int64()), ("event_id", pa.int64()), ("programme", pa.string()), ("action", pa.string()),
    ("method_id", pa.string()), ("quantity", pa.int64()), ("occurred_day", pa.date32()), ("source", pa.string()),
    ("evidence", pa.string()), ("fingerprint", pa.int64()), ("co2e_mg", pa.int64()),
])  # fmt: skip
"""Columns of `events.parquet`: what the ledger takes in."""

UG_PER_MG = 1000
_SEPARATOR = "chr(31)"


def event_id() -> str:
    """SQL of an event's id: `ledger.id_of` over programme and the client's own id of the act."""
    return _id_of(("programme", "activity_id"))


def fingerprint() -> str:
    """SQL of what two reports of one act share: `ledger.fingerprint` over account, action, document and bucket."""
    return _id_of(("CAST(TRY_CAST(account_id AS BIGINT) AS VARCHAR)", "action", "document", bucket()))


def _id_of(parts: tuple[str, ...]) -> str:
    """SQL of the first 8 bytes of SHA-256, big endian and signed; a test holds it to `ledger.id_of`."""
    number = f"CAST('0x' || left(sha256({f' || {_SEPARATOR} || '.join(parts)}), 16) AS UBIGINT)"
    return f"CAST(CASE WHEN {number} >= 9223372036854775808 THEN CAST({number} AS HUGEINT) - 18446744073709551616 ELSE {number} END AS BIGINT)"


def bucket() -> str:
    """SQL of the stretch of time in which a document stands for one act."""
    shapes = {"once": "'once'", "day": "CAST(date AS VARCHAR)", "year": "left(CAST(date AS VARCHAR), 4)"}
    cases = " ".join(f"WHEN {quote(kind.action)} THEN {shapes[kind.bucket]}" for kind in KINDS)
    return f"CASE action {cases} END"


def refuse_of_run(judged: Judged, name: str, run: Run, lines: Path) -> int:
    """Refuse the acts that a run of their lines speaks against; how many."""
    return _refuse_unmet(judged, name, run, lines) + _refuse_unlike(judged, name, run)


def make(judged: Judged, runs: dict[str, Run]) -> tuple[pa.Table, pa.Table]:
    """Events of all acts with a result, and all refused acts.

    Parameters
    ----------
    runs : by method `id@version`: the finished runs, of accepted acts alone.
    """
    grams = ['SELECT act_id, CAST(0 AS BIGINT) AS ug FROM "sound none"']
    for run in runs.values():
        products = tables.scan(run.path / "products.parquet")
        grams.append(f"SELECT CAST(product_id AS VARCHAR) AS act_id, co2e_ug AS ug FROM {products}")
    judged.keep("grams", " UNION ALL ".join(grams))
    every = " UNION ALL BY NAME ".join(
        f"SELECT act_id, activity_id, account_id, programme, action, method_id, whole_quantity, date, source, evidence, document "
        f"FROM {identifier(table)}" for table in ("sound none", *(f"sound {name}" for name in runs))
    )  # fmt: skip
    events = judged.arrow(f"""
        SELECT TRY_CAST(a.account_id AS BIGINT) AS account_id, {event_id()} AS event_id, a.programme, a.action, a.method_id,
          CAST(a.whole_quantity AS BIGINT) AS quantity, a.date AS occurred_day, a.source, a.evidence,
          {fingerprint()} AS fingerprint, CAST(g.ug // {UG_PER_MG} AS BIGINT) AS co2e_mg
        FROM ({every}) AS a INNER JOIN grams AS g ON g.act_id = a.act_id
        WHERE a.act_id NOT IN (SELECT activity_id FROM refused_in_runs) ORDER BY event_id""")  # fmt: skip
    refused = judged.arrow("SELECT * FROM refused ORDER BY file, row, field, reason")
    return events.cast(EVENTS_SCHEMA), refused


def _refuse(judged: Judged, name: str, found: str) -> int:
    """Refuse acts by (act_id, place, field, reason, found, expected), each once: by the first of its lines."""
    judged.keep("found_now", f"""
        SELECT s._file AS file, s._row AS row, s.activity_id, s.programme, s.action, f.field, f.reason, f.found, f.expected
        FROM {identifier(f"sound {name}")} AS s INNER JOIN
          (SELECT *, row_number() OVER (PARTITION BY act_id ORDER BY place, field, reason) AS nth FROM ({found})) AS f
          ON f.act_id = s.act_id AND f.nth = 1
        WHERE s.act_id NOT IN (SELECT activity_id FROM refused_in_runs)""")  # fmt: skip
    judged.refuse("SELECT * FROM found_now")
    judged.connection.execute("INSERT INTO refused_in_runs SELECT activity_id FROM found_now")
    return int(judged.connection.execute("SELECT count(*) FROM found_now").fetchall()[0][0])


def _refuse_unmet(judged: Judged, name: str, run: Run, lines: Path) -> int:
    """Acts with a line that the engine refused: the line's reason, its term named."""
    rejected = tables.scan(run.path / "rejected.parquet")
    return _refuse(judged, name, f"""
        SELECT l.act_id, l.term_no AS place, r.field || ' of ' || l.term AS field, r.reason, r.found, r.expected FROM {rejected} AS r
        INNER JOIN read_parquet({quote(str(lines))}) AS l ON l.activity_id = r.activity_id""")  # fmt: skip


def _refuse_unlike(judged: Judged, name: str, run: Run) -> int:
    """Acts whose baseline and project met factors of two boundaries (whole chain; as published) or of two years."""
    act = judged.methods[name].act
    if act is None or not act.alike:
        return 0
    entries = tables.scan(run.path / "entries.parquet")
    alike = (
        "regexp_extract(factor_id, ':(\\d{4})', 1) || CASE WHEN contains(factor_id, ':unit:') THEN ' as published' "
        "ELSE ' whole chain' END"
    )
    return _refuse(judged, name, f"""
        SELECT act_id, 0 AS place, 'factors' AS field, 'unlike' AS reason, least_alike || ' | ' || most_alike AS found,
          'one boundary and one year on both sides' AS expected
        FROM (SELECT subject_id AS act_id, min({alike}) AS least_alike, max({alike}) AS most_alike FROM {entries}
          WHERE starts_with(factor_id, {quote(act.alike + ".")}) GROUP BY subject_id)
        WHERE least_alike <> most_alike""")  # fmt: skip


def entries_of(judged: Judged, runs: dict[str, Run], path: Path) -> None:
    """Write the entries of all runs as one table, each with its act's `evidence`: audited totals leave class D out."""
    if not runs:
        write_table(pa.schema([*ENTRY_SCHEMA, ("evidence", pa.string())]).empty_table(), path)
        return
    found = " UNION ALL ".join(
        f"SELECT e.*, s.evidence FROM {tables.scan(run.path / 'entries.parquet')} AS e "
        f"INNER JOIN {identifier(f'sound {name}')} AS s ON s.act_id = e.subject_id"
        for name, run in runs.items()
    )
    kept = f"SELECT * FROM ({found}) ORDER BY subject_id, activity_id"
    judged.connection.execute(f"COPY ({kept}) TO {quote(str(path))} (FORMAT parquet, COMPRESSION zstd)")
