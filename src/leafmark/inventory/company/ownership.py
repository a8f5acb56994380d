"""Ownership: what share of each entity's emissions is the reporting company's, by approach and day.

    share(organisation) = 1,   share(e) = min(1, sum over owners o of e of share(o) x weight(o owns e))

    approach               weight of an ownership
    equity_share           its share; 0 of a fixed-asset investment
    financial_control      1 where the owner has it, its share in a joint venture under joint financial control, else 0
    operational_control    1 where the owner has full authority over operating policies, else 0

Products along a chain, summed over all chains. GHG Protocol Corporate Standard (revised edition, 2004), chapter 3 and its table 1 (how
categories of financial accounting are counted); the policy of the parent goes down to every level. A share is the economic interest, where
that differs from legal ownership. Every cell of table 1 was compared where others give the table row by row, and so was BGB of the standard's
own example, Holland Industries, which is a test; the example's other rows are from general knowledge of it.

Shares are exact fractions, so a chain of 83 % and 50 % is 41.5 % and nothing else.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from graphlib import TopologicalSorter
from typing import Any, Final

from leafmark.inventory.company.flags import flag
from leafmark.inventory.tables import Approach

ACCOUNTED: Final = ("subsidiary", "associate", "joint_venture", "fixed_asset")
"""Categories of financial accounting (chapter 3, table 1): group company, associated company, joint venture whose partners have joint
financial control, fixed-asset investment without influence."""
INFLUENCE_PERCENT: Final = 20
"""Below it no significant influence is presumed (IAS 28, 5): whether a smaller stake is an investment has to be said."""


@dataclass(frozen=True, slots=True)
class Edge:
    """An ownership, valid on days `[valid_from, valid_to)`."""

    owner_id: str
    entity_id: str
    share: Fraction
    financial_control: bool
    operational_control: bool
    accounted_as: str
    valid_from: dt.date
    valid_to: dt.date

    def on(self, day: dt.date) -> bool:
        """Whether it holds on a day."""
        return self.valid_from <= day < self.valid_to

    def weight(self, approach: Approach) -> Fraction:
        """What the owner passes on of its own share."""
        if approach == "equity_share":
            return Fraction(0) if self.accounted_as == "fixed_asset" else self.share
        if approach == "operational_control":
            return Fraction(int(self.operational_control))
        if self.accounted_as == "joint_venture":
            return self.share
        return Fraction(int(self.financial_control))


def read_ownership(
    rows: Iterable[Mapping[str, Any]], entities: Iterable[str]
) -> tuple[list[Edge], list[dict[str, Any]]]:
    """Ownerships that can stand together, in the table's order; and flags of those refused or doubted.

    A row is refused by the rows before it: where it takes an entity's owners over 100 % on a day, or closes a circle.
    """
    known = set(entities)
    edges: list[Edge] = []
    flags: list[dict[str, Any]] = []
    for row in rows:
        edge = _edge(row)
        fault = _fault(edge, row, known, edges)
        if fault is not None:
            flags.append(fault)
            continue
        edges.append(edge)
        flags += _doubts(edge, row)
    return edges, flags


def _edge(row: Mapping[str, Any]) -> Edge:
    control = bool(row["financial_control"])
    return Edge(
        row["owner_id"],
        row["entity_id"],
        Fraction(str(row["share_percent"])) / 100,
        control,
        bool(row["operational_control"]),
        row.get("accounted_as") or ("subsidiary" if control else "associate"),
        row["valid_from"] or dt.date.min,
        row["valid_to"] or dt.date.max,
    )


def _fault(edge: Edge, row: Mapping[str, Any], known: set[str], before: list[Edge]) -> dict[str, Any] | None:
    def refused(reason: str, field: str, found: Any, expected: str) -> dict[str, Any]:
        return flag(reason, row["_file"], row["_row"], field, found, expected)

    for field in ("owner_id", "entity_id"):
        if row[field] not in known:
            return refused("unknown_entity", field, row[field], "an entity_id of entities")
    if edge.accounted_as not in ACCOUNTED:
        return refused("unknown_word", "accounted_as", edge.accounted_as, f"one of {', '.join(ACCOUNTED)}")
    if edge.valid_to <= edge.valid_from:
        return refused("period_backwards", "valid_to", edge.valid_to, f"a day after valid_from, {edge.valid_from}")
    circle = circle_through(edge, before)
    if circle:
        return refused(
            "owned_in_a_circle", "owner_id", " owns ".join(circle), "owners that are not owned by what they own"
        )
    total, day = most_owned(edge, before)
    if total > 1:
        return refused(
            "over_owned", "share_percent", f"{_percent(total)} % of {edge.entity_id}" + (f" on {day}" if day > dt.date.min else ""),
            "shares of all owners of at most 100 % on any day",
        )  # fmt: skip
    return None


def _doubts(edge: Edge, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    def doubted(reason: str, field: str, found: Any, expected: str) -> dict[str, Any]:
        return flag(reason, row["_file"], row["_row"], field, found, expected, "doubted")

    found = []
    said = row.get("accounted_as")
    if said and said != "joint_venture" and (said == "subsidiary") != edge.financial_control:
        found.append(
            doubted("control_contradicts", "accounted_as", f"{said}, financial_control {str(edge.financial_control).lower()}",
                    "a subsidiary is under financial control and others are not: financial_control was taken")
        )  # fmt: skip
    if not said and not edge.financial_control and edge.share * 100 < INFLUENCE_PERCENT:
        found.append(
            doubted("influence_not_told", "accounted_as", f"{_percent(edge.share)} %",
                    "associate, joint_venture or fixed_asset: under 20 % no influence is presumed; it was counted by its share")
        )  # fmt: skip
    return found


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):g}"


def circle_through(edge: Edge, edges: Iterable[Edge]) -> list[str]:
    """The circle that an ownership would close with others on some day, from its owner round to it; empty where none.

    Follows what the owned entity owns, as far as all of it holds on a common day.
    """
    owned: dict[str, list[Edge]] = {}
    for each in edges:
        owned.setdefault(each.owner_id, []).append(each)
    stack = [(edge.entity_id, edge.valid_from, edge.valid_to, [edge.owner_id, edge.entity_id])]
    seen = set()
    while stack:
        entity, first, last, path = stack.pop()
        if entity == edge.owner_id:
            return path
        if (entity, first, last) in seen:
            continue
        seen.add((entity, first, last))
        for each in owned.get(entity, ()):
            start, end = max(first, each.valid_from), min(last, each.valid_to)
            if start < end:
                stack.append((each.entity_id, start, end, [*path, each.entity_id]))
    return []


def most_owned(edge: Edge, edges: Iterable[Edge]) -> tuple[Fraction, dt.date]:
    """The highest sum of shares of the edge's entity on a day of the edge, itself among them; and the first such day."""
    others = [each for each in edges if each.entity_id == edge.entity_id]
    days = {edge.valid_from, *(each.valid_from for each in others if edge.on(each.valid_from))}
    sums = ((sum((each.share for each in others if each.on(day)), edge.share), day) for day in sorted(days))
    return max(sums, key=lambda found: found[0])


