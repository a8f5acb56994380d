"""`leafmark.parcels` gives its verbs by name, and imports nothing heavy until one is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leafmark import parcels
from leafmark.parcels.packing import kernel


def test_every_name_is_there() -> None:
    """None of them is a module's name too: once imported, the module would stand in its place."""
    assert not {path.stem for path in Path(parcels.__file__).parent.iterdir()} & set(parcels.__all__)
    assert all(callable(getattr(parcels, name)) for name in parcels.__all__)
    with pytest.raises(AttributeError, match="ship"):
        parcels.ship  # noqa: B018


def test_the_compiler_waits_until_it_is_wanted() -> None:
    asked = "import sys, leafmark.parcels; sys.exit('numba' in sys.modules or 'highspy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def test_a_kernel_older_than_one_of_its_sources_is_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "__pycache__"
    cache.mkdir()
    (tmp_path / "room.py").write_text("")
    now = time.time()
    for name, age_s in (("old.nbi", -60), ("new.nbi", 60)):
        (cache / name).write_text("")
        os.utime(cache / name, (now + age_s, now + age_s))
    monkeypatch.setattr(kernel, "__file__", str(tmp_path / "__init__.py"))
    kernel._forget_stale()
    assert [path.name for path in cache.glob("*.nbi")] == ["new.nbi"]
