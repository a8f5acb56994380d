"""A shopper's pages under Lighthouse 12, as a telephone sees them: largest paint, layout shift, performance, accessibility.

    npm install lighthouse@12                       # outside the repository; needs Node 18.20 or newer
    python tools/lighthouse.py --workspace demo-out --lighthouse node_modules/.bin/lighthouse

Serves a demo's workspace, measures each page, and writes docs/lighthouse.md. Exit status 1 if a page misses a bar. Lighthouse simulates a
slow telephone and network, so its figures move a little with whatever else the machine does; a page's is the middle one of `--times`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "lighthouse.md"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"
LCP_S_MAX, CLS_MAX, PERFORMANCE_MIN, ACCESSIBILITY_MIN = 1.5, 0.05, 0.95, 1.0
"""The bars: LCP under, CLS under, the two scores at least."""
START_S_MAX = 180
TRIES_MAX = 4
"""Of one run: on a busy machine Lighthouse now and then loses its trace."""
PAGES = (
    ("home", "/"),
    ("home, 繁體", "/zh-hant/"),
    ("sector", "/sector/food/"),
    ("category", "/category/television/"),
    ("category with its average", "/category/beef/"),
    ("search", "/search/?q=milk"),
    ("search, 简体", "/zh-hans/search/?q=%E7%89%9B%E5%A5%B6"),
    ("product with a saving", "/product/chiq/ATV6230/"),
    ("product, 繁體, in Hong Kong", "/m/hk/zh-hant/product/chiq/ATV6230/"),
    ("product that is an estimate", "{estimate}"),
    ("label", "/product/chiq/ATV6230/label/"),
    ("venue", "/venue/festival/"),
)


@dataclass(frozen=True)
class Measured:
    """A page: seconds, shift, scores from 0 to 1, milliseconds of blocked time, and Lighthouse's index of the machine's speed."""

    name: str
    lcp_s: float
    cls: float
    performance: float
    accessibility: float
    blocking_ms: float
    machine: float

    @property
    def passes(self) -> bool:
        """Whether it meets every bar."""
        return (
            self.lcp_s < LCP_S_MAX and self.cls < CLS_MAX
            and self.performance >= PERFORMANCE_MIN and self.accessibility >= ACCESSIBILITY_MIN
        )  # fmt: skip


def main() -> int:
    """Measure, print, write."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--workspace", type=Path, required=True, help="a demo's folder")
    given.add_argument("--lighthouse", default=shutil.which("lighthouse") or "lighthouse", help="Lighthouse's command")
    given.add_argument("--times", type=int, default=3, help="runs of each page")
    given.add_argument("--only", default="", help="pages whose name holds this")
    given.add_argument("--keep", type=Path, help="folder for Lighthouse's own reports")
    given.add_argument("--no-write", action="store_true", help="print alone")
    asked = given.parse_args()
    chrome = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chrome is None or shutil.which(asked.lighthouse) is None:
        print(
            f"needs Chromium ({chrome or 'none found'}) and Lighthouse 12 ({asked.lighthouse}); see --help",
            file=sys.stderr,
        )
        return 2
    version = subprocess.run([asked.lighthouse, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    found = []
    with served(asked.workspace) as origin, tempfile.TemporaryDirectory() as folder:
        keep = asked.keep or Path(folder)
        keep.mkdir(parents=True, exist_ok=True)
        estimate = first_product(f"{origin}/category/beef/")
        for name, path in PAGES:
            if asked.only in name:
                address = origin + path.format(estimate=estimate)
                found.append(measure(asked.lighthouse, chrome, name, address, asked.times, keep))
                print(row(found[-1]), flush=True)
    if not asked.no_write and not asked.only:
        PAGE.write_text(text(found, version, asked.times), encoding="utf-8")
    return 0 if all(each.passes for each in found) else 1


@contextmanager
def served(workspace: Path) -> Iterator[str]:
    """The site of a workspace, on a free port."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port = tried.getsockname()[1]
    command = [sys.executable, "-m", "leafmark.cli", "serve", "--workspace", str(workspace), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ) as site:
        try:
            until = time.monotonic() + START_S_MAX
            while True:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
                    break
                except OSError:
                    if site.poll() is not None or time.monotonic() > until:
                        raise SystemExit(f"{workspace}: the site did not start") from None
                    time.sleep(0.5)
            yield f"http://127.0.0.1:{port}"
        finally:
            site.terminate()


def first_product(address: str) -> str:
    """The first product that a page links to."""
    with urllib.request.urlopen(address, timeout=30) as answer:
        page = answer.read().decode()
    return "/product/" + page.partition('href="/product/')[2].partition('"')[0]


def measure(lighthouse: str, chrome: str, name: str, address: str, times: int, keep: Path) -> Measured:
    """The middle run of several, each figure by itself; accessibility is the worst of them."""
    runs = []
    for number in range(times):
        report = keep / f"{name.replace(' ', '-').replace(',', '')}-{number}.json"
        command = [lighthouse, address, "--output=json", f"--output-path={report}", "--quiet", f"--chrome-flags={FLAGS}",
                   "--only-categories=performance,accessibility"]  # fmt: skip
        runs.append(once(command, {**os.environ, "CHROME_PATH": chrome}, report))

    def middle(audit: str) -> float:
        return statistics.median(each["audits"][audit]["numericValue"] for each in runs)

    scores = {
        name: [each["categories"][name]["score"] for each in runs] for name in ("performance", "accessibility")
    }  # fmt: skip
    return Measured(
        name, middle("largest-contentful-paint") / 1000, middle("cumulative-layout-shift"),
        statistics.median(scores["performance"]), min(scores["accessibility"]), middle("total-blocking-time"),
        statistics.median(each["environment"]["benchmarkIndex"] for each in runs),
    )  # fmt: skip


def once(command: list[str], environment: dict[str, str], report: Path) -> Any:
    """One run's report; again where the trace was lost."""
    for _ in range(TRIES_MAX):
        report.unlink(missing_ok=True)
        subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if report.exists():
            found = json.loads(report.read_text(encoding="utf-8"))
            if found["categories"]["performance"]["score"] is not None:
                return found
    raise SystemExit(f"{command[1]}: Lighthouse gave no report in {TRIES_MAX} tries")


def row(each: Measured) -> str:
    """A line of the table."""
    return (
        f"| {each.name} | {each.lcp_s:.2f} s | {each.cls:.3f} | {each.blocking_ms:.0f} ms | {each.performance:.2f} | "
        f"{each.accessibility:.2f} | "
        f"{'yes' if each.passes else '**no**'} |"
    )


def text(found: list[Measured], version: str, times: int) -> str:
    """The page of docs/."""
    often = "One run each" if times == 1 else f"The middle of {times} runs; accessibility is the worst"
    bars = f"largest paint (< {LCP_S_MAX} s) | layout shift (< {CLS_MAX}) | blocked | performance (>= {PERFORMANCE_MIN}) | accessibility (1.00)"
    machine = statistics.median(each.machine for each in found)
    lines = [
        "# Lighthouse",
        "",
        f"A shopper's pages as Lighthouse {version} sees them on its simulated telephone (mobile, its own throttling), served by `leafmark serve`",
        f"from a demo's workspace. {often}. Made by `tools/lighthouse.py` on {dt.datetime.now(dt.UTC).date().isoformat()}, on "
        f"{os.cpu_count()} cores that other",
        "work shared: figures seen once, not a promise.",
        "",
        f"| page | {bars} | all met |",
        "|---|---|---|---|---|---|---|",
        *map(row, found),
        "",
        f"Lighthouse's index of the machine's speed was {machine:.0f}; a quiet desktop has 1,500 or more. It slows the processor down four times besides.",
        "So on a busy machine the time in which a page is blocked, and with it the score, says more about the other work than about the page, which",
        "runs no script. Paint depends on it less; shift and accessibility do not.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
