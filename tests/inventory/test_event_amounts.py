"""An event's amounts with a spread of their own: closed forms, a Monte Carlo written apart from the code, and factors that stay paired."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from leafmark.factors.model import builtin
from leafmark.inventory.events import Counted, Setting, count, read_event, span
from leafmark.inventory.events.comparing import _difference
from leafmark.inventory.events.counting import Entry
from leafmark.inventory.events.tables import Event

Z = 1.959964
"""The 97.5 % point of the standard normal."""


def made(*entries: Entry) -> Counted:
    return Counted(Event("e", 1, "site", (), (), 100.0), entries, (), {})


def entry(
    variant: str, row: str, factor: str, ug: int, factor_gsd: float, amount_gsd: float = 1.0, going: bool = False
) -> Entry:
    sd = math.sqrt(math.exp(math.log(factor_gsd) ** 2) - 1)
    return Entry(variant, "travel", row, factor, factor, ug, sd, going, row, amount_gsd)


def lognormal(mean: float, s: float) -> tuple[float, float]:
    return mean * math.exp(-s * s / 2 - Z * s), mean * math.exp(-s * s / 2 + Z * s)


def test_a_product_of_two_lognormals_is_one_with_their_variances_added() -> None:
    found = span([entry("site", "a", "x", 10**9, 1.3, 1.5)])
    low, high = lognormal(1e9, math.hypot(math.log(1.3), math.log(1.5)))
    assert (found.low_ug, found.high_ug) == (pytest.approx(low, rel=1e-6), pytest.approx(high, rel=1e-6))


def test_parts_of_one_row_share_its_amounts_error() -> None:
    """Tank to wheel and well to tank lie over the same litres: factors known exactly leave the amount's spread whole, not by the root of two."""
    found = span([entry("site", "a", "x", 7 * 10**8, 1.0, 1.5), entry("site", "a", "y", 3 * 10**8, 1.0, 1.5)])
    low, high = lognormal(1e9, math.log(1.5))
    assert (found.low_ug, found.high_ug) == (pytest.approx(low, rel=1e-6), pytest.approx(high, rel=1e-6))


def test_rows_err_by_themselves_and_their_factor_once() -> None:
    """Four rows alike: the factor's variance stays, the amounts' is a quarter."""
    found = span([entry("site", f"row {n}", "x", 25 * 10**7, 1.2, 1.4) for n in range(4)])
    f, a = (math.exp(math.log(gsd) ** 2) - 1 for gsd in (1.2, 1.4))
    s = math.sqrt(math.log1p(f + a / 4 + f * a / 4))
    low, high = lognormal(1e9, s)
    assert (found.low_ug, found.high_ug) == (pytest.approx(low, rel=1e-6), pytest.approx(high, rel=1e-6))


MIXED = (
    entry("site", "cars", "car", 5 * 10**9, 1.25, 1.3, True), entry("site", "cars", "car wtt", 10**9, 1.4, 1.3, True),
    entry("site", "diesel", "diesel", 3 * 10**9, 1.1), entry("cloud", "fewer cars", "car", 2 * 10**9, 1.25, 1.6, True),
    entry("cloud", "fewer cars", "car wtt", 4 * 10**8, 1.4, 1.6, True), entry("cloud", "power", "grid", 2 * 10**9, 1.2, 2.0),
)  # fmt: skip


def simulated(draws: int = 400_000) -> dict[str, np.ndarray]:
    """Each variant's grams: one error a factor for both, one an amount's row, of mean 1; drawn here by numpy's own lognormal."""
    random = np.random.default_rng(7)
    factors = {"car": 1.25, "car wtt": 1.4, "diesel": 1.1, "grid": 1.2}
    amounts = {"cars": 1.3, "diesel": 1.0, "fewer cars": 1.6, "power": 2.0}
    error = {
        name: random.lognormal(-(math.log(gsd) ** 2) / 2, math.log(gsd), draws)
        for name, gsd in (factors | {f"of {each}": gsd for each, gsd in amounts.items()}).items()
    }
    return {
        "site": 5e9 * error["car"] * error["of cars"] + 1e9 * error["car wtt"] * error["of cars"] + 3e9 * error["diesel"],
        "cloud": 2e9 * error["car"] * error["of fewer cars"] + 4e8 * error["car wtt"] * error["of fewer cars"]
        + 2e9 * error["grid"] * error["of power"],
    }  # fmt: skip


