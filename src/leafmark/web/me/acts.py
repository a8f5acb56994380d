"""The feed of a consumer's acts, why each is worth what it is, and its proof."""

from __future__ import annotations

import datetime as dt
import json
import re

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from leafmark.ledger import person
from leafmark.ledger.catalogue import DAY_MAX, DAY_MIN
from leafmark.ledger.person import Standing
from leafmark.ledger.rows import INT64_MAX
from leafmark.web.me.own import Own, own_page
from leafmark.web.me.reasons import explanation, shown, totals
from leafmark.web.me.words import own_answer

PAGE = 20
_PLACE = re.compile(r"(\d{4}-\d{2}-\d{2})~(-?\d{1,19})")


@require_safe
@own_page
def feed(request: HttpRequest, own: Own) -> HttpResponse:
    """Her acts, the newest first, below what they come to: grams and points apart."""
    place = _place(request.GET.get("before", ""))
    found = person.acts(own.ledger, own.account_id, PAGE + 1, place)
    acts, more = found[:PAGE], found[PAGE:]
    values = {
        "acts": shown(acts), "earlier": _name(acts[-1]) if more else None, "is_first": place is None,
        "totals": totals(own.ledger, own.account_id), "balance": own.ledger.balance(own.account_id),
    }  # fmt: skip
    return own_answer(request, "me/feed.html", own, values)


@require_safe
@own_page
def entry(request: HttpRequest, own: Own, event_id: int) -> HttpResponse:
    """Why an act is worth what it is: method, quantity, baseline, factors, evidence, terms, and what a cap left out."""
    act = _own_act(own, event_id)
    (each,) = shown([act])
    made = act.row.act
    values = {
        "each": each, "tree": explanation(each.origin) if each.origin else None,
        "terms": own.ledger.catalogue.action(made.programme, made.action, made.occurred_day),
        "tally": person.tally_of(own.ledger, act),
    }  # fmt: skip
    return own_answer(request, "me/entry.html", own, values)


@require_safe
@own_page
def proof(request: HttpRequest, own: Own, event_id: int) -> HttpResponse:
    """The way from an act's record to its batch's link, to read."""
    act = _own_act(own, event_id)
    return own_answer(request, "me/proof.html", own, {"act": act, "proof": own.ledger.prove(own.account_id, event_id)})


@require_safe
@own_page
def proof_file(request: HttpRequest, own: Own, event_id: int) -> HttpResponse:
    """The same as the file that `docs/check_proof.py` checks."""
    _own_act(own, event_id)
    body = json.dumps(own.ledger.prove(own.account_id, event_id), indent=2, ensure_ascii=True) + "\n"
    return download(body, "application/json", f"leafmark-proof-{event_id}.json")


def download(body: str, kind: str, name: str) -> HttpResponse:
    """An answer to be kept as a file, whose name is ours alone."""
    return HttpResponse(
        body, content_type=f"{kind}; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _own_act(own: Own, event_id: int) -> Standing:
    found = person.act(own.ledger, own.account_id, event_id) if abs(event_id) <= INT64_MAX else None
    if found is None:
        raise Http404(f"no act {event_id} of this account")
    return found


def _name(last: Standing) -> str:
    return f"{reverse('me:feed')}?before={last.row.act.occurred_day.isoformat()}~{last.row.act.event_id}"


def _place(text: str) -> tuple[dt.date, int] | None:
    """Where a page begins; one that is not readable is the first page."""
    found = _PLACE.fullmatch(text)
    if not found or abs(int(found[2])) > INT64_MAX:
        return None
    try:
        day = dt.date.fromisoformat(found[1])
    except ValueError:
        return None
    return (day, int(found[2])) if DAY_MIN <= day <= DAY_MAX else None
