"""An erased person is gone and the chain still holds; no coordinates; no figure of a few."""

from __future__ import annotations

import datetime as dt
import random
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from terms import CATALOGUE, CHANNEL, TODAY, an_act

from leafmark.ledger import Accepted, Duplicate, Erase, Rejected, fingerprint, id_of
from leafmark.ledger.ledger import Ledger, open_ledger
from leafmark.ledger.privacy import (
    PrivacyError,
    account_of,
    accounts_of,
    coordinate_in,
    detail,
    erase,
    open_account,
    open_accounts,
    put_detail,
    subject_of,
)
from leafmark.ledger.rows import INT64_MAX, Row
from leafmark.ledger.seal import breaks, leaves_of
from leafmark.ledger.store import LINK_COLUMNS, link_of

SUBJECT, STATION, ORDER = "ann.lee@shop.example", "Hangzhou East, gate 14", "order 7730-991-XK"


def ride(account_id: int, name: str = "ride") -> object:
    return an_act(name, account_id=account_id, fingerprint=fingerprint(account_id, "metro", name, ""))


def test_a_subject_has_one_account_and_its_number_says_nothing(ledger: Ledger, opened: Callable[..., Ledger]) -> None:
    ann = open_account(ledger, SUBJECT)
    assert open_account(opened("other"), SUBJECT) == ann == account_of(ledger, SUBJECT)
    assert (subject_of(ledger, ann), subject_of(ledger, ann + 1), account_of(ledger, "bob")) == (SUBJECT, None, None)
    many = open_accounts(ledger, [f"customer {n}" for n in range(200)])
    assert len({*many, ann}) == 201
    assert all(0 < each <= INT64_MAX for each in many)
    assert many != sorted(many)  # no sequence
    assert max(many) > 2**62 > min(many)  # all 63 bits: that 200 lie in one half is 1 in 2^199
    assert id_of(SUBJECT) != ann  # nobody who knows the subject can work it out


