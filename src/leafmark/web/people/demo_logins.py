"""One log-in per role for a demo's site, and an open festival. Only a demo gets them: its folder has a `shelves.json`.

Passwords are random, another one in each workspace, and kept beside it for its owner's eyes, so that they can be shown again.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from leafmark.web.books import ledger
from leafmark.web.me import consent
from leafmark.web.people.models import Membership, User
from leafmark.web.shelf.models import Brand, Venue

FILE = "logins.json"
DOMAIN = "demo.example"
BYTES = 9
FESTIVAL = {"en": "Demo festival", "zh-Hant": "示範節", "zh-Hans": "演示节"}
FESTIVAL_DAYS = dt.timedelta(days=30)
ROLES = ("consumer", "brand", "brand reviewer", "operator", "auditor")


@dataclass(frozen=True)
class LogIn:
    """What to type."""

    role: str
    email: str
    password: str


def demo_logins(folder: Path) -> list[LogIn]:
    """The log-ins of a demo, made at the first time: none where the workspace is no demo's. Of those made before, the ones that are there."""
    if not (folder / "shelves.json").exists():
        return []
    path = folder / FILE
    if path.exists():
        kept = [LogIn(**each) for each in json.loads(path.read_text(encoding="utf-8"))]
        known = set(User.objects.filter(email__in=[each.email for each in kept]).values_list("email", flat=True))
        if known:  # else the file outlived its database
            return [each for each in kept if each.email in known]
    found = [LogIn(role, f"{role.replace(' ', '-')}@{DOMAIN}", secrets.token_urlsafe(BYTES)) for role in ROLES]
    with transaction.atomic():
        _make({each.role: each for each in found})
        _open_festival()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump([asdict(each) for each in found], out, indent=1)
    return found


def _make(logins: dict[str, LogIn]) -> None:
    User.objects.filter(email__endswith=f"@{DOMAIN}").delete()
    brand = Brand.objects.annotate(size=Count("products")).order_by("-size", "pk").exclude(slug="not-named").first()
    made = {
        role: User.objects.create_user(each.email, each.password, name=role.capitalize())
        for role, each in logins.items()
    }
    made["operator"].is_operator = True
    made["auditor"].is_auditor = True
    made["consumer"].subject = _busiest()
    for user in made.values():
        user.save()
    consent.give(made["consumer"], "declared scenario")
    if brand is not None:
        Membership.objects.create(user=made["brand"], brand=brand)
        Membership.objects.create(user=made["brand reviewer"], brand=brand, may_publish=True)


def _open_festival() -> None:
    """A venue that is open for a month from now, so that there is one to see."""
    now = timezone.now()
    Venue.objects.update_or_create(
        slug="festival", defaults={"names": FESTIVAL, "opens_at": now, "closes_at": now + FESTIVAL_DAYS}
    )


def _busiest() -> str | None:
    """The subject with the most acts: there is most to see."""
    rows = ledger().store.rows(
        "SELECT i.subject FROM identity i JOIN event e ON e.account_id = i.account_id GROUP BY i.subject "
        "ORDER BY count(*) DESC, i.subject LIMIT 1"
    )
    return str(rows[0][0]) if rows else None
