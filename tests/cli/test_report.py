"""`leafmark report`: a page in the run's folder, of figures that were counted again."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow.parquet as pq
from newcomer import KNOWN_ON, Call


def test_the_page_lies_in_the_runs_folder_and_says_its_total(call: Call, finished: str) -> None:
    done = call("report", finished)
    assert done.exit_code == 0, done.stderr
    file = Path(finished, "report.html")
    assert done.stdout == f"{file}\n"
    page = file.read_text(encoding="utf-8")
    total = json.loads(Path(finished, "run.json").read_text())["totals"]["co2e_ug"]
    assert f"{total // 1_000_000:,}" in page.replace("\u202f", ",")
    assert "<script" not in page
    assert not re.search(r'(src|href)="(?!https?://)', page)
    for product in pq.read_table(Path(finished, "products.parquet"), columns=["product_id"]).column(0).to_pylist():
        assert product in page
    assert call("verify", finished).exit_code == 0


def test_of_orders_to_a_file_of_ones_own(call: Call, folder: Path) -> None:
    assert call("orders", "orders.csv", "--catalogue", "products.csv", *KNOWN_ON, "--out", "bought").exit_code == 0
    done = call("report", "bought", "--out", "page.html", "--top", "1", "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["file"] == "page.html"
    assert "other" in Path("page.html").read_text(encoding="utf-8")
    assert not Path("bought", "report.html").exists()


def test_no_page_of_figures_that_are_not_the_published_ones(call: Call, finished: str) -> None:
    record = Path(finished, "run.json")
    text = record.read_text(encoding="utf-8")
    record.write_text(re.sub(r'("totals": \{\s*"co2e_ug": )\d+', r"\g<1>7", text), encoding="utf-8")
    done = call("report", finished)
    assert done.exit_code == 1, done.output
    assert "run.json" in done.stderr
    assert not Path(finished, "report.html").exists()


def test_a_run_that_is_not_there(call: Call) -> None:
    done = call("report", "nowhere")
    assert done.exit_code == 2
    assert "nowhere" in done.stderr
