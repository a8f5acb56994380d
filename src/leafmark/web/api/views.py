"""The API's page for people: made from its OpenAPI on the server, so that it needs no script and nothing from elsewhere."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from leafmark.web.api.app import api
from leafmark.web.api.keys import OF_OPERATOR, SCOPES
from leafmark.web.api.problems import KINDS
from leafmark.web.pages import page


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Operations, scopes and problems."""
    values = {"operations": operations(), "scopes": SCOPES, "of_operator": OF_OPERATOR, "kinds": KINDS}
    return page(request, "api/docs.html", values)


@lru_cache(maxsize=1)
def operations() -> list[dict[str, Any]]:
    """Every operation of the OpenAPI, by address."""
    schema = api.get_openapi_schema()
    parts = schema["components"]["schemas"]
    return [
        _operation(path, method, operation, parts)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def _operation(path: str, method: str, operation: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {})
    fields: list[tuple[str, str, bool, str]] = [
        (each["name"], _kind(each["schema"]), each.get("required", False), each.get("description", ""))
        for each in operation.get("parameters", [])
    ]
    for content in body.get("content", {}).values():
        shape = _resolved(content["schema"].get("x-line", content["schema"]), parts)
        needed = shape.get("required", ())
        fields += [
            (name, _kind(each), name in needed, each.get("description", ""))
            for name, each in shape.get("properties", {}).items()
        ]
    return {
        "id": operation["operationId"], "method": method.upper(), "path": path, "says": operation.get("description", ""),
        "scope": operation["tags"][0], "is_open": {} in operation["security"],
        "fields": fields, "takes": list(body.get("content", {})), "body": body.get("description", ""),
        "answers": [_answer(status, each) for status, each in operation["responses"].items() if status != "default"],
    }  # fmt: skip


def _answer(status: str, answer: dict[str, Any]) -> tuple[str, str]:
    schemas = [each.get("schema", {}) for each in answer.get("content", {}).values()]
    return str(status), ", ".join(map(_kind, schemas))


def _resolved(schema: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return dict(parts[name]) if name else schema


def _kind(schema: dict[str, Any]) -> str:
    """A schema in a few words: `integer, 1 to 500`."""
    if "anyOf" in schema:
        return " | ".join(_kind(each) for each in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2].removesuffix("In").removesuffix("Out")
    kind = schema.get("type", "")
    text = " | ".join(kind) if isinstance(kind, list) else str(schema.get("format") or kind)
    if kind == "array":
        text = f"[{_kind(schema.get('items', {}))}]"
    if "maximum" in schema:
        text += f", {schema.get('minimum', '')} – {schema['maximum']}"
    if "maxLength" in schema:
        text += f", ≤ {schema['maxLength']}"
    return text
