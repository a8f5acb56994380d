"""Mints and comparisons as one table of effects in DuckDB: judged by rule, each once, its grams in whole micrograms.

    mints (a table, or a ledger's export)         \\
                                                    > effects: id, programme, action, participant, day, statement, evidence, ug
    comparisons (entries of the book `impact`)    /

Every row of the input is in exactly one of `effects` and the flags. Entries of another book are an error, not a flag.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb

from leafmark.engine.inputs import quote
from leafmark.engine.unreadable import unreadable
from leafmark.inventory.book import InventoryError
from leafmark.inventory.impact.entries import check_entries
from leafmark.inventory.impact.tables import EVIDENCE, MINTS, PEOPLE, STATEMENTS
from leafmark.inventory.small_tables import Flags, Row

UG_PER_MG: Final = 1000
NEEDED: Final = tuple(each.name for each in MINTS if each.required)
_EXPECTED: Final = f"mints, CSV in UTF-8 or Parquet, with {', '.join(NEEDED)}"
_DAY_ZERO: Final = "DATE '2000-01-01'"
"""Days of a ledger's export are counted from here (docs/ledger.md)."""


def load_mints(connection: duckdb.DuckDBPyConnection, folder: Path, archive: str | None) -> str:
    """Make the table `given` of mints, as texts, with a row number each; the file's name for flags.

    Raises
    ------
    InventoryError : a file or column is missing, or mints are there twice.
    """
    there = [file for file in (folder / "mints.csv", folder / "mints.parquet") if file.is_file()]
    if len(there) + (archive is not None) > 1:
        raise InventoryError(
            f"{folder}: mints stand more than once ({', '.join([*map(str, there), *([f'[ledger] archive {archive}'] if archive else [])])}); "
            "their grams would count twice: name one"
        )
    if archive is not None:
        return _of_archive(connection, folder / archive)
    if not there:
        nothing = ", ".join(f"CAST(NULL AS VARCHAR) AS {each.name}" for each in MINTS)
        connection.execute(
            f"CREATE TABLE given AS SELECT * FROM (SELECT CAST(0 AS BIGINT) AS row, {nothing}) WHERE FALSE"
        )
        return "mints"
    file = there[0]
    path = quote(str(file))
    scan = f"read_csv({path}, header = true, all_varchar = true)" if file.suffix == ".csv" else f"read_parquet({path})"
    try:
        if not file.stat().st_size:  # which DuckDB takes for a CSV of one column
            raise InventoryError(unreadable(file, expected=_EXPECTED))
        names = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()]
        lacking = [name for name in NEEDED if name not in names]
        if lacking:
            raise InventoryError(
                f"{file}: lacks the column {', '.join(lacking)}; expected {', '.join(each.name for each in MINTS)}"
            )
        cells = [f"CAST({each.name if each.name in names else 'NULL'} AS VARCHAR) AS {each.name}" for each in MINTS]
        connection.execute(f"CREATE TABLE given AS SELECT row_number() OVER () AS row, {', '.join(cells)} FROM {scan}")
    except duckdb.Error as fault:
        raise InventoryError(unreadable(file, fault, _EXPECTED)) from fault
    return file.name


