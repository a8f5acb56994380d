"""The hashes of an inventory's files, in the form that `sha256sum -c` reads: one changed byte anywhere is found.

`SHA256SUMS` names every file of a folder but itself, hidden ones and the mark of an unfinished run, sorted by path. It holds no secret: who changes a file can write it anew, so an
auditor keeps its own hash apart (`leafmark inventory verify` says it).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

SUMS_FILE: Final = "SHA256SUMS"
_PASSING: Final = ("unfinished",)
"""Marks that are taken away once the folder is done."""
_LINE: Final = re.compile(r"([0-9a-f]{64})  (\S.*)")


def sha256(path: Path) -> str:
    """A file's hash, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_of(folder: Path) -> Iterator[Path]:
    """Every file below a folder, sorted by its path; not the seal itself, nor half-written files."""
    for path in sorted(folder.rglob("*"), key=lambda each: each.relative_to(folder).as_posix()):
        name = path.relative_to(folder).as_posix()
        passing = name in (SUMS_FILE, *_PASSING) or path.name.startswith(".") or path.suffix in (".tmp", ".part")
        if path.is_file() and not passing:
            yield path


def text_of(sums: Mapping[str, str]) -> str:
    """Hashes by path as the file's text."""
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))


def seal(folder: Path) -> Path:
    """Write the hashes of a folder's files. Costs one reading of all of them."""
    sums = {path.relative_to(folder).as_posix(): sha256(path) for path in files_of(folder)}
    half = folder / f"{SUMS_FILE}.tmp"
    half.write_text(text_of(sums), encoding="utf-8")
    return half.replace(folder / SUMS_FILE)


def parsed(text: str) -> dict[str, str]:
    """Hash by path.

    Raises
    ------
    ValueError : a line is not `HASH  PATH`, a path occurs twice, or the text is not as `seal` writes it.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match is None or match[2] in found:
            raise ValueError(
                f"line {number}: expected a sha256, two blanks and a path of its own, found {line[:100]!r}"
            )
        found[match[2]] = match[1]
    if text_of(found) != text:
        raise ValueError("not sorted by path, or not ended by one line break")
    return found
