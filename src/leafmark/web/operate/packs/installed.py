"""The packs that are there to choose from: the one inside Leafmark, and folders below `packs` of the workspace."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import Http404

from leafmark.factors.checked import fingerprint
from leafmark.factors.model import Pack, PackError, builtin

BUILTIN: Final = "builtin"
FOLDER: Final = "packs"
FOLDERS_MAX: Final = 100
FAULTS_SHOWN: Final = 20
KEPT: Final = 8


@dataclass(frozen=True, slots=True)
class Installed:
    """A pack by the name of its folder. One with faults has no pack."""

    name: str
    pack: Pack | None
    faults: tuple[str, ...] = ()
    more_faults: int = 0


def installed() -> list[Installed]:
    """The built-in pack first, then the workspace's by name."""
    return [Installed(BUILTIN, builtin_pack()), *(_read(each) for each in _folders())]


def installed_as(name: str) -> Installed:
    """The pack of a folder.

    Raises
    ------
    Http404 : there is none of that name.
    """
    if name == BUILTIN:
        return Installed(BUILTIN, builtin_pack())
    folder = next((each for each in _folders() if each.name == name), None)
    if folder is None:
        raise Http404(f"no pack {name}")
    return _read(folder)


@lru_cache(maxsize=1)
def builtin_pack() -> Pack:
    """The pack inside Leafmark, loaded once in each process."""
    return builtin()


def _folders() -> list[Path]:
    folder = Path(settings.WORKSPACE.folder) / FOLDER
    if not folder.is_dir():
        return []
    return sorted(each for each in folder.iterdir() if each.is_dir() and each.name != BUILTIN and each.name[0] != ".")[
        :FOLDERS_MAX
    ]


def _read(folder: Path) -> Installed:
    return _loaded(folder, fingerprint(folder))


@lru_cache(maxsize=KEPT)
def _loaded(folder: Path, _: bytes) -> Installed:
    """A folder as it is now: its bytes are part of the question."""
    try:
        return Installed(folder.name, Pack.load(folder))
    except PackError as error:
        named = tuple(str(each) for each in error.faults[:FAULTS_SHOWN])
        return Installed(folder.name, None, named, len(error.faults) - len(named))