def _of_archive(connection: duckdb.DuckDBPyConnection, archive: Path) -> str:
    """Mints of a ledger's export: events with their corrections; those taken back are none. It holds no person's name."""
    lacking = [
        f"{name}.parquet" for name in ("event", "terms", "adjustment") if not (archive / f"{name}.parquet").is_file()
    ]
    if lacking:
        raise InventoryError(
            f"{archive}: lacks {', '.join(lacking)}; expected a folder that leafmark ledger export wrote"
        )
    event, terms, adjustment = (
        f"read_parquet({quote(str(archive / f'{name}.parquet'))})" for name in ("event", "terms", "adjustment")
    )
    connection.execute(f"""
        CREATE TABLE given AS
        SELECT row_number() OVER (ORDER BY e.account_id, e.event_id) AS row, e.account_id || '/' || e.event_id AS mint_id, t.programme,
          t.action, CAST(NULL AS VARCHAR) AS participant, CAST(CAST({_DAY_ZERO} + CAST(e.occurred_day AS INTEGER) AS DATE) AS VARCHAR) AS day,
          CASE e.statement WHEN 'A' THEN 'avoided' ELSE 'participant_reduction' END AS statement, e.evidence AS evidence,
          CAST(e.co2e_mg + coalesce(d.co2e_mg, 0) AS VARCHAR) AS co2e_mg, t.method_id, CAST(NULL AS VARCHAR) AS run_id,
          CAST(NULL AS VARCHAR) AS subject_id
        FROM {event} AS e JOIN {terms} AS t ON t.terms = e.terms LEFT JOIN (
          SELECT account_id, event_id, CAST(sum(co2e_mg) AS BIGINT) AS co2e_mg, bool_or(kind <> 'correction') AS taken_back
          FROM {adjustment} WHERE event_id IS NOT NULL GROUP BY account_id, event_id) AS d
          ON d.account_id = e.account_id AND d.event_id = e.event_id
        WHERE e.statement IN ('A', 'R') AND NOT coalesce(d.taken_back, FALSE)""")
    return "event.parquet"


def judge_mints(
    connection: duckdb.DuckDBPyConnection,
    file: str,
    programmes: Sequence[str],
    participants: Sequence[Row],
    flags: Flags,
) -> None:
    """Make `effects` of the sound mints; the others are flagged, each by the first demand it does not meet."""
    _participants(connection, participants)
    missing = " ".join(
        f"WHEN g.{name} IS NULL OR trim(g.{name}) = '' THEN {_why(name, 'missing_value', 'nothing', name)}"
        for name in NEEDED
    )
    demands = f"""CASE {missing}
      WHEN g.nth > 1 THEN {_why("mint_id", "duplicate_id", None, "an id that no row above has")}
      WHEN g.programme NOT IN ({_words(programmes)}) THEN {_why("programme", "unknown_programme", None, ", ".join(programmes))}
      WHEN TRY_CAST(g.day AS DATE) IS NULL THEN {_why("day", "unreadable", None, "a day as YYYY-MM-DD")}
      WHEN g.statement NOT IN ({_words(STATEMENTS)}) THEN {_why("statement", "not_minted", None, " or ".join(STATEMENTS))}
      WHEN g.evidence NOT IN ({_words(EVIDENCE)}) THEN {_why("evidence", "unknown_word", None, ", ".join(EVIDENCE))}
      WHEN NOT regexp_full_match(g.co2e_mg, '-?[0-9]{{1,16}}')
        THEN {_why("co2e_mg", "unreadable", None, "whole milligrams, at most 16 digits")}
      WHEN g.statement = 'participant_reduction' AND g.whose IS NULL
        THEN {_why("participant", "no_participant", "nothing", "whose own inventory fell, here or in participants")} END"""
    connection.execute(f"""
        CREATE TABLE judged AS SELECT g.*, {demands} AS refusal FROM (
          SELECT m.*, row_number() OVER (PARTITION BY m.mint_id ORDER BY m.row) AS nth,
            coalesce(m.participant, a.participant, p.participant) AS whose
          FROM given AS m
          LEFT JOIN named AS a ON a.programme = m.programme AND a.action = m.action
          LEFT JOIN named AS p ON p.programme = m.programme AND p.action IS NULL) AS g""")
    connection.execute(f"""
        CREATE TABLE effects AS SELECT 'mint' AS origin, mint_id AS id, programme, action, coalesce(whose, {quote(PEOPLE)}) AS participant,
          CAST(day AS DATE) AS day, statement, evidence, CAST(co2e_mg AS HUGEINT) * {UG_PER_MG} AS ug, method_id, run_id, subject_id
        FROM judged WHERE refusal IS NULL""")
    refused = connection.execute(
        "SELECT row, mint_id, refusal FROM judged WHERE refusal IS NOT NULL ORDER BY row"
    ).fetchall()
    for number, name, why in refused:
        flags.rows.append(
            {"file": file, "row": number, "activity_id": name, "template": None, **why, "effect": "refused"}
        )


