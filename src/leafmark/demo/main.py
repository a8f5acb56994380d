"""`leafmark demo`: a published household panel and real electronics, from files to labels and a page.

    DIR/inputs -> DIR/orders, DIR/products, DIR/televisions, DIR/declared -> DIR/labels, DIR/report.html, DIR/run.json

Every sub-folder is a run that `leafmark explain` reads; this room adds no carbon arithmetic to them.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import time
import webbrowser
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv

from leafmark import engine
from leafmark.demo.electronics_lines import declared_lines, television_lines
from leafmark.demo.labels import make_labels
from leafmark.demo.receipts import panel_folder, write_receipts
from leafmark.demo.report import page
from leafmark.demo.summary import facts, screen
from leafmark.engine.backends import DuckDB
from leafmark.engine.order_lines import orders as run_orders
from leafmark.engine.run import SCHEMA, write_json
from leafmark.engine.settings import Settings
from leafmark.factors.model import builtin

KNOWN_ON = dt.date(2026, 11, 1)
LIFETIME_YEARS = 7.0
"""An assumption: the years for which Regulation (EU) 2019/2021, Annex II, D asks for televisions' spare parts."""
MEMORY_LIMIT = "1GB"
STAGE = "materials"
"""The bill's only stage: a factor to the gate or the shop is not split by its publisher."""


def demo(out: Path, as_json: bool, open_report: bool) -> int:
    """Run the demo into a folder; 0 done, 2 where the panel is missing or the folder holds something else."""
    began = time.perf_counter()
    try:
        panel_folder()
    except ModuleNotFoundError as error:
        print(f"leafmark: {error}", file=sys.stderr)
        return 2
    kept = out / "run.json"
    if out.exists() and any(out.iterdir()) and not kept.is_file() and not (out / "inputs").is_dir():
        print(f"leafmark: {out} is not empty and holds no demo; choose another --out", file=sys.stderr)
        return 2
    (out / "inputs").mkdir(parents=True, exist_ok=True)
    runs = _runs(out)
    labels = make_labels(out, runs, LIFETIME_YEARS, KNOWN_ON)
    content: dict[str, Any] = {"schema": SCHEMA, "status": "done", **facts(out, runs, labels)}
    content["wall_s"] = round(time.perf_counter() - began, 2)
    content["lines_per_s"] = round(content["lines_in"] / content["wall_s"])
    (out / "report.html").write_text(page(content, labels), encoding="utf-8")
    write_json(kept, content)
    if as_json:
        print(json.dumps(content, ensure_ascii=False, indent=2, default=str))
    else:
        print(screen(content))
    if open_report and not as_json and sys.stdout.isatty() and not os.environ.get("CI"):
        webbrowser.open((out / "report.html").resolve().as_uri())
    return 0


def _runs(out: Path) -> dict[str, Any]:
    """The inputs and the four runs over them, with a bar of steps on stderr."""
    from rich.console import Console
    from rich.progress import Progress

    inputs = out / "inputs"
    found: dict[str, Any] = {}
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading receipts", total=5)
        if not (inputs / "bill.parquet").is_file():
            write_receipts(inputs)
            _write_bill(inputs)
        bar.update(task, advance=1, description="order lines")
        found["orders"] = run_orders(
            inputs / "orders.parquet", inputs / "catalogue.parquet", [builtin()], out / "orders", Settings(KNOWN_ON),
            engine=lambda spill: DuckDB(spill, MEMORY_LIMIT),
        )  # fmt: skip
        tables: dict[str, pa.Table] = {"televisions": television_lines(LIFETIME_YEARS), "declared": declared_lines()}
        for name, table in tables.items():
            pa_csv.write_csv(table, inputs / f"{name}.csv")
        for name, file, method in (
            ("products", "bill.parquet", "product.bill"),
            ("televisions", "televisions.csv", "appliance.use"),
            ("declared", "declared.csv", "product.declared"),
        ):
            bar.update(task, advance=1, description=name)
            found[name] = engine.footprint(
                inputs / file, out=out / name, method=method, known_on=KNOWN_ON, memory_limit=MEMORY_LIMIT
            )
        bar.update(task, advance=1, description="labels")
    return found


def _write_bill(inputs: Path) -> None:
    """One line per product whose mass is known, by its own size or by count; none from spend."""
    source, target = (str(inputs / name).replace("'", "''") for name in ("catalogue.parquet", "bill.parquet"))
    with duckdb.connect() as con:
        con.execute(f"""COPY (
            SELECT product_id, '{STAGE}' AS stage, coalesce(mass_key, count_key) AS key,
              coalesce(mass_kg, count_amount) AS amount, coalesce(count_unit, 'kg') AS unit, region,
              DATE '2017-07-01' AS date
            FROM read_parquet('{source}') WHERE tier IN ('mass', 'count') ORDER BY product_id
        ) TO '{target}' (FORMAT parquet, COMPRESSION zstd)""")
