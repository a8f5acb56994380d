"""A draft's newest revision frozen as a version: by another than who saved it, exactly as it was seen."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from leafmark.methods.category_rules import CategoryRules
from leafmark.products.schemes import Scheme
from leafmark.web.operate.models import FrozenRules, FrozenScheme, RulesDraft, RulesRevision
from leafmark.web.operate.rules import known
from leafmark.web.operate.rules.commenting import last_said, still_open
from leafmark.web.operate.rules.drafting import newest, texts
from leafmark.web.operate.rules.texts import Reading, read, sha256_of
from leafmark.web.people.models import User


class NotFrozen(Exception):
    """A draft may not be frozen now; `code` says why (`rules.refused.CODE`), `detail` what was found."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


def refusal(draft: RulesDraft, revision: RulesRevision, by: User) -> NotFrozen | None:
    """Why a draft may not be frozen by this person, whatever she says."""
    if hasattr(draft, "frozen"):
        return NotFrozen("frozen")
    reading = read(texts(revision))
    if reading.faults:
        return NotFrozen("faults")
    if there := known.taken(*_whole(reading)):
        return NotFrozen("exists", ", ".join(there))
    if revision.by_id == by.pk:
        return NotFrozen("own")
    return None


def freeze(draft: RulesDraft, sha256: str, heard: int, despite: bool, reason: str, by: User, token: str) -> FrozenRules:
    """Freeze a draft.

    Parameters
    ----------
    sha256, heard : of the revision and the last word that were seen. despite : the reason says why comments stay open.
    token : of the form; sent twice it freezes once.

    Raises
    ------
    NotFrozen : it may not be.
    """
    try:
        with transaction.atomic():
            locked = RulesDraft.objects.select_for_update().get(pk=draft.pk)
            if hasattr(locked, "frozen") and locked.frozen.token == token:
                return locked.frozen  # the same form at the same moment
            revision = newest(locked)
            if refused := refusal(locked, revision, by):
                raise refused
            if revision.sha256 != sha256:
                raise NotFrozen("changed")
            if last_said(locked) != heard:
                raise NotFrozen("said")
            unsettled = len(still_open(locked))
            if unsettled and not despite:
                raise NotFrozen("open", str(unsettled))
            return _frozen(locked, revision, unsettled, reason, by, token)
    except IntegrityError:
        raise NotFrozen("exists") from None  # another draft took the name at the same moment


def _whole(reading: Reading) -> tuple[CategoryRules, list[Scheme]]:
    """Rules and schemes of texts without a fault."""
    assert reading.rules is not None
    return reading.rules, [each for each in reading.schemes if each is not None]


def _frozen(
    draft: RulesDraft, revision: RulesRevision, unsettled: int, reason: str, by: User, token: str
) -> FrozenRules:
    rules, schemes = _whole(read(texts(revision)))
    made = FrozenRules.objects.create(
        draft=draft, revision=revision, rules_id=rules.id, version=rules.version, identity=rules.hash, text=revision.rules,
        sha256=sha256_of(revision.rules), open_comments=unsettled, reason=reason, by=by, token=token,
    )  # fmt: skip
    for scheme, text in zip(schemes, revision.schemes, strict=True):
        FrozenScheme.objects.create(
            rules=made, scheme_id=scheme.id, version=scheme.version, sha256=sha256_of(text), text=text
        )
    return made
