"""Files in: the form and the list of uploads, an upload's preview, its rejected rows to mend."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leafmark.products.imports import DEFAULT_LIMITS, SECTORS
from leafmark.products.words import clean
from leafmark.web.brand.access import Console, in_console
from leafmark.web.brand.models import Draft, Upload
from leafmark.web.brand.sending.checking import rejected_in
from leafmark.web.brand.sending.examples import EXAMPLES
from leafmark.web.brand.sending.receiving import BYTES_OF_MIB, Received, takes_files
from leafmark.web.brand.sending.telling import told
from leafmark.web.download import csv_file
from leafmark.web.forms import token
from leafmark.web.jobs.models import FAILED, UNFINISHED, Job
from leafmark.web.jobs.start import start
from leafmark.web.languages import tag
from leafmark.web.pages import page

SHOWN: Final = 20
CHECKS_AT_ONCE_MAX: Final = 10
"""Uploads of a brand that may wait to be checked: each may be a gigabyte."""
DECIMALS: Final = ("point", "comma")
TOKEN_CHARS: Final = 32
NAME_CHARS: Final = 120
TYPES: Final = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".parquet": "application/vnd.apache.parquet",
}


@require_http_methods(["GET", "HEAD", "POST"])
@in_console
@takes_files
def imports(request: HttpRequest, at: Console) -> HttpResponse:
    """The list of uploads and the form; a POST sends files."""
    return _send(request, at) if request.method == "POST" else _list(request, at, request.GET)


def _list(request: HttpRequest, at: Console, asked: Any, fault: str = "", status: int = 200) -> HttpResponse:
    drafts = Draft.objects.filter(brand=at.brand).select_related("prepared_by", "proposed_by", "upload")
    values = {
        "at": at, "here": "imports", "token": token(), "fault": fault, "sectors": SECTORS, "decimals": DECIMALS,
        "sector": asked.get("sector", ""), "decimal": asked.get("decimal", ""), "examples": list(EXAMPLES),
        "uploads": list(Upload.objects.filter(brand=at.brand).select_related("by", "job")[:SHOWN]), "drafts": list(drafts[:SHOWN]),
        "most": DEFAULT_LIMITS.bytes_max // BYTES_OF_MIB,
    }  # fmt: skip
    return page(request, "brand/sending/imports.html", values, status)


def _send(request: HttpRequest, at: Console) -> HttpResponse:
    said, files = request.POST, request.FILES
    mark = said.get("token", "")
    there = Upload.objects.filter(token=mark).first()
    if there is not None:
        return _again(request, at, there)
    if (fault := _fault(at, mark, said, files)) is not None:
        return _list(request, at, said, fault, 422)
    try:
        with transaction.atomic():
            kept = _kept(at, mark, said, files)
    except IntegrityError:  # the same form, sent at the same moment
        return _again(request, at, Upload.objects.get(token=mark))
    return redirect("brand:upload", at.brand.slug, kept.pk)


def _again(request: HttpRequest, at: Console, there: Upload) -> HttpResponse:
    """A form that was sent before leads to what it made then; another's word makes nothing."""
    if there.brand_id == at.brand.pk and there.by_id == at.user.pk:
        return redirect("brand:upload", at.brand.slug, there.pk)
    return _list(request, at, request.POST, "token", 422)


def _fault(at: Console, mark: str, said: Any, files: Any) -> str | None:
    """What is wrong with a form, as `sending.fault.CODE` says it."""
    if len(mark) != TOKEN_CHARS or not mark.isalnum():
        return "token"
    if said.get("sector", "") not in ("", *SECTORS):
        return "sector"
    if said.get("decimal", "") not in ("", *DECIMALS):
        return "decimal"
    if "products" not in files:
        return "no_file"
    if any(each.size == 0 for each in files.values()):
        return "empty"
    if Upload.objects.filter(brand=at.brand, job__state__in=UNFINISHED).count() >= CHECKS_AT_ONCE_MAX:
        return "too_many"
    return None


