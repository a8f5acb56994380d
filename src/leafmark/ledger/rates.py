"""What the acts of each day were to earn, and where they were to be reported, by the catalogue of the batch they came in.

Catalogues are read as JSON and not by `catalogue.py`, and laid out as tables; table `rate` then holds a row for every
catalogue, terms and day that events stand under, so that 5 million events are judged by one join.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import duckdb

from leafmark.ledger.columns import LETTERS

NEEDED = ("catalogue", "terms", "batch", "event")
DAY_ZERO = dt.date(2000, 1, 1)

LAYOUT = """
CREATE OR REPLACE TABLE catalogue_number (catalogue VARCHAR, catalogue_no INTEGER);
CREATE OR REPLACE TABLE action (
  catalogue_no INTEGER, terms SMALLINT, valid_from INTEGER, valid_to INTEGER, evidence_minimum VARCHAR, earns BIGINT,
  points_per VARCHAR, own_statement VARCHAR, acceptance_days INTEGER, quantity_max BIGINT, co2e_mg_max BIGINT);
CREATE OR REPLACE TABLE campaign (
  catalogue_no INTEGER, terms SMALLINT, valid_from INTEGER, valid_to INTEGER, numerator BIGINT, denominator BIGINT);
CREATE OR REPLACE TABLE own (catalogue_no INTEGER, terms SMALLINT, year INTEGER)
"""

RATES = """
CREATE OR REPLACE TABLE posted AS
SELECT b.batch, c.catalogue_no, b.posted_on FROM batch b LEFT JOIN catalogue_number c ON c.catalogue = b.catalogue;
CREATE OR REPLACE TABLE rate AS
SELECT DISTINCT k.catalogue_no, k.terms, k.occurred_day, a.* EXCLUDE (catalogue_no, terms), c.numerator, c.denominator,
  CASE WHEN a.own_statement <> 'P' AND o.year IS NOT NULL THEN 'O' ELSE a.own_statement END AS reported
FROM (SELECT DISTINCT p.catalogue_no, e.terms, e.occurred_day FROM event e JOIN posted p ON p.batch = e.batch) k
JOIN action a ON a.catalogue_no = k.catalogue_no AND a.terms = k.terms
LEFT JOIN campaign c ON c.catalogue_no = k.catalogue_no AND c.terms = k.terms
  AND k.occurred_day >= c.valid_from AND k.occurred_day < c.valid_to
LEFT JOIN own o ON o.catalogue_no = k.catalogue_no AND o.terms = k.terms
  AND o.year = year(DATE '2000-01-01' + k.occurred_day::INTEGER);
