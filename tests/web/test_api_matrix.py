"""Who may do what: key x operation x object. The table is written out by hand from docs/api.md, and every operation must be in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from api_site import ALL, OF_BRANDS, Caller, row
from terms import ANN

from leafmark.ledger.ledger import Ledger
from leafmark.web.api.app import api
from leafmark.web.api.models import ApiKey

SEEN, HIDDEN, NO_KEY, NO_SCOPE = "seen", 404, 401, 403
REDEMPTION = f"/accounts/{ANN}/redemptions/7"

# operation -> scope, method, address of each object
SHELF = {
    "product": "/products/{}", "footprint": "/footprints/{}", "label": "/labels/{}", "explain": "/explain/{}",
}  # fmt: skip
OBJECTS = {"own": "aiwa/TV-1", "foreign": "other/O/1", "foreign unpublished": "other/secret"}
OTHERS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "check_claim": ("claims", "post", "/claims/check", {"json": {"text": "A lamp"}}),
    "post_events": ("events", "post", "/events", {"data": b"", "content_type": "application/x-ndjson"}),
    "look_up_account": ("balances", "post", "/accounts/lookup", {"json": {"subject": "ann"}}),
    "balance": ("balances", "get", f"/accounts/{ANN}/balance", {}),
    "redeem": ("redemptions", "post", f"/accounts/{ANN}/redemptions", {"json": {"points": 1, "reward": "x"}, "headers": {"Idempotency-Key": "k"}}),
    "redemption": ("redemptions", "get", REDEMPTION, {}),
    "post_redemption": ("redemptions", "post", f"{REDEMPTION}/post", {}),
    "arms": ("experiments", "post", "/experiments/spring/arms", {"json": {"units": ["x"]}}),
    "post_choices": ("experiments", "post", "/experiments/spring/choices", {"data": b"", "content_type": "application/x-ndjson"}),
    "leave": ("experiments", "post", "/experiments/spring/leave", {"json": {"units": ["x"]}}),
    "pack": ("parcels", "post", "/pack", {"json": {"orders": [{}], "cartons": [{}]}}),
    "void_redemption": ("redemptions", "post", f"{REDEMPTION}/void", {}),
}  # fmt: skip


def test_every_operation_is_in_the_table() -> None:
    schema = api.get_openapi_schema()
    operations = {each["operationId"] for methods in schema["paths"].values() for each in methods.values()}
    assert operations == {"products", *SHELF, *OTHERS}


@pytest.mark.parametrize("thing", list(OBJECTS))
@pytest.mark.parametrize("operation", list(SHELF))
@pytest.mark.parametrize("who", ["nobody", "brand", "operator", "brand without scope", "operator without scope"])
def test_the_shelf(
    two_brands: None,
    caller: Callable[..., Caller],
    who: str,
    operation: str,
    thing: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("leafmark.web.api.explaining.tree_of", lambda run, product_id: {"seen": product_id})
    scope = "explain" if operation == "explain" else "shelf"
    brand = "aiwa" if who.startswith("brand") else None
    scopes = tuple(each for each in (OF_BRANDS if brand else ALL) if (each != scope) == who.endswith("without scope"))
    asking = Caller() if who == "nobody" else caller("app", scopes, brand)
    answer = asking.get(SHELF[operation].format(OBJECTS[thing]))
    expected: Any = SEEN
    if who == "nobody":
        expected = NO_KEY if operation == "explain" else (HIDDEN if thing == "foreign unpublished" else SEEN)
    elif who.endswith("without scope"):
        expected = NO_SCOPE
    elif who == "brand":
        expected = SEEN if thing == "own" else HIDDEN
    elif thing == "foreign unpublished" and operation != "product":
        expected = HIDDEN  # the operator sees the product, which has no figure
    assert answer.status_code == (200 if expected == SEEN else expected)
    if expected != SEEN:
        assert "Not yet published" not in answer.content.decode()


@pytest.mark.parametrize(
    ("brand", "seen"),
    [("aiwa", {"TV-1", "TV-2", "TV-3", "TV-4", "TV-5"}), ("other", {"O/1", "secret"}),
     (None, {"TV-1", "TV-2", "TV-3", "TV-4", "TV-5", "O/1", "secret"})],
)  # fmt: skip
@pytest.mark.parametrize("query", ["", "&brand=aiwa", "&brand=other", "&category=television"])
def test_a_list_holds_what_its_key_may_see(
    two_brands: None, caller: Callable[..., Caller], brand: str | None, seen: set[str], query: str
) -> None:
    found = {
        each["product_id"]
        for each in caller("app", ("shelf",), brand).get(f"/products?limit=500{query}").json()["products"]
    }
    of = {"&brand=aiwa": {each for each in seen if each.startswith("TV")}, "&brand=other": seen & {"O/1", "secret"}}
    assert found == of.get(query, seen)
    public = {each["product_id"] for each in Caller().get(f"/products?limit=500{query}").json()["products"]}
    assert "secret" not in public


def test_what_is_hidden_looks_like_what_is_not_there(two_brands: None, caller: Callable[..., Caller]) -> None:
    asking = caller("app", ("shelf",), "aiwa")
    hidden, missing = asking.get("/products/other/secret"), asking.get("/products/other/nothng")
    assert hidden.json() == {**missing.json(), "detail": "no product other/secret"}


@pytest.mark.parametrize("operation", list(OTHERS))
def test_nobody_and_a_key_of_every_other_scope_are_refused(
    shelf: None, books_open: Ledger, caller: Callable[..., Caller], operation: str
) -> None:
    scope, method, path, given = OTHERS[operation]
    assert Caller().ask(method, path, **given).status_code == NO_KEY
    assert Caller("lmk_AAAAAAAA_" + "A" * 43).ask(method, path, **given).status_code == NO_KEY
    basic = Caller().ask(
        method, path, **{**given, "headers": {**given.get("headers", {}), "Authorization": "Basic YTpi"}}
    )
    assert basic.status_code == NO_KEY
    others = tuple(each for each in ALL if each != scope)
    refused = caller("app", others).ask(method, path, **given)
    assert refused.status_code == NO_SCOPE
    assert f'scope="{scope}"' in refused.headers["WWW-Authenticate"]


@pytest.mark.parametrize("operation", list(OTHERS))
def test_a_key_of_the_scope_is_let_in(
    shelf: None, books_open: Ledger, caller: Callable[..., Caller], operation: str
) -> None:
    scope, method, path, given = OTHERS[operation]
    assert caller("app", (scope,)).ask(method, path, **given).status_code not in (NO_KEY, NO_SCOPE)


@pytest.mark.parametrize(
    "operation", [name for name, (scope, *_) in OTHERS.items() if scope in ("balances", "redemptions", "experiments")]
)
def test_a_brands_key_never_opens_an_account_or_a_test_even_if_the_table_says_so(
    shelf: None, books_open: Ledger, caller: Callable[..., Caller], operation: str
) -> None:
    """Said twice: where keys are made, and where they are used."""
    _, method, path, given = OTHERS[operation]
    asking = caller("app", ("shelf",), "aiwa")
    caller("gate").events([row("one")])
    ApiKey.objects.filter(client="app").update(scopes=list(ALL))
    assert asking.ask(method, path, **given).status_code == NO_SCOPE


def test_a_session_opens_nothing_here(shelf: None) -> None:
    """The API knows keys alone, so no page of another origin can use a reader's cookie on it."""
    from leafmark.web.people.models import User

    asking = Caller()
    asking.client.force_login(User.objects.create_superuser("op@example.org", "x" * 20))
    assert asking.get("/explain/aiwa/TV-1").status_code == NO_KEY
    assert asking.post("/events", data=b"", content_type="application/x-ndjson").status_code == NO_KEY
