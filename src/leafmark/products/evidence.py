"""Evidence from a file: what a scheme asks for before it may say a letter, a piece per row of a CSV.

Columns: `requirement`, `scheme_id`, `scheme_version`, `expires_on` (the last valid day, YYYY-MM-DD), `url` or `document`,
`issued_by`, `independent_of` (`owner;trader` where the issuer says it depends on neither). docs/labels.md says what
each requirement shows.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from .schemes import REQUIREMENTS, Evidence

COLUMNS = ("requirement", "scheme_id", "scheme_version", "expires_on", "url", "document", "issued_by", "independent_of")
_NEEDED = COLUMNS[:4]
_PARTIES = ("owner", "trader")


def read_evidence(path: Path) -> tuple[Evidence, ...]:
    """Read all pieces.

    Raises
    ------
    ValueError
        With every fault of the file at once: file, row, field, what was found, what was expected.
    """
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines(), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path}: not a CSV in UTF-8: {error}") from error
    header = [name.strip() for name in rows[0]] if rows else []
    missing = [name for name in _NEEDED if name not in header]
    unknown = [name for name in header if name not in COLUMNS]
    if missing or unknown:
        said = [f"column {name} is missing" for name in missing] + [f"column {name!r} is not known" for name in unknown]
        raise ValueError(f"{path}, row 1: {'; '.join(said)}; expected {', '.join(COLUMNS)}")
    pieces, faults = [], []
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        row = dict.fromkeys(COLUMNS, "") | {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
        found = list(_faults(row)) if len(cells) == len(header) else [f"{len(cells)} cells; expected {len(header)}"]
        faults += [f"{path}, row {number}: {fault}" for fault in found]
        if not found:
            pieces.append(_piece(row))
    if faults:
        raise ValueError("\n".join(faults))
    return tuple(pieces)


def _faults(row: dict[str, str]) -> list[str]:
    found = []
    if row["requirement"] not in REQUIREMENTS:
        found.append(f"requirement {row['requirement']!r}; expected one of {', '.join(REQUIREMENTS)}")
    found += [
        f"{name} is empty; expected the scheme's own" for name in ("scheme_id", "scheme_version") if not row[name]
    ]
    try:
        date.fromisoformat(row["expires_on"])
    except ValueError:
        found.append(f"expires_on {row['expires_on']!r}; expected the last valid day as YYYY-MM-DD")
    if not (row["url"] or row["document"]):
        found.append("url and document are empty; expected one of them: evidence nobody can look up is none")
    odd = set(_parties(row)) - set(_PARTIES)
    if odd:
        found.append(f"independent_of {row['independent_of']!r}; expected owner, trader or owner;trader")
    return found


def _parties(row: dict[str, str]) -> list[str]:
    return [name.strip() for name in row["independent_of"].split(";") if name.strip()]


def _piece(row: dict[str, str]) -> Evidence:
    return Evidence(
        requirement=row["requirement"],
        scheme_id=row["scheme_id"],
        scheme_version=row["scheme_version"],
        expires_on=date.fromisoformat(row["expires_on"]),
        url=row["url"] or None,
        document=row["document"] or None,
        issued_by=row["issued_by"],
        independent_of=frozenset(_parties(row)),
    )
