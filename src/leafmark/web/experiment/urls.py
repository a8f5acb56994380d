"""Addresses of a test that anybody may see."""

from __future__ import annotations

from django.urls import path

from leafmark.web.experiment import views

app_name = "experiment"
urlpatterns = [
    path("test/<slug:key>/", views.about, name="about"),
    path("test/<slug:key>/part/", views.take_part, name="take_part"),
    path("test/<slug:key>/leave/", views.leave, name="leave"),
    path("go/<str:told>/", views.go, name="go"),
]
