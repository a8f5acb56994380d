"""Addresses of the operator's console."""

from __future__ import annotations

from django.urls import path

from leafmark.web.operate import views

app_name = "operate"
urlpatterns = [
    path("", views.console, name="console"),
    path("verify/", views.verify, name="verify"),
]
