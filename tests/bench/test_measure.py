"""Measurements count what a process really used, and a failing contender is said to have failed."""

import subprocess
import sys

import pytest

from bench import measure

BUSY = "import time; end = time.process_time() + 0.4\nwhile time.process_time() < end: pass"


def test_cpu_of_children_is_counted_and_sleep_is_not(tmp_path):
    busy = run(tmp_path, f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}])")
    asleep = run(tmp_path, "import time; time.sleep(0.5)")
    assert busy.cpu_s > 0.4
    assert asleep.wall_s > 0.5
    assert asleep.cpu_s < 0.4


def test_memory_is_the_peak_of_the_process_itself(tmp_path):
    """Measured from a process as small as `python -m bench` is: a child's peak starts at its parent's."""
    code = (
        "import sys; from pathlib import Path; from bench import measure\n"
        "for code in ('pass', 'block = bytearray(b\"x\") * 200_000_000'):\n"
        "    print(measure.run([sys.executable, '-c', code], Path(sys.argv[1])).memory_mb)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "log")]
    done = subprocess.run(command, cwd=measure.BENCH.parent, capture_output=True, text=True, check=True)
    small_mb, large_mb = map(float, done.stdout.split())
    assert small_mb < 50
    assert 180 < large_mb - small_mb < 210


def test_a_failure_is_none_and_its_output_is_kept(tmp_path):
    assert run(tmp_path, "raise SystemExit('no such thing')") is None
    assert "no such thing" in (tmp_path / "log").read_text()


def run(folder, code):
    return measure.run([sys.executable, "-c", code], folder / "log")


def rows(ours, **others):
    return {name: {"cpu_s": cpu, "wall_s": cpu, "memory_mb": 100.0} for name, cpu in {"ours": ours, **others}.items()}


@pytest.mark.parametrize(
    ("target", "measured", "kept"),
    [
        (measure.Target("cpu_s", 2.5, "bound"), rows(5.0, bound=2.0), True),
        (measure.Target("cpu_s", 2.5, "bound"), rows(5.1, bound=2.0), False),
        (measure.Target("cpu_s", 7.0, "pandas"), rows(4.0, pandas=28.0), True),
        (measure.Target("cpu_s", 7.0, "pandas"), rows(4.1, pandas=28.0), False),
        (measure.Target("memory_mb", 400.0), rows(1.0), True),
        (measure.Target("cpu_s", 7.0, "pandas"), rows(4.0), None),
        (measure.Target("cpu_s", 7.0, "pandas"), rows(1.0, pandas=2.0) | {"ours": {"failed": "x"}}, None),
    ],
)
def test_targets(target, measured, kept):
    assert target.check(measured)[1] is kept


def test_the_table_names_failures_and_differences():
    contenders = rows(4.0, bound=2.0, polars=8.0)
    contenders["polars"]["differs"] = ["products.co2e_ug: 3 rows differ"]
    contenders["pandas"] = {"failed": "MemoryError"}
    machine = {"cores": 2, "model": "test", "load_before": 0.0}
    work = {"work": "bill", "size": 500_000, "lines": 4_500_000}
    text = measure.table({**work, "machine": machine, "contenders": contenders})
    assert "| pandas | failed: MemoryError |" in text
    assert "no: products.co2e_ug: 3 rows differ" in text
    assert "- kept: cpu_s 2.00 x the bound's, promised at most 2.5 (stretch 2)" in text
    assert "- not measured: cpu_s: ours against pandas: not measured" in text


def test_the_measuring_process_stays_small():
    """A child's peak memory starts at its parent's, so the parent may import nothing heavy."""
    code = "import sys, bench.__main__; print({'numpy', 'pyarrow', 'numba', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=measure.BENCH.parent, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"
