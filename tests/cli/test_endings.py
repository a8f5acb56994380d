"""How verbs end: statuses, one sentence or a traceback, JSON alone on stdout, closed pipes, full disks, Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from newcomer import KNOWN_ON, Call, Process

import leafmark.methods
from leafmark.cli import main
from leafmark.cli.endings import deliberate
from leafmark.engine.inputs import InputError

UNUSABLE = {
    "bill missing": (["footprint", "nosuch.csv"], "nosuch.csv: no such file or folder"),
    "bill empty": (["footprint", "empty.csv"], "empty.csv: the file is empty; expected a header"),
    "bill with a wrong header": (["footprint", "wrong.csv"], "column product_id, stage, key, amount, unit is missing"),
    "bill of a wrong kind": (["footprint", "wrong.parquet"], "wrong.parquet: not readable as Parquet"),
    "folder without tables": (["footprint", "taken"], "taken: no .parquet file in this folder"),
    "database missing": (["footprint", "shop.db::bill"], "shop.db: no such database file"),
    "date in words": (["footprint", "bill.csv", "--known-on", "yesterday"], "write YYYY-MM-DD, for example"),
    "memory in words": (["footprint", "bill.csv", "--memory-limit", "lots"], "write a number with KB, MB, GB or TB"),
    "unknown GWP set": (["footprint", "bill.csv", "--gwp", "AR7"], "'SAR', 'AR4', 'AR5', 'AR6'"),
    "unknown method": (
        ["footprint", "bill.csv", "--method", "nope"],
        "it has: appliance.saving_ex_ante@1, appliance.saving_in_use@1, appliance.use@1",
    ),
    "pack missing": (["footprint", "bill.csv", "--pack", "nopack"], "a pack folder holds pack.toml"),
    "out is a file": (["footprint", "bill.csv", "--out", "bill.csv"], "'bill.csv' is a file"),
    "out is taken": (["footprint", "bill.csv", "--out", "taken"], "taken is not empty and holds no run"),
    "out cannot be written": (["footprint", "bill.csv", "--out", "/proc/run"], "/proc/run"),
    "master without Spark": (["footprint", "bill.csv", "--master", "local[2]"], "--master goes with --engine spark"),
    "no bill": (["footprint"], "Missing argument 'BILL'"),
    "no catalogue": (["orders", "orders.csv"], "Missing option '--catalogue'"),
    "catalogue missing": (["orders", "orders.csv", "--catalogue", "x.csv"], "x.csv: no such file or folder"),
    "catalogue with a wrong header": (
        ["orders", "orders.csv", "--catalogue", "wrong.csv"],
        "column product_id, category is missing",
    ),
    "explain without a run": (["explain", "norun", "lamp-1"], "norun: no run there"),
    "verify without a run": (["verify", "norun"], "norun: no run there"),
    "verify of a demo": (["verify", "demo-out"], "demo-out: this folder holds 2 runs; name one of them"),
    "replay without a run": (["replay", "norun"], "norun: no run there"),
    "statement without a run": (["statement", "norun"], "norun: no run there"),
    "statement of a demo": (["statement", "demo-out"], "name one of them: demo-out/orders or demo-out/products"),
    "replay of a demo": (["replay", "demo-out"], "demo-out: this folder holds 2 runs; name one of them"),
    "explain of a demo": (["explain", "demo-out", "1"], "demo-out: this folder holds 2 runs; name one of them"),
    "label without a run": (["label", "lamp-1", "--run", "norun"], "norun: no run there"),
    "label in two formats": (["label", "lamp-1", "--run", "x", "--format", "png", "--json"], "ask for two things"),
    "unknown factor": (["factors", "show", "food.beef"], "try leafmark factors search food.beef"),
    "no pack to check": (["factors", "check", "nopack"], "'nopack' does not exist"),
    "publisher's file unknown": (["factors", "import", "bill.csv"], "bill.csv: no importer reads it"),
    "unknown importer": (["factors", "import", "mills.csv", "--importer", "x"], "no importer 'x'; known are desnz"),
    "method not in the library": (
        ["methods", "show", "nope"],
        "it has: appliance.saving_ex_ante@1, appliance.saving_in_use@1, appliance.use@1",
    ),
    "unknown verb": (["fotprint"], "No such command 'fotprint'"),
    "unknown option": (["replay", "run", "--quick"], "No such option"),
}


@pytest.fixture
def wrong_files(folder: Path) -> Path:
    (folder / "empty.csv").touch()
    (folder / "wrong.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (folder / "wrong.parquet").write_text("not a table", encoding="utf-8")
    (folder / "taken").mkdir()
    (folder / "taken" / "letter.txt").touch()
    (folder / "demo-out").mkdir()
    record = {"schema": "leafmark.run/1", "status": "done", "runs": {"orders": "0a", "products": "0b"}}
    (folder / "demo-out" / "run.json").write_text(json.dumps(record), encoding="utf-8")
    return folder


@pytest.mark.parametrize(("args", "says"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_cannot_be_used_ends_with_2_and_a_sentence(
    args: list[str], says: str, call: Call, wrong_files: Path
) -> None:
    before = sorted(wrong_files.rglob("*"))
    plain, as_json = call(*args), call(*args, "--json")
    for done in (plain, as_json):
        assert done.exit_code == 2, done.output
        assert says in done.stderr
        assert "Traceback" not in done.stderr
    if "--json" not in args:
        assert plain.stdout == ""
    if "--json" not in args and "--quick" not in args:
        told = json.loads(as_json.stdout)
        assert told["exit_status"] == 2
        assert says in told["error"]
    assert sorted(wrong_files.rglob("*")) == before, "something was left behind"


def test_rejections_are_no_failure(call: Call, folder: Path) -> None:
    with (folder / "bill.csv").open("a", encoding="utf-8") as bill:
        bill.write("mug-2,use,no.such.key,1,kg,GB,2023-05-03\n")
    done = call("footprint", "bill.csv", *KNOWN_ON, "--out", "run", "--json")
    record = json.loads(done.stdout)
    assert done.exit_code == 0
    assert record["rejected_by_reason"] == {"unknown_key": 1}
    assert record["lines_in"] == record["lines_accepted"] + record["lines_rejected"] == 5


def test_an_empty_bill_with_a_header_is_a_run_of_nothing(call: Call, folder: Path) -> None:
    (folder / "header.csv").write_text("product_id,stage,key,amount,unit\n", encoding="utf-8")
    done = call("footprint", "header.csv", *KNOWN_ON, "--out", "run", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["lines_in"] == 0


def test_a_failed_check_ends_with_1_and_still_shows_what_it_found(call: Call, finished: str) -> None:
    record = Path(finished, "run.json")
    text = record.read_text(encoding="utf-8")
    total = json.loads(text)["totals"]["co2e_ug"]
    record.write_text(text.replace(str(total), str(total + 1)), encoding="utf-8")
    for verb in ("replay", "statement"):
        plain, as_json = call(verb, finished), call(verb, finished, "--json")
        assert (plain.exit_code, as_json.exit_code) == (1, 1)
        assert str(total) in plain.output
        assert str(total + 1) in json.dumps(json.loads(as_json.stdout))


@pytest.mark.parametrize("verb", [["statement", "run"], ["replay", "run"], ["explain", "run", "lamp-1"],
                                  ["label", "lamp-1", "--run", "run"]], ids=lambda verb: verb[0])  # fmt: skip
@pytest.mark.parametrize("harm", ["cut run.json", "cut tables", "no tables"])
def test_a_damaged_run_ends_with_2_and_names_it(verb: list[str], harm: str, call: Call, finished: str) -> None:
    record = json.loads(Path(finished, "run.json").read_text(encoding="utf-8"))
    if harm == "cut run.json":
        Path(finished, "run.json").write_text("{", encoding="utf-8")
    for table in Path(finished).glob("*.parquet") if harm != "cut run.json" else ():
        table.unlink() if harm == "no tables" else table.write_bytes(table.read_bytes()[:40])
    done = call(*verb)
    assert record["status"] == "done"
    assert done.exit_code == 2, done.output
    assert "run" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_fault_of_ours_shows_where_and_asks_for_a_report(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> None:
        int("twelve")

    monkeypatch.setattr(leafmark.methods, "method", broken)
    done = call("methods", "show", "product.bill", "--json")
    assert done.exit_code == 70
    assert 'int("twelve")' in done.stderr
    assert "a fault in Leafmark, not in what you gave it" in done.stderr
    assert "report it" in done.stderr
    assert json.loads(done.stdout)["exit_status"] == 70


@pytest.mark.parametrize(
    ("error", "a_persons"),
    [
        (InputError("bill.csv: row 3"), True),
        (PermissionError(13, "Permission denied", "run"), True),
        (MemoryError(), True),
        (duckdb.IOException("No space left on device"), True),
        (ModuleNotFoundError("the panel is not installed: pip install 'leafmark[demo]'"), True),
        (ModuleNotFoundError("No module named 'numpy'", name="numpy"), False),
        (ValueError("not enough values to unpack"), False),
        (KeyError("co2e_ug"), False),
        (RuntimeError("dictionary changed size during iteration"), False),
        (AssertionError(), False),
        (duckdb.BinderException("no such column"), False),
    ],
    ids=repr,
)
def test_errors_are_told_apart_by_their_class(error: Exception, a_persons: bool) -> None:
    assert deliberate(error) is a_persons


def test_debugging_shows_the_way_to_a_sentence(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAFMARK_DEBUG", "1")
    done = call("methods", "show", "nope")
    assert done.exit_code == 2
    assert "Traceback" in done.stderr
    assert "MethodError" in done.stderr


def test_json_stands_alone_on_stdout(process: Process) -> None:
    """Progress and notes go to stderr, where they are read or thrown away."""
    first = process("footprint", "bill.csv", *KNOWN_ON, "--out", "run", "--json")
    again = process("footprint", "bill.csv", *KNOWN_ON, "--out", "run", "--json")
    assert json.loads(first.stdout)["schema"] == json.loads(again.stdout)["schema"] == "leafmark.run/1"
    notes = first.stderr.splitlines()  # how far it is, where the machine is busy and the run takes over two seconds
    assert all(re.fullmatch(r"footprints: \d+ of \d+", each) for each in notes)
    assert "held this very run already" in again.stderr
    assert process("footprint", "nosuch.csv").stdout == ""


def test_text_that_a_terminal_cannot_write_does_not_end_a_verb(process: Process) -> None:
    done = process("factors", "search", "牛肉", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0, done.stderr
    assert "food.beef_herd@WORLD:cradle_to_retail:2010" in done.stdout


def buffered() -> dict[str, str]:
    """Python as it runs by default: unbuffered, it never learns that a pipe was closed in the middle of a write."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}


