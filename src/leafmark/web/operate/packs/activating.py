"""A pack activated, or its activation withdrawn: by whom, why, and what was seen before."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.db import transaction

from leafmark.factors.model import Pack
from leafmark.factors.revision import Revision, keys_of_both, revise
from leafmark.web.jobs.models import Job
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


@dataclass(frozen=True)
class Beside:
    """A pack beside those that count at one moment, and what is known then of its effect. Made by `beside`, once a request."""

    pack: Pack
    active: tuple[Pack, ...]
    effect: Job | None

    @property
    def before(self) -> Pack | None:
        """The pack that counts and that this one would replace."""
        return next((each for each in self.active if each.id == self.pack.id), None)

    @property
    def revision(self) -> Revision:
        """The pack against the one that it would replace."""
        return _revised(_ByHash(self.before), _ByHash(self.pack))

    @property
    def refusal(self) -> NotActivated | None:
        """Why it may not be activated."""
        if self.pack.hash in {each.hash for each in self.active}:
            return NotActivated("is_active")
        both = keys_of_both(self.pack, [each for each in self.active if each.id != self.pack.id])
        if both:
            return NotActivated("keys", ", ".join(both[:KEYS_SHOWN]))
        return NotActivated("not_seen") if self.effect is None else None


def hashes(active: tuple[Pack, ...]) -> list[str]:
    """Of packs that count, as a job keeps them."""
    return sorted(each.hash for each in active)


def beside(pack: Pack) -> Beside:
    """A pack beside those that count now."""
    active = active_packs()
    return Beside(pack, active, last_effect(pack.hash, hashes(active)))


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


def activate(pack: Pack, looked_at: str, reason: str, by: User, token: str) -> None:
    """Let a pack count for new figures from now on. `looked_at`: hash of the pack that was looked at before.

    Raises
    ------
    NotActivated : it may not. IntegrityError : the form was sent before.
    """
    now = beside(pack)
    if (refused := now.refusal) is not None:
        raise refused
    if looked_at != pack.hash:
        raise NotActivated("changed")
    keep(pack)
    with transaction.atomic():
        PackDecision.objects.create(
            kind=PackDecision.ACTIVATED, pack_id=pack.id, version=pack.version, sha256=pack.hash, reason=reason,
            effect=now.effect, by=by, token=token,
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
