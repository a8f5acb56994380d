"""The demo end to end, once: its parts add up, its figures explain themselves, and it opens nothing by itself."""

import json
import os
import re
import shutil
import sys
import webbrowser
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from leafmark import cli as leafmark
from leafmark.demo import main
from leafmark.demo.by_factor import Parts, total
from leafmark.demo.summary import LINES, WIDTH, screen
from leafmark.engine.explain import explain
from leafmark.engine.run import open_run
from leafmark.products.from_run import grades_from_run


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
    assert (
        states.count("category_estimate") + sum(each["products"] for each in record["products_not_labelled"])
        == catalogue
    )


def test_shown_figures_explain_themselves(done: Path) -> None:
    labels = pq.read_table(done / "labels" / "labels.parquet").to_pylist()
    for run in ("products", "televisions", "declared"):
        shown = next(row for row in labels if row["run"] == run)
        subject = int(shown["product_id"]) if run == "products" else shown["product_id"]
        assert explain(done / run, subject)["co2e_ug"] == shown["co2e_ug"]


def test_a_basket_is_explained(done: Path, record: dict) -> None:
    tree = explain(done / "orders", record["basket_shown"])
    assert tree["co2e_ug"] > 0
    page = (done / "report.html").read_text(encoding="utf-8")
    assert f"leafmark explain DIR/orders {record['basket_shown']}<" in page
    assert "does not answer for" not in page


def test_a_basket_without_a_counted_line_divides_nothing(done: Path, record: dict) -> None:
    orders = pq.read_table(done / "orders" / "orders.parquet")
    counted = len(set(orders.filter(pc.is_valid(orders.column("co2e_ug"))).column("order_id").to_pylist()))
    assert counted == record["baskets_counted"] < record["orders"]
    assert record["per_basket_ug"]["co2e_ug"] == record["totals_ug"]["co2e_ug"] // counted
    none = f"{counted:,} baskets with a counted line, {record['orders'] - counted:,} have none"
    assert none in (done / "report.html").read_text(encoding="utf-8")


def test_the_page_tells_what_ends_at_the_plate(done: Path, record: dict) -> None:
    page = (done / "report.html").read_text(encoding="utf-8")
    bounds = record["by_boundary"]
    assert sum(each["co2e_ug"] for each in bounds.values()) == record["totals_ug"]["co2e_ug"]
    labels = pq.read_table(done / "labels" / "labels.parquet").to_pylist()
    estimates = sum(row["state"] == "category_estimate" for row in labels)
    assert sum(each["products_labelled"] for each in bounds.values()) == estimates
    plate = bounds["cradle_to_plate"]
    assert plate["products_labelled"] > 0.7 * estimates
    assert f"{100 * plate['share_of_co2e']:.1f} % at the plate" in page
    assert f"{plate['products_labelled']:,} of the labels" in page
    assert "do not split their factors" not in page
    assert "Cradle to shop, CO2e" not in page


def test_the_catalogue_file_alone_gives_the_demo_s_labels(done: Path, record: dict, tmp_path: Path) -> None:
    """As the page says: without the file's columns all of them would be `declared`."""
    catalogue = done / "inputs" / "catalogue.parquet"
    graded = grades_from_run(
        done / "products", "leafmark.declared", catalogue, main.KNOWN_ON, out=tmp_path / "grades.parquet"
    )
    estimates = sum(each["count"] for each in record["labels"] if each["state"] == "category_estimate")
    assert graded["states"] == {"category_estimate": estimates}
    assert "leafmark grade DIR/products --catalogue" in (done / "report.html").read_text(encoding="utf-8")


def test_a_typical_mass_widens_a_label_s_range(done: Path) -> None:
    """Two beef products of one factor: the guessed mass has the wider range, relative to its figure."""
    products = {row["product_id"]: row for row in pq.read_table(done / "products" / "products.parquet").to_pylist()}
    bill = pq.read_table(done / "inputs" / "bill.parquet").to_pylist()
    beef = [row for row in bill if row["key"] == "food.beef_herd"]
    spread = {True: set(), False: set()}
    for row in beef:
        product = products[row["product_id"]]
        spread[row["amount_gsd"] is None].add(round(product["high_ug"] / product["co2e_ug"], 2))
    assert spread[True]
    assert spread[False]
    assert min(spread[False]) > max(spread[True])
    page = (done / "report.html").read_text(encoding="utf-8")
    assert "The ranges are those of the factors." in page


