"""Every address of the site × every role: a new address must be put into a list here, or the test fails.

What a role may do with one object is each room's own test; this one holds the doors.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLResolver
from experiments_site import declared

from leafmark.web.brand.models import Draft, Match, Target, Upload
from leafmark.web.jobs.models import Job
from leafmark.web.operate.rules import commenting, drafting
from leafmark.web.parcels.models import PackingPlan
from leafmark.web.people.models import Membership, User
from leafmark.web.shelf.models import Brand, Run

PUBLIC = {
    "shop": "all", "embed": "all", "people": "all", "api_docs": "all", "api": "keys", "audit:trace": "all", "audit:factor": "all",
    "audit:method": "all", "operate:rules_text": "all", "experiment": "all", "me:join": "all", "me:join_sent": "all", "me:join_answer": "all",
    "me:gone": "all",
}  # fmt: skip
"""Rooms and addresses that are open, or guard themselves by keys (tests/web/test_api_matrix.py)."""
CLOSED = ("brand", "operate", "audit")
OF_EVERYBODY = ("me", "jobs")
"""Needs a log-in, and shows one's own."""
OPEN_TO_MEMBERS = ("brand:all",)
FORBIDDEN = (302, 403, 404, 405)


def addresses(
    found: Any = None, spaces: tuple[str, ...] = (), before: frozenset[str] = frozenset()
) -> Iterator[tuple[str, frozenset[str]]]:
    """Name and parameters of each address."""
    for each in (found or get_resolver()).url_patterns:
        taken = before | set(getattr(each.pattern, "converters", ()))
        if isinstance(each, URLResolver):
            yield from addresses(each, (*spaces, each.namespace) if each.namespace else spaces, taken)
        elif each.name and spaces[:1] != ("api-1",):
            yield ":".join((*spaces, each.name)), taken


def room(name: str) -> str:
    return name.partition(":")[0]


def closed() -> list[tuple[str, frozenset[str]]]:
    return [
        (name, taken) for name, taken in dict(addresses()).items() if name not in PUBLIC and room(name) not in PUBLIC
    ]


@pytest.fixture
def objects(shelf: None) -> dict[str, Any]:
    """One real object for each parameter of an address, all of them of brand Aiwa."""
    aiwa = Brand.objects.get(slug="aiwa")
    owner = User.objects.create_user("owner@example.org", "a long enough word")
    Membership.objects.create(user=owner, brand=aiwa)
    upload = Upload.objects.create(
        brand=aiwa, by=owner, token="t", products_name="p.csv", state=Upload.REFUSED, fault="x"
    )
    draft = Draft.objects.create(
        brand=aiwa, upload=upload, run="use", catalogue="use.catalogue.parquet", on_date="2026-11-01", prepared_by=owner
    )  # fmt: skip
    target = Target.objects.create(
        brand=aiwa, name="Half", base_year=2020, base_ug=10**12, target_year=2030, reduction_percent=50, made_by=owner
    )
    match = Match.objects.create(brand=aiwa, name="Oak", key="material.wood", by=owner)
    draft_of_rules = drafting.begin(None, owner, "t")
    comment = commenting.say(draft_of_rules, "", "why?", owner, "t")
    job = Job.objects.create(name="verify", function="leafmark.web.operate.verifying.verify_ledger", by=owner)
    return {
        "brand": "aiwa", "slug": "aiwa", "product_id": "TV-1", "upload_id": upload.pk, "draft_id": draft.pk, "number": target.pk,
        "match_id": match.pk, "job_id": job.pk, "run_id": Run.objects.get().run_id, "kind": "products", "lang": "en", "step": "publish",
        "member": owner.memberships.get().pk, "name": "leafmark", "stamp": "x", "sample_id": 1, "place": 1, "goal_id": 1,
        "event_id": 1, "redemption_id": 1, "factor_id": "x", "subject_id": "TV-1", "method_id": "appliance.use", "version": 2, "token": uuid.uuid4().hex,
        "folder": "2023", "scope": 1, "category": 0, "draft": draft_of_rules.pk, "revision": 1, "comment": comment.pk, "key": declared("spring").key, "told": "x",
        "plan_id": PackingPlan.objects.create(by=owner, token="t", objective="co2e", distance_km=1, kg_co2e_per_tkm=1).pk,
    }  # fmt: skip


@pytest.fixture
def role(shelf: None) -> Callable[[str], Client]:
    def made(name: str) -> Client:
        client = Client(raise_request_exception=False)
        if name == "anybody":
            return client
        user = User.objects.create_user(f"{name}@example.org", "a long enough word")
        if name == "rival":
            Membership.objects.create(
                user=user, brand=Brand.objects.create(slug="rival", name="Rival"), may_publish=True
            )
        user.is_operator, user.is_auditor = name == "operator", name == "auditor"
        user.save()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    return made


def at(name: str, taken: frozenset[str], objects: dict[str, Any]) -> str:
    unknown = taken - objects.keys()
    assert not unknown, f"{name}: say in `objects` what its {sorted(unknown)} may be"
    return reverse(name, kwargs={each: objects[each] for each in taken})


def test_every_address_is_in_a_room_that_is_known() -> None:
    unknown = {room(name) for name, _ in closed()} - {*CLOSED, *OF_EVERYBODY}
    assert not unknown, f"rooms {sorted(unknown)}: open, closed, or everybody's own?"
    assert len(closed()) > 60


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", ["anybody", "consumer", "rival"])
def test_closed_rooms_are_closed(objects: dict[str, Any], role: Callable[[str], Client], who: str, method: str) -> None:
    client, opened = role(who), {}
    for name, taken in closed():
        if room(name) in OF_EVERYBODY and who != "anybody":
            continue
        answer = getattr(client, method)(at(name, taken, objects))
        led = answer.headers.get("Location", "")
        to_login = "/account/login/" in led or led.endswith("/me/gone/")  # who is erased has no log-in any more
        if who == "anybody" and method == "get" and answer.status_code == 302:
            assert to_login, (name, led)
        if answer.status_code not in FORBIDDEN or (answer.status_code == 302 and not to_login):
            opened[name] = answer.status_code
    if who != "anybody" and method == "get":
        assert opened.pop("brand:all") in (200, 302)
    assert not opened


def test_an_auditor_changes_nothing_but_her_own_samples(objects: dict[str, Any], role: Callable[[str], Client]) -> None:
    """She may ask for checks, which write down what was found."""
    client = role("auditor")
    let_in = {
        name
        for name, taken in closed()
        if room(name) in CLOSED and client.post(at(name, taken, objects)).status_code not in (403, 404, 405)
    }
    assert let_in <= {"operate:verify", "audit:draw", "audit:replay", "audit:line", "audit:compare"}, let_in


def test_what_is_anothers_is_not_there(objects: dict[str, Any], role: Callable[[str], Client]) -> None:
    """A job, and every object of a brand: by the rival's own console, with Aiwa's numbers."""
    client = role("rival")
    assert client.get(reverse("jobs:one", args=(objects["job_id"],))).status_code == 404
    for name, taken in closed():
        if room(name) == "brand" and taken - {"brand", "kind", "lang", "step", "product_id"}:
            for method in (client.get, client.post):
                status = method(at(name, taken, {**objects, "brand": "rival"})).status_code
                assert status in (404, 405), (name, status)
