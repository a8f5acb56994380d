"""Holdout tests on a marketplace's own lists: who sees no labels, and what was chosen. For the operator's clients."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from django.http import HttpRequest
from ninja import Router

from leafmark.web.api.around import EVENTS_BYTES_MAX, too_large
from leafmark.web.api.auth import Needs, client_of
from leafmark.web.api.choices import named, post
from leafmark.web.api.ndjson import rows_of_ndjson
from leafmark.web.api.problems import Problem, shown
from leafmark.web.api.schemas import ArmsOut, ChoicesOut, LeftOut, UnitsIn
from leafmark.web.experiment import counting
from leafmark.web.experiment.models import CLIENTS, Experiment
from leafmark.web.experiment.states import RUNNING, state_of, today

ROWS_MAX: Final = 10_000
NDJSON: Final = ("application/x-ndjson", "application/ndjson", "application/jsonl")
_CHOICE: Final = {
    "type": "object",
    "description": "A product that a unit chose. It is named by `brand` and `product_id`, or by `gtin`.",
    "required": ["choice_id", "unit"],
    "properties": {
        "choice_id": {"type": "string", "description": "The client's own id of the choice, such as an order's line; each counts once"},
        "unit": {"type": "string", "description": "Who chose, as the client asked for its arm"},
        "brand": {"type": "string"}, "product_id": {"type": "string"}, "gtin": {"type": "string"},
    },
}  # fmt: skip
BODY: Final = {
    "requestBody": {
        "required": True,
        "description": f"At most {ROWS_MAX} choices and {EVENTS_BYTES_MAX} bytes: a JSON object a line.",
        "content": {NDJSON[0]: {"schema": {"type": "string", "x-line": _CHOICE}}},
    }
}  # fmt: skip

router = Router(auth=Needs("experiments"))


@router.post("/experiments/{key}/arms", response=ArmsOut, operation_id="arms", tags=["experiments"])
def arms(request: HttpRequest, key: str, asked: UnitsIn) -> dict[str, Any]:
    """Put units into their arms. Asked again, the answer is the same; ask before a unit sees a list, for all who see it."""
    experiment = _running(key)
    client = client_of(request)
    units = counting.put_in(experiment, [named(client, each) for each in dict.fromkeys(asked.units)], today())
    return {
        "experiment": experiment.key, "ends_on": experiment.ends_on,
        "arms": [{"unit": each, "arm": units[named(client, each)].arm} for each in asked.units],
    }  # fmt: skip


@router.post(
    "/experiments/{key}/choices", response=ChoicesOut, operation_id="post_choices", tags=["experiments"], openapi_extra=BODY
)  # fmt: skip
def choices(request: HttpRequest, key: str) -> dict[str, Any]:
    """Post what units chose, each choice once. A refused choice stops no other; `refused` names it by position, field and reason."""
    experiment = _running(key)
    lines, rows = _rows(request)
    receipt = post(experiment, client_of(request), rows, today())
    refused = [asdict(each) | {"line": lines[each.position]} for each in receipt.refused]
    return {
        "rows": len(rows), "accepted": receipt.accepted, "duplicates": receipt.duplicates, "not_counted": receipt.not_counted,
        "refused": refused,
    }  # fmt: skip


@router.post("/experiments/{key}/leave", response=LeftOut, operation_id="leave", tags=["experiments"])
def leave(request: HttpRequest, key: str, asked: UnitsIn) -> dict[str, Any]:
    """Take units out that no longer agree: their choices are removed for good. Doing it again changes nothing."""
    experiment = _of_clients(key)
    marks = [counting.mark_in(experiment, named(client_of(request), each)) for each in dict.fromkeys(asked.units)]
    found = counting.units_by_mark(experiment, marks)
    for unit in found.values():
        counting.leave(unit, today())
    return {"experiment": experiment.key, "left": len(found)}


def _of_clients(key: str) -> Experiment:
    found = None if "\0" in key else Experiment.objects.filter(key=key, shown_by=CLIENTS).first()
    if found is None:
        raise Problem("not-found", f"no test {shown(ascii(key))} on lists of clients")
    return found


def _running(key: str) -> Experiment:
    found = _of_clients(key)
    state = state_of(found)
    if state != RUNNING:
        raise Problem("not-running", f"{found.key}, {found.starts_on} to {found.ends_on}: {state}")
    return found


def _rows(request: HttpRequest) -> tuple[list[int], list[dict[str, Any]]]:
    kind = (request.content_type or "").lower()
    if kind not in NDJSON or request.headers.get("Content-Encoding", "identity") != "identity":
        found = f"found {kind[:60] or 'none'!r} {request.headers.get('Content-Encoding', '')[:20]}".strip()
        raise Problem("content-type", f"{found}; expected {NDJSON[0]}, not compressed")
    body = request.read(EVENTS_BYTES_MAX + 1)
    if len(body) > EVENTS_BYTES_MAX:
        raise too_large(EVENTS_BYTES_MAX)
    return rows_of_ndjson(body, ROWS_MAX)
