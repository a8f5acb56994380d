"""The claims check: a text that is meant for the public, read against the rules. What is sent is read and forgotten."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods

from leafmark.products.claims import (
    MARKETS,
    Claim,
    ClaimEvidence,
    Finding,
    Report,
    evidence_kinds,
    report,
    sentences_of,
)
from leafmark.products.claims.rulebook import HOUSE
from leafmark.products.claims.sentences import strings
from leafmark.web.brand.access import Console, in_console
from leafmark.web.brand.planning.cells import WrongValueError, number_of
from leafmark.web.brand.planning.wizard import today
from leafmark.web.languages import tag
from leafmark.web.pages import page

TEXT_MAX: Final = 10_000
BRAND_MAX: Final = 255
CELL_MAX: Final = 2_000
PIECES_MAX: Final = 12
PIECES_FIRST: Final = 1
SHOWN_MARKETS: Final = ("eu", "fr", "uk", "us", "cn")
PARTIES: Final = ("owner", "trader")
AROUND: Final = 60
"""Characters shown before and after a quote."""
CELLS: Final = ("kind", "url", "document", "text", "issued_by", "expires_on", "value", "about")


@dataclass
class Asked:
    """What was typed, and what is wrong in it: by field, of a piece of evidence as `FIELD_NUMBER`."""

    text: str = ""
    medium: str = ""
    brand: str = ""
    markets: tuple[str, ...] = ("eu",)
    on_date: str = ""
    pieces: list[dict[str, Any]] = field(default_factory=lambda: [{} for _ in range(PIECES_FIRST)])
    faults: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding with its quote in its place; `lines` say why, what evidence would lift it, what to write instead."""

    finding: Finding
    before: str
    after: str
    lines: tuple[str, ...]
    severity: str

    @property
    def house(self) -> bool:
        """Whether the rule is our own and no law."""
        return self.finding.jurisdiction == HOUSE


@require_http_methods(["GET", "HEAD", "POST"])
@in_console
def claims(request: HttpRequest, at: Console) -> HttpResponse:
    """The form, and what the rules find in what was sent."""
    if request.method != "POST":
        return _page(request, at, Asked(brand=at.brand.name, on_date=today().isoformat()), None)
    asked = _read(request.POST)
    if request.POST.get("do") == "more":
        asked.faults.clear()
        asked.pieces = [*asked.pieces, {}][:PIECES_MAX]
        return _page(request, at, asked, None)
    evidence = _evidence(asked)
    day = _day(asked.on_date, asked, "on_date") or today()
    if not asked.text.strip():
        asked.faults["text"] = "missing"
    if asked.faults:
        return _page(request, at, asked, None, 422)
    medium = (asked.medium,) if asked.medium.strip() else ()
    found = report(Claim(asked.text, asked.brand, medium), evidence, day, asked.markets)
    return _page(request, at, asked, found)


def _page(request: HttpRequest, at: Console, asked: Asked, found: Report | None, status: int = 200) -> HttpResponse:
    words = strings(tag())
    kinds = sorted(((kind, words[f"evidence.{kind}"]) for kind in evidence_kinds()), key=lambda each: each[1])
    values: dict[str, Any] = {
        "at": at, "here": "claims", "asked": asked, "kinds": kinds, "markets": SHOWN_MARKETS, "parties": PARTIES, "text_max": TEXT_MAX,
        "pieces_max": PIECES_MAX, "report": found, "shown": [], "versions": [], "no_advice": words["line.no_advice"],
    }  # fmt: skip
    if found is not None:
        values["shown"] = [_shown(each, asked) for each in found.findings]
        values["versions"] = sorted({each.partition("@")[2] for each in found.rules})
    return page(request, "brand/planning/claims.html", values, status)


def _shown(finding: Finding, asked: Asked) -> Shown:
    """A finding for a reader. The heading of its sentences is shown by the page itself."""
    lines = tuple(sentences_of(finding, tag())[1:])
    severity = strings(tag())[f"severity.{finding.severity}"]
    source = {"text": asked.text, "brand": asked.brand}.get(finding.where)
    if source is None:
        return Shown(finding, "", "", lines, severity)
    before = source[max(0, finding.start - AROUND) : finding.start]
    after = source[finding.end : finding.end + AROUND]
    return Shown(
        finding,
        "…" * (finding.start > AROUND) + before,
        after + "…" * (finding.end + AROUND < len(source)),
        lines,
        severity,
    )


def _read(given: QueryDict) -> Asked:
    """What was sent, within bounds."""
    asked = Asked(given.get("text", ""), given.get("medium", ""), given.get("brand", "").strip(),
                  tuple(dict.fromkeys(given.getlist("markets"))), given.get("on_date", "").strip(), [])  # fmt: skip
    for name, most in (("text", TEXT_MAX), ("medium", TEXT_MAX), ("brand", BRAND_MAX)):
        text = getattr(asked, name)
        if len(text) > most:
            asked.faults[name] = "long"
            setattr(asked, name, text[:most])
        if "\x00" in text:
            asked.faults[name] = "characters"
    if not asked.markets or not set(asked.markets) <= set(MARKETS):
        asked.faults["markets"] = "choice"
        asked.markets = tuple(each for each in asked.markets if each in MARKETS)
    count = given.get("pieces", "")
    number = int(count) if count.isascii() and count.isdigit() and len(count) < 4 else PIECES_FIRST
    for place in range(min(number, PIECES_MAX)):
        piece: dict[str, Any] = {name: given.get(f"{name}_{place}", "").strip()[:CELL_MAX] for name in CELLS}
        piece["independent_of"] = [each for each in given.getlist(f"independent_of_{place}") if each in PARTIES]
        asked.pieces.append(piece)
    return asked


def _evidence(asked: Asked) -> list[ClaimEvidence]:
    """The pieces that name a kind; faults are named by field."""
    found = []
    for place, piece in enumerate(asked.pieces):
        said = [name for name in CELLS if piece.get(name) and name != "kind"]
        if not piece.get("kind"):
            if said:
                asked.faults[f"kind_{place}"] = "missing"
            continue
        if piece["kind"] not in evidence_kinds():
            asked.faults[f"kind_{place}"] = "choice"
            continue
        if piece["url"] and urlsplit_scheme(piece["url"]) not in ("http", "https"):
            asked.faults[f"url_{place}"] = "address"
        value = None
        if piece["value"]:
            try:
                value = number_of(piece["value"])
            except WrongValueError:
                asked.faults[f"value_{place}"] = "number"
        about = tuple(each.strip() for each in piece["about"].split(";") if each.strip())
        found.append(ClaimEvidence(
            piece["kind"], piece["url"] or None, piece["document"] or None, piece["text"], piece["issued_by"],
            frozenset(piece["independent_of"]), _day(piece["expires_on"], asked, f"expires_on_{place}"), None, value, about,
        ))  # fmt: skip
    return found


def urlsplit_scheme(text: str) -> str:
    """The scheme of an address, nothing where it is none."""
    try:
        return urlsplit(text).scheme
    except ValueError:
        return ""


def _day(text: str, asked: Asked, name: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        asked.faults[name] = "day"
        return None
