"""Addresses of traces, factors, methods and the auditor's desk."""

from __future__ import annotations

from django.urls import path

from leafmark.web.audit import trace_views

app_name = "audit"
urlpatterns = [
    path("trace/<str:brand>/<path:product_id>/", trace_views.trace, name="trace"),
    path("factor/<str:run_id>/<path:factor_id>/", trace_views.factor, name="factor"),
    path("method/<str:method_id>/<int:version>/", trace_views.method, name="method"),
]