def _kept(at: Console, mark: str, said: Any, files: dict[str, Received]) -> Upload:
    names = {field: _name(files[field].name) for field in ("products", "bills") if field in files}
    kept = Upload.objects.create(
        brand=at.brand, by=at.user, token=mark, products_name=names["products"], bills_name=names.get("bills", ""),
        sector=said.get("sector", ""), decimal=said.get("decimal", ""),
    )  # fmt: skip
    kept.folder.mkdir(parents=True)
    for field in names:
        files[field].take(kept.folder / field)
    function = "leafmark.web.brand.sending.checking.check_upload"
    kept.job = start("check", function, {"upload": str(kept.pk)}, at.user, token=f"check-{kept.pk.hex}")
    kept.save(update_fields=["job"])
    return kept


def _name(given: str | None) -> str:
    """What the sender calls a file, as one line that can be shown: no folder, no controls, not long."""
    line = clean(given or "")
    return line if len(line) <= NAME_CHARS else f"{line[: NAME_CHARS - 12]}…{line[-10:]}"


@require_safe
@in_console
def template(request: HttpRequest, at: Console, kind: str) -> HttpResponseBase:
    """A file to begin with: the columns and two rows."""
    if kind not in EXAMPLES:
        raise Http404(f"no template {kind}")
    columns, *rows = EXAMPLES[kind]
    return csv_file(f"{kind}.csv", columns, rows)


@require_safe
@in_console
def upload(request: HttpRequest, at: Console, upload_id: uuid.UUID) -> HttpResponse:
    """An upload: how far its check is, and then what each column was taken for, what was accepted and what is wrong."""
    found = of_brand(at, upload_id)
    values = {
        "at": at, "here": "imports", "upload": found, "working": working(found.job), "failed": failed(found.job), "token": token(),
        "drafts": list(found.drafts.select_related("prepared_by")), "calculable": calculable(found), **told(found, tag()),
    }  # fmt: skip
    return page(request, "brand/sending/upload.html", values)


@require_safe
@in_console
def rejected(request: HttpRequest, at: Console, upload_id: uuid.UUID, kind: str) -> HttpResponseBase:
    """The rejected rows of one of the files, in the format it came in, with what is wrong in front."""
    found = of_brand(at, upload_id)
    name = ((found.preview or {}).get(kind) or {}).get("rejected")
    if name is None:
        raise Http404(f"no rejected {kind}")
    suffix, told = name[name.rindex(".") :], found.folder / rejected_in(name, tag())
    path = told if told.exists() else found.folder / name  # an upload of before there were three
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=TYPES[suffix])


@require_POST
@in_console
def calculate(request: HttpRequest, at: Console, upload_id: uuid.UUID) -> HttpResponse:
    """Ask for a draft: figures of all accepted products, with the matches that stand now."""
    found = of_brand(at, upload_id)
    if not calculable(found) or working(found.job):
        return redirect("brand:upload", at.brand.slug, found.pk)
    mark = request.POST.get("token", "")
    arguments = {
        "upload": str(found.pk), "draft": str(uuid.uuid4()), "by": at.user.pk, "on": timezone.now().date().isoformat(),
    }  # fmt: skip
    with transaction.atomic():
        function = "leafmark.web.brand.sending.calculating.calculate_draft"
        job = start("calculate", function, arguments, at.user, token=f"{found.pk.hex[:24]}-{at.user.pk}-{mark}"[:64])
        if not job.finished:  # an old form sent again leads to what came of it then
            Upload.objects.filter(pk=found.pk).update(state=Upload.CALCULATING, job=job)
    return redirect("brand:upload", at.brand.slug, found.pk)


def of_brand(at: Console, upload_id: uuid.UUID) -> Upload:
    """An upload of the console's brand.

    Raises
    ------
    Http404 : there is none of this brand.
    """
    found: Upload = get_object_or_404(Upload.objects.select_related("brand", "by", "job"), pk=upload_id, brand=at.brand)
    return found


def calculable(found: Upload) -> bool:
    """Whether there are products and lines to calculate."""
    preview = found.preview or {}
    return bool(preview.get("bills")) and all(preview[kind]["counts"]["accepted"] for kind in ("products", "bills"))


def working(job: Job | None) -> bool:
    """Whether a job waits or is being done."""
    return job is not None and job.state in UNFINISHED


def failed(job: Job | None) -> bool:
    """Whether a job ended without being done."""
    return job is not None and job.state == FAILED
