"""What waits for somebody: files that were sent, materials without a factor, drafts without a second pair of eyes, failed jobs.

Operators look; a brand's members act, in the brand's own console.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db.models import Q, QuerySet
from django.utils import timezone

from leafmark.products.matching.terms import name_key
from leafmark.web.brand.models import Draft, Match, Upload
from leafmark.web.jobs.models import FAILED, Job
from leafmark.web.shelf.models import Brand

REFUSED_DAYS: Final = 30
"""A file that was refused whole waits to be mended and sent again; after so long nobody means to."""
BILLS: Final = "bills.parquet"
"""An upload's accepted bills, in its folder."""
READ_MAX: Final = 200
"""Uploads whose bills are looked through for materials: the newest that wait."""


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
    confirmed: dict[int, set[str]] = {}
    for brand, name in Match.objects.filter(withdrawn_at=None).values_list("brand_id", "name"):
        confirmed.setdefault(brand, set()).add(name_key(name))
    names: dict[Brand, set[str]] = {}
    since: dict[Brand, dt.datetime] = {}
    waiting = Upload.objects.filter(state__in=(Upload.CHECKED, Upload.CALCULATED)).select_related("brand")
    for upload in waiting.order_by("-sent_at")[:READ_MAX]:
        missing = _materials_of(upload.folder) - confirmed.get(upload.brand_id, set())
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


def _materials_of(folder: Path) -> frozenset[str]:
    """Different materials without a key in the accepted bills of an upload: Parquet with the columns of docs/import.md."""
    path = folder / BILLS
    return _materials_in(path, path.stat().st_mtime_ns) if path.exists() else frozenset()


@lru_cache(maxsize=READ_MAX)
def _materials_in(path: Path, _: int) -> frozenset[str]:
    """Names as matches know them; of a file as it was at a moment."""
    try:
        lines = pq.read_table(path)
    except (OSError, pa.ArrowInvalid):
        return frozenset()  # half-written: it is there at the next look
    if not {"material", "key"} <= set(lines.column_names):
        return frozenset()
    parts = lines.column("component_id") if "component_id" in lines.column_names else pa.nulls(lines.num_rows)
    without = lines.filter(pc.and_(pc.is_null(lines.column("key")), pc.is_null(parts))).column("material")
    return frozenset(name_key(each) for each in pc.unique(without).to_pylist() if each)
