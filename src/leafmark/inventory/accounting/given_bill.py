"""What a bill of the cloud says of its usage that has no grams: an inventory that takes its entries says so too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from leafmark.inventory.company.flags import flag

SUMMARY: Final = "cloud.json"
"""Beside the folders of a bill's runs."""


def unmapped(path: Path, template: str) -> Iterator[tuple[dict[str, Any], str, int]]:
    """Usage without grams of the bill whose run's folder (or entries.parquet) is given: a flag, its reason and its rows; by reason and service."""
    run = path.parent if path.name == "entries.parquet" else path
    file = run.parent / SUMMARY
    if not file.is_file():
        return
    for each in json.loads(file.read_text(encoding="utf-8")).get("unmapped", ()):
        rows = int(each["rows"])
        what = " ".join(filter(None, (each["provider"], each["service"])))
        found = f"{what}: {rows:,} ×, {each['cost']} {each['currency']}"  # no word that a language would change
        yield flag(each["reason"], str(file), None, None, found, template=template), each["reason"], rows
