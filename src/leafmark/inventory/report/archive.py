"""A zip whose bytes depend on nothing but its contents: sorted names, one date, nothing compressed.

Stored, not deflated: two machines' zlib may pack the same bytes differently, and most of what goes in is compressed already (Parquet, XLSX).
So a zip can be made again from its own contents and held against itself, byte by byte.
"""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path, PurePosixPath
from typing import Final

_DATE: Final = (1980, 1, 1, 0, 0, 0)
_MODE: Final = 0o100644 << 16
BYTES_MAX: Final = 4 << 30
"""What an archive may hold when it is unpacked."""


def pack(folder: Path, target: Path) -> None:
    """Write every file of a folder into a zip."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in names:
            about = zipfile.ZipInfo(name, _DATE)
            about.external_attr, about.create_system = _MODE, 3
            about.file_size = (folder / name).stat().st_size
            with (folder / name).open("rb") as source, archive.open(about, "w") as out:
                shutil.copyfileobj(source, out, 1 << 20)


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a zip that `pack` wrote into an empty folder.

    Raises
    ------
    ValueError : it is none, is damaged, is larger than `BYTES_MAX`, or has a name that leads elsewhere.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            if sum(each.file_size for each in opened.infolist()) > BYTES_MAX:
                raise ValueError(f"more than {BYTES_MAX >> 30} GiB")
            for each in opened.infolist():
                _unpack_one(opened, each, folder)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, UnicodeError) as error:
        raise ValueError(f"not a whole zip: {error}") from error


def _unpack_one(opened: zipfile.ZipFile, each: zipfile.ZipInfo, folder: Path) -> None:
    parts = PurePosixPath(each.filename).parts
    if not parts or each.filename.startswith("/") or ".." in parts or "\\" in each.filename or each.is_dir():
        raise ValueError(f"{each.filename!r} is no name of a file inside it")
    if each.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{each.filename}: expected a stored file, found method {each.compress_type}")
    target = folder.joinpath(*parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    with opened.open(each) as source, target.open("xb") as out:
        shutil.copyfileobj(source, out, 1 << 20)


def same_bytes(one: Path, other: Path) -> int | None:
    """The first byte in which two files differ, counted from 0; None where they are equal."""
    place = 0
    with one.open("rb") as left, other.open("rb") as right:
        while True:
            a, b = left.read(1 << 20), right.read(1 << 20)
            if a != b:
                return place + next(
                    (n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
                )
            if not a:
                return None
            place += len(a)
