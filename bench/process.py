"""One contender of a bench as a process of its own: what it took, and what it answered."""

from __future__ import annotations

import compileall
import os
import re
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import bench
import leafmark

_MADE = re.compile(r"[/\\]bench[/\\]data[/\\]")
"""Environments of peers, which pip has compiled."""


@cache
def _compile() -> None:
    """As after `make install`: of what was edited since, Python would compile every file in each process, where it may not write bytecode."""
    for package in (leafmark, bench):
        compileall.compile_dir(Path(package.__file__ or "").parent, rx=_MADE, quiet=1)


def once(module: str, name: str, path: Path) -> dict[str, float]:
    """Wall and CPU seconds, peak memory in MB and the answer of `python -m MODULE NAME PATH`.

    The process prints its answer, and its own peak memory in MB after it where it knows better: the kernel's figure for a child begins
    at what its parent held.

    Raises
    ------
    RuntimeError : it ended with another status than 0.
    """
    _compile()
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", module, name, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        said = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{module} {name} ended with {process.returncode}")
    answer, *memory_mb = said.split()
    return {
        "wall_s": time.perf_counter() - began, "cpu_s": used.ru_utime + used.ru_stime,
        "memory_mb": float(memory_mb[0]) if memory_mb else used.ru_maxrss / 1024, "answer": int(answer) if answer.lstrip("-").isdigit() else float(answer),
    }  # fmt: skip
