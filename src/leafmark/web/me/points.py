"""Points: what is there, what it buys, and a redemption that happens once however often its form is sent.

A form carries the redemption's id, made with the page. The ledger answers the same id with the same redemption; two forms that
together ask for more than there is cannot both be served.
"""

from __future__ import annotations

import re
import secrets

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from leafmark.ledger import Accepted, Conflict, Duplicate, person
from leafmark.ledger.rows import INT64_MAX
from leafmark.web.me.own import Own, own_page
from leafmark.web.me.rewards import Reward, rewards
from leafmark.web.me.words import own_answer

_ID = re.compile(r"[1-9]\d{0,18}")


@require_safe
@own_page
def points(request: HttpRequest, own: Own) -> HttpResponse:
    """Her points, what they buy, and what she has redeemed."""
    return _page(request, own)


@require_POST
@own_page
def redeem(request: HttpRequest, own: Own) -> HttpResponse:
    """Hold points for a reward. The same form again leads to the same redemption."""
    given, reward = request.POST.get("redemption", ""), rewards().get(request.POST.get("reward", ""))
    if not _ID.fullmatch(given) or int(given) > INT64_MAX or reward is None:
        return _page(request, own, "unknown", 400)
    known = person.redemption(own.ledger, own.account_id, int(given))
    if known is not None:  # by its own price, whatever the catalogue asks today
        return _result(int(given)) if known.steps[0].reward == reward.id else _page(request, own, "used", 409)
    if request.POST.get("points") != str(reward.points):
        return _page(request, own, "price", 409)
    return _redeemed(request, own, int(given), reward)


def _redeemed(request: HttpRequest, own: Own, redemption_id: int, reward: Reward) -> HttpResponse:
    outcome = own.ledger.redeem(own.account_id, redemption_id, reward.points, reward.id)
    if isinstance(outcome, Accepted | Duplicate):
        return _result(redemption_id)
    if isinstance(outcome, Conflict):
        return _page(request, own, "used", 409)
    return _page(request, own, "not_enough" if outcome.reason == "not_enough" else "unknown", 409)


@require_safe
@own_page
def redemption(request: HttpRequest, own: Own, redemption_id: int) -> HttpResponse:
    """One redemption, and how it stands."""
    return _redemption_page(request, own, redemption_id)


@require_POST
@own_page
def give_back(request: HttpRequest, own: Own, redemption_id: int) -> HttpResponse:
    """Take a redemption back as long as nobody has served it; the points are hers again, once."""
    outcome = own.ledger.settle(own.account_id, redemption_id, "void")
    if isinstance(outcome, Accepted | Duplicate):
        return _result(redemption_id)
    return _redemption_page(request, own, redemption_id, 409)


def _redemption_page(request: HttpRequest, own: Own, redemption_id: int, status: int = 200) -> HttpResponse:
    found = person.redemption(own.ledger, own.account_id, redemption_id) if redemption_id <= INT64_MAX else None
    if found is None:
        raise Http404(f"no redemption {redemption_id} of this account")
    values = {"redemption": found, "rewards": rewards(), "too_late": status == 409,
              "balance": own.ledger.balance(own.account_id)}  # fmt: skip
    return own_answer(request, "me/redemption.html", own, values, status)


def _result(redemption_id: int) -> HttpResponse:
    return redirect("me:redemption", redemption_id)


def _page(request: HttpRequest, own: Own, fault: str | None = None, status: int = 200) -> HttpResponse:
    catalogue = rewards()
    values = {
        "balance": own.ledger.balance(own.account_id), "rewards": catalogue, "fault": fault,
        "offers": [(each, 1 + secrets.randbelow(INT64_MAX)) for each in catalogue.values()],
        "redemptions": person.redemptions(own.ledger, own.account_id),
    }  # fmt: skip
    return own_answer(request, "me/points.html", own, values, status)
