"""What is said of a draft, or of one of its fields: comments, answers, and whether it is settled."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from leafmark.methods import category_rules
from leafmark.products import scheme_reading
from leafmark.web.operate.models import RulesComment, RulesDraft
from leafmark.web.operate.rules.differing import scheme_id
from leafmark.web.operate.rules.drafting import newest
from leafmark.web.operate.rules.texts import Texts
from leafmark.web.people.models import User

RULES = "rules"
"""How a field of the rules begins; one of a scheme begins with its id."""


@dataclass(frozen=True)
class Thread:
    """A comment with what came after it."""

    comment: RulesComment
    answers: tuple[RulesComment, ...]

    @property
    def resolved(self) -> bool:
        """Whether it is settled: the last word on that counts."""
        said = [each.kind for each in self.answers if each.kind != RulesComment.ANSWER]
        return bool(said) and said[-1] == RulesComment.RESOLVED


class NotSaid(Exception):
    """The draft is frozen: what was said of it stays, and nothing is added."""


def fields_of(texts: Texts) -> list[str]:
    """The fields that a comment may be on: `rules boundary`, `my.scheme classes`."""
    schemes = (scheme_id(text, place) for place, text in enumerate(texts.schemes))
    return [f"{RULES} {name}" for name in category_rules.KEYS] + [
        f"{scheme} {name}" for scheme in schemes for name in scheme_reading.KEYS
    ]


def threads(draft: RulesDraft) -> list[Thread]:
    """What was said, the oldest first."""
    said = list(draft.comments.select_related("by", "revision"))
    answers: dict[int, list[RulesComment]] = {}
    for each in said:
        if each.thread_id is not None:
            answers.setdefault(each.thread_id, []).append(each)
    return [Thread(each, tuple(answers.get(each.pk, ()))) for each in said if each.thread_id is None]


def still_open(draft: RulesDraft) -> list[Thread]:
    """What is not settled."""
    return [each for each in threads(draft) if not each.resolved]


def last_said(draft: RulesDraft) -> int:
    """The number of the last word on a draft; 0 where nothing was said."""
    found: int | None = draft.comments.order_by("-pk").values_list("pk", flat=True).first()
    return found or 0


def say(draft: RulesDraft, field: str, text: str, by: User, token: str) -> RulesComment:
    """Comment on a draft, or on a field of it.

    Raises
    ------
    NotSaid : it is frozen. IntegrityError : the form was sent before.
    """
    return _say(draft, RulesComment.COMMENT, text, by, token, field=field)


def answer(thread: RulesComment, kind: str, text: str, by: User, token: str) -> RulesComment:
    """Answer a comment; as `resolved` or `reopened` that settles it, or opens it again.

    Raises
    ------
    NotSaid : the draft is frozen. IntegrityError : the form was sent before.
    """
    return _say(thread.draft, kind, text, by, token, field=thread.field, thread=thread)


def _say(
    draft: RulesDraft, kind: str, text: str, by: User, token: str, *, field: str, thread: RulesComment | None = None
) -> RulesComment:
    with transaction.atomic():
        locked = RulesDraft.objects.select_for_update().get(pk=draft.pk)
        if hasattr(locked, "frozen"):
            raise NotSaid
        return RulesComment.objects.create(
            draft=draft, revision=newest(draft), field=field, thread=thread, kind=kind, text=text, by=by, token=token
        )
