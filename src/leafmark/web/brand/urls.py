"""Addresses of a brand's console. Each room of it has its own list."""

from __future__ import annotations

from django.urls import include, path

from leafmark.web.brand import views
from leafmark.web.brand.planning.urls import planning_urls

app_name = "brand"
urlpatterns = [
    path("", views.brands, name="all"),
    path("<str:brand>/", views.console, name="console"),
    *planning_urls,
    path("<str:brand>/", include("leafmark.web.brand.sending.urls")),
]
