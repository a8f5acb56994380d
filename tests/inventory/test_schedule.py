"""Schedules against brute force and a bound, on made jobs and on real hours: whole, in their windows, under the peak, never worse."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafmark.inventory.cloud_planning import (
    Grid,
    Job,
    NoPlanError,
    PlanningError,
    Scheduled,
    content,
    read_grid,
    read_jobs,
    schedule,
)
from leafmark.inventory.cloud_planning.problem import Problem, Run
from leafmark.inventory.cloud_planning.schedule import GAP, check, peak_of
from leafmark.inventory.cloud_planning.tables import REASONS

START = np.datetime64("2022-04-11T00", "h")


def grid_of(*rows: list[float], base: float = 0.0) -> Grid:
    """Regions A, B, ... with these g/kWh."""
    cells = np.array(rows, float)
    return Grid(tuple("ABC"[: len(rows)]), START + np.arange(cells.shape[1]), cells, np.full(cells.shape, float(base)))


def job(
    name: str, first: int, last: int, hours: float, kw: float, stops: bool = False, regions: tuple[str, ...] = ()
) -> Job:
    return Job(name, START + first, START + last, hours, kw, stops, regions)


def brute_force(problem: Problem) -> list[tuple[float, float]]:
    """Peak and grams of every combination of whole-hour placements."""
    options: list[list[Run]] = []
    for j, each in enumerate(problem.jobs):
        length = int(each.hours)
        places = []
        for region in problem.regions[j]:
            window = range(problem.first[j], problem.last[j])
            picks = (
                itertools.combinations(window, length)
                if each.interruptible
                else (tuple(range(s, s + length)) for s in window if s + length <= problem.last[j])
            )
            for hours in picks:
                kw = np.zeros(problem.last[j] - problem.first[j])
                kw[[h - problem.first[j] for h in hours]] = each.power_kw
                places.append(Run(region, problem.first[j], kw))
        options.append(places)
    plans = [
        (problem.load(plan).max(), sum(float(run.kw @ problem.grid.g_per_kwh[run.region, run.hours]) for run in plan))
        for plan in itertools.product(*options)
    ]
    return [(float(peak), grams) for peak, grams in plans]


def scheduled(jobs: list[Job], grid: Grid, bound: float) -> Scheduled | NoPlanError:
    try:
        return schedule(jobs, grid, peak_kw=bound, seconds=0.1)
    except NoPlanError as error:
        return error


tiny = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, 2), st.integers(0, 2), st.sampled_from([1.0, 2.0, 3.0]), st.booleans()),
    min_size=1, max_size=3,
)  # fmt: skip


@settings(max_examples=40)
@given(tiny, st.lists(st.integers(1, 9), min_size=6, max_size=6), st.sampled_from([2.0, 3.0, 4.0, 6.0]), st.booleans())
def test_tiny_schedules_are_those_of_brute_force(
    rows: list[tuple[int, int, int, float, bool]], cells: list[int], bound: float, two: bool
) -> None:
    grid = grid_of([float(each) for each in cells], [float(each) for each in cells[::-1]])
    jobs = [
        job(f"j{n}", first, min(6, first + hours + slack), float(hours), kw, stops, ("A", "B") if two else ("A",))
        for n, (first, hours, slack, kw, stops) in enumerate(rows)
    ]
    best = min((grams for peak, grams in brute_force(Problem(jobs, grid)) if peak <= bound + 1e-9), default=None)
    found = scheduled(jobs, grid, bound)
    if isinstance(found, NoPlanError):
        assert best is None  # the solver may split an hour, so what it cannot do, whole hours cannot
        assert found.needed_kw > bound * (1 - 1e-9)
        assert found.enough_kw == pytest.approx(found.needed_kw)
        assert schedule(jobs, grid, peak_kw=found.enough_kw * (1 + 1e-9)).after  # what it says would do, does
        return
    assert found.bound_g <= found.grams(found.after) * (1 + 1e-9)
    if best is not None:
        assert found.grams(found.after) <= best * (1 + GAP)
        if not any(each.interruptible for each in jobs):
            assert found.grams(found.after) >= best * (1 - 1e-9)


@settings(max_examples=15)
@given(tiny, st.lists(st.integers(1, 9), min_size=6, max_size=6), st.sampled_from([0.0, 10.0, 40.0]))
def test_the_least_peak_and_the_price_of_a_peak_are_those_of_brute_force(
    rows: list[tuple[int, int, int, float, bool]], cells: list[int], percent: float
) -> None:
    grid = grid_of([float(each) for each in cells])
    jobs = [
        job(f"j{n}", first, min(6, first + hours + slack), float(hours), kw)
        for n, (first, hours, slack, kw, _) in enumerate(rows)
    ]
    plans = brute_force(Problem(jobs, grid))
    found = schedule(jobs, grid, within_percent=percent)
    most = found.least_g * (1 + percent / 100) * (1 + 1e-9)
    best = min(peak for peak, grams in plans if grams <= most)
    assert found.grams(found.after) <= most
    assert found.bound_kw is not None
    assert found.bound_kw * (1 - 1e-6) <= best <= found.peak_kw(found.after) * (1 + 1e-6) <= best * (1 + 2 * GAP)
    paid = schedule(jobs, grid, price_g_per_kw=5)
    worth = paid.grams(paid.after) + 5 * paid.peak_kw(paid.after)
    assert worth <= min(grams + 5 * peak for peak, grams in plans) * (1 + 2 * GAP)


many = st.lists(
    st.tuples(st.integers(0, 30), st.floats(0.3, 6), st.integers(0, 12), st.floats(0.5, 20), st.booleans(), st.booleans()),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=12)
@given(many, st.integers(0, 10**6), st.floats(0.5, 1.5))
def test_every_job_is_whole_in_its_window_under_the_peak_and_never_worse_than_at_once(
    rows: list[tuple[int, float, int, float, bool, bool]], seed: int, loose: float
) -> None:
    cells = np.random.RandomState(seed).uniform(50, 500, (2, 50))
    grid = grid_of(cells[0].tolist(), cells[1].tolist())
    jobs = [
        job(f"j{n}", first, first + int(np.ceil(hours)) + slack, hours, kw, stops, ("A", "B") if free else ("B",))
        for n, (first, hours, slack, kw, stops, free) in enumerate(rows)
    ]
    problem = Problem(jobs, grid)
    early = [problem.earliest(j) for j in range(len(jobs))]
    bound = peak_of(problem, early) * loose
    found = scheduled(jobs, grid, bound)
    if isinstance(found, NoPlanError):
        assert loose < 1, "the plan at once keeps its own peak"
        assert found.job_id in {each.job_id for each in jobs}
        return
    check(found.problem, found.after, np.full(2, bound))
    assert sum(run.kw.sum() for run in found.after) == pytest.approx(sum(run.kw.sum() for run in found.before))
    assert found.bound_g * (1 - 1e-9) <= found.grams(found.after)
    assert found.least_g <= found.grams(found.after) * (1 + 1e-9)
    if loose >= 1:
        assert found.grams(found.after) <= found.grams(found.before) * (1 + 1e-9)


def week(shared_data: Path) -> Grid:
    """A week of April 2022 in California."""
    whole = read_grid([shared_data / "grid_hourly" / "CISO_2022.csv.gz"])
    first = int((START - whole.hours[0]) / np.timedelta64(1, "h"))
    cut = slice(first, first + 168)
    return Grid(whole.regions, whole.hours[cut], whole.g_per_kwh[:, cut], whole.base_kw[:, cut])


def two_hundred(stops: bool) -> list[Job]:
    """Made jobs: 1 to 8 h, 5 to 80 kW, 6 to 48 h of slack."""
    random = np.random.RandomState(3)
    out = []
    for n in range(200):
        hours, first = int(random.randint(1, 9)), int(random.randint(0, 138))
        out.append(
            job(
                f"job-{n}",
                first,
                min(168, first + hours + int(random.randint(6, 49))),
                hours,
                float(random.randint(5, 81)),
                stops,
            )
        )
    return out


def test_on_real_hours_carbon_alone_doubles_the_peak_and_a_bound_costs_little(shared_data: Path) -> None:
    grid, jobs = week(shared_data), two_hundred(stops=True)
    free = schedule(jobs, grid)
    now, least = free.grams(free.before), free.grams(free.after)
    assert free.peak_kw(free.after) > 2 * free.peak_kw(free.before)
    held = schedule(jobs, grid, peak_kw=free.peak_kw(free.before))
    assert held.proven
    assert held.peak_kw(held.after) <= free.peak_kw(free.before) * (1 + 1e-6)
    assert least < held.grams(held.after) < now
    assert (now - held.grams(held.after)) / (now - least) > 0.8  # most of the saving stays
    level = schedule(jobs, grid, within_percent=5)
    assert level.grams(level.after) <= 1.05 * least * (1 + 1e-6)
    assert level.peak_kw(level.after) == pytest.approx(level.bound_kw, rel=1e-6)
    assert level.peak_kw(level.after) < free.peak_kw(free.after)
    paid = schedule(jobs, grid, price_g_per_kw=1000)
    for other in (free, held, level):
        worth = other.grams(other.after) + 1000 * other.peak_kw(other.after)
        assert paid.grams(paid.after) + 1000 * paid.peak_kw(paid.after) <= worth * (1 + 1e-6)


def test_jobs_that_run_through_come_with_what_no_plan_can_go_below(shared_data: Path) -> None:
    grid, jobs = week(shared_data), two_hundred(stops=False)
    free = schedule(jobs, grid)
    held = schedule(jobs, grid, peak_kw=free.peak_kw(free.before))
    assert free.least_g <= held.bound_g <= held.grams(held.after) <= held.grams(held.before)
    assert held.gap < 0.03
    looser = schedule(
        [Job(each.job_id, each.earliest, each.latest, each.hours, each.power_kw, True) for each in jobs],
        grid,
        peak_kw=free.peak_kw(free.before),
    )
    assert looser.grams(looser.after) <= held.grams(held.after)  # whoever may stop can do no worse


def test_a_bound_that_cannot_be_kept_names_the_job_the_hour_and_a_bound_that_can() -> None:
    grid = grid_of([5.0, 1.0, 9.0, 9.0])
    jobs = [job("night", 1, 3, 2, 4.0), job("report", 1, 3, 2, 3.0), job("free", 0, 4, 1, 1.0)]
    with pytest.raises(
        NoPlanError, match=r"peak of 5 kW.*2022-04-11T0[12] UTC in A, where job 'night'.* 7 kW would do"
    ) as caught:
        schedule(jobs, grid, peak_kw=5)
    assert caught.value.needed_kw == pytest.approx(7)
    assert schedule(jobs, grid, peak_kw=7).proven
    with pytest.raises(NoPlanError, match="8 kW"):  # what is taken anyway counts
        schedule(jobs[:1], grid_of([5.0, 1.0, 9.0, 9.0], base=4), peak_kw=5)


def test_an_hour_without_an_intensity_is_not_clean_but_closed() -> None:
    grid = grid_of([5.0, np.nan, 9.0, 7.0])
    stops, through = schedule([job("a", 0, 4, 2, 1.0, True)], grid), schedule([job("a", 0, 4, 2, 1.0)], grid)
    assert [stops.grams(stops.after), through.grams(through.after)] == [12.0, 16.0]
    with pytest.raises(PlanningError, match="no_intensity"):
        schedule([job("a", 0, 2, 2, 1.0)], grid)


def test_a_job_takes_the_rest_of_an_hour_only() -> None:
    found = schedule([job("a", 0, 4, 1.5, 2.0)], grid_of([9.0, 4.0, 2.0, 8.0]))
    assert found.after[0].kw.tolist() == [2.0, 1.0]
    assert found.grams(found.after) == 2 * 4 + 1 * 2  # hours 1 and 2; by hand
    assert sum(row["co2e_ug"] for row in content(found)["plan"]) == content(found)["after"]["co2e_ug"] == 10_000_000


def test_a_plan_that_is_moved_by_an_hour_fails_the_check() -> None:
    problem = Problem([job("a", 1, 3, 2, 1.0)], grid_of([1.0, 1.0, 1.0, 1.0]))
    check(problem, [Run(0, 1, np.ones(2))])
    for wrong in (Run(0, 0, np.ones(2)), Run(0, 2, np.ones(2)), Run(0, 1, np.ones(1)), Run(0, 1, np.array([2.0, 0.0]))):
        with pytest.raises(AssertionError):
            check(problem, [wrong])
    with pytest.raises(AssertionError, match="peak"):
        check(problem, [Run(0, 1, np.ones(2))], np.array([0.5]))


def test_rows_that_cannot_stand_are_told_and_the_others_scheduled(tmp_path: Path) -> None:
    file = tmp_path / "jobs.csv"
    file.write_text(
        "job_id,earliest,latest,power_kw,hours,kwh,interruptible\n"
        "good,2022-04-11T00:00,2022-04-11T04:00,2,,4,yes\n"
        "good,2022-04-11T00:00,2022-04-11T04:00,2,2,,no\n"
        "short,2022-04-11T00:00,2022-04-11T01:00,2,2,,no\n"
        "two,2022-04-11T00:00,2022-04-11T04:00,2,2,9,no\n"
        "zero,2022-04-11T00:00,2022-04-11T04:00,0,2,,no\n"
        "odd,2022-04-11T00:30,2022-04-11T04:00,2,2,,no\n"
        "word,2022-04-11T00:00,2022-04-11T04:00,2,2,,maybe\n"
        "late,2022-04-11T00:00,2022-04-13T04:00,2,2,,no\n"
        "zoned,2022-04-11T02:00+02:00,2022-04-11T06:00+02:00,2,2,,no\n",
        encoding="utf-8",
    )
    jobs, refused = read_jobs(file)
    assert [(each.row, each.reason) for each in refused] == [
        (2, "duplicate_id"), (3, "window_too_short"), (4, "two_amounts"), (5, "not_positive"), (6, "unreadable"), (7, "unreadable"),
    ]  # fmt: skip
    found = schedule(jobs, grid_of([5.0, 1.0, 9.0, 7.0]))
    assert [each.job_id for each in found.problem.jobs] == ["good", "zoned"]
    assert found.problem.jobs[1].earliest == START
    assert [(each.row, each.job_id, each.reason) for each in found.problem.refused] == [(8, "late", "outside_grid")]


def test_grids_read_regions_gaps_and_units(tmp_path: Path, shared_data: Path) -> None:
    real = read_grid([shared_data / "grid_hourly" / f"{name}_2022.csv.gz" for name in ("CISO", "ERCO")])
    assert real.regions == ("CISO", "ERCO")
    assert np.isnan(real.g_per_kwh).sum(axis=1).tolist() == [3, 0]  # three hours of California are empty at the source
    file = tmp_path / "mine.csv"
    file.write_text("timestamp,g_per_kwh\n2022-01-01T00:00Z,0.3\n2022-01-01T02:00Z,4000\n", encoding="utf-8")
    with pytest.raises(PlanningError, match=r"row 2: g_per_kwh: expected 0 to 3000"):
        read_grid([file])
    file.write_text("timestamp,g_per_kwh\n2022-01-01T00:00Z,3\n2022-01-01T02:00Z,4\n", encoding="utf-8")
    gap = read_grid([f"HERE={file}"])
    assert gap.regions == ("HERE",)
    assert np.isnan(gap.g_per_kwh[0, 1])


def test_every_reason_has_its_words_and_an_entry_in_the_guide() -> None:
    page = (Path(__file__).parents[2] / "docs" / "inventory-cloud-planning.md").read_text(encoding="utf-8")
    room = Path(__file__).parents[2] / "src" / "leafmark" / "inventory" / "cloud_planning"
    code = "".join((room / f"{name}.py").read_text(encoding="utf-8") for name in ("jobs", "problem"))
    assert {reason for reason in REASONS if f'"{reason}"' not in code} == set()
    assert {reason for reason in REASONS if f"`{reason}`" not in page} == set()
