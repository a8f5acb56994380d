"""A newcomer's folder, and two ways to call Leafmark in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from newcomer import FILES, KNOWN_ON, Call, Process, write_inventories

from leafmark.cli import main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a newcomer's files, and this process in it."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    write_inventories(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def call(folder: Path) -> Call:
    """`leafmark ...` in this process: quick. stdout and stderr stay apart."""

    def run(*args: str, **more: object) -> Result:
        return CliRunner().invoke(main, list(args), prog_name="leafmark", **more)  # type: ignore[arg-type]

    return run


@pytest.fixture
def process(folder: Path) -> Process:
    """`leafmark ...` as a stranger runs it: a process of its own, in the folder."""

    def run(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "leafmark.cli", *args], cwd=folder, env=os.environ | environment, text=True,
            encoding="utf-8", capture_output=True, timeout=120, check=False,
        )  # fmt: skip

    return run


@pytest.fixture
def finished(call: Call) -> str:
    """The folder of a finished run over `bill.csv`, by the name a newcomer gives it."""
    done = call("footprint", "bill.csv", *KNOWN_ON, "--out", "run")
    assert done.exit_code == 0, done.stderr
    return "run"
