"""A shipped method never changes: `frozen.json` holds the hash of every one of them."""

from __future__ import annotations

import json
from pathlib import Path

from leafmark.methods import LIBRARY

FROZEN: dict[str, str] = json.loads(Path(__file__).with_name("frozen.json").read_text(encoding="utf-8"))

HOW = """\
To change a method: keep the old object in its file as it is, add a new one beside it with `version` one higher
(`dataclasses.replace(OLD, version=2, ...)`), add it to LIBRARY in leafmark/methods/__init__.py, and add its name and
hash to tests/methods/frozen.json. Titles, docs and the meanings of columns may change without that."""


def test_no_shipped_method_changed_or_left() -> None:
    now = {method.name: method.hash for method in LIBRARY}
    gone = sorted(set(FROZEN) - set(now))
    changed = sorted(name for name in FROZEN if name in now and now[name] != FROZEN[name])
    assert not gone, f"{', '.join(gone)} left the library; runs that pinned it could not be replayed.\n{HOW}"
    assert not changed, f"{', '.join(changed)} changed without a new version.\n{HOW}"


def test_every_method_is_frozen() -> None:
    new = {method.name: method.hash for method in LIBRARY if method.name not in FROZEN}
    assert not new, f"add to tests/methods/frozen.json: {json.dumps(new, indent=2)}"


def test_names_are_unique() -> None:
    assert len({method.name for method in LIBRARY}) == len(LIBRARY)
