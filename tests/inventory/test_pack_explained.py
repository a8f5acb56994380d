"""Who has only the auditor's pack explains any figure in it: the README's own commands, in an empty folder, far from the company."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from made_company import company
from reported_company import company as with_inputs_elsewhere

from leafmark.cli import main
from leafmark.inventory.accounting.running import run_inventory
from leafmark.inventory.report import auditors_pack
from leafmark.inventory.report.making import PACK_FILE, make

ACTIVITIES = {
    "electricity-meters": "activity_id,site_id,kwh,date\n" + "\n".join(f"e{n},office,{100 + n},2025-{n:02}-01" for n in range(1, 13)) + "\n",
    "fuel-boiler": "activity_id,site_id,fuel,amount,unit,date\nbad,nowhere,fuel.diesel,1,L,2025-01-01\nf1,plant,fuel.diesel,200,L,2025-05-01\n",
}  # fmt: skip


def leafmark(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), prog_name="leafmark")


def handed_on(pack: Path, to: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The pack alone in an empty folder, unzipped there."""
    to.mkdir()
    shutil.copyfile(pack, to / PACK_FILE)
    with zipfile.ZipFile(pack) as opened:
        opened.extractall(to)
    monkeypatch.chdir(to)
    return to


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack whose company and inventory are gone."""
    folder = tmp_path_factory.mktemp("packed")
    inventory = run_inventory(company(folder / "company", ACTIVITIES), folder / "inventory")
    make(inventory, folder / "out", formats=("html", "pack"), sample=5)
    shutil.rmtree(folder / "company")
    shutil.rmtree(folder / "inventory")
    return folder / "out" / PACK_FILE


def commands(readme: str) -> list[str]:
    return re.findall(r"^   ((?:leafmark|sha256sum|unzip) .*)$", readme, flags=re.MULTILINE)


def test_every_command_of_the_readme_does_what_it_says(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = handed_on(packed, tmp_path / "auditor", monkeypatch)
    told = commands((here / "README.txt").read_text(encoding="utf-8"))
    verbs = [" ".join(each.split()[:2]) for each in told]
    assert (
        verbs.count("leafmark explain") == 2 * 3
    )  # fuel, electricity and its other statement: the whole, and the largest group
    assert verbs.count("leafmark replay") == 3
    for command in told:
        if command.startswith("unzip "):
            continue  # done above; the program is not everywhere
        if command.startswith("sha256sum "):
            done = subprocess.run(shlex.split(command), cwd=here, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout
            continue
        ended = leafmark(*shlex.split(command)[1:])
        assert ended.exit_code == 0, (command, ended.output)
        assert "changed since" not in ended.output
    with zipfile.ZipFile(here / "own-sample" / PACK_FILE) as own:
        names = own.namelist()
        assert len([name for name in names if name.startswith("packs/") and name.endswith("pack.toml")]) == 1
        assert "UK Department for Energy Security" in "".join(own.read(n).decode() for n in names if n.startswith("sample/") and n.endswith(".txt"))  # fmt: skip


def test_every_group_and_part_of_the_pack_goes_back_to_the_companys_row(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = handed_on(packed, tmp_path / "auditor", monkeypatch)
    record = json.loads((here / "inventory" / "inventory.json").read_text(encoding="utf-8"))
    folders = {run["run_id"]: f"inventory/{run['folder']}" for run in record["runs"]}
    lines = pq.read_table(here / "inventory" / "lines.parquet").to_pylist()
    groups = pq.read_table(here / "inventory" / "groups.parquet").to_pylist()
    keys = ("template", "site_id", "month", "origin")
    named = {tuple(group[key] for key in keys): group["group_id"] for group in groups}
    wanted = sorted({(folders[line["run_id"]], named[tuple(line[key] for key in keys)]) for line in lines})
    assert len(wanted) == 12 + 12 + 1
    for folder, group in wanted:
        tree = json.loads(leafmark("explain", folder, group, "--json").stdout)
        mine = [
            line
            for line in lines
            if folders[line["run_id"]] == folder and named[tuple(line[key] for key in keys)] == group
        ]
        assert tree["co2e_ug"] == sum(line["co2e_ug"] for line in mine if line["outside"] is None)
        rows = [each["prepared_from"] for stage in tree["stages"] for each in stage["lines"]]
        if not folder.endswith("electricity_market"):
            assert {each["file"] for each in rows} <= {
                "activities/electricity-meters.csv",
                "activities/fuel-boiler.csv",
            }
    part = json.loads(leafmark("explain", "inventory/runs/electricity", "total", "--json").stdout)["cuts"][0]["parts"][
        0
    ]
    assert leafmark(*shlex.split(part["command"])[1:]).exit_code == 0


def test_a_changed_pack_of_factors_is_told_and_not_taken_for_the_pinned_one(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = handed_on(packed, tmp_path / "auditor", monkeypatch)
    (factors,) = (here / "packs").glob("*/factors.csv")
    text = factors.read_text(encoding="utf-8")
    cuts = json.loads(leafmark("explain", "inventory/runs/fuel", "total", "--json").stdout)["cuts"]
    used = next(cut for cut in cuts if cut["by"] == "factor")["parts"][0]["name"]
    (row,) = (line for line in text.splitlines() if line.startswith(f"{used},"))
    value = next(cell for cell in row.split(",") if re.fullmatch(r"\d\.\d{3,}", cell))  # kg CO2e per litre
    factors.write_text(text.replace(row, row.replace(value, f"{value}1", 1)), encoding="utf-8")
    ended = leafmark("explain", "inventory/runs/fuel", "total")
    assert ended.exit_code == 1
    assert "changed since the run: pack leafmark in" in ended.output
    shutil.rmtree(here / "packs")
    gone = leafmark("explain", "inventory/runs/fuel", "total")
    assert gone.exit_code == 2
    assert "the pinned pack is not there" in gone.output


def test_a_run_that_was_too_large_says_kindly_what_is_here_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Room for the small run alone: it is explained, and the other one names its samples and the company's folder."""
    inventory = run_inventory(company(tmp_path / "company", ACTIVITIES), tmp_path / "inventory")
    small = sum(path.stat().st_size for path in (inventory.path / "runs" / "fuel").glob("*") if path.is_file())
    monkeypatch.setattr(
        auditors_pack, "RUN_BYTES_MAX", small + (inventory.path / "prepared" / "fuel.parquet").stat().st_size
    )
    make(inventory, tmp_path / "out", formats=("pack",))
    (tmp_path / "inventory").rename(tmp_path / "gone")
    (tmp_path / "company").rename(tmp_path / "gone" / "company")
    here = handed_on(tmp_path / "out" / PACK_FILE, tmp_path / "auditor", monkeypatch)
    for command in commands((here / "README.txt").read_text(encoding="utf-8")):
        if command.startswith("leafmark explain"):
            assert leafmark(*shlex.split(command)[1:]).exit_code == 0, command
    assert (
        "made of row 2 of activities/fuel-boiler.csv"
        in leafmark("explain", "inventory/runs/fuel", "plant · 2025-05 · calculated").stdout
    )
    for verb in (("explain", "inventory/runs/electricity", "office · 2025-01 · calculated"), ("explain", "inventory/runs/electricity", "total"),
                 ("replay", "inventory/runs/electricity")):  # fmt: skip
        ended = leafmark(*verb)
        assert ended.exit_code == 2
        assert "too large for this auditor's pack" in ended.output
        assert "ask the company for the inventory's folder" in ended.output
        assert "Traceback" not in ended.output
    named = re.findall(r"sample/\d{3}\.txt", ended.output)
    assert named
    for name in named:
        assert "template     electricity" in (here / name).read_text(encoding="utf-8")


def test_inputs_that_lay_elsewhere_are_asked_for_by_name_and_given_by_an_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = with_inputs_elsewhere(tmp_path / "inventory")
    make(made, tmp_path / "out", formats=("pack",))
    (tmp_path / "sent").mkdir()
    for name in ("fuel.csv", "electricity.csv"):
        (tmp_path / name).rename(tmp_path / "sent" / name)
    made.path.rename(tmp_path / "gone")
    here = handed_on(tmp_path / "out" / PACK_FILE, tmp_path / "auditor", monkeypatch)
    without = leafmark("explain", "inventory/runs/fuel", "total")
    assert without.exit_code == 2
    assert "say where it is now: --input FILE" in without.output
    told = [each for each in commands((here / "README.txt").read_text(encoding="utf-8")) if each.startswith("leafmark")]
    assert sum("FOLDER/fuel.csv" in each for each in told) == 3
    for command in told:
        ended = leafmark(*shlex.split(command.replace("FOLDER", str(tmp_path / "sent")))[1:])
        assert ended.exit_code == 0, (command, ended.output)
