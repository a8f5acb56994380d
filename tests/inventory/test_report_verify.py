"""Verification: one byte changed anywhere is found, a consistent forgery of lines too, and what cannot be looked at is said."""

from __future__ import annotations

import json
import random
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_inventory import made
from reported_company import company

from leafmark.inventory.book import Inventory, InventoryError
from leafmark.inventory.report import archive, auditors_pack
from leafmark.inventory.report.facts import gather
from leafmark.inventory.report.line_checks import total_ug
from leafmark.inventory.report.making import PACK_FILE, make
from leafmark.inventory.report.verifying import _hashes, verify
from leafmark.inventory.seal import SUMS_FILE, seal


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company with runs, its reports and its pack."""
    path = tmp_path_factory.mktemp("company")
    make(company(path / "inventory"), path / "out", sample=200)  # every line
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack without runs, of some ten kilobytes."""
    path = tmp_path_factory.mktemp("small")
    rows = [{"co2e_ug": 10**12 * n, "site_id": f"s{n}"} for n in range(5)]
    make(made(path / "inventory", rows), path / "out", formats=("html", "pack"), sample=2)
    return path / "out" / PACK_FILE


def states(report: dict[str, Any]) -> dict[str, str]:
    return {each["check"]: each["state"] for each in report["checks"]}


def test_all_that_can_be_verified_is_and_the_rest_is_named(whole: Path) -> None:
    for path in (whole / "inventory", whole / "out" / PACK_FILE):
        report = verify(path)
        assert report["sound"], report
        found = states(report)
        assert found.pop("lines of other rooms") == "not verified"
        assert set(found.values()) == {"verified"}
        assert report["totals"]["market"]["co2e_ug"] == Inventory.open(whole / "inventory").total("market").co2e_ug
        made_again = [each["about"] for each in report["checks"] if each["check"] in ("run fuel", "run electricity")]
        assert all("made again, every figure the same" in each for each in made_again)


def test_biogenic_co2_of_both_statements_is_counted_by_location_as_the_report_counts_it(tmp_path: Path) -> None:
    """A grid burns biomass, so electricity has a line outside the scopes by location and another by market: one purchase, not two."""
    beside = {"scope": None, "outside": "biogenic_co2", "co2e_ug": 7 * 10**9}
    rows = [
        {"co2e_ug": 5},
        {**beside, "statement": "location"},
        {**beside, "statement": "market", "co2e_ug": 6 * 10**9},
        beside,
    ]
    make(made(tmp_path / "inventory", rows), tmp_path / "out", formats=("pack",))
    with zipfile.ZipFile(tmp_path / "out" / PACK_FILE) as pack:
        (name,) = [each for each in pack.namelist() if each.endswith("totals.json")]
        assert json.loads(pack.read(name))["outside"] == {"biogenic_co2": 14 * 10**9}
    report = verify(tmp_path / "out" / PACK_FILE)
    assert report["sound"], report


