"""What waits for somebody: files that were sent, materials without a factor, drafts without a second pair of eyes, failed jobs.

Operators look; a brand's members act, in the brand's own console.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
from django.db.models import Q, QuerySet
from django.utils import timezone

from leafmark.web.brand.models import Draft, Match, Upload
from leafmark.web.brand.sending import matching
from leafmark.web.jobs.models import FAILED, Job
from leafmark.web.shelf.models import Brand

REFUSED_DAYS: Final = 30
"""A file that was refused whole waits to be mended and sent again; after so long nobody means to."""
READ_MAX: Final = 200
"""Uploads that are looked through for materials: the newest that wait."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A brand's materials that no factor was confirmed for: different names, and the oldest file that has one."""

    brand: Brand
    names: int
    since: dt.datetime


def imports() -> QuerySet[Upload]:
    """Files that wait for their brand, or that were refused lately; the oldest first."""
    lately = Q(state=Upload.REFUSED, sent_at__gte=timezone.now() - dt.timedelta(days=REFUSED_DAYS))
    waiting = Q(state__in=(Upload.CHECKING, Upload.CHECKED, Upload.CALCULATING))
    return Upload.objects.filter(waiting | lately).select_related("brand", "by").order_by("sent_at")


def drafts() -> QuerySet[Draft]:
    """Drafts that one member proposed and no other has looked at; the oldest first."""
    return (
        Draft.objects.filter(state=Draft.PROPOSED)
        .select_related("brand", "upload", "proposed_by")
        .order_by("proposed_at")
    )


def failed() -> QuerySet[Job]:
    """Jobs that failed; the newest first."""
    return Job.objects.filter(state=FAILED).select_related("by")


def unmatched() -> list[Unmatched]:
    """Brands with materials that wait for a factor, those with the most first."""
    matches: dict[Brand, list[Match]] = {}
    names: dict[Brand, set[str]] = {}
    since: dict[Brand, dt.datetime] = {}
    waiting = Upload.objects.filter(state__in=(Upload.CHECKED, Upload.CALCULATED)).select_related("brand")
    for upload in waiting.order_by("-sent_at")[:READ_MAX]:
        if upload.brand not in matches:
            matches[upload.brand] = matching.standing(upload.brand)
        missing = _missing(upload, matches[upload.brand])
        if missing:
            names.setdefault(upload.brand, set()).update(missing)
            since[upload.brand] = upload.sent_at
    found = [Unmatched(brand, len(missing), since[brand]) for brand, missing in names.items()]
    return sorted(found, key=lambda each: (-each.names, each.brand.name))


def counts() -> Counter[str]:
    """How many wait in each queue: brands, of those with unmatched materials."""
    return Counter(
        imports=imports().count(), unmatched=len(unmatched()), drafts=drafts().count(), failed=failed().count()
    )


def _missing(upload: Upload, matches: list[Match]) -> set[str]:
    """Materials of an upload without a factor, as matches know their names; none of a file that cannot be read."""
    try:
        left, _ = matching.parted(matching.materials(upload), matches)
    except (OSError, pa.ArrowInvalid):
        return set()
    return set(left.column("name_key").to_pylist())
