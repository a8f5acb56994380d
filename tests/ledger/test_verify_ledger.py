"""`verify` finds what is wrong, and says where: each check has a damage here that only it can name."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from books import ANN, BOB, EVE, behind, fill, rides
from hypothesis import given
from hypothesis import strategies as st
from postgresql_server import Server
from terms import CATALOGUE, CHANNEL, TODAY, an_act

from leafmark.ledger import Redeem, StoreError, chains, id_of, merkle, seal
from leafmark.ledger.ledger import Ledger, open_ledger
from leafmark.ledger.rows import Accepted
from leafmark.ledger.sqlite import SqliteStore
from leafmark.ledger.verify import Verification, verify


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Server], str]:
    """Addresses of a full ledger on either store, made once; tests damage copies."""
    made: dict[str, str] = {}

    def address(kind: str, server: Server) -> str:
        if kind not in made:
            folder = tmp_path_factory.mktemp("full")
            made[kind] = str(folder / "ledger.db") if kind == "sqlite" else server.new_database()
            with contextlib.ExitStack() as open_ledgers:

                def opened(writer: str, today: Callable[[], dt.date] = lambda: TODAY) -> Ledger:
                    return open_ledgers.enter_context(open_ledger(made[kind], writer, today))

                opened("main").load(CATALOGUE)
                fill(opened)
        return made[kind]

    return address


@pytest.fixture(params=["sqlite", "postgresql"])
def full(
    request: pytest.FixtureRequest, filled: Callable[..., str], server: Server, tmp_path: Path
) -> Iterator[Ledger]:
    """A copy of a ledger with a row of every kind, before any damage."""
    original = filled(request.param, server)
    if request.param == "sqlite":
        address = str(shutil.copy(original, tmp_path / "copy.db"))
    else:
        address = server.copy_of(original)
    with open_ledger(address, "main", lambda: TODAY) as ledger:
        yield ledger


def told(seen: Verification) -> str:
    return "\n".join(map(str, seen.findings))


def key(event: str, owner: int = ANN) -> str:
    return f"account_id = {owner} AND event_id = {id_of(event)}"


def test_books_that_balance(full: Ledger) -> None:
    seen = verify(full)
    assert seen.ok, told(seen)
    assert seen.rows["event"] == 53
    assert (seen.rows["adjustment"], seen.rows["share"], seen.rows["redemption"], seen.rows["credit"]) == (6, 7, 5, 5)
    assert seen.rows["batch"] > 10


def test_an_empty_ledger(ledger: Ledger) -> None:
    seen = verify(ledger)
    assert seen.ok, told(seen)


RIDE = key("ride 0")
ANNS = f"account_id = {ANN}"

DAMAGES = {
    # what an event says, each also breaking its batch's root
    "event points": (f"UPDATE event SET points = points + 1 WHERE {RIDE}", rf"event, writer \w+, batch \d+, account {ANN}, id {id_of('ride 0')}: 8 points; expected 7, by its terms"),
    "event of the campaign": (f"UPDATE event SET points = 7 WHERE {key('ride 10')}", "7 points; expected 10, by its terms and campaign"),
    "event below zero": (f"UPDATE event SET points = 7 WHERE {key('worse')}", "7 points; expected 0, by its terms"),
    "event grams": (f"UPDATE event SET co2e_mg = 15001 WHERE {RIDE}", r"batch, writer main, batch 1: its rows make root \w+; expected \w+, as it was sealed"),
    "event quantity": (f"UPDATE event SET quantity = 2 WHERE {RIDE}", "its rows make root"),
    "event fingerprint": (f"UPDATE event SET fingerprint = 5 WHERE {RIDE}", "its rows make root"),
    "event id": (f"UPDATE event SET event_id = 5 WHERE {RIDE}", "its rows make root"),
    "event owner": (f"UPDATE event SET account_id = 5 WHERE {RIDE}", "its rows make root"),
    "event source": (f"UPDATE event SET source = 2 WHERE {RIDE}", "its rows make root"),
    "event source unknown": (f"UPDATE event SET source = 999 WHERE {RIDE}", "source 999; expected a row of table source"),
    "event evidence": (f"UPDATE event SET evidence = 'B' WHERE {RIDE}", "its rows make root"),
    "event evidence weak": (f"UPDATE event SET evidence = 'D' WHERE {RIDE}", "evidence D; expected C or better"),
    "event day": (f"UPDATE event SET occurred_day = occurred_day + 1 WHERE {RIDE}", "its rows make root"),
    "event day of no terms": (f"UPDATE event SET occurred_day = 9496 WHERE {RIDE}", "day 9496 of terms 1; expected a day from 9497 to before 9862"),
    "event day too late": (f"UPDATE event SET occurred_day = 9600 WHERE {RIDE}", r"day 9600 in a batch of day 9820; expected at most 60 days before it"),
    "event day ahead": (f"UPDATE event SET occurred_day = 9830 WHERE {RIDE}", r"day 9830 in a batch of day 9820"),
    "event terms": (f"UPDATE event SET terms = 99 WHERE {RIDE}", "terms 99 of day 98.*expected terms of the catalogue of its batch"),
    "event statement": (f"UPDATE event SET statement = 'R' WHERE {RIDE}", "statement R; expected A, by its terms"),
    "event own boundary": (f"UPDATE event SET statement = 'A' WHERE {key('receipt 0')}", "statement A; expected O, by its terms and the own boundaries"),
    "event quantity past its cap": (f"UPDATE event SET quantity = 200001 WHERE {RIDE}", "quantity 200001; expected 0 to 200000"),
    "event grams past their cap": (f"UPDATE event SET co2e_mg = 60000001 WHERE {RIDE}", "60000001 mg; expected at most 60000000"),
    "event grams of points only": (f"UPDATE event SET co2e_mg = 1 WHERE {key('order')}", "1 mg; expected 0: it earns points only"),
    "event of no batch": (f"UPDATE event SET batch = 4000 WHERE {RIDE}", "event, batch 4000, account .*: 1 rows name batch 4000; expected a row of table batch"),
    "event of another batch": (f"UPDATE event SET batch = 2 WHERE {RIDE}", "batch, writer main, batch 1: 26 rows name it; expected 27, as it was sealed"),
    "event deleted": (f"DELETE FROM event WHERE {RIDE}", "batch 1: 26 rows name it; expected 27"),
    "event of an erased account": ("UPDATE erased SET day = 9000", "posted on day 9820; expected none after its account was erased"),
    # adjustments
    "adjustment of no event": (f"UPDATE adjustment SET event_id = 5 WHERE adjustment_id = {id_of('back')}", "amends event 5; expected an event of the account"),
    "adjustment kind": (f"UPDATE adjustment SET kind = 'expiry' WHERE adjustment_id = {id_of('back')}", "kind expiry of an event"),
    "adjustment of everything": (f"UPDATE adjustment SET event_id = NULL WHERE adjustment_id = {id_of('back')}", "kind reversal of no event"),
    "taken back twice": (f"UPDATE adjustment SET event_id = {id_of('ride 3')} WHERE adjustment_id = {id_of('taken')}", "taken back 2 times; expected once"),
    "taken back in part": (f"UPDATE adjustment SET points = points + 1 WHERE adjustment_id = {id_of('back')}", "taken back is still worth 0 mg and 1 points"),
    "corrected too far": (f"UPDATE adjustment SET co2e_mg = 70000000 WHERE adjustment_id = {id_of('again')}", "corrected is worth 70015000 mg"),
    "corrected below no points": (f"UPDATE adjustment SET points = -8 WHERE adjustment_id = {id_of('again')}", "corrected is worth 9000 mg and -1 points"),
    "adjustment reason": (f"UPDATE adjustment SET reason = 'paid bacK' WHERE adjustment_id = {id_of('back')}", "its rows make root"),
    "adjustment body": (f"UPDATE adjustment SET body = {{bytes}} WHERE adjustment_id = {id_of('back')}", "2 bytes of its command's hash; expected 32"),
    "adjustment day": (f"UPDATE adjustment SET day = day + 1 WHERE adjustment_id = {id_of('back')}", "its rows make root"),
    "expiry gives points": ("UPDATE adjustment SET points = 3 WHERE kind = 'expiry'", "0 mg and 3 points ended"),
    "erasure without its row": ("DELETE FROM erased", f"erased, writer main, batch \\d+, account {EVE}: no row in erased"),
    "erased without erasure": (f"INSERT INTO erased (account_id, day) VALUES ({BOB}, 9820)", f"erased, account {BOB}: erased on day 9820; expected an erasure"),
    # redemptions
    "redemption points": ("UPDATE redemption SET points = 8 WHERE step = 'posted'", "from 8 to 9 points, 1 rewards; expected the same points"),
    "redemption reward": ("UPDATE redemption SET reward = 'pot' WHERE step = 'posted'", "2 rewards; expected the same points, above 0, and reward"),
    "redemption never begun": (f"DELETE FROM redemption WHERE step = 'pending' AND {ANNS}", "0 pending, 1 at an end"),
    "redemption step": ("UPDATE redemption SET step = 'lost' WHERE step = 'posted'", "1 pending, 0 at an end, 2 in all"),
    "redemption twice at an end": ("DROP INDEX redemption_end; INSERT INTO redemption SELECT account_id, redemption_id, 'void', points, day, reward FROM redemption WHERE step = 'posted'", "1 pending, 2 at an end"),
    "redemption day": ("UPDATE redemption SET day = day + 1 WHERE step = 'void'", "its rows make root"),
    "seal of no step": ("DELETE FROM redemption WHERE step = 'void'", "step void is sealed; expected a step of table redemption"),
    "seal of no batch": ("UPDATE redemption_seal SET batch = 4000 WHERE step = 'void'", "redemption_seal, batch 4000, account .*: 1 rows name batch 4000"),
    "overspent": ("{overspent}", "redeemed and ended 501 points; expected at most 500, which its acts counted"),
    # shares
    "share of no event": (f"UPDATE share SET event_id = 5 WHERE share_id = {id_of('s1')}", "a share of event 5; expected an event of the account"),
    "shares past the mint": (f"UPDATE share SET co2e_mg = 9001 WHERE share_id = {id_of('s1')}", "shares of type impact of event -?\\d+ hold 15001 mg; expected at most 15000, which it minted"),
    "share of nothing minted": (f"UPDATE share SET event_id = {id_of('receipt 0')} WHERE share_id = {id_of('s3')}", "hold 100 mg; expected at most 0, which it minted"),
    "share never taken": ("DELETE FROM share WHERE step = 'taken'", "hold 15000 mg; expected at most 0, which it minted"),
    "share never given": (f"DELETE FROM share WHERE step = 'given' AND share_id = {id_of('s4')}", "0 given, 1 taken"),
    "share type": (f"UPDATE share SET share_type = 'gift' WHERE share_id = {id_of('s1')}", "gift share of 9000 mg"),
    "share role": (f"UPDATE share SET role = 'king' WHERE share_id = {id_of('s1')}", "for a king"),
    "share amount": (f"UPDATE share SET co2e_mg = -1 WHERE share_id = {id_of('s1')}", "share of -1 mg"),
    "credit without serial": (f"UPDATE share SET serial = NULL WHERE share_id = {id_of('s3')}", "serial none, above|serial none; expected above 0 mg"),
    "share party": (f"UPDATE share SET party = 'Shelbyville' WHERE share_id = {id_of('s1')}", "its rows make root"),
    "credit of no share": ("UPDATE credit SET serial = 'REG-9' WHERE serial = 'REG-1'", "serial REG-9, issued; expected a credit share"),
    "credit step": ("UPDATE credit SET step = 'retired' WHERE serial = 'REG-1' AND step = 'issued'", "REG-1: retired as number 1"),
    "credit left out": ("DELETE FROM credit WHERE serial = 'REG-1' AND number = 1", "exported as number 2"),
    "credit owner": ("UPDATE credit SET owner = 'Thief' WHERE serial = 'REG-1' AND number = 2", "owner Thief"),
    "credit of another registry": ("UPDATE credit SET registry = 'Other' WHERE serial = 'REG-1' AND number = 3", "registry Other"),
    "credit sold to another": ("UPDATE credit SET owner = 'Shop' WHERE serial = 'REG-1' AND number = 3", "its rows make root"),
    "credit cancelled alone": (f"DELETE FROM share WHERE step = 'taken' AND share_id = {id_of('s5')}", "cancelled and not taken back"),
    "credit of no batch": ("UPDATE credit SET batch = 4000 WHERE serial = 'REG-2'", "credit, batch 4000, account .*: 2 rows name"),
    "credit retired and moved on": ("UPDATE credit SET step = 'retired' WHERE serial = 'REG-1' AND number = 2", "sold as number 3"),
    "share of no batch": (f"UPDATE share SET batch = 4000 WHERE share_id = {id_of('s1')}", "share, batch 4000, account .*: 1 rows name"),
    "adjustment of no batch": ("UPDATE adjustment SET batch = 4000 WHERE kind = 'fraud'", "adjustment, batch 4000, account .*: 1 rows name"),
    # sums
    "tally grams": (f"UPDATE tally SET co2e_mg = co2e_mg + 1 WHERE {ANNS} AND terms = 2", rf"tally, account {ANN}: terms 2 from day 9801: 6322 mg.*; expected 6321 mg.*as the rows sum up; `rebuild`"),
    "tally points": (f"UPDATE tally SET points = points - 1 WHERE {ANNS} AND terms = 2", "13 points, cap 9, statement O; expected 6321 mg, 14 points"),
    "tally cap": (f"UPDATE tally SET cap_points = 99 WHERE {ANNS} AND terms = 2", "cap 99, statement O; expected .*cap 9,"),
    "tally statement": (f"UPDATE tally SET statement = 'A' WHERE {ANNS} AND terms = 2", "cap 9, statement A; expected .*statement O"),
    "tally missing": (f"DELETE FROM tally WHERE {ANNS} AND terms = 2", "terms 2 from day 9801: no tally"),
    "tally surplus": ("INSERT INTO tally (account_id, terms, cap_from, co2e_mg, points, cap_points, statement) VALUES (5, 1, 9801, 0, 0, 20, 'A')", "expected no tally: no event stands for it"),
    "tally of another period": (f"UPDATE tally SET cap_from = 9770 WHERE {ANNS} AND terms = 2", "terms 2 from day 9770"),
    "held": (f"UPDATE balance SET held = held + 1 WHERE {ANNS}", rf"balance, account {ANN}: 10 held, 0 ended; expected 9 held"),
    "ended": (f"UPDATE balance SET ended = ended - 1 WHERE account_id = {EVE}", "expected 0 held, 21 ended, as the rows sum up"),
    "balance missing": (f"DELETE FROM balance WHERE {ANNS}", "0 held, 0 ended; expected 9 held"),
    # batches
    "batch root": ("UPDATE batch SET root = previous WHERE batch = 1", "batch, writer main, batch 1: link .*; expected .*which its row makes"),
    "batch records": ("UPDATE batch SET records = 26 WHERE batch = 1", "27 rows name it; expected 26, as it was sealed"),
    "batch link": ("UPDATE batch SET link = root WHERE batch = 1", "names .* as the link before"),
    "batch previous": ("UPDATE batch SET previous = root WHERE batch = 1", "names .* as the link before; expected 0000000000000000"),
    "batch number": ("UPDATE batch SET number = 900 WHERE batch = 1", "stands as number 900 of its writer; expected number"),
    "batch writer": ("UPDATE batch SET writer = 'nobody' WHERE batch = 1", "batch, writer nobody, batch 1: link"),
    "batch day": ("UPDATE batch SET posted_on = posted_on - 1 WHERE batch = 1", "batch 1: link .*which its row makes"),
    "batch catalogue": ("UPDATE batch SET catalogue = 'f' || substr(catalogue, 2) WHERE batch = 1", "expected terms of the catalogue of its batch"),
    "batch catalogue in capitals": ("UPDATE batch SET catalogue = upper(catalogue) WHERE batch = (SELECT max(batch) FROM batch)",
                                    "judged by catalogue [0-9A-F]{64}; expected one of table catalogue"),
    "batch catalogue no hash": ("UPDATE batch SET catalogue = 'none' WHERE batch = 1", "its row makes no link"),
    "batch body": ("UPDATE batch SET body = {bytes} WHERE batch = 1", "a body of 2 bytes; expected none or 32"),
    "batch missing": ("DELETE FROM batch WHERE batch = 1", "27 rows name batch 1; expected a row"),
    "batch of its own": ("UPDATE batch SET batch = 4000 WHERE batch = 1", "batch, writer main, batch 4000: 0 rows name it; expected 27"),
    # terms
    "catalogue text": ("UPDATE catalogue SET body = replace(body, '\"points\": 7', '\"points\": 8')", "catalogue: the text kept under .* hashes to"),
    "catalogue no text": ("UPDATE catalogue SET body = 'x'", "is no catalogue"),
    "catalogue hash": ("UPDATE catalogue SET sha256 = 'f' || substr(sha256, 2)", "catalogue: the text kept under"),
    "terms text": ("UPDATE terms SET body = replace(body, '\"points\": 7', '\"points\": 8') WHERE terms = 1", "terms: the text of terms 1 reads"),
    "terms no text": ("UPDATE terms SET body = 'x' WHERE terms = 1", "terms: the text of terms 1 reads x"),
    "terms cap": ("UPDATE terms SET cap_points = 21 WHERE terms = 1", "terms: terms 1 read .*21.*expected .*20.*as their catalogue says"),
    "terms period": ("UPDATE terms SET cap_period = 'week' WHERE terms = 1", "terms: terms 1 read .*week"),
    "terms method": ("UPDATE terms SET method_id = 'none' WHERE terms = 1", "terms: terms 1 read .*none"),
    "terms name": ("UPDATE terms SET action = 'tram' WHERE terms = 1", "city/tram version 1, stand in no catalogue"),
    "terms number": ("UPDATE terms SET terms = 70 WHERE terms = 1", "expected terms of the catalogue of its batch"),
    "terms number that no row names": ("UPDATE terms SET terms = 70 WHERE terms = 5", "terms 70, city/lot version 1; expected a number from 1 to 5"),
    "terms missing": ("DELETE FROM terms WHERE terms = 5", "terms: no row for city/lot version 1"),
    "source name": ("UPDATE source SET name = 'gatE 0' WHERE name = 'gate 0'", "its rows make root"),
    "source number": ("UPDATE source SET source = 90 WHERE name = 'gate 0'", "expected a row of table source"),
}  # fmt: skip


TWICE = {
    "credit exported twice": ("DROP INDEX credit_once; INSERT INTO credit SELECT account_id, share_id, 4, batch, day, step, serial, 'Mill', "
                              "registry FROM credit WHERE step = 'exported'", "serial REG-1 exported 2 times; expected once"),
    "event twice": ("ALTER TABLE event DROP CONSTRAINT event_pkey; ALTER TABLE event DROP CONSTRAINT event_account_id_fingerprint_key; "
                    f"INSERT INTO event SELECT * FROM event WHERE {RIDE}", "2 rows of one event_id; expected one"),
    "act twice": ("ALTER TABLE event DROP CONSTRAINT event_account_id_fingerprint_key; "
                  f"UPDATE event SET fingerprint = (SELECT fingerprint FROM event WHERE {RIDE}) WHERE {key('ride 1')}",
                  "2 rows of one fingerprint: the same act twice; expected one"),
    "adjustment twice": ("ALTER TABLE adjustment DROP CONSTRAINT adjustment_pkey; "
                         "INSERT INTO adjustment SELECT * FROM adjustment WHERE kind = 'expiry'", "2 rows of one adjustment_id"),
    "share twice": ("ALTER TABLE share DROP CONSTRAINT share_pkey; INSERT INTO share SELECT account_id, share_id, step, event_id, "
                    f"1, batch, day, share_type, role, party, serial FROM share WHERE share_id = {id_of('s1')}", "2 rows of one share_id"),
    "serial twice": ("DROP INDEX share_serial; INSERT INTO share SELECT account_id, 5, step, event_id, 1, batch, day, share_type, "
                     f"role, party, serial FROM share WHERE share_id = {id_of('s3')}", "serial REG-1 on 2 shares; expected one"),
    "tally twice": ("ALTER TABLE tally DROP CONSTRAINT tally_pkey; "
                    f"INSERT INTO tally SELECT * FROM tally WHERE {ANNS} AND terms = 2", "2 rows of one cap_from"),
    "balance twice": ("ALTER TABLE balance DROP CONSTRAINT balance_pkey; "
                      f"INSERT INTO balance SELECT * FROM balance WHERE {ANNS}", "2 rows of one account_id"),
}  # fmt: skip
"""What the keys of a store forbid: a table may hold it nevertheless, where an index was damaged. SQLite checks its own."""


def on_either_store() -> list[Any]:
    """Each damage on one store now, and on the other in the long run."""
    return [
        pytest.param(kind, damage, marks=() if number % 2 == at else pytest.mark.stress)
        for number, damage in enumerate(DAMAGES)
        for at, kind in enumerate(("sqlite", "postgresql"))
    ] + [("postgresql", damage) for damage in TWICE]


@pytest.mark.parametrize(("full", "damage"), on_either_store(), indirect=["full"])
def test_a_damage_is_found_and_named(full: Ledger, damage: str) -> None:
    sql, words = (DAMAGES | TWICE)[damage]
    if sql == "{overspent}":
        overspend(full)
    else:
        literal = "'\\x0102'" if "postgresql" in full.store.address else "x'0102'"
        behind(full, *sql.replace("{bytes}", literal).split("; "))
    seen = verify(full)
    assert not seen.ok
    assert re.search(words, told(seen)), told(seen)


def overspend(ledger: Ledger) -> None:
    """A redemption of more than was earned, in every book but the acts'."""
    carl = id_of("carl")
    ledger.ingest([an_act("orders", CHANNEL, account_id=carl, quantity=500)])
    assert isinstance(ledger.post(Redeem(carl, id_of("mug"), 500, "mug")), Accepted)
    behind(
        ledger,
        "UPDATE redemption SET points = 501 WHERE points = 500",
        "UPDATE balance SET held = 501 WHERE held = 500",
    )


