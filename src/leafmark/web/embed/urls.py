"""Addresses of labels. They are in no language's part of the site: `lang` says which language a label speaks."""

from __future__ import annotations

from django.urls import path, re_path

from leafmark.web.embed import views

app_name = "embed"
urlpatterns = [
    re_path(r"^label/(?P<gtin>[0-9]+)\.(?P<kind>svg|png|json)$", views.label_by_gtin, name="gtin"),
    re_path(r"^label/(?P<brand>[^/]+)/(?P<product_id>.+)\.(?P<kind>svg|png|json)$", views.label_by_id, name="label"),
    path("oembed", views.oembed, name="oembed"),
    path("01/<str:gtin>", views.digital_link, name="digital_link"),
]
