"""`leafmark.parcels` gives its verbs by name, and imports nothing heavy until one is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leafmark import parcels
from leafmark.parcels.compiled import forget_stale


def test_every_name_is_there() -> None:
    """None of them is a module's name too: once imported, the module would stand in its place."""
    assert not {path.stem for path in Path(parcels.__file__).parent.iterdir()} & set(parcels.__all__)
    assert all(callable(getattr(parcels, name)) for name in parcels.__all__)
    with pytest.raises(AttributeError, match="ship"):
        parcels.ship  # noqa: B018


def test_the_compiler_waits_until_it_is_wanted() -> None:
    asked = "import sys, leafmark.parcels; sys.exit('numba' in sys.modules or 'highspy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def kept_after(folder: Path, ages_s: dict[str, float], *called: Path) -> list[str]:
    cache = folder / "__pycache__"
    cache.mkdir(exist_ok=True)
    now = time.time()
    for name, age_s in ages_s.items():
        (cache / name).write_text("")
        os.utime(cache / name, (now - age_s, now - age_s))
    forget_stale(folder, *called)
    return sorted(path.name for path in cache.glob("*.nbi"))


def test_a_kernel_older_than_one_of_its_sources_is_thrown_away(tmp_path: Path) -> None:
    (tmp_path / "room.py").write_text("")
    assert kept_after(tmp_path, {"old.nbi": 60, "new.nbi": -60}) == ["new.nbi"]


def test_so_is_one_older_than_a_source_that_it_calls(tmp_path: Path) -> None:
    here, called = tmp_path / "here", tmp_path / "called"
    for folder, age_s in ((here, 600), (called, 0)):
        folder.mkdir()
        (folder / "room.py").write_text("")
        os.utime(folder / "room.py", (time.time() - age_s,) * 2)
    assert kept_after(here, {"mine.nbi": 60}) == ["mine.nbi"]
    assert kept_after(here, {"mine.nbi": 60}, called) == []


def test_two_processes_may_throw_away_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one is quicker: between the listing and the look the file goes."""
    (tmp_path / "room.py").write_text("")
    stat = Path.stat

    def look(path: Path, **more: bool) -> os.stat_result:
        if path.suffix == ".nbi":
            path.unlink()
        return stat(path, **more)

    monkeypatch.setattr(Path, "stat", look)
    assert kept_after(tmp_path, {"old.nbi": 60}) == []
