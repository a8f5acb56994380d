"""How near the one-pass range comes to the truth, and what Monte Carlo costs.

The truth of a product is drawn: each factor once per draw (one factor's error is the same in every line that uses
it), lognormal with the factor as its mean, 20,000 draws; the range is from the 2.5 % to the 97.5 % point. Against it:

analytic     moment matching of the sum (`spec.lognormal_range`), which the engine does in its own pass
Monte Carlo  1,000 draws for every product, compiled, on all cores: the audit option

Printed: the 95th percentile over products of the relative error of the upper and of the lower end, and the seconds.
Promised: analytic upper within 3.5 %; Monte Carlo upper within 8 %, 500,000 products in 20 s.

Monte Carlo's cost: about 9 groups x 1,000 draws a product, each a load and a multiply-add from a pool of lognormals
made beforehand (32,768 for each GSD; where a factor starts in its pool is a hash of product and factor), and one
selection of two percentiles. Memory: the groups, 16 bytes each, and the pools, 1.5 MB.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import numba
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numba import njit, prange

from bench import dense, generate, pack, spec
from bench.bound import DICTIONARY_COLUMNS, _codes

POOL = 1 << 15
DRAWS, REFERENCE_DRAWS = 1_000, 20_000


@njit(cache=True)
def _group(product, factor, ug):
    """Sums by (product, factor) of lines sorted by product: first group of each product, factor, ug (float64)."""
    n = len(product)
    starts = np.empty(n + 1, np.int64)
    factors = np.empty(n, np.int32)
    sums = np.empty(n, np.float64)
    products = groups = 0
    for i in range(n):
        if i == 0 or product[i] != product[i - 1]:
            starts[products] = groups
            products += 1
        if factor[i] < 0:
            continue
        g = starts[products - 1]
        while g < groups and factors[g] != factor[i]:
            g += 1
        if g == groups:
            factors[g], sums[g] = factor[i], 0.0
            groups += 1
        sums[g] += ug[i]
    starts[products] = groups
    return starts[: products + 1], factors[:groups], sums[:groups]


@njit(cache=True, parallel=True, fastmath=True)
def monte_carlo(starts, factors, sums, gsd_code, pools, draws):
    """Low and high ends (2.5 %, 97.5 %) of every product by `draws` draws; pools: float32 [GSD, POOL + draws]."""
    products = len(starts) - 1
    low = np.empty(products)
    high = np.empty(products)
    first, last = int(0.025 * draws), int(0.975 * draws)
    for p in prange(products):
        total = np.zeros(draws, np.float32)
        for g in range(starts[p], starts[p + 1]):
            mixed = (np.uint64(p) * np.uint64(0x9E3779B97F4A7C15)) ^ (
                np.uint64(factors[g] + 1) * np.uint64(0xD1342543DE82EF95)
            )
            mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
            offset = np.int64((mixed >> np.uint64(33)) & np.uint64(POOL - 1))
            pool = pools[gsd_code[factors[g]], offset : offset + draws]
            weight = np.float32(sums[g])
            for i in range(draws):
                total[i] += weight * pool[i]
        ordered = np.sort(total)
        low[p], high[p] = ordered[first], ordered[last]
    return low, high


def groups_of(data: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(starts, factors, sums) of the bills in data: micrograms by product and factor."""
    dense.prepare("bill", data)
    prepared = np.load(data / "dense.npz")
    table = pq.read_table(data / "bill.parquet", read_dictionary=list(DICTIONARY_COLUMNS)).unify_dictionaries()
    (_, _), (key, keys), (unit, units), (region, regions) = (_codes(table.column(name)) for name in DICTIONARY_COLUMNS)
    key_codes = {name: code for code, name in enumerate(prepared["keys"].tolist())}
    region_codes = {name: code for code, name in enumerate(pack.REGIONS)}
    key = np.array([key_codes.get(name, -1) for name in keys])[key]
    region = np.array([region_codes[name] for name in regions] + [dense.MISSING])[region]
    year = np.searchsorted(dense.FIRST_DAYS, table.column("date").cast(pa.int32()).to_numpy(), side="right") - 1
    factor = np.where(key < 0, -1, prepared["factor_of"][key, region, year]).astype(np.int32)
    to_factor_unit = np.array([spec.TO_FACTOR_UNIT[name] for name in units])[unit]
    ug = np.floor(table.column("amount").to_numpy() * (to_factor_unit * prepared["co2e_ug"][factor]) + 0.5)
    return _group(table.column("product_id").to_numpy(), factor, ug)


