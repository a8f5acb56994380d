"""A scheme's TOML read into a `Scheme`: what is wrong with it is named all at once, each with field, found and expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from leafmark.engine.sentences import LANGS
from leafmark.methods.toml_shape import Fault, Key, fault, read_toml, shape_faults, shown

from .scheme_model import (
    CERTIFICATION,
    CLASSES_MAX,
    KINDS,
    LETTER_KINDS,
    REQUIREMENTS,
    STATES,
    ClassLimit,
    IndexRule,
    Scheme,
    Source,
)
from .words import as_words

LETTER_CHARS_MAX: Final = 4
_TABLE: Final = {"id": Key("name", required=True), "version": Key("version", required=True)}
_SOURCE: Final = {
    **{name: Key("text", required=True) for name in ("title", "clause")},
    "url": Key("url", required=True),
}
_INDEX: Final = {name: Key("number", required=True) for name in ("base_kwh", "base_kwh_per_cm2", "reduction")}
_CLASS: Final = {"letter": Key("text", required=True), "below": Key("number"), "at_least": Key("number")}
KEYS: Final = {
    "id": Key("name", required=True),
    "version": Key("version", required=True),
    "kind": Key("choice", required=True, among=KINDS),
    "title": Key("words", required=True, among=LANGS),
    "owner": Key("note"),
    "category_rules_id": Key("text"),
    "categories": Key("texts"),
    "states": Key("choices", required=True, among=STATES),
    "valid_from": Key("day", required=True),
    "valid_to": Key("day"),
    "benchmark": Key("table", keys=_TABLE),
    "evidence_required": Key("choices", among=REQUIREMENTS),
    "source": Key("table", keys=_SOURCE),
    "index": Key("table", keys=_INDEX),
    "note": Key("note"),
    "classes": Key("tables", keys=_CLASS),
}
"""The keys of a scheme's TOML, in the order in which they are best read: tables of classes stand last."""

SAID: Final = {
    "valid_to": "expected a day after {expected}, found {found}",
    "declared_classes": "a declared scheme has no classes",
    "index_kind": "only an official class has a rule for its index",
    "index_range": "expected base_kwh > 0, base_kwh_per_cm2 >= 0, 0 < reduction < 1, found {found}",
    "certification": "a scheme with letters also needs {expected}",
    "frozen_table": "a graded scheme names its frozen table, id and version",
    "official_source": "an official class cites its regulation and clause",
    "classes_count": "expected {expected}, found {found}",
    "letter_twice": "a letter stands twice: {found}",
    "letter_long": "expected letters of at most {expected} characters, found {found}",
    "floor_kind": "`at_least` is for an official class; of grams, more is never better",
    "both_limits": "expected `below` or `at_least` in all of them, found both",
    "floors_fall": "`at_least` must fall from the best class on, found {found}",
    "last_open": "every class but the last needs `below`, and the last is open",
    "limits_rise": "limits must rise, found {found}",
}
"""What faults of a whole scheme say; those of its shape are in `methods.toml_shape`."""


class SchemeError(ValueError):
    """A scheme that cannot be used. `faults`: all of them, field by field."""

    def __init__(self, message: str, faults: tuple[Fault, ...]) -> None:
        super().__init__(message)
        self.faults = faults


def parse_scheme(text: str) -> Scheme:
    """Read one scheme from TOML text; limits stay exact decimals.

    Raises
    ------
    SchemeError
        Naming every fault at once, each with field, found and expected.
    """
    data, faults = read_toml(text)
    scheme = None
    if not faults:
        faults = list(shape_faults(data, KEYS))
        wrong = {each.field.partition(".")[0].partition("[")[0] for each in faults}
        scheme = _scheme({name: each for name, each in data.items() if name in KEYS and name not in wrong})
        if "kind" not in wrong:
            faults += [each for each in _faults(scheme) if each.field not in wrong]
    if faults or scheme is None:
        raise SchemeError(f"scheme {shown(data.get('id', '(no id)'))}: " + "; ".join(map(str, faults)), tuple(faults))
    return scheme