def test_an_auditor_elsewhere_gives_the_inputs_by_whatever_name(whole: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    files = [whole / "fuel.csv", whole / "electricity.csv"]
    try:
        for number, file in enumerate(files):
            shutil.copyfile(file, elsewhere / f"attachment-{number}.csv")
            file.rename(file.with_suffix(".gone"))
        without = verify(whole / "out" / PACK_FILE)
        assert without["sound"]
        assert states(without)["run fuel"] == "not verified"
        gap = next(each["not_verified"] for each in without["checks"] if each["check"] == "run fuel")
        assert "fuel.csv" in gap[0]
        assert "--inputs" in gap[0]
        with_them = verify(whole / "out" / PACK_FILE, inputs=elsewhere)
        assert states(with_them)["run fuel"] == states(with_them)["run electricity"] == "verified"
    finally:
        for file in files:
            file.with_suffix(".gone").rename(file)


def test_the_same_inventory_makes_the_same_pack(small: Path, tmp_path: Path) -> None:
    inventory = Inventory.open(small.parents[1] / "inventory")
    again = make(inventory, tmp_path, formats=("html", "pack"), sample=2)
    assert (tmp_path / PACK_FILE).read_bytes() == small.read_bytes()
    assert again["files"][-1]["sha256"] == verify(small)["sha256"]


def test_one_byte_changed_anywhere_in_a_pack_is_found(small: Path, tmp_path: Path) -> None:
    """Each header and name, the first and last byte of each file, the directory at the end, and 30 places by chance."""
    content = small.read_bytes()
    assert verify(small)["sound"]
    places = set(random.Random(6).sample(range(len(content)), 30)) | {0, len(content) - 1, len(content) - 22}
    with zipfile.ZipFile(small) as opened:
        for each in opened.infolist():
            data = each.header_offset + 30 + len(each.filename)
            places |= {each.header_offset + 10, each.header_offset + 30, data, data + each.file_size - 1}
        places |= {opened.start_dir + n for n in (4, 10, 16, 38, 42, 46)}
    changed = tmp_path / "changed.zip"
    for place in sorted(places):
        flipped = bytearray(content)
        flipped[place] ^= 1
        changed.write_bytes(flipped)
        assert not verify(changed)["sound"], f"byte {place} of {len(content)}"
    for wrong in (content + b"x", content[:-1], b"", b"PK"):
        changed.write_bytes(wrong)
        assert not verify(changed)["sound"]


def test_one_byte_changed_in_any_file_of_a_folder_is_found(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "inventory"
    shutil.copytree(whole / "inventory", folder)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    assert len(files) > 20
    for path in files:
        content = path.read_bytes()
        place = random.Random(str(path.relative_to(folder))).randrange(len(content))
        flipped = bytearray(content)
        flipped[place] ^= 1
        path.write_bytes(flipped)
        faults = _hashes(folder).faults
        assert faults, path
        path.write_bytes(content)
    assert verify(folder, replay=False)["sound"]
    (folder / "removals.parquet").unlink()
    report = verify(folder, replay=False)
    assert states(report)["hashes"] == "fault"
    assert not report["sound"]


def test_a_forgery_with_fresh_hashes_is_found_by_totals_and_sample(small: Path, tmp_path: Path) -> None:
    """Who changes a line and every hash still has to change the totals and the sample; and then the hash of the pack is another."""
    inside = tmp_path / "inside"
    inside.mkdir()
    archive.unpack(small, inside)
    lines = pq.read_table(inside / "inventory" / "lines.parquet").to_pylist()
    lines[1]["co2e_ug"] -= 1
    lines[1]["low_ug"] -= 1
    schema = pq.read_schema(inside / "inventory" / "lines.parquet")
    pq.write_table(pa.Table.from_pylist(lines, schema=schema), inside / "inventory" / "lines.parquet")
    seal(inside / "inventory")
    seal(inside)
    archive.pack(inside, tmp_path / "forged.zip")
    report = verify(tmp_path / "forged.zip")
    assert states(report)["hashes"] == states(report)["archive"] == "verified"
    assert states(report)["totals"] == states(report)["sample"] == "fault"


def test_a_forged_run_is_found_by_making_it_again(whole: Path, tmp_path: Path) -> None:
    """A factor's value in the pinned pack, sealed anew: its hash in run.json, and the figures, give it away."""
    folder = tmp_path / "inventory"
    shutil.copytree(whole / "inventory", folder)
    factors = folder / "runs" / "fuel" / "packs" / "leafmark" / "factors.csv"
    factors.write_text(factors.read_text(encoding="utf-8").replace("2.51206", "2.41206"), encoding="utf-8")
    seal(folder)
    report = verify(folder)
    assert states(report)["hashes"] == "verified"
    assert states(report)["run fuel"] == "fault"


@pytest.mark.parametrize(
    ("change", "said"),
    [({"low_ug": 11}, "low_ug: found 11"), ({"high_ug": 9}, "high_ug: found 9"), ({"origin": "guessed"}, "origin: found 'guessed'"), ({"scope": None}, "scope: found None"),
     ({"scope": 3, "category": None}, "category: found None"), ({"statement": "market"}, "statement: found 'market'"), ({"sd_ug": -1}, "sd_ug: found -1"),
     ({"gases": {"co2_ug": 9}}, "gases: found 9")],
)  # fmt: skip
def test_a_line_that_is_none_is_named(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    report = verify(made(tmp_path / "i", [{"co2e_ug": 10}, {"co2e_ug": 10, **change}]).path)
    faults = next(each["faults"] for each in report["checks"] if each["check"] == "lines")
    assert len(faults) == 1
    assert said in faults[0]
    assert "line 2" in faults[0]


def test_without_a_seal_it_says_that_changes_cannot_be_told(tmp_path: Path) -> None:
    folder = made(tmp_path / "i", [{"co2e_ug": 1}]).path
    (folder / "later.parquet").write_bytes((folder / "flags.parquet").read_bytes())
    assert "written later" in json.dumps(verify(folder)["checks"])
    (folder / SUMS_FILE).unlink()
    report = verify(folder)
    assert report["sound"]
    assert states(report)["hashes"] == "not verified"


def test_large_runs_stay_out_and_the_pack_says_so(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditors_pack, "RUN_BYTES_MAX", 10)
    make(Inventory.open(whole / "inventory"), tmp_path, formats=("pack",))
    with zipfile.ZipFile(tmp_path / PACK_FILE) as opened:
        assert "inventory/runs/fuel/run.json" in opened.namelist()
        assert "inventory/runs/fuel/entries.parquet" not in opened.namelist()
        assert "too large for this pack" in opened.read("README.txt").decode()
    report = verify(tmp_path / PACK_FILE)
    assert report["sound"]
    assert states(report)["run fuel"] == states(report)["hashes of the folder"] == "not verified"


def test_a_zip_cannot_write_elsewhere(tmp_path: Path) -> None:
    for name in ("../out.txt", "/out.txt", "a/../../out.txt", "a\\b"):
        bad = tmp_path / "bad.zip"
        with zipfile.ZipFile(bad, "w") as opened:
            opened.writestr(name, "x")
        report = verify(bad)
        assert not report["sound"]
        assert "no name of a file" in report["checks"][0]["faults"][0]
    assert not (tmp_path / "out.txt").exists()


def test_a_sampled_line_walks_back_to_its_row_and_table(whole: Path) -> None:
    with zipfile.ZipFile(whole / "out" / PACK_FILE) as opened:
        trees = {
            name: opened.read(name).decode()
            for name in opened.namelist()
            if name.startswith("sample/") and name.endswith(".txt")
        }
    fuel = next(text for text in trees.values() if "fuel.diesel@GB:direct:2023" in text and "2023-02-01" in text)
    for said in (
        "row 1 of fuel.csv, id f1",
        "3,015,691.047600 g",
        "UK Department for Energy Security",
        "OGL-UK-3.0",
        "combustion.direct@",
        "2.51206",
    ):
        assert said in fuel, said
    assert any("its source is in none of the inventory's packs" in text for text in trees.values())


def test_sums_are_exact_past_int64() -> None:
    values = [9 * 10**18, 9 * 10**18, -(2**63), 5, -1]
    assert total_ug(pa.chunked_array([pa.array(values, pa.int64())])) == sum(values)


def test_nothing_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="neither an inventory's folder nor an auditor's pack"):
        verify(tmp_path / "none.zip")
    report = verify(tmp_path)
    assert not report["sound"]
    assert "no inventory" in json.dumps(report["checks"])


def test_methods_in_the_pack_are_those_of_the_record(whole: Path) -> None:
    given = gather(Inventory.open(whole / "inventory"))
    with zipfile.ZipFile(whole / "out" / PACK_FILE) as opened:
        for each in given.record["methods"]:
            assert json.loads(opened.read(f"methods/{each['id']}@{each['version']}.json"))["hash"] == each["hash"]
