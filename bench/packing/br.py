"""`python -m bench.packing.br [--each N | --all]`: containers BR1 to BR7 loaded by Leafmark and by packingsolver3d, same seconds each.

Two workers, each on a core of its own where the system allows it; each instance goes to both contenders one after the other, on the
same core. Every load of both is checked by tests/parcels/load_check.py, which knows neither. Compiling and imports are not timed.

The instances (E. E. Bischoff, M. S. W. Ratcliff, "Issues in the development of approaches to container loading", Omega 23 (1995)
377-390, from the OR-Library) lie in the shared data; a class has 100. Writes bench/packing/results-br.json.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pyarrow as pa

from bench.measure import machine
from leafmark.parcels.containers import Container, load, warm
from leafmark.parcels.tables import PLACEMENTS_SCHEMA, UNPACKED_SCHEMA

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
RESULTS: Final = HERE / "results-br.json"
PAGE: Final = HERE.parents[1] / "docs" / "speed-containers.md"
PEER_HOME: Final = ROOT / "bench" / "data" / "peer-packingsolver3d"
PEER: Final = "packingsolver3d==0.0.5"
CLASSES: Final = (1, 2, 3, 4, 5, 6, 7)
IN_A_CLASS: Final = 100
WORKERS: Final = 2
SECONDS: Final = 5.0
SLACK_S: Final = 0.5
"""A call of the kernel may end this much past the time given: it is part of the promise that a load takes 5 s."""

PROMISED, STRETCH = 0.95, 0.96

sys.path.insert(0, str(ROOT / "tests" / "parcels"))
from load_check import faults  # noqa: E402


def folder() -> Path:
    """Where the classes' files are."""
    shared = Path(os.environ.get("LEAFMARK_SHARED_DATA", ROOT.parent / "shared" / "data")) / "packing" / "br"
    if not shared.is_dir():
        raise SystemExit(f"bench.packing.br: {shared} is missing; set LEAFMARK_SHARED_DATA to the shared data")
    return shared


@cache
def instances(number: int) -> tuple[tuple[Container, list[dict[str, Any]]], ...]:
    """The containers and items of one class. Its lengths are centimetres; the search takes them as they are."""
    figures = iter(map(int, (folder() / f"BR{number}.txt").read_text().split()))
    return tuple(_instance(figures) for _ in range(next(figures)))


def _instance(figures: Iterator[int]) -> tuple[Container, list[dict[str, Any]]]:
    next(figures), next(figures)  # number and seed
    container = Container(next(figures), next(figures), next(figures))
    rows = []
    for _ in range(next(figures)):
        kind, length, length_up, width, width_up, height, height_up, quantity = (next(figures) for _ in range(8))
        rows.append(
            {
                "item_id": str(kind), "quantity": quantity, "length_mm": length, "width_mm": width, "height_mm": height,
                "length_upright": bool(length_up), "width_upright": bool(width_up), "height_upright": bool(height_up),
            }
        )  # fmt: skip
    return container, rows


def peer_python() -> Path:
    """The Python of the peer's environment, made where it is missing."""
    python, stamp = PEER_HOME / "bin" / "python", PEER_HOME / ".installed"
    if not stamp.exists() or stamp.read_text() != PEER:
        shutil.rmtree(PEER_HOME, ignore_errors=True)
        print(f"installing {PEER} into {PEER_HOME.relative_to(ROOT)}", file=sys.stderr, flush=True)
        for command in (
            [sys.executable, "-m", "venv", str(PEER_HOME)],
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PEER],
        ):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(f"bench.packing.br: {PEER} could not be installed: {done.stderr.strip()[-500:]}")
        stamp.write_text(PEER)
    return python


_worker: dict[str, Any] = {}


def _begin(cores: Any, python: str | None) -> None:
    """A worker: on one core, with its kernels compiled and its peer started."""
    core = cores.get()
    if hasattr(os, "sched_setaffinity") and core in os.sched_getaffinity(0):
        os.sched_setaffinity(0, {core})
    warm()
    if python is not None:
        command = [python, str(HERE / "by_packingsolver3d_container.py")]
        _worker["peer"] = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _measured(asked: tuple[int, int, float]) -> dict[str, Any]:
    number, index, seconds = asked
    container, rows = instances(number)[index]
    cpu_began = time.process_time()
    own = load(rows, container, seconds)
    found: dict[str, Any] = {
        "class": number, "instance": index + 1, "fill": own.fill, "seconds": own.seconds, "cpu_s": time.process_time() - cpu_began,
        "looks": own.looks, "rolled": own.rolled, "width": own.width, "faults": faults(own, rows),
    }  # fmt: skip
    if "peer" in _worker:
        began = time.monotonic()
        theirs = _asked_of_peer(container, rows, seconds)
        found |= {
            "peer_seconds": time.monotonic() - began,
            "peer_fill": theirs.fill,
            "peer_faults": faults(theirs, rows),
        }
    return found


def _asked_of_peer(container: Container, rows: list[dict[str, Any]], seconds: float) -> Any:
    """The peer's load, as the check reads one."""
    peer = _worker["peer"]
    peer.stdin.write(json.dumps({"size": container.size, "rows": rows, "seconds": seconds}) + "\n")
    peer.stdin.flush()
    pieces = json.loads(peer.stdout.readline())
    names = ("order_row", "x_mm", "y_mm", "z_mm", "along_x_mm", "along_y_mm", "along_z_mm")
    placed = [dict(zip(names, piece, strict=True)) for piece in pieces]
    for piece in placed:
        piece |= {
            "order_id": "container",
            "parcel_no": 1,
            "item_id": rows[piece["order_row"]]["item_id"],
            "orientation": 0,
        }
    left = []
    for number, row in enumerate(rows):
        behind = row["quantity"] - sum(piece["order_row"] == number for piece in placed)
        if behind:
            left.append({"order_row": number, "pieces": behind, "reason": "left_out"})
    return SimpleNamespace(
        container=container, weight_g=0,
        fill=sum(piece[4] * piece[5] * piece[6] for piece in pieces) / container.inner_mm3,
        placements=pa.Table.from_pylist(placed, schema=PLACEMENTS_SCHEMA),
        unpacked=pa.Table.from_pylist(left, schema=UNPACKED_SCHEMA),
    )  # fmt: skip


