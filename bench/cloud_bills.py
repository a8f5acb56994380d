"""Bills for the bench: the FinOps sample's rows again and again, with ids, days and amounts changed by a fixed rule."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

DAYS = 28


def sample() -> Path:
    """The 1,000 real rows of the shared data."""
    named = os.environ.get("LEAFMARK_SHARED_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    return folder / "billing" / "focus_sample.csv"


def bills_of(rows: int, folder: Path) -> tuple[Path, Path]:
    """A CSV and a Parquet file of so many rows; the same rows in both.

    Every copy has resource ids of its own, a day of its own within the month, and amounts that are 0.5 to 1.5 times the sample's.
    """
    csv, parquet = folder / f"{rows}.csv", folder / f"{rows}.parquet"
    copies = -(-rows // 1000)
    source = f"read_csv('{sample()}', all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"')"
    scale = "(0.5 + (n * 7919 % 1000) / 1000.0)"
    duckdb.sql(f"""COPY (SELECT b.* EXCLUDE (n) REPLACE (
            "Id" || '-' || n AS "Id", "ResourceId" || '-' || n AS "ResourceId",
            COALESCE(CAST(TRY_CAST("ConsumedQuantity" AS DOUBLE) * {scale} AS VARCHAR), "ConsumedQuantity") AS "ConsumedQuantity",
            CAST(CAST("BilledCost" AS DECIMAL(18, 11)) * CAST({scale} AS DECIMAL(9, 3)) AS VARCHAR) AS "BilledCost",
            '2024-09-' || lpad(CAST(1 + n % {DAYS} AS VARCHAR), 2, '0') || substr("ChargePeriodStart", 11) AS "ChargePeriodStart")
        FROM (SELECT s.*, n FROM range({copies}) AS r(n), {source} AS s) AS b LIMIT {rows})
        TO '{csv}' (HEADER, FORCE_QUOTE *)""")
    duckdb.sql(f"""COPY (SELECT * FROM read_csv('{csv}', all_varchar = true, header = true, delim = ',', quote = '"', escape = '"'))
        TO '{parquet}'""")
    return csv, parquet
