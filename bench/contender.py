"""What all contenders share: the command line, the columns of the answers, and nothing that costs time.

    python -m bench.NAME bill --data bench/data/bill-500000 --out OUT
    python -m bench.NAME orders --data bench/data/orders-10000000 --out OUT

bill writes, into OUT:
  products.parquet   product_id, status, co2e_ug, low_ug, high_ug, six stages (NULL = no accepted line), lines,
                     rejected_lines, factor_id and factor_level of the factor with the largest sum (ties: the smaller
                     id; the level: the furthest of its lines), grade. In the order of the bill. (Ours writes
                     its states into grades.parquet: a letter needs a benchmark of the same basis and evidence.)
  rejected.parquet   row (0-based in the bill), product_id, key, reason

orders writes:
  orders.parquet     order_id, date, co2e_ug (accepted lines; NULL = there is none), lines, rejected_lines. In any order.
  days.parquet       date, orders, lines, rejected_lines, co2e_ug
  categories.parquet category, year, tier, lines, co2e_ug (accepted lines)
  intensity.parquet  year, month, orders, lines, co2e_ug, ug_per_order, change (against the same month a year before)
  rejected.parquet   order_id, product_id, reason
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

COMPRESSION = "snappy"
"""Of every output, so that no contender wins by writing larger files."""


def main(bill: Callable[[Path, Path], None], orders: Callable[[Path, Path], None]) -> None:
    """Run one contender's work from its command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=("bill", "orders"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    {"bill": bill, "orders": orders}[options.work](options.data, options.out)
