"""Credits acts, each time into a folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from act_rows import EVERY, KNOWN, Outcome, Ran, table

from leafmark.actions import catalogue, credit


@pytest.fixture
def run(tmp_path: Path) -> Ran:
    """Credits acts (rows, or anything readable) in a folder of its own."""
    count = 0

    def ran(acts: Any, **settings: Any) -> Outcome:
        nonlocal count
        count += 1
        given = table(acts) if isinstance(acts, list) else acts
        terms = settings.pop("terms", None) or catalogue("city", minting=settings.pop("minting", "in_use"))
        options = {"known_on": KNOWN, "gwp": "AR5", "threads": 1} | settings
        return Outcome(credit(given, tmp_path / f"out{count}", terms, **options))

    return ran


@pytest.fixture(scope="session")
def every(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """One sound act of every kind but the one at sale, credited once for all tests that only look."""
    out = tmp_path_factory.mktemp("acts") / "out"
    return Outcome(credit(table(EVERY), out, catalogue("city"), known_on=KNOWN, gwp="AR5", threads=1))
