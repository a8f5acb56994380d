"""The names nearest to a mistaken one, out of thousands of known ones.

difflib compares two names in tens of microseconds, so 1,000 mistakes against 2,500 factor keys would take half a minute.
Names that are near each other share pairs of letters: known names are indexed by those once, each mistake is counted
against the index by NumPy, and difflib ranks only the few that share most. Cost: 1.6 ms a mistake.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import numpy as np

PROPOSED = 3
"""Names proposed for one mistake."""

ALIKE = 0.6
"""Least difflib ratio of a name worth proposing: the default of `difflib.get_close_matches`."""

_RANKED = 20
"""How many of the names that share most pairs of letters difflib ranks."""


class Closest:
    """Known names, indexed to find those nearest to a mistaken one."""

    def __init__(self, known: Iterable[str]) -> None:
        self.known = sorted(set(known))
        by_pair: dict[str, list[int]] = {}
        for number, name in enumerate(self.known):
            for pair in _pairs(name):
                by_pair.setdefault(pair, []).append(number)
        self._by_pair = {pair: np.array(numbers, np.int64) for pair, numbers in by_pair.items()}
        self._sizes = np.array([len(_pairs(name)) for name in self.known], np.int64)

    def to(self, mistake: str) -> list[str]:
        """At most `PROPOSED` known names, the nearest first; none where nothing is near."""
        pairs = _pairs(mistake)
        found = [self._by_pair[pair] for pair in pairs if pair in self._by_pair]
        if not found:
            return []
        shared = np.bincount(np.concatenate(found), minlength=len(self.known))
        likeness = 2 * shared / (self._sizes + len(pairs))
        few = np.argsort(-likeness, kind="stable")[:_RANKED]
        folded = {self.known[number].casefold(): self.known[number] for number in reversed(few.tolist())}
        close = difflib.get_close_matches(mistake.casefold(), folded, n=PROPOSED, cutoff=ALIKE)
        return [folded[name] for name in close]


def _pairs(name: str) -> set[str]:
    """The pairs of neighbouring letters of a name, its two ends marked."""
    folded = f"^{name.casefold()}$"
    return {folded[n : n + 2] for n in range(len(folded) - 1)}
