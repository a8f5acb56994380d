"""What an upload's page says of its files, in the reader's language; what was kept in English alone stays English and is marked so."""

from __future__ import annotations

from typing import Any

from leafmark.products.imports.said import fault_in as row_in
from leafmark.products.imports.said import in_language
from leafmark.web.brand.models import Upload
from leafmark.web.jobs.faults import fault_in, said_in


def told(upload: Upload, lang: str) -> dict[str, Any]:
    """`preview` with its faults and notes, `refusal` of a file that could not be read, `job_fault`: (words, language) each."""
    return {
        "preview": _preview(upload.preview, lang), "refusal": said_in(upload.said, upload.fault, lang),
        "job_fault": fault_in(upload.job, lang) if upload.job is not None else None,
    }  # fmt: skip


def _preview(preview: dict[str, Any] | None, lang: str) -> dict[str, Any] | None:
    if preview is None:
        return None
    files = {kind: preview[kind] and _file(preview[kind], lang) for kind in ("products", "bills")}
    return {**preview, **files, "warnings": [row_in(each, lang) for each in preview["warnings"]]}


def _file(file: dict[str, Any], lang: str) -> dict[str, Any]:
    english = lang == "en" or "notes_said" not in file
    notes = file["notes"] if english else [in_language(each, lang) for each in file["notes_said"]]
    faults = [row_in(each, lang) for each in file["faults"]]
    return {**file, "faults": faults, "notes": notes, "notes_lang": "en" if english else lang}
