"""What a bill run must give, worked out per line by brute force over the factor rows: slow, short, exact fractions.

It shares nothing with the engine but the method's data and the conversion of units; there are no spans, cells, codes
or SQL here. A decimal is taken at its written value, so that 0.1 is a tenth.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from fractions import Fraction
from typing import Any

from leafmark.factors import regions, units
from leafmark.methods import Method
from leafmark.methods.bill import STAGES

Row = dict[str, Any]
OPEN_END = dt.date(2200, 1, 1)


class Cycle(Exception):
    """A product contains itself."""


def shift(day: dt.date, years: int) -> dt.date:
    leap_day = (day.month, day.day) == (2, 29)
    return dt.date(day.year + years, day.month, 28 if leap_day and (day.year + years) % 4 else day.day)


def serving(rows: list[Row], day: dt.date, rule: str, reach: int) -> Row | None:
    """The one row of a boundary that serves a day under the vintage rule."""
    ranked = []
    for row in rows:
        start, end = row["valid_from"], row["valid_to"] or OPEN_END
        days_off = (start - day).days if day < start else (day - end).days + 1 if day >= end else 0
        within = shift(start, -reach) <= day < (shift(end, reach) if end < OPEN_END else OPEN_END)
        if (rule == "exact" and days_off == 0) or (rule == "nearest" and within):
            ranked.append((days_off, -start.toordinal(), row))
        elif rule == "latest" and start <= day and within:
            ranked.append((0, -start.toordinal(), row))
    return min(ranked, key=lambda entry: entry[:2])[2] if ranked else None


def kg_per_unit(method: Method, rows: list[Row], line: Row, known_on: dt.date) -> tuple[Fraction, str] | None:
    """(kg CO2e per factor unit, that unit) from the nearest place that serves the day with a whole recipe."""
    place = line.get("region") or "WORLD"
    if not regions.known(place):
        return None
    for here in (place, *regions.parents(place)):
        for recipe in method.parts[0].recipes:
            added = []
            for boundary in recipe:
                known = [
                    row for row in rows
                    if (row["key"], row["region"], row["boundary"]) == (line["key"], here, boundary)
                    and row["published_on"] <= known_on < (row["superseded_on"] or OPEN_END)
                ]  # fmt: skip
                added.append(
                    serving(known, line.get("date") or known_on, method.vintage.rule, method.vintage.reach_years)
                )
            if all(added):
                return sum((Fraction(str(row["co2e_kg"])) for row in added), Fraction(0)), added[0]["unit"]
    return None


def half_away(value: Fraction) -> int:
    """Rounded once, halves away from zero."""
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def micrograms(method: Method, rows: list[Row], line: Row, times: Fraction, known_on: dt.date) -> int | None:
    """A line's result, or None where it must be rejected."""
    amount, met = line["amount"], kg_per_unit(method, rows, line, known_on)
    if amount is None or line["stage"] not in STAGES or (amount < 0 and line.get("kind") != "credit"):
        return None
    if met is None or not units.known(line["unit"]) or units.dimension(line["unit"]) != units.dimension(met[1]):
        return None
    conversion = Fraction(units.factor_between(line["unit"], met[1]))
    return half_away(times * Fraction(str(amount)) * conversion * met[0] * 10**9)


def bill_run(method: Method, rows: list[Row], bill: list[Row], known_on: dt.date) -> tuple[dict[Any, Row], int]:
    """({product: status, co2e_ug and micrograms per stage}, rejected lines); `Cycle` where a product holds itself."""
    products = {line["product_id"] for line in bill}

    def sound_component(line: Row) -> bool:
        positive = line["amount"] is not None and (line["amount"] >= 0 or line.get("kind") == "credit")
        return positive and line["stage"] in STAGES and line["unit"] == "item" and line["component_id"] in products

    def walk(product: Any, path: tuple[Any, ...]) -> dict[tuple[str | None, Any], Fraction]:
        """{(stage or None for the product's own lines, product inside): how many of it}."""
        if product in path:
            raise Cycle(product)
        holds: dict[tuple[str | None, Any], Fraction] = defaultdict(Fraction, {(None, product): Fraction(1)})
        for line in bill:
            if line["product_id"] == product and line.get("component_id") is not None and sound_component(line):
                for (_, inner), times in walk(line["component_id"], (*path, product)).items():
                    holds[line["stage"], inner] += times * Fraction(str(line["amount"]))
        return holds

    result: dict[Any, Row] = {}
    for product in products:
        status, stages = "complete", defaultdict(int)
        for (stage, inner), times in walk(product, ()).items():
            for line in (line for line in bill if line["product_id"] == inner):
                if line.get("component_id") is not None:
                    if not sound_component(line):
                        status = "unknown"
                elif (grams := micrograms(method, rows, line, times, known_on)) is None:
                    status = "unknown"
                else:
                    stages[stage or line["stage"]] += grams
        total = sum(stages.values()) if stages else None
        result[product] = {"status": status, "co2e_ug": total, **{f"{name}_ug": stages.get(name) for name in STAGES}}
    rejected = sum(
        not sound_component(line) if line.get("component_id") is not None
        else micrograms(method, rows, line, Fraction(1), known_on) is None
        for line in bill
    )  # fmt: skip
    return result, rejected
