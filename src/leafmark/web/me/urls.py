"""Addresses of a consumer's pages."""

from __future__ import annotations

from django.urls import path, register_converter

from leafmark.web.me import acts, erasure, export, goals, joining, points, sources, statement


class SignedId:
    """An id of the ledger: a whole number of 64 bits, below zero too."""

    regex = r"-?\d{1,19}"

    def to_python(self, value: str) -> int:
        """As a number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """As it is written."""
        return str(value)


register_converter(SignedId, "signed")

app_name = "me"
urlpatterns = [
    path("", acts.feed, name="feed"),
    path("acts/<signed:event_id>/", acts.entry, name="entry"),
    path("acts/<signed:event_id>/proof/", acts.proof, name="proof"),
    path("acts/<signed:event_id>/proof.json", acts.proof_file, name="proof_file"),
    path("points/", points.points, name="points"),
    path("points/redeem/", points.redeem, name="redeem"),
    path("points/<signed:redemption_id>/", points.redemption, name="redemption"),
    path("points/<signed:redemption_id>/give-back/", points.give_back, name="give_back"),
    path("goals/", goals.goals, name="goals"),
    path("goals/<int:goal_id>/end/", goals.end, name="goal_end"),
    path("statement/", statement.statement, name="statement"),
    path("sources/", sources.sources, name="sources"),
    path("data/", export.data, name="data"),
    path("data/export.json", export.export, name="export"),
    path("data/erase/", erasure.erase, name="erase"),
    path("data/erase/confirm/", erasure.confirm, name="erase_confirm"),
    path("gone/", erasure.gone, name="gone"),
    path("join/", joining.join, name="join"),
    path("join/sent/", joining.sent, name="join_sent"),
    path("join/<str:token>/", joining.answer, name="join_answer"),
]
