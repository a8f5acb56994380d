"""Sign up: an address and a password, then the letter's link and the password again.

No page says whether an address has an account; its owner's letter does. Until the link is answered there is no user, and only who
holds both the letter and the password becomes one: neither who signs up with a stranger's address nor who finds the letter.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from leafmark.web import languages
from leafmark.web.me.models import SignUp
from leafmark.web.me.own import new_subject, own_of
from leafmark.web.pages import page
from leafmark.web.people.models import User
from leafmark.web.serve import LOOPBACK

SALT: Final = "leafmark.web.me.joining"
LINK_SECONDS: Final = 24 * 3600
BETWEEN_LETTERS_SECONDS: Final = 60
BACKEND: Final = "django.contrib.auth.backends.ModelBackend"


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Ask for an account."""
    if request.user.is_authenticated:
        return redirect("me:feed")
    if request.method != "POST":
        return page(request, "me/join.html", {"email": "", "faults": {}})
    email, password = request.POST.get("email", "").strip().lower(), request.POST.get("password", "")
    faults = _faults(email, password)
    if faults:
        return page(request, "me/join.html", {"email": email, "faults": faults}, 400)
    _ask(email, make_password(password))
    return redirect("me:join_sent")


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """The letter is on its way; where no mail server is named, where it lies."""
    local = settings.EMAIL_BACKEND.endswith("filebased.EmailBackend") and _is_local(request)
    return page(request, "me/join_sent.html", {"in_files": local})


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The letter's link: the password again, and the account is there."""
    if request.user.is_authenticated:
        return redirect("me:feed")
    asked = _of(token)
    if asked is None:
        return page(request, "me/join_answer.html", {"asked": None, "wrong": False}, 404)
    if request.method != "POST":
        return page(request, "me/join_answer.html", {"asked": asked, "wrong": False})
    if not check_password(request.POST.get("password", ""), asked.password):
        return page(request, "me/join_answer.html", {"asked": asked, "wrong": True}, 400)
    user = _made(asked)
    if user is None:
        return redirect("people:login")
    own_of(user)
    login(request, user, BACKEND)
    return redirect("me:feed")


def _faults(email: str, password: str) -> dict[str, Any]:
    faults: dict[str, Any] = {}
    try:
        validate_email(email)
    except ValidationError as error:
        faults["email"] = error.messages
    try:
        validate_password(password, User(email=email))
    except ValidationError as error:
        faults["password"] = error.messages
    return faults


def _ask(email: str, password: str) -> None:
    """Keep the sign-up and write the letter; at most one letter a minute to an address, and the first password of that minute."""
    SignUp.objects.filter(asked_at__lt=timezone.now() - dt.timedelta(seconds=LINK_SECONDS)).delete()
    if not cache.add(f"{SALT}.{hashlib.sha256(email.encode()).hexdigest()}", True, BETWEEN_LETTERS_SECONDS):
        return
    if User.objects.filter(email=email).exists():
        _write(email, "known", reverse("people:login"))
        return
    asked, _ = SignUp.objects.update_or_create(email=email, defaults={"password": password, "asked_at": timezone.now()})
    _write(email, "new", reverse("me:join_answer", args=[_token(asked)]))


def _write(email: str, kind: str, where: str) -> None:
    lang = languages.tag()
    send_mail(
        languages.say(lang, f"me.letter.{kind}.subject"),
        languages.say(lang, f"me.letter.{kind}.body", link=f"{settings.WORKSPACE.origin}{where}"),
        None,
        [email],
    )


def _token(asked: SignUp) -> str:
    return signing.dumps([asked.pk, asked.asked_at.isoformat()], salt=SALT)


def _of(token: str) -> SignUp | None:
    """The sign-up of a link; None where it is used, too old, or there is a newer one."""
    try:
        pk, asked_at = signing.loads(token, salt=SALT, max_age=LINK_SECONDS)
    except (signing.BadSignature, ValueError):
        return None
    found = SignUp.objects.filter(pk=pk).first()
    return found if found is not None and found.asked_at.isoformat() == asked_at else None


def _made(asked: SignUp) -> User | None:
    """The user of an answered sign-up; None where the address became one in the meantime."""
    try:
        with transaction.atomic():
            user = User.objects.create(email=asked.email, password=asked.password, subject=new_subject())
            asked.delete()
    except IntegrityError:
        return None
    return user


def _is_local(request: HttpRequest) -> bool:
    return request.get_host().partition(":")[0] in LOOPBACK
