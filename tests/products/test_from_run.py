"""Labels and grades of runs as they are kept: in parts, of other books, with damaged folders."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from engine_rows import bill, factor, line, pack, run_bill

from leafmark.cli import main

LINES = [line(number, stage="use") for number in range(1, 41)] + [line(41, stage="use", unit="furlong")]
ON = ("--on", "2026-11-24")
INVENTORY = {
    "electricity.location": "site_id,kwh,region,date\nA,100,GB,2023-05-03\n",
    "freight.tonne_km": "shipment_id,mode,distance_km,mass_kg,region,date\nA,freight.hgv.average_laden,100,1000,GB,2023-05-03\n",
}


def call(*args: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in args])


@pytest.fixture(scope="module")
def in_parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parts") / "run"
    run_bill(folder, bill(LINES), pack(factor(gsd=1.2)), chunk_lines=10)
    assert len(list((folder / "products.parquet").glob("*.parquet"))) > 1, "the run is of one chunk: it proves nothing"
    return folder


def test_a_run_in_parts_is_graded_as_the_same_run_in_one_file(in_parts: Path, tmp_path: Path) -> None:
    run_bill(tmp_path / "run", bill(LINES), pack(factor(gsd=1.2)))
    assert (tmp_path / "run" / "products.parquet").is_file()
    told = []
    for run in (in_parts, tmp_path / "run"):
        done = call("grade", run, *ON, "--out", tmp_path / f"{run.parent.name}.parquet", "--json")
        assert done.exit_code == 0, done.output
        told.append(json.loads(done.stdout))
    assert told[0]["states"] == told[1]["states"] == {"declared": 40, "unknown": 1}
    one, other = (
        sorted(pq.read_table(each["file"]).to_pylist(), key=lambda row: int(row["product_id"])) for each in told
    )
    assert one == other


@pytest.mark.parametrize("product", [1, 25, 40])
def test_any_product_of_a_run_in_parts_has_its_label(in_parts: Path, product: int) -> None:
    done = call("label", product, "--run", in_parts, *ON, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["product_id"], told["co2e_ug"]) == (str(product), 6 * 10**9)


def test_a_label_cites_the_standard_of_the_run_s_method(in_parts: Path) -> None:
    told = json.loads(call("label", 1, "--run", in_parts, *ON, "--json").stdout)
    assert told["method"]["standard"] == "ISO 14067:2018, 6.3 to 6.5"
    assert told["method"]["reference"].startswith("ISO 14067:2018, 6.3 to 6.5; GHG Protocol Product Standard")
    assert "ISO 14067:2018, 6.3 to 6.5" in call("label", 1, "--run", in_parts, *ON).stdout


def test_an_expired_figure_becomes_no_label_and_grade_counts_it(in_parts: Path, tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text("product_id,valid_until\n1,2020-01-01\n2,2027-01-01\n", encoding="utf-8")
    about = (*ON, "--catalogue", tmp_path / "names.csv")
    done = call("label", 1, "--run", in_parts, *about)
    assert done.exit_code == 2
    assert "product 1: valid_until 2020-01-01 is before the day of the label, 2026-11-24" in done.stderr
    assert "Valid until 2027-01-01" in call("label", 2, "--run", in_parts, *about).stdout
    told = json.loads(call("grade", in_parts, *about, "--out", tmp_path / "grades.parquet", "--json").stdout)
    assert told["reasons"] == {"expired": 1, "scheme_declares": 39, "rejected_lines": 1}


@pytest.mark.parametrize("product", ["42", "lamp", "1.0", ""])
def test_a_product_that_is_not_there_is_named(in_parts: Path, product: str) -> None:
    done = call("label", product, "--run", in_parts, *ON)
    assert done.exit_code == 2
    assert f"has no product {product!r}" in done.stderr


@pytest.mark.parametrize("verb", ["label", "grade"])
@pytest.mark.parametrize("method", INVENTORY)
def test_a_run_of_another_book_becomes_no_label(method: str, verb: str, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(INVENTORY[method], encoding="utf-8")
    made = call(
        "footprint", tmp_path / "rows.csv", "--method", method, "--known-on", "2026-09-30", "--out", tmp_path / "run"
    )
    assert made.exit_code == 0, made.output
    done = call("label", "A", "--run", tmp_path / "run") if verb == "label" else call("grade", tmp_path / "run")
    assert done.exit_code == 2, done.output
    assert "the run's book is inventory; a label is made of runs in the book product" in done.stderr
    assert not (tmp_path / "run" / "grades.parquet").exists()


def test_a_png_whose_fonts_lack_a_character_is_refused_or_asked_for(in_parts: Path, tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text("product_id,name\n1,Lamp \u0f00\n", encoding="utf-8")
    asked = ("label", 1, "--run", in_parts, *ON, "--catalogue", tmp_path / "names.csv", "--format", "png", "--out",
             tmp_path / "lamp.png")  # fmt: skip
    done = call(*asked)
    assert done.exit_code == 2
    assert "no glyph for \u0f00 (U+0F00)" in done.stderr
    assert "--allow-missing" in done.stderr
    assert not (tmp_path / "lamp.png").exists()
    assert call(*asked, "--allow-missing").exit_code == 0
    assert (tmp_path / "lamp.png").read_bytes().startswith(b"\x89PNG")
