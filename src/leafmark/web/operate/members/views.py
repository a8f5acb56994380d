"""Pages of brands and their members."""

from __future__ import annotations

from contextlib import suppress

from django import forms
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from leafmark.web.forms import codes, token, typed
from leafmark.web.operate.access import in_console, room
from leafmark.web.operate.members import changing
from leafmark.web.operate.members.forms import BrandForm, MemberForm
from leafmark.web.operate.models import MemberChange
from leafmark.web.people.models import Membership
from leafmark.web.shelf.models import Brand

PAGE = 50
CHANGES = (MemberChange.REMOVED, MemberChange.MAY, MemberChange.MAY_NOT)
QUERY_MAX = 120


@require_http_methods(["GET", "HEAD", "POST"])
@in_console
def brands(request: HttpRequest) -> HttpResponse:
    """All brands with how many members each has; an operator makes another."""
    if request.method != "POST":
        return _brands(request, BrandForm())
    form = BrandForm(request.POST)
    if known := changing.done(request.POST.get("token", "")):
        return redirect("operate:members_of", known.brand.slug)
    if not form.is_valid():
        return _brands(request, form, 422)
    try:
        brand = changing.make_brand(form.cleaned_data["name"], request.user, form.cleaned_data["token"])
    except IntegrityError:  # the same form, or the same name, at the same moment
        return redirect("operate:members")
    return redirect("operate:members_of", brand.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@in_console
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """A brand's members and every change; an operator lets somebody in."""
    brand = get_object_or_404(Brand, slug=slug)
    if request.method != "POST":
        return _members(request, brand, MemberForm(brand))
    form = MemberForm(brand, request.POST)
    if changing.done(request.POST.get("token", "")):
        return redirect("operate:members_of", brand.slug)
    if not form.is_valid():
        return _members(request, brand, form, 422)
    asked = form.cleaned_data
    with suppress(IntegrityError):  # the same form, or the same person, at the same moment: she is in
        changing.add(brand, asked["email"], asked["may_publish"], request.user, asked["token"])
    return redirect("operate:members_of", brand.slug)


@require_POST
@in_console
def change(request: HttpRequest, slug: str, member: int) -> HttpResponse:
    """Remove a member, or change whether she may publish."""
    brand = get_object_or_404(Brand, slug=slug)
    kind, asked = request.POST.get("kind", ""), request.POST.get("token", "")
    if kind in CHANGES and 0 < len(asked) <= 64 and changing.done(asked) is None:
        found = get_object_or_404(Membership.objects.select_related("user", "brand"), pk=member, brand=brand)
        with suppress(IntegrityError):  # sent twice at the same moment: it is done
            changing.change(found, kind, request.user, asked)
    return redirect("operate:members_of", brand.slug)


def _brands(request: HttpRequest, form: forms.Form, status: int = 200) -> HttpResponse:
    asked = request.GET.get("q", "")[:QUERY_MAX].strip()
    found = Brand.objects.filter(Q(name__icontains=asked) | Q(slug__icontains=asked)) if asked else Brand.objects.all()
    counted = found.annotate(
        people=Count("memberships", distinct=True),
        publishers=Count("memberships", filter=Q(memberships__may_publish=True), distinct=True),
    ).order_by("-people", "name")
    values = {
        "part": Paginator(counted, PAGE).get_page(request.GET.get("page")), "q": asked, "faults": codes(form),
        "asked": typed(form), "token": token(),
    }  # fmt: skip
    return room(request, "members", "brands", values, status)


def _members(request: HttpRequest, brand: Brand, form: forms.Form, status: int = 200) -> HttpResponse:
    changes = MemberChange.objects.filter(brand=brand).select_related("member", "by")
    values = {
        "brand": brand, **changing.people_of(brand), "faults": codes(form), "asked": typed(form), "token": token(),
        "part": Paginator(changes, PAGE).get_page(request.GET.get("page")), "tokens": token,
    }  # fmt: skip
    return room(request, "members", "members", values, status)
