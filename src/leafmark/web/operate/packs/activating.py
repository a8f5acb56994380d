"""A pack activated, or its activation withdrawn: by whom, why, and what was seen before."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from django.db import transaction

from leafmark.factors.model import Pack
from leafmark.factors.revision import Revision, keys_of_both, revise
from leafmark.web.operate.models import PackDecision
from leafmark.web.operate.packs.active import active_packs, decisions, keep
from leafmark.web.operate.packs.effect import last_effect
from leafmark.web.people.models import User

KEYS_SHOWN: Final = 5


class NotActivated(Exception):
    """A pack may not be activated now; `code` says why (`packs.refused.CODE`), `detail` what was found."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


def hashes() -> list[str]:
    """Of the packs that count now."""
    return sorted(each.hash for each in active_packs())


def before(pack: Pack) -> Pack | None:
    """The pack that counts now and that this one would replace."""
    return next((each for each in active_packs() if each.id == pack.id), None)


def revision_of(pack: Pack) -> Revision:
    """A pack against the one that counts now."""
    return _revised(_ByHash(before(pack)), _ByHash(pack))


class _ByHash:
    """A pack that is equal to another of its hash, so that the same two are held against each other once."""

    def __init__(self, pack: Pack | None) -> None:
        self.pack = pack

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByHash) and hash(self) == hash(other)

    def __hash__(self) -> int:
        return hash(self.pack and self.pack.hash)


@lru_cache(maxsize=4)
def _revised(one: _ByHash, other: _ByHash) -> Revision:
    assert other.pack is not None
    return revise(one.pack, other.pack)


def refusal(pack: Pack) -> NotActivated | None:
    """Why a pack may not be activated now."""
    active = active_packs()
    if pack.hash in {each.hash for each in active}:
        return NotActivated("is_active")
    both = keys_of_both(pack, [each for each in active if each.id != pack.id])
    if both:
        return NotActivated("keys", ", ".join(both[:KEYS_SHOWN]))
    if last_effect(pack.hash, hashes()) is None:
        return NotActivated("not_seen")
    return None


def activate(pack: Pack, looked_at: str, reason: str, by: User, token: str) -> None:
    """Let a pack count for new figures from now on. `looked_at`: hash of the pack that was looked at before.

    Raises
    ------
    NotActivated : it may not. IntegrityError : the form was sent before.
    """
    refused = refusal(pack)
    if refused is not None:
        raise refused
    if looked_at != pack.hash:
        raise NotActivated("changed")
    keep(pack)
    with transaction.atomic():
        PackDecision.objects.create(
            kind=PackDecision.ACTIVATED, pack_id=pack.id, version=pack.version, sha256=pack.hash, reason=reason,
            effect=last_effect(pack.hash, hashes()), by=by, token=token,
        )  # fmt: skip


def withdraw(pack_id: str, reason: str, by: User, token: str) -> bool:
    """Let an activated pack count no more; of the built-in one's id, the built-in one counts again. False: none is activated.

    Raises
    ------
    IntegrityError : the form was sent before.
    """
    last = decisions().get(pack_id)
    if last is None or last.kind != PackDecision.ACTIVATED:
        return False
    PackDecision.objects.create(
        kind=PackDecision.WITHDRAWN, pack_id=last.pack_id, version=last.version, sha256=last.sha256, reason=reason, by=by,
        token=token,
    )  # fmt: skip
    return True
