"""The scheme that new labels are graded by: as it was activated, with the table and the evidence that it was activated with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from leafmark.products.benchmarks import BenchmarkTable, read_table, write_table
from leafmark.products.schemes import Evidence, Scheme, get_scheme
from leafmark.web.operate.models import SchemeDecision
from leafmark.web.operate.schemes.known import schemes
from leafmark.web.shelf.labels import SCHEME, evidence_of

FOLDER: Final = "active-benchmarks"


class SchemeGoneError(Exception):
    """What was activated is no longer what it was; the message says what, and what to do."""


@dataclass(frozen=True)
class ActiveScheme:
    """A scheme with its frozen table and its evidence."""

    scheme: Scheme
    table: BenchmarkTable | None = None
    evidence: tuple[Evidence, ...] = ()


def decision() -> SchemeDecision | None:
    """The decision that counts: none where labels declare."""
    last = SchemeDecision.objects.select_related("by").first()
    return last if last is not None and last.kind == SchemeDecision.ACTIVATED else None


def active_scheme() -> ActiveScheme:
    """What new publications are graded by: the declared scheme, unless another one was activated.

    Raises
    ------
    SchemeGoneError : the scheme or the copy of its table is gone or was changed.
    """
    last = decision()
    if last is None:
        return ActiveScheme(get_scheme(SCHEME))
    scheme = schemes().get(f"{last.scheme_id}@{last.scheme_version}")
    if scheme is None:
        raise SchemeGoneError(
            f"scheme {last.scheme_id} {last.scheme_version} is not there any more; activate another one"
        )
    return ActiveScheme(scheme, _kept(last.table_sha256) if last.table_sha256 else None, pieces(last.evidence))


def pieces(evidence: list[dict[str, Any]]) -> tuple[Evidence, ...]:
    """Evidence of plain values."""
    return tuple(evidence_of(each) for each in evidence)


def keep(table: BenchmarkTable) -> None:
    """Keep a copy of a table by its hash."""
    path = _path(table.sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        write_table(table, path)


def _path(sha256: str) -> Path:
    return Path(settings.WORKSPACE.folder) / FOLDER / f"{sha256}.json"


def _kept(sha256: str) -> BenchmarkTable:
    try:
        table = read_table(_path(sha256))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SchemeGoneError(
            f"{FOLDER}/{sha256}.json: the table of the active scheme is gone or was changed; activate it again"
        ) from error
    if table.sha256 != sha256:
        raise SchemeGoneError(f"{FOLDER}/{sha256}.json holds another table; activate the scheme again")
    return table