def test_an_id_that_is_taken_is_drawn_again(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one of an account that was erased, or was never opened here but holds acts."""
    first = open_account(ledger, SUBJECT)
    erase(ledger, first, 1)
    ledger.ingest([ride(4_000)])
    second = open_account(ledger, "bob")
    drawn = iter(
        [first - 1, second - 1, 3_999, 7, 7, 8, 9, 10, 11]
    )  # the last draws: two subjects, one id twice, then not
    monkeypatch.setattr(secrets, "randbelow", lambda _: next(drawn))
    assert open_account(ledger, "carl") == 8
    assert open_accounts(ledger, ["dora", "eve", "dora"]) == [10, 11, 10]


def test_many_accounts_at_once(ledger: Ledger) -> None:
    names = [f"customer {n}" for n in range(2_345)]
    half = open_accounts(ledger, names[::2])
    assert open_accounts(ledger, names)[::2] == half
    assert accounts_of(ledger, [*names, "nobody"]) == dict(zip(names, open_accounts(ledger, names), strict=True))


def test_two_writers_open_the_same_subjects(ledger: Ledger, opened: Callable[..., Ledger]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    names, other = [f"customer {n}" for n in range(60)], opened("other")
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(lambda: [open_account(ledger, name) for name in names])
        two = pool.submit(lambda: [open_account(other, name) for name in reversed(names)])
    assert one.result() == two.result()[::-1]


@pytest.mark.parametrize("subject", ["", "a" * 256, "ann\tlee", "ann\nlee"])
def test_a_subject_that_names_nobody(ledger: Ledger, subject: str) -> None:
    with pytest.raises(PrivacyError, match="expected 1 to 255 characters"):
        open_account(ledger, subject)


def test_a_detail_is_read_by_who_has_the_key_and_only_at_its_event(ledger: Ledger) -> None:
    ann = open_account(ledger, SUBJECT)
    ledger.ingest([ride(ann), ride(ann, "other")])
    told = {"gate": STATION, "at": "2026-11-03T08:14+08:00", "order": ORDER, "legs": [{"line": 1, "stops": 7}]}
    put_detail(ledger, ann, id_of("ride"), told)
    assert detail(ledger, ann, id_of("ride")) == told
    assert detail(ledger, ann, id_of("other")) is None
    put_detail(ledger, ann, id_of("ride"), {"gate": STATION})
    assert detail(ledger, ann, id_of("ride")) == {"gate": STATION}
    ((sealed,),) = ledger.store.rows("SELECT sealed FROM detail")
    assert STATION.encode() not in bytes(sealed)
    move = "INSERT INTO detail (account_id, event_id, sealed) VALUES (?, ?, ?)"
    ledger.store.transact(lambda transaction: transaction.rows(move, (ann, id_of("other"), bytes(sealed))))
    with pytest.raises(PrivacyError, match="changed, or belong to another event"):
        detail(ledger, ann, id_of("other"))


def test_the_same_detail_twice_looks_different(ledger: Ledger) -> None:
    ann = open_account(ledger, SUBJECT)
    ledger.ingest([ride(ann)])
    seen = set()
    for _ in range(5):
        put_detail(ledger, ann, id_of("ride"), {"gate": STATION})
        seen.add(bytes(ledger.store.rows("SELECT sealed FROM detail")[0][0])[:12])
    assert len(seen) == 5  # a nonce is never used twice with one key


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"lat": 30.2}, "lat"), ({"pickupLatitude": 1}, "pickupLatitude"), ({"trip": {"end": {"gps": "x"}}}, "trip.end.gps"),
        ({"stops": [{"geo_hash": 1}]}, "stops.geo_hash"), ({"dest_lon": 1}, "dest_lon"), ({"GPS": ""}, "GPS"),
        ({"place": "30.2741, 120.1551"}, "place"), ({"place": "geo:30.2741,120.1551"}, "place"),
        ({"way": [[30.2741, 120.1551], [30.28, 120.2]]}, "way"), ({"LatLng": None}, "LatLng"),
    ],
)  # fmt: skip
def test_coordinates_are_not_kept(ledger: Ledger, told: dict[str, object], named: str) -> None:
    ann = open_account(ledger, SUBJECT)
    ledger.ingest([ride(ann)])
    with pytest.raises(PrivacyError, match=named):
        put_detail(ledger, ann, id_of("ride"), told)
    assert ledger.store.rows("SELECT count(*) FROM detail") == [(0,)]
    ledger.coordinates_allowed = True
    put_detail(ledger, ann, id_of("ride"), told)
    assert detail(ledger, ann, id_of("ride")) is not None


@pytest.mark.parametrize("told", [
    {"platform": 3, "plate": "x", "long_distance": True, "flat": "4b", "latest": 1, "along": "A4", "belong": 1, "planet": 1},
    {"prices": [1.5, 2.25], "weights_kg": [0.125, 0.25, 0.333, 4.125], "from": "Station 14, 3", "price": "12.50, 13.99"},
])  # fmt: skip
def test_what_only_sounds_like_a_coordinate_is_kept(told: dict[str, object]) -> None:
    assert coordinate_in(told) is None


def test_coordinates_are_allowed_by_who_opens_the_ledger(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a.db") as usual, open_ledger(tmp_path / "b.db", coordinates_allowed=True) as asked:
        assert (usual.coordinates_allowed, asked.coordinates_allowed) == (False, True)


@pytest.mark.parametrize(
    ("told", "says"),
    [({"at": dt.date(2026, 1, 1)}, "JSON"), ({"x": "y" * 17_000}, "at most 16,384"), ({"x": float("nan")}, "JSON"),
     ({"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"i": {"j": 1}}}}}}}}}}, "levels deep")],
)  # fmt: skip
def test_a_detail_that_cannot_be_kept(ledger: Ledger, told: dict[str, object], says: str) -> None:
    ann = open_account(ledger, SUBJECT)
    ledger.ingest([ride(ann)])
    with pytest.raises(PrivacyError, match=says):
        put_detail(ledger, ann, id_of("ride"), told)
    with pytest.raises(PrivacyError, match="holds no event"):
        put_detail(ledger, ann, id_of("no such ride"), {"a": 1})


def batches_hold(ledger: Ledger) -> bool:
    """Whether the chain holds and every batch's root is that of the rows it has now."""
    links = [link_of(row) for row in ledger.store.rows(f"SELECT {LINK_COLUMNS} FROM batch ORDER BY number")]
    if breaks(links):
        return False
    from leafmark.ledger import accounts, merkle

    rows, names = ledger.store.rows, ledger.names
    for link, (batch,) in zip(links, ledger.store.rows("SELECT batch FROM batch ORDER BY number"), strict=True):
        found: list[Row] = []
        for read in (accounts.adjustment_rows, accounts.share_rows, accounts.credit_rows):
            found += read(rows, "batch = ?", (batch,))
        found += accounts.events(rows, names, "batch = ?", (batch,))
        sealed = "(account_id, redemption_id, step) IN (SELECT account_id, redemption_id, step FROM redemption_seal WHERE batch = ?)"
        found += accounts.redemption_rows(rows, sealed, (batch,))
        if merkle.root(leaves_of(found)) != link.root or len(found) != link.records:
            return False
    return True


def test_an_erased_person_is_gone_and_the_chain_holds(ledger: Ledger, opened: Callable[..., Ledger]) -> None:
    ann, bob = open_accounts(ledger, (SUBJECT, "bob"))
    ledger.ingest([ride(ann), ride(bob), an_act("order", CHANNEL, account_id=ann, quantity=50)])
    for account_id in (ann, bob):
        put_detail(ledger, account_id, id_of("ride"), {"gate": STATION})
    before = ledger.balance(ann)
    outcome = erase(ledger, ann, id_of("gone"))
    assert isinstance(outcome, Accepted)
    assert erase(ledger, ann, id_of("gone")) == Duplicate(outcome.rows)
    assert ledger.erase(ann, id_of("again")).reason == "account_erased"
    assert (account_of(ledger, SUBJECT), subject_of(ledger, ann), detail(ledger, ann, id_of("ride"))) == (None,) * 3
    for table in ("identity", "account_key", "detail"):
        assert ledger.store.rows(f"SELECT account_id FROM {table}") == [(bob,)], table
    held = ledger.balance(ann)
    assert (held.points, held.ended, held.avoided_mg) == (0, before.points, before.avoided_mg)  # the grams stay true
    refused = ledger.post(ride(ann, "later"))
    assert isinstance(refused, Rejected)
    assert refused.reason == "account_erased"
    with pytest.raises(PrivacyError, match="was erased"):
        put_detail(ledger, ann, id_of("ride"), {"gate": STATION})
    assert detail(ledger, bob, id_of("ride")) == {"gate": STATION}
    assert batches_hold(ledger)
    assert open_account(opened("other"), SUBJECT) != ann  # who comes back is somebody new
    ledger.store.transact(
        lambda transaction: transaction.rows("UPDATE event SET co2e_mg = 1 WHERE account_id = ?", (ann,))
    )
    assert not batches_hold(ledger)


def test_a_failed_erasure_erases_nothing(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row, identity, key and detail go in one transaction: here the last statement of it fails."""
    ann = open_account(ledger, SUBJECT)
    ledger.ingest([ride(ann)])
    put_detail(ledger, ann, id_of("ride"), {"gate": STATION})
    kind = type(ledger.store.transact(lambda transaction: transaction))
    rows = kind.rows

    def failing(self, sql, parameters=()):
        if sql.startswith("DELETE FROM detail"):
            raise ZeroDivisionError
        return rows(self, sql, parameters)

    monkeypatch.setattr(kind, "rows", failing)
    with pytest.raises(ZeroDivisionError):
        erase(ledger, ann, id_of("gone"))
    monkeypatch.undo()
    assert account_of(ledger, SUBJECT) == ann
    assert detail(ledger, ann, id_of("ride")) == {"gate": STATION}
    assert ledger.balance(ann).points == 7


ERASED = 400


def on_disk(path: Path) -> bytes:
    return b"".join(each.read_bytes() for each in sorted(path.parent.glob(f"{path.name}*")))


def test_no_byte_of_the_erased_is_in_the_file_or_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 2,000 in an order in which SQLite 3.40, with `secure_delete` alone, leaves a copy of one that it had moved."""
    path, chance = tmp_path / "ledger.db", random.Random(6)
    names = [f"{chance.getrandbits(8 * chance.randint(6, 40)):x}" for _ in range(2_000)]
    monkeypatch.setattr(secrets, "randbelow", chance.randrange)  # ids decide where rows lie
    with open_ledger(path, today=lambda: TODAY) as ledger:
        ledger.load(CATALOGUE)
        accounts = [each for n in range(0, 2_000, 100) for each in open_accounts(ledger, names[n : n + 100])]
        ledger.ingest([ride(account) for account in accounts[:40]])
        for account in accounts[:40]:
            put_detail(ledger, account, id_of("ride"), {"gate": STATION, "of": account})
        keys = [bytes(secret) for (secret,) in ledger.store.rows("SELECT secret FROM account_key")]
        sealed = [bytes(each) for (each,) in ledger.store.rows("SELECT sealed FROM detail")]
        there = on_disk(path)
        assert all(each in there for each in (*keys, *sealed, *(name.encode() for name in names)))
        assert STATION.encode() not in there
        for account in accounts[: ERASED - 1]:
            ledger.post(Erase(account, 1))
        assert isinstance(erase(ledger, accounts[ERASED - 1], 1), Accepted)
        left = on_disk(path)
        assert [name for name in names[:ERASED] if name.encode() in left] == []
        assert [each for each in (*keys, *sealed) if each in left] == []
        assert all(name.encode() in left for name in names[ERASED:])


def test_a_reader_in_the_way_of_the_wiping_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    from leafmark.ledger import StoreError, sqlite

    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.1)
    path = tmp_path / "ledger.db"
    with open_ledger(path) as ledger:
        ann = open_account(ledger, SUBJECT)
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM identity").fetchall()
        for mark in (1, 2):  # again by the same id, or by another
            with pytest.raises(StoreError, match=rf"erase once more\. .* leafmark ledger erase {ann}$"):
                erase(ledger, ann, mark)
            assert account_of(ledger, SUBJECT) is None
        assert SUBJECT.encode() in on_disk(path)
        reader.close()
        assert isinstance(erase(ledger, ann, 1), Duplicate)
        assert SUBJECT.encode() not in on_disk(path)
