"""Generated input for the benchmarks, streamed to Parquet: bills of activities, and order lines with a catalogue.

    python -m bench.generate bill --products 500000       -> bench/data/bill-500000/{bill.parquet, pack/}
    python -m bench.generate orders --lines 10000000      -> bench/data/orders-10000000/{lines/, catalogue.parquet, ...}

Deterministic in the seed and independent of the row-group size. Memory is one row group (about 150 MB). Cost: about
0.3 us of CPU a bill line and 0.15 us an order line, most of it writing Parquet.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import time
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench import pack, spec, synthetic

GENERATOR_VERSION = 2
"""Bump it when the output changes: what lies in bench/data is then made again."""

ROW_GROUP_LINES = 1 << 20
FIRST_PRODUCT_ID = 100_000_001
FIRST_ORDER_ID = 7_000_000_001
UNITS = ("kg", "g", "t", "kWh", "MJ", "t_km", "m3", "L", "item")
UNIT_SCALE = {"kg": 0.3, "g": 300.0, "t": 3e-4, "kWh": 1.5, "MJ": 5.4, "t_km": 1.0, "m3": 0.05, "L": 50.0, "item": 1.0}
UNIT_STEP = {"kg": 1e4, "g": 10.0, "t": 1e7, "kWh": 1e3, "MJ": 1e3, "t_km": 1e3, "m3": 1e5, "L": 100.0, "item": 1.0}
"""Amounts are whole multiples of 1 / step, as bills are."""

UNITS_OF_THEME = {
    "material": ("kg", "g", "t"), "grid": ("kWh", "kWh", "MJ"), "freight": ("t_km",) * 3, "waste": ("kg", "g", "t"),
    "water": ("m3", "L", "L"), "item": ("item",) * 3,
}  # fmt: skip
STAGES_OF_THEME = {
    "material": ("materials", "materials", "packaging"), "grid": ("manufacturing", "manufacturing", "use"),
    "freight": ("transport",) * 3, "waste": ("end_of_life",) * 3, "water": ("manufacturing", "use", "use"),
    "item": ("materials",) * 3,
}  # fmt: skip

ORDER_YEARS = (2024, 2025)
CATALOGUE_PRODUCTS = 500_000
CATEGORIES = 300


def _dictionary(codes: np.ndarray, values: tuple[str, ...] | list[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(list(values), pa.string()))


def _days(first_day: date, offsets: np.ndarray) -> pa.Array:
    return pa.array((offsets + (first_day - spec.EPOCH).days).astype(np.int32)).cast(pa.date32())


def write_bill(folder: Path, products: int, seed: int = 1, row_group_lines: int = ROW_GROUP_LINES) -> Path:
    """Write bill.parquet (9 lines a product, sorted by product) and the factor pack into folder; products is even."""
    if products % 2:
        raise ValueError(f"products is {products}: bills are made in pairs, so ask for an even number")
    folder.mkdir(parents=True, exist_ok=True)
    pack.write_pack(folder / "pack", seed)
    themes = tuple(UNITS_OF_THEME)
    classes = np.array([
        (0, pack.PLACE_KEYS), (pack.PLACE_KEYS, pack.COUNTRY_KEYS),
        (pack.PLACE_KEYS + pack.COUNTRY_KEYS, pack.WORLD_KEYS),
    ])  # fmt: skip
    arguments = (
        classes,
        np.array([themes.index(pack.theme_of(key)) for key in range(pack.PHYSICAL_KEYS)]),
        np.array([[UNITS.index(unit) for unit in UNITS_OF_THEME[theme]] for theme in themes]),
        np.array([[spec.STAGES.index(stage) for stage in STAGES_OF_THEME[theme]] for theme in themes]),
        np.array([UNIT_SCALE[unit] for unit in UNITS]),
        np.array([UNIT_STEP[unit] for unit in UNITS]),
        np.array([
            len(pack.PROVINCES), len(pack.COUNTRIES),
            (date(spec.LAST_YEAR + 1, 1, 1) - date(spec.FIRST_YEAR, 1, 1)).days,
            pack.PHYSICAL_KEYS, pack.PHYSICAL_KEYS + pack.SPEND_KEYS, pack.UNLISTED_KEYS,
        ]),
    )  # fmt: skip
    names = pack.key_names()
    lines = products * synthetic.LINES_PER_PRODUCT_PAIR // 2
    path = folder / "bill.parquet"
    writer = None
    for first in range(0, lines, row_group_lines):
        last = min(first + row_group_lines, lines)
        product, stage, key, unit, region, day, amount = synthetic.bill_lines(seed, first, last, *arguments)
        table = pa.table({
            "product_id": product + FIRST_PRODUCT_ID,
            "stage": _dictionary(stage, spec.STAGES),
            "key": _dictionary(key, names),
            "amount": amount,
            "unit": _dictionary(unit, UNITS),
            "region": _dictionary(region, pack.REGIONS),
            "date": _days(date(spec.FIRST_YEAR, 1, 1), day),
        })  # fmt: skip
        writer = writer or pq.ParquetWriter(path, table.schema, compression="snappy", store_schema=False)
        writer.write_table(table, row_group_size=row_group_lines)
    writer.close()
    return path


def _orders_of_days(orders: int) -> tuple[list[date], np.ndarray]:
    """Days of the two years, and the first order of each: weekends, growth, 18 June and Double 11."""
    days = [date(ORDER_YEARS[0], 1, 1) + timedelta(n) for n in range(731)]
    peaks = {(6, 18): 5.0, (11, 11): 10.0, (11, 10): 3.0, (12, 12): 3.0}
    weight = np.array([
        (1.1 if day.weekday() > 4 else 1.0) * (1.15 if day.year == ORDER_YEARS[1] else 1.0)
        * peaks.get((day.month, day.day), 1.0)
        for day in days
    ])  # fmt: skip
    share = np.concatenate([[0.0], np.cumsum(weight)]) / weight.sum()
    return days, np.rint(share * orders).astype(np.int64)


def write_catalogue(path: Path, products: int, seed: int) -> np.ndarray:
    """Write the catalogue: 60 % mass tier, 20 % count, 20 % spend; 0.1 % have no factor. Returns prices in cents."""
    random = np.random.default_rng([seed, 2])
    names = pack.key_names()
    of_theme = {
        theme: np.array([key for key in range(pack.PHYSICAL_KEYS) if pack.theme_of(key) == theme])
        for theme in ("material", "water", "item")
    }
    category = (np.arange(products) * 7919) % CATEGORIES
    tier = random.choice(3, products, p=(0.6, 0.2, 0.2))
    unlisted = random.random(products) < 0.001
    tier[unlisted] = 2
    mass_kg = np.round(random.lognormal(-1.0, 1.0, products), 4) + 0.001
    count_amount = np.round(random.lognormal(0.0, 0.5, products), 2) + 0.01
    count_theme = random.choice(2, products)
    of_item, of_water = (random.choice(of_theme[theme], products) for theme in ("item", "water"))
    count_key = np.where(count_theme == 0, of_item, of_water)
    count_unit = np.where(count_theme == 0, "item", np.where(random.random(products) < 0.5, "L", "m3"))
    rank = (len(of_theme["material"]) ** random.random(products)).astype(int) - 1
    mass_key = of_theme["material"][rank]
    spend_key = pack.PHYSICAL_KEYS + category
    spend_key[unlisted] = pack.PHYSICAL_KEYS + pack.SPEND_KEYS + random.integers(0, pack.UNLISTED_KEYS, unlisted.sum())
    region = random.integers(0, len(pack.REGIONS), products)
    region[random.random(products) < 0.15] = -1
    prices_cents = np.rint(random.lognormal(7.3, 0.9, products)).astype(np.int64) + 99
    counted = tier <= 1  # a product known by mass is often known by count too: the order of tiers decides
    table = pa.table({
        "product_id": np.arange(1, products + 1),
        "category": pa.array([f"category_{code:03d}" for code in range(CATEGORIES)]).take(pa.array(category)),
        "region": _dictionary(region, pack.REGIONS).cast(pa.string()),
        "mass_kg": pa.array(mass_kg, mask=tier != 0),
        "mass_key": pa.array(np.array(names)[mass_key], mask=tier != 0),
        "count_amount": pa.array(count_amount, mask=~counted),
        "count_unit": pa.array(count_unit, mask=~counted),
        "count_key": pa.array(np.array(names)[count_key], mask=~counted),
        "spend_key": pa.array(np.array(names)[spend_key]),
        "currency": pa.array(["USD"]).take(pa.array(np.zeros(products, np.int64))),
    })  # fmt: skip
    pq.write_table(table, path, compression="snappy")
    return prices_cents


def write_orders(
    folder: Path, lines: int, seed: int = 1, row_group_lines: int = ROW_GROUP_LINES, products: int = CATALOGUE_PRODUCTS
) -> Path:
    """Write lines/orders-YYYY-MM.parquet (2.5 lines an order, by date and order), catalogue, pack and price index."""
    if lines % synthetic.LINES_PER_ORDER_PAIR:
        raise ValueError(f"lines is {lines}: orders are made in pairs of 5 lines, so ask for a multiple of 5")
    (folder / "lines").mkdir(parents=True, exist_ok=True)
    pack.write_pack(folder / "pack", seed)
    with (folder / "price_index.csv").open("w", newline="") as file:
        price_rows = csv.writer(file, lineterminator="\n")
        price_rows.writerows(
            [("currency", "year", "to_usd_2021"), *(("USD", *row) for row in spec.PRICE_INDEX.items())]
        )
    prices_cents = write_catalogue(folder / "catalogue.parquet", products, seed)
    days, day_start = _orders_of_days(lines * 2 // synthetic.LINES_PER_ORDER_PAIR)
    month_starts = [n for n, day in enumerate(days) if day.day == 1] + [len(days)]
    for start, stop in pairwise(month_starts):
        path = folder / "lines" / f"orders-{days[start]:%Y-%m}.parquet"
        begin, end = (synthetic.first_line_of_order(seed, day_start[day]) for day in (start, stop))
        writer = None
        for first in range(begin, max(end, begin + 1), row_group_lines):
            last = min(first + row_group_lines, end)
            order, product, pieces, spend, day = synthetic.order_lines(
                seed, first, last, products, day_start, prices_cents
            )
            table = pa.table({
                "order_id": order + FIRST_ORDER_ID,
                "product_id": product + 1,
                "pieces": pieces,
                "spend": spend,
                "date": _days(days[0], day),
            })  # fmt: skip
            writer = writer or pq.ParquetWriter(path, table.schema, compression="snappy", store_schema=False)
            writer.write_table(table, row_group_size=row_group_lines)
        writer.close()
    return folder / "lines"


def folder_of(work: str, size: int) -> Path:
    """Where the generated input of this work and size lies."""
    return spec.DATA / f"{work}-{size}"


def ensure(work: str, size: int, seed: int = 1) -> Path:
    """Generate the input once; returns its folder. A folder without its `done` mark is made again."""
    folder = folder_of(work, size)
    mark, wanted = folder / "done", f"seed {seed}, generator {GENERATOR_VERSION}\n"
    if not mark.exists() or mark.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        (write_bill if work == "bill" else write_orders)(folder, size, seed)
        mark.write_text(wanted)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", choices=("bill", "orders"))
    parser.add_argument("--products", type=int, default=500_000, help="products of the bills (9 lines each)")
    parser.add_argument("--lines", type=int, default=10_000_000, help="order lines (2.5 an order)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started = time.perf_counter()
    folder = ensure(options.work, options.products if options.work == "bill" else options.lines, options.seed)
    print(f"{folder}: {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
