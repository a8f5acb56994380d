"""Replay: compute a finished run again from what it pinned, and say whether every figure is the same.

The run folder holds the packs, the method's version and hash, the settings and the inputs' hashes; nothing newer is
looked at, so an upgraded pack changes no old figure. The work goes to a temporary folder; the tables are compared as
bags of rows (`EXCEPT ALL` both ways), since the order of rows is no figure. What cannot be the same is named first: an
input or a pack whose hash is not the recorded one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from leafmark.engine.backends import Backend
from leafmark.engine.inputs import quote
from leafmark.engine.pinned import Pinned, open_pinned
from leafmark.engine.run import Progress, Run, RunError, open_run, run

SCHEMA = "leafmark.replay/1"
TABLES = ("products", "orders", "entries", "rejected")
DIFFERENCES_SHOWN = 20
_NO_FIGURE = frozenset({"run_id"})
_TOTALS = ("lines_in", "lines_accepted", "lines_rejected", "rejected_by_reason")


def replay(
    finished: Run | str | Path, *, given: tuple[Any, ...] = (), engine: Callable[[Path], Backend] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Recompute a run and compare.

    Parameters
    ----------
    finished : the run, its folder, or its id.
    given : the inputs again, where they were tables in memory.
    engine, progress : as `leafmark.engine.run.run`.

    Returns
    -------
    `schema, run_id, same, inputs_changed, packs_changed, tables`: for each table its rows then and now, how many
    differ, and the first of them; `totals` lists differing totals. `same` is true only if nothing differs and nothing
    changed.

    Raises
    ------
    RunError : method, pack or input is not there any more.
    """
    old = finished if isinstance(finished, Run) else open_run(finished)
    pinned = open_pinned(old)
    inputs = given or tuple(_input(each) for each in old.record["inputs"])
    with tempfile.TemporaryDirectory(prefix="leafmark-replay-") as folder:
        new = _again(pinned, inputs, Path(folder) / "run", engine, progress)
        tables = {name: _compare(old.path, new.path, name) for name in TABLES if _has(old.path, name)}
        changed = [
            f"input {then['file']} (recorded {then['sha256'][:16]}, found {now['sha256'][:16]})"
            for then, now in zip(old.record["inputs"], new.record["inputs"], strict=True)
            if then["sha256"] != now["sha256"]
        ]
        totals = _totals(old.record, new.record)
    differs = any(table["differing"] for table in tables.values()) or bool(totals)
    return {
        "schema": SCHEMA,
        "run_id": old.id,
        "run": str(old.path),
        "same": not (differs or changed or pinned.changed),
        "figures_same": not differs,
        "inputs_changed": changed,
        "packs_changed": pinned.changed,
        "totals": totals,
        "tables": tables,
    }


def _input(recorded: dict[str, Any]) -> str:
    name = str(recorded["file"])
    if "::" not in name and not Path(name).exists():
        raise RunError(
            f"the run's input {name!r} is not there: put the file back (sha256 {recorded['sha256'][:16]}...), or, where "
            "it was a table in memory, give that table"
        )
    return name


def _again(
    pinned: Pinned, inputs: tuple[Any, ...], out: Path, engine: Callable[[Path], Backend] | None,
    progress: Progress | None,
) -> Run:  # fmt: skip
    if pinned.method.id == "retail.purchase":
        from leafmark.engine.order_lines import orders

        lines, catalogue = inputs
        return orders(
            lines, catalogue, pinned.packs, out, pinned.settings, method=pinned.method, engine=engine, progress=progress
        )
    return run(pinned.method, inputs[0], pinned.packs, out, pinned.settings, engine=engine, progress=progress)


def _has(folder: Path, table: str) -> bool:
    return (folder / f"{table}.parquet").is_file()


def _compare(old: Path, new: Path, table: str) -> dict[str, Any]:
    """Rows of one table that stand in one of the two runs only."""
    files = {name: str(folder / f"{table}.parquet") for name, folder in (("then", old), ("now", new))}
    columns = [name for name in pq.read_schema(files["then"]).names if name not in _NO_FIGURE]
    listing = ", ".join(f'"{name}"' for name in columns)
    reads = {name: f"SELECT {listing} FROM read_parquet({quote(file)})" for name, file in files.items()}
    connection = duckdb.connect()
    try:
        connection.execute("SET autoinstall_known_extensions = false")
        found: dict[str, Any] = {name: pq.read_metadata(file).num_rows for name, file in files.items()}
        differing, shown = 0, []
        for here, there in (("then", "now"), ("now", "then")):
            connection.execute(f"CREATE TEMP TABLE only_{here} AS ({reads[here]}) EXCEPT ALL ({reads[there]})")
            count = connection.execute(f"SELECT COUNT(*) FROM only_{here}").fetchall()[0][0]
            differing = max(differing, count)
            rows = connection.execute(f"SELECT * FROM only_{here} ORDER BY ALL LIMIT {DIFFERENCES_SHOWN}").fetchall()
            shown += [{"run": here, **dict(zip(columns, row, strict=True))} for row in rows]
    finally:
        connection.close()
    return {**found, "differing": differing, "differences": shown}


def _totals(then: dict[str, Any], now: dict[str, Any]) -> list[dict[str, Any]]:
    pairs = {name: (then.get(name), now.get(name)) for name in _TOTALS}
    for name in ("co2e_ug", "low_ug", "high_ug"):
        pairs[name] = then["totals"].get(name), now["totals"].get(name)
    return [{"total": name, "then": old, "now": new} for name, (old, new) in pairs.items() if old != new]


def text(report: dict[str, Any]) -> str:
    """The report in sentences: the same, or what differs."""
    lines = [f"run {report['run_id']}: {'the same, every figure' if report['same'] else 'NOT the same'}"]
    lines += [f"  changed since the run: {name}" for name in report["inputs_changed"] + report["packs_changed"]]
    if report["figures_same"] and not report["same"]:
        lines.append("  the figures are the same nevertheless")
    for each in report["totals"]:
        lines.append(f"  {each['total']}: {each['then']} then, {each['now']} now")
    for name, table in report["tables"].items():
        state = "the same" if not table["differing"] else f"{table['differing']:,} differ"
        lines.append(f"  {name:<9} {table['then']:>12,} rows: {state}")
        for row in table["differences"]:
            cells = ", ".join(f"{key}={value}" for key, value in row.items() if key != "run" and value is not None)
            lines.append(f"    {row['run']:<4} {cells}")
    return "\n".join(lines)
