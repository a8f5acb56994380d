"""Addresses of the operator's console."""

from __future__ import annotations

from django.urls import path

from leafmark.web.operate import queue_views, views
from leafmark.web.operate.members import views as members
from leafmark.web.operate.packs import views as packs

app_name = "operate"
urlpatterns = [
    path("", views.console, name="console"),
    path("verify/", views.verify, name="verify"),
    path("queues/", queue_views.waiting, name="queues"),
    path("members/", members.brands, name="members"),
    path("members/<str:slug>/", members.members, name="members_of"),
    path("members/<str:slug>/<int:member>/", members.change, name="member"),
    path("packs/", packs.packs, name="packs"),
    path("packs/withdraw/", packs.withdraw, name="withdraw_pack"),
    path("packs/of/<str:name>/", packs.pack, name="pack"),
    path("packs/of/<str:name>/effect/", packs.ask_effect, name="pack_effect"),
    path("packs/of/<str:name>/activate/", packs.activate, name="activate_pack"),
]
