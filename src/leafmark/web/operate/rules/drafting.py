"""A draft begun, and saved revision by revision: nobody writes over what another saved."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from leafmark.methods.toml_shape import NAME, read_toml
from leafmark.web.operate.models import RulesDraft, RulesRevision
from leafmark.web.operate.rules.known import Version, next_version
from leafmark.web.operate.rules.texts import Texts, worked
from leafmark.web.people.models import User


class NotSaved(Exception):
    """A revision was not saved; `code` says why (`rules.refused.CODE`)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def texts(revision: RulesRevision) -> Texts:
    """What a revision says."""
    return Texts(revision.rules, tuple(revision.schemes))


def newest(draft: RulesDraft) -> RulesRevision:
    """A draft's newest revision; each draft has one from its beginning."""
    return draft.revisions.select_related("by").first()


def begin(before: Version | None, by: User, token: str) -> RulesDraft:
    """Begin a draft: with the worked example, or as the next version of one that is there.

    Raises
    ------
    IntegrityError : the form was sent before.
    """
    first = Texts(worked("rules"), (worked("scheme"),)) if before is None else next_version(before)
    with transaction.atomic():
        draft = RulesDraft.objects.create(begun_from=before.rules.name if before else "", by=by, token=token)
        _add(draft, None, first, "", by, token)
    return draft


def save(draft: RulesDraft, parent: int, changed: Texts, note: str, by: User, token: str) -> RulesRevision:
    """Save what a draft says now, over the revision of that number.

    Raises
    ------
    NotSaved : another was saved over that one, nothing was changed, or the draft is frozen.
    """
    try:
        with transaction.atomic():
            locked = RulesDraft.objects.select_for_update().get(pk=draft.pk)
            before = newest(locked)
            if before.token == token:
                return before  # the same form at the same moment
            if hasattr(locked, "frozen"):
                raise NotSaved("frozen")
            if before.number != parent:
                raise NotSaved("stale")
            if texts(before) == changed:
                raise NotSaved("same")
            return _add(draft, before, changed, note, by, token)
    except IntegrityError:
        raise NotSaved("stale") from None


def _add(
    draft: RulesDraft, parent: RulesRevision | None, said: Texts, note: str, by: User, token: str
) -> RulesRevision:
    return RulesRevision.objects.create(
        draft=draft, number=parent.number + 1 if parent else 1, parent=parent, rules=said.rules, schemes=list(said.schemes),
        sha256=said.sha256, note=note, by=by, token=token,
    )  # fmt: skip


def called(draft: RulesDraft) -> str:
    """What a draft is called: the version that its newest revision would be, as far as that can be read."""
    data, _ = read_toml(draft.revisions.all()[0].rules)
    found, version = data.get("id"), data.get("version")
    return f"{found}@{version}" if isinstance(found, str) and NAME.fullmatch(found) and type(version) is int else ""
