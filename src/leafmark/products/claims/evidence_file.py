"""Evidence from a TOML file, a `[[evidence]]` per piece: what a trader holds for the claims of a text.

Fields are those of `ClaimEvidence`; `kind` is needed, and one of `url`, `document` and `text`. docs/claims.md lists the
kinds.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from .model import ClaimEvidence
from .rulebook import evidence_kinds

_TEXTS: Final = ("kind", "url", "document", "text", "issued_by")
_DAYS: Final = ("expires_on", "factors_superseded_on")
_LISTS: Final = ("independent_of", "about")
_PARTIES: Final = ("owner", "trader")
_FIELDS: Final = (*_TEXTS, *_DAYS, *_LISTS, "value")


def read_claim_evidence(path: Path) -> tuple[ClaimEvidence, ...]:
    """Read all pieces.

    Raises
    ------
    ValueError
        With every fault of the file at once: file, piece, field, what was found, what was expected.
    OSError
        If the file cannot be read.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path}: not TOML in UTF-8: {error}") from error
    return evidence_from(data, str(path))


def evidence_from(data: Mapping[str, Any], file: str) -> tuple[ClaimEvidence, ...]:
    """Take the pieces of a document that is read already; errors as in `read_claim_evidence`, under the name `file`."""
    rows = data.get("evidence", [])
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise ValueError(f"{file}, evidence: expected [[evidence]] tables, found {rows!r}")
    faults = [f"{file}, {name}: expected [[evidence]] only" for name in data if name != "evidence"]
    for place, row in enumerate(rows, start=1):
        faults += [f"{file}, evidence {place}, {fault}" for fault in _faults(row)]
    if faults:
        raise ValueError("\n".join(faults))
    return tuple(_piece(row) for row in rows)


def _faults(row: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{name}: expected one of {', '.join(_FIELDS)}" for name in row if name not in _FIELDS)
    yield from (
        f"{name}: expected a text, found {row[name]!r}" for name in _TEXTS if not isinstance(row.get(name, ""), str)
    )
    if row.get("kind") not in evidence_kinds():
        yield f"kind: expected one of {', '.join(evidence_kinds())}, found {row.get('kind')!r}"
    if not any(row.get(name) for name in ("url", "document", "text")):
        yield "url, document, text: expected one of them: evidence nobody can look up is none"
    for name in _DAYS:
        if not isinstance(row.get(name, date.min), date) or isinstance(row.get(name), datetime):
            yield f"{name}: expected a day as 2027-12-31, without quotation marks, found {row[name]!r}"
    for name in _LISTS:
        value = row.get(name, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            yield f"{name}: expected a list of texts, found {value!r}"
        elif name == "independent_of" and set(value) - set(_PARTIES):
            yield f"{name}: expected {' or '.join(_PARTIES)}, found {value!r}"
    value = row.get("value", 0)
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield f"value: expected a number, found {value!r}"


def _piece(row: Mapping[str, Any]) -> ClaimEvidence:
    return ClaimEvidence(
        kind=row["kind"],
        url=row.get("url") or None,
        document=row.get("document") or None,
        text=row.get("text", ""),
        issued_by=row.get("issued_by", ""),
        independent_of=frozenset(row.get("independent_of", ())),
        expires_on=row.get("expires_on"),
        factors_superseded_on=row.get("factors_superseded_on"),
        value=row.get("value"),
        about=tuple(row.get("about", ())),
    )
