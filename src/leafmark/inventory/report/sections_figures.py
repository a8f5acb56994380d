"""Sections of the page that hold figures: scopes, charts, categories, gases, Scope 2 and 3, sites, what stands outside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from leafmark.inventory.book import Sum
from leafmark.inventory.report.charts import Bar, bars
from leafmark.inventory.report.facts import BYS, Facts
from leafmark.inventory.report.markup import ROWS_MAX, Cell, Column, facts, heading, paragraph, table
from leafmark.inventory.report.words import Words, number, percent, score, tonnes
from leafmark.inventory.tables import ORIGINS

_GENERIC_ROWS_MAX = 100


def measured(words: Words) -> list[Column]:
    """Columns of a total with its range and how good its data are."""
    names = ("co2e_t", "low_t", "high_t", "primary", "score", "activities")
    return [Column(words(f"column.{name}"), True) for name in names]


def cells(total: Sum) -> list[Cell]:
    """A total in those columns."""
    return [
        tonnes(total.co2e_ug), tonnes(total.low_ug), tonnes(total.high_ug), percent(total.primary_share), score(total.score),
        number(total.activities),
    ]  # fmt: skip


def _scope_rows(given: Facts, words: Words) -> list[tuple[str, Sum]]:
    location, market = given.scopes["location"], given.scopes["market"]
    rows = []
    for scope in (1, 2, 3):
        if scope == 2 and given.has_market:
            rows += [(words(f"scope.2{by[0]}"), given.scopes[by][2]) for by in BYS if 2 in given.scopes[by]]
        elif scope in location or scope in market:
            rows.append((words.scope(scope), location.get(scope) or market[scope]))
    return rows


def scopes(given: Facts, words: Words) -> str:
    """Each scope with its range, and both totals; gross, before any removal or offset."""
    rows = [[name, *cells(total)] for name, total in _scope_rows(given, words)]
    totals = [[words(f"by.{by}"), *cells(given.totals[by])] for by in BYS]
    columns = [Column(words("column.scope")), *measured(words)]
    return (
        table(words("section.scopes"), columns, rows, totals)
        + paragraph(words("by.note"))
        + paragraph(words("rounding"), "soft")
    )


def chart(given: Facts, words: Words) -> str:
    """By scope and by category of Scope 3, each drawing with its table."""
    shown = [(name, total, place) for place, (name, total) in enumerate(_scope_rows(given, words))]
    found = _drawn(words, "chart.scope", [(name, total, name == words("scope.2m")) for name, total, _ in shown])
    categories = [
        (words.scope(3, category), total, False)
        for (scope, category), total in given.rows["location"].items()
        if scope == 3
    ]
    return found + _drawn(words, "chart.category", categories)


def _drawn(words: Words, key: str, rows: list[tuple[str, Sum, bool]]) -> str:
    title = words(key)
    if not rows:
        return heading(title) + paragraph(words("nothing"))
    drawn = bars(
        title,
        [Bar(name, total.co2e_ug, total.low_ug, total.high_ug, other) for name, total, other in rows],
        words("colon"),
    )
    columns = [
        Column(words("column.what")),
        *(Column(words(f"column.{name}"), True) for name in ("co2e_t", "low_t", "high_t")),
    ]
    under = table(title, columns, [[name, *cells(total)[:3]] for name, total, _ in rows])
    note = paragraph(words("chart.negative"), "soft") if any(total.co2e_ug < 0 for _, total, _ in rows) else ""
    return f"{heading(title)}<figure>{drawn}<figcaption>{words('chart.table')}</figcaption>{under}</figure>{note}"


def categories(given: Facts, words: Words) -> str:
    """Every scope and category, in both statements."""
    columns = [Column(words("column.scope")), Column(words("column.category")), *measured(words)]
    found = ""
    for by in BYS:
        rows = [[words.scope(scope), words.scope(scope, category or 0) if category else words("category.0"), *cells(total)]
                for (scope, category), total in given.rows[by].items()]  # fmt: skip
        name = words(f"by.{by}")
        found += heading(name) + table(name, columns, rows, [[name, "", *cells(given.totals[by])]])
        if not given.has_market:
            return found + paragraph(words("scope2.unlabelled"), "note")
    return found


def gases(given: Facts, words: Words) -> str:
    """Each gas in tonnes of CO2e and, where it is one gas, in tonnes of itself; a column for each scope."""
    scopes = given.scopes["location"]
    columns = [Column(words("column.gas")), *(Column(words.in_tonnes(words.scope(scope)), True) for scope in scopes),
               Column(words("by.location"), True), Column(words("column.gas_t"), True)]  # fmt: skip
    rows: list[list[Cell]] = []
    for gas in given.shown_gases():
        found = [given.gas_ug(gas, "location", scope) for scope in (*scopes, None)]
        mass = None if found[-1] is None else given.gas_tonnes(gas, found[-1])
        rows.append(
            [words(f"gas.{gas}"), *(words("unknown") if ug is None else tonnes(ug) for ug in found), number(mass)]
        )
    whole = given.totals["location"].co2e_ug
    foot: list[Cell] = [words("total"), *(tonnes(each.co2e_ug) for each in scopes.values()), tonnes(whole), ""]
    return table(words("section.gases"), columns, rows, [foot])


def scope2(given: Facts, words: Words) -> str:
    """Both statements side by side, energy bought, instruments by type, quality criteria, residual mix."""
    columns = [Column(words("column.what")), *measured(words)]
    rows = [[words(f"scope.2{by[0]}"), *cells(given.scopes[by][2])] for by in BYS if 2 in given.scopes[by]]
    found = table(words("section.scope2"), columns, rows) if rows else paragraph(words("nothing"))
    if not given.has_market:
        found += paragraph(words("scope2.unlabelled"), "note")
    tracking = given.said.get("scope2_tracking")
    found += facts([(words("scope2.tracking"), words(f"scope.2{tracking[0]}") if tracking else words("unknown"))])
    energy = [
        [words.file_of(template), unit or "–", number(amount)] for (template, unit), amount in given.energy.items()
    ]
    names = [Column(words("column.template")), Column(words("column.unit")), Column(words("column.amount"), True)]
    found += heading(words("scope2.energy")) + (
        table(words("scope2.energy"), names, energy) if energy else paragraph(words("nothing"))
    )
    found += heading(words("scope2.instruments")) + _instruments(given, words)
    residual = sum(rule["rows"] for rule in given.flag_rules if rule["reason"] == "no_residual_mix")
    return found + paragraph(
        words("scope2.no_residual", count=number(residual)) if residual else words("scope2.residual_fine")
    )


def _instruments(given: Facts, words: Words) -> str:
    if given.instruments is None:
        return paragraph(words("scope2.no_instruments"), "note")
    if not given.instruments.num_rows:
        return paragraph(words("scope2.none"))
    return (
        _by_kind(given.instruments, words)
        + _criteria(given, words)
        + generic(given.instruments, words("scope2.instruments"), words)
    )


def _by_kind(instruments: pa.Table, words: Words) -> str:
    """Contracted and used kWh of each type of instrument."""
    if not {"kind", "used_wh", "contracted_wh"} <= set(instruments.column_names):
        return ""
    sums: dict[str, list[int]] = {}
    for row in instruments.select(["kind", "contracted_wh", "used_wh"]).to_pylist():
        found = sums.setdefault(str(row["kind"]), [0, 0, 0])
        found[0], found[1], found[2] = found[0] + 1, found[1] + (row["contracted_wh"] or 0), found[2] + row["used_wh"]
    names = ("kind", "rows", "contracted_kwh", "used_kwh")
    columns = [Column(words(f"column.{name}"), name != "kind") for name in names]
    rows = [
        [words.cell_of("kind", kind), number(count), number(contracted / 1000), number(used / 1000)]
        for kind, (count, contracted, used) in sorted(sums.items())
    ]
    return table(words("scope2.instruments"), columns, rows)


def _criteria(given: Facts, words: Words) -> str:
    """How many contracts meet each quality criterion, by its number in the Guidance's table."""
    if given.criteria is None or not {"criterion", "status"} <= set(given.criteria.column_names):
        return ""
    counted: dict[tuple[int, str], int] = {}
    for row in given.criteria.select(["criterion", "status"]).to_pylist():
        key = (row["criterion"], row["status"])
        counted[key] = counted.get(key, 0) + 1
    statuses = sorted({status for _, status in counted})
    title = words("scope2.criteria")
    columns = [
        Column(words("column.criterion"), True),
        *(Column(words.code("criterion", status), True) for status in statuses),
    ]
    rows = [
        [number(each), *(number(counted.get((each, status), 0)) for status in statuses)]
        for each in sorted({each for each, _ in counted})
    ]
    return heading(title, 4) + table(title, columns, rows)


