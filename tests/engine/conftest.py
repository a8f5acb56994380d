"""What tests of the engine share: runs that take a while to make, made once; and every plan that they run, held to the portable subset."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from verify_runs import KINDS

from leafmark.engine.backends import DuckDB
from leafmark.engine.portable import translate

PLANS = {"temp": 1, "view": 1, "fetch": 0, "stream": 0, "copy": 0}
"""DuckDB's verbs that take a plan, and where it stands among their arguments."""


@pytest.fixture(scope="module", autouse=True)
def _plans_are_portable() -> Iterator[None]:
    """DuckDB gets plans as they are written; here each must also mean the same elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        for verb, place in PLANS.items():
            patch.setattr(DuckDB, verb, _holding(getattr(DuckDB, verb), place))
        yield


def _holding(plain: Any, place: int) -> Any:
    def held(self: DuckDB, *arguments: Any) -> Any:
        translate(arguments[place], "duckdb")
        return plain(self, *arguments)

    return held


@pytest.fixture(scope="session")
def sound_runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A sound run of each kind, in `run` of its folder; nobody changes them."""
    folders = {kind: tmp_path_factory.mktemp("kind") for kind in KINDS}
    for kind, folder in folders.items():
        KINDS[kind](folder)
    return folders
