"""`python -m bench.search [--size N] [--dry]`: search with facets, ours and SQLite FTS5, on the same shelf and questions.

Writes bench/results-search.json and docs/speed-search.md.
"""

from __future__ import annotations

import multiprocessing
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from bench import by_size
from bench.measure import machine
from bench.search_peer import Peer
from bench.search_peer import build as build_peer
from bench.search_shelf import KINDS, Question, database, documents, questions
from leafmark.web.search import Document, Index, build

HERE: Final = Path(__file__).parent
RESULTS: Final = HERE / "results-search.json"
PAGE: Final = HERE.parent / "docs" / "speed-search.md"
QUESTIONS, PEER_QUESTIONS, UPDATES, WARM_UP = 4_000, 300, 50, 100
PROMISED: Final = {"p50_ms": 3.0, "p99_ms": 10.0, "build_s": 20.0}


def timed(ask: Callable[[Question], Any], asked: Sequence[Question]) -> dict[str, Any]:
    """Milliseconds of each question, one after another, by kind and all together; and of CPU, which others lengthen less."""
    for question in asked[:WARM_UP]:
        ask(question)
    took: dict[str, list[tuple[float, float]]] = {kind: [] for kind in KINDS}
    for question in asked:
        began, cpu_began = time.perf_counter(), time.thread_time()
        ask(question)
        cpu_s = time.thread_time() - cpu_began
        took[question.kind].append(((time.perf_counter() - began) * 1e3, cpu_s * 1e3))
    return {"all": _spread([each for kind in took.values() for each in kind])} | {
        kind: _spread(found) for kind, found in took.items() if found
    }


def _spread(took_ms: list[tuple[float, float]]) -> dict[str, float]:
    wall, cpu = zip(*took_ms, strict=True)
    found: dict[str, float] = {"max_ms": max(wall), "questions": len(took_ms)}
    for name, each in (("", wall), ("cpu_", cpu)):
        parts = statistics.quantiles(each, n=100, method="inclusive") if len(each) > 1 else list(each) * 99
        found |= {f"{name}p50_ms": parts[49], f"{name}p99_ms": parts[98]}
    return found


def ours(index: Index) -> Callable[[Question], Any]:
    """A search with all facets and a page of twenty."""
    return lambda question: index.search(question.text, sort=question.sort, **question.filters)  # type: ignore[arg-type]


def _in_process(target: Callable[..., None], *arguments: Any) -> dict[str, float]:
    """Wall seconds and peak memory of a process of its own, start-up included."""
    process = multiprocessing.get_context("spawn").Process(target=target, args=arguments)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    process.start()
    process.join()
    wall_s = time.perf_counter() - began
    if process.exitcode:
        raise RuntimeError(f"{target.__module__}: ended with {process.exitcode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall_s": wall_s, "cpu_s": cpu_s, "memory_mb": after.ru_maxrss / 1024}


def build_ours(source: Path, folder: Path) -> None:
    """The whole index, read from the database."""
    build(folder, documents(source))


def _size_mb(path: Path) -> float:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(each.stat().st_size for each in files if each.is_file()) / 1e6


def _updates(index: Index, source: Path) -> dict[str, float]:
    """Milliseconds from the call to change one product until a search sees it."""
    changed = [document for document, _ in zip(documents(source), range(UPDATES), strict=False)]
    took_ms = []
    for number, document in enumerate(changed):
        word = f"changed{number}word"
        began, cpu_began = time.perf_counter(), time.thread_time()
        index.update([Document(document.product_id, {**document.names, "en": word})])
        assert index.search(word).ids == [document.product_id]
        took_ms.append(((time.perf_counter() - began) * 1e3, (time.thread_time() - cpu_began) * 1e3))
    return _spread(took_ms)


def measure(size: int) -> dict[str, Any]:
    """Build both, ask both."""
    source = database(size)
    asked = questions(QUESTIONS, size)
    folder = Path(tempfile.mkdtemp(prefix="leafmark-bench-"))
    try:
        found: dict[str, Any] = {"machine": machine()}
        found["build"] = _in_process(build_ours, source, folder / "ours") | {"size_mb": _size_mb(folder / "ours")}
        print(f"build: {found['build']}", file=sys.stderr, flush=True)
        index = Index(folder / "ours")
        found["search"] = timed(ours(index), asked)
        found["answered"] = statistics.mean(index.search(each.text, facets=()).total > 0 for each in asked[:1000])
        print(f"search: {found['search']['all']}", file=sys.stderr, flush=True)
        found["update"] = _updates(index, source)
        found["search_after_updates"] = timed(ours(index), asked)["all"]
        found["peer_build"] = _in_process(build_peer, source, folder / "peer.db") | {
            "size_mb": _size_mb(folder / "peer.db")
        }
        print(f"peer's build: {found['peer_build']}", file=sys.stderr, flush=True)
        peer = Peer(folder / "peer.db")
        found["peer_search"] = timed(peer.search, asked[:PEER_QUESTIONS])
        found["peer_answered"] = statistics.mean(peer.search(each)[0] > 0 for each in asked[:PEER_QUESTIONS])
        found["machine"]["load_after"] = machine()["load_before"]
        return found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _verdict(kept: bool) -> str:
    return "kept" if kept else "MISSED"


