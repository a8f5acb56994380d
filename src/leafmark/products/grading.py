"""The one grading function of the code base: `grade(footprint, scheme, benchmark, evidence, on_date)`.

It says one of five states and, with every state but `graded`, the reason in a word of `REASONS` (the label's string
tables hold its sentence in each language) and a detail (the requirement, the field, the date). Checks run from what
makes a figure unusable to what makes a letter unlawful, and the first that fails decides:

    not of this scheme -> not applicable;  rejected line, no figure or an expired one -> unknown;  category estimate -> itself;
    not in force, no benchmark, another basis, no complete evidence -> declared, with the reason;  else graded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final

from .benchmarks import Benchmark
from .footprint import Footprint
from .schemes import Evidence, Scheme

REASONS: Final = (
    "graded",
    "outside_scheme",
    "rejected_lines",
    "no_figure",
    "expired",
    "category_estimate",
    "scheme_declares",
    "not_in_force",
    "index_missing",
    "below_classes",
    "partial_footprint",
    "benchmark_missing",
    "benchmark_differs",
    "not_comparable",
    "category_rules_differ",
    "reference_not_positive",
    "evidence_missing",
    "evidence_expired",
    "evidence_not_independent",
)


@dataclass(frozen=True, slots=True)
class Grade:
    """The outcome. `index` is a ratio (or the official index), `percentile` 0 to 100; both None where not computed."""

    state: str
    letter: str | None
    reason: str
    detail: str = ""
    index: float | None = None
    percentile: float | None = None


def _evidence_fault(
    scheme: Scheme, trader: str | None, evidence: Iterable[Evidence], on_date: date
) -> tuple[str, str] | None:
    """Give (reason, requirement) of the first requirement that no piece of evidence meets on `on_date`."""
    pieces = [e for e in evidence if (e.scheme_id, e.scheme_version) == (scheme.id, scheme.version)]
    for requirement in scheme.evidence_required:
        named = [e for e in pieces if e.requirement == requirement and (e.url or e.document)]
        if not named:
            return "evidence_missing", requirement
        current = [e for e in named if on_date <= e.expires_on]
        if not current:
            return "evidence_expired", requirement
        if requirement == "third_party_monitoring" and not any(_independent(e, scheme, trader) for e in current):
            return "evidence_not_independent", requirement
    return None


def _independent(piece: Evidence, scheme: Scheme, trader: str | None) -> bool:
    """Say whether a monitor is named, says it depends on neither owner nor trader, and is neither of them."""
    monitor = piece.issued_by.strip().casefold()
    parties = {name.strip().casefold() for name in (scheme.owner, trader or "") if name.strip()}
    return bool(monitor) and monitor not in parties and {"owner", "trader"} <= piece.independent_of


def _letter(scheme: Scheme, measure: Fraction) -> str | None:
    """Give the best class that the measure reaches; None where even the last has a limit it does not reach."""
    return next((limit.letter for limit in scheme.classes if limit.holds(measure)), None)


def _official_index(footprint: Footprint, scheme: Scheme) -> Fraction | None:
    """Give the published index; where there is none, what the scheme's rule makes of the published figures."""
    if footprint.official_index is None:
        kwh, area = footprint.kwh_per_year, footprint.screen_area_cm2
        if scheme.index is None or not kwh or not area:
            return None
        return Fraction(scheme.index.of(kwh, area))
    try:
        index = Decimal(footprint.official_index)
    except InvalidOperation:
        return None
    return Fraction(index) if index.is_finite() and index >= 0 else None


def _official(footprint: Footprint, scheme: Scheme, evidence: Iterable[Evidence], on_date: date) -> Grade:
    index = _official_index(footprint, scheme)
    if index is None:
        return Grade("declared", None, "index_missing", footprint.official_index or "")
    if fault := _evidence_fault(scheme, footprint.trader, evidence, on_date):
        return Grade("declared", None, *fault, index=float(index))
    letter = _letter(scheme, index)
    if letter is None:
        return Grade("declared", None, "below_classes", f"{float(index):.4g}", index=float(index))
    return Grade("graded", letter, "graded", index=float(index))


def grade(
    footprint: Footprint,
    scheme: Scheme,
    benchmark: Benchmark | None,
    evidence: Iterable[Evidence],
    on_date: date,
) -> Grade:
    """Grade one footprint by one scheme on one day.

    Parameters
    ----------
    footprint
        In micrograms CO2e, with its basis.
    scheme
        Any kind; `official_class` reads `footprint.official_index` and leaves the grams alone.
    benchmark
        The frozen row to compare with; needed by `percentile` and `index`.
    evidence
        All the evidence there is; only that of this scheme and version counts.
    on_date
        The day the label is made; the last valid day of evidence is its `expires_on`.
    """
    if not scheme.covers(footprint.basis.category):
        return Grade("not_applicable", None, "outside_scheme", footprint.basis.category or "")
    if not scheme.in_force(on_date):
        return _ungraded(footprint, on_date) or Grade("declared", None, "not_in_force", scheme.id)
    if scheme.kind == "official_class":
        return _official(footprint, scheme, evidence, on_date)
    if state := _ungraded(footprint, on_date):
        return state
    if scheme.kind == "declared":
        return Grade("declared", None, "scheme_declares")
    if fault := _comparison_fault(footprint, scheme, benchmark):
        return Grade("declared", None, *fault)
    assert benchmark is not None  # both held by the checks above
    assert footprint.co2e_ug is not None
    percentile = benchmark.percentile(footprint.co2e_ug)
    index = Fraction(footprint.co2e_ug, benchmark.median_ug)
    reached = float(index), float(percentile)
    if evidence_fault := _evidence_fault(scheme, footprint.trader, evidence, on_date):
        reason, detail = evidence_fault
        return Grade("declared", None, reason, detail, *reached)
    letter = _letter(scheme, percentile if scheme.kind == "percentile" else index)
    return Grade("graded", letter, "graded", "", *reached)


def _ungraded(footprint: Footprint, on_date: date) -> Grade | None:
    """Give the state of a figure no scheme may grade, or None."""
    if not footprint.complete:
        return Grade("unknown", None, "rejected_lines", str(footprint.rejected_lines))
    if footprint.co2e_ug is None:
        return Grade("unknown", None, "no_figure")
    if footprint.expired(on_date):
        return Grade("unknown", None, "expired", str(footprint.valid_until))
    if footprint.category_estimate:
        return Grade("category_estimate", None, "category_estimate")
    return None


def _follows(rules: str | None, named: str | None) -> bool:
    """Whether rules `id@version` are those that a scheme names: one version of them, or by their id alone any."""
    return not named or (rules is not None and named in (rules, rules.partition("@")[0]))


def _comparison_fault(footprint: Footprint, scheme: Scheme, benchmark: Benchmark | None) -> tuple[str, str] | None:
    if benchmark is None:
        return "benchmark_missing", f"{scheme.benchmark_id} {scheme.benchmark_version}"
    if (benchmark.table_id, benchmark.table_version) != (scheme.benchmark_id, scheme.benchmark_version):
        return "benchmark_differs", f"{benchmark.table_id} {benchmark.table_version}"
    if not _follows(footprint.basis.category_rules, scheme.category_rules_id):
        return "category_rules_differ", footprint.basis.category_rules or ""
    if field := footprint.basis.difference(benchmark.basis):
        partial = field in ("boundary", "stages")
        return ("partial_footprint" if partial else "not_comparable"), field
    if benchmark.median_ug <= 0:
        return "reference_not_positive", str(benchmark.median_ug)
    return None
