"""`leafmark demo`: a published household panel and real electronics, from files to labels and a page.

    DIR/inputs -> DIR/orders, DIR/products, DIR/televisions, DIR/declared -> DIR/labels, DIR/report.html, DIR/run.json
    DIR/inputs -> DIR/acts -> DIR/ledger.db                  (accounts: a declared scenario)
    orders at hand -> DIR/parcels                            (packing slips)

Every sub-folder is a run, or holds runs, that `leafmark explain` reads; this room adds no carbon arithmetic to them. A demo is always
made anew: a folder of an earlier one, finished or killed, is emptied first, so no file of it can be taken for fresh.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sys
import time
import webbrowser
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv

from leafmark import engine
from leafmark.demo.accounts import STORE, ledger_ready, make_accounts
from leafmark.demo.by_factor import write_shelf
from leafmark.demo.electronics_lines import declared_lines, television_lines
from leafmark.demo.facts import MID_PANEL, facts
from leafmark.demo.labels import SHELVES, make_labels
from leafmark.demo.parcels import SLIPS, make_parcels
from leafmark.demo.progress import Steps
from leafmark.demo.receipts import panel_folder, write_receipts
from leafmark.demo.report import page
from leafmark.demo.summary import screen
from leafmark.engine.run import SCHEMA, Run, write_json
from leafmark.methods.category_rules import category_rules

KNOWN_ON = dt.date(2026, 11, 1)
LIFETIME_YEARS = float(category_rules("televisions@1").lifetime_years or 7)
"""An assumption (category rules of televisions), printed wherever a figure rests on it."""
MEMORY_LIMIT = "1GB"
STAGE = "materials"
"""The bill's only stage: each factor, to the gate, shop or plate, is booked whole, as one figure per kg."""
RUNS = ("orders", "products", "televisions", "declared")
SITE = ("site.db", "site.db-wal", "site.db-shm", "site.toml", "secret.key", "logins.json", "static", "search", "mail")
"""What the site of an earlier demo left: its products and accounts are not those of this one."""
OWN = ("inputs", *RUNS, "labels", SHELVES, SLIPS, "acts", STORE, f"{STORE}-wal", f"{STORE}-shm", "report.html", *SITE)
"""What a demo writes beside its `run.json`, or is written for it."""


def demo(out: Path, as_json: bool, open_report: bool) -> int:
    """Run the demo into a folder; 0 done, 2 where part of the extra is missing or the folder holds something else."""
    began = time.perf_counter()
    try:
        panel_folder()
        ledger_ready()
    except ModuleNotFoundError as error:
        print(f"leafmark: {error}", file=sys.stderr)
        return 2
    if out.exists() and not (out.is_dir() and (is_demo(out) or not any(out.iterdir()))):
        print(f"leafmark: {out} is not empty and holds no demo; choose another --out, or remove it", file=sys.stderr)
        return 2
    content, report = make(out, began)
    if as_json:
        print(json.dumps(content, ensure_ascii=False, indent=2, default=str))
    else:
        print(screen(content))
        print(f"report       {report}")
    show(report, open_report, as_json)
    return 0


def make(out: Path, began: float) -> tuple[dict[str, Any], Path]:
    """Make the whole demo; the facts of its `run.json`, and its page. `began` is on the clock of `perf_counter`, s."""
    _empty(out)
    with Steps() as steps:
        runs = _runs(out, steps)
        labels = make_labels(out, runs, LIFETIME_YEARS, KNOWN_ON, steps.step("labels"))
        accounts = make_accounts(out, KNOWN_ON, MEMORY_LIMIT, steps.step("accounts"))
        packed, pictures = make_parcels(out, KNOWN_ON, steps.step("parcels (compiled at the first time)"))
        steps.step("report")
        content: dict[str, Any] = {"schema": SCHEMA, "status": "done", **facts(out, runs, labels, LIFETIME_YEARS)}
        content["accounts"] = accounts
        content["parcels"] = packed
        content["wall_s"] = round(time.perf_counter() - began, 2)
        content["lines_per_s"] = round(content["lines_in"] / content["wall_s"])
        report = out / "report.html"
        report.write_text(page(content, labels, runs, pictures), encoding="utf-8")
    write_json(out / "run.json", content)
    return content, report


def show(report: Path, asked: bool, as_json: bool) -> None:
    """Open the page in a browser, if that was asked for and a person sits at the terminal: never in CI."""
    if asked and not as_json and sys.stdout.isatty() and not os.environ.get("CI"):
        webbrowser.open(report.resolve().as_uri())


def is_demo(out: Path) -> bool:
    """Whether a folder is an earlier demo's, finished or not: its `run.json` names the demo's four runs."""
    try:
        content = json.loads((out / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and set(content.get("runs") or ()) == set(RUNS)


def _empty(out: Path) -> None:
    """Make the folder and say in it whose it is before anything else; what an earlier demo left goes."""
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / "run.json", {"schema": SCHEMA, "status": "running", "runs": dict.fromkeys(RUNS)})
    for name in OWN:
        path = out / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    (out / "inputs").mkdir()


def _runs(out: Path, steps: Steps) -> dict[str, Run]:
    """The inputs and the four runs over them."""
    inputs = out / "inputs"
    write_receipts(inputs, progress=steps.step("receipts"))
    shelf = write_shelf(inputs)
    _write_bill(inputs)
    tables: dict[str, pa.Table] = {"televisions": television_lines(LIFETIME_YEARS), "declared": declared_lines()}
    for name, table in tables.items():
        pa_csv.write_csv(table, inputs / f"{name}.csv")
    found = {
        "orders": engine.orders(
            inputs / "orders.parquet", catalogue=shelf, out=out / "orders", known_on=KNOWN_ON,
            memory_limit=MEMORY_LIMIT, progress=steps.step("order lines"),
        )
    }  # fmt: skip
    for name, file, method in (
        ("products", "bill.parquet", "product.bill"),
        ("televisions", "televisions.csv", "appliance.use"),
        ("declared", "declared.csv", "product.declared"),
    ):
        found[name] = engine.footprint(
            inputs / file, out=out / name, method=method, known_on=KNOWN_ON, memory_limit=MEMORY_LIMIT,
            progress=steps.step(name),
        )  # fmt: skip
    return found


def _write_bill(inputs: Path) -> None:
    """One line per product whose mass is known, by its own size or by count; none from spend.

    `amount_gsd` is the spread of a typical mass; NULL = the package's own.
    """
    source, target = (str(inputs / name).replace("'", "''") for name in ("catalogue.parquet", "bill.parquet"))
    with duckdb.connect() as con:
        con.execute(f"""COPY (
            SELECT product_id, '{STAGE}' AS stage, coalesce(mass_key, count_key) AS key,
              coalesce(mass_kg, count_amount) AS amount, coalesce(count_unit, 'kg') AS unit, region,
              DATE '{MID_PANEL}' AS date, amount_gsd
            FROM read_parquet('{source}') WHERE tier IN ('mass', 'count') ORDER BY product_id
        ) TO '{target}' (FORMAT parquet, COMPRESSION zstd)""")
