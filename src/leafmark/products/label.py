"""What a label says, as data: `LabelData`, made by `label_data` from plain rows, in no language.

Everything artwork prints stands here, so that the JSON form (`leafmark.label/1`) and the picture cannot differ. The
grade comes from `grading.grade` and nowhere else. Amounts are int64 micrograms CO2e.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, Final

from leafmark.engine.sentences import LANGS

from .benchmarks import Benchmark
from .footprint import SURE, Footprint, footprint_from, probability_below, unsplit
from .grading import Grade, grade
from .gtin import digital_link, gtin14
from .i18n import text
from .saving import SavingPanel
from .schemes import Evidence, Scheme
from .words import Words, as_words

SCHEMA: Final = "leafmark.label/1"
AS_THEY_ARE: Final = frozenset({type(None), str, int, float, bool})
"""Types of values that are JSON already."""


@dataclass(frozen=True, slots=True)
class StageShare:
    """One stage: its amount (None = not assessed) and its share of the whole in percent (None where none is said)."""

    stage: str
    co2e_ug: int | None
    percent: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The strip: a frozen benchmark of the same basis, and on which side of its median the figure surely lies."""

    category: Words
    count: int
    min_ug: int
    p20_ug: int
    median_ug: int
    p80_ug: int
    max_ug: int
    relation: str
    percent: int
    table_id: str
    table_version: str
    frozen_on: date


@dataclass(frozen=True, slots=True)
class OfficialClass:
    """A public authority's class of the product's energy; no part of the footprint."""

    title: Words
    letter: str
    letters: tuple[str, ...]
    index: float
    source: str
    clause: str
    url: str


@dataclass(frozen=True, slots=True)
class Equivalence:
    """The same grams as kilometres of an average petrol car, well to wheel."""

    km: float
    factor_id: str
    boundary: str = "wtw"

    def __post_init__(self) -> None:
        """Refuse any other boundary: a tailpipe figure would overstate the kilometres."""
        if self.boundary != "wtw":
            raise ValueError(f"equivalence: boundary: expected 'wtw' (well to wheel), found {self.boundary!r}")


@dataclass(frozen=True, slots=True)
class Method:
    """The method a figure was made with, and the standard it follows.

    `standard` is short enough to be printed; `reference` names all that the method cites, for the JSON form.
    """

    id: str
    version: str
    standard: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class LabelData:
    """One label."""

    product_id: str
    name: Words
    gtin: str | None
    link: str | None
    co2e_ug: int | None
    low_ug: int | None
    high_ug: int | None
    declared_unit: Words
    boundary: str
    scenario: Words
    stages: tuple[StageShare, ...]
    unsplit: bool
    grade: Grade
    scheme_id: str
    scheme_version: str
    scheme_kind: str
    scheme_title: Words
    letters: tuple[str, ...]
    monitored_by: str
    comparison: Comparison | None
    comparison_refused: str | None
    official: OfficialClass | None
    method: Method
    factor_vintage: str
    gwp_set: str
    gwp_native_percent: int | None
    primary_percent: int | None
    verified_by: str
    valid_until: date | None
    made_on: date
    lines: int | None
    rejected_lines: int
    saving: SavingPanel | None = None
    equivalence: Equivalence | None = None
    notes: tuple[Words, ...] = ()
    inside_manufacturing: tuple[str, ...] = ()
    source_url: str = ""

    def to_json(self) -> dict[str, Any]:
        """Give the label as plain JSON values, with `schema`; the flag of a category estimate in every language."""
        body: dict[str, Any] = _plain(self)
        if self.grade.state == "category_estimate":
            body["flag"] = {lang: text(lang, "flag.category_estimate") for lang in LANGS}
        if self.saving is not None:
            apart = "saving.apart_adds" if self.saving.kind == "additional" else "saving.apart"
            body["saving"] |= {"kind": self.saving.kind, "statement": {lang: text(lang, apart) for lang in LANGS}}
        return {"schema": SCHEMA, **body}


@lru_cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind)) if is_dataclass(kind) else ()


def _plain(value: Any) -> Any:
    kind: Any = type(value)
    if kind in AS_THEY_ARE:
        return value
    if names := _names(kind):
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value


