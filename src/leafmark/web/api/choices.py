"""Rows that a client sent, as choices of a holdout test; or why a row is none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import IntegrityError, transaction

from leafmark.ledger.catalogue import is_name
from leafmark.products.gtin import gtin14
from leafmark.web.api.auth import Client
from leafmark.web.api.problems import Problem
from leafmark.web.api.problems import shown as told
from leafmark.web.experiment import counting
from leafmark.web.experiment.measuring import amount_of, in_lists
from leafmark.web.experiment.models import Choice, Experiment, Unit
from leafmark.web.shelf.find import shown
from leafmark.web.shelf.models import Product

AT_ONCE: Final = 500
_TEXT: Final = "a text of 1 to 255 characters, without tabs or line breaks"

By = tuple[str, ...]
"""How a product is named: brand and id, or a GTIN of 14 digits."""


@dataclass(frozen=True)
class Refused:
    """Why a row is no choice."""

    position: int
    reason: str
    field: str
    found: str
    expected: str


@dataclass
class Receipt:
    """What became of the rows."""

    accepted: int = 0
    duplicates: int = 0
    not_counted: int = 0
    refused: list[Refused] = field(default_factory=list)


@dataclass(frozen=True)
class _Sent:
    position: int
    mark: str
    unit: str
    unit_said: str
    by: By


class _Unusable(Exception):
    def __init__(self, reason: str, field: str, found: object, expected: str) -> None:
        super().__init__(reason)
        self.args = (reason, field, told(found), expected)


def named(client: Client, text: str) -> str:
    """What a client calls a unit or a choice, apart from what others call theirs."""
    return f"client\x1f{client.name}\x1f{text}"


def post(experiment: Experiment, client: Client, rows: Sequence[Mapping[str, Any]], on: dt.date) -> Receipt:
    """Write choices down, each once; a row that is refused stops no other."""
    refused: list[Refused] = []
    sent: list[_Sent] = []
    for position, row in enumerate(rows):
        try:
            sent.append(_sent(experiment, client, position, row))
        except _Unusable as fault:
            refused.append(Refused(position, *fault.args))
    products = _products({each.by for each in sent})
    for last in (False, True):  # once more where another request wrote the same choice in this moment
        receipt = Receipt(refused=list(refused))
        try:
            with transaction.atomic():
                Choice.objects.bulk_create(_new(experiment, sent, products, on, receipt), batch_size=AT_ONCE)
        except IntegrityError as error:
            if last:
                raise Problem("busy", headers={"Retry-After": "1"}) from error
            continue
        break
    receipt.refused.sort(key=lambda each: each.position)
    return receipt


def _new(
    experiment: Experiment, sent: Sequence[_Sent], products: Mapping[By, Product], on: dt.date, receipt: Receipt
) -> list[Choice]:
    """Choices that are not there yet; what becomes of the others stands in the receipt."""
    units = counting.units_by_mark(experiment, sorted({each.unit for each in sent}))
    there = _there(experiment, [each.mark for each in sent])
    amounts: dict[int, int | None] = {}
    made = []
    for each in sent:
        try:
            unit, product = _checked(experiment, each, units, products)
        except _Unusable as fault:
            receipt.refused.append(Refused(each.position, *fault.args))
            continue
        pair = (unit.pk, product.pk)
        if each.mark in there:
            if there[each.mark] == pair:
                receipt.duplicates += 1
            else:
                receipt.refused.append(
                    Refused(each.position, "conflict", "choice_id", "an id in use", "an id of its own")
                )
            continue
        there[each.mark] = pair
        if product.pk not in amounts:
            amounts[product.pk] = amount_of(experiment, product)
        amount = amounts[product.pk]
        receipt.accepted += 1
        receipt.not_counted += amount is None
        made.append(Choice(experiment=experiment, unit=unit, mark=each.mark, product=product, amount=amount, on=on))
    return made


def _checked(
    experiment: Experiment, sent: _Sent, units: Mapping[str, Unit], products: Mapping[By, Product]
) -> tuple[Unit, Product]:
    unit = units.get(sent.unit)
    if unit is None:
        raise _Unusable("unknown_unit", "unit", sent.unit_said, "a unit whose arm was asked for before")
    product = products.get(sent.by)
    if product is None:
        name = "gtin" if len(sent.by) == 1 else "product_id"
        raise _Unusable("unknown_product", name, "/".join(sent.by), "a product with a published label")
    if not in_lists(experiment, product):
        raise _Unusable(
            "other_lists", "product_id", product.product_id, f"a product of {experiment.place} {experiment.name}"
        )
    return unit, product


def _sent(experiment: Experiment, client: Client, position: int, row: Mapping[str, Any]) -> _Sent:
    choice, unit = _text(row, "choice_id"), _text(row, "unit")
    if row.get("gtin") is not None:
        text = _text(row, "gtin")
        whole = gtin14(text)
        if whole is None:
            raise _Unusable("bad_text", "gtin", text, "8, 12, 13 or 14 digits with their check digit")
        by: By = (whole,)
    else:
        by = (_text(row, "brand"), _text(row, "product_id"))
    marks = [counting.mark_in(experiment, named(client, each)) for each in (choice, unit)]
    return _Sent(position, marks[0], marks[1], unit, by)


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if value is None:
        raise _Unusable("missing", name, "nothing", _TEXT)
    if not is_name(value) or "\0" in value:
        raise _Unusable("bad_text", name, value if isinstance(value, str) else type(value).__name__, _TEXT)
    return str(value)


def _products(asked: Iterable[By]) -> dict[By, Product]:
    """Published products by how they were named."""
    found: dict[By, Product] = {}
    every = list(asked)
    gtins = [by[0] for by in every if len(by) == 1]
    ids = sorted({by[1] for by in every if len(by) == 2})
    for some in _chunks(gtins):
        found |= {(str(each.gtin),): each for each in shown().filter(gtin__in=some)}
    for some in _chunks(ids):
        found |= {(each.brand.slug, each.product_id): each for each in shown().filter(product_id__in=some)}
    return found


def _there(experiment: Experiment, marks: Sequence[str]) -> dict[str, tuple[int, int | None]]:
    """Choices that are written down already: who chose what."""
    found: dict[str, tuple[int, int | None]] = {}
    for some in _chunks(marks):
        rows = experiment.choices.filter(mark__in=some).values_list("mark", "unit_id", "product_id")
        found |= {mark: (unit, product) for mark, unit, product in rows}
    return found


def _chunks(values: Sequence[str]) -> Iterable[Sequence[str]]:
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]
