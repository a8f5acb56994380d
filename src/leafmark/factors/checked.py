"""Packs that were checked before: the same bytes need no second check.

`Pack.load` of 20,000 factors spends seconds on checks whose answer cannot change. After a clean check the typed
table and the hash are kept under `$LEAFMARK_HOME/packs/`, named by the sha256 of the folder's three files and of the
checking code itself; any change of either is checked anew. A cache that cannot be written or read is no error.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.feather as feather

if TYPE_CHECKING:
    from leafmark.factors.model import Pack

_FILES = ("pack.toml", "factors.csv", "sources.csv")


@cache
def _code() -> bytes:
    """sha256 of this room's code and tables: another check is another cache."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.iterdir()):
        if file.suffix in (".py", ".csv"):
            digest.update(file.read_bytes())
    return digest.digest()


def fingerprint(folder: Path) -> bytes:
    """sha256 of a pack folder's bytes; a missing file stands for itself."""
    digest = hashlib.sha256()
    for name in _FILES:
        try:
            digest.update(hashlib.sha256((folder / name).read_bytes()).digest())
        except OSError:
            digest.update(b"missing")
    return digest.digest()


def copy(origin: tuple[Path, bytes] | None, folder: Path) -> bool:
    """Copy a pack's own files; False if there are none or they are no longer the bytes that were loaded."""
    if origin is None:
        return False
    path, bytes_loaded = origin
    try:
        for name in _FILES:
            shutil.copyfile(path / name, folder / name)
        return fingerprint(folder) == bytes_loaded
    except FileNotFoundError:  # the folder it came from is gone
        return False


def _place(folder: Path) -> Path:
    digest = hashlib.sha256(_code() + fingerprint(folder))
    home = Path(os.environ.get("LEAFMARK_HOME", Path.home() / ".leafmark"))
    return home / "packs" / digest.hexdigest()[:32]


def recall(folder: Path) -> Pack | None:
    """The pack of that folder, if these very bytes were checked before."""
    from leafmark.factors.columns import PACK_FIELDS
    from leafmark.factors.model import Pack, Source

    try:
        place = _place(folder)
        fields = json.loads(place.with_suffix(".json").read_text(encoding="utf-8"))
        factors = feather.read_table(place.with_suffix(".arrow"), memory_map=False)
    except (OSError, ValueError, pa.ArrowException):
        return None
    sources = [Source(**source) for source in fields["sources"]]
    pack = Pack(
        **{name: fields[name] for name in PACK_FIELDS},
        factors=factors,
        sources={source.source_id: source for source in sources},
    )
    pack.__dict__["hash"] = fields["hash"]
    return pack


def remember(folder: Path, pack: Pack) -> None:
    """Keep a pack that passed its checks; each file is renamed into place whole, the JSON last."""
    from dataclasses import asdict

    from leafmark.factors.columns import PACK_FIELDS

    fields = {name: getattr(pack, name) for name in PACK_FIELDS}
    content = {**fields, "hash": pack.hash, "sources": [asdict(source) for source in pack.sources.values()]}
    try:
        place = _place(folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
            feather.write_feather(pack.factors, Path(scratch) / "a", compression="zstd")
            (Path(scratch) / "j").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
            (Path(scratch) / "a").replace(place.with_suffix(".arrow"))
            (Path(scratch) / "j").replace(place.with_suffix(".json"))
    except OSError:
        return
