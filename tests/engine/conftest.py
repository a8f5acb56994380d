"""What tests of the engine share: runs that take a while to make, made once."""

from __future__ import annotations

from pathlib import Path

import pytest
from verify_runs import KINDS


@pytest.fixture(scope="session")
def sound_runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A sound run of each kind, in `run` of its folder; nobody changes them."""
    folders = {kind: tmp_path_factory.mktemp("kind") for kind in KINDS}
    for kind, folder in folders.items():
        KINDS[kind](folder)
    return folders
