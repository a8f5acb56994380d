"""Brands and members changed, each change with its row; the same form sent twice changes once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from leafmark.web import languages
from leafmark.web.operate.models import MemberChange
from leafmark.web.people.models import Membership, User
from leafmark.web.shelf.models import Brand
from leafmark.web.shelf.staging import slug_of


def done(token: str) -> MemberChange | None:
    """What a form with this token changed before."""
    return MemberChange.objects.select_related("brand").filter(token=token).first()


def make_brand(name: str, by: User, token: str) -> Brand:
    """A brand without members.

    Raises
    ------
    IntegrityError : there is one, or the form was sent before.
    """
    with transaction.atomic():
        brand = Brand.objects.create(slug=slug_of(name), name=name)
        MemberChange.objects.create(kind=MemberChange.MADE, brand=brand, by=by, token=token)
    return brand


def add(brand: Brand, email: str, may_publish: bool, by: User, token: str) -> Membership:
    """Let somebody into a brand. Who has no account gets one, and a letter with a link to set its password.

    Raises
    ------
    IntegrityError : she is a member, or the form was sent before.
    """
    with transaction.atomic():
        user = User.objects.filter(email=email).first() or User.objects.create_user(email)
        made = Membership.objects.create(user=user, brand=brand, may_publish=may_publish)
        MemberChange.objects.create(
            kind=MemberChange.ADDED, brand=brand, member=user, may_publish=may_publish, by=by, token=token
        )
        transaction.on_commit(lambda: _write(user, brand))
    return made


def change(membership: Membership, kind: str, by: User, token: str) -> None:
    """Remove a member, or let her publish, or no more.

    Raises
    ------
    IntegrityError : the form was sent before.
    """
    with transaction.atomic():
        if kind == MemberChange.REMOVED:
            membership.delete()
        else:
            membership.may_publish = kind == MemberChange.MAY
            membership.save(update_fields=["may_publish"])
        MemberChange.objects.create(
            kind=kind,
            brand=membership.brand,
            member=membership.user,
            may_publish=membership.may_publish,
            by=by,
            token=token,
        )


def people_of(brand: Brand) -> dict[str, Any]:
    """A brand's members, and whether two pairs of eyes can be found among them."""
    members = list(Membership.objects.filter(brand=brand).select_related("user").order_by("user__email"))
    return {"members": members, "two": len(members) > 1 and any(each.may_publish for each in members)}


def _write(user: User, brand: Brand) -> None:
    """Tell her; with a link to set a password where she has none."""
    lang = languages.tag()
    kind, where = "known", reverse("brand:console", args=[brand.slug])
    if not user.has_usable_password():
        uid = urlsafe_base64_encode(force_bytes(user.pk))
        kind, where = "new", reverse("people:reset_confirm", args=[uid, default_token_generator.make_token(user)])
    send_mail(
        languages.say(lang, "members.letter.subject", brand=brand.name),
        languages.say(lang, f"members.letter.{kind}", brand=brand.name, link=f"{settings.WORKSPACE.origin}{where}"),
        None,
        [user.email],
    )