@pytest.mark.parametrize("verb", [["factors", "list"], ["factors", "list", "--json"], ["methods", "list"], ["--help"]],
                         ids=" ".join)  # fmt: skip
def test_a_reader_may_leave(verb: list[str]) -> None:
    """`leafmark ... | head -1`: quiet, and no failed check."""
    command = subprocess.Popen(
        [sys.executable, "-m", "leafmark.cli", *verb], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=buffered()
    )
    assert command.stdout is not None
    command.stdout.close()
    _, told = command.communicate(timeout=60)
    assert (command.returncode, told) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a device that is always full")
def test_a_full_disk_behind_stdout_is_told() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "leafmark.cli", "factors", "list"], stdout=full, stderr=subprocess.PIPE, text=True,
            env=buffered(), check=False, timeout=60,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (2, "leafmark: No space left on device\n")


def test_ctrl_c_stops_a_run_that_then_goes_on(folder: Path, process: Process) -> None:
    duckdb.sql(
        "COPY (SELECT i // 3 AS product_id, 'materials' AS stage, 'material.glass' AS key, "
        "CAST(1 + i % 7 AS DOUBLE) AS amount, "  # a decimal would be staged, three times, before a run begins
        f"'kg' AS unit, 'GB' AS region FROM range(6000000) AS t(i)) TO '{folder}/big.parquet' (FORMAT parquet)"
    )
    args = ["footprint", "big.parquet", *KNOWN_ON, "--threads", "1", "--json"]
    stopped = subprocess.Popen(
        [sys.executable, "-m", "leafmark.cli", *args, "--out", "stopped"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not Path("stopped", "run.json").is_file() and stopped.poll() is None:
        time.sleep(0.01)
    time.sleep(0.1)
    stopped.send_signal(signal.SIGINT)
    out, told = stopped.communicate(timeout=60)
    assert stopped.returncode == 130, told
    assert told.endswith("leafmark: stopped: start the same command again and it goes on\n"), told
    assert "Traceback" not in told
    assert json.loads(out)["exit_status"] == 130
    assert json.loads(Path("stopped", "run.json").read_text(encoding="utf-8"))["status"] == "running"

    whole, resumed = process(*args, "--out", "whole"), process(*args, "--out", "stopped")
    assert json.loads(resumed.stdout)["totals"] == json.loads(whole.stdout)["totals"]


def test_ctrl_c_that_a_library_swallowed_is_still_ctrl_c(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB, stopped in a query, raises RuntimeError('Query interrupted')."""

    def busy(_: str) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise RuntimeError("Query interrupted") from None

    monkeypatch.setattr(leafmark.methods, "method", busy)
    done = call("methods", "show", "product.bill")
    assert done.exit_code == 130
    assert done.stderr == "leafmark: stopped\n"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_while_a_library_makes_code_of_text_is_still_130(folder: Path) -> None:
    """Dataclasses and their like exec() text as they are imported; `python -m` dies of a Ctrl-C that came in there."""
    Path("stopped_there.py").write_text(
        "import leafmark.methods\n"
        "from leafmark.cli import main\n"
        "leafmark.methods.method = lambda _: exec('raise KeyboardInterrupt')\n"
        "main(['methods', 'show', 'product.bill'])\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "stopped_there"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr.strip()) == (130, "leafmark: stopped")


def test_the_command_is_installed_under_its_name() -> None:
    beside_python = Path(sys.executable).parent / "leafmark"
    command = str(beside_python) if beside_python.exists() else shutil.which("leafmark")
    assert command is not None
    assert subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout.startswith(
        "leafmark "
    )


def test_a_statement_of_two_runs_adds_them_and_one_run_twice_is_refused(tmp_path: Path) -> None:
    head = "product_id,stage,key,amount,unit,region,date\n"
    for name, kilograms in (("a", 2), ("b", 3)):
        (tmp_path / f"{name}.csv").write_text(
            f"{head}{name},materials,material.glass,{kilograms},kg,GB,2023-05-03\n", encoding="utf-8"
        )
        done = CliRunner().invoke(
            main,
            ["footprint", str(tmp_path / f"{name}.csv"), "--known-on", "2026-09-30", "--out", str(tmp_path / name)],
        )
        assert done.exit_code == 0, done.stderr
    runs = [str(tmp_path / "a"), str(tmp_path / "b")]
    totals = [
        json.loads(CliRunner().invoke(main, ["statement", *each, "--json"]).stdout)["total"]["co2e_ug"]
        for each in ([runs[0]], [runs[1]], runs)
    ]
    assert totals[2] == totals[0] + totals[1] > 0
    assert totals[1] * 2 == totals[0] * 3
    assert CliRunner().invoke(main, ["statement", runs[0], runs[0]]).exit_code == 2
