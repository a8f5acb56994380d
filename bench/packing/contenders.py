"""Run the contenders on one work: ours in one process, each peer in two, in an environment of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from bench.packing.plans import Tables, tables, work

HERE: Final = Path(__file__).parent
DATA: Final = HERE.parent / "data" / "packing"
PEERS: Final = ("py3dbp==1.1.2", "packvium==1.8.0", "packingsolver3d==0.0.5")
PROCESSES: Final = 2
"""Of a peer: orders do not know of one another, so each core takes every second one."""
REPEATS: Final = 5
HOURS_MAX_S: Final = 3 * 3600
EVERY: Final = {"packingsolver3d": 20}
"""A peer that takes seconds an order gets every n-th one; ours is then counted on the same ones."""


@dataclass(frozen=True)
class Took:
    """Seconds of the orders on the clock: of the slower process, and of all processes' processors."""

    wall_s: float
    cpu_s: float


def environment() -> Path:
    """The Python of the peers' environment, made where it is missing.

    Raises
    ------
    RuntimeError : it cannot be made (no network, no wheel for this machine).
    """
    home = DATA / "peers"
    stamp, python = home / ".installed", home / "bin" / "python"
    wanted = "\n".join(PEERS)
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(home, ignore_errors=True)
        print(f"installing {', '.join(PEERS)} into {home}", file=sys.stderr, flush=True)
        for command in (
            [sys.executable, "-m", "venv", str(home)],
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PEERS],
        ):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(f"the peers' environment could not be made: {done.stderr.strip()[-600:]}")
        stamp.write_text(wanted)
    return python


def ours(orders: pa.Table, cartons: pa.Table, objective: str, support_share: float, name: str) -> tuple[Tables, Took]:
    """Leafmark, both cores in one process; the median of `REPEATS`."""
    folder = DATA / name
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(orders, folder / "orders.parquet")
    pq.write_table(cartons, folder / "cartons.parquet")
    arguments = [str(folder), objective, str(support_share), str(REPEATS)]
    command = [sys.executable, "-m", "bench.packing.ours", *arguments]
    subprocess.run(command, cwd=HERE.parents[1], check=True, timeout=HOURS_MAX_S)
    took = json.loads((folder / "ours.json").read_text())
    parts = (pq.read_table(folder / f"plan-{part}.parquet") for part in ("parcels", "placements", "unpacked"))
    return Tables(*parts), Took(took["wall_s"], took["cpu_s"])


def peer(
    name: str, orders: pa.Table, cartons: pa.Table, support_share: float, objective: str
) -> tuple[Tables, Took, str, list[str]]:
    """A peer on its orders: plan, seconds, name with version, and the orders it was given."""
    folder = DATA / name
    folder.mkdir(parents=True, exist_ok=True)
    given = work(orders, cartons, support_share, objective)
    given["orders"] = given["orders"][:: EVERY.get(name, 1)]
    (folder / "work.json").write_text(json.dumps(given))
    answers = _together(environment(), name, folder)
    parcels = [parcel for answer in answers for parcel in answer["parcels"]]
    plan = tables(orders, cartons, parcels, [row for answer in answers for row in answer["unpacked"]])
    took = Took(max(each["wall_s"] for each in answers), sum(each["cpu_s"] for each in answers))
    return plan, took, answers[0]["peer"], [order_id for order_id, _ in given["orders"]]


def _together(python: Path, name: str, folder: Path) -> Sequence[dict[str, Any]]:
    outs = [folder / f"out-{part}.json" for part in range(PROCESSES)]
    running = [
        subprocess.Popen(
            [str(python), str(HERE / "peers" / "work.py"), name, str(folder / "work.json"), str(out), str(part), str(PROCESSES)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        for part, out in enumerate(outs)
    ]  # fmt: skip
    try:
        for process in running:
            _, said = process.communicate(timeout=HOURS_MAX_S)
            if process.returncode:
                raise RuntimeError(f"{name}: {said.strip()[-600:]}")
    finally:
        for process in running:
            if process.poll() is None:
                process.kill()
                process.wait()
    return [json.loads(out.read_text()) for out in outs]
