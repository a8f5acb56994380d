"""Whose pages these are: the consumer who is logged in, and her account. Every view of the room begins here."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from leafmark.ledger import StoreError
from leafmark.ledger.ledger import Ledger
from leafmark.ledger.privacy import account_of, name_account, open_account
from leafmark.web.books import ledger
from leafmark.web.me.models import Erasure
from leafmark.web.pages import page
from leafmark.web.people.models import User

SUBJECT_BYTES = 18


@dataclass(frozen=True)
class Own:
    """A consumer and her account in the ledger."""

    user: User
    ledger: Ledger
    account_id: int


def own_of(user: User) -> Own:
    """A user with her account, which is opened if she has none yet.

    Raises
    ------
    StoreError : the ledger cannot be reached.
    PermissionDenied : she has asked to be forgotten, and no account is opened for her again.
    """
    if Erasure.objects.filter(user=user).exists():
        raise PermissionDenied("an account that is being erased")
    if user.subject is None:
        _name(user)
    assert user.subject is not None
    books = ledger()
    account = account_of(books, user.subject)
    return Own(user, books, open_account(books, user.subject) if account is None else account)


def adopt(user: User, account_id: int) -> None:
    """Make an account that names nobody yet, such as one of a demo, a user's.

    Raises
    ------
    PrivacyError : the account is somebody else's, or she has one.
    """
    if user.subject is None:
        _name(user)
    assert user.subject is not None
    name_account(ledger(), account_id, user.subject)


def new_subject() -> str:
    """What the ledger calls a person by: random, and made of nothing that is known of her."""
    return secrets.token_urlsafe(SUBJECT_BYTES)


def _name(user: User) -> None:
    """Give her a subject, once, though two pages ask at the same time."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk, subject__isnull=True).update(subject=new_subject())
        user.refresh_from_db(fields=["subject"])


OwnView = Callable[..., HttpResponse]


def own_page(view: OwnView) -> Callable[..., HttpResponse]:
    """Make a view of `(request, own, ...)` out of one of `(request, ...)`: logged in, kept by no cache, the ledger at hand."""

    @never_cache
    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **values: Any) -> HttpResponse:
        assert isinstance(request.user, User)
        try:
            return view(request, own_of(request.user), *args, **values)
        except StoreError:
            return page(request, "me/unavailable.html", {}, status=503)

    return wrapped