def _ends(draws: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)


def run(data: Path, spreads: str, sample: int = 2_000, seed: int = 1) -> dict:
    """The figures of this module, as a dictionary: errors are p95 of |end / reference - 1| over the sample.

    spreads: "wide", the GSDs of the generated pack (1.1 to 2.5, any key), or "shipped", those of Leafmark's own pack.
    """
    starts, factors, sums = groups_of(data)
    rows = spec.read_pack(data / "pack")
    gsd = [factor.gsd for factor in rows]
    if spreads == "shipped":
        listed = pack.key_names()[: -pack.UNLISTED_KEYS]
        theme = {name: pack.theme_of(key) for key, name in enumerate(listed)}
        gsd = [pack.SHIPPED_GSD[theme[factor.key]] for factor in rows]
    sigma = np.log(gsd)
    sigmas, gsd_code = np.unique(sigma, return_inverse=True)
    random = np.random.default_rng([seed, 3])
    z = random.standard_normal((len(sigmas), POOL))
    pools = np.exp(sigmas[:, None] * z - sigmas[:, None] ** 2 / 2).astype(np.float32)
    pools = np.hstack([pools, pools[:, :DRAWS]])
    monte_carlo(starts[:3], factors, sums, gsd_code, pools, DRAWS)  # compiles
    wall, cpu = time.perf_counter(), time.process_time()
    low, high = monte_carlo(starts, factors, sums, gsd_code, pools, DRAWS)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    with_lines = np.flatnonzero(np.diff(starts) > 0)
    chosen = random.choice(with_lines, min(sample, len(with_lines)), replace=False)
    errors = {name: np.empty(len(chosen)) for name in ("analytic_upper", "analytic_lower", "mc_upper", "mc_lower")}
    for n, p in enumerate(chosen):
        group = slice(starts[p], starts[p + 1])
        value, spread = sums[group], sigma[factors[group]]
        z = random.standard_normal((REFERENCE_DRAWS, len(value)))
        true_low, true_high = _ends(np.exp(spread * z - spread**2 / 2) @ value)
        variance = float((value**2 * np.expm1(spread**2)).sum())
        analytic_low, analytic_high = spec.lognormal_range(int(value.sum()), variance)
        errors["analytic_upper"][n] = abs(analytic_high / true_high - 1)
        errors["analytic_lower"][n] = abs(analytic_low / true_low - 1)
        errors["mc_upper"][n] = abs(high[p] / true_high - 1)
        errors["mc_lower"][n] = abs(low[p] / true_low - 1)
    return {
        **{f"{name}_error_p95": float(np.quantile(error, 0.95)) for name, error in errors.items()},
        "spreads": spreads, "products": len(starts) - 1, "groups": len(sums), "draws": DRAWS, "sample": len(chosen),
        "reference_draws": REFERENCE_DRAWS, "mc_wall_s": wall, "mc_cpu_s": cpu,
        "threads": numba.get_num_threads(), "load_after": round(os.getloadavg()[0], 2),
    }  # fmt: skip


def show(found: dict) -> None:
    """Print one result."""
    print(f"GSDs: {found['spreads']}")
    print(f"reference: {found['reference_draws']:,} draws for {found['sample']:,} of {found['products']:,} products")
    print("95th percentile of the relative error         upper    lower")
    labels = {"analytic": "analytic, in the engine's pass", "mc": f"Monte Carlo, {found['draws']:,} draws"}
    for name, label in labels.items():
        upper, lower = (found[f"{name}_{end}_error_p95"] for end in ("upper", "lower"))
        print(f"  {label:<42} {upper:6.2%}   {lower:6.2%}")
    print(
        f"Monte Carlo of {found['products']:,} products: {found['mc_wall_s']:.1f} s, {found['mc_cpu_s']:.1f} cpu-s "
        f"on {found['threads']} threads (load {found['load_after']})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=500_000)
    parser.add_argument("--sample", type=int, default=2_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    data = generate.ensure("bill", options.products)
    results = [run(data, spreads, options.sample) for spreads in ("wide", "shipped")]
    if options.json:
        print(json.dumps(results))
        return
    for found in results:
        show(found)


if __name__ == "__main__":
    main()
