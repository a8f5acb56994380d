"""Acts in batches. Posting the same batch again adds nothing: what was accepted is then counted as duplicates."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from django.http import HttpRequest
from ninja import Router

from leafmark.ledger.intake import has_columns
from leafmark.ledger.schema import StoreError
from leafmark.web import books
from leafmark.web.api.acts import post
from leafmark.web.api.around import EVENTS_BYTES_MAX, too_large
from leafmark.web.api.arrow import rows_of_arrow
from leafmark.web.api.auth import Needs, client_of
from leafmark.web.api.ndjson import rows_of_ndjson
from leafmark.web.api.problems import Problem
from leafmark.web.api.schemas import ReceiptOut

ROWS_MAX: Final = 10_000
NDJSON: Final = ("application/x-ndjson", "application/ndjson", "application/jsonl")
ARROW: Final = "application/vnd.apache.arrow.stream"
_ACT: Final = {
    "type": "object",
    "description": "An act: fields as docs/ledger.md has them; `document` and `bucket` may stand for `fingerprint`.",
    "required": ["account_id", "event_id", "programme", "action", "method_id", "quantity", "occurred_day", "evidence", "co2e_mg"],
    "properties": {
        "account_id": {"type": ["integer", "string"]}, "event_id": {"type": ["integer", "string"]},
        "programme": {"type": "string"}, "action": {"type": "string"}, "method_id": {"type": "string"},
        "quantity": {"type": "integer"}, "occurred_day": {"type": "string", "format": "date"},
        "source": {"type": "string", "description": "The client's own name, or none"},
        "evidence": {"type": "string", "enum": ["A", "B", "C", "D"]}, "co2e_mg": {"type": "integer"},
        "fingerprint": {"type": ["integer", "string"]}, "document": {"type": "string"}, "bucket": {"type": "string"},
    },
}  # fmt: skip
BODY: Final = {
    "requestBody": {
        "required": True,
        "description": f"At most {ROWS_MAX} acts and {EVENTS_BYTES_MAX} bytes: a JSON object a line, or an Arrow IPC stream.",
        "content": {
            NDJSON[0]: {"schema": {"type": "string", "x-line": _ACT}},
            ARROW: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}  # fmt: skip

router = Router(auth=Needs("events"))


@router.post("/events", response=ReceiptOut, operation_id="post_events", tags=["events"], openapi_extra=BODY)
def events(request: HttpRequest) -> dict[str, Any]:
    """Post acts, each once, as this client's. A refused act stops no other; `refused` names it by position and reason."""
    lines, rows = _rows(request)
    receipt = post(books.ledger(), client_of(request), rows)
    named = [
        {"position": place, "line": lines[place] if lines else None, "outcome": outcome, **asdict(why)}
        for place, outcome, why in receipt.named
    ]
    return {
        **{
            name: getattr(receipt, name)
            for name in ("rows", "accepted", "duplicates", "conflicts", "rejected", "reasons")
        },
        "refused": named,
    }


def _rows(request: HttpRequest) -> tuple[list[int], list[dict[str, Any]]]:
    """Lines, where the body has any, and rows."""
    kind = (request.content_type or "").lower()
    if kind not in (*NDJSON, ARROW) or request.headers.get("Content-Encoding", "identity") != "identity":
        found = f"found {kind[:60] or 'none'!r} {request.headers.get('Content-Encoding', '')[:20]}".strip()
        raise Problem("content-type", f"{found}; expected {NDJSON[0]} or {ARROW}, not compressed")
    body = request.read(EVENTS_BYTES_MAX + 1)
    if len(body) > EVENTS_BYTES_MAX:
        raise too_large(EVENTS_BYTES_MAX)
    if kind != ARROW:
        return rows_of_ndjson(body, ROWS_MAX)
    names, rows = rows_of_arrow(body, ROWS_MAX)
    try:
        has_columns([*names, "source"], "the stream", subject=True)
    except StoreError as error:
        raise Problem("invalid", str(error)) from error
    return [], rows
