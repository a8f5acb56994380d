"""Orders of real dimensions: the products of a published marketplace (Olist) drawn at random into baskets.

    products.parquet -> products that can be packed by piece (the rest counted, with its reason) -> seeded orders

Real are the length, width, height and mass of each product; the baskets are drawn. Nine in ten of the set's own orders hold one
piece, which only asks for the smallest carton that holds it; here a basket has 1 to 8 lines and now and then two or three of a
kind, so that most orders have to be packed. The set is CC BY-NC-SA: it is read where it lies and never copied.

Draws use `random.Random.random()` alone, whose sequence Python keeps the same from version to version.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from bench.packing.cartons import SIXTEEN, Carton
from leafmark.parcels.tables import ORDERS_SCHEMA

ORDERS, SEED = 2_000, 20_261_127
LINES: Final = {1: 20, 2: 24, 3: 22, 4: 16, 5: 10, 6: 5, 7: 2, 8: 1}
"""Lines of an order -> how many in a hundred."""
QUANTITY: Final = {1: 97, 2: 2, 3: 1}
"""Pieces of a line -> how many in a hundred."""
DENSITY_KG_PER_L_MAX: Final = 8.0
"""Steel is 7.85 kg/l; what is denser has a mass or a length mistyped (the set goes to 85 kg/l)."""
LEFT_OUT: Final = ("without dimensions", "of weight 0", "denser than steel", "too large or heavy for every carton")
"""Why a product is not drawn."""
MM_PER_CM: Final = 10


def shared_data(named: Path | None = None) -> Path:
    """The folder of the sets that lie beside the project: as named, else as LEAFMARK_SHARED_DATA says, else ../shared/data."""
    return named or Path(
        os.environ.get("LEAFMARK_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
    )


@dataclass(frozen=True)
class Product:
    """What can be packed: three lengths in whole millimetres and a mass in grams."""

    product_id: str
    length_mm: int
    width_mm: int
    height_mm: int
    weight_g: int


@dataclass(frozen=True)
class Shelf:
    """Products to draw from, sorted by id, and how many were left out for which reason."""

    products: tuple[Product, ...]
    left_out: dict[str, int]


def shelf(shared_data: Path, cartons: Sequence[Carton] = SIXTEEN) -> Shelf:
    """The products that fit some carton by piece.

    Parameters
    ----------
    shared_data : folder that holds `olist/products.parquet` (lengths in cm, mass in g).

    Raises
    ------
    FileNotFoundError : the set is not there.
    """
    names = ["product_id", "product_length_cm", "product_width_cm", "product_height_cm", "product_weight_g"]
    rows = pq.read_table(shared_data / "olist" / "products.parquet", columns=names).to_pylist()
    kept, left_out = [], dict.fromkeys(LEFT_OUT, 0)
    for product_id, length_cm, width_cm, height_cm, weight_g in (row.values() for row in rows):
        reason = _reason(length_cm, width_cm, height_cm, weight_g, cartons)
        if reason:
            left_out[reason] += 1
        else:
            sizes_mm = (length_cm * MM_PER_CM, width_cm * MM_PER_CM, height_cm * MM_PER_CM)
            kept.append(Product(product_id, *sizes_mm, weight_g))
    return Shelf(tuple(sorted(kept, key=lambda each: each.product_id)), left_out)


def _reason(
    length_cm: int | None, width_cm: int | None, height_cm: int | None, weight_g: int | None, cartons: Sequence[Carton]
) -> str | None:  # fmt: skip
    """Why a product is left out, or None."""
    if not (length_cm and width_cm and height_cm) or weight_g is None:
        return "without dimensions"
    if weight_g == 0:
        return "of weight 0"
    if weight_g / 1e3 > length_cm * width_cm * height_cm / 1e3 * DENSITY_KG_PER_L_MAX:
        return "denser than steel"
    sides_mm = sorted(side_cm * MM_PER_CM for side_cm in (length_cm, width_cm, height_cm))
    if not any(carton.holds(sides_mm, weight_g) for carton in cartons):
        return "too large or heavy for every carton"
    return None


def orders(products: Sequence[Product], count: int = ORDERS, seed: int = SEED) -> pa.Table:
    """`count` orders drawn from the products: `ORDERS_SCHEMA`, one row a line, in the order they were drawn."""
    random = Random(seed)
    rows = []
    for number in range(count):
        lines = _drawn(LINES, random)
        for product in {_at(products, random): None for _ in range(lines)}:  # twice the same product is one line
            sizes = (product.length_mm, product.width_mm, product.height_mm, product.weight_g)
            rows.append((f"o{number:05d}", product.product_id, _drawn(QUANTITY, random), *sizes))
    columns = ("order_id", "item_id", "quantity", "length_mm", "width_mm", "height_mm", "weight_g")
    filled = dict(zip(columns, zip(*rows, strict=True), strict=True))
    return pa.table([filled.get(name, [None] * len(rows)) for name in ORDERS_SCHEMA.names], schema=ORDERS_SCHEMA)


def _drawn(shares: dict[int, int], random: Random) -> int:
    """A key, with its share of a hundred as its chance."""
    left = random.random() * 100
    for value, share in shares.items():
        left -= share
        if left < 0:
            return value
    return value


def _at(products: Sequence[Product], random: Random) -> Product:
    return products[int(random.random() * len(products))]


def fingerprint(table: pa.Table) -> str:
    """Short hash of a table's rows, to say that two runs had the same work."""
    rows = "\n".join(
        "\t".join("" if value is None else str(value) for value in row.values()) for row in table.to_pylist()
    )
    return hashlib.sha256(rows.encode()).hexdigest()[:16]
