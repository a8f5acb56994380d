"""Accounts of the panel's households, credited with green acts that nobody did: a declared scenario, printed as one.

    inputs/orders.parquet -> inputs/accounts.parquet, inputs/acts.parquet -> acts/ -> ledger.db

The panel records no green act. So a seed picks a share of its baskets for each act, evidence is D (self-declared), and
audited totals leave all of it out. The grams are the impact book's: avoided against a counterfactual, not part of the
footprint, and never added to the panel's emissions. Terms are the shipped ones, dated back to the panel's days.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from leafmark.actions import KINDS, Credited, catalogue, credit, explain_act
from leafmark.demo.progress import Report
from leafmark.ledger import Catalogue
from leafmark.ledger.catalogue import Evidence
from leafmark.ledger.columns import stored_day
from leafmark.ledger.ledger import Ledger, open_ledger

SEED = "leafmark demo 2017"
"""Picks the baskets and makes the accounts' numbers, so that a demo made again is the same."""
PROGRAMME = "demo"
SOURCE = "declared scenario"
EVIDENCE: Evidence = "D"
STORE = "ledger.db"
WHERE, FACTORS_OF = "US", "CN"
"""The households' country, and the country whose factors of packaging stand in."""
TERMS_FROM, TERMS_TO = dt.date(2016, 1, 1), dt.date(2019, 1, 1)
ACCEPTANCE_DAYS = 400
LEDGER_DAY = dt.date(2018, 1, 31)
"""The day on which the ledger takes the acts: soon after the panel ends, and the same in every demo."""


@dataclass(frozen=True)
class Picked:
    """An act of the scenario: the share of baskets picked for it, in per cent, and the inputs that its method asks for."""

    action: str
    percent: int
    words: str
    unit: str
    single_use_key: str | None = None
    reusable_key: str | None = None


PICKED = (
    Picked("e_receipt", 10, "e-receipt taken", "receipt"),
    Picked("packaging_reuse", 5, "packaging returned and reused", "item",
           "packaging.box_per_use.corrugated_single_use", "packaging.box_per_use.pp_reusable"),
)  # fmt: skip
"""Both shares are Leafmark's own choice: no figure of the panel or of anybody else stands behind them."""


def ledger_ready() -> None:
    """Say what to install where a ledger's store cannot be made.

    Raises
    ------
    ModuleNotFoundError
        with what to install, if part of the demo's extra is missing.
    """
    missing = [name for name in ("alembic", "sqlalchemy") if find_spec(name) is None]
    if missing:
        raise ModuleNotFoundError(f"the ledger needs {' and '.join(missing)}: pip install 'leafmark[demo]'")


def scenario_terms() -> Catalogue:
    """The shipped terms of the scenario's acts, valid on the panel's days, self-declared acts let in."""
    wanted = {each.action for each in PICKED}
    return Catalogue(tuple(
        replace(
            each, valid_from=TERMS_FROM, valid_to=TERMS_TO, evidence_minimum=EVIDENCE, acceptance_days=ACCEPTANCE_DAYS,
            reason=f"{each.reason}; dated back, and self-declared acts let in, for the demo's scenario",
        )
        for each in catalogue(PROGRAMME).actions if each.action in wanted
    ))  # fmt: skip