CREATE OR REPLACE VIEW judged AS
SELECT e.*, p.posted_on, r.* EXCLUDE (catalogue_no, terms, occurred_day), s.source IS NOT NULL AS source_known,
  p.batch IS NOT NULL AS batch_known,
  CASE WHEN e.co2e_mg < 0 OR e.quantity = 0 THEN 0 ELSE (r.earns::HUGEINT * CASE r.points_per WHEN 'act' THEN 1 WHEN 'quantity' THEN e.quantity
    WHEN 'kg' THEN e.co2e_mg // 1000000 END * coalesce(r.numerator, 1)) // coalesce(r.denominator, 1) END AS expected_points
FROM event e LEFT JOIN posted p ON p.batch = e.batch
LEFT JOIN rate r ON r.catalogue_no = p.catalogue_no AND r.terms = e.terms AND r.occurred_day = e.occurred_day
LEFT JOIN source s ON s.source = e.source
"""

Fault = tuple[str, str, str]
"""Table, what was found, what was expected."""


def lay_out(database: duckdb.DuckDBPyConnection) -> Iterator[Fault]:
    """Make the tables of terms, and tell what is wrong with the store's catalogues and terms themselves."""
    database.execute(LAYOUT)
    terms = database.execute("SELECT * FROM terms ORDER BY terms").fetchall()
    known: dict[tuple[Any, ...], dict[str, Any]] = {}
    for number, (sha256, text) in enumerate(
        database.execute("SELECT sha256, body FROM catalogue ORDER BY number").fetchall()
    ):
        made = hashlib.sha256(text.encode()).hexdigest()
        if made != sha256:
            yield "catalogue", f"the text kept under {sha256[:16]} hashes to {made[:16]}", "the text that was loaded"
        database.execute("INSERT INTO catalogue_number VALUES (?, ?)", (sha256, number))
        try:
            known |= _one(database, number, json.loads(text), terms)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            yield (
                "catalogue",
                f"{sha256[:16]} is no catalogue ({type(error).__name__}: {error})",
                "actions, campaigns and own",
            )
    for row in terms:
        if row[1:4] not in known:
            yield (
                "terms",
                f"terms {row[0]}, {row[1]}/{row[2]} version {row[3]}, stand in no catalogue",
                "terms that were loaded",
            )
        else:
            yield from _of_terms(row, known[row[1:4]])
    missing = known.keys() - {row[1:4] for row in terms}
    for programme, action, version in sorted(missing):
        yield "terms", f"no row for {programme}/{action} version {version}", "a row for every action of a catalogue"
    database.execute(RATES)


def _one(
    database: duckdb.DuckDBPyConnection, number: int, catalogue: dict[str, Any], terms: list[tuple[Any, ...]]
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Lay out one catalogue under the store's numbers of its terms; the actions it names."""
    numbers: dict[tuple[Any, ...], int] = {}
    for row in terms:
        numbers[row[1:4]] = row[0]
    of_action: dict[tuple[str, str], list[int]] = {}
    named: dict[tuple[Any, ...], dict[str, Any]] = {}
    for each in catalogue["actions"]:
        key = (each["programme"], each["action"], each["version"])
        named[key] = each
        if key not in numbers:
            continue
        of_action.setdefault(key[:2], []).append(numbers[key])
        database.execute("INSERT INTO action VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (
            number, numbers[key], _day(each["valid_from"]), _day(each["valid_to"]), each["evidence_minimum"], each["points"],
            each["points_per"], LETTERS[each["statement"]], each["acceptance_days"], each["quantity_max"], each["co2e_mg_max"],
        ))  # fmt: skip
    for each in catalogue["campaigns"]:
        for number_of_terms in of_action.get((each["programme"], each["action"]), []):
            days = _day(each["valid_from"]), _day(each["valid_to"])
            database.execute("INSERT INTO campaign VALUES (?, ?, ?, ?, ?, ?)", (
                number, number_of_terms, *days, each["numerator"], each["denominator"]))  # fmt: skip
    for each in catalogue["own"]:
        for number_of_terms in of_action.get((each["programme"], each["action"]), []):
            database.execute("INSERT INTO own VALUES (?, ?, ?)", (number, number_of_terms, each["year"]))
    return named


def _of_terms(row: tuple[Any, ...], loaded: dict[str, Any]) -> Iterator[Fault]:
    """Whether a row of `terms`, and its text, are what the catalogue says, whose hash the batches hold."""
    number, programme, action, version, method_id, cap_points, cap_period, body = row
    try:
        same = json.loads(body) == loaded
    except ValueError:
        same = False
    if not same:
        yield (
            "terms",
            f"the text of terms {number} reads {body}",
            json.dumps(loaded, sort_keys=True, ensure_ascii=False),
        )
    told = [loaded[name] for name in ("programme", "action", "version", "method_id", "cap_points", "cap_period")]
    if told != [programme, action, version, method_id, cap_points, cap_period]:
        yield (
            "terms",
            f"terms {number} read {[programme, action, version, method_id, cap_points, cap_period]}",
            f"{told}, as their catalogue says",
        )


def _day(text: str) -> int:
    return (dt.date.fromisoformat(text) - DAY_ZERO).days