def generic(given: pa.Table, name: str, words: Words) -> str:
    """A table of another room as it is: its own columns, the first rows; its words in the report's language where we have them."""
    kinds = [
        (column, pa.types.is_integer(field.type) or pa.types.is_floating(field.type))
        for column, field in zip(given.column_names, given.schema, strict=True)
    ]
    rows = [
        [words.cell_of(column, _plain(row[column])) for column, _ in kinds]
        for row in given.slice(0, _GENERIC_ROWS_MAX).to_pylist()
    ]
    note = _more(given.num_rows, _GENERIC_ROWS_MAX, words)
    return table(name, [Column(words.heading_of(column), numeric) for column, numeric in kinds], rows) + note


def _plain(value: Any) -> str:
    if value is None:
        return "–"
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _more(count: int, most: int, words: Words) -> str:
    return paragraph(words("first_of", shown=number(most), count=number(count)), "soft") if count > most else ""


def scope3(given: Facts, words: Words) -> str:
    """Of each category: primary data, suppliers' data, score, and where its grams come from."""
    origins = list(ORIGINS)
    columns = [Column(words("column.category")), Column(words("column.co2e_t"), True), Column(words("column.primary"), True),
               Column(words("column.supplier"), True), Column(words("column.score"), True),
               *(Column(words.in_tonnes(words(f"origin.{origin}")), True) for origin in origins)]  # fmt: skip
    rows = []
    for (scope, category), total in given.rows["location"].items():
        if scope == 3:
            parts = [given.origins.get((scope, category, origin)) for origin in origins]
            rows.append([words.scope(3, category), tonnes(total.co2e_ug), percent(total.primary_share),
                         percent(given.supplier_share((scope, category))), score(total.score),
                         *(tonnes(part.co2e_ug) if part else "–" for part in parts)])  # fmt: skip
    return table(words("section.scope3"), columns, rows) if rows else paragraph(words("missing.no_scope3"), "note")


