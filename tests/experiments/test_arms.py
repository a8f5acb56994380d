"""Who is put where: always the same, uniform, and of two experiments independent."""

from __future__ import annotations

import hashlib
import hmac
import math
from itertools import pairwise

import pytest

from leafmark.experiments import ARMS, HOLDOUT, LABEL, arm_of, mark_of

SALT, OTHER = b"\x01" * 32, b"\x02" * 32
PEOPLE = [f"unit {n}" for n in range(20_000)]


def test_an_arm_stays() -> None:
    assert [arm_of(SALT, each, 50) for each in PEOPLE[:50]] == [arm_of(SALT, each, 50) for each in PEOPLE[:50]]


def test_an_arm_is_the_hash_below_the_share() -> None:
    """RFC 2104's HMAC with SHA-256, its first 64 bits as a share of all of them."""
    for unit in PEOPLE[:200]:
        digest = hmac.digest(SALT, b"arm\x1f" + unit.encode(), hashlib.sha256)
        share = int(digest.hex()[:16], 16) / 16**16
        assert arm_of(SALT, unit, 30) == (HOLDOUT if share < 0.30 else LABEL)


@pytest.mark.parametrize("held_out", [5, 20, 50])
def test_the_share_held_out_is_the_one_declared(held_out: int) -> None:
    """Within 3.3 standard deviations of a binomial."""
    found = sum(arm_of(SALT, each, held_out) == HOLDOUT for each in PEOPLE)
    expected, deviation = len(PEOPLE) * held_out / 100, math.sqrt(len(PEOPLE) * held_out * (100 - held_out)) / 100
    assert abs(found - expected) < 3.3 * deviation


def test_who_is_held_out_stays_so_where_more_are() -> None:
    few, many = ({each for each in PEOPLE if arm_of(SALT, each, share) == HOLDOUT} for share in (10, 40))
    assert few < many


def test_arms_of_two_experiments_have_nothing_to_do_with_each_other() -> None:
    """Of 20,000 a quarter in each of the four pairs, within 3.3 standard deviations."""
    pairs = [(arm_of(SALT, each, 50), arm_of(OTHER, each, 50)) for each in PEOPLE]
    deviation = math.sqrt(len(PEOPLE) * 3 / 16)
    for pair in ((one, other) for one in ARMS for other in ARMS):
        assert abs(pairs.count(pair) - len(PEOPLE) / 4) < 3.3 * deviation


def test_neighbours_share_no_arm() -> None:
    """Runs of equal arms along numbered units are as many as by chance (Wald and Wolfowitz, 1940), within 3.3 deviations."""
    arms = [arm_of(SALT, each, 50) for each in PEOPLE]
    runs = 1 + sum(one != other for one, other in pairwise(arms))
    assert abs(runs - len(PEOPLE) / 2) < 3.3 * math.sqrt(len(PEOPLE)) / 2


def test_a_mark_leads_nowhere() -> None:
    marks = {mark_of(SALT, each) for each in PEOPLE}
    assert len(marks) == len(PEOPLE)
    assert mark_of(SALT, "unit 1") != mark_of(OTHER, "unit 1")
    assert len(mark_of(SALT, "\ud800 x" * 3_000)) == 32
