"""What a stranger installs: the wheel holds all the data it needs, its licences, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network from what is installed."""
    out = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps", "--no-build-isolation", "--no-index", "--quiet",
         "--disable-pip-version-check", "--wheel-dir", str(out)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (found,) = out.glob("*.whl")
    return found


def test_every_file_of_the_package_is_in_it_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if not name.endswith("/")}
    packaged = {name for name in names if name.startswith("leafmark/")}
    source = ROOT / "src"
    there = {
        path.relative_to(source).as_posix()
        for path in (source / "leafmark").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert packaged == there
    assert {name.split("/")[0] for name in names - packaged} == {wheel.name.split("-py3")[0] + ".dist-info"}


def test_it_says_its_licence_its_python_and_its_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as content:
        read = {
            name.split("/")[-1]: content.read(name).decode() for name in content.namelist() if ".dist-info/" in name
        }
    assert "License-Expression: Apache-2.0" in read["METADATA"]
    assert "Requires-Python: >=3.11" in read["METADATA"]
    assert "leafmark = leafmark.cli.start:run" in read["entry_points.txt"]
    assert {"LICENSE", "NOTICE"} <= set(read)


def test_it_runs_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    """Unpacked elsewhere and imported first: the pack, the schemes and the artwork come along."""
    unpacked = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(unpacked)
    code = (
        f"import leafmark, pathlib; assert pathlib.Path(leafmark.__file__).is_relative_to(r'{unpacked}'), leafmark.__file__;"
        "from leafmark.cli import main; main(['factors', 'show', 'electricity.grid@GB:direct:2023'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(unpacked), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "0.207" in done.stdout
