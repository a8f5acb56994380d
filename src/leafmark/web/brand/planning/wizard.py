"""The footprint wizard: a product's bill step by step, its figure, what is tried on it. Everything is in the address; nothing is stored."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from functools import partial
from typing import Any, Final

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from leafmark.engine.schema import STAGES
from leafmark.factors import regions, units
from leafmark.products.imports import DECLARED_UNITS, SECTORS
from leafmark.web.audit.explained import NotExplained
from leafmark.web.brand.access import Console, in_console
from leafmark.web.brand.planning import choosing, trying
from leafmark.web.brand.planning.adding import Form, added
from leafmark.web.brand.planning.beginning import CannotBeginError, begun
from leafmark.web.brand.planning.calculating import Figure
from leafmark.web.brand.planning.charts import Scale
from leafmark.web.brand.planning.previews import catalogue_of, footprint_of, label_of_wizard, previews
from leafmark.web.brand.planning.state import (
    ADDRESS_MAX,
    GRID,
    LINES_MAX,
    Bill,
    Fault,
    State,
    Tried,
    number_in,
    query,
    read,
    without_line,
)
from leafmark.web.languages import mass, tag
from leafmark.web.pages import page
from leafmark.web.shelf.find import by_brand
from leafmark.web.shelf.models import Product

STEPS: Final = ("about", *STAGES, "result")
FOUND_MAX: Final = 10
TRIED: Final = frozenset(each.name for each in fields(Tried))


def today() -> dt.date:
    """The day whose factors the wizard takes."""
    return timezone.now().date()


@require_safe
@in_console
def wizard(request: HttpRequest, at: Console) -> HttpResponse:
    """One step of the wizard, or its result."""
    given = request.GET
    if len(request.META.get("QUERY_STRING", "")) > ADDRESS_MAX:
        return _shown(request, at, State(Bill(), Tried(), (Fault("l", "too_long"),)), "about", status=400)
    if given.get("begin"):
        return _begin(request, at, given["begin"])
    state = read(given)
    step = given.get("step", "")
    if step not in STEPS:
        step = "result" if state.bill.lines or state.bill.kwh else "about"
    if step in STAGES and given.get("do") == "add":
        form = Form.of(given)
        bill = added(state.bill, step, form, today())
        if bill is not None and not state.faults:
            return redirect(_here(at) + query(bill, state.tried, step=step))
        return _shown(request, at, state, step, form, 400)
    out = number_in(given.get("out", ""), state.bill)
    if out and not state.faults:
        return redirect(_here(at) + query(without_line(state.bill, out), step=step))
    return _shown(request, at, state, step, Form.of(given))


def _here(at: Console) -> str:
    return reverse("brand:wizard", args=(at.brand.slug,))


def _begin(request: HttpRequest, at: Console, product_id: str) -> HttpResponse:
    """Begin from a published product of the brand, whose lines are in its run."""
    product = by_brand(at.brand.slug, product_id)
    try:
        bill = begun(product)
    except (CannotBeginError, NotExplained) as error:
        code = str(error) if isinstance(error, CannotBeginError) else "begin_not_explained"
        return _shown(request, at, State(Bill(), Tried(), (Fault("begin", code, product.name),)), "about", status=409)
    return redirect(_here(at) + query(bill, Tried(wl=number_in(request.GET.get("wl", ""), bill)), step="result"))


def _shown(
    request: HttpRequest, at: Console, state: State, step: str, form: Form | None = None, status: int = 200
) -> HttpResponse:
    day = today()
    bill = state.bill
    form = form or Form()
    values: dict[str, Any] = {
        "at": at, "here": "wizard", "state": state, "bill": bill, "step": step, "steps": STEPS, "stages": STAGES, "form": form,
        "lines_max": LINES_MAX, "link": partial(query, bill, state.tried), "figure": None, "scale": None, "refused": (),
        "lines": list(enumerate(bill.lines, start=1)), "place": partial(regions.name, language=tag()), "day": day,
        "named": partial(choosing.name_of, lang=tag(), day=day), "entries": {}, "bare": query(bill, step="result"),
    }  # fmt: skip
    if bill.named_lines() and not state.broken:
        made = trying.as_it_stands(bill, day)
        figure = made.figures[trying.NOW]
        values |= {"figure": figure, "refused": figure.refused, "entries": {each.name: each for each in figure.entries}}
        if figure.known:
            values["scale"] = Scale.of(figure.row[f"{each}_ug"] for each in STAGES)
        if step == "result":
            values |= _result(state, form.q, made.record, figure, day, at)
    if step == "about":
        values |= {
            "units": DECLARED_UNITS,
            "sectors": SECTORS,
            "places": places(tag(), day),
            "found": _found(at, form.q),
        }
    if step in STAGES:
        values |= _step(bill, step, form, at, day)
    return page(request, "brand/planning/wizard.html", values, status)


def _found(at: Console, words: str) -> list[Product]:
    """Published products of the brand to begin from."""
    mine = Product.objects.filter(brand=at.brand, current__isnull=False, co2e_ug__isnull=False).order_by("name", "pk")
    if words.strip():
        mine = mine.filter(Q(name__icontains=words.strip()) | Q(product_id__icontains=words.strip()))
    return list(mine.select_related("current")[:FOUND_MAX])


def _step(bill: Bill, step: str, form: Form, at: Console, day: dt.date) -> dict[str, Any]:
    """A stage's page: the key that was picked, or those that may be meant."""
    edited = number_in(form.edit, bill)
    if edited and not form.key:
        form.fill(bill.lines[edited - 1])
    picked = choosing.choice(form.key, day) if form.key else None
    found = [] if picked else choosing.find(form.q, step, at.brand, day)
    return {"picked": picked, "choices": found, "places": places(tag(), day) if step == "use" else ()}


