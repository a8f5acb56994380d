"""Serial numbers of certificates: ranges that are read, and each number that stands for one certificate once.

A range is two numbers with one beginning (`GO-1000 - GO-1999`, `1000-1999`); several stand one after another with `;` or `,`. What
is no range is one certificate of that name. Numbers are compared within one registry and one beginning; a contract that names no
registry is compared with all, since a number without its registry may be anybody's.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

_PARTS: Final = re.compile(r"[;,]")
_RANGE: Final = re.compile(r"^(?P<one>.*?)(?P<first>\d+)\s*(?:-|–|—|\.\.|\bto\b)\s*(?P<two>.*?)(?P<last>\d+)$")
_SINGLE: Final = re.compile(r"^(?P<one>.*?)(?P<first>\d+)$")
DIGITS_MAX: Final = 40
"""A longer run of digits is no serial number."""
ANY: Final = "*"
NONE: Final = ""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers first to last, both of them in it, after a beginning."""

    beginning: str
    first: int
    last: int

    @property
    def count(self) -> int:
        """How many certificates."""
        return self.last - self.first + 1


def parse(serial: str) -> list[Range] | None:
    """The ranges of a cell; None where a part of it is none."""
    found = []
    for part in _PARTS.split(serial):
        text = part.strip()
        if not text:
            continue
        one = _range(text)
        if one is None:
            return None
        found.append(one)
    return found or None


def _range(text: str) -> Range | None:
    match = _RANGE.match(text)
    if match and _beginning(match["two"]) in ("", _beginning(match["one"])):
        digits, first, last = max(len(match["first"]), len(match["last"])), int(match["first"]), int(match["last"])
        return Range(_beginning(match["one"]), first, last) if digits <= DIGITS_MAX and first <= last else None
    match = _SINGLE.match(text)
    if match and len(match["first"]) <= DIGITS_MAX:
        return Range(_beginning(match["one"]), int(match["first"]), int(match["first"]))
    return None


def _beginning(text: str) -> str:
    return re.sub(r"[\s_/-]+$", "", text.strip()).casefold()


@dataclass
class _Line:
    """Disjoint ranges of one beginning, in order."""

    taken: list[tuple[int, int]] = field(default_factory=list)

    def take(self, first: int, last: int) -> int:
        """Take what is free of a range; how many of it were taken before."""
        at = max(0, bisect_left(self.taken, (first,)) - 1)
        low, high, before, joined = first, last, 0, []
        while at < len(self.taken) and self.taken[at][0] <= last:
            start, end = self.taken[at]
            if end >= first:
                before += min(end, last) - max(start, first) + 1
                low, high = min(low, start), max(high, end)
                joined.append(at)
            at += 1
        for index in reversed(joined):
            del self.taken[index]
        insort(self.taken, (low, high))
        return before


@dataclass
class Register:
    """Certificates that stand behind a figure already, by registry and beginning; those without a registry are in all of them."""

    _lines: dict[str, dict[str, _Line]] = field(default_factory=lambda: defaultdict(dict))
    """beginning -> registry -> line; `ANY` has those of all registries, `NONE` those that name none."""
    _names: set[tuple[str, str]] = field(default_factory=set)

    def claim(self, registry: str | None, serial: str) -> tuple[int, int]:
        """Claim the certificates of a cell: (how many it names, how many of them were claimed before)."""
        place = (registry or "").strip().casefold() or NONE
        ranges = parse(serial)
        if ranges is None:
            return 1, int(self._claim_name(place, serial.strip().casefold()))
        return sum(each.count for each in ranges), sum(self._claim_range(place, each) for each in ranges)

    def _claim_range(self, place: str, each: Range) -> int:
        lines = self._lines[each.beginning]
        for name in (ANY, NONE):
            lines.setdefault(name, _Line())
        if place not in lines:
            lines[place] = _Line(list(lines[NONE].taken))
        if place != NONE:
            lines[ANY].take(each.first, each.last)
            return lines[place].take(each.first, each.last)
        before = lines[ANY].take(each.first, each.last)
        for name, line in lines.items():
            if name != ANY:
                line.take(each.first, each.last)
        return before

    def _claim_name(self, place: str, name: str) -> bool:
        seen = (ANY, name) in self._names if place == NONE else bool({(place, name), (NONE, name)} & self._names)
        self._names |= {(place, name), (ANY, name)}
        return seen