def test_legs_that_do_not_sum_to_zero(full: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A view that books one side only."""
    from leafmark.ledger.migrations.versions import v0001_ledger

    monkeypatch.setattr(
        v0001_ledger, "VIEWS", v0001_ledger.VIEWS.replace("-points FROM adjustment", "0 FROM adjustment")
    )
    assert re.search(
        rf"leg, account {BOB}, id {id_of('end')}: legs in points sum to -\d+; expected 0", told(verify(full))
    )
    assert "all legs in points sum to" in told(verify(full))


def test_a_large_store_is_read_by_another_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rows, and a process that dies is no end of a table."""
    monkeypatch.setattr("leafmark.ledger.snapshot.STREAMED_ROWS_MIN", 1)
    with open_ledger(tmp_path / "ledger.db", "main", lambda: TODAY) as ledger:
        ledger.load(CATALOGUE)
        ledger.ingest(rides(ANN, 30))
        seen = verify(ledger)
        assert seen.ok, told(seen)
        assert (seen.rows["event"], seen.rows["tally"]) == (30, 15)
        behind(ledger, "ALTER TABLE tally RENAME TO tallies")
        assert re.search("tally: cannot be read .*no such table: tally", told(verify(ledger)))
        behind(ledger, "ALTER TABLE event RENAME TO events")
        with pytest.raises(StoreError, match=r"nothing was rebuilt, table event cannot be read .*no such table"):
            ledger.rebuild()


def test_rebuild_mends_what_sums_say_and_nothing_else(full: Ledger) -> None:
    tallies, balances = (sorted(full.store.rows(f"SELECT * FROM {table}")) for table in ("tally", "balance"))
    behind(
        full, f"UPDATE tally SET points = 1000 WHERE {ANNS}", f"DELETE FROM tally WHERE account_id = {BOB}",
        f"UPDATE balance SET held = 0 WHERE {ANNS}",
        "INSERT INTO tally (account_id, terms, cap_from, co2e_mg, points, cap_points, statement) VALUES (5, 1, 9801, 0, 9, 20, 'A')",
    )  # fmt: skip
    assert {finding.table for finding in verify(full).findings} == {"tally", "balance"}
    assert full.rebuild() == (len(tallies), len(balances))
    seen = verify(full)
    assert seen.ok, told(seen)
    assert sorted(full.store.rows("SELECT * FROM tally")) == tallies
    assert sorted(full.store.rows("SELECT * FROM balance")) == balances
    behind(full, f"UPDATE event SET points = 8 WHERE {RIDE}")
    full.rebuild()
    assert "8 points; expected 7" in told(verify(full))  # sums are mended, rows are not


def test_rebuild_beside_a_writer_loses_nothing(full: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch comes in between the sums and their writing: they are made again."""
    store, counted = full.store, []
    replace = store.replace_tallies

    def late(*arguments: Any) -> bool:
        if not counted:
            full.ingest(rides(id_of("carl"), 5))
        counted.append(replace(*arguments))
        return counted[-1]

    monkeypatch.setattr(store, "replace_tallies", late)
    full.rebuild()
    assert counted == [False, True]
    seen = verify(full)
    assert seen.ok, told(seen)
    assert full.balance(id_of("carl")).points == 5 * 7


def test_an_older_backup_is_seen_by_a_checkpoint_from_elsewhere(full: Ledger, server: Server, tmp_path: Path) -> None:
    """Put back a store of yesterday: it balances, and only what was published tells what is missing. Then post again."""
    if isinstance(full.store, SqliteStore):
        copy = str(tmp_path / "backup.db")
        with sqlite3.connect(full.store.address) as live, sqlite3.connect(copy) as backup:
            live.backup(backup)
    else:
        copy = server.new_database()
        full.export(tmp_path / "backup")
        with open_ledger(copy, "main", lambda: TODAY) as backup:
            backup.replay(tmp_path / "backup")
    acts = rides(id_of("carl"), 9)
    full.ingest(acts)
    full.checkpoint(TODAY, tmp_path)
    published = tmp_path / f"checkpoint-{TODAY}.json"
    with open_ledger(copy, "main", lambda: TODAY) as restored:
        assert verify(restored).ok
        seen = verify(restored, [published])
        last = full.store.rows("SELECT max(number) FROM batch WHERE writer = 'main'")[0][0]
        assert [str(finding) for finding in seen.findings] == [
            f"checkpoint: the store is older than the checkpoint of {TODAY}: batch {last} of writer main is missing; expected "
            "every batch that was acknowledged; post again what came after this store's last batch"
        ]
        restored.ingest(acts + rides(ANN, 20))
        assert restored.store.rows("SELECT count(*) FROM event") == full.store.rows("SELECT count(*) FROM event")
        assert verify(restored).ok


def test_checkpoints(full: Ledger, tmp_path: Path) -> None:
    made = full.checkpoint(TODAY)
    assert verify(full, [made]).ok
    assert "has sha256" in told(verify(full, [{**made, "day": "2026-11-19"}]))
    other = {**made["heads"][0], "hash": "00" * 32}
    assert "has link" in told(verify(full, [{**made, "heads": [other]}]))
    assert "cannot be read" in told(verify(full, [{}]))
    for field, value in (("writer", ["a"]), ("writer", None), ("batch", "1"), ("batch", True), ("hash", {"a": 1})):
        seen = told(verify(full, [{**made, "heads": [{**made["heads"][0], field: value}]}]))
        assert f"{field} {value!r}" in seen
        assert "cannot be read (TypeError: a head of writer" in seen
    for heads in (None, 7, ["main"], [["main", 1]]):
        assert "cannot be read" in told(verify(full, [{**made, "heads": heads}]))
    (tmp_path / "torn.json").write_text("{")
    assert "cannot be read" in told(verify(full, [tmp_path / "torn.json", tmp_path / "none.json"]))
    behind(full, "UPDATE checkpoint SET day = day - 1")
    assert f"one of {TODAY} is kept under 2026-11-19" in told(verify(full))
    behind(full, "UPDATE checkpoint SET day = day + 1, body = replace(body, '\"batch\": 1', '\"batch\": 2')")
    assert not verify(full).ok


@pytest.mark.parametrize(
    ("letters", "words"),
    [
        (("leafmark.checkpoint/1", "leafmark.checkpoint/2"), "checkpoint of 2026-11-20 reads"),
        (('"schema"', '"Schema"'), "checkpoint of 2026-11-20 reads"),
        (("  ", " "), "that of 2026-11-20 is laid out otherwise"),
    ],
)
def test_what_no_hash_of_a_checkpoint_holds(full: Ledger, letters: tuple[str, str], words: str) -> None:
    full.checkpoint(TODAY)
    full.store.transact(
        lambda transaction: transaction.rows("UPDATE checkpoint SET body = replace(body, ?, ?)", letters)
    )
    assert words in told(verify(full))


def test_a_clock_put_back_is_a_note(opened: Callable[..., Ledger], ledger: Ledger) -> None:
    ledger.ingest(rides(ANN, 2))
    opened("main", lambda: TODAY - dt.timedelta(2)).ingest(rides(BOB, 2))
    seen = verify(ledger)
    assert seen.ok, told(seen)
    assert seen.notes == ["writer main: batch 2 is 2 days before the one before it; a clock was put back"]


def test_a_mutant_that_forgets_the_previous_link_is_caught(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fourth seeded mutant, on a store: sealing that starts every link from nothing."""
    ledger.ingest(rides(ANN, 2))
    honest = seal.seal

    def forgets(writer: str, last: seal.Link | None, *rest: Any) -> seal.Link:
        made = honest(writer, last, *rest)
        return dataclasses.replace(made, previous=seal.GENESIS)

    monkeypatch.setattr("leafmark.ledger.store.seal", forgets)
    ledger.ingest(rides(BOB, 2))
    assert re.search("batch, writer main, batch 2: names 0000000000000000 as the link before", told(verify(ledger)))


def test_a_mutant_whose_hash_leaves_the_previous_link_out_is_caught(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = vars(seal.Link)["hash"].fget
    assert honest is not None
    monkeypatch.setattr(
        seal.Link, "hash", property(lambda link: honest(dataclasses.replace(link, previous=seal.GENESIS)))
    )
    ledger.ingest(rides(ANN, 2))
    ledger.ingest(rides(BOB, 2))
    assert re.search(r"batch, writer main, batch 2: link \w+; expected \w+, which its row makes", told(verify(ledger)))


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=40))
def test_both_ways_of_making_a_root_agree(leaves: list[bytes]) -> None:
    assert chains.root_of(b"".join(leaves)) == merkle.root(leaves)
