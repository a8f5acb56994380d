"""The Monte Carlo kernel draws each factor once per product, and finds the ends of a lognormal."""

from itertools import pairwise

import numpy as np
import pytest

from bench import ranges, spec


def pools(gsds, seed=1):
    sigma = np.log(gsds)[:, None]
    z = np.random.default_rng(seed).standard_normal((len(gsds), ranges.POOL))
    pool = np.exp(sigma * z - sigma**2 / 2).astype(np.float32)
    return np.hstack([pool, pool[:, :20_000]])


def test_one_factor_has_the_ends_of_its_lognormal():
    low, high = ranges.monte_carlo(
        np.array([0, 1]), np.array([0], np.int32), np.array([10.0]), np.array([0]), pools(np.array([2.0])), 20_000
    )
    assert (low[0], high[0]) == (pytest.approx(2.0214, rel=0.05), pytest.approx(30.5970, rel=0.05))


def test_ten_factors_are_narrower_than_one_and_near_the_analytic_range():
    n = 10
    factors, codes = np.arange(n, dtype=np.int32), np.zeros(n, np.int64)
    low, high = ranges.monte_carlo(np.array([0, n]), factors, np.ones(n), codes, pools(np.array([2.0])), 20_000)
    kilogram = 10**9
    analytic = spec.lognormal_range(n * kilogram, n * kilogram**2 * spec.relative_variance(2.0))
    assert high[0] == pytest.approx(analytic[1] / kilogram, rel=0.08)
    assert 6.0 < low[0] < 7.0


def test_a_bills_groups_add_up_to_its_footprints(bill, tmp_path):
    import pyarrow.parquet as pq

    from bench import bound

    bound.bill(bill, tmp_path)
    starts, _, sums = ranges.groups_of(bill)
    totals = [int(sums[a:b].sum()) for a, b in pairwise(starts)]
    assert totals == pq.read_table(tmp_path / "products.parquet").column("co2e_ug").to_pylist()


def test_the_analytic_upper_end_is_near_the_drawn_one(bill):
    found = ranges.run(bill, "shipped", sample=60)
    assert found["analytic_upper_error_p95"] < 0.08
    assert found["mc_upper_error_p95"] < 0.15
