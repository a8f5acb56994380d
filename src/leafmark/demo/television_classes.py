"""What a television of the demo is compared with: the models of its screen class that a public register holds.

`television_classes.csv` names, for each class of diagonals, how many registered models there are, and those at the ranks of a benchmark:
the least, the nine deciles and the most, by labelled kWh a year (nearest rank). They are in `televisions.csv` too, so that the demo's own
run gives their grams; with one grid and one lifetime for all, the model at a rank of kWh is the model at that rank of grams.

The benchmark is frozen as of the register's day, and whoever lists another television changes nothing in it. The middle model of a class
is the reference of a saving in use.
"""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from leafmark.demo.electronics import Television
from leafmark.demo.own_tables import own_table
from leafmark.products.benchmarks import DECILES, BenchmarkTable, nearest_rank, table_of_ranks
from leafmark.products.footprint import Footprint

SCREEN_CLASSES_CM: Final = (51, 71, 91, 114, 132, 155, 178, 203, 229)
"""Diagonals at which another class of televisions begins: a larger screen does more, so classes are not compared."""
SCREEN_MAX_CM: Final = 300
RANKS: Final = ("least", *(f"p{percent}" for percent in DECILES), "most")
REGISTER_DAY: Final = dt.date(2025, 9, 8)
"""The day of the register's list."""
IN_FORCE_ON: Final = dt.date(2026, 11, 1)
"""A registration that had expired by then is not counted: such a model may not be supplied any more."""
TABLE_ID: Final = "au.e3.televisions"
TABLE_VERSION: Final = "2025-09-08"
SOURCE: Final = "Australian Government, Energy Rating product registrations (televisions), 8 September 2025"


@dataclass(frozen=True, slots=True)
class ScreenClass:
    """Televisions of like size: `models` of them in the register, and the registrations at the ranks of `RANKS`."""

    from_cm: int
    to_cm: int
    models: int
    registrations: tuple[str, ...]

    @property
    def middle(self) -> str:
        """Registration of the model in the middle."""
        return self.registrations[RANKS.index("p50")]


def ends_of(screen_cm: float) -> tuple[int, int]:
    """The class of a diagonal: from and to, cm."""
    ends = (0, *SCREEN_CLASSES_CM, SCREEN_MAX_CM)
    place = bisect.bisect_right(SCREEN_CLASSES_CM, screen_cm)
    return ends[place], ends[place + 1]


def shipped_classes() -> list[ScreenClass]:
    """The classes that come with the demo, small screens first."""
    return [
        ScreenClass(
            int(row["from_cm"]), int(row["to_cm"]), int(row["models"]), tuple(row[rank] for rank in RANKS)
        )
        for row in own_table("television_classes.csv")
    ]  # fmt: skip


def classes_of(televisions: Iterable[Television], in_force_on: dt.date = IN_FORCE_ON) -> list[ScreenClass]:
    """The classes of a whole register. Several names under one registration are one model, the first of them."""
    models: dict[str, Television] = {}
    for each in televisions:
        models.setdefault(each.registration, each)
    groups: dict[tuple[int, int], list[Television]] = {}
    for each in models.values():
        if each.screen_cm is not None and each.registration_expires >= in_force_on.isoformat():  # empty: not told
            groups.setdefault(ends_of(round(each.screen_cm, 1)), []).append(each)
    found = []
    for (from_cm, to_cm), group in sorted(groups.items()):
        group.sort(key=lambda each: (each.kwh_per_year or 0, each.registration))
        places = [0, *(nearest_rank(list(range(len(group))), percent) for percent in DECILES), len(group) - 1]
        found.append(ScreenClass(from_cm, to_cm, len(group), tuple(group[place].registration for place in places)))
    return found


def frozen_table(footprints: Mapping[str, Footprint], run_hash: str) -> BenchmarkTable:
    """The benchmark of the demo's run: a row for each class, by registration from the footprints of the run's televisions."""
    return table_of_ranks(
        (([footprints[each] for each in one.registrations], one.models) for one in shipped_classes()),
        table_id=TABLE_ID, version=TABLE_VERSION, frozen_on=REGISTER_DAY, run_hash=run_hash,
    )  # fmt: skip


def references(rows: Mapping[Any, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """For each television its class's middle model and why that one, in three languages; not for the middle model itself."""
    by_ends = {(each.from_cm, each.to_cm): each for each in shipped_classes()}
    found = {}
    for product_id, row in rows.items():
        one = by_ends[ends_of(float(row["screen_cm"]))]
        if one.middle != product_id:
            said = {"count": one.models, "low": one.from_cm, "high": one.to_cm, "day": REGISTER_DAY.isoformat()}
            found[str(product_id)] = {
                "reference": one.middle, "why": {lang: text.format(**said) for lang, text in WHY.items()},
            }  # fmt: skip
    return found


WHY: Final = {
    "en": "the middle one, by energy, of {count} models of {low} to {high} cm in Australia's public energy register of {day}",
    "zh-Hant": "澳洲公共能源登記冊（{day}）內 {low} 至 {high} 厘米的 {count} 個型號中，耗電居中的一款",
    "zh-Hans": "澳大利亚公共能源登记册（{day}）中 {low} 至 {high} 厘米的 {count} 个型号里，耗电居中的一款",
}
"""Why a reference model is the reference."""
