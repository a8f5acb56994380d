"""What determines a run's figures beside its inputs, packs and method."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Knowledge date, GWP set and the date of lines without one.

    `known_on`: only factors published by then count. `gwp`: SAR, AR4, AR5 or AR6. `gwp_strict`: a factor that cannot
    be restated is refused instead of used as published. `lines`: entries per line instead of per subject and stage.
    `no_entries`: no entries at all, where only products, or orders and totals, are wanted: a third less work; no
    statement then. `by_factor`: a table besides, of each subject's grams and amounts by factor, with which totals over
    several runs keep their ranges right.
    """

    known_on: dt.date
    gwp: str = "AR6"
    gwp_strict: bool = False
    run_date: dt.date | None = None
    lines: bool = False
    no_entries: bool = False
    by_factor: bool = False

    @property
    def default_date(self) -> dt.date:
        """The date of a line without one."""
        return self.run_date or self.known_on