def section(size: int, found: dict[str, Any]) -> list[str]:
    """One size's results as lines of Markdown."""
    own, peer, facts = found["search"], found["peer_search"], found["machine"]
    build_s, build_mb = found["build"]["wall_s"], found["build"]["memory_mb"]
    out = [
        f"## {size:,} products", "",
        "| | ours | SQLite FTS5 trigram | ratio | promised | |",
        "|---|---:|---:|---:|---:|---|",
        f"| build from the database, process start included | {build_s:.1f} s | {found['peer_build']['wall_s']:.1f} s | "
        f"{found['peer_build']['wall_s'] / build_s:.1f} | 20 s | {_verdict(build_s < PROMISED['build_s'])} |",
        f"| its CPU, helper included | {found['build']['cpu_s']:.1f} s | {found['peer_build']['cpu_s']:.1f} s | "
        f"{found['peer_build']['cpu_s'] / found['build']['cpu_s']:.1f} | | |",
        f"| its peak memory | {build_mb:.0f} MB | {found['peer_build']['memory_mb']:.0f} MB | | | |",
        f"| its size on disk | {found['build']['size_mb']:.0f} MB | {found['peer_build']['size_mb']:.0f} MB | | | |",
    ]  # fmt: skip
    for name in ("p50_ms", "p99_ms"):
        ours_ms, peers_ms = own["all"][name], peer["all"][name]
        out.append(
            f"| search, {name[:3]} | {ours_ms:.2f} ms | {peers_ms:.1f} ms | {peers_ms / ours_ms:.0f} | {PROMISED[name]:g} ms | "
            f"{_verdict(ours_ms < PROMISED[name])} |"
        )
        cpu_ms, peers_cpu_ms = own["all"][f"cpu_{name}"], peer["all"][f"cpu_{name}"]
        out.append(
            f"| its CPU, {name[:3]} | {cpu_ms:.2f} ms | {peers_cpu_ms:.1f} ms | {peers_cpu_ms / cpu_ms:.0f} | | |"
        )
    after, update = found["search_after_updates"], found["update"]
    out += [
        f"| the same after {UPDATES} updates, p50 and p99 | {after['p50_ms']:.2f}, {after['p99_ms']:.2f} ms | | | | |",
        f"| one product changed until a search sees it, p50 and p99 | {update['p50_ms']:.0f}, {update['p99_ms']:.0f} ms | | | | |",
        f"| questions that find something | {found['answered']:.0%} | {found['peer_answered']:.0%} | | | |",
        "", "| kind of question | share | p50 ms | p99 ms | slowest | peer's p50 ms |", "|---|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for kind, share in KINDS.items():
        each, peers_p50 = own[kind], f"{peer[kind]['p50_ms']:.1f}" if kind in peer else ""
        out.append(
            f"| {kind} | {share} % | {each['p50_ms']:.2f} | {each['p99_ms']:.2f} | {each['max_ms']:.1f} | {peers_p50} |"
        )
    load = f"load {facts['load_before']} before, {facts['load_after']} after"
    busy = max(facts["load_before"], facts["load_after"]) > facts["cores"]
    note = " The machine was shared with other work meanwhile: wall times say little." if busy else ""
    return [*out, "", f"On {facts['cores']} cores of {facts['model']}, {load}.{note}", ""]


def page(results: dict[str, Any]) -> str:
    """All results as a Markdown page."""
    out = [
        "# Speed of the search", "",
        "Made by `python -m bench.search`. Every search counts the values of five facets over all its hits and gives the first "
        f"twenty; {QUESTIONS:,} questions one after another in one process, after {WARM_UP} to warm up; nothing is cached between "
        "them. Titles are English and Chinese, Traditional and Simplified by turns (`bench/search_shelf.py`). The peer gets the "
        "same folded text, counts the same facets, and forgives no typo; it is asked the first "
        f"{PEER_QUESTIONS}. An index this size lies in the page cache.", "",
    ]  # fmt: skip
    for size, found in sorted(results.items(), key=lambda each: int(each[0])):
        out += section(int(size), found)
    return "\n".join(out)


if __name__ == "__main__":
    sys.exit(by_size.run(__doc__, 500_000, measure, page, RESULTS, PAGE))