def _result(
    state: State, words: str, record: dict[str, Any], figure: Figure, day: dt.date, at: Console
) -> dict[str, Any]:
    """The figure with its labels, and what is tried beside it."""
    bill, tried = state.bill, state.tried
    product = _begun_from(bill, at)
    values: dict[str, Any] = {
        "record": record, "begun": product, "places": places(tag(), day), "trial": None, "compared": None, "choices": [],
        "signed": signed, "instead": partial(_instead, bill, tried),
    }  # fmt: skip
    if not figure.known:
        return values
    catalogue = catalogue_of(bill, figure, product)
    label = label_of_wizard(figure, record, catalogue, day)
    values |= {"footprint": footprint_of(figure, record, catalogue), "label": label, "previews": previews(label)}
    if tried.wl and (words or not tried.wk):
        values["choices"] = choosing.find(words, bill.lines[tried.wl - 1].stage, at.brand, day)
    if not tried.any or any(each.field in TRIED for each in state.faults):
        return values
    trial = values["trial"] = trying.apply(bill, tried, day)
    if trial.faults or trial.no_change:
        return values
    compared = values["compared"] = trying.compare(bill, trial, day)
    if compared is None:
        values["trial_refused"] = trying.as_it_stands(trial.bill, day).figures[trying.NOW].refused
    else:
        values["both"] = Scale.of(each for stage in compared.stages for each in (stage.now_ug, stage.then_ug))
    return values


def _instead(bill: Bill, tried: Tried, choice: choosing.Choice) -> str:
    """The address that tries a key in the place of a line's: at its place if it can be had there, in its unit if that converts."""
    assert tried.wl is not None
    line = bill.lines[tried.wl - 1]
    at = line.region if line.region in choice.places else choice.places[0]
    fits = units.known(line.unit) and units.dimension(line.unit) == units.dimension(choice.unit)
    changed = replace(tried, wk=choice.key, wr="" if at == regions.WORLD else at, wu="" if fits else choice.unit)
    return query(bill, changed, step="result")


def signed(amount_ug: int) -> str:
    """A difference with its sign and unit."""
    return ("+" if amount_ug > 0 else "") + mass(amount_ug, tag())


def _begun_from(bill: Bill, at: Console) -> Product | None:
    """The published product that a bill says it was begun from; forged ids are nothing."""
    try:
        return by_brand(at.brand.slug, bill.begun) if bill.begun else None
    except Http404:
        return None


def places(lang: str, day: dt.date) -> list[tuple[str, str]]:
    """(code, name) of the places whose grid is known, by name; the world first."""
    grid = choosing.choice(GRID, day)
    assert grid is not None
    named = [(each, regions.name(each, lang)) for each in grid.places]
    return sorted(named, key=lambda each: (each[0] != regions.WORLD, each[1]))