def test_page_stands_alone_and_summary_fits(done: Path, record: dict) -> None:
    page = (done / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert not re.search(r'(src="|<link|@import|url\()', page)
    assert " style=" not in page
    assert "lang=" in page[:30]
    assert "</h1>" in page
    lines = screen(record).splitlines()
    assert LINES == 34  # four of them the accounts', one the parcels': apart from the footprint's
    assert len(lines) < LINES  # main adds the report's path
    assert max(map(len, lines)) <= WIDTH


def test_again_keeps_the_figures(done: Path, record: dict, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.demo(done, True, False) == 0
    assert json.loads(capsys.readouterr().out)["totals_ug"] == record["totals_ug"]


WHERE_IT_OPENS = {
    "a person at a terminal": (True, False, None, True, True),
    "a person who said --no-open": (False, False, None, True, False),
    "a program that reads JSON": (True, True, None, True, False),
    "CI with a terminal": (True, False, "1", True, False),
    "no terminal": (True, False, None, False, False),
}


@pytest.mark.parametrize(("asked", "as_json", "ci", "terminal", "opens"), WHERE_IT_OPENS.values(), ids=WHERE_IT_OPENS)
def test_the_page_opens_only_for_a_person_at_a_terminal(
    asked: bool, as_json: bool, ci: str | None, terminal: bool, opens: bool, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    opened: list[str] = []
    monkeypatch.delenv("CI", raising=False)
    if ci:
        monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(main.sys.stdout, "isatty", lambda: terminal, raising=False)
    monkeypatch.setattr(webbrowser, "open", opened.append)
    main.show(tmp_path / "report.html", asked, as_json)
    assert opened == ([(tmp_path / "report.html").as_uri()] if opens else [])


@pytest.mark.parametrize("ci", [None, "true"])
def test_the_verb_passes_on_what_a_terminal_and_ci_say(
    ci: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`leafmark demo` itself, its runs left out: it opens a browser and serves the site at a terminal, and not where CI is set."""
    opened: list[str] = []
    served: list[tuple[object, ...]] = []
    monkeypatch.setattr(sys.modules["leafmark.cli.serve"], "run", lambda *arguments: served.append(arguments))
    monkeypatch.delenv("CI", raising=False)
    if ci:
        monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(webbrowser, "open", opened.append)
    monkeypatch.setattr(main, "panel_folder", lambda: tmp_path)
    monkeypatch.setattr(main, "ledger_ready", lambda: None)
    monkeypatch.setattr(main, "make", lambda out, began: ({}, out / "report.html"))
    monkeypatch.setattr(main, "screen", lambda _: "")
    ours, theirs = os.openpty()
    with os.fdopen(ours, "rb"), os.fdopen(theirs, "w") as terminal, monkeypatch.context() as patch:
        patch.setattr(main.sys, "stdout", terminal)
        with pytest.raises(SystemExit) as ended:
            leafmark.main(["demo", "--out", str(tmp_path / "out")])
    assert ended.value.code == 0
    assert len(opened) == (0 if ci else 1)
    assert served == ([] if ci else [(tmp_path / "out", "127.0.0.1", 8000, 2)])


def test_ranges_hold_their_values_and_shares_add_up(record: dict) -> None:
    groups = [record["totals_ug"], record["per_basket_ug"]]
    groups += [each for name in ("by_tier", "by_month", "ten_largest") for each in record[name].values()]
    assert all(each["low_ug"] < each["co2e_ug"] < each["high_ug"] for each in groups)
    for name in ("by_tier", "by_month"):
        assert sum(each["co2e_ug"] for each in record[name].values()) == record["totals_ug"]["co2e_ug"]
    tiers = record["by_tier"].values()
    assert sum(each["share_of_co2e"] for each in tiers) == pytest.approx(1)
    assert sum(each["share_of_spend"] for each in tiers) + record["not_counted"]["share_of_spend"] == pytest.approx(1)
    assert sum(each["share_of_goods_kg"] or 0 for each in tiers) == pytest.approx(1)


def test_the_range_by_factor_is_the_engine_s(done: Path, record: dict) -> None:
    parts = Parts(open_run(done / "orders"), done / "inputs")
    again = total(parts.parts)
    assert again["co2e_ug"] == record["totals_ug"]["co2e_ug"]
    for end in ("low_ug", "high_ug"):  # the engine rounds a deviation per day, this room per month
        assert again[end] == pytest.approx(record["totals_ug"][end], rel=1e-9)


def test_order_lines_kept_in_parts_are_read_as_one_table(done: Path, tmp_path: Path) -> None:
    shutil.copytree(done / "orders", tmp_path / "orders")
    entries = tmp_path / "orders" / "entries.parquet"
    table = open_run(tmp_path / "orders").table("entries")
    shutil.rmtree(entries) if entries.is_dir() else entries.unlink()
    entries.mkdir()
    middle = table.num_rows // 2
    for number, part in enumerate((table.slice(0, middle), table.slice(middle))):
        pq.write_table(part, entries / f"{number:05}.parquet")
    assert (
        Parts(open_run(tmp_path / "orders"), done / "inputs").parts
        == Parts(open_run(done / "orders"), done / "inputs").parts
    )


def test_figures_on_page_and_screen_have_three_digits_at_most(done: Path, record: dict) -> None:
    page = (done / "report.html").read_text(encoding="utf-8").split("</style>")[1]
    words = re.sub(r"<[^>]+>", " ", re.sub(r"<svg xmlns.*?</svg>", " ", page, flags=re.S)) + screen(record)
    figures = re.findall(r"(?<![\w.,-])([\d,]*\d(?:\.\d+)?) (?:t|kg|g|%|million dollars)(?![\w])", words)
    assert len(figures) > 100
    long = [each for each in figures if len(re.sub(r"^[0.,]+|[.,]", "", each).rstrip("0")) > 3]
    assert not long


def test_rejected_lines_are_found_again_in_the_receipts(done: Path) -> None:
    rejected = pq.read_table(done / "orders" / "rejected.parquet").to_pylist()
    products = pq.read_table(done / "inputs" / "orders.parquet", columns=["product_id"]).column("product_id")
    named = [each for each in rejected if each["field"] == "product_id"]
    assert named
    assert all(str(products[each["row"] - 1].as_py()) == each["found"] for each in named[:500])


def test_a_stale_file_of_an_earlier_demo_is_not_used(done: Path, record: dict) -> None:
    pq.write_table(pq.read_table(done / "inputs" / "bill.parquet").slice(0, 10), done / "inputs" / "bill.parquet")
    (done / "inputs" / "shelf.parquet").write_bytes(b"half a file")
    assert main.demo(done, True, False) == 0
    assert json.loads((done / "run.json").read_text(encoding="utf-8"))["totals_ug"] == record["totals_ug"]
    assert pq.read_metadata(done / "inputs" / "bill.parquet").num_rows > 20_000


def test_a_folder_that_is_no_demo_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run.json").write_text('{"schema": "leafmark.run/1", "status": "done"}')
    (tmp_path / "orders").mkdir()
    assert main.demo(tmp_path, False, False) == 2
    assert "holds no demo" in capsys.readouterr().err
    assert (tmp_path / "orders").is_dir()


def test_missing_panel_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> Path:
        raise ModuleNotFoundError("the panel is not installed: pip install 'leafmark[demo]'")

    monkeypatch.setattr(main, "panel_folder", missing)
    assert main.demo(tmp_path / "out", False, False) == 2
    assert "leafmark[demo]" in capsys.readouterr().err


def test_elsewhere_the_demo_says_how_to_serve_the_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("leafmark.demo.main.demo", lambda *_: 0)
    with pytest.raises(SystemExit) as ended:
        leafmark.main(["demo", "--out", str(tmp_path / "my demo")])
    assert ended.value.code == 0
    assert f"leafmark serve --workspace '{tmp_path / 'my demo'}'" in capsys.readouterr().out
