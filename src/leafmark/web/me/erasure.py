"""A consumer is forgotten: two pages and her password, then ledger, tables and files, in an order that survives a stop.

    noted (account, user inactive) -> ledger.erase -> letters, log-ins, her rows -> pages wiped -> noted as done

`finish_all` goes on with what was stopped half-way; the site calls it at each start.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
from pathlib import Path

from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.db import Error, connection, transaction
from django.db.models import ProtectedError, RestrictedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from leafmark.ledger import StoreError, id_of
from leafmark.ledger.ledger import Ledger
from leafmark.web.me.export import LOG_INS
from leafmark.web.me.models import Erasure, SignUp
from leafmark.web.me.own import Own, own_page
from leafmark.web.me.words import own_answer
from leafmark.web.pages import page
from leafmark.web.people.models import User

ERASURE_ID = id_of("leafmark.web/erasure")
"""Of the ledger's command: an account is erased once, so the same id does for each."""
NAMED = (User, SignUp, *LOG_INS)
"""Tables that hold addresses or names."""
LETTER_BYTES_MAX = 1 << 20
log = logging.getLogger(__name__)


@require_safe
@own_page
def erase(request: HttpRequest, own: Own) -> HttpResponse:
    """First step: what will be gone, and what stays."""
    return own_answer(request, "me/erase.html", own, {"balance": own.ledger.balance(own.account_id)})


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Second step: her password, and it is done."""
    if request.method == "POST" and not request.user.is_authenticated:
        return redirect("me:gone")  # the same form sent twice: the first has done it
    answer: HttpResponse = _confirm(request)
    return answer


@own_page
def _confirm(request: HttpRequest, own: Own) -> HttpResponse:
    if request.method != "POST":
        return own_answer(request, "me/erase_confirm.html", own, {"wrong": False})
    if authenticate(request, username=own.user.email, password=request.POST.get("password", "")) is None:
        return own_answer(request, "me/erase_confirm.html", own, {"wrong": True}, 400)
    noted = begin(own)
    logout(request)
    try:
        finish(own.ledger, noted)
    except (StoreError, Error, OSError) as error:
        log.warning("account %s: erasure begun, to be finished: %s", noted.account_id, error)
    return redirect("me:gone")


@require_safe
def gone(request: HttpRequest) -> HttpResponse:
    """It is done; for whoever looks, since nobody is logged in any more."""
    return page(request, "me/gone.html", {})


def begin(own: Own) -> Erasure:
    """Note it before anything is gone, and let her in no more."""
    with transaction.atomic():
        noted, _ = Erasure.objects.get_or_create(account_id=own.account_id, defaults={"user": own.user})
        User.objects.filter(pk=own.user.pk).update(is_active=False)
    return noted


def finish(ledger: Ledger, noted: Erasure) -> None:
    """Do all that is left of it. Doing it again changes nothing.

    Raises
    ------
    StoreError : the ledger cannot be written, or another process reads its file all the while; to be done again.
    """
    if noted.user is not None:
        _remove_letters(noted.user.email)
    if not ledger.catalogue.actions:
        ledger.load(ledger.catalogue)  # a batch names the terms it was posted under, and `verify` looks for them
    ledger.erase(noted.account_id, ERASURE_ID)
    with transaction.atomic():
        if noted.user is not None:
            _remove(noted.user)
        Erasure.objects.filter(pk=noted.pk).update(user=None)
    wipe()
    Erasure.objects.filter(pk=noted.pk).update(done_at=timezone.now())


def finish_all(ledger: Ledger) -> int:
    """Finish erasures that were stopped half-way; how many."""
    waiting = list(Erasure.objects.filter(done_at__isnull=True))
    for each in waiting:
        finish(ledger, each)
    return len(waiting)


def _remove(user: User) -> None:
    """Her rows. One that records of a brand or operator rest on stays, and names nobody."""
    for model in LOG_INS:
        model.objects.filter(username=user.email).delete()
    SignUp.objects.filter(email=user.email).delete()
    try:
        with transaction.atomic():
            user.delete()
    except (ProtectedError, RestrictedError):
        user.goals.all().delete()
        user.consents.all().delete()
        user.memberships.all().delete()
        user.email, user.name, user.subject = f"{secrets.token_hex(8)}@erased.invalid", "", None
        user.is_active = user.is_operator = user.is_auditor = False
        user.set_unusable_password()
        user.save()


def _remove_letters(email: str) -> None:
    """Letters to her that lie in the workspace, where no mail server is named."""
    folder = Path(settings.WORKSPACE.folder / "mail")
    for letter in folder.glob("*.log") if folder.is_dir() else ():
        with letter.open("rb") as opened:
            if email.encode() in opened.read(LETTER_BYTES_MAX).lower():
                letter.unlink()


def wipe() -> None:
    """Leave no byte of an erased address in SQLite's file or log.

    `secure_delete` writes zeros over deleted rows, not over copies that were left when rows moved from page to page; so tables
    that hold addresses are emptied, which frees and zeroes their pages, and filled again. Of PostgreSQL, VACUUM does it in time.
    """
    if connection.vendor != "sqlite":
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for model in NAMED:
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"CREATE TEMP TABLE kept AS SELECT * FROM main.{table}")
            cursor.execute(f"DELETE FROM main.{table}")
            cursor.execute(f"INSERT INTO main.{table} SELECT * FROM temp.kept ORDER BY id")
            cursor.execute("DROP TABLE temp.kept")
        transaction.on_commit(_cut_log)


def _cut_log() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy = cursor.fetchone()
    except (Error, sqlite3.Error) as error:
        busy = (error,)
    if busy and busy[0]:
        log.warning("the log of the site's database could not be cut now (%s); it will be at a quieter moment", busy[0])
