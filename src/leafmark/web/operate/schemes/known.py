"""The schemes and the frozen benchmark tables that are there to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from leafmark.products.benchmarks import BenchmarkTable, read_table
from leafmark.products.schemes import CERTIFICATION, LETTER_KINDS, Scheme, parse_scheme, shipped_texts
from leafmark.web.operate.rules.known import frozen_schemes

FOLDER: Final = "benchmarks"
TABLES_MAX: Final = 200
DECLARED: Final = "declared"


@dataclass(frozen=True, slots=True)
class Table:
    """A file below `benchmarks`. One that is no frozen table, or was changed after it was frozen, has none."""

    name: str
    table: BenchmarkTable | None


def name_of(scheme: Scheme) -> str:
    """A scheme by id and version."""
    return f"{scheme.id}@{scheme.version}"


def texts() -> dict[str, str]:
    """The TOML of the schemes that may grade labels, by `id@version`: those inside Leafmark, and those frozen here.

    Official classes stand beside a label's figure and are not chosen.
    """
    found = [(parse_scheme(text), text) for text in shipped_texts()] + frozen_schemes()
    return {name_of(each): text for each, text in found if each.kind in (DECLARED, *LETTER_KINDS)}


def schemes() -> dict[str, Scheme]:
    """Those schemes, by `id@version`."""
    return {name: parse_scheme(text) for name, text in texts().items()}


def has_letters(scheme: Scheme) -> bool:
    """Whether it says letters, which the law ties to evidence."""
    return scheme.kind in LETTER_KINDS


def requirements() -> tuple[str, ...]:
    """What any of the schemes with letters requires evidence of: what the law asks of all first, then what single schemes add."""
    return tuple(
        dict.fromkeys(
            [
                *CERTIFICATION,
                *(name for each in schemes().values() if has_letters(each) for name in each.evidence_required),
            ]
        )
    )


def tables() -> list[Table]:
    """Frozen tables by file name."""
    folder = Path(settings.WORKSPACE.folder) / FOLDER
    paths = sorted(folder.glob("*.json"))[:TABLES_MAX] if folder.is_dir() else []
    return [Table(path.name, _read(path)) for path in paths]


def table_named(name: str) -> BenchmarkTable | None:
    """The frozen table of a file; None where there is none, or it was changed."""
    return next((each.table for each in tables() if each.name == name), None)


def fits(scheme: Scheme, table: BenchmarkTable | None) -> bool:
    """Whether a table is the one that a scheme names. A scheme without letters names none."""
    if not has_letters(scheme):
        return True
    return table is not None and (table.id, table.version) == (scheme.benchmark_id, scheme.benchmark_version)


def _read(path: Path) -> BenchmarkTable | None:
    try:
        return read_table(path)
    except (OSError, ValueError, KeyError, TypeError):
        return None
