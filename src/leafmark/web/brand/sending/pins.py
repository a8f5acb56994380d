"""What a draft was made of, so that nothing else is published in its place.

Its files by hash, the brand's shelf by its newest publication, and what it was graded by.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, Max

from leafmark.engine.inputs import sha256_file
from leafmark.web.brand.models import Draft
from leafmark.web.shelf.models import Brand, Publication
from leafmark.web.shelf.state import grading_now

FILES: Final = (
    "run/run.json",
    "run/products.parquet",
    "run/rejected.parquet",
    "bill.parquet",
    "catalogue.parquet",
    "items.parquet",
)
CHANGED, GONE, OLDER = "files_changed", "files_gone", "older_shelf"
"""Why a draft cannot be published any more; `sending.stale.WHY` says it in words."""


def shelf_now(brand: Brand) -> list[int]:
    """What tells one state of a brand's shelf from the next: its newest publication's number, and how many there are."""
    found = Publication.objects.filter(product__brand=brand).aggregate(newest=Max("pk"), count=Count("pk"))
    return [found["newest"] or 0, found["count"]]


def pins(folder: Path, shelf: list[int], grading: str | None) -> dict[str, Any]:
    """What a draft is held to."""
    return {"files": _hash(folder), "shelf": shelf, "grading": grading}


def folder_of(draft: Draft) -> Path:
    """Where a draft's files lie."""
    return Path(settings.WORKSPACE.folder) / Path(draft.catalogue).parent


def older(draft: Draft) -> bool:
    """Whether the brand's shelf, or what labels are graded by, changed since the draft was prepared: what it says is no longer so."""
    held = draft.counts["pins"]
    return list(held["shelf"]) != shelf_now(draft.brand) or held.get("grading") != grading_now()


def stale(draft: Draft) -> str:
    """Why a draft cannot be published, or nothing. Reads its files whole."""
    try:
        if _hash(folder_of(draft)) != draft.counts["pins"]["files"]:
            return CHANGED
    except OSError:
        return GONE
    return OLDER if older(draft) else ""


def _hash(folder: Path) -> str:
    there = [name for name in FILES if (folder / name).exists() or name not in ("run/rejected.parquet",)]
    lines = (f"{name} {sha256_file(folder / name)}\n" for name in there)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