def outside(given: Facts, words: Words) -> str:
    """What is in no total, by scope, category and activity file: biogenic CO2, aircraft's non-CO2 effect, gases outside the Protocol."""
    found = paragraph(str(given.said["biogenic"])) if given.said.get("biogenic") else ""
    if not given.outside:
        return found or paragraph(words("missing.biogenic"), "note")
    names = ("what", "scope", "category", "template")
    columns = [*(Column(words(f"column.{name}")) for name in names), *measured(words)]
    rows = [
        [words.code("outside", what), *counted_in(scope, category, words), words.file_of(template), *cells(total)]
        for (what, scope, category, template), total in given.outside.items()
    ]
    totals = [
        [f"{words('total')}: {words.code('outside', what)}", "", "", "", *cells(total)]
        for what, total in given.outside_totals.items()
    ]
    return found + table(words("section.outside"), columns, rows, totals) + paragraph(words("outside.note"), "soft")


def counted_in(scope: int | None, category: int | None, words: Words) -> tuple[str, str]:
    """Scope and category of what stands outside them: where its activities are counted, if that is known."""
    if scope is None:
        return words("unknown"), ""
    return words.scope(scope), words.scope(scope, category) if category else words("category.0")


def sites(given: Facts, words: Words) -> str:
    """By entity, then by site with a column for each scope; both statements."""
    columns = [Column(words("column.entity")), *measured(words)]
    found = ""
    for by in _statements(given):
        rows = [[entity, *cells(total)] for entity, total in given.entities[by].items()]
        name = words(f"by.{by}")
        found += heading(name) + table(name, columns, rows[:ROWS_MAX], [[words("total"), *cells(given.totals[by])]])
        found += _more(len(rows), ROWS_MAX, words)
        found += _by_site(given, by, name, words)
    return found


def _by_site(given: Facts, by: Any, name: str, words: Words) -> str:
    columns = [Column(words("column.entity")), Column(words("column.site")),
               *(Column(words.in_tonnes(words.scope(scope)), True) for scope in (1, 2, 3)), *measured(words)]  # fmt: skip
    ordered = sorted(given.sites[by].items(), key=lambda item: (-item[1].co2e_ug, item[0]))
    rows = []
    for (entity, site), total in ordered[:ROWS_MAX]:
        parts = [given.site_scopes[by].get((entity, site, scope)) for scope in (1, 2, 3)]
        rows.append([entity, site, *(tonnes(part.co2e_ug) if part else "–" for part in parts), *cells(total)])
    rest = ordered[ROWS_MAX:]
    if rest:
        rest_ug = sum(total.co2e_ug for _, total in rest)
        rows.append([words("all_others", count=number(len(rest))), "", "", "", "", tonnes(rest_ug), *[""] * 5])
    whole = [given.scopes[by].get(scope) for scope in (1, 2, 3)]
    foot = [words("total"), "", *(tonnes(part.co2e_ug) if part else "–" for part in whole), *cells(given.totals[by])]
    return table(name, columns, rows, [foot])


def _statements(given: Facts) -> Iterable[Any]:
    return BYS if given.has_market else BYS[:1]


def uncertainty(given: Facts, words: Words) -> str:
    """What a range rests on, and the grams by where the activity data come from."""
    by_origin: dict[str, list[int]] = {}
    for (*_, origin), total in given.origins.items():
        found = by_origin.setdefault(origin, [0, 0])
        found[0], found[1] = found[0] + total.co2e_ug, found[1] + total.activities
    columns = [
        Column(words("column.origin")),
        Column(words("column.score"), True),
        Column(words("column.co2e_t"), True),
        Column(words("column.activities"), True),
    ]
    rows = [[words(f"origin.{name}"), number(origin.score), *([tonnes(by_origin[name][0]), number(by_origin[name][1])] if name in by_origin else ["–", "–"])]
            for name, origin in ORIGINS.items()]  # fmt: skip
    title = words("uncertainty.origins")
    foot = [
        words("by.location"),
        "",
        tonnes(given.totals["location"].co2e_ug),
        number(given.totals["location"].activities),
    ]
    return paragraph(words("uncertainty.what")) + heading(title) + table(title, columns, rows, [foot])
