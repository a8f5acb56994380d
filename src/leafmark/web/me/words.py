"""Names of acts, units and lines in the reader's language; what has none is shown as the ledger has it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from leafmark.web import languages
from leafmark.web.me.own import Own
from leafmark.web.pages import page


def named(group: str, code: str, **values: object) -> str:
    """`me.GROUP.CODE` in the language of this request, or the code itself."""
    lang = languages.tag()
    key = f"me.{group}.{code.replace(' ', '_').replace(',', '')}"
    words = languages.table(lang)
    if key in words or f"{key}.other" in words:
        return languages.say(lang, key, **values)
    return code


def factor_name(factor: dict[str, Any]) -> str:
    """A factor's name: Chinese where the page is and the pack has it."""
    chinese = languages.tag() != "en" and factor.get("name_zh")
    return str(chinese or factor["name"])


def own_answer(
    request: HttpRequest, template: str, own: Own, values: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page of the room with what all of its pages use."""
    return page(request, template, {"own": own, "named": named, "factor_name": factor_name, **values}, status)