def shares_on(organisation: str, edges: Iterable[Edge], approach: Approach, day: dt.date) -> dict[str, Fraction]:
    """The company's share of each entity that it has any of, on a day; entities owned by nobody of the group are not in it."""
    owners: dict[str, set[str]] = {organisation: set()}
    holding: dict[str, list[Edge]] = {}
    for edge in edges:
        if edge.on(day) and edge.entity_id != organisation:  # who owns the company itself takes nothing from it
            owners.setdefault(edge.entity_id, set()).add(edge.owner_id)
            holding.setdefault(edge.entity_id, []).append(edge)
    found = {organisation: Fraction(1)}
    for entity in TopologicalSorter(owners).static_order():  # owners before what they own, so each is computed once
        if entity != organisation:
            weighed = (found[edge.owner_id] * edge.weight(approach) for edge in holding.get(entity, ()))
            found[entity] = min(Fraction(1), sum(weighed, Fraction(0)))
    return {entity: value for entity, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Segment:
    """Days `[first, after)` of the year in which no ownership changes, and the shares in them."""

    first: dt.date
    after: dt.date
    shares: dict[str, Fraction]


def segments(organisation: str, edges: list[Edge], approach: Approach, first: dt.date, after: dt.date) -> list[Segment]:
    """The year cut where an ownership begins or ends."""
    cuts = {day for edge in edges for day in (edge.valid_from, edge.valid_to) if first < day < after}
    days = [first, *sorted(cuts), after]
    return [
        Segment(start, end, shares_on(organisation, edges, approach, start)) for start, end in itertools.pairwise(days)
    ]
