"""Pages of parcels in the operator's console: what was packed, a plan, one of its parcels, the packing slip, the tables as files."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import pyarrow.parquet as pq
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leafmark.parcels.drawing import PAPERS, packing_slip, parcel_svg, slip_policy
from leafmark.parcels.drawing.colours import item_colour
from leafmark.parcels.drawing.slip import numbers_of, runs_of
from leafmark.parcels.sample import sample_cartons, sample_orders
from leafmark.parcels.tables import OBJECTIVES
from leafmark.products.words import clean
from leafmark.web.download import csv_file
from leafmark.web.forms import codes, token, typed
from leafmark.web.jobs.faults import fault_in
from leafmark.web.jobs.models import FAILED, UNFINISHED
from leafmark.web.jobs.start import start
from leafmark.web.languages import tag
from leafmark.web.operate.access import in_console, room
from leafmark.web.parcels import kernel, showing
from leafmark.web.parcels.factors import van_factor
from leafmark.web.parcels.forms import BYTES_OF_MIB, CARTONS_BYTES_MAX, ORDERS_BYTES_MAX, USUAL, PackForm
from leafmark.web.parcels.making import CARTONS, ORDERS, PIECES_MAX, ROWS_MAX, booked_mg
from leafmark.web.parcels.models import NAME_CHARS, PackingPlan

PAGE: Final = 50
PLANS: Final = 20
UNPACKED_SHOWN: Final = 100
BODY_MAX: Final = ORDERS_BYTES_MAX + CARTONS_BYTES_MAX + (1 << 16)
"""Bytes of both files and of what the form says besides."""
AT_ONCE_MAX: Final = 5
"""Plans that may wait to be made: each may be a million pieces."""
SAMPLES: Final = {ORDERS: sample_orders, CARTONS: sample_cartons}
FILES: Final = ("parcels", "placements", "unpacked", "booked")

View = Callable[..., HttpResponseBase]


def takes_files(view: View) -> View:
    """A page whose form sends files: the length is looked at before anything is read, then the form's token."""
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def taking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if request.method == "POST" and (not length.isdecimal() or int(length) > BODY_MAX):
            return room(request, "parcels", "parcels/too_large", {"most": ORDERS_BYTES_MAX // BYTES_OF_MIB}, 413)
        return protected(request, *args, **kwargs)

    return taking


@require_http_methods(["GET", "HEAD", "POST"])
@in_console
@takes_files
def parcels(request: HttpRequest) -> HttpResponseBase:
    """The plans, and the form; an operator's POST asks for one."""
    if request.method != "POST":
        return _plans(request, PackForm())
    there = PackingPlan.objects.filter(token=request.POST.get("token", "")[:64]).first()
    if there is not None:
        return redirect("operate:parcels_plan", there.pk)
    form = PackForm(request.POST, request.FILES)
    if not form.is_valid():
        return _plans(request, form, 422)
    if PackingPlan.objects.filter(job__state__in=UNFINISHED).count() >= AT_ONCE_MAX:
        return _plans(request, form, 429, "too_many")
    try:
        with transaction.atomic():
            made = _kept(request, form)
    except IntegrityError:  # the same form, sent at the same moment
        made = PackingPlan.objects.get(token=form.cleaned_data["token"])
    return redirect("operate:parcels_plan", made.pk)


def _kept(request: HttpRequest, form: PackForm) -> PackingPlan:
    said = form.cleaned_data
    names = {kind: _name(said[kind].name) if said[kind] else "" for kind in (ORDERS, CARTONS)}
    made = PackingPlan.objects.create(
        by=request.user, token=said["token"], orders_name=names[ORDERS], cartons_name=names[CARTONS], objective=said["objective"],
        distance_km=said["distance_km"], kg_co2e_per_tkm=said["kg_co2e_per_tkm"],
    )  # fmt: skip
    made.folder.mkdir(parents=True)
    for kind in (ORDERS, CARTONS):
        if said[kind]:
            with (made.folder / f"{kind}.csv").open("xb") as out:
                for part in said[kind].chunks():
                    out.write(part)
    made.job = start("pack", "leafmark.web.parcels.making.pack_plan", {"plan": str(made.pk)}, request.user)
    made.save(update_fields=["job"])
    return made


def _name(given: str | None) -> str:
    """What the sender calls a file, as one line; never empty, which stands for the sample."""
    line = clean(given or "") or "file.csv"
    return line if len(line) <= NAME_CHARS else f"{line[: NAME_CHARS - 12]}…{line[-10:]}"


def _plans(request: HttpRequest, form: PackForm, status: int = 200, refused: str = "") -> HttpResponse:
    factor = van_factor()
    values = {
        "plans": list(PackingPlan.objects.select_related("by", "job")[:PLANS]), "faults": codes(form), "token": token(), "refused": refused,
        "asked": typed(form, **USUAL, kg_co2e_per_tkm=f"{factor.kg_co2e_per_tkm:.6g}"), "objectives": OBJECTIVES, "factor": factor,
        "installed": kernel.installed(), "install": kernel.INSTALL, "most": ORDERS_BYTES_MAX // BYTES_OF_MIB, "rows": ROWS_MAX,
        "pieces": PIECES_MAX, "samples": tuple(SAMPLES),
    }  # fmt: skip
    return room(request, "parcels", "parcels/parcels", values, status)


@require_safe
@in_console
def sample(request: HttpRequest, kind: str) -> HttpResponseBase:
    """A file to begin with: the sample's rows."""
    if kind not in SAMPLES:
        raise Http404(f"no sample {kind}")
    found = SAMPLES[kind]()
    return csv_file(f"{kind}.csv", found.column_names, (list(row.values()) for row in found.to_pylist()))


@require_safe
@in_console
def plan(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """A plan: how far it is, then its sums, its parcels, and what was not packed and why."""
    found = _of(plan_id)
    working = found.job is not None and found.job.state in UNFINISHED
    values: dict[str, Any] = {
        "plan": found, "working": working, "fault": fault_in(found.job, tag()) if found.job and found.job.state == FAILED else None,
        "summary": found.summary, "mg": showing.micrograms, "install": kernel.INSTALL, "reason": lambda code: showing.reason_said(tag(), code),
    }  # fmt: skip
    if found.summary is not None:
        part = Paginator(range(found.summary["parcels"]), PAGE).get_page(request.GET.get("page"))
        first = (part.number - 1) * PAGE
        rows, _ = showing.rows_part(found.folder, "parcels", first, PAGE)
        unpacked, unpacked_count = showing.rows_part(found.folder, "unpacked", 0, UNPACKED_SHOWN)
        values |= {
            "part": part,
            "rows": list(enumerate(rows, first + 1)),
            "unpacked": unpacked,
            "unpacked_count": unpacked_count,
            "files": FILES,
        }
    return room(request, "parcels", "parcels/plan", values)


@require_safe
@in_console
def parcel(request: HttpRequest, plan_id: uuid.UUID, place: int) -> HttpResponse:
    """One parcel: its picture from four sides, piece by piece by plain links; a script turns it where there is one."""
    found = _of(plan_id)
    shown, count = _parcel(found, place)
    step, turn = _number(request, "step", 0, len(shown.pieces)), _number(request, "turn", 0, 3)
    values = {
        "plan": found, "place": place, "count": count, "parcel": shown, "booked": booked_mg(found.folder, shown.order_id, shown.parcel_no), "step": step, "turn": turn, "mg": showing.micrograms,
        "picture": parcel_svg(shown, tag(), step=step or None, turn=turn), "papers": PAPERS,
        "runs": [(numbers_of(run), run, item_colour(shown.items.index(run[0].item_id))) for run in runs_of(shown.pieces)],
        "script": showing.for_script(shown) if len(shown.pieces) <= showing.TURNED_BY_SCRIPT_MAX else "",
    }  # fmt: skip
    return room(request, "parcels", "parcels/parcel", values)


@require_safe
@in_console
def slip(request: HttpRequest, plan_id: uuid.UUID, place: int) -> HttpResponse:
    """A parcel's packing slip, to be printed: A4, or `?paper=label`."""
    found = _of(plan_id)
    shown, _ = _parcel(found, place)
    paper = request.GET.get("paper", "a4")
    if paper not in PAPERS:
        raise Http404(f"no paper {paper}")
    booked = booked_mg(found.folder, shown.order_id, shown.parcel_no)
    answer = HttpResponse(packing_slip(shown, tag(), paper=paper, booked_co2e_mg=booked))
    answer.headers["Content-Security-Policy"] = slip_policy(paper)
    return answer


@require_safe
@in_console
def table(request: HttpRequest, plan_id: uuid.UUID, kind: str) -> HttpResponseBase:
    """One of a plan's tables as CSV, columns as `leafmark.parcels.tables` names them."""
    found = _of(plan_id)
    if kind not in FILES or found.summary is None or not (found.folder / f"{kind}.made.parquet").is_file():
        raise Http404(f"no table {kind}")
    rows = pq.read_table(found.folder / f"{kind}.made.parquet")
    return csv_file(
        f"{kind}.csv",
        rows.column_names,
        (list(row.values()) for batch in rows.to_batches() for row in batch.to_pylist()),
    )


@require_POST
@in_console
def remove(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """Remove a plan with its files: orders may name people's purchases, and packing needs to keep none."""
    found = PackingPlan.objects.filter(pk=plan_id).first()
    if found is not None:
        folder = found.folder
        found.delete()
        shutil.rmtree(folder, ignore_errors=True)
    return redirect("operate:parcels")


def _of(plan_id: uuid.UUID) -> PackingPlan:
    found: PackingPlan = get_object_or_404(PackingPlan.objects.select_related("by", "job"), pk=plan_id)
    return found


def _parcel(found: PackingPlan, place: int) -> Any:
    shown = showing.parcel_at(found.folder, place) if found.summary is not None else None
    if shown is None:
        raise Http404(f"no parcel {place}")
    return shown


def _number(request: HttpRequest, name: str, least: int, most: int) -> int:
    """A whole number of the address, within its bounds; the least where it is none."""
    text = request.GET.get(name, "")
    return min(max(int(text), least), most) if text.isdecimal() and len(text) <= 9 else least
