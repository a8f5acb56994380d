"""The auditor's desk: runs, samples of their entries with sign-off, two runs beside each other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import pyarrow as pa
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leafmark.engine.inputs import InputError
from leafmark.engine.restatement import restatement
from leafmark.engine.run import Run, RunError
from leafmark.engine.sampling import CELLS, sample
from leafmark.web.audit import forms, sums, tracing
from leafmark.web.audit.access import auditors_only, operators_and_auditors
from leafmark.web.audit.explained import NotExplained, explained_in
from leafmark.web.audit.models import VERDICTS, Sample, SampledLine, Verdict
from leafmark.web.audit.runs import known, run_of
from leafmark.web.download import csv_file
from leafmark.web.forms import codes, token, typed
from leafmark.web.jobs.start import start
from leafmark.web.pages import page
from leafmark.web.shelf.models import Publication

CHANGES_SHOWN = 100
PAGE = 50
SIZE = "25"
"""Entries that the form proposes."""


@require_safe
@operators_and_auditors
def desk(request: HttpRequest) -> HttpResponse:
    """Runs and samples."""
    samples = (
        Sample.objects.select_related("made_by")
        .annotate(signed=Count("lines__verdicts__line", distinct=True))
        .order_by("-made_at", "-pk")
    )
    part = Paginator(samples, PAGE).get_page(request.GET.get("page"))
    return page(request, "audit/desk.html", {"runs": known(), "part": part, "token": token()})


@require_safe
@operators_and_auditors
def run(request: HttpRequest, run_id: str) -> HttpResponse:
    """A run: what it pinned, what it took and refused, its totals; and the form that draws a sample."""
    return _run_page(request, run_of(run_id), forms.SampleForm())


@require_POST
@operators_and_auditors
@auditors_only
def draw(request: HttpRequest, run_id: str) -> HttpResponse:
    """Draw a sample of a run's entries."""
    found = run_of(run_id)
    form = forms.SampleForm(request.POST)
    if not form.is_valid():
        return _run_page(request, found, form, 422)
    asked = form.cleaned_data
    there = Sample.objects.filter(token=asked["token"]).first()
    if there is None:
        try:
            there = _drawn(found, request.user, **asked)
        except (RunError, ValueError):
            form.add_error("seed", ValidationError("", code="cannot_draw"))
            return _run_page(request, found, form, 422)
        except IntegrityError:  # the same form, sent at the same moment
            there = Sample.objects.get(token=asked["token"])
    return redirect("audit:sample", there.pk)


@require_POST
@operators_and_auditors
def replay(request: HttpRequest, run_id: str) -> HttpResponse:
    """Ask for a run to be calculated again, as a job."""
    found = run_of(run_id)
    job = start(
        "replay",
        "leafmark.web.audit.checking.replay_run",
        {"folder": str(found.path)},
        request.user,
        token=_token(request),
    )
    return redirect("jobs:one", job.pk)


@require_safe
@operators_and_auditors
def sample_page(request: HttpRequest, sample_id: int) -> HttpResponse:
    """A sample: how it was drawn, its entries, each with its newest verdict."""
    found = get_object_or_404(Sample.objects.select_related("made_by"), pk=sample_id)
    lines = [(each, _newest(each)) for each in found.lines.prefetch_related("verdicts__by")]
    counted = {
        verdict: sum(newest is not None and newest.verdict == verdict for _, newest in lines) for verdict in VERDICTS
    }
    open_lines = sum(newest is None for _, newest in lines)
    return page(request, "audit/sample.html", {"sample": found, "lines": lines, "counted": counted, "open": open_lines})


@require_safe
@operators_and_auditors
def sample_csv(request: HttpRequest, sample_id: int) -> HttpResponseBase:
    """A sample with every verdict of each line, one row a verdict."""
    found = get_object_or_404(Sample, pk=sample_id)
    columns = ["place", *CELLS, "verdict", "note", "by", "at"]
    return csv_file(f"sample-{found.run_id}-{found.pk}.csv", columns, _rows(found))


@require_http_methods(["GET", "HEAD", "POST"])
@operators_and_auditors
def line(request: HttpRequest, sample_id: int, place: int) -> HttpResponse:
    """A sampled entry: its trace, its verdicts, and the form to sign another."""
    found = get_object_or_404(SampledLine.objects.select_related("sample"), sample=sample_id, place=place)
    if request.method == "POST":
        return _sign(request, found)
    return _line_page(request, found, forms.VerdictForm())