def percents(parts: Iterable[int], whole: int) -> list[int]:
    """Give each part's percent of the whole, rounded so that they sum as the parts do (largest remainder).

    Parts may be negative (credits); `whole` is positive.
    """
    amounts = list(parts)
    floors = [amount * 100 // whole for amount in amounts]
    left = round(sum(amounts) * 100 / whole) - sum(floors)
    by_remainder = sorted(range(len(amounts)), key=lambda i: (-(amounts[i] * 100 % whole), i))
    for place in by_remainder[: max(left, 0)]:
        floors[place] += 1
    return floors


def stage_shares(footprint: Footprint) -> tuple[StageShare, ...]:
    """Give every stage with its share; no shares of a total of zero or less, of an unsplit or an unknown footprint."""
    known = [(stage, amount) for stage, amount in footprint.stages_ug if amount is not None]
    whole = sum(amount for _, amount in known)
    says_shares = footprint.known and whole > 0 and not unsplit(footprint.basis.boundary, footprint.basis.stages)
    shares = dict(
        zip((stage for stage, _ in known), percents((a for _, a in known), whole), strict=True) if says_shares else ()
    )
    return tuple(StageShare(stage, amount, shares.get(stage)) for stage, amount in footprint.stages_ug)


def native_percent(footprint: Footprint) -> int | None:
    """Give the percent of the whole that stands as published, not restated to the GWP set asked for; None: not told.

    0 and 100 are said only where none and all of it does; a whole of zero or less is of one kind or the other.
    """
    native, whole = footprint.gwp_native_ug, footprint.co2e_ug
    if not footprint.known or native is None or whole is None:
        return None
    if native == 0 or native == whole:
        return 100 if native else 0
    return max(1, min(99, round(native * 100 / whole))) if whole > 0 else 99


def compare(footprint: Footprint, benchmark: Benchmark | None, category: Words) -> tuple[Comparison | None, str | None]:
    """Place a footprint on a benchmark's strip, or name the field that forbids it.

    `below` or `above` only where that has 95 % probability; else `similar`. Estimates and unknowns are not compared.
    """
    if benchmark is None or not footprint.known or footprint.category_estimate:
        return None, None
    if field := footprint.basis.difference(benchmark.basis):
        return None, field
    value = footprint.co2e_ug
    if value is None or benchmark.median_ug <= 0 or benchmark.min_ug >= benchmark.max_ug:
        return None, "benchmark"
    sure = probability_below(footprint, benchmark.median_ug)
    percent = round(abs(value - benchmark.median_ug) * 100 / benchmark.median_ug)
    relation = "similar"
    if percent and sure >= SURE and value < benchmark.median_ug:
        relation = "below"
    elif percent and sure <= 1 - SURE and value > benchmark.median_ug:
        relation = "above"
    return (
        Comparison(
            category=category,
            count=benchmark.count,
            min_ug=benchmark.min_ug,
            p20_ug=benchmark.deciles_ug[1],
            median_ug=benchmark.median_ug,
            p80_ug=benchmark.deciles_ug[7],
            max_ug=benchmark.max_ug,
            relation=relation,
            percent=percent,
            table_id=benchmark.table_id,
            table_version=benchmark.table_version,
            frozen_on=benchmark.frozen_on,
        ),
        None,
    )


def official_class(
    footprint: Footprint, scheme: Scheme | None, evidence: Iterable[Evidence], on_date: date
) -> OfficialClass | None:
    """Give the official class, where its scheme grades the product."""
    if scheme is None or scheme.source is None:
        return None
    outcome = grade(footprint, scheme, None, evidence, on_date)
    if outcome.letter is None or outcome.index is None:
        return None
    source = scheme.source
    return OfficialClass(
        scheme.title, outcome.letter, scheme.letters, outcome.index, source.title, source.clause, source.url
    )


def _words(catalogue: Mapping[str, Any], field: str, default: Words = "") -> Words:
    value = catalogue.get(field)
    return default if value is None or value == "" else as_words(value)


def _notes(value: Any) -> tuple[Words, ...]:
    """Give the notes: a list of texts, or the one text that a CSV's cell can hold."""
    if value is None or value == "":
        return ()
    return (as_words(value),) if isinstance(value, str | Mapping) else tuple(as_words(note) for note in value)


def label_data(
    product_row: Mapping[str, Any],
    catalogue_row: Mapping[str, Any],
    scheme: Scheme,
    *,
    method: Method,
    factor_vintage: str,
    on_date: date,
    gwp_set: str = "AR6",
    benchmark: Benchmark | None = None,
    evidence: Iterable[Evidence] = (),
    official_scheme: Scheme | None = None,
    link_base: str | None = None,
    saving: SavingPanel | None = None,
    equivalence: Equivalence | None = None,
    shown_on: date | None = None,
) -> LabelData:
    """Make one label.

    Parameters
    ----------
    product_row
        A row of `products.parquet` (docs/formats.md): `product_id`, `status`, `co2e_ug`, `low_ug`, `high_ug`, a column
        per stage, `lines`, `rejected_lines`, `primary_ug`; optional `within_cut_off`.
    catalogue_row
        `name`, and where known the other columns that docs/labels.md names ("The catalogue"). Texts may be one string
        or one per language.
    scheme
        Grades the footprint. An `official_class` scheme given here is shown apart, and the footprint is declared.
    evidence
        Certification evidence and registry records together; each scheme takes its own.
    link_base
        Address of the GS1 Digital Link resolver: a setting. Without it, or without a valid GTIN, there is no QR.
    shown_on
        The day it is looked at, where that is later: a letter whose scheme or evidence has ended by then is not shown.

    Raises
    ------
    ValueError
        If a row's numbers contradict themselves, a field has no meaning here, or the figure has expired by `on_date`.
    """
    pieces = tuple(evidence)
    footprint = footprint_from(
        product_row, catalogue_row, method_version=f"{method.id}@{method.version}", gwp_set=gwp_set
    )
    if footprint.expired(on_date):
        raise ValueError(
            f"product {footprint.product_id}: valid_until {footprint.valid_until} is before the day of the label, {on_date}; "
            "no label is made of a figure that has expired: have it renewed and change valid_until in the catalogue"
        )
    if scheme.kind == "official_class":
        official_scheme = official_scheme or scheme
        outcome = replace(_declared(footprint, scheme, on_date), detail=scheme.id)
    else:
        outcome = grade(footprint, scheme, benchmark, pieces, on_date)
        if outcome.state == "graded" and shown_on is not None and shown_on > on_date:
            later = grade(footprint, scheme, benchmark, pieces, shown_on)
            outcome = later if later.letter else replace(later, state="declared")
    category = _words(catalogue_row, "category_name", str(catalogue_row.get("category") or ""))
    category = _words(catalogue_row, "comparison_name", category)
    comparison, refused = compare(footprint, benchmark, category)
    graded = outcome.state == "graded"
    mine = [e for e in pieces if (e.scheme_id, e.scheme_version) == (scheme.id, scheme.version)]
    ends = [footprint.valid_until, scheme.last_day if scheme.in_force(on_date) else None]
    ends += [e.expires_on for e in mine if graded and e.expires_on >= on_date]
    monitors = [e.issued_by for e in mine if graded and e.requirement == "third_party_monitoring"]
    shown = footprint.known
    primary = footprint.primary_ug
    whole = footprint.co2e_ug
    return LabelData(
        product_id=footprint.product_id,
        name=_words(catalogue_row, "name", footprint.product_id),
        gtin=gtin14(catalogue_row.get("gtin")),
        link=digital_link(link_base, catalogue_row.get("gtin")),
        co2e_ug=whole if shown else None,
        low_ug=footprint.low_ug if shown else None,
        high_ug=footprint.high_ug if shown else None,
        declared_unit=_words(catalogue_row, "declared_unit", "item"),
        boundary=footprint.basis.boundary,
        scenario=_words(catalogue_row, "scenario"),
        stages=stage_shares(footprint),
        unsplit=unsplit(footprint.basis.boundary, footprint.basis.stages),
        grade=outcome,
        scheme_id=scheme.id,
        scheme_version=scheme.version,
        scheme_kind=scheme.kind,
        scheme_title=scheme.title,
        letters=scheme.letters if scheme.kind != "official_class" else (),
        monitored_by=next(iter(monitors), ""),
        comparison=comparison,
        comparison_refused=refused,
        official=official_class(footprint, official_scheme, pieces, on_date),
        method=method,
        factor_vintage=factor_vintage,
        gwp_set=gwp_set,
        gwp_native_percent=native_percent(footprint),
        primary_percent=max(0, min(100, round(primary * 100 / whole)))
        if shown and primary is not None and whole
        else None,
        verified_by=str(catalogue_row.get("verified_by") or ""),
        valid_until=min((end for end in ends if end is not None), default=None),
        made_on=on_date,
        lines=footprint.lines,
        rejected_lines=footprint.rejected_lines,
        saving=saving,
        equivalence=equivalence if shown else None,
        notes=_notes(catalogue_row.get("notes")),
        inside_manufacturing=footprint.inside_manufacturing,
        source_url=str(catalogue_row.get("source_url") or catalogue_row.get("sheet") or ""),
    )


def _declared(footprint: Footprint, scheme: Scheme, on_date: date) -> Grade:
    """State of a figure beside an official class: what the same scheme without classes would say."""
    plain = replace(scheme, kind="declared", classes=(), categories=(), evidence_required=(), valid_to=None)
    return grade(footprint, plain, None, (), max(on_date, scheme.valid_from))
