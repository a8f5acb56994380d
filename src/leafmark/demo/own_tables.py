"""The tables that ship with the demo: CSV below lines of comment."""

from __future__ import annotations

import csv
from importlib.resources import files


def own_table(name: str) -> list[dict[str, str]]:
    """The rows of one of them, one dict each."""
    text = files("leafmark.demo").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
