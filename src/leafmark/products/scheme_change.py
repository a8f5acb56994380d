"""What another scheme would say on labels that are there: how many would change, from what to what, in which category, and why.

Every label is asked of the one grading function; nothing is stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from .benchmarks import BenchmarkTable
from .footprint import footprint_from
from .grading import grade
from .schemes import Evidence, Scheme

EXAMPLES_MAX: Final = 5
"""Of each change in each category."""

Says = tuple[str, str | None]
"""A label's state and letter."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label as it is: what it was made of, and what it says."""

    name: Any
    row: Mapping[str, Any]
    catalogue: Mapping[str, Any]
    method_version: str
    gwp_set: str
    says: Says


def _without_letter(says: Says) -> Says:
    """What a label says that a scheme gives no letter: it declares, or goes on without a figure of its own."""
    return ("declared" if says[0] == "graded" else says[0], None)


@dataclass
class SchemeChange:
    """`counts`: labels by (category, what they say, what they would say). `reasons`: why those without a letter have none."""

    labels: int = 0
    counts: Counter[tuple[str, Says, Says]] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, Says, Says], list[Any]] = field(default_factory=dict)

    @property
    def changed(self) -> int:
        """Labels that would say something else."""
        return sum(count for (_, before, after), count in self.counts.items() if before != after)

    def add(
        self,
        labels: Iterable[Label],
        scheme: Scheme,
        table: BenchmarkTable | None,
        evidence: tuple[Evidence, ...],
        on_date: date,
    ) -> None:
        """Ask the scheme about some labels.

        Raises
        ------
        ValueError : a label's rows contradict themselves.
        """
        for each in labels:
            like = footprint_from(each.row, each.catalogue, method_version=each.method_version, gwp_set=each.gwp_set)
            found = grade(like, scheme, None if table is None else table.for_basis(like.basis), evidence, on_date)
            after = ("graded", found.letter) if found.letter else _without_letter(each.says)
            key = (like.basis.category or "", each.says, after)
            self.labels += 1
            self.counts[key] += 1
            if found.letter is None:
                self.reasons[found.reason, found.detail if found.reason.startswith("evidence") else ""] += 1
            if each.says != after:
                shown = self.examples.setdefault(key, [])
                if len(shown) < EXAMPLES_MAX:
                    shown.append(each.name)
