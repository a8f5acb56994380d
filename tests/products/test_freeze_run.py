"""A benchmark frozen by the command line: the table of the library, once written never overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from engine_rows import bill, factor, line, pack, run_bill

from leafmark.cli import main
from leafmark.products import read_table

LAMPS = range(1, 41)
MUGS = range(41, 61)
ON = ("--on", "2026-11-24")


def call(*args: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in args])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 lamps of 1 to 40 kg of board at 2 kg CO2e each, one with a line refused; 20 mugs; one product nobody named."""
    folder = tmp_path_factory.mktemp("shop")
    lines = [line(number, stage="use", amount=float(number)) for number in (*LAMPS, *MUGS, 61)]
    lines.append(line(40, stage="use", unit="furlong"))
    run_bill(folder / "run", bill(lines), pack(factor(gsd=1.2)), chunk_lines=10)
    assert (folder / "run" / "products.parquet").is_dir()
    rows = [f"{n},lamp," for n in LAMPS] + [f"{n},mug," for n in MUGS] + ["61,,"]
    rows[4] = "5,lamp,2020-01-01"
    (folder / "names.csv").write_text("\n".join(["product_id,category,valid_until", *rows]), encoding="utf-8")
    return folder


def frozen(shop: Path, out: Path, *more: object) -> Result:
    return call(
        "benchmark", "freeze", shop / "run", "--catalogue", shop / "names.csv", "--id", "shop.lamps", "--table-version", "2026.1",
        "--out", out, *ON, *more,
    )  # fmt: skip


def test_the_verb_freezes_what_the_library_does(shop: Path, tmp_path: Path) -> None:
    done = frozen(shop, tmp_path / "lamps.json", "--json")
    assert done.exit_code == 0, done.output
    told, table = json.loads(done.stdout), read_table(tmp_path / "lamps.json")
    (row,) = table.rows
    assert (row.basis.category, row.basis.method_version, row.basis.gwp_set) == ("lamp", "product.bill@2", "AR5")
    assert (row.count, row.min_ug, row.max_ug) == (38, 2 * 10**9, 78 * 10**9)
    ordered = [number for number in LAMPS if number not in (5, 40)]
    assert row.median_ug == 2 * 10**9 * ordered[18]  # rank ceil(38 / 2) = 19
    assert dict(table.left_out) == {"expired": 1, "no_category": 1, "too_few": 20, "unknown": 1}
    run_id = json.loads((shop / "run" / "run.json").read_text(encoding="utf-8"))["run_id"]
    assert (row.run_hash, str(row.frozen_on), table.id, table.version) == (run_id, "2026-11-24", "shop.lamps", "2026.1")
    assert (told["schema"], told["sha256"], told["file"]) == (
        "leafmark.benchmark/1", table.sha256, str(tmp_path / "lamps.json"),
    )  # fmt: skip
    assert not list(tmp_path.glob("*.part"))


def test_the_text_says_what_was_left_out(shop: Path, tmp_path: Path) -> None:
    said = frozen(shop, tmp_path / "lamps.json").stdout
    for each in ("lamp", "38", "too_few", "20", "expired"):
        assert each in said
    few = frozen(shop, tmp_path / "none.json", "--count-min", "1000")
    assert few.exit_code == 0
    assert "no category has 1000 products of one basis" in few.stderr


def test_its_table_is_what_grade_compares_with(shop: Path, tmp_path: Path) -> None:
    frozen(shop, tmp_path / "lamps.json")
    done = call("grade", shop / "run", "--catalogue", shop / "names.csv", "--scheme", "percentile", *ON, "--benchmarks",
                tmp_path / "lamps.json", "--out", tmp_path / "grades.parquet", "--json")  # fmt: skip
    assert json.loads(done.stdout)["reasons"]["benchmark_differs"] == 38  # not the scheme's own: but found and compared


def test_a_frozen_table_is_never_overwritten_by_another(shop: Path, tmp_path: Path) -> None:
    first = frozen(shop, tmp_path / "lamps.json", "--json").stdout
    before = (tmp_path / "lamps.json").read_bytes()
    assert frozen(shop, tmp_path / "lamps.json", "--json").stdout == first  # the same table again: nothing to refuse
    done = frozen(shop, tmp_path / "lamps.json", "--count-min", "10")
    assert done.exit_code == 2
    assert "a frozen table is not overwritten" in done.stderr
    (tmp_path / "letter.json").write_text("{}", encoding="utf-8")
    assert frozen(shop, tmp_path / "letter.json").exit_code == 2
    assert (tmp_path / "letter.json").read_text(encoding="utf-8") == "{}"
    assert (tmp_path / "lamps.json").read_bytes() == before


def test_a_benchmark_is_of_products(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("site_id,kwh,region,date\nA,100,GB,2023-05-03\n", encoding="utf-8")
    (tmp_path / "names.csv").write_text("product_id,category\nA,site\n", encoding="utf-8")
    call("footprint", tmp_path / "rows.csv", "--method", "electricity.location", "--known-on", "2026-09-30", "--out",
         tmp_path / "run")  # fmt: skip
    done = frozen(tmp_path, tmp_path / "table.json")
    assert done.exit_code == 2
    assert "the run's book is inventory" in done.stderr


@pytest.mark.parametrize("verb", ["grade", "freeze"])
def test_long_work_says_how_far_it_is(verb: str, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leafmark.cli.output._QUIET_S", -1.0)
    monkeypatch.setattr("leafmark.cli.output._BETWEEN_NOTES_S", -1.0)
    if verb == "grade":
        done = call(
            "grade", shop / "run", "--catalogue", shop / "names.csv", *ON, "--out", tmp_path / "g.parquet", "--json"
        )
    else:
        done = frozen(shop, tmp_path / "lamps.json", "--json")
    assert done.exit_code == 0, done.output
    assert " of " in done.stderr
    json.loads(done.stdout)
