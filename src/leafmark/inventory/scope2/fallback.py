"""What serves the consumption that no contract serves: the market's residual mix, else the grid's average, said as such.

Scope 2 Guidance (2015), table 6.3: last in the hierarchy come residual mixes and, where there is none, the factors by location. For
China the residual is the factor of the Ministry of Ecology and Environment without market-traded non-fossil power (0.5942 for 2021,
0.5856 for 2022, 0.6096 for 2023, kg CO2/kWh).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import pyarrow.compute as pc

from leafmark.engine.vintage import DAY_MAX, effective_spans
from leafmark.factors import regions
from leafmark.factors.model import Pack
from leafmark.methods.model import Vintage

RESIDUAL_KEYS: Final = ("electricity.grid.residual", "electricity.residual")
"""Keys of residual mixes, the first with a factor in reach: that of the built-in pack, and the short one for packs of a company's own."""
GRID_KEY: Final = "electricity.grid"
BOUNDARY: Final = "direct"
VINTAGE: Final = Vintage("latest", 3)
"""As of the method electricity.market: the newest known factor, up to three years past its period."""


class Fallback:
    """Tells for a place and a month whether the packs have a residual mix, as the method's look-up will find it."""

    def __init__(self, packs: Sequence[Pack], known_on: dt.date) -> None:
        found: dict[tuple[str, str], list[tuple[dt.date, dt.date]]] = {}
        for pack in packs:
            table = pack.factors.filter(pc.field("key").isin(RESIDUAL_KEYS) & (pc.field("boundary") == BOUNDARY))
            columns = ("key", "region", "valid_from", "valid_to", "published_on", "superseded_on")
            for row in table.select(columns).to_pylist():
                known = row["published_on"] <= known_on and (row["superseded_on"] or DAY_MAX) > known_on
                if known:
                    place = row["key"], row["region"]
                    found.setdefault(place, []).append((row["valid_from"], row["valid_to"] or DAY_MAX))
        self._periods = {place: tuple(sorted(periods)) for place, periods in found.items()}
        self.key = lru_cache(maxsize=None)(self._key)

    def _key(self, region: str | None, month: dt.date) -> str:
        """The key that serves a place in a month."""
        chain = (region, *regions.parents(region)) if region and regions.known(region) else (regions.WORLD,)
        keys = (key for key in RESIDUAL_KEYS if any(self._serves(key, place, month) for place in chain))
        return next(keys, GRID_KEY)

    def _serves(self, key: str, place: str, month: dt.date) -> bool:
        spans = effective_spans(self._periods.get((key, place), ()), VINTAGE)
        return any(span.start <= month < span.end for span in spans)
