"""The index: what the GHG Protocol asks a report for, and for each item where it stands or what is missing.

Sources: Corporate Accounting and Reporting Standard (revised edition 2004), chapter 9; its amendment of 2013 on required gases and potentials;
Scope 2 Guidance (2015), chapter 7.1; Corporate Value Chain (Scope 3) Standard (2011), chapter 11.1. The Scope 3 Standard's list was read in
its text; of the others the required items were compared item by item where others quote them. No wording of theirs stands here. Of what
chapters 9 and 11 let a report add (optional), those items are here that an inventory can say something of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from leafmark.engine.recount import recipe_of
from leafmark.inventory.report.facts import Facts
from leafmark.inventory.report.words import Words, percent, tonnes

State: TypeAlias = Literal["there", "partly", "missing"]
CORPORATE: Final = "corporate"
SCOPE_2: Final = "scope_2"
SCOPE_3: Final = "scope_3"
AMENDMENT: Final = "amendment"
SCOPES: Final = (1, 2, 3)

CRITERIA_COLUMNS: Final = ("met", "not_met", "not_shown")
"""Columns of a table of instruments that say whether the quality criteria were met."""


@dataclass(frozen=True)
class Found:
    """An item's state; `why` says what is missing, in the report's language."""

    state: State
    why: str = ""


Check: TypeAlias = Callable[[Facts, Words], Found]
THERE: Final = Found("there")


@dataclass(frozen=True)
class Item:
    """Something a report has to hold (`required`) or may hold, by which standard, and the section it stands in."""

    key: str
    standard: str
    required: bool
    section: str
    check: Check


def _missing(words: Words, what: str, /, **values: object) -> Found:
    return Found("missing", words(f"missing.{what}", **values))


def _always(facts: Facts, words: Words) -> Found:
    return THERE


def _boundary(facts: Facts, words: Words) -> Found:
    named = (facts.record.get("organisation") or {}).get("name") and facts.record.get("approach")
    return THERE if named else _missing(words, "boundary")


def _completeness(facts: Facts, words: Words) -> Found:
    return THERE if facts.completeness else _missing(words, "completeness")


def _spoken_of(scopes: Iterable[int]) -> Check:
    """Each scope has a line, or the completeness table says what is with it."""

    def check(facts: Facts, words: Words) -> Found:
        told = {row["scope"] for row in facts.completeness if row["status"] != "missing"}
        told |= set(facts.scopes["location"]) | set(facts.scopes["market"])
        lacking = [scope for scope in scopes if scope not in told]
        return (
            _missing(words, "scope", scopes=words("history.between").join(map(words.scope, lacking)))
            if lacking
            else THERE
        )

    return check


def _gases(facts: Facts, words: Words) -> Found:
    if not facts.rows["location"]:
        return _missing(words, "nothing")
    share = facts.as_published_share()
    lacking = [words("missing.gases", share=f"{percent(share)} %")] if share else []
    together = facts.f_gases_not_split()
    if together:
        lacking.append(words("missing.f_gases", share=f"{percent(together)} %"))
    if not lacking:
        return THERE
    return Found("missing" if share >= 1 else "partly", words("missing.joint").join(lacking))


def _base_year(facts: Facts, words: Words) -> Found:
    base = facts.said.get("base_year")
    if not base:
        return _missing(words, "base_year")
    lacking = [field for field in ("year", "why", "policy", "threshold_percent") if base.get(field) in (None, "")]
    if lacking:
        return Found("partly", words("missing.base_year_part", fields=words("history.between").join(lacking)))
    if not base.get("profile") and base["year"] != facts.inventory.year:
        return Found("partly", words("missing.profile"))
    return THERE


def _base_year_scope2(facts: Facts, words: Words) -> Found:
    """By which statement the base year's Scope 2 is, and whether location stands in for market in it."""
    base = facts.said.get("base_year")
    if not base:
        return _missing(words, "base_year")
    if base.get("year") == facts.inventory.year:
        return THERE
    method = base.get("scope2_method")
    told = method == "location" or (method in ("market", "both") and "scope2_proxy" in base)
    return THERE if told else Found("partly", words("missing.base_year_scope2"))


def _base_year_scope3(facts: Facts, words: Words) -> Found:
    """As any base year, and with its emissions by category."""
    found = _base_year(facts, words)
    base = facts.said.get("base_year") or {}
    if found.state != "there" or base.get("scope3") or base["year"] == facts.inventory.year:
        return found
    return Found("partly", words("missing.base_year_scope3")) if 3 in facts.scopes["location"] else found


def _potentials(facts: Facts, words: Words) -> Found:
    """The set of potentials, and the sets of what stands as published."""
    if not facts.record.get("gwp"):
        return _missing(words, "gwp")
    untold = facts.as_published_share("")
    return Found("partly", words("missing.gwp_untold", share=f"{percent(untold)} %")) if untold else THERE


def _changes(facts: Facts, words: Words) -> Found:
    return THERE if "changes" in (facts.said.get("base_year") or {}) else _missing(words, "changes")


def _biogenic(facts: Facts, words: Words) -> Found:
    known = facts.said.get("biogenic") or "biogenic_co2" in facts.outside_totals
    return THERE if known else _missing(words, "biogenic")


def _biogenic_by_category(facts: Facts, words: Words) -> Found:
    """Each line of biogenic CO2 says where its activities are counted, or the company says it in words."""
    found = _biogenic(facts, words)
    nowhere = [each for (what, scope, *_), each in facts.outside.items() if what == "biogenic_co2" and scope is None]
    if found.state == "missing" or not nowhere or facts.said.get("biogenic"):
        return found
    return Found("partly", words("missing.biogenic_place", mass=tonnes(sum(each.co2e_ug for each in nowhere))))


