"""Readings that overlap: the message names file and row of both, and the other row does have the same days (brute force)."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from made_company import company

from leafmark.inventory.company.prepare import prepare

METERS = "meter_id,site_id,carrier,unit,expected_months,behind\nmain,office,electricity,kWh,,\nsub,office,electricity,kWh,,main\nlone,plant,electricity,kWh,,\n"
SITE = {"main": "office", "sub": "office", "lone": "plant"}
FILES = ("electricity-a.csv", "electricity-b.csv")
OTHER = re.compile(r"(\w+), (\S+) to (\S+): days that are in activities/(\S+) row (\d+) too")
Reading = tuple[int, str, int, int]
"""File, meter, first day of the year, days."""


def flags(readings: list[Reading], folder: Path) -> list[dict[str, object]]:
    texts = ["site_id,meter_id,kwh,date,until\n" for _ in FILES]
    for file, meter, first, days in readings:
        start = dt.date(2025, 1, 1) + dt.timedelta(first)
        texts[file] += f"{SITE[meter]},{meter},5,{start},{start + dt.timedelta(days)}\n"
    activities = {name.removesuffix(".csv"): text for name, text in zip(FILES, texts, strict=True)}
    found = prepare(company(folder / "c", activities, meters=METERS), folder / "out").flags.to_pylist()
    return [each for each in found if each["reason"] == "overlapping_meters"]


def test_file_and_row_of_both_are_in_the_message(tmp_path: Path) -> None:
    readings = [(0, "main", 0, 31), (0, "lone", 0, 9), (1, "lone", 20, 5), (1, "main", 20, 20), (1, "sub", 3, 2)]
    told = {(each["file"], each["row"]): each["found"] for each in flags(readings, tmp_path)}
    assert told == {
        ("activities/electricity-b.csv", 2): "main, 2025-01-21 to 2025-02-10: days that are in activities/electricity-a.csv row 1 too",
        ("activities/electricity-b.csv", 3): "sub, 2025-01-04 to 2025-01-06: days that are in activities/electricity-a.csv row 1 too",
    }  # fmt: skip


@settings(max_examples=6, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.sampled_from(sorted(SITE)), st.integers(0, 60), st.integers(1, 40)),
        min_size=8,
        max_size=24,
    )
)
def test_the_row_that_is_named_has_the_same_days_of_the_meter_or_of_the_one_it_hangs_behind(
    readings: list[Reading],
) -> None:
    placed = {}
    for number, name in enumerate(FILES):
        for row, reading in enumerate((each for each in readings if each[0] == number), 1):
            placed[f"activities/{name}", row] = reading
    with tempfile.TemporaryDirectory() as folder:
        found = flags(readings, Path(folder))

    def same_days(one: Reading, other: Reading) -> bool:
        return one[2] < other[2] + other[3] and other[2] < one[2] + one[3]

    expected = set()
    for place, mine in placed.items():
        for other_place, other in placed.items():
            before = (other[2], other_place) < (mine[2], place)
            behind = mine[1] == "sub" and other[1] == "main"
            if same_days(mine, other) and ((mine[1] == other[1] and before) or behind):
                expected.add(place)
    assert {(each["file"], each["row"]) for each in found} == expected
    for each in found:
        mine = placed[str(each["file"]), int(str(each["row"]))]
        said = OTHER.fullmatch(str(each["found"]))
        assert said is not None, each["found"]
        other = placed[f"activities/{said[4]}", int(said[5])]
        assert said[1] == mine[1]
        assert other is not mine
        assert same_days(mine, other)
        assert other[1] == mine[1] or (mine[1], other[1]) == ("sub", "main")


def test_the_row_named_is_the_one_that_has_the_days_not_merely_one_before(tmp_path: Path) -> None:
    """Of two readings before, the long first one covers the third; the short one between them has ended by then."""
    told = {each["row"]: each["found"] for each in flags([(0, "lone", 0, 100), (0, "lone", 2, 1), (0, "lone", 50, 10)], tmp_path)}  # fmt: skip
    assert set(told) == {2, 3}
    assert str(told[3]).endswith("electricity-a.csv row 1 too")
