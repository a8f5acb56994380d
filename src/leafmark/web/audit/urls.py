"""Addresses of traces, factors, methods and the auditor's desk."""

from __future__ import annotations

from django.urls import path

from leafmark.web.audit import desk, sum_views, trace_views

app_name = "audit"
urlpatterns = [
    path("trace/<str:brand>/<path:product_id>/", trace_views.trace, name="trace"),
    path("factor/<str:run_id>/<path:factor_id>/", trace_views.factor, name="factor"),
    path("method/<str:method_id>/<int:version>/", trace_views.method, name="method"),
    path("audit/", desk.desk, name="desk"),
    path("audit/compare/", desk.compare, name="compare"),
    path("audit/run/<str:run_id>/", desk.run, name="run"),
    path("audit/run/<str:run_id>/figure/", sum_views.figure, name="figure"),
    path("audit/run/<str:run_id>/counted/", sum_views.counted, name="counted"),
    path("audit/run/<str:run_id>/rejected/", sum_views.refused, name="refused"),
    path("audit/run/<str:run_id>/subject/<path:subject_id>/", sum_views.subject, name="subject"),
    path("audit/run/<str:run_id>/sample/", desk.draw, name="draw"),
    path("audit/run/<str:run_id>/replay/", desk.replay, name="replay"),
    path("audit/sample/<int:sample_id>/", desk.sample_page, name="sample"),
    path("audit/sample/<int:sample_id>/sample.csv", desk.sample_csv, name="sample_csv"),
    path("audit/sample/<int:sample_id>/<int:place>/", desk.line, name="line"),
]
