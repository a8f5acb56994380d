"""Errors as problems (RFC 9457): a closed list of types, each with a paragraph of its own in `/api/docs` and `docs/api.md`.

`errors` names what is wrong one by one: `pointer` into the body (RFC 6901), else `parameter`, `header`, or the `line` of an NDJSON body.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from leafmark.ledger.rows import WHAT_TO_DO, Rejected
from leafmark.ledger.schema import StoreError
from leafmark.web.api.json_text import load

CONTENT_TYPE: Final = "application/problem+json"
SHOWN_MAX: Final = 60
"""Characters of what was found that an error shows."""
BUSY_S: Final = 2


@dataclass(frozen=True)
class Kind:
    """A type of problem."""

    status: int
    title: str
    what_to_do: str


KINDS: Final = {
    "no-key": Kind(401, "A key is needed", "send `Authorization: Bearer lmk_...`; the operator gives keys out"),
    "bad-key": Kind(401, "The key does not stand", "it is unknown, revoked or expired: ask the operator for another"),
    "scope": Kind(403, "The key does not open this", "ask the operator for a key with the scope that `detail` names"),
    "not-found": Kind(404, "There is nothing here", "see whether it is published, and whose it is: a brand's key sees its brand alone"),
    "method-not-allowed": Kind(405, "Not by this method", "use a method that the header Allow names"),
    "unreadable": Kind(400, "The request cannot be read", "`detail` says where; nothing was done"),
    "too-large": Kind(413, "The request is too large", "send it in parts, each within the limit that `detail` names"),
    "content-type": Kind(415, "Not in this form", "send one of the content types that `detail` names"),
    "invalid": Kind(422, "A value is not what is expected", "`errors` names each field, what was found and what was expected"),
    "idempotency-key": Kind(400, "An Idempotency-Key is needed", "send one of your own making, another for each redemption"),
    "in-progress": Kind(409, "The same request is being worked on", "wait as long as Retry-After says, and send it again as it is"),
    "key-reused": Kind(422, "The Idempotency-Key was used for another request", "take a new one for another redemption"),
    "refused": Kind(409, "The ledger refuses this", "`reason` is one of docs/ledger-reasons.md"),
    "not-running": Kind(409, "The test is not running", "`detail` says where it stands; outside its days nobody is put in and nothing is counted"),
    "not-explainable": Kind(409, "The figure cannot be explained", "the run's folder, inputs or packs are missing or changed: the operator restores them"),
    "not-installed": Kind(501, "A part of this is not installed", "the site's operator installs what `detail` names"),
    "rate-limited": Kind(429, "Too many requests", "wait as long as Retry-After says"),
    "fault": Kind(500, "The fault is ours", "send it again; with an Idempotency-Key nothing happens twice"),
    "busy": Kind(503, "Not now", "wait as long as Retry-After says, and send it again"),
}  # fmt: skip
"""Name -> type of problem. Its address is `/api/docs#NAME`."""

log = logging.getLogger(__name__)


class Problem(Exception):
    """An answer that says what is wrong."""

    def __init__(
        self, kind: str, detail: str = "", errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None, **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(detail or KINDS[kind].title)
        self.kind, self.detail, self.errors = kind, detail, list(errors)
        self.headers, self.more = dict(headers or {}), more

    @property
    def status(self) -> int:
        """Its HTTP status."""
        return KINDS[self.kind].status

    def body(self) -> dict[str, Any]:
        """Its members."""
        found: dict[str, Any] = {"type": address(self.kind), "title": KINDS[self.kind].title, "status": self.status}
        if self.detail:
            found["detail"] = self.detail
        found |= self.more
        return found | ({"errors": self.errors} if self.errors else {})

    def response(self) -> HttpResponse:
        """The answer."""
        return problem_response(self.status, self.body(), self.headers)


def address(kind: str) -> str:
    """A type's address, a reference within the site."""
    return f"/api/docs#{kind}"


def problem_response(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A problem's members as an answer that nobody keeps."""
    response = JsonResponse(dict(body), status=status, content_type=CONTENT_TYPE)
    for name, value in {"Cache-Control": "no-store", **(headers or {})}.items():
        response.headers[name] = value
    return response


def refused(why: Rejected, pointer: str | None = None) -> Problem:
    """A refusal of the ledger."""
    named = {"pointer": pointer or f"#/{why.field}", "detail": f"found {why.found}; expected {why.expected}"}
    return Problem("refused", WHAT_TO_DO[why.reason], [named], reason=why.reason)


def shown(value: object) -> str:
    """What was found, short enough to be shown; characters that UTF-8 has not are spelled out."""
    text = str(value)[: SHOWN_MAX + 1].encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= SHOWN_MAX else f"{text[: SHOWN_MAX - 3]}..."


def handle(api: NinjaAPI) -> None:
    """Make every exception of an operation a problem."""
    for kind, answer in (
        (Problem, _as_it_is), (ValidationError, _invalid), (AuthenticationError, _no_key), (HttpError, _http),
        (Http404, _not_found), (OperationalError, _busy), (StoreError, _busy), (Exception, _fault),
    ):  # fmt: skip
        api.add_exception_handler(kind, answer)


def _as_it_is(request: HttpRequest, error: Any) -> HttpResponse:
    return error.response()


def _not_found(request: HttpRequest, error: Any) -> HttpResponse:
    return Problem("not-found", str(error)).response()


def no_key() -> Problem:
    """A key is needed and none was sent."""
    return Problem("no-key", headers={"WWW-Authenticate": 'Bearer realm="leafmark"'})


def _no_key(request: HttpRequest, error: Any) -> HttpResponse:
    return no_key().response()


def _http(request: HttpRequest, error: Any) -> HttpResponse:
    if isinstance(error.__cause__, Problem):
        return error.__cause__.response()
    return Problem("unreadable", str(error)).response()


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    return Problem("invalid", errors=[_named(request, each) for each in error.errors]).response()


def _named(request: HttpRequest, fault: Mapping[str, Any]) -> dict[str, Any]:
    """One fault of pydantic's by where it is: ("body", parameter, field, ...), or ("query", name)."""
    place, *path = fault["loc"]
    steps = path[1:] if place == "body" else path
    found = _found(request, place, steps)
    detail = str(fault["msg"]) if found is None else f"found {shown(found)!r}: {fault['msg']}"
    if place == "body":
        pointer = "".join("/" + str(each).replace("~", "~0").replace("/", "~1") for each in steps)
        return {"pointer": f"#{pointer}", "detail": detail}
    return {"header" if place == "header" else "parameter": str(steps[-1]) if steps else "", "detail": detail}


def _found(request: HttpRequest, place: str, steps: Sequence[str | int]) -> Any:
    """What stands where a fault is; None where nothing does."""
    match = request.resolver_match
    value: Any = {"query": request.GET, "path": match.kwargs if match else {}, "header": request.headers}.get(place)
    if place == "body":
        value = load(request.body) if request.body else None
    try:
        for step in steps:
            value = value[step]
    except (KeyError, IndexError, TypeError):
        return None
    return value


def _busy(request: HttpRequest, error: Any) -> HttpResponse:
    log.warning("%s %s: %s", request.method, request.path, error)
    return Problem("busy", headers={"Retry-After": str(BUSY_S)}).response()


def _fault(request: HttpRequest, error: Any) -> HttpResponse:
    log.exception("%s %s", request.method, request.path, exc_info=error)
    return Problem("fault").response()