def test_the_difference_is_that_of_a_monte_carlo() -> None:
    drawn = simulated()
    net = drawn["cloud"] - drawn["site"]
    one = _difference(made(*MIXED), "cloud", "site")
    width = np.quantile(net, 0.975) - np.quantile(net, 0.025)
    for found, share in ((one.span.low_ug, 0.025), (one.span.high_ug, 0.975)):
        assert found == pytest.approx(np.quantile(net, share), abs=0.03 * width)
    assert one.lower_share == pytest.approx(np.mean(net < 0), abs=0.01)
    assert one.span.co2e_ug == -4_600_000_000


def test_a_variants_variance_is_that_of_a_monte_carlo() -> None:
    for variant, drawn in simulated().items():
        found = span(each for each in MIXED if each.variant == variant)
        s = math.log(found.high_ug / found.low_ug) / (2 * Z)
        assert found.co2e_ug * math.sqrt(math.expm1(s * s)) == pytest.approx(float(drawn.std()), rel=0.02)


def test_factors_stay_paired_and_the_range_of_factors_alone_is_told() -> None:
    alike = (entry("site", "a", "x", 10**9, 1.5), entry("cloud", "b", "x", 10**9, 1.5))
    one = _difference(made(*alike), "cloud", "site")
    assert one.relation == "same"  # one factor over equal amounts: it cancels whatever it is
    guessed = (entry("site", "a", "x", 10**9, 1.5, 1.1), entry("cloud", "b", "x", 10**9, 1.5, 1.1))
    two = _difference(made(*guessed), "cloud", "site")
    assert (two.factors.low_ug, two.factors.high_ug) == (0, 0)
    assert two.relation == "not told apart"
    assert two.span.low_ug < 0 < two.span.high_ug


def test_without_a_spread_nothing_changes() -> None:
    bare = tuple(Entry(*(getattr(each, name) for name in list(Entry.__slots__)[:8])) for each in MIXED)
    one = _difference(made(*bare), "cloud", "site")
    assert one.span == one.factors


HEAD = "variant,kind,name,key,amount,unit,persons,amount_gsd\n"
ROWS = "site,generator,diesel,fuel.diesel,100,L,,1.4\ncloud,power,hub,,300,,,\n"


def event_in(folder: Path, rows: str) -> Path:
    (folder / "event.toml").write_text('programme_hours = 1\nregion = "GB"\ndate = "2023-06-30"\n', encoding="utf-8")
    (folder / "activities.csv").write_text(HEAD + rows, encoding="utf-8")
    return folder


def test_a_row_of_the_plan_carries_its_spread(tmp_path: Path) -> None:
    import datetime as dt

    found = count(read_event(event_in(tmp_path, ROWS)), Setting((builtin(),), dt.date(2026, 9, 30)), tmp_path / "runs")
    assert not found.refused
    assert {each.amount_gsd for each in found.entries if each.variant == "site"} == {1.4}
    assert {each.amount_gsd for each in found.entries if each.variant == "cloud"} == {1.0}
    guessed = span(each for each in found.entries if each.variant == "site")
    totals = found.runs["combustion.direct"].record["totals"]
    assert guessed.co2e_ug == totals["co2e_ug"]  # a spread moves no mean
    assert guessed.low_ug < totals["low_ug"]
    assert guessed.high_ug > totals["high_ug"]


@pytest.mark.parametrize(
    ("cell", "kind", "reason"),
    [("0.9", "generator", "below_bound"), ("101", "generator", "above_bound"), ("much", "generator", "unreadable"), ("1.2", "crew", "no_grams")],
)  # fmt: skip
def test_a_spread_that_can_be_none_is_refused(cell: str, kind: str, reason: str, tmp_path: Path) -> None:
    found = read_event(event_in(tmp_path, f"site,power,hub,,300,,,\nsite,{kind},x,fuel.diesel,100,L,1,{cell}\n"))
    assert [(each.row, each.field, each.reason, each.found) for each in found.refused] == [
        (2, "amount_gsd", reason, kind if kind == "crew" else cell)
    ]
