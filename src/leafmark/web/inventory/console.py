"""Pages of the inventory in the operator's console: all of them, one, a category's sites, lines, flags, and the files to take away."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import pyarrow.compute as pc
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from leafmark.engine.sampling import SEED_MAX
from leafmark.inventory.book import InventoryError
from leafmark.inventory.report.facts import BYS
from leafmark.inventory.report.required import index
from leafmark.inventory.report.words import Words, percent, score
from leafmark.web.audit.runs import known
from leafmark.web.inventory import files, finding
from leafmark.web.inventory.lines import PAGE, Asked, Lines, sites_of
from leafmark.web.languages import tag
from leafmark.web.operate.access import in_console, room

SITES_SHOWN: Final = 100
USUAL_SEED: Final = "leafmark"


@require_safe
@in_console
def inventories(request: HttpRequest) -> HttpResponse:
    """Every inventory below `inventories/`, the latest year first, with both totals."""
    found = sorted(finding.listed(), key=lambda each: (-(each.facts.inventory.year if each.facts else 0), each.name))
    return room(request, "inventory", "inventory/inventories", {"found": found, "words": Words(tag())})


@require_safe
@in_console
def inventory(request: HttpRequest, folder: str) -> HttpResponse:
    """One inventory: totals by scope and category in both statements, what is in it, what was refused, what its report lacks."""
    facts = finding.facts_of(folder)
    words = Words(tag())
    places = sorted({**facts.rows["market"], **facts.rows["location"]}, key=lambda row: (row[0], row[1] or 0))
    rows = [(place, facts.rows["location"].get(place), facts.rows["market"].get(place)) for place in places]
    lacking = [(item, found) for item, found in index(facts, words) if item.required and found.state != "there"]
    sites = sorted(facts.sites["location"].items(), key=lambda item: (-item[1].co2e_ug, item[0]))
    values = {
        "folder": folder, "facts": facts, "words": words, "rows": rows, "lacking": lacking, "percent": percent, "score": score,
        "bys": BYS if facts.has_market else BYS[:1], "sites": sites[:SITES_SHOWN], "site_count": len(sites),
        "required": sum(item.required for item, _ in index(facts, words)), "query": _query, "files": files.FILES, "seed": USUAL_SEED,
        "seed_max": SEED_MAX, "last_day": dt.date.fromisoformat(str(facts.record["until"])) - dt.timedelta(days=1),
    }  # fmt: skip
    return room(request, "inventory", "inventory/inventory", values)


def _query(**conditions: str | int) -> str:
    return Asked().query(**conditions)


@require_safe
@in_console
def category(request: HttpRequest, folder: str, scope: int, category: int) -> HttpResponse:
    """A scope, or a category of Scope 3 (0: the whole scope): its sites with both statements; each leads to its lines."""
    facts = finding.facts_of(folder)
    place = (scope, category or None)
    totals = {by: facts.rows[by].get(place) for by in BYS}
    if not any(totals.values()):
        raise Http404(f"no lines of scope {scope}, category {category}")
    sites = sites_of(facts.inventory.path, *place)
    part = Paginator(sites, SITES_SHOWN).get_page(request.GET.get("page"))
    asked = Asked(scope, category or None)
    values = {
        "folder": folder, "facts": facts, "words": Words(tag()), "place": place, "totals": totals, "part": part, "asked": asked,
        "bys": BYS if facts.has_market else BYS[:1], "percent": percent, "score": score,
    }  # fmt: skip
    return room(request, "inventory", "inventory/category", values)


@require_safe
@in_console
def lines(request: HttpRequest, folder: str) -> HttpResponse:
    """Lines of a figure: each with its factor, method, and its activities in its run."""
    facts = finding.facts_of(folder)
    asked = Asked.of(request.GET)
    if asked is None:
        raise Http404("no such lines")
    found = Lines(facts.inventory.path, asked)
    part = Paginator(found, PAGE).get_page(request.GET.get("page"))
    values = {
        "folder": folder, "facts": facts, "words": Words(tag()), "asked": asked, "part": part, "found": found, "runs": known(),
        "query": asked.query(),
    }  # fmt: skip
    return room(request, "inventory", "inventory/lines", values)


@require_safe
@in_console
def flags(request: HttpRequest, folder: str) -> HttpResponse:
    """Rows that were refused or doubted, those of one rule where `rule` names one."""
    facts = finding.facts_of(folder)
    rule = request.GET.get("rule", "")[:100]
    table = facts.flags
    if rule:
        table = table.filter(pc.equal(table["reason"], rule))
    part = Paginator(_Rows(table), PAGE).get_page(request.GET.get("page"))
    values = {
        "folder": folder,
        "facts": facts,
        "words": Words(tag()),
        "part": part,
        "rule": rule,
        "count": table.num_rows,
    }
    return room(request, "inventory", "inventory/flags", values)


class _Rows:
    """A table's rows as a paginator wants them."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def __getitem__(self, places: slice) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._table.slice(places.start, places.stop - places.start).to_pylist()
        return rows


@require_safe
@in_console
def file(request: HttpRequest, folder: str, kind: str) -> HttpResponseBase:
    """The report, the workbook or the auditor's pack, in the reader's language; `seed` is of the pack's sample."""
    facts = finding.facts_of(folder)
    if kind not in files.FILES:
        raise Http404(f"no file {kind}")
    seed = request.GET.get("seed", USUAL_SEED) or USUAL_SEED
    try:
        path = files.made(facts.inventory.path, kind, tag(), seed)
    except (InventoryError, ValueError) as fault:
        raise Http404("the file cannot be made") from fault
    name, content_type = files.FILES[kind]
    shown = f"{facts.record['organisation']['id']}-{facts.inventory.year}-{name}"
    return FileResponse(path.open("rb"), as_attachment=True, filename=shown, content_type=content_type)
