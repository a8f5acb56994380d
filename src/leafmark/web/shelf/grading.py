"""What labels are graded by: a scheme with its frozen table and its evidence, kept under its hash with the labels that it graded.

operator's decision -> let_count() -> current() for every new publication;  regrade() for those that are on the shelf
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from leafmark.products.benchmarks import BenchmarkTable, table_from
from leafmark.products.schemes import Evidence, Scheme, get_scheme, parse_scheme
from leafmark.web.shelf import models
from leafmark.web.shelf.state import grading_now, say_changed

DECLARED: Final = "leafmark.declared"
"""What labels say where nothing else counts: the number and no letter (DESIGN, "The law")."""


@dataclass(frozen=True)
class Grader:
    """A scheme, the table that it compares with, and the evidence that a letter needs."""

    scheme: Scheme
    table: BenchmarkTable | None = None
    evidence: tuple[Evidence, ...] = ()
    sha256: str | None = None


def keep(scheme: str, table: Mapping[str, Any] | None, evidence: Iterable[Mapping[str, Any]]) -> models.Grading:
    """Keep what labels may be graded by.

    Parameters
    ----------
    scheme : its TOML. table : a frozen table as `products.benchmarks` writes it. evidence : pieces as plain values.

    Raises
    ------
    ValueError : the scheme or the table contradicts itself.
    """
    parse_scheme(scheme)
    pieces = [dict(each) for each in evidence]
    held = None
    if table is not None:
        found = table_from(dict(table), "benchmark")
        held, _ = models.FrozenTable.objects.get_or_create(sha256=found.sha256, defaults={"body": dict(table)})
    whole = json.dumps([scheme, held and held.sha256, pieces], sort_keys=True, ensure_ascii=False)
    kept, _ = models.Grading.objects.get_or_create(
        sha256=hashlib.sha256(whole.encode()).hexdigest(),
        defaults={"scheme": scheme, "table": held, "evidence": pieces},
    )
    return kept


def let_count(grading: models.Grading | None) -> None:
    """Let new publications be graded so; None: they declare."""
    say_changed(grading=None if grading is None else grading.sha256)


def current() -> Grader:
    """What new publications are graded by."""
    return grader(grading_now())


@lru_cache(maxsize=64)
def grader(sha256: str | None) -> Grader:
    """What is kept under a hash, read once in each process; nothing kept declares."""
    if sha256 is None:
        return Grader(get_scheme(DECLARED))
    kept = models.Grading.objects.get(sha256=sha256)
    table = None if kept.table_id is None else frozen_table(kept.table_id)
    return Grader(parse_scheme(kept.scheme), table, tuple(map(evidence_of, kept.evidence)), sha256)


@lru_cache(maxsize=64)
def frozen_table(sha256: str) -> BenchmarkTable:
    """A frozen table by its hash, read and checked once in each process."""
    return table_from(models.FrozenTable.objects.get(sha256=sha256).body, f"benchmark {sha256}")


def evidence_of(values: Mapping[str, Any]) -> Evidence:
    """A piece of evidence of its plain values."""
    return Evidence(**{**values, "expires_on": dt.date.fromisoformat(values["expires_on"]),
                       "independent_of": frozenset(values.get("independent_of", ()))})  # fmt: skip