def account_of(household: int) -> int:
    """A household's account, 63 bits from the seed. A real ledger takes its numbers from `secrets`."""
    digest = hashlib.sha256(f"{SEED}/household/{household}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def make_accounts(out: Path, known_on: dt.date, memory_limit: str, progress: Report) -> dict[str, Any]:
    """Open the accounts, credit the scenario, and tell what the ledger holds: the field `accounts` of `run.json`.

    Grams are int64 milligrams; `audited_mg` leaves evidence D out; `points` are those within the caps.
    """
    accounts = _write_inputs(out / "inputs")
    terms = scenario_terms()
    done = credit(out / "inputs" / "acts.parquet", out / "acts", terms, known_on=known_on, memory_limit=memory_limit)
    with open_ledger(out / STORE, today=lambda: LEDGER_DAY) as ledger:
        ledger.load(terms)
        events = done.path / "events.parquet"
        first = ledger.ingest(events, progress=lambda receipt: progress(receipt.rows, done.record["events"], "acts"))
        again = ledger.ingest(events)
        _name_owners(ledger, out / "inputs" / "accounts.parquet")
        held = [ledger.balance(account) for account in accounts]
        by_action = _by_action(ledger)
        verified = checked(ledger)
    avoided = sum(each.avoided_mg for each in held)
    if avoided != done.record["co2e_mg"]:
        raise AssertionError(f"{out}: acts of {done.record['co2e_mg']} mg, but the accounts hold {avoided} mg")
    largest = max(held, key=lambda each: (each.avoided_mg, each.account_id))
    return {
        "households": len(accounts), "acts": done.record["acts_in"], "events": first.accepted,
        "duplicates": first.duplicates, "conflicts": first.conflicts,
        "rejected_by_reason": _refusals(done.record["rejected_by_reason"], first.reasons),
        "posted_again": {"accepted": again.accepted, "duplicates": again.duplicates},
        "avoided_mg": avoided, "audited_mg": done.record["audited_co2e_mg"],
        "points": sum(each.points for each in held), "points_above_cap": sum(each.above_cap for each in held),
        "largest_balance": {"avoided_mg": largest.avoided_mg, "points": largest.points},
        "households_below_zero": sum(each.avoided_mg < 0 for each in held),
        "by_action": [_told(each, by_action[each.action], done) for each in PICKED],
        "scenario": {
            "seed": SEED, "percent_of_baskets": {each.action: each.percent for each in PICKED}, "evidence": EVIDENCE,
            "programme": PROGRAMME, "region": WHERE, "factor_region": FACTORS_OF, "known_on": str(known_on),
            "terms_from": str(TERMS_FROM), "acceptance_days": ACCEPTANCE_DAYS, "posted_on": str(LEDGER_DAY),
        },
        "verify": verified, "store": STORE, "acts_id": done.record["acts_id"],
    }  # fmt: skip


def _name_owners(ledger: Ledger, accounts: Path) -> None:
    """Each household as the subject of its account, `household 42`: so that one can log in at the site."""
    day = stored_day(LEDGER_DAY)
    rows = [(row["account_id"], f"household {row['household_id']}", day) for row in pq.read_table(accounts).to_pylist()]
    ledger.store.transact(
        lambda transaction: transaction.add_rows("identity", ("account_id", "subject", "opened_on"), rows)
    )


def checked(ledger: Ledger) -> dict[str, Any]:
    """What an independent check of the whole store says: `ok`, and each finding in words."""
    seen = ledger.verify()
    return {"ok": seen.ok, "findings": [str(each) for each in seen.findings]}


def _write_inputs(inputs: Path) -> list[int]:
    """Write `accounts.parquet` (household, account) and `acts.parquet`; the accounts."""
    with duckdb.connect() as con:
        con.execute(f"""CREATE TABLE basket AS SELECT order_id, any_value(household_id) AS household_id, min(date) AS date
            FROM read_parquet({_quote(inputs / "orders.parquet")}) GROUP BY order_id""")
        found = con.execute("SELECT DISTINCT household_id FROM basket ORDER BY household_id").fetchall()
        households = [household for (household,) in found]
        accounts = [account_of(each) for each in households]
        if len(set(accounts)) != len(households):
            raise AssertionError("two households have one account; choose another seed")
        pairs = pa.table(
            {"household_id": pa.array(households, pa.int64()), "account_id": pa.array(accounts, pa.int64())}
        )
        pq.write_table(pairs, inputs / "accounts.parquet", compression="zstd")
        con.register("account", pairs)
        acts = " UNION ALL ".join(_acts(each) for each in PICKED)
        con.execute(f"""COPY ({acts} ORDER BY date, document, action)
            TO {_quote(inputs / "acts.parquet")} (FORMAT parquet, COMPRESSION zstd)""")
    return accounts


def _acts(each: Picked) -> str:
    """SQL of an act's rows: the baskets whose hash under the seed falls into the act's share."""
    keys = ", ".join(
        f"CAST({'NULL' if key is None else _text(key)} AS VARCHAR) AS {name}"
        for name, key in (("single_use_key", each.single_use_key), ("reusable_key", each.reusable_key))
    )
    drawn = f"CAST('0x' || left(sha256({_text(f'{SEED}/{each.action}/')} || order_id), 12) AS UBIGINT) % 100"
    region = _text(FACTORS_OF) if each.single_use_key else "CAST(NULL AS VARCHAR)"
    return f"""SELECT {_text(each.action + "-")} || order_id AS activity_id, account_id, {_text(each.action)} AS action,
        CAST(order_id AS VARCHAR) AS document, 1.0::DOUBLE AS amount, {_text(each.unit)} AS unit, date,
        {_text(EVIDENCE)} AS evidence, {_text(SOURCE)} AS source, {_text(WHERE)} AS region, {region} AS factor_region, {keys}
        FROM basket JOIN account USING (household_id) WHERE {drawn} < {each.percent}"""


def _by_action(ledger: Ledger) -> dict[str, dict[str, int]]:
    rows = ledger.store.rows("SELECT action, count(*), sum(co2e_mg), sum(points) FROM act GROUP BY action", ())
    return {action: {"acts": acts, "co2e_mg": int(mg), "points": int(points)} for action, acts, mg, points in rows}


def _told(picked: Picked, sums: dict[str, int], done: Credited) -> dict[str, Any]:
    """An act of the scenario: what the ledger has of it, and one act explained down to its publishers."""
    kind = next(each for each in KINDS if each.action == picked.action)
    example = _example(done.path.parent / "inputs" / "acts.parquet", picked.action)
    tree = explain_act(done, example)
    lines = [line for stage in tree["stages"] for line in stage["lines"]]
    return {
        "action": picked.action, "words": picked.words, "percent": picked.percent, **sums,
        "run": f"acts/{done.record['methods'][kind.method_id]}", "example": example,
        "one_act_ug": {name: tree[name] for name in ("co2e_ug", "low_ug", "high_ug")},
        "lines": [
            {"term": line["term"], "kind": line["kind"], "co2e_ug": line["co2e_ug"],
             "gap_years": line["vintage_gap_years"], "region": line["region_used"], "factors": line["factors"]}
            for line in lines
        ],
    }  # fmt: skip


def _example(acts: Path, action: str) -> str:
    with duckdb.connect() as con:
        row = con.execute(
            f"SELECT min(activity_id) FROM read_parquet({_quote(acts)}) WHERE action = $action", {"action": action}
        ).fetchone()
    assert row is not None
    return str(row[0])


def _refusals(*counts: dict[str, int]) -> dict[str, int]:
    names = sorted({name for each in counts for name in each})
    return {name: sum(each.get(name, 0) for each in counts) for name in names}


def _quote(path: Path) -> str:
    return _text(str(path))


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