def _scheme(data: Mapping[str, Any]) -> Scheme:
    """A scheme of values of the right kind; what is not there is empty."""
    benchmark, source, index = (data.get(name) for name in ("benchmark", "source", "index"))
    return Scheme(
        id=data.get("id", ""),
        version=data.get("version", ""),
        kind=data.get("kind", ""),
        title=as_words(data.get("title", "")),
        owner=data.get("owner", ""),
        classes=tuple(_limit(row) for row in data.get("classes", ())),
        benchmark_id=benchmark and benchmark["id"],
        benchmark_version=benchmark and benchmark["version"],
        category_rules_id=data.get("category_rules_id"),
        categories=tuple(data.get("categories", ())),
        states=tuple(data.get("states", ())),
        valid_from=data.get("valid_from", date.min),
        valid_to=data.get("valid_to"),
        evidence_required=tuple(data.get("evidence_required", ())),
        source=source and Source(**source),
        note=data.get("note", ""),
        index=index and IndexRule(**{name: Decimal(each) for name, each in index.items()}),
    )


def _limit(row: Mapping[str, Any]) -> ClassLimit:
    below, floor = (None if field not in row else Decimal(row[field]) for field in ("below", "at_least"))
    return ClassLimit(row["letter"], below, floor)


def _faults(scheme: Scheme) -> Iterator[Fault]:
    if scheme.valid_to is not None and scheme.valid_to <= scheme.valid_from:
        yield fault(SAID, "valid_to", "valid_to", scheme.valid_to, str(scheme.valid_from))
    if scheme.kind == "declared":
        if scheme.classes:
            yield fault(SAID, "classes", "declared_classes")
        return
    yield from _class_faults(scheme)
    if scheme.index is not None:
        if scheme.kind != "official_class":
            yield fault(SAID, "index", "index_kind")
        if not (0 < scheme.index.reduction < 1 and scheme.index.base_kwh > 0 and scheme.index.base_kwh_per_cm2 >= 0):
            found = f"{scheme.index.base_kwh}, {scheme.index.base_kwh_per_cm2}, {scheme.index.reduction}"
            yield fault(SAID, "index", "index_range", found)
    if scheme.kind in LETTER_KINDS:
        if missing := [each for each in CERTIFICATION if each not in scheme.evidence_required]:
            yield fault(SAID, "evidence_required", "certification", expected=", ".join(missing))
        if not (scheme.benchmark_id and scheme.benchmark_version):
            yield fault(SAID, "benchmark", "frozen_table")
    if scheme.kind == "official_class" and scheme.source is None:
        yield fault(SAID, "source", "official_source")


def _class_faults(scheme: Scheme) -> Iterator[Fault]:
    if not 2 <= len(scheme.classes) <= CLASSES_MAX[scheme.kind]:
        yield fault(SAID, "classes", "classes_count", len(scheme.classes), f"2–{CLASSES_MAX[scheme.kind]}")
    if twice := sorted({each for each in scheme.letters if scheme.letters.count(each) > 1}):
        yield fault(SAID, "classes", "letter_twice", ", ".join(twice))
    if long := [each for each in scheme.letters if len(each) > LETTER_CHARS_MAX]:
        yield fault(SAID, "classes", "letter_long", ", ".join(long), str(LETTER_CHARS_MAX))
    floors = [limit.at_least for limit in scheme.classes if limit.at_least is not None]
    if floors:
        if scheme.kind != "official_class":
            yield fault(SAID, "classes", "floor_kind")
        if len(floors) != len(scheme.classes) or any(limit.below is not None for limit in scheme.classes):
            yield fault(SAID, "classes", "both_limits")
        if any(one <= other for one, other in pairwise(floors)):
            yield fault(SAID, "classes", "floors_fall", ", ".join(map(str, floors)))
        return
    bounds = [limit.below for limit in scheme.classes]
    closed = [bound for bound in bounds[:-1] if bound is not None]
    if bounds and (bounds[-1] is not None or len(closed) != len(bounds) - 1):
        yield fault(SAID, "classes", "last_open")
    if any(one >= other for one, other in pairwise(closed)):
        yield fault(SAID, "classes", "limits_rise", ", ".join(map(str, closed)))
