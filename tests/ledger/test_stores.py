"""Both stores do what the rules say: the same suite on SQLite and on a real PostgreSQL server."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test
from machine import Lives, Twin
from postgresql_server import Server
from terms import ANN, CATALOGUE, CHANNEL, METRO, RECEIPT, TODAY, WALK, an_act

from leafmark.ledger import (
    Act,
    CatalogueError,
    Conflict,
    Duplicate,
    Erase,
    Redeem,
    Rejected,
    Settle,
    Share,
    StoreError,
    fingerprint,
    id_of,
)
from leafmark.ledger.ledger import Ledger, open_ledger
from leafmark.ledger.rows import Accepted, EventRow
from leafmark.ledger.store import TermsChanged, Transaction
from leafmark.ledger.verify import verify

BOB = id_of("bob")


def rides(count: int, owner: int = ANN, name: str = "ride") -> list[Act]:
    return [
        an_act(f"{name} {n}", account_id=owner, fingerprint=fingerprint(owner, "metro", f"{name} {n}", ""),
               occurred_day=dt.date(2026, 11, 1 + n % 15)) for n in range(count)
    ]  # fmt: skip


class OfStore:
    """The state machine's books over a store, held to the rules in memory answer by answer.

    Lives share a store; each has accounts of its own.
    """

    ledger: Ledger
    lives = 0

    def __init__(self) -> None:
        type(self).lives += 1
        self.salt = id_of(f"life {type(self).lives}")
        self.twin = Twin()

    def post(self, command):
        command = replace(command, account_id=command.account_id ^ self.salt)
        outcome = self.ledger.post(command)
        assert outcome == self.twin.post(command)
        return outcome

    def balance(self, account_id: int) -> tuple[int, int]:
        held = self.ledger.balance(account_id ^ self.salt)
        assert held.points == self.twin.accounts[account_id ^ self.salt].points
        return held.avoided_mg + held.participant_reduction_mg, held.points

    def close(self) -> None:
        pass


def live(ledger: Ledger, lives: int, steps: int) -> None:
    books = type("Books", (OfStore,), {"ledger": ledger})
    machine = type("LivesOfStore", (Lives,), {"make": books})
    quick = settings(
        max_examples=lives,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(machine, settings=quick)


def test_lives(ledger: Ledger) -> None:
    live(ledger, 50, 30)


@pytest.mark.stress
def test_many_long_lives(ledger: Ledger) -> None:
    live(ledger, 500, 50)


EXAMPLES = itertools.count()
ACTS = st.lists(
    st.tuples(
        st.sampled_from([METRO, WALK, CHANNEL, RECEIPT]), st.integers(0, 5), st.integers(0, 3), st.sampled_from([3, 11]),
        st.integers(-1, 2), st.sampled_from(["A", "C", "D"]),
    ),
    max_size=14,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(made=ACTS, batch_rows=st.integers(1, 6))
def test_a_batch_is_answered_as_its_acts_one_by_one(ledger: Ledger, made: list[tuple], batch_rows: int) -> None:
    """Ids and documents that meet in every way: within a batch, across batches, with acts that are refused."""
    ann = id_of(f"batch {next(EXAMPLES)}")  # every example has an account of its own
    acts = [
        an_act("", terms, account_id=ann, event_id=id_of(f"event {event}"), fingerprint=id_of(f"document {document}"),
               occurred_day=dt.date(2026, 11, day), quantity=size, evidence=evidence,
               co2e_mg=0 if terms is CHANNEL else 1_000_000 * size if terms is WALK else 7_000)
        for terms, event, document, day, size, evidence in made
    ]  # fmt: skip
    twin, counts = Twin(), {Accepted: 0, Duplicate: 0, Conflict: 0, Rejected: 0}
    refused: list[tuple[int, str, str]] = []
    for row, act in enumerate(acts):
        outcome = twin.post(act)
        counts[type(outcome)] += 1
        if isinstance(outcome, Rejected):
            refused.append((row, outcome.reason, outcome.found))
        elif isinstance(outcome, Conflict):
            refused.append((row, "conflict", ""))
    receipt = ledger.ingest(acts, batch_rows=batch_rows)
    assert (receipt.accepted, receipt.duplicates, receipt.conflicts, receipt.rejected) == tuple(counts.values())
    told = [
        (row, why.reason, "" if outcome == "conflict" else why.found) for row, outcome, why in sorted(receipt.named)
    ]
    assert told == refused
    held, account = ledger.balance(ann), twin.accounts[ann]
    assert (held.avoided_mg, held.operator_inventory_mg, held.points) == (
        account.minted_mg, account.grams().get("operator_inventory", 0), account.points
    )  # fmt: skip
    rows = [row for row in ledger.history(ann, dt.date(2026, 1, 1), TODAY) if isinstance(row, EventRow)]
    assert {row.act.event_id: row for row in rows} == account.events
    again = ledger.ingest(acts, batch_rows=batch_rows)
    assert again.accepted == 0
    assert ledger.balance(ann) == held


def test_batches_in_any_order_give_the_same_balances(opened: Callable[..., Ledger], ledger: Ledger) -> None:
    acts = rides(60) + rides(60, BOB)
    wanted = Twin()
    for act in acts:
        wanted.post(act)
    random.Random(7).shuffle(acts)
    for start in range(0, len(acts), 17):
        opened(f"writer {start % 3}").ingest(acts[start : start + 17])
    for owner in (ANN, BOB):
        assert ledger.balance(owner).points == wanted.accounts[owner].points
        assert ledger.balance(owner).avoided_mg == wanted.accounts[owner].minted_mg


def test_a_reversal_dated_before_its_act_amends_nothing_until_the_act_is_in(
    ledger: Ledger, opened: Callable[..., Ledger]
) -> None:
    """Two machines at midnight, or a clock that was put back: the reversal's batch is a day before its act's."""
    ledger.ingest([an_act("one"), an_act("two")])
    yesterday = opened("behind", lambda: TODAY - dt.timedelta(1))
    assert isinstance(yesterday.reverse(ANN, 1, id_of("one"), "refunded"), Accepted)
    before, after = (ledger.balance(ANN, day) for day in (TODAY - dt.timedelta(1), TODAY))
    assert (before.points, before.avoided_mg) == (0, 0)
    assert (after.points, after.avoided_mg) == (7, 15_000)
    assert after == ledger.balance(ANN)


def test_terms_stay(ledger: Ledger, opened: Callable[..., Ledger]) -> None:
    with pytest.raises(CatalogueError, match=r"city/metro version 1 is changed; terms never change"):
        ledger.load(replace(CATALOGUE, actions=(replace(METRO, points=8), *CATALOGUE.actions[1:])))
    with pytest.raises(CatalogueError, match=r"city/metro version 1 is left out"):
        ledger.load(replace(CATALOGUE, actions=CATALOGUE.actions[1:], campaigns=()))
    ledger.ingest([an_act("receipt", RECEIPT, co2e_mg=1)])
    with pytest.raises(CatalogueError, match=r"own boundary city/e_receipt 2026"):
        ledger.load(replace(CATALOGUE, own=()))
    later = replace(METRO, version=2, valid_from=dt.date(2027, 1, 1), valid_to=dt.date(2028, 1, 1))
    other = opened("other")
    ledger.load(replace(CATALOGUE, actions=(*CATALOGUE.actions, later)))
    other.ingest([an_act("one")])
    assert other.catalogue == ledger.catalogue  # taken up by those who had the store open


def test_a_document_is_refused_only_once_its_id_is_settled(ledger: Ledger) -> None:
    """The fourth shares its document with the first and its id with the third, which goes in: so it is a conflict."""
    pairs = (("e0", "d0"), ("e0", "d1"), ("e1", "d1"), ("e1", "d0"))
    acts = [an_act(event, event_id=id_of(event), fingerprint=id_of(document)) for event, document in pairs]
    receipt = ledger.ingest(acts)
    assert (receipt.accepted, receipt.conflicts, receipt.rejected) == (2, 2, 0)
    assert [row for row, outcome, _ in receipt.named if outcome == "conflict"] == [1, 3]


def test_a_serial_stands_on_one_share(ledger: Ledger) -> None:
    ledger.ingest([an_act("one"), an_act("two", account_id=BOB)])
    credit = Share(ANN, id_of("s1"), id_of("one"), "Springfield", "city", "credit", 100, "REG-1")
    assert isinstance(ledger.share(credit), Accepted)
    assert isinstance(ledger.share(credit), Duplicate)
    other = replace(credit, account_id=BOB, share_id=id_of("s2"), event_id=id_of("two"))
    outcome = ledger.share(other)
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "serial_used"


def test_a_balance_of_an_earlier_day(opened: Callable[..., Ledger], ledger: Ledger) -> None:
    ledger.ingest([an_act("one")])
    later = opened("main", lambda: TODAY + dt.timedelta(3))
    later.ingest([an_act("two")])
    assert isinstance(later.redeem(ANN, id_of("mug"), 10, "mug"), Accepted)
    assert (ledger.balance(ANN).points, ledger.balance(ANN, TODAY).points) == (4, 7)
    assert ledger.balance(ANN, TODAY + dt.timedelta(3)) == ledger.balance(ANN)
    assert ledger.balance(ANN, TODAY - dt.timedelta(1)).points == 0


def test_every_kind_of_source(ledger: Ledger, tmp_path: Path) -> None:
    acts = rides(9)
    table = pa.table({
        "account_id": [each.account_id for each in acts], "event_id": [f"ride {n}" for n in range(9)],
        **{name: [getattr(each, name) for each in acts] for name in ("programme", "action", "method_id", "quantity",
           "occurred_day", "source", "evidence", "co2e_mg")},
        "document": [f"ride {n}" for n in range(9)], "bucket": [""] * 9,
    })  # fmt: skip
    pq.write_table(table, tmp_path / "acts.parquet")
    assert ledger.ingest(table.slice(0, 3)).accepted == 3
    assert ledger.ingest(table.to_batches()[0].slice(3, 2)).accepted == 2
    assert ledger.ingest(pa.RecordBatchReader.from_batches(table.schema, table.slice(5, 2).to_batches())).accepted == 2
    receipt = ledger.ingest(tmp_path / "acts.parquet", batch_rows=4)
    assert (receipt.rows, receipt.accepted, receipt.duplicates, receipt.batches) == (9, 2, 7, 3)
    assert ledger.ingest([{name: table[name][8].as_py() for name in table.column_names}]).duplicates == 1
    assert ledger.ingest(acts).duplicates == 9  # ids and fingerprints as numbers are the same as from their texts


@pytest.mark.parametrize(
    ("name", "value", "reason", "found"),
    [
        ("account_id", None, "missing", "nothing"), ("account_id", "ann", "not_a_number", "ann"),
        ("quantity", "two", "not_a_number", "two"), ("quantity", 1.5, "not_a_number", "1.5"),
        ("quantity", -1, "negative_quantity", "-1"), ("co2e_mg", 10**19, "not_a_number", str(10**19)),
        ("co2e_mg", 10**15, "above_cap", str(10**15)), ("occurred_day", "2026-02-30", "not_a_day", "2026-02-30"),
        ("occurred_day", "2026-02-29", "not_a_day", "2026-02-29"), ("occurred_day", "20261103", "not_a_day", "20261103"),
        ("occurred_day", dt.datetime(2026, 11, 3, 2, 30), "not_a_day", "2026-11-03 02:30:00"),
        ("occurred_day", TODAY + dt.timedelta(2), "in_future", "2026-11-22"),
        ("occurred_day", dt.date(2026, 9, 20), "too_late", "2026-09-20"), ("occurred_day", None, "missing", "nothing"),
        ("action", "teleport", "unknown_action", "city/teleport"), ("action", "me\ttro", "bad_text", "me\ttro"),
        ("method_id", "trip@9", "method_differs", "trip@9"), ("evidence", "E", "unknown_evidence", "E"),
        ("evidence", "D", "weak_evidence", "D"), ("source", "", "bad_text", ""), ("event_id", "", "not_a_number", ""),
    ],
)  # fmt: skip
def test_a_bad_act_is_named_and_the_others_go_in(
    ledger: Ledger, name: str, value: object, reason: str, found: str
) -> None:
    acts = [{each: getattr(act, each) for each in act.__dataclass_fields__} for act in rides(3)]
    acts[1][name] = value
    receipt = ledger.ingest(acts)
    assert (receipt.accepted, receipt.rejected) == (2, 1)
    ((row, outcome, why),) = receipt.named
    assert (row, outcome, why.reason, why.field, why.found) == (1, "rejected", reason, name, found)
    assert receipt.refused().to_pylist()[0]["expected"] == why.expected != ""
    assert ledger.balance(ANN).avoided_mg == 30_000


def test_a_leap_day_is_a_day(opened: Callable[..., Ledger], ledger: Ledger) -> None:
    leap = replace(METRO, version=2, valid_from=dt.date(2028, 1, 1), valid_to=dt.date(2029, 1, 1))
    ledger.load(replace(CATALOGUE, actions=(*CATALOGUE.actions, leap)))
    then = opened("main", lambda: dt.date(2028, 3, 1))
    acts = [
        {**{name: getattr(act, name) for name in act.__dataclass_fields__}, "occurred_day": "2028-02-29"}
        for act in rides(1)
    ]
    assert then.ingest(acts).accepted == 1


def test_a_file_that_is_cut_in_half(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "acts.parquet"
    columns = {name: [getattr(act, name) for act in rides(5_000)] for name in Act.__dataclass_fields__}
    pq.write_table(pa.table(columns), path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(StoreError, match="not a whole Parquet file"):
        ledger.ingest(path)
    with pytest.raises(StoreError, match="no such file"):
        ledger.ingest(tmp_path / "none.parquet")
    with pytest.raises(StoreError, match=r"has no column event_id, .*found account_id"):
        ledger.ingest(pa.table({"account_id": [1]}))
    assert ledger.balance(ANN).points == 0


def test_a_million_in_one_batch(ledger: Ledger) -> None:
    """Refused where they are wrong, and none half-applied: here all repeat one act but for one figure."""
    one = an_act("one")
    columns = {name: pa.array([getattr(one, name)] * 50_000) for name in Act.__dataclass_fields__}
    columns["co2e_mg"] = pa.array([15_000] * 25_000 + [16_000] * 25_000)
    receipt = ledger.ingest(pa.table(columns), batch_rows=50_000)
    assert (receipt.accepted, receipt.duplicates, receipt.conflicts) == (1, 24_999, 25_000)
    assert ledger.balance(ANN).avoided_mg == 15_000


def test_redemptions_by_many_hands_are_exact(opened: Callable[..., Ledger], ledger: Ledger) -> None:
    """What is logged was charged: the naive way keeps every balance above zero and still gives rewards away."""
    from concurrent.futures import ThreadPoolExecutor

    ledger.ingest([an_act(f"{n}", CHANNEL, quantity=50) for n in range(8)])  # 400 points
    assert ledger.balance(ANN).points == 400
    other = opened("other")

    def client(number: int) -> int:
        books = ledger if number % 2 else other
        return sum(isinstance(books.redeem(ANN, id_of(f"{number} {n}"), 7, "mug"), Accepted) for n in range(4))

    with ThreadPoolExecutor(32) as pool:
        given_away = sum(pool.map(client, range(32)))
    held = ledger.balance(ANN)
    logged = ledger.store.rows("SELECT count(*), coalesce(sum(points), 0) FROM redemption WHERE account_id = ?", (ANN,))
    assert given_away == 57  # 57 x 7 = 399
    assert logged == [(57, 57 * 7)]
    assert (held.points, held.held) == (1, 399)


def test_the_naive_way_gives_rewards_away(server: Server) -> None:
    """Read, check, write: every balance stays above zero, and more is logged than charged. So the check above can fail."""
    from concurrent.futures import ThreadPoolExecutor

    import psycopg

    address = server.new_database()
    with open_ledger(address, today=lambda: TODAY) as ledger:
        ledger.load(CATALOGUE)
        ledger.ingest([an_act(f"{n}", CHANNEL, quantity=50) for n in range(8)])
        ledger.redeem(ANN, id_of("first"), 1, "pen")

        def client(number: int) -> int:
            logged = 0
            with psycopg.connect(address, autocommit=True) as connection:
                for n in range(4):
                    (held,) = connection.execute("SELECT held FROM balance WHERE account_id = %s", (ANN,)).fetchone()
                    if 400 - held >= 7:
                        connection.execute("UPDATE balance SET held = %s WHERE account_id = %s", (held + 7, ANN))
                        connection.execute(
                            "INSERT INTO redemption VALUES (%s, %s, 'pending', 7, 1, 'mug')",
                            (ANN, id_of(f"{number} {n}")),
                        )
                        logged += 7
            return logged

        with ThreadPoolExecutor(32) as pool:
            logged = sum(pool.map(client, range(32))) + 1
        held = ledger.balance(ANN)
        assert held.points >= 0
        assert logged > held.held


def test_one_redemption_from_many_hands_is_charged_once(ledger: Ledger) -> None:
    from concurrent.futures import ThreadPoolExecutor

    ledger.ingest([an_act("order", CHANNEL, quantity=50)])
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda _: ledger.post(Redeem(ANN, id_of("mug"), 9, "mug")), range(16)))
    assert sorted(type(each).__name__ for each in outcomes) == ["Accepted"] + ["Duplicate"] * 15
    assert ledger.balance(ANN).points == 41
    assert ledger.post(Redeem(ANN, id_of("mug"), 8, "mug")) == Conflict(("points",))


def test_two_writers_and_the_same_acts(opened: Callable[..., Ledger], ledger: Ledger) -> None:
    """Both post the same acts in batches of other sizes and orders: each act goes in once."""
    from concurrent.futures import ThreadPoolExecutor

    acts = rides(400) + rides(400, BOB)
    other = opened("other")
    shuffled = list(acts)
    random.Random(3).shuffle(shuffled)
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(ledger.ingest, acts, 70)
        two = pool.submit(other.ingest, shuffled, 90)
    assert one.result().accepted + two.result().accepted == 800
    assert one.result().duplicates + two.result().duplicates == 800
    assert ledger.balance(ANN).avoided_mg == 400 * 15_000
    assert ledger.store.rows("SELECT sum(records) FROM batch") == [(800,)]


def test_what_is_no_ledger(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is no database, and long enough to be read as one" * 40)
    with pytest.raises(StoreError, match="not a ledger, or damaged"):
        open_ledger(tmp_path / "text.db")
    with pytest.raises(StoreError, match="there is no folder"):
        open_ledger(tmp_path / "none" / "ledger.db")
    with pytest.raises(StoreError, match="cannot be reached") as told:
        open_ledger("postgresql://ann:secret@127.0.0.1:1/ledger")
    assert "secret" not in str(told.value)
    with pytest.raises(StoreError, match="writer"):
        open_ledger(tmp_path / "ledger.db", writer="")


def test_what_was_judged_by_other_terms_is_not_sealed_under_these(ledger: Ledger) -> None:
    """Terms that another thread loads between the judging of acts and their commit."""

    def work(transaction: Transaction) -> None:
        transaction.judged_by(CATALOGUE.sha256)
        transaction.judged_by(CATALOGUE.sha256)
        transaction.judged_by("other")

    with pytest.raises(TermsChanged, match="new terms were loaded"):
        ledger.store.transact(work)
    with pytest.raises(TermsChanged, match="new terms were loaded"):
        ledger.store.transact(lambda transaction: transaction.judged_by("older"))


def test_a_reward_that_no_record_can_hold(ledger: Ledger) -> None:
    ledger.ingest([an_act("ride")])
    outcome = ledger.redeem(ANN, id_of("mug"), 1, "a\tmug")
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "bad_text"
    assert ledger.balance(ANN).points == 7


def test_an_erased_account_gets_nothing_any_more(ledger: Ledger) -> None:
    """Points that a voided redemption frees are ended with it; every answer is the rules' own."""
    twin = Twin()
    first, other = an_act("ride"), an_act("walk", WALK, co2e_mg=2_400_000)
    for act in (first, other):
        assert isinstance(ledger.post(act), Accepted)
        twin.post(act)
    taken = replace(first, event_id=id_of("again"), source="wallet")  # a known fingerprint and no known id
    for command in (
        Redeem(ANN, id_of("mug"), 5, "mug"), Redeem(ANN, id_of("cup"), 2, "cup"), Erase(ANN, id_of("forget")),
        Settle(ANN, id_of("cup"), "posted"), Settle(ANN, id_of("mug"), "void"), Settle(ANN, id_of("mug"), "void"),
        Redeem(ANN, id_of("pen"), 1, "pen"), Redeem(ANN, id_of("mug"), 5, "mug"), taken, first, an_act("late"),
    ):  # fmt: skip
        assert ledger.post(command) == twin.post(command), command
    reasons = [ledger.post(each).reason for each in (taken, an_act("late"), Redeem(ANN, id_of("pen"), 1, "pen"))]
    assert reasons == ["account_erased"] * 3
    receipt = ledger.ingest([taken, first, an_act("late"), replace(first, quantity=3)])
    assert (receipt.duplicates, receipt.conflicts, receipt.reasons["account_erased"]) == (1, 1, 2)
    assert (ledger.balance(ANN).points, twin.accounts[ANN].points) == (0, 0)
    assert verify(ledger).ok


def test_a_redemption_of_more_than_64_bits_hold(ledger: Ledger) -> None:
    ledger.ingest([an_act("ride")])
    for points, reason in ((2**63 - 1, "not_enough"), (2**63, "not_a_number"), (10**19, "not_a_number")):
        outcome = ledger.redeem(ANN, id_of("mug"), points, "mug")
        assert isinstance(outcome, Rejected)
        assert outcome.reason == reason
