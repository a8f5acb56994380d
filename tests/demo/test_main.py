"""The demo end to end, once: its parts add up, its figures explain themselves, and it opens nothing by itself."""

import json
import re
import webbrowser
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from leafmark.demo import main
from leafmark.demo.summary import screen
from leafmark.engine.explain import explain


@pytest.fixture(scope="session")
def done(panel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo") / "out"
    assert main.demo(out, True, False) == 0
    return out


@pytest.fixture
def record(done: Path) -> dict:
    return json.loads((done / "run.json").read_text(encoding="utf-8"))


def test_parts_add_up(done: Path, record: dict) -> None:
    total = record["totals_ug"]["co2e_ug"]
    assert record["lines_in"] == record["lines_accepted"] + record["lines_rejected"]
    assert sum(record["rejected_by_reason"].values()) == record["lines_rejected"]
    assert int(pc.sum(pq.read_table(done / "orders" / "orders.parquet").column("co2e_ug")).as_py()) == total
    assert sum(tier["co2e_ug"] for tier in record["by_tier"].values()) == total
    assert record["co2e_kg_low"] <= record["co2e_kg"] <= record["co2e_kg_high"]


def test_labels(done: Path, record: dict) -> None:
    labels = pq.read_table(done / "labels" / "labels.parquet").to_pylist()
    states = [row["state"] for row in labels]
    assert states.count("category_estimate") >= 20_000
    assert len(labels) == record["products_labelled"]
    assert all(row["tier"] in ("mass", "count") for row in labels if row["run"] == "products")
    assert record["televisions"] >= 60
    assert 0 < record["declared"] <= 40
    catalogue = pq.read_metadata(done / "inputs" / "catalogue.parquet").num_rows
    assert states.count("category_estimate") + sum(record["products_not_labelled"].values()) == catalogue


def test_shown_figures_explain_themselves(done: Path) -> None:
    labels = pq.read_table(done / "labels" / "labels.parquet").to_pylist()
    for run in ("products", "televisions", "declared"):
        shown = next(row for row in labels if row["run"] == run)
        subject = int(shown["product_id"]) if run == "products" else shown["product_id"]
        assert explain(done / run, subject)["co2e_ug"] == shown["co2e_ug"]


def test_page_stands_alone_and_summary_fits(done: Path, record: dict) -> None:
    page = (done / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert not re.search(r'(src|href)="https?:', page)
    lines = screen(record).splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 100


def test_again_opens_nothing_and_keeps_the_figures(
    done: Path, record: dict, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI", "1")
    monkeypatch.setattr(main.sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(webbrowser, "open", lambda *_: pytest.fail("opened"))
    assert main.demo(done, True, True) == 0
    assert json.loads(capsys.readouterr().out)["totals_ug"] == record["totals_ug"]


def test_missing_panel_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> Path:
        raise ModuleNotFoundError("the panel is not installed: pip install 'leafmark[demo]'")

    monkeypatch.setattr(main, "panel_folder", missing)
    assert main.demo(tmp_path / "out", False, False) == 2
    assert "leafmark[demo]" in capsys.readouterr().err
