"""Addresses of a shopper's pages."""

from __future__ import annotations

from django.urls import path

from leafmark.web.shop import views

app_name = "shop"
urlpatterns = [
    path("product/<str:brand>/<path:product_id>/label/", views.label, name="label"),
    path("product/<str:brand>/<path:product_id>/", views.product, name="product"),
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("sector/<slug:sector>/", views.sector, name="sector"),
    path("category/<str:slug>/", views.category, name="category"),
    path("venue/<slug:slug>/", views.venue, name="venue"),
    path("compare/", views.compare, name="compare"),
]
