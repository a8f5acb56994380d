"""Which packs count for new figures. A pack that was activated is kept as a copy by its hash, so that no folder can change it."""

from __future__ import annotations

import shutil
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings

from leafmark.factors.model import Pack
from leafmark.web.operate.models import PackDecision
from leafmark.web.operate.packs.installed import KEPT, builtin_pack

FOLDER: Final = "active-packs"


class PackGoneError(Exception):
    """A pack that was activated is no longer what it was; the message says which, and what to do."""


def decisions() -> dict[str, PackDecision]:
    """The newest decision on each pack id."""
    found: dict[str, PackDecision] = {}
    for each in PackDecision.objects.select_related("by").order_by("at", "pk"):
        found[each.pack_id] = each
    return found


def active_packs() -> tuple[Pack, ...]:
    """The packs that new drafts and the wizard take, by id: the built-in one, unless a version of it was activated in its place.

    Raises
    ------
    PackGoneError : the copy of an activated pack is gone or was changed.
    """
    own = builtin_pack()
    found = {own.id: own}
    for each in decisions().values():
        if each.kind == PackDecision.ACTIVATED and each.sha256 != own.hash:
            found[each.pack_id] = _kept(Path(settings.WORKSPACE.folder), each.sha256)
    return tuple(found[each] for each in sorted(found))


def keep(pack: Pack) -> None:
    """Keep a copy of a pack by its hash. Keeping it again changes nothing."""
    folder = Path(settings.WORKSPACE.folder) / FOLDER / pack.hash
    if folder.exists():
        return
    half = folder.with_name(f"{pack.hash}.tmp")
    shutil.rmtree(half, ignore_errors=True)
    pack.write(half)
    half.replace(folder)


@lru_cache(maxsize=KEPT)
def _kept(workspace: Path, sha256: str) -> Pack:
    folder = workspace / FOLDER / sha256
    hint = "put the folder back from a backup, or activate the pack again"
    if not folder.is_dir():
        raise PackGoneError(f"{FOLDER}/{sha256}: the activated pack is not there; {hint}")
    pack = Pack.load(folder)
    if pack.hash != sha256:
        raise PackGoneError(f"{FOLDER}/{sha256}: the activated pack was changed (found {pack.hash[:16]}); {hint}")
    return pack
