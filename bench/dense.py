"""Tables the lower bound is given for free: fallback, validity and units already resolved, before its clock starts.

A factor is found by one array access, ``factor_of[key, region, year]``. That is no engine: it knows the few regions
and years that occur, and it is prepared from the pack (and, for orders, the catalogue) by `prepare`, untimed.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from bench import pack, spec

YEARS = spec.LAST_YEAR - spec.FIRST_YEAR + 1
FIRST_DAYS = np.array(
    [(date(spec.FIRST_YEAR + year, 1, 1) - spec.EPOCH).days for year in range(YEARS + 1)], dtype=np.int32
)
"""First day (date32) of each year, and of the year after the last."""

MISSING = len(pack.REGIONS)
"""Region code of a line without a region."""


def dense_factors(factors: list[spec.Factor]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Keys, factor_of (int32) and level_of (int8), both [key, region or MISSING, year]; -1 = no factor at any level."""
    keys = sorted({factor.key for factor in factors})
    year_of: dict[tuple[str, str], np.ndarray] = {}
    for index, factor in enumerate(factors):
        years = year_of.setdefault((factor.key, factor.region), np.full(YEARS, -1, np.int32))
        years[max(factor.valid_from.year - spec.FIRST_YEAR, 0) : max(factor.valid_to.year - spec.FIRST_YEAR, 0)] = index
    factor_of = np.full((len(keys), MISSING + 1, YEARS), -1, np.int32)
    level_of = np.full(factor_of.shape, -1, np.int8)
    chains = [spec.region_chain(region) for region in (*pack.REGIONS, None)]
    for code, key in enumerate(keys):
        for region, chain in enumerate(chains):
            for level, place in enumerate(chain):
                years = year_of.get((key, place))
                if years is not None:
                    free = (factor_of[code, region] < 0) & (years >= 0)
                    factor_of[code, region][free] = years[free]
                    level_of[code, region][free] = level
    return keys, factor_of, level_of


def prepare_bill(data: Path) -> None:
    """Write data/dense.npz for the bills of this folder."""
    factors = spec.read_pack(data / "pack")
    keys, factor_of, level_of = dense_factors(factors)
    np.savez(
        data / "dense.npz",
        keys=np.array(keys),
        factor_of=factor_of,
        level_of=level_of,
        factor_ids=np.array([factor.factor_id for factor in factors]),
        co2e_ug=np.array([factor.co2e_kg * spec.UG_PER_KG for factor in factors]),
        relative_variance=np.array([spec.relative_variance(factor.gsd) for factor in factors]),
    )


def prepare_orders(data: Path) -> None:
    """Write data/dense.npz: for each product (by id) tier (-1 = none), amount a piece, unit, ug CO2e by year."""
    factors = spec.read_pack(data / "pack")
    keys, factor_of, _ = dense_factors(factors)
    key_codes = {key: code for code, key in enumerate(keys)}
    region_codes: dict[str | None, int] = {region: code for code, region in enumerate(pack.REGIONS)} | {None: MISSING}
    first = min(spec.PRICE_INDEX) - spec.FIRST_YEAR
    rows = pq.read_table(data / "catalogue.parquet").to_pylist()
    size = max(row["product_id"] for row in rows) + 1
    years = len(spec.PRICE_INDEX)
    categories = sorted({row["category"] for row in rows})
    category_codes = {category: code for code, category in enumerate(categories)}
    tier = np.full(size, -1, np.int8)
    category = np.zeros(size, np.int16)
    numbers = np.zeros((size, 2 + years))  # amount a piece, to_factor_unit, ug CO2e per unit in each year
    for row in rows:
        product = row["product_id"]
        category[product] = category_codes[row["category"]]
        chain = (
            (row["mass_kg"], row["mass_key"], "kg"),
            (row["count_amount"], row["count_key"], row["count_unit"]),
            (1.0, row["spend_key"], row["currency"]),
        )
        for number, (amount, key, unit) in enumerate(chain):
            if amount is None:
                continue
            if key in key_codes:
                chosen = factor_of[key_codes[key], region_codes[row["region"]], first : first + years]
                if (chosen >= 0).all():
                    tier[product] = number
                    numbers[product, :2] = amount, spec.TO_FACTOR_UNIT[unit]
                    numbers[product, 2:] = [factors[index].co2e_kg * spec.UG_PER_KG for index in chosen]
            break
    np.savez(
        data / "dense.npz",
        tier=tier,
        category=category,
        numbers=numbers,
        categories=np.array(categories),
        price_index=np.array(list(spec.PRICE_INDEX.values())),
    )


def prepare(work: str, data: Path) -> None:
    """Prepare the bound's tables once."""
    if not (data / "dense.npz").exists():
        {"bill": prepare_bill, "orders": prepare_orders}[work](data)
