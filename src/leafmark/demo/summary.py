"""The demo's facts on one screen: at most 34 lines of 84 columns, four of them the accounts', one the parcels'."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Any

from leafmark.demo.figures import between, mass, percent, ranged, significant, title, years
from leafmark.demo.parcels import PRINT_SHOP
from leafmark.demo.report_accounts import NOT_PART, grams, ranges_hold_zero, verdict

WIDTH = 84
LINES = 34
_NAME = 20
_REMARK = 25
"""Columns before the remark that follows a figure."""


def screen(content: dict[str, Any]) -> str:
    """The whole summary. Every figure is in `run.json` with all its digits."""
    return "\n".join(line.rstrip() for line in _lines(content))


def _lines(content: dict[str, Any]) -> Iterator[str]:
    ug, cover, beef = content["totals_ug"], content["coverage"], content["beef"]
    yield "Leafmark demo: what a year of groceries emitted"
    yield f"Data: {content['data']}"
    yield f"lines in     {content['lines_in']:>9,}   {content['orders']:,} baskets, {content['baskets_counted']:,} with a counted line"
    yield f"  accepted   {content['lines_accepted']:>9,}   {percent(cover['lines'])} of lines, {percent(cover['spend'])} of money"
    yield f"  rejected   {content['lines_rejected']:>9,}   " + ", ".join(
        f"{each['reason'].replace('_', ' ')} {each['lines']:,}" for each in content["rejected"]
    )
    yield f"total CO2e   {mass(ug['co2e_ug']):>9}   95 % range {between(ug['low_ug'], ug['high_ug'], ug['co2e_ug'])} (factors only)"
    basket = content["per_basket_ug"]
    low_high = between(basket["low_ug"], basket["high_ug"], basket["co2e_ug"])
    yield f"per basket   {mass(basket['co2e_ug']):>9}   95 % range {low_high}; with a counted line"
    yield (
        f"Beef is {percent(beef['share_of_co2e'])} of the total: one factor, a skewed world mean of "
        f"{significant(beef['kg_per_kg'][beef['key']])} kg/kg."
    )
    yield ""
    yield f"{'counted by':<12} {'money':>8}   {'CO2e':>7}    {'factors from':<27}{'vintage gap':>11}"
    yield from _side_by_side(content)
    yield ""
    yield "the ten largest categories, t CO2e (95 % range)"
    yield from _largest(content["ten_largest"])
    yield ""
    yield from _labels(content)
    yield from _accounts(content["accounts"])
    yield _parcels(content["parcels"])
    yield (
        f"speed        {content['lines_in']:,} lines in {content['lines_in'] / content['orders_lines_per_s']:.1f} s; "
        f"everything, with labels, in {content['wall_s']:.1f} s"
    )


def _side_by_side(content: dict[str, Any]) -> Iterator[str]:
    """Tiers on the left, themes with their vintage gaps on the right."""
    left = [
        f"  {name:<10} {percent(tier['share_of_spend']):>8}   {percent(tier['share_of_co2e']):>7}"
        for name, tier in content["by_tier"].items()
    ]
    left.append(f"  {'not at all':<10} {percent(content['not_counted']['share_of_spend']):>8}   {'-':>7}")
    right = [
        f"{_cut(row['theme'] + ': ' + row['short'], 30):<31}{years(most, most):>7}"
        for row in content["sources"] if (most := row["gap_years"][1]) or row["share"]
    ]  # fmt: skip
    for number in range(max(len(left), len(right))):
        one = left[number] if number < len(left) else ""
        two = right[number] if number < len(right) else ""
        yield f"{one:<31}    {two}"


def _largest(groups: dict[str, dict[str, Any]]) -> Iterator[str]:
    per = next(iter(groups.values()))["co2e_ug"]
    cells = []
    for name, group in groups.items():
        value, low_high = ranged(group, per).split(" t ")
        cells.append((_cut(title(name), _NAME - 1), value, low_high.removesuffix(" t)") + ")"))
    wide = [max(len(cell[n]) for cell in cells) for n in (1, 2)]
    texts = [f"{name:<{_NAME}}{value:>{wide[0]}} {text:<{wide[1]}}" for name, value, text in cells]
    half = -(-len(texts) // 2)
    for number in range(half):
        other = texts[half + number] if half + number < len(texts) else ""
        yield f"{texts[number]}  {other}"


def _cut(name: str, width: int) -> str:
    return name if len(name) <= width else name[: width - 1] + "…"


def _labels(content: dict[str, Any]) -> Iterator[str]:
    estimates = {each["sector"]: each["count"] for each in content["labels"] if each["state"] == "category_estimate"}
    named = ", ".join(f"{sector.replace('_', ' ')} {count:,}" for sector, count in estimates.items())
    first, *others = wrap(f"category estimates: {named}", WIDTH - _REMARK)
    yield f"labels     {sum(estimates.values()):>11,}   {first}"
    yield from (" " * _REMARK + other for other in others)
    yield f"{content['televisions']:>22,}   televisions, use stage only, {content['lifetime_years']:g} years (our assumption)"
    yield f"{content['declared']:>22,}   declared footprints, as listed by Boavizta"


def _accounts(found: dict[str, Any]) -> Iterator[str]:
    """Never on a line with the panel's own emissions."""
    receipt, packaging = found["by_action"]
    evidence, each = found["scenario"]["evidence"], mass(receipt["one_act_ug"]["co2e_ug"])
    yield f"accounts   {found['households']:>11,}   a declared scenario, evidence {evidence}: audited {grams(found['audited_mg'])}"
    yield f"  acts     {found['acts']:>11,}   {receipt['acts']:,} e-receipts, {each} each; {packaging['acts']:,} packages returned"
    sure = "; both acts' ranges hold zero" if ranges_hold_zero(found) else ""
    yield f"  avoided  {grams(found['avoided_mg']):>11}   {NOT_PART}{sure}"
    yield f"  points   {found['points']:>11,}   for packages alone; verify: {verdict(found)}"


def _parcels(found: dict[str, Any]) -> str:
    """Other orders than the panel's, and grams that no book holds."""
    if not found["installed"]:
        return f"parcels      left out     {found['install']}"
    best = found["by_objective"][0]
    broken = sum(each["violations"] for each in found["by_objective"])
    whose = "real" if found["data"] == PRINT_SHOP else "sample"
    return (
        f"parcels    {best['parcels']:>11,}   {best['orders']:,} {whose} orders; fill {percent(best['fill'])}, "
        f"board {significant(best['packaging_kg'])} kg; check: {broken or 'ok'}"
    )
