"""A row that is refused is refused whole: what is in no Scope 1 or 2 has no upstream in category 3, and the other way round.

The engine meets a row once for each part of its method (burning, upstream, losses) and refuses a part by itself: one that is over 1 Mt,
that has no factor, or whose factor counts in another dimension. A flag says of a row that it is in no figure, though, and what is doubted
of a row that is too large is its amount, which is one for all of its parts. So a row of which one part was refused and another stands
is taken out of what was prepared, and its template is run again.

Cost: nothing where no row was refused so; else one run over the refused rows, to see which of them have a part that stands, and only where one
has, the template's run again.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leafmark.engine import memory_database
from leafmark.engine.inputs import identifier, quote
from leafmark.engine.run import Run, Settings
from leafmark.engine.run import run as run_engine
from leafmark.factors.model import Pack
from leafmark.inventory.company.fetched import fetched
from leafmark.inventory.company.passes import PARQUET
from leafmark.inventory.company.prepared import CONSUMPTION_SCHEMA
from leafmark.methods import method

BY_PART: Final = ("no_factor", "date_out_of_reach", "unit_mismatch", "too_large")
"""Reasons that the engine has of a part and its factor; any other is of the row, and then no part of it stands."""
TOO_LARGE: Final = "too_large"
_NO_AMOUNT: Final = (TOO_LARGE, "unreadable", "below_bound", "above_bound")
"""Reasons that leave no kWh to count on."""


def rows_in_part(done: Run, source: Path, packs: Sequence[Pack], settings: Settings) -> list[int]:
    """Rows of a run's input, from 1, of which it refused a part while another has grams."""
    used = method(done.record["method"]["id"])
    rejected = done.table("rejected")
    rejected = rejected.filter(pc.is_in(rejected["reason"], value_set=pa.array(BY_PART)))
    if not rejected.num_rows or len(used.parts) == 1:
        return []
    with (
        tempfile.TemporaryDirectory(prefix="refused-", dir=source.parent) as folder,
        memory_database.connect() as connection,
    ):
        connection.register("rejected", rejected)
        given = Path(folder) / "rows.parquet"
        cells = ", ".join(identifier(name) for name in pq.read_schema(source).names if name != "activity_id")
        connection.execute(f"""COPY (SELECT {cells}, CAST(file_row_number + 1 AS VARCHAR) AS activity_id
            FROM {_numbered(source)} WHERE file_row_number + 1 IN (SELECT "row" FROM rejected)) TO {quote(str(given))} (FORMAT parquet)""")
        lines = dataclasses.replace(settings, lines=True, by_factor=False)
        again = run_engine(used, str(given), packs, Path(folder) / "run", lines, unique_ids=True)
        standing = again.table("entries")["activity_id"].unique().to_pylist()
    return sorted(map(int, standing))


def left_out(source: Path, rows: Sequence[int]) -> None:
    """Write a prepared file again without some of its rows, the others in their order."""
    written = source.with_suffix(".tmp")
    with memory_database.connect(in_order=True) as connection:
        connection.register("gone", pa.table({"place": pa.array(rows, pa.int64())}))
        connection.execute(f"""COPY (SELECT s.* EXCLUDE (file_row_number) FROM {_numbered(source)} AS s
            WHERE file_row_number + 1 NOT IN (SELECT place FROM gone)) TO {quote(str(written))} ({PARQUET})""")
    written.replace(source)


def consumed(consumption: pa.Table, source: Path, rejected: pa.Table) -> pa.Table | None:
    """Consumption (`CONSUMPTION_SCHEMA`) without rows of electricity that are too large for a line, whose kWh are doubted; None: as it was.

    `source` is what was run, `rejected` what the run refused of it. The kWh of a row without a factor stay: a contract may serve them.
    """
    if not pc.any(pc.equal(rejected["reason"], TOO_LARGE)).as_py():
        return None
    with memory_database.connect(in_order=True) as connection:
        connection.register("consumption", consumption)
        connection.register("gone", rejected.filter(pc.is_in(rejected["reason"], value_set=pa.array(_NO_AMOUNT))))
        large = f"(SELECT site_id FROM {_numbered(source)} WHERE file_row_number + 1 IN (SELECT \"row\" FROM gone WHERE reason = '{TOO_LARGE}'))"
        return fetched(
            connection,
            f"""
            WITH left_over AS (SELECT site_id AS group_id, region, SUM(kwh * share) AS kwh FROM {_numbered(source)}
              WHERE site_id IN {large} AND file_row_number + 1 NOT IN (SELECT "row" FROM gone) GROUP BY ALL)
            SELECT c.* REPLACE (COALESCE(o.kwh, c.kwh) AS kwh) FROM consumption AS c LEFT JOIN left_over AS o
              ON o.group_id = c.group_id AND o.region IS NOT DISTINCT FROM c.region
            WHERE c.group_id NOT IN {large} OR o.kwh IS NOT NULL ORDER BY c.group_id, c.region""",
            CONSUMPTION_SCHEMA,
        )


def _numbered(source: Path) -> str:
    return f"read_parquet({quote(str(source))}, file_row_number = true)"