def _methods(facts: Facts, words: Words) -> Found:
    return THERE if facts.record.get("methods") else _missing(words, "methods")


def _exclusions(facts: Facts, words: Words) -> Found:
    if not facts.completeness:
        return _missing(words, "completeness")
    silent = [row for row in facts.completeness if row["status"] in ("excluded", "missing") and not row["why"]]
    if not silent:
        return THERE
    rows = words("history.between").join(dict.fromkeys(words.scope(row["scope"], row["category"]) for row in silent))
    return _missing(words, "exclusions", rows=rows)


def _both(facts: Facts, words: Words) -> Found:
    return THERE if facts.has_market else Found("partly", words("missing.market"))


def _instruments(facts: Facts, words: Words) -> Found:
    return THERE if facts.instruments is not None else _missing(words, "instruments")


def _criteria(facts: Facts, words: Words) -> Found:
    if facts.instruments is None:
        return _missing(words, "instruments")
    told = facts.criteria is not None or set(CRITERIA_COLUMNS) & set(facts.instruments.column_names)
    return THERE if told else _missing(words, "criteria")


def _energy(facts: Facts, words: Words) -> Found:
    if facts.energy:
        return THERE
    return _missing(words, "energy") if 2 in facts.scopes["location"] else _spoken_of((2,))(facts, words)


def _lines(facts: Facts, words: Words) -> Found:
    return THERE if facts.lines else _missing(words, "nothing")


def _categories(facts: Facts, words: Words) -> Found:
    return THERE if 3 in facts.scopes["location"] else _missing(words, "no_scope3")


def _data(facts: Facts, words: Words) -> Found:
    if not facts.used:
        return _missing(words, "no_scope3")
    lacking = lacking_sources(facts)
    return Found("partly", words("missing.sources", count=len(lacking))) if lacking else THERE


def lacking_sources(facts: Facts) -> set[str]:
    """Factors that no pack of the inventory holds."""
    wanted = {each for used in facts.used for each in recipe_of(used.factor_id)}
    return wanted - facts.sources.keys()


def _allocation(facts: Facts, words: Words) -> Found:
    found = _methods(facts, words)
    if found.state == "missing":
        return found
    return THERE if facts.said.get("allocation") else Found("partly", words("missing.allocation"))


def _said(key: str, of: str = "text") -> Check:
    def check(facts: Facts, words: Words) -> Found:
        return THERE if facts.said.get(key) else _missing(words, of, key=key)

    return check


def _removals(facts: Facts, words: Words) -> Found:
    return THERE if facts.removals is not None else _missing(words, "offsets")


ITEMS: Final[tuple[Item, ...]] = (
    Item("cs_boundary", CORPORATE, True, "boundary", _boundary),
    Item("cs_operational", CORPORATE, True, "completeness", _completeness),
    Item("cs_period", CORPORATE, True, "boundary", _always),
    Item("cs_gross", CORPORATE, True, "scopes", _spoken_of((1, 2))),
    Item("cs_scopes", CORPORATE, True, "scopes", _spoken_of((1, 2))),
    Item("cs_gases", CORPORATE, True, "gases", _gases),
    Item("cs_gwp", AMENDMENT, True, "boundary", _potentials),
    Item("cs_base_year", CORPORATE, True, "base_year", _base_year),
    Item("cs_changes", CORPORATE, True, "base_year", _changes),
    Item("cs_biogenic", CORPORATE, True, "outside", _biogenic),
    Item("cs_methods", CORPORATE, True, "methods", _methods),
    Item("cs_exclusions", CORPORATE, True, "completeness", _exclusions),
    Item("s2_both", SCOPE_2, True, "scope2", _both),
    Item("s2_tracking", SCOPE_2, True, "scope2", _said("scope2_tracking", "tracking")),
    Item("s2_instruments", SCOPE_2, True, "scope2", _instruments),
    Item("s2_criteria", SCOPE_2, True, "scope2", _criteria),
    Item("s2_residual", SCOPE_2, True, "scope2", _both),
    Item("s2_base_year", SCOPE_2, True, "base_year", _base_year_scope2),
    Item("s2_energy", SCOPE_2, False, "scope2", _energy),
    Item("s3_categories", SCOPE_3, True, "categories", _categories),
    Item("s3_included", SCOPE_3, True, "completeness", _completeness),
    Item("s3_excluded", SCOPE_3, True, "completeness", _exclusions),
    Item("s3_base_year", SCOPE_3, True, "base_year", _base_year_scope3),
    Item("s3_biogenic", SCOPE_3, True, "outside", _biogenic_by_category),
    Item("s3_data", SCOPE_3, True, "factors", _data),
    Item("s3_methods", SCOPE_3, True, "methods", _allocation),
    Item("s3_primary", SCOPE_3, True, "scope3", _categories),
    Item("opt_sites", CORPORATE, False, "sites", _lines),
    Item("opt_range", CORPORATE, False, "uncertainty", _lines),
    Item("opt_intensity", CORPORATE, False, "statements", _said("intensity")),
    Item("opt_offsets", CORPORATE, False, "offsets", _removals),
    Item("opt_targets", CORPORATE, False, "base_year", _said("targets")),
    Item("opt_assurance", CORPORATE, False, "statements", _said("assurance")),
    Item("opt_contact", CORPORATE, False, "statements", _said("contact")),
)
"""What a report holds, in the order of the standards."""


def index(facts: Facts, words: Words) -> list[tuple[Item, Found]]:
    """Every item with its state."""
    return [(item, item.check(facts, words)) for item in ITEMS]
