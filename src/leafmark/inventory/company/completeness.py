"""Completeness: of every scope and category what is in, estimated, excluded and why (Corporate Standard, chapter 9; Scope 3 Standard, 11).

    included        lines, and nothing of it refused, left out or lacking
    partly          lines, but rows were refused, meters lack months, a part is excluded, or energy has no upstream or losses (category 3)
    estimated       more than half of the grams is extrapolated or stands in for the activity
    excluded        no lines, and the company says why
    not_applicable  no lines, and the company says there is none (an exclusion of 0 %)
    missing         no lines, and nobody says why; or every row was refused

Nothing is left out in silence: a category that nobody speaks of is `missing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from leafmark.engine import memory_database
from leafmark.inventory.company.fetched import fetched
from leafmark.inventory.company.prepared import Prepared
from leafmark.inventory.tables import COMPLETENESS_SCHEMA, SCOPE_ROWS, TEMPLATES

Row = tuple[int, int | None]
ESTIMATED: Final = ("estimated", "proxy")
"""Origins that are no figure of the activity itself."""
MOSTLY: Final = 0.5
SHOWN_REASONS: Final = 3
ENERGY: Final[Row] = (3, 3)
_WAYS: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "fuel": (("wtt", "upstream"),),
    "electricity": (("upstream", "wtt"), ("td_loss",)),
    "heat": (("upstream", "wtt"), ("td_loss",)),
}
"""What category 3 is of each template, any boundary of each: upstream of fuel; upstream and losses of what a grid or a network delivers
(Scope 3 Standard, table 5.4, minimum boundary of category 3, a to c)."""
NAMES: Final[dict[Row, str]] = {
    (1, None): "direct emissions: fuel, processes, gases that escape",
    (2, None): "electricity, heat, steam and cooling bought",
    (3, 1): "goods and services bought",
    (3, 2): "capital goods",
    (3, 3): "upstream of fuels and energy, losses of the grid",
    (3, 4): "upstream transport and distribution",
    (3, 5): "waste of operations",
    (3, 6): "business travel",
    (3, 7): "employees' commuting",
    (3, 8): "upstream leased assets",
    (3, 9): "downstream transport and distribution",
    (3, 10): "processing of products sold",
    (3, 11): "use of products sold",
    (3, 12): "end of life of products sold",
    (3, 13): "downstream leased assets",
    (3, 14): "franchises",
    (3, 15): "investments",
}


@dataclass(frozen=True)
class _Found:
    """What the lines say of a scope or category. `estimated_share` is None where the grams are 0."""

    activities: int
    estimated_share: float | None
    months: int | None


def completeness(
    prepared: Prepared, lines: pa.Table, flags: pa.Table, others: Mapping[Row, Mapping[str, int]] | None = None
) -> pa.Table:
    """A table of `COMPLETENESS_SCHEMA`: every row of SCOPE_ROWS in order, then every exclusion.

    Parameters
    ----------
    prepared : the company's year.
    lines : of the inventory (`LINES_SCHEMA`), entries of other rooms among them.
    flags : all of them (`FLAGS_SCHEMA`): those of `prepared` and those of the engine's runs.
    others : entries of other rooms, and rows of a bill, that are in no figure: how many by scope and category and by reason.
    """
    found = _found(lines)
    refused, reasons, doubts = _refused(flags)
    bare = _bare(lines)
    rows = []
    for key in SCOPE_ROWS:
        templates = [template.name for template in TEMPLATES if key in template.rows]
        elsewhere = (others or {}).get(key, {})
        lost = sum(refused.get(name, 0) for name in templates) + sum(elsewhere.values())
        why_lost = _most(reasons, templates, elsewhere)
        lacking = sum(doubts.get(name, 0) for name in templates)
        spoken = [
            each for each in prepared.exclusions if _key(each) == key or (key[0] == 3 and _key(each) == (3, None))
        ]
        rows.append(_row(key, found.get(key), lost, why_lost, lacking, spoken, bare if key == ENERGY else {}))
    rows += [_exclusion(each) for each in prepared.exclusions]
    return pa.Table.from_pylist(rows, schema=COMPLETENESS_SCHEMA)


def _found(lines: pa.Table) -> dict[Row, _Found]:
    """By scope and category, Scope 2 by location. An activity that made several parts (upstream, losses) is one: the most of a part."""
    listed = ", ".join(f"'{name}'" for name in ESTIMATED)
    connection = memory_database.connect()
    try:
        connection.register("lines", lines)
        found = fetched(
            connection,
            f"""
            WITH own AS (SELECT * FROM lines WHERE outside IS NULL AND scope IS NOT NULL AND statement IN ('both', 'location')),
            parts AS (SELECT scope, category, template, site_id, month, origin, run_id, key, MAX(n) AS n FROM (
                SELECT scope, category, template, site_id, month, origin, run_id, key, split_part(factor_id, ':', 2) AS part,
                  SUM(activities) AS n FROM own GROUP BY ALL) GROUP BY ALL)
            SELECT o.scope, o.category, CAST(p.n AS BIGINT) AS activities, o.grams, o.estimated, o.months FROM (
              SELECT scope, category, SUM(ABS(co2e_ug::HUGEINT))::DOUBLE AS grams,
                SUM(CASE WHEN origin IN ({listed}) THEN ABS(co2e_ug::HUGEINT) ELSE 0 END)::DOUBLE AS estimated,
                COUNT(DISTINCT month) AS months FROM own GROUP BY scope, category) AS o
            INNER JOIN (SELECT scope, category, SUM(n) AS n FROM parts GROUP BY scope, category) AS p
              ON p.scope = o.scope AND p.category IS NOT DISTINCT FROM o.category""",
        ).to_pylist()
    finally:
        connection.close()
    return {
        (row["scope"], row["category"]): _Found(
            row["activities"], row["estimated"] / row["grams"] if row["grams"] else None, row["months"] or None
        )
        for row in found
    }


def _bare(lines: pa.Table) -> dict[str, int]:
    """Activities of Scope 1 and 2 by template whose upstream or losses no factor has; a life-cycle proxy has them in it."""
    connection = memory_database.connect()
    try:
        connection.register("lines", lines)
        grouped = fetched(
            connection,
            """
            SELECT template, boundaries, CAST(SUM(n) AS BIGINT) AS n FROM (
              SELECT template, MAX(CASE WHEN scope < 3 THEN n ELSE 0 END) AS n, list_sort(list(DISTINCT boundary)) AS boundaries FROM (
                SELECT template, entity_id, site_id, month, origin, key, scope, split_part(factor_id, ':', 2) AS boundary, SUM(activities) AS n
                FROM lines WHERE outside IS NULL AND statement IN ('both', 'location') AND (scope < 3 OR category = 3) GROUP BY ALL)
              GROUP BY template, entity_id, site_id, month, origin, key HAVING bool_or(scope < 3))
            GROUP BY ALL ORDER BY ALL""",
        ).to_pylist()
    finally:
        connection.close()
    found: dict[str, int] = {}
    for row in grouped:
        has = set(row["boundaries"])
        ways = _WAYS.get(row["template"], ())
        if "life_cycle" not in has and any(has.isdisjoint(way) for way in ways):
            found[row["template"]] = found.get(row["template"], 0) + row["n"]
    return found


def _refused(flags: pa.Table) -> tuple[dict[str, int], dict[tuple[str, str], int], dict[str, int]]:
    """Rows refused by template, by template and reason; and meters that lack months by template."""
    counts: dict[str, int] = {}
    reasons: dict[tuple[str, str], int] = {}
    doubts: dict[str, int] = {}
    if flags.num_rows:
        given = flags.filter(pc.is_valid(flags.column("template")))
        grouped = given.group_by(["template", "reason", "effect"]).aggregate([([], "count_all")])
        for row in grouped.to_pylist():
            template, reason, count = row["template"], row["reason"], row["count_all"]
            if row["effect"] == "refused":
                counts[template] = counts.get(template, 0) + count
                reasons[template, reason] = reasons.get((template, reason), 0) + count
            elif reason == "missing_months":
                doubts[template] = doubts.get(template, 0) + count
    return counts, reasons, doubts


def _most(reasons: Mapping[tuple[str, str], int], templates: Iterable[str], elsewhere: Mapping[str, int]) -> str:
    """The reasons that refused most, with their counts."""
    sums = dict(elsewhere)
    for (template, reason), count in reasons.items():
        if template in set(templates):
            sums[reason] = sums.get(reason, 0) + count
    shown = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    told = ", ".join(f"{reason} {count}" for reason, count in shown[:SHOWN_REASONS])
    return told + (f" and {_more(len(shown) - SHOWN_REASONS)}" if len(shown) > SHOWN_REASONS else "")


def _key(exclusion: Mapping[str, Any]) -> Row:
    category = exclusion["category"]
    return int(exclusion["scope"]), None if category is None else int(category)


def _row(
    key: Row, found: _Found | None, lost: int, why_lost: str, lacking: int, spoken: list[dict[str, Any]], bare: Mapping[str, int]
) -> dict[str, Any]:  # fmt: skip
    parts = [f"{lost} {'row' if lost == 1 else 'rows'} refused: {why_lost}"] if lost else []
    parts += ["1 meter lacks months" if lacking == 1 else f"{lacking} meters lack months"] if lacking else []
    parts += [f"no factor of all of upstream and losses: {_counted(bare)}"] if bare else []
    left_out = [each for each in spoken if each["share_percent"] != 0]
    if found is not None:
        parts += [f"excluded: {each['what']}" for each in left_out]
        mostly = (found.estimated_share or 0) > MOSTLY
        status = "partly" if parts else "estimated" if mostly else "included"
    elif lost or (bare and not spoken):
        status = "missing"
    elif left_out:
        status, parts = "excluded", [each["why"] for each in left_out]
    elif spoken:
        status, parts = "not_applicable", [each["why"] for each in spoken]
    else:
        status, parts = "missing", ["no activities, and no exclusion says why"]
    return {
        "scope": key[0], "category": key[1], "status": status, "what": NAMES[key], "why": "; ".join(parts) or None,
        "activities": found.activities if found else 0, "refused": lost, "estimated_share": found.estimated_share if found else None,
        "months": found.months if found else None,
    }  # fmt: skip


def _exclusion(each: Mapping[str, Any]) -> dict[str, Any]:
    scope, category = _key(each)
    share = each["share_percent"]
    what = each["what"] + (f" ({each['entity_id']})" if each["entity_id"] else "") + (f", {share:g} %" if share else "")
    return {
        "scope": scope, "category": category, "status": "not_applicable" if share == 0 else "excluded", "what": what, "why": each["why"],
        "activities": 0, "refused": 0, "estimated_share": None, "months": None,
    }  # fmt: skip


def _counted(activities: Mapping[str, int]) -> str:
    return ", ".join(f"{template} {count}" for template, count in activities.items())


def _more(count: int) -> str:
    return "1 reason more" if count == 1 else f"{count} reasons more"
