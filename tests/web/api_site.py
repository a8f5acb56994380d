"""What tests of the API share: a ledger with terms, keys, and a caller that holds every answer to what all of them promise."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from terms import CATALOGUE, TODAY, an_act

from leafmark.ledger.ledger import Ledger, open_ledger

ALL = ("shelf", "explain", "claims", "events", "balances", "redemptions", "experiments", "parcels")
OF_BRANDS = ("shelf", "explain", "claims", "events", "parcels")
NDJSON = "application/x-ndjson"
PROBLEM = "application/problem+json"
ROOT = Path(__file__).resolve().parents[2]
"""The checkout: no answer names one of its folders."""


class Caller:
    """A client with a key, or without one."""

    def __init__(self, key: str = "") -> None:
        from django.test import Client

        self.key, self.client = key, Client()

    def ask(self, method: str, path: str, **given: Any) -> Any:
        """An answer; each that is no success must be a problem of a known type."""
        from leafmark.web.api.problems import KINDS

        headers = {**({"Authorization": f"Bearer {self.key}"} if self.key else {}), **given.pop("headers", {})}
        if "json" in given:
            given |= {"data": json.dumps(given.pop("json")), "content_type": "application/json"}
        answer = self.client.generic(method.upper(), f"/api/v1{path}", headers=headers, **given)
        if answer.status_code >= 400:
            assert answer.headers["Content-Type"] == PROBLEM, answer.content
            body = answer.json()
            kind = KINDS[body["type"].removeprefix("/api/docs#")]
            assert (body["status"], body["title"]) == (answer.status_code, kind.title)
            assert kind.status == answer.status_code
            assert str(ROOT) not in answer.content.decode()
            assert "Traceback" not in answer.content.decode()
        return answer

    def get(self, path: str, **given: Any) -> Any:
        """An answer to GET."""
        return self.ask("get", path, **given)

    def post(self, path: str, **given: Any) -> Any:
        """An answer to POST."""
        return self.ask("post", path, **given)

    def events(self, rows: list[dict[str, Any]]) -> Any:
        """An answer to acts as NDJSON."""
        return self.post("/events", data="\n".join(map(json.dumps, rows)), content_type=NDJSON)


def row(name: str, **changes: Any) -> dict[str, Any]:
    """An act of the tests' terms, as a client writes it."""
    made = {**asdict(an_act(name)), "evidence": "B", "occurred_day": "2026-11-03", **changes}
    del made["source"]
    return made | ({"source": changes["source"]} if "source" in changes else {})


@pytest.fixture
def books_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """The site's ledger, on a day of the terms."""
    from leafmark.web import books

    with open_ledger(tmp_path / "ledger.db", "site", lambda: TODAY) as ledger:
        ledger.load(CATALOGUE)
        monkeypatch.setattr(books, "ledger", lambda: ledger)
        yield ledger


@pytest.fixture
def caller(db: None) -> Callable[..., Caller]:
    """Callers with keys of their own."""
    from leafmark.web.api.keys import make_key

    def made(client: str = "app", scopes: tuple[str, ...] = ALL, brand: str | None = None, **more: Any) -> Caller:
        return Caller(make_key(client, scopes, brand, **more)[1])

    return made


@pytest.fixture
def two_brands(shelf: None) -> None:
    """Beside Aiwa another brand, with a product that is published and one that is not."""
    from leafmark.web.shelf.models import Brand, Product, Publication

    first = Product.objects.select_related("current").get(product_id="TV-2")
    other = Brand.objects.create(slug="other", name="Other")
    hidden = Product.objects.create(brand=other, product_id="secret", category=first.category, name="Not yet published")
    shown = Product.objects.create(brand=other, product_id="O/1", category=first.category, name="Published")
    published = first.current
    assert published is not None
    shown.current = Publication.objects.create(
        product=shown, number=1, published_at=published.published_at, made_on=published.made_on, run=published.run,
        state=published.state, co2e_ug=published.co2e_ug, row=published.row, catalogue=published.catalogue,
    )  # fmt: skip
    shown.save()
    assert hidden.current is None
