"""From an event of the ledger back to the act it was made of, and the range of its grams.

An event names no run. Its id is the hash of programme and act (`events.event_id`), so a folder's acts are hashed once and
kept in the order of the hashes; the ranges are the engine's own. An index costs half a second and 60 MB for a million acts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from leafmark.actions.crediting import Credited
from leafmark.actions.events import UG_PER_MG, event_id
from leafmark.engine import memory_database, tables
from leafmark.ledger import Act


@dataclass(frozen=True)
class Origin:
    """The act that an event was made of. Micrograms CO2e; low and high hold 95 % of what it may be."""

    folder: Path
    activity_id: str
    co2e_ug: int
    low_ug: int
    high_ug: int

    @property
    def holds_zero(self) -> bool:
        """Whether the act may as well have changed nothing."""
        return self.low_ug <= 0 <= self.high_ug


class Index:
    """The acts of a finished folder in the order of their events."""

    def __init__(self, folder: Credited) -> None:
        self.path, self.finished = folder.path, str(folder.record["finished"])
        self._of: dict[str, tuple[np.ndarray, pa.Table]] = {}
        self._products = " UNION ALL ".join(
            f"SELECT CAST(product_id AS VARCHAR) AS activity_id, co2e_ug, low_ug, high_ug FROM "
            f"{tables.scan(folder.path / run / 'products.parquet')}"
            for run in folder.record["methods"].values()
        )

    def find(self, act: Act) -> Origin | None:
        """What an event was made of; None where the folder did not make it, or made it with other grams."""
        if not self._products:
            return None
        ids, acts = self._sorted(act.programme)
        at = int(np.searchsorted(ids, act.event_id))
        if at == len(ids) or ids[at] != act.event_id:
            return None
        found = Origin(self.path, **acts.slice(at, 1).to_pylist()[0])
        return found if _milligrams(found.co2e_ug) == act.co2e_mg else None

    def _sorted(self, programme: str) -> tuple[np.ndarray, pa.Table]:
        if programme not in self._of:
            sql = f"""
                SELECT {event_id()} AS event, activity_id, co2e_ug, low_ug, high_ug FROM
                (SELECT *, $programme AS programme FROM ({self._products})) WHERE co2e_ug IS NOT NULL ORDER BY event"""
            with memory_database.connect() as connection:
                found: pa.Table = connection.sql(sql, params={"programme": programme}).to_arrow_table()
            self._of[programme] = found.column("event").to_numpy(), found.drop_columns(["event"])
        return self._of[programme]


def origins(indexes: Sequence[Index], acts: Iterable[Act]) -> dict[int, Origin]:
    """The origins of events by event id; those that no folder made, or made with other grams, are left out."""
    found = ((act.event_id, index.find(act)) for act in acts for index in indexes)
    return {event: origin for event, origin in found if origin is not None}


def widest(parts: Iterable[Origin]) -> tuple[int, int]:
    """The range of a sum of acts as if each erred the same way, in micrograms: `(low, high)`.

    Exact where all share one factor, since its error is the same in each; else wider than the truth, never narrower.
    """
    found = list(parts)
    return sum(each.low_ug for each in found), sum(each.high_ug for each in found)


def _milligrams(micrograms: int) -> int:
    """Cut off toward zero, as `events.make` does."""
    return -(-micrograms // UG_PER_MG) if micrograms < 0 else micrograms // UG_PER_MG


__all__ = ["Index", "Origin", "origins", "widest"]
