"""Addresses of jobs."""

from __future__ import annotations

from django.urls import path

from leafmark.web.jobs import views

app_name = "jobs"
urlpatterns = [path("", views.jobs, name="all"), path("<uuid:job_id>/", views.job, name="one")]
