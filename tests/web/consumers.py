"""What the tests of a consumer's pages share: acts of the real methods, a ledger of their own, consumers who log in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from django.test import Client

from leafmark.actions import Credited, catalogue, credit, open_credited
from leafmark.ledger import Catalogue, OwnBoundary, id_of
from leafmark.ledger.ledger import Ledger

if TYPE_CHECKING:
    from leafmark.web.people.models import User

PASSWORD = "a long enough sentence"
DAY = dt.date(2026, 5, 3)
TODAY = dt.date(2026, 5, 8)
ANN_ACCOUNT, BOB_ACCOUNT = 4_611_686_018_427_387_905, 4_611_686_018_427_387_907
GATE, APP = "gate", "walking app"


def terms() -> Catalogue:
    """The shipped terms; packaging of 2026 is in a marketplace's own books."""
    return catalogue("city", own=[OwnBoundary("city", "marketplace", 2026, "no_cutlery", "scope 3 category 1")])


def rows(account_id: int) -> list[dict[str, Any]]:
    """Acts of a consumer: rides past a day's cap, a walk by her own word, a receipt below zero, refused cutlery, a purchase."""
    shared = {"account_id": account_id, "date": DAY, "evidence": "A", "source": GATE, "region": "GB"}
    ride = {**shared, "action": "metro", "amount": 10.0, "unit": "km"}
    return [
        *({**ride, "activity_id": f"ride-{n}", "document": f"ticket-{n}"} for n in range(6)),
        {**shared, "activity_id": "walk", "document": "walk", "action": "walking", "amount": 2.0, "unit": "km", "evidence": "D",
         "source": APP},
        {**shared, "activity_id": "receipt", "document": "receipt", "action": "e_receipt", "amount": 1.0, "unit": "receipt"},
        {**shared, "activity_id": "cutlery", "document": "order", "action": "no_cutlery", "amount": 2.0, "unit": "item",
         "material_key": "material.plastic_pp", "set_kg": 0.012, "given_by_default": True},
        {**shared, "activity_id": "bought", "document": "bought", "action": "channel_purchase", "amount": 1.0, "unit": "order"},
    ]  # fmt: skip


def credited(folder: Path, accounts: list[int]) -> Credited:
    """The acts of each account, credited into a folder."""
    given = [
        {**row, "activity_id": f"{row['activity_id']}-{place}"}
        for place, account in enumerate(accounts)
        for row in rows(account)
    ]
    names = dict.fromkeys(name for row in given for name in row)
    table = pa.table({name: pa.array([row.get(name) for row in given]) for name in names})
    return credit(table, folder, terms(), known_on=dt.date(2026, 5, 1), gwp="AR5", threads=1)


@dataclass(frozen=True)
class City:
    """Two consumers with their accounts, and the ledger."""

    ann: User
    bob: User
    ledger: Ledger

    def client(self, user: User) -> Client:
        """A browser in which she is logged in."""
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    def event(self, name: str, place: int = 0) -> int:
        """The event of an act of `rows`; place 0 is Ann's, 1 Bob's."""
        return id_of(f"city\x1f{name}-{place}")


def open_city(acts: Path) -> City:
    """Ann and Bob as users, with their acts in the ledger of the settings' workspace."""
    from leafmark.web.books import ledger
    from leafmark.web.me.own import adopt
    from leafmark.web.people.models import User

    books = ledger()
    books.load(terms())
    receipt = books.ingest(open_credited(acts).table("events"))
    assert receipt.accepted == receipt.rows, receipt.named
    people = []
    for name, account in (("ann", ANN_ACCOUNT), ("bob", BOB_ACCOUNT)):
        people.append(User.objects.create_user(f"{name}@leafmark.example", PASSWORD, name=name.title()))
        adopt(people[-1], account)
    return City(people[0], people[1], books)
