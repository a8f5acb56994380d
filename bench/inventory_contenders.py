"""The same inventory by pandas and polars, and the machine's limit: every file read and its numbers added up.

Both peers are given the factors resolved for the one region and year of the bench, untimed in their favour; they multiply, round each part
to whole micrograms and sum by scope and category. They check nothing, keep no range, no gas and no group, and write nothing.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.inventory_company import ENTITIES, KINDS, SITES, VENTURE_PERCENT, VENTURES, YEAR, Kind

KNOWN_ON = dt.date(2026, 6, 1)
AMOUNTS = {
    "freight": ("mass_kg", "distance_km", 1e-3), "freight_out": ("mass_kg", "distance_km", 1e-3), "electricity": ("kwh", "", 1.0),
    "products_sold": ("units_sold", "amount", 1.0), "commuting": ("amount", "days", 1.0), "products_discarded": ("units_sold", "mass_kg", 1.0),
    "capital_goods": ("amount", "supplier_kg_per_unit", 1.0), "investments": ("investee_kg", "attribution", 1.0), "refrigerants": ("mass_kg", "", 1.0),
}  # fmt: skip
"""Template -> the columns whose product is the amount, and what makes it the method's unit; `amount` alone where it is not here."""
UNITS = {"freight": "t_km", "freight_out": "t_km", "electricity": "kWh", "products_discarded": "kg", "capital_goods": "kg", "investments": "kg",
         "refrigerants": "kg"}  # fmt: skip


def factors(kind: Kind) -> list[tuple[str, int, int, float]]:
    """(key, scope, category or 0, micrograms per unit of the amount) of each part of a template's method."""
    from leafmark.engine.base_units import base_unit
    from leafmark.engine.lookup import choose
    from leafmark.factors.model import builtin
    from leafmark.factors.units import dimension, factor_between
    from leafmark.inventory.tables import TEMPLATES
    from leafmark.methods import method

    chosen_method = method(next(each.method for each in TEMPLATES if each.name == kind.template))
    keys = kind.keys or ("electricity.grid" if kind.template == "electricity" else "declared.co2e.unstated",)
    window = (dt.date(YEAR, 1, 1), dt.date(YEAR, 12, 31))
    chosen = choose([builtin()], chosen_method, KNOWN_ON, "AR5", keys, window=window)
    unit = UNITS.get(kind.template, kind.unit)
    per_base = factor_between(unit, base_unit(dimension(unit), unit))
    found: dict[tuple[str, int], tuple[int, float]] = {}
    for row in chosen.table.to_pylist():
        rank = ("WORLD", kind.region or "WORLD").index(row["region"]) if row["region"] in ("WORLD", kind.region) else -1
        place = row["key"], row["part"]
        if rank >= 0 and rank >= found.get(place, (-1, 0.0))[0]:
            found[place] = rank, row["ug_per_base"] * per_base
    parts = chosen_method.parts
    return [
        (key, parts[part].scope or 0, parts[part].category or 0, ug) for (key, part), (_, ug) in sorted(found.items())
    ]


def shares() -> dict[str, float]:
    """The company's share of each site."""
    first_venture = ENTITIES - VENTURES
    return {f"site-{n:03}": VENTURE_PERCENT / 100 if n % ENTITIES >= first_venture else 1.0 for n in range(SITES)}


def ours(company: Path) -> int:
    from leafmark.cli.start import arrow_without_pandas

    arrow_without_pandas()  # as the command `leafmark` begins; pandas is here for its own turn alone
    from leafmark.inventory.accounting.running import run_inventory

    with tempfile.TemporaryDirectory(prefix="leafmark-bench-") as folder:
        return run_inventory(company, Path(folder) / "inventory").total("location").co2e_ug


def _files(company: Path) -> list[tuple[Kind, Path]]:
    named = [(kind, company / "activities" / f"{kind.template}.parquet") for kind in KINDS]
    return [(kind, path) for kind, path in named if path.exists()]


def pandas(company: Path) -> int:
    import numpy as np
    import pandas as pd

    share, total = shares(), 0
    for kind, path in _files(company):
        first, second, per = AMOUNTS.get(kind.template, ("amount", "", 1.0))
        table = pd.read_parquet(path)
        amount = table[first] * (table[second] if second else 1.0) * per * table["site_id"].map(share)
        for key, _, _, ug in factors(kind):
            mine = amount[table[kind.key] == key] if kind.key else amount
            total += int(np.floor(mine * ug + 0.5).astype("int64").sum())
    return total


def polars(company: Path) -> int:
    import polars as pl

    of_site = pl.DataFrame({"site_id": list(shares()), "share": list(shares().values())}).lazy()
    total = 0
    for kind, path in _files(company):
        first, second, per = AMOUNTS.get(kind.template, ("amount", "", 1.0))
        names = kind.key or "key"
        rows = factors(kind)
        table = pl.DataFrame({names: [row[0] for row in rows], "ug_per_unit": [row[3] for row in rows]}).lazy()
        amount = pl.col(first) * (pl.col(second) if second else 1.0) * per * pl.col("share")
        lines = pl.scan_parquet(path).join(of_site, on="site_id")
        lines = lines.join(table, on=names) if kind.key else lines.join(table, how="cross")
        total += int(lines.select((amount * pl.col("ug_per_unit") + 0.5).floor().cast(pl.Int64).sum()).collect().item())
    return total


def scan(company: Path) -> int:
    import duckdb

    total = 0.0
    for kind, path in _files(company):
        numbers = " + ".join(f"SUM({name})" for name in kind.numbers)
        total += float(
            duckdb.sql(f"SELECT {numbers}, COUNT(DISTINCT site_id), COUNT(date) FROM '{path}'").fetchall()[0][0]
        )
    return int(total)


CONTENDERS: dict[str, Any] = {"ours": ours, "pandas": pandas, "polars": polars, "scan": scan}

if __name__ == "__main__":
    print(CONTENDERS[sys.argv[1]](Path(sys.argv[2])))
