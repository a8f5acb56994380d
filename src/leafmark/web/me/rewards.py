"""The catalogue of rewards: data of the package, or of the workspace where that has its own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from django.conf import settings

from leafmark.engine.sentences import LANGS
from leafmark.ledger.catalogue import is_name

FILE = "rewards.toml"
PRICE_MAX = 10**9


class RewardsError(ValueError):
    """The catalogue cannot be read: which file, reward and field, what was found and what was expected."""


@dataclass(frozen=True)
class Reward:
    """What points can be spent on. `id` is what the ledger keeps."""

    id: str
    points: int
    name: Mapping[str, str]
    what: Mapping[str, str]


def rewards() -> dict[str, Reward]:
    """The rewards of this site by id, the cheapest first.

    Raises
    ------
    RewardsError : the workspace's own file is wrong.
    """
    own = settings.WORKSPACE.folder / FILE
    try:
        changed = own.stat().st_mtime_ns
    except FileNotFoundError:
        return _shipped()
    return _of_workspace(own, changed)


@lru_cache(maxsize=4)
def _of_workspace(path: Path, _changed_ns: int) -> dict[str, Reward]:
    return read(path.read_bytes().decode("utf-8", errors="replace"), str(path))


@lru_cache(maxsize=1)
def _shipped() -> dict[str, Reward]:
    return read((resources.files("leafmark.web.me") / FILE).read_text(encoding="utf-8"), FILE)


def read(text: str, file: str) -> dict[str, Reward]:
    """Rewards out of a TOML text.

    Raises
    ------
    RewardsError : naming file, reward and field.
    """
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RewardsError(f"{file}: no TOML ({error}); write it as the shipped {FILE}") from error
    found = [_reward(file, name, fields) for name, fields in said.items()]
    return {each.id: each for each in sorted(found, key=lambda each: (each.points, each.id))}


def _reward(file: str, name: str, fields: Any) -> Reward:
    where = f"{file}: [{name}]"
    if not isinstance(fields, dict) or not is_name(name):
        raise RewardsError(f"{where}: expected a table with points, name and what")
    points = fields.get("points")
    if type(points) is not int or not 1 <= points <= PRICE_MAX:
        raise RewardsError(f"{where}: points: found {points!r}, expected a whole number from 1 to {PRICE_MAX:,}")
    for field in ("name", "what"):
        words = fields.get(field)
        if not isinstance(words, dict) or any(not isinstance(words.get(lang), str) for lang in LANGS):
            raise RewardsError(f"{where}: {field}: found {words!r}, expected a text for each of {', '.join(LANGS)}")
    return Reward(name, points, fields["name"], fields["what"])
