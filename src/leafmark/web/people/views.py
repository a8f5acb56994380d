"""Log-in, log-out and a forgotten password: Django's own views with our pages."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth import views
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy

from leafmark.web.pages import page
from leafmark.web.people.models import Membership


class LogIn(views.LoginView):
    """Log in; the session gets a new key."""

    template_name = "people/login.html"
    redirect_authenticated_user = True
    http_method_names: ClassVar = ["get", "head", "post", "options"]


class LogOut(views.LogoutView):
    """Log out, by POST alone."""

    http_method_names: ClassVar = ["post", "options"]


class Reset(views.PasswordResetView):
    """Ask for a letter. The answer is the same whether the address is known or not."""

    http_method_names: ClassVar = ["get", "head", "post", "options"]

    template_name = "people/reset.html"
    email_template_name = "people/reset.txt"
    subject_template_name = "people/reset_subject.txt"
    success_url = reverse_lazy("people:reset_sent")


class ResetSent(views.PasswordResetDoneView):
    """The letter is on its way."""

    template_name = "people/reset_sent.html"


class ResetConfirm(views.PasswordResetConfirmView):
    """Set another password, by the letter's link."""

    http_method_names: ClassVar = ["get", "head", "post", "options"]

    template_name = "people/reset_confirm.html"
    success_url = reverse_lazy("people:reset_done")


class ResetDone(views.PasswordResetCompleteView):
    """It is set."""

    template_name = "people/reset_done.html"


@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Where a user begins, by what she may do."""
    if request.user.is_operator:
        return redirect("operate:console")
    if request.user.is_auditor:
        return redirect("audit:desk")
    if Membership.objects.filter(user=request.user).exists():
        return redirect("brand:all")
    return redirect("me:feed")


def address_tried(request: HttpRequest, credentials: Any = None) -> str:
    """Whose failures are counted: an address in capitals is no other one."""
    found = (credentials or {}).get("username") or request.POST.get("username") or ""
    return str(found).strip().lower()


def locked_out(request: HttpRequest, credentials: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """Too many failures: wait. Said alike for addresses that are known and those that are not."""
    return page(request, "people/locked_out.html", {}, status=429)
