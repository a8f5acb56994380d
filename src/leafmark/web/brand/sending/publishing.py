"""A draft's way to the shelf: proposed by one member, decided by another, published by a job, all of it or nothing.

    prepared -> proposed -> publishing -> published
            \\-> withdrawn   \\-> refused (by a person, or by the job where the draft no longer holds)

Every step is one conditional update of the draft's row: of two that come together one is taken.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from leafmark.engine.inputs import InputError
from leafmark.engine.run import RunError
from leafmark.web.brand.access import Console
from leafmark.web.brand.models import Draft
from leafmark.web.brand.sending.calculating import without_folders
from leafmark.web.brand.sending.claimed import needs_answer
from leafmark.web.brand.sending.pins import folder_of, older, stale
from leafmark.web.brand.sending.uploads import working
from leafmark.web.jobs.start import JobFault, progress, start
from leafmark.web.operate.rules.known import frozen_rules
from leafmark.web.shelf import finding
from leafmark.web.shelf.fill import Filled, fill
from leafmark.web.shelf.models import Publication

NOTE_MAX: Final = 2_000
OPEN: Final = (Draft.PREPARED, Draft.PROPOSED)
FUNCTION: Final = "leafmark.web.brand.sending.publishing.publish_draft"


def may_decide(at: Console, draft: Draft) -> bool:
    """Whether this member is the second pair of eyes for a draft."""
    return at.may_publish and draft.state == Draft.PROPOSED and draft.proposed_by_id != at.user.pk


def nothing_to_publish(draft: Draft) -> bool:
    """Whether every product of a draft has a fault, or there is none."""
    return draft.counts["products"] == draft.counts["changes"].get("fault", 0)


def propose(at: Console, draft: Draft, note: str) -> str:
    """Propose a draft; why not, or nothing."""
    if draft.state == Draft.PROPOSED and draft.proposed_by_id == at.user.pk:
        return ""  # the same form again
    if draft.state != Draft.PREPARED:
        return "state"
    if nothing_to_publish(draft):
        return "nothing"
    if needs_answer(draft) and not note:
        return "note_needed"
    if older(draft):
        return "older_shelf"
    proposed = {"state": Draft.PROPOSED, "proposed_by": at.user, "proposed_at": timezone.now(), "note": note}
    return "" if Draft.objects.filter(pk=draft.pk, state=Draft.PREPARED).update(**proposed) else "state"


def withdraw(at: Console, draft: Draft, note: str) -> str:
    """Take a draft back, before it is decided; why not, or nothing."""
    if draft.state == Draft.WITHDRAWN:
        return ""
    taken = Draft.objects.filter(pk=draft.pk, state__in=OPEN).update(state=Draft.WITHDRAWN)
    return "" if taken else "state"


def refuse(at: Console, draft: Draft, note: str) -> str:
    """Refuse a proposed draft, with a reason; why not, or nothing."""
    if draft.state == Draft.REFUSED and draft.decided_by_id == at.user.pk:
        return ""
    if not may_decide(at, draft):
        return "not_yours"
    if not note:
        return "reason_needed"
    decided = {
        "state": Draft.REFUSED,
        "decided_by": at.user,
        "decided_at": timezone.now(),
        "note": _more(draft.note, note),
    }
    return "" if _of_another(at, draft).update(**decided) else "state"


def publish(at: Console, draft: Draft, note: str) -> str:
    """Publish a proposed draft, as a job; why not, or nothing. One whose job ended badly may be tried again by who may publish."""
    if draft.decided_by_id == at.user.pk and (draft.state == Draft.PUBLISHED or working(draft.job)):
        return ""
    again = (
        draft.state == Draft.PUBLISHING
        and at.may_publish
        and draft.proposed_by_id != at.user.pk
        and not working(draft.job)
    )
    if not again and not may_decide(at, draft):
        return "not_yours"
    if older(draft):
        return "older_shelf"
    with transaction.atomic():
        waiting = Draft.objects.filter(pk=draft.pk, state=Draft.PUBLISHING) if again else _of_another(at, draft)
        decided = {
            "state": Draft.PUBLISHING,
            "decided_by": at.user,
            "decided_at": timezone.now(),
            "note": _more(draft.note, note),
        }
        if not waiting.update(**decided):
            return "state"
        job = start("publish", FUNCTION, {"draft": str(draft.pk)}, at.user)
        Draft.objects.filter(pk=draft.pk).update(job=job)
    return ""


STEPS: Final = {"propose": propose, "withdraw": withdraw, "refuse": refuse, "publish": publish}


def _of_another(at: Console, draft: Draft) -> Any:
    return Draft.objects.filter(pk=draft.pk, state=Draft.PROPOSED).exclude(proposed_by=at.user)


def _more(before: str, note: str) -> str:
    """Both notes: what was answered for a claim stays beside what the second pair of eyes said."""
    return "\n\n".join(filter(None, (before, note)))[: 2 * NOTE_MAX]


def publish_draft(draft: str) -> dict[str, Any]:
    """Publish a draft and bring the search up to date. Run again it publishes nothing twice.

    Raises
    ------
    JobFault : the draft does not hold any more; it is refused, and nothing of it is on the shelf.
    """
    found = Draft.objects.select_related("brand", "decided_by", "proposed_by").get(pk=draft)
    if found.state == Draft.PUBLISHING:
        found = _published(found)
    if found.state != Draft.PUBLISHED:
        raise JobFault(f"the draft is {found.state}; only one that a second member decided to publish is published")
    finding.update(_changed(found), lambda done, whole, _: progress(done, whole, "search"))
    return {"brand": found.brand.slug, "draft": str(found.pk), "published": found.counts["published"]}


def _published(draft: Draft) -> Draft:
    """Put a draft on the shelf, in one transaction with its own new state."""

    def first() -> None:
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        if locked.state != Draft.PUBLISHING:
            raise _Settled
        if why := stale(locked):
            raise _Stale(why)

    def last(done: Filled) -> None:
        counts = {**draft.counts, "published": done.published, "unchanged": done.unchanged}
        Draft.objects.filter(pk=draft.pk).update(state=Draft.PUBLISHED, counts=counts)

    folder = folder_of(draft)
    try:
        if why := stale(draft):  # before its files are read; and again when nobody else can publish
            raise _Stale(why)
        with suppress(_Settled):
            fill(
                folder / "run", folder / "catalogue.parquet", draft.on_date, workspace=Path(settings.WORKSPACE.folder), brand=draft.brand,
                published_by=draft.decided_by, progress=progress, rules=frozen_rules(), first=first, last=last,
            )  # fmt: skip
    except _Stale as error:
        raise _refused(draft, WORDS[str(error)]) from error
    except (InputError, RunError, OSError, ValueError) as error:
        raise _refused(draft, without_folders(str(error))) from error
    return Draft.objects.select_related("brand", "decided_by").get(pk=draft.pk)


def _changed(draft: Draft) -> list[int]:
    """The products that a draft gave a new publication."""
    made = Publication.objects.filter(
        product__brand=draft.brand, published_by=draft.decided_by, published_at__gte=draft.decided_at
    )
    return list(made.values_list("product_id", flat=True).distinct())


class _Settled(Exception):
    """Another worker published or refused the draft meanwhile."""


class _Stale(Exception):
    """A draft that does not hold any more; the message is why."""


WORDS: Final = {
    "files_changed": "the draft's files were changed after it was prepared; nothing was published: calculate it again",
    "files_gone": "the draft's files are gone; nothing was published: calculate it again",
    "older_shelf": "the brand's shelf changed after the draft was prepared, or what labels are graded by, so what it says of changes is no longer so; nothing was "
    "published: calculate it again",
}


def _refused(draft: Draft, words: str) -> JobFault:
    """Refuse a draft for what was found; the fault for who asked."""
    refused = {"state": Draft.REFUSED, "note": _more(draft.note, words)}
    Draft.objects.filter(pk=draft.pk, state=Draft.PUBLISHING).update(**refused)
    return JobFault(words)