def _participants(connection: duckdb.DuckDBPyConnection, rows: Sequence[Row]) -> None:
    connection.execute("CREATE TABLE named (programme VARCHAR, action VARCHAR, participant VARCHAR)")
    seen: dict[tuple[str, str | None], str] = {}
    for row in rows:
        key = (row.text("programme"), row["action"])
        if seen.setdefault(key, row.text("participant")) != row.text("participant"):
            raise InventoryError(
                f"{row.file} row {row.number}: {key[0]}, {key[1] or 'every action'} has two participants; name one"
            )
    for (programme, action), participant in seen.items():
        connection.execute("INSERT INTO named VALUES (?, ?, ?)", [programme, action, participant])


def _words(words: Sequence[str]) -> str:
    return ", ".join(quote(each) for each in words) or "''"


def _why(field: str, reason: str, found: str | None, expected: str) -> str:
    told = f"g.{field}" if found is None else quote(found)
    return f"{{'field': {quote(field)}, 'reason': {quote(reason)}, 'found': left({told}, 200), 'expected': {quote(expected)}}}"


def add_comparisons(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    rows: Sequence[Row],
    programmes: Mapping[str, Any],
    flags: Flags,
) -> list[Path]:
    """Add the subjects of comparison files to `effects`: each is one effect, the sum of its entries; the files.

    A file or subject counts once: a second time, or beside a mint that cites it, it is refused.

    Raises
    ------
    InventoryError : a file holds no entries. MixedBooksError : entries of another book.
    """
    files: list[Path] = []
    for row in rows:
        file = (folder / row.text("file")).resolve()
        if not _sound(row, programmes, flags):
            continue
        if file in files:
            flags.add(row, "file", "same_effect", row["file"], "a file that no row above names")
            continue
        check_entries(file)
        files.append(file)
        connection.execute(f"""
            INSERT INTO effects SELECT 'comparison', run_id || ' ' || subject_id, {quote(row.text("programme"))}, any_value(method_id),
              {quote(row.text("participant") or PEOPLE)}, min(date), {quote(row.text("statement"))}, {quote(row.text("evidence"))},
              sum(co2e_ug)::HUGEINT, any_value(method_id), run_id, subject_id
            FROM read_parquet({quote(str(file))}) GROUP BY run_id, subject_id""")
    connection.execute("""
        CREATE TABLE again AS SELECT rowid AS position, id FROM (
          SELECT rowid, id, origin, row_number() OVER (PARTITION BY run_id, subject_id ORDER BY origin DESC, rowid) AS nth FROM effects
          WHERE run_id IS NOT NULL AND subject_id IS NOT NULL) WHERE nth > 1""")
    for (name,) in connection.execute("SELECT id FROM again ORDER BY position").fetchall():
        flags.add(None, "subject_id", "same_effect", name, "an act that counts once: as a mint, or in one comparison",
                  file="comparisons", about=name)  # fmt: skip
    connection.execute("DELETE FROM effects WHERE rowid IN (SELECT position FROM again)")
    return files


def _sound(row: Row, programmes: Mapping[str, Any], flags: Flags) -> bool:
    if row.text("programme") not in programmes:
        flags.add(row, "programme", "unknown_programme", row["programme"], ", ".join(programmes))
    elif row["statement"] not in STATEMENTS:
        flags.add(row, "statement", "not_minted", row["statement"], " or ".join(STATEMENTS))
    elif row["evidence"] not in EVIDENCE:
        flags.add(row, "evidence", "unknown_word", row["evidence"], ", ".join(EVIDENCE))
    elif row["statement"] == "participant_reduction" and not row["participant"]:
        flags.add(row, "participant", "no_participant", "nothing", "whose own inventory fell")
    else:
        return True
    return False