@auditors_only
def _sign(request: HttpRequest, found: SampledLine) -> HttpResponse:
    form = forms.VerdictForm(request.POST)
    if not form.is_valid():
        return _line_page(request, found, form, 422)
    try:
        with transaction.atomic():
            Verdict.objects.create(line=found, by=request.user, **form.cleaned_data)
    except IntegrityError:
        pass  # the same form, sent twice: it is signed
    return redirect("audit:sample", found.sample_id)


@require_safe
@operators_and_auditors
def compare(request: HttpRequest) -> HttpResponseBase:
    """What became of the figures of one run in another, with totals that add up; `as=csv` has every product."""
    runs = {key: each for key, each in known().items() if (each.path / "products.parquet").exists()}
    before, after = (runs.get(request.GET.get(side, "")) for side in ("before", "after"))
    values: dict[str, Any] = {"runs": runs, "before": before, "after": after, "found": None, "why": ""}
    if before is None or after is None:
        return page(request, "audit/compare.html", values)
    try:
        found = restatement(before, after)
    except (RunError, InputError) as error:
        return page(request, "audit/compare.html", {**values, "why": str(error)}, status=409)
    if request.GET.get("as") == "csv":
        return csv_file(f"restatement-{before.id}-{after.id}.csv", found.products.column_names, _tuples(found.products))
    shown = [
        row for row in found.products.slice(0, CHANGES_SHOWN).to_pylist() if row["kind"] not in ("same", "unknown")
    ]
    return page(request, "audit/compare.html", {**values, "found": found, "shown": shown})


def _run_page(request: HttpRequest, run: Run, form: forms.SampleForm, status: int = 200) -> HttpResponse:
    published = Publication.objects.filter(run__run_id=run.id).select_related("product__brand")
    values = {
        "run": run, "record": run.record, "faults": codes(form), "asked": typed(form, size=SIZE),
        "token": token(),
        "inputs": [{**each, "file": PurePath(str(each["file"])).name} for each in run.record["inputs"]],
        "published": published.count(), "some": published.order_by("product__name")[:10],
        "entries": (run.path / "entries.parquet").exists(), "replay_token": token(),
        "samples": Sample.objects.filter(run_id=run.id).select_related("made_by"), "cuts": sums.cuts_of_run(run),
        "gases": (run.record["totals"].get("by_gas_ug") or {}),
    }  # fmt: skip
    return page(request, "audit/run.html", values, status=status)


def _drawn(run: Run, user: Any, size: int, seed: str, token: str) -> Sample:
    drawn = sample(run, size, seed)
    with transaction.atomic():
        kept = Sample.objects.create(
            run_id=run.id, seed=seed, size=size, population=drawn.population, made_by=user, token=token
        )
        plain = json.loads(json.dumps(drawn.entries, default=str))
        SampledLine.objects.bulk_create(
            SampledLine(sample=kept, place=place, entry=entry) for place, entry in enumerate(plain, 1)
        )
    return kept


def _line_page(request: HttpRequest, found: SampledLine, form: forms.VerdictForm, status: int = 200) -> HttpResponse:
    values: dict[str, Any] = {
        "line": found, "verdicts": found.verdicts.select_related("by"), "faults": codes(form),
        "asked": typed(form), "choices": VERDICTS, "token": token(), "parts": [], "factors": [], "why": "",
    }  # fmt: skip
    try:
        tree = explained_in(run_of(found.sample.run_id).path, found.entry["subject_id"])
        values["parts"] = tracing.stages(tree, open_lines=True)
        values["factors"] = tracing.all_factors(values["parts"])
    except (NotExplained, Http404) as error:
        values["why"] = str(error)
    return page(request, "audit/line.html", values, status=status)


def _newest(line: SampledLine) -> Verdict | None:
    verdicts = list(line.verdicts.all())
    return verdicts[-1] if verdicts else None


def _rows(found: Sample) -> Iterator[list[Any]]:
    for each in found.lines.prefetch_related("verdicts__by"):
        cells = [each.place, *(each.entry.get(name) for name in CELLS)]
        signed = [
            [one.verdict, one.note, one.by.email, one.at.isoformat(timespec="seconds")] for one in each.verdicts.all()
        ]
        yield from ([*cells, *one] for one in signed or [["", "", "", ""]])


def _tuples(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    for batch in table.to_batches(max_chunksize=1_000):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _token(request: HttpRequest) -> str | None:
    return request.POST.get("token", "")[:64] or None
