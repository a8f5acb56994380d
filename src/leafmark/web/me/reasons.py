"""What an act's figure rests on: its range and the engine's explanation, where a folder of acts in the workspace made it.

Folders of acts are those below the workspace whose name begins with `acts` (`leafmark.actions.credit`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from leafmark.actions import Index, Origin, explain_act, open_credited, origins, widest
from leafmark.engine.backends import RunError
from leafmark.ledger.ledger import Ledger
from leafmark.ledger.person import Grams, Standing, grams

FOLDERS = "acts*"
FOLDERS_MAX, TREES_MAX = 32, 256
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shown:
    """An act with where its figure came from. Without an origin its range is not known here."""

    act: Standing
    origin: Origin | None

    @property
    def holds_zero(self) -> bool:
        """Whether the act may as well have changed nothing."""
        return self.origin is not None and self.origin.holds_zero


@dataclass(frozen=True)
class Total:
    """A sum of acts of one statement and kind of evidence. `low_ug` and `high_ug` are None where an act's range is not known."""

    grams: Grams
    low_ug: int | None
    high_ug: int | None

    @property
    def holds_zero(self) -> bool:
        """Whether all of it together may be nothing."""
        return self.low_ug is not None and self.high_ug is not None and self.low_ug <= 0 <= self.high_ug


def shown(acts: Iterable[Standing]) -> list[Shown]:
    """Acts with their origins. What was corrected later is no longer what its run made: it has none."""
    listed = list(acts)
    found = origins(_indexes(), [each.row.act for each in listed if not each.amendments])
    return [Shown(each, found.get(each.row.act.event_id)) for each in listed]


def totals(ledger: Ledger, account_id: int) -> list[Total]:
    """The sums of an account with their ranges; grams of one statement and evidence are never added to another's."""
    return [_total(each) for each in grams(ledger, account_id)]


def _total(sum_of: Grams) -> Total:
    known = [each.origin for each in shown(sum_of.acts)]
    if any(each is None for each in known):
        return Total(sum_of, None, None)
    return Total(sum_of, *widest(each for each in known if each is not None))


def explanation(origin: Origin) -> dict[str, Any] | None:
    """The engine's tree of an act (`explain_act`); None where its run was changed or moved, and does not explain it any more."""
    try:
        return _tree(origin.folder, (origin.folder / "run.json").stat().st_mtime_ns, origin.activity_id)
    except (OSError, ValueError, RunError, AssertionError) as error:
        log.warning("%s: act %s cannot be explained: %s", origin.folder, origin.activity_id, error)
        return None


@lru_cache(maxsize=TREES_MAX)
def _tree(folder: Path, _changed_ns: int, activity_id: str) -> dict[str, Any]:
    return explain_act(folder, activity_id)


def _indexes() -> list[Index]:
    records = sorted(settings.WORKSPACE.folder.glob(f"{FOLDERS}/run.json"))[:FOLDERS_MAX]
    found = (_index(record.parent, record.stat().st_mtime_ns) for record in records)
    return [each for each in found if each is not None]


@lru_cache(maxsize=FOLDERS_MAX)
def _index(folder: Path, _changed_ns: int) -> Index | None:
    try:
        return Index(open_credited(folder))
    except (OSError, json.JSONDecodeError, RunError) as error:
        log.warning("%s: no finished folder of acts: %s", folder, error)
        return None
