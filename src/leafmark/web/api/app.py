"""The API's operations in one."""

from __future__ import annotations

from typing import Any, Final

from ninja import NinjaAPI

import leafmark
from leafmark.web.api import accounts, claims, events, experiments, explaining, packing, shelf
from leafmark.web.api.auth import Open
from leafmark.web.api.ndjson import JsonParser
from leafmark.web.api.problems import CONTENT_TYPE, KINDS, handle

DESCRIPTION: Final = (
    "Footprints, labels and their reasons; claims; the ledger of grams and points; holdout tests; packing. Every error is a problem (RFC 9457) whose "
    "`type` leads to its paragraph of /api/docs."
)
PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "enum": [f"/api/docs#{name}" for name in KINDS]},
        "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"},
        "reason": {"type": "string"}, "errors": {"type": "array", "items": {"type": "object"}},
    },
}  # fmt: skip


IDEMPOTENCY_KEY: Final = {"type": "string", "pattern": "^[!-~]+$", "maxLength": 255}
KEY: Final = {"type": "http", "scheme": "bearer", "description": "A key of the operator's: lmk_..."}
"""An operation's tag names the scope that its key needs."""


class Api(NinjaAPI):
    """Ninja's, whose operations all say that they may answer a problem, and which need no key."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> Any:
        """The OpenAPI document."""
        found = super().get_openapi_schema(*args, **kwargs)
        found["components"]["schemas"]["Problem"] = PROBLEM
        found["components"]["securitySchemes"] = {"key": KEY}
        answer = {
            "description": "A problem",
            "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for operations in found["paths"].values():
            for operation in operations.values():
                operation["responses"]["default"] = answer
                for parameter in operation.get("parameters", ()):
                    if parameter["name"] == "Idempotency-Key":  # `once` says itself that it is missing
                        parameter |= {"required": True, "schema": IDEMPOTENCY_KEY}
                is_open = any(Open.__name__ in each for each in operation["security"])
                operation["security"] = [*([{}] if is_open else []), {"key": []}]
        return found


api = Api(
    title="Leafmark", version="1", description=DESCRIPTION, urls_namespace="api", docs_url=None, parser=JsonParser(),
    openapi_url="/openapi.json", openapi_extra={"info": {"x-leafmark": leafmark.__version__}},
)  # fmt: skip
handle(api)
for each in (
    shelf.router, explaining.router, claims.router, events.router, accounts.balances, accounts.redemptions, experiments.router,
    packing.router,
):  # fmt: skip
    api.add_router("/v1", each)
