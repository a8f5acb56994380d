"""Addresses of log-in and password."""

from __future__ import annotations

from django.urls import path

from leafmark.web.people import views

app_name = "people"
urlpatterns = [
    path("login/", views.LogIn.as_view(), name="login"),
    path("logout/", views.LogOut.as_view(), name="logout"),
    path("password/reset/", views.Reset.as_view(), name="reset"),
    path("password/reset/sent/", views.ResetSent.as_view(), name="reset_sent"),
    path("password/reset/<uidb64>/<token>/", views.ResetConfirm.as_view(), name="reset_confirm"),
    path("password/reset/done/", views.ResetDone.as_view(), name="reset_done"),
    path("start/", views.start, name="start"),
]