def measure(each: int, seconds: float, with_peer: bool) -> dict[str, Any]:
    """Load `each` instances of every class, spread over it; what was found of each, and the means."""
    asked = [(number, i * IN_A_CLASS // each, seconds) for i in range(each) for number in CLASSES]
    python = str(peer_python()) if with_peer else None
    facts = machine()
    context = multiprocessing.get_context("spawn")
    cores = context.Queue()
    for core in range(WORKERS):
        cores.put(core)
    found = []
    with context.Pool(WORKERS, _begin, (cores, python)) as pool:
        for done, one in enumerate(pool.imap_unordered(_measured, asked, chunksize=1), 1):
            found.append(one)
            if done % 10 == 0 or done == len(asked):
                print(
                    f"{done} of {len(asked)}: mean {statistics.mean(f['fill'] for f in found):.2%}",
                    file=sys.stderr,
                    flush=True,
                )
    found.sort(key=lambda one: (one["class"], one["instance"]))
    facts["load_after"] = machine()["load_before"]
    return {
        "machine": facts,
        "each": each,
        "seconds": seconds,
        "workers": WORKERS,
        "peer": PEER if with_peer else None,
        "loads": found,
    }


def means(found: dict[str, Any], what: str) -> dict[int, float]:
    """Mean of a figure by class."""
    return {
        number: statistics.mean(one[what] for one in found["loads"] if one["class"] == number) for number in CLASSES
    }


def kept(found: dict[str, Any]) -> dict[str, bool]:
    """The promises, and whether they were kept."""
    loads = found["loads"]
    return {
        f"mean of all classes at least {PROMISED:.1%}": statistics.mean(means(found, "fill").values()) >= PROMISED,
        f"each within {SECONDS:g} s": max(one["seconds"] for one in loads) <= SECONDS + SLACK_S,
        "every load sound": not any(one["faults"] for one in loads),
    }


def page(known: dict[str, Any]) -> str:
    """docs/speed-containers.md: five of each class, and all 700 where they were run."""
    lines = [
        "# How full containers get",
        "",
        "Made by `python -m bench.packing.br`: Bischoff and Ratcliff's single containers, each load checked.",
        "",
    ]
    for name in ("each", "all"):
        if name in known:
            lines += [*section(known[name]), ""]
    if "all" not in known:
        lines += ["All 700 (`make bench-large`) have not been run on a quiet machine yet.", ""]
    return "\n".join(lines)


def section(found: dict[str, Any]) -> list[str]:
    """The results as lines of Markdown."""
    own, loads = means(found, "fill"), found["loads"]
    theirs = means(found, "peer_fill") if found["peer"] else None
    head = "| | " + " | ".join(f"BR{number}" for number in CLASSES) + " | mean |"
    out = [
        f"## Containers: BR1 to BR7, {found['each']} of each class, {found['seconds']:g} s each on one core", "",
        head, "|---" + "|---:" * (len(CLASSES) + 1) + "|", _row("Leafmark", own),
    ]  # fmt: skip
    if theirs:
        out.append(_row(found["peer"].replace("==", " "), theirs))
        ahead = sum(one["fill"] > one["peer_fill"] for one in loads)
        out += ["", f"Fuller than the peer's on {ahead} of {len(loads)} instances."]
        unsound = sum(bool(one["peer_faults"]) for one in loads)
        if unsound:
            out.append(f"{unsound} of the peer's loads are not sound.")
    slowest = max(one["seconds"] for one in loads)
    out += [
        "", f"All {len(loads)} loads of ours were checked: {sum(bool(one['faults']) for one in loads)} with a fault. The slowest took "
        f"{slowest:.2f} s; CPU {statistics.mean(one['cpu_s'] for one in loads):.2f} s on average. Pieces may hang, as in the literature's "
        "unsupported variant.", "",
    ]  # fmt: skip
    out += [f"- {promise}: {'kept' if good else 'MISSED'}" for promise, good in kept(found).items()]
    mean = statistics.mean(own.values())
    out.append(f"- stretch, {STRETCH:.1%}: {'reached' if mean >= STRETCH else 'not reached'}")
    return out


def _row(name: str, by_class: dict[int, float]) -> str:
    mean = statistics.mean(by_class.values())
    return f"| {name} | " + " | ".join(f"{by_class[number]:.2%}" for number in CLASSES) + f" | {mean:.2%} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, keep and print; 1 where a promise was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--each", type=int, default=5, choices=range(1, IN_A_CLASS + 1), metavar="N", help="instances of each class"
    )
    parser.add_argument("--all", action="store_true", help="all 700: two hours with the peer")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for each instance and contender")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--dry", action="store_true", help="print only")
    options = parser.parse_args(arguments)
    each = IN_A_CLASS if options.all else options.each
    found = measure(each, options.seconds, not options.no_peer)
    if not options.dry:
        known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        known["all" if each == IN_A_CLASS else "each"] = found
        RESULTS.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
        PAGE.write_text(page(known))
    print("\n".join(section(found)))
    return 0 if all(kept(found).values()) else 1


if __name__ == "__main__":
    sys.exit(main())
