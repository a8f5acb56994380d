"""Operations on accounts, for the operator's clients: who has one, what it holds, points redeemed."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Annotated, Any, Final

from django.http import HttpRequest
from ninja import Header, Path, Query, Router, Status
from pydantic import BeforeValidator

from leafmark.ledger.accounts import redemption_rows
from leafmark.ledger.columns import stored_day
from leafmark.ledger.ledger import Ledger
from leafmark.ledger.privacy import account_of, has_account
from leafmark.ledger.rows import INT64_MAX, Accepted, Conflict, Duplicate, Outcome, RedemptionRow, Rejected, id_of
from leafmark.ledger.schema import StoreError
from leafmark.web import books
from leafmark.web.api.auth import Needs, client_of
from leafmark.web.api.once import Done, key_in, once
from leafmark.web.api.problems import Problem, problem_response, refused
from leafmark.web.api.schemas import AccountOut, BalanceOut, LookupIn, RedeemIn, RedemptionOut, written

Id = Annotated[int, Path(ge=-INT64_MAX, le=INT64_MAX)]
GRAMS: Final = ("avoided_mg", "participant_reduction_mg", "operator_inventory_mg")
POINTS: Final = {"points": "available", "held": "held", "ended": "ended", "above_cap": "above_cap"}

balances, redemptions = Router(auth=Needs("balances")), Router(auth=Needs("redemptions"))


@balances.post("/accounts/lookup", response=AccountOut, operation_id="look_up_account", tags=["balances"])
def lookup(request: HttpRequest, person: LookupIn) -> dict[str, Any]:
    """The account of a person by what the operator calls her."""
    account = account_of(books.ledger(), person.subject)
    if account is None:
        raise Problem("not-found", "the subject has no account")
    return {"account_id": str(account)}


@balances.get("/accounts/{account_id}/balance", response=BalanceOut, operation_id="balance", tags=["balances"])
def balance(
    request: HttpRequest, account_id: Id,
    at: Annotated[dt.date | None, Query(description="The end of that day; now if none is named"), BeforeValidator(written)] = None,
) -> dict[str, Any]:  # fmt: skip
    """What an account holds: points, and grams by what is claimed. Neither is added to another."""
    ledger = books.ledger()
    if at is not None:
        _holdable(at)
    _there(ledger, account_id)
    found = asdict(ledger.balance(account_id, at))
    return {
        "account_id": str(account_id), "at": at, "points": {name: found[field] for field, name in POINTS.items()},
        "grams": {name: found[name] for name in GRAMS},
    }  # fmt: skip


@redemptions.post(
    "/accounts/{account_id}/redemptions", response={201: RedemptionOut}, operation_id="redeem", tags=["redemptions"]
)
def redeem(
    request: HttpRequest, account_id: Id, redemption: RedeemIn,
    idempotency_key: Annotated[str | None, Header(alias="Idempotency-Key", description="The client's own name for this redemption")] = None,
) -> Any:  # fmt: skip
    """Hold points for a reward, once for each Idempotency-Key. Send it again as it is where the answer was lost."""
    client, key, ledger = client_of(request).name, key_in(idempotency_key), books.ledger()
    redemption_id = id_of(f"{client}\x1f{key}")

    def work() -> Done:
        _there(ledger, account_id)
        row = _row(ledger.redeem(account_id, redemption_id, redemption.points, redemption.reward))
        return 201, _redemption(row)

    status, body = once(client, key, (account_id, redemption.points, redemption.reward), work)
    return Status(status, body) if status == 201 else problem_response(status, body)


@redemptions.get(
    "/accounts/{account_id}/redemptions/{redemption_id}",
    response=RedemptionOut,
    operation_id="redemption",
    tags=["redemptions"],
)
def redemption(request: HttpRequest, account_id: Id, redemption_id: Id) -> dict[str, Any]:
    """A redemption as it stands."""
    ledger = books.ledger()
    found = redemption_rows(ledger.store.rows, "account_id = ? AND redemption_id = ?", (account_id, redemption_id))
    if not found:
        raise Problem("not-found", "the account has no redemption of that id")
    return _redemption(found[-1])


@redemptions.post(
    "/accounts/{account_id}/redemptions/{redemption_id}/post",
    response=RedemptionOut,
    operation_id="post_redemption",
    tags=["redemptions"],
)
def post(request: HttpRequest, account_id: Id, redemption_id: Id) -> dict[str, Any]:
    """Spend the points that are held. Doing it again answers the same."""
    return _redemption(_row(books.ledger().settle(account_id, redemption_id, "posted")))


@redemptions.post(
    "/accounts/{account_id}/redemptions/{redemption_id}/void",
    response=RedemptionOut,
    operation_id="void_redemption",
    tags=["redemptions"],
)
def void(request: HttpRequest, account_id: Id, redemption_id: Id) -> dict[str, Any]:
    """Give the points that are held back. Doing it again answers the same."""
    return _redemption(_row(books.ledger().settle(account_id, redemption_id, "void")))


def _there(ledger: Ledger, account_id: int) -> None:
    """An account without rows would read as one that holds nothing; what is not known is not 0."""
    if not has_account(ledger, account_id):
        raise Problem("not-found", f"no account {account_id}")


def _holdable(day: dt.date) -> None:
    try:
        stored_day(day)
    except StoreError as error:
        raise Problem("invalid", errors=[{"parameter": "at", "detail": str(error)}]) from error


def _row(outcome: Outcome) -> RedemptionRow:
    match outcome:
        case Accepted(rows) | Duplicate(rows):
            return next(row for row in rows if isinstance(row, RedemptionRow))
        case Conflict(fields):
            named = [
                {"pointer": f"#/{each}", "detail": "differs from the first request under this key"} for each in fields
            ]
            raise Problem("key-reused", errors=named)
        case Rejected() as why:
            if why.reason == "unknown_redemption":
                raise Problem("not-found", "the account has no redemption of that id")
            raise refused(why)


def _redemption(row: RedemptionRow) -> dict[str, Any]:
    return {
        "account_id": str(row.account_id), "redemption_id": str(row.redemption_id), "state": row.step, "points": row.points,
        "reward": row.reward, "day": row.day.isoformat(),
    }  # fmt: skip
