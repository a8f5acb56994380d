"""Every address of the site. English stands without a prefix, `/zh-hant/` and `/zh-hans/` before the rest."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from leafmark.web.api.urls import docs_urls

handler404 = "leafmark.web.failures.not_found"
handler403 = "leafmark.web.failures.forbidden"
handler400 = "leafmark.web.failures.bad_request"
handler500 = "leafmark.web.failures.server_error"

urlpatterns = [
    path("", include("leafmark.web.embed.urls")),
    path("", include("leafmark.web.api.urls")),
    *i18n_patterns(
        path("", include("leafmark.web.shop.urls")),  # asked most, so looked through first
        *docs_urls,
        path("account/", include("leafmark.web.people.urls")),
        path("jobs/", include("leafmark.web.jobs.urls")),
        path("brand/", include("leafmark.web.brand.urls")),
        path("operate/", include("leafmark.web.operate.urls")),
        path("", include("leafmark.web.audit.urls")),
        path("me/", include("leafmark.web.me.urls")),
        path("", include("leafmark.web.experiment.urls")),
        prefix_default_language=False,
    ),
]
