"""Pages from templates: Jinja2, with the site's words bound to the request's language."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from leafmark.products import i18n, imports
from leafmark.products.imports.numbers import number_text
from leafmark.web import languages

ADDRESSES_KEPT = 32_768
"""Addresses that are remembered: a page names some thirty, most of them those of every page."""


def environment(**options: Any) -> Environment:
    """Jinja2 as the site uses it: a name that a view forgot is an error, not a blank."""
    made = Environment(**{**options, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True})
    made.globals.update(
        url=lambda name, *arguments: _address(get_language(), name, arguments),
        static=lru_cache(static),
        messages=get_messages,
        languages=settings.LANGUAGES,
        tags=languages.TAGS,
        shown_sectors=sorted(imports.SECTORS),
        origin=settings.WORKSPACE.origin,
    )
    made.filters.update(whole=i18n.whole, significant=i18n.significant, plain=i18n.plain, exact=number_text)
    return made


@lru_cache(maxsize=ADDRESSES_KEPT)
def _address(language: str | None, name: str, arguments: tuple[Any, ...]) -> str:
    """An address in the language that is active: `language` is only what keeps it apart from the others'."""
    return reverse(name, args=arguments)


def in_language(path: str, code: str) -> str:
    """The same page in another language: English has no prefix."""
    first, _, rest = path.lstrip("/").partition("/")
    bare = f"/{rest}" if first in languages.TAGS else path
    return bare if code == settings.LANGUAGE_CODE else f"/{code}{bare}"


def page(request: HttpRequest, template: str, values: dict[str, Any], status: int = 200) -> HttpResponse:
    """A template's page in the request's language. `t` says a sentence, `label_t` one of a label's."""
    return render(request, template, values, status=status)


def fragment(template: str, values: dict[str, Any]) -> Markup:
    """A part of a page that is the same for every reader of the request's language."""
    made: Any = get_template(template)
    return Markup(made.template.render({**_said(languages.tag()), **values}))


def words(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what depends on the language and on who reads."""
    path = request.get_full_path()
    return {
        **_said(languages.tag()),
        "user": getattr(request, "user", None),  # a request that is refused before log-in is looked at has none
        "in_language": lambda code: in_language(path, code),
    }


@lru_cache
def _frame(lang: str, name: str, sector: str) -> Markup:
    """What stands around every page, the same for every reader."""
    return fragment(f"frame/{name}.html", {"sector": sector})


@lru_cache(maxsize=len(languages.LANGS))
def _said(lang: str) -> dict[str, Any]:
    """What says things in one language."""
    return {
        "lang": lang,
        "frame": lambda name, sector="": _frame(lang, name, sector),
        "t": partial(languages.say, lang),
        "label_t": partial(i18n.text, lang),
        "mass": lambda amount: languages.mass(amount, lang),
        "span": languages.span,
        "per": lambda unit: languages.per(unit, lang),
        "pick": lambda words: languages.pick(words, lang),
    }
