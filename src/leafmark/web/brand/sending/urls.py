"""Addresses of a brand's uploads, matches and drafts, below `/brand/SLUG/`."""

from __future__ import annotations

from django.urls import path

from leafmark.web.brand.sending import draft_views, match_views, uploads

urlpatterns = [
    path("imports/", uploads.imports, name="imports"),
    path("imports/template/<slug:kind>.csv", uploads.template, name="template"),
    path("imports/<uuid:upload_id>/", uploads.upload, name="upload"),
    path("imports/<uuid:upload_id>/rejected/<slug:kind>/", uploads.rejected, name="rejected"),
    path("imports/<uuid:upload_id>/calculate/", uploads.calculate, name="calculate"),
    path("imports/<uuid:upload_id>/matches/", match_views.matches, name="matches"),
    path("imports/<uuid:upload_id>/matches/confirm/", match_views.confirm, name="confirm"),
    path("imports/<uuid:upload_id>/matches/<int:match_id>/withdraw/", match_views.withdraw, name="withdraw_match"),
    path("drafts/<uuid:draft_id>/", draft_views.draft, name="draft"),
    path("drafts/<uuid:draft_id>/label/", draft_views.label, name="draft_label"),
    path("drafts/<uuid:draft_id>/label/<slug:lang>.svg", draft_views.picture, name="draft_picture"),
    path("drafts/<uuid:draft_id>/<slug:step>/", draft_views.decide, name="decide"),
]
