"""The auditor's sample: drawn again in plain Python by the words of its README, and by nobody's leave."""

from __future__ import annotations

import hashlib
import random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_inventory import lines

from leafmark.inventory.report.sampling import CELLS, draw


def by_hand(rows: list[dict[str, Any]], size: int, seed: str) -> list[tuple[int, dict[str, Any]]]:
    """The rule in plain Python: (hits, line) in the order of the drawing."""

    def hashed(row: dict[str, Any]) -> str:
        cells = ["" if row[name] is None else str(row[name]) for name in CELLS]
        return hashlib.sha256("\x1f".join([seed, *cells]).encode()).hexdigest()

    ordered = sorted(rows, key=hashed)
    whole = sum(abs(row["co2e_ug"]) for row in ordered)
    interval = whole // size
    hits = [0] * len(ordered)
    if interval:
        point = int(hashlib.sha256(seed.encode()).hexdigest(), 16) % interval
        end = 0
        wanted = [point + number * interval for number in range(size)]
        for place, row in enumerate(ordered):
            begin, end = end, end + abs(row["co2e_ug"])
            hits[place] = sum(begin <= each < end for each in wanted)
        assert sum(hits) == size
    else:
        hits = [int(row["co2e_ug"] != 0) for row in ordered]
    drawn = [(count, row) for count, row in zip(hits, ordered, strict=True) if count]
    return drawn + [(0, row) for row in ordered if row["co2e_ug"] == 0][:5]


ROWS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from((0, 0, 1, -7, 10**12, 3 * 10**18)), st.integers(0, 10**15)),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(1, 40), st.sampled_from(("leafmark", "x", "種子")))
def test_the_rule_is_what_is_said(given_rows: list[tuple[str, int, int]], size: int, seed: str) -> None:
    made = lines({"site_id": f"{site}{n}", "co2e_ug": fixed or ug} for n, (site, fixed, ug) in enumerate(given_rows))
    drawn = draw(made, size, seed)
    expected = by_hand(made.to_pylist(), size, seed)
    assert [(each["hits"], each["site_id"], each["co2e_ug"]) for each in drawn.lines] == [
        (count, row["site_id"], row["co2e_ug"]) for count, row in expected
    ]


def test_the_order_of_rows_changes_nothing_and_the_seed_does() -> None:
    made = lines({"site_id": f"s{n}", "co2e_ug": n * 10**9} for n in range(300))
    shuffled = made.take(pa.array(random.Random(6).sample(range(300), 300)))
    first = [each["site_id"] for each in draw(made, 10).lines]
    assert first == [each["site_id"] for each in draw(shuffled, 10).lines]
    assert first != [each["site_id"] for each in draw(made, 10, "other").lines]


def test_a_line_of_an_interval_or_more_is_always_drawn_and_chances_are_shares() -> None:
    """Of 1,000 seeds a line of a tenth of the grams comes in about a tenth of draws of one."""
    rows = [{"site_id": "large", "co2e_ug": 500}, *({"site_id": f"s{n}", "co2e_ug": 50} for n in range(10))]
    made = lines(rows)
    counted: dict[str, int] = {}
    for seed in range(80):
        drawn = draw(made, 2, str(seed)).lines
        assert "large" in {each["site_id"] for each in drawn}
        for each in drawn:
            counted[each["site_id"]] = counted.get(each["site_id"], 0) + each["hits"]
    assert counted["large"] == 80
    small = [count for site, count in counted.items() if site != "large"]
    assert sum(small) == 80
    assert all(1 <= count <= 20 for count in small)  # 8 expected of a binomial with sd 2.7


def test_sizes_and_seeds_have_bounds() -> None:
    made = lines([{"co2e_ug": 1}])
    for size, seed, said in ((0, "x", "size"), (1001, "x", "size"), (1, "", "seed"), (1, "x" * 65, "seed")):
        with pytest.raises(ValueError, match=said):
            draw(made, size, seed)
    assert draw(made.slice(0, 0), 5).lines == []
