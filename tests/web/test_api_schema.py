"""Whatever the OpenAPI allows, and much that it does not, is answered as the OpenAPI says, and never by a fault of ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from api_site import Caller, row
from experiments_site import START, started
from hypothesis import HealthCheck, Phase, settings
from terms import ANN

from leafmark.ledger.ledger import Ledger
from leafmark.web.api.app import api
from leafmark.web.parcels import kernel

schemathesis = pytest.importorskip(
    "schemathesis", reason="property tests of the API need schemathesis (the extra `test`)"
)

checks = pytest.importorskip("schemathesis.specs.openapi.checks")
EXAMPLES = 25
DOCUMENT = json.loads(json.dumps(api.get_openapi_schema(), default=str))
schema = schemathesis.openapi.from_dict(DOCUMENT)


@schemathesis.serializer("application/x-ndjson", "application/vnd.apache.arrow.stream")
def as_it_is(context: Any, value: Any) -> bytes:
    """Bodies that are no JSON: whatever was drawn, as bytes."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "backslashreplace")


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """The site's, made at the first request: by then its static files are laid out."""
    from leafmark.web import wsgi

    return wsgi.application(environ, start_response)


schema.app = application


@pytest.fixture
def site(two_brands: None, books_open: Ledger, caller: Callable[..., Caller], on_day: Callable[..., None]) -> Caller:
    """A site with products, an account and a test that runs, and a key that opens everything."""
    asking = caller("app", per_minute=100_000)
    on_day(START)
    if kernel.installed():
        kernel.warm()
    started("spring", shown_by="clients")
    assert asking.events([row("one"), row("two")]).json()["accepted"] == 2
    return asking


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_keeps_to_the_openapi(case: Any, site: Caller) -> None:
    """Schemathesis makes requests from the document, right and wrong ones, and holds each answer to it."""
    if "key" in (case.path_parameters or {}) and len(str(case.path_parameters["key"])) % 2:
        case.path_parameters["key"] = "spring"
    if "account_id" in (case.path_parameters or {}) and case.path_parameters["account_id"] == 0:
        case.path_parameters["account_id"] = ANN
    headers = {"Authorization": f"Bearer {site.key}"}
    answer = case.call(headers=headers)
    if answer.status_code == 413:  # schemathesis knows no other limit than those of the schema
        assert answer.headers["content-type"] == ["application/problem+json"]
        return
    # a check digit, a market that has rules: no schema says these; nor, of a body that is a text, what its lines are
    unsaid = [checks.positive_data_acceptance]
    if case.operation.path.endswith(("/events", "/choices")):
        unsaid.append(checks.negative_data_rejection)
    case.validate_response(answer, excluded_checks=unsaid, headers=headers)


def test_the_document_is_openapi() -> None:
    """Each operation has an id, a sentence, an answer and a problem; each write that needs one names its scope's key."""
    ids = []
    for path, methods in DOCUMENT["paths"].items():
        assert path.startswith("/api/v1/")
        for method, operation in methods.items():
            ids.append(operation["operationId"])
            assert operation["description"].endswith("."), path
            assert operation["responses"]["default"]["content"].keys() == {"application/problem+json"}
            assert operation["security"], (method, path)
    assert len(ids) == len(set(ids))
