"""Addresses of the API. Its page for people stands among the pages (`docs_urls`), in three languages."""

from __future__ import annotations

from django.urls import path

from leafmark.web.api.app import api
from leafmark.web.api.views import docs

urlpatterns = [path("api/", api.urls)]
docs_urls = [path("api/docs", docs, name="api_docs")]
