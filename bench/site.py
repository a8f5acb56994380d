"""`python -m bench.site [--size N] [--dry]`: the site under load, pages of random products asked by wrk.

A run of N appliances is made by the engine, published onto a shelf, indexed, and served by two processes on the machine that also runs
wrk. The limit beside it is granian answering the same bytes without Django. Writes bench/results-site.json and docs/speed-site.md.
Needs wrk (Debian and Ubuntu: apt-get install wrk).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from bench import by_size
from bench.measure import machine

HERE: Final = Path(__file__).parent
RESULTS: Final = HERE / "results-site.json"
PAGE: Final = HERE.parent / "docs" / "speed-site.md"
PORT, LIMIT_PORT, SECONDS, CONNECTIONS = 8791, 8792, 12, 16
PROMISED: Final = {"product": 700, "json": 1_500, "svg": 1_500}
P99_MS_MAX, FILL_S_MAX = 60, 60
PATHS: Final = {
    "product": "/product/brand-%d/P%d/",
    "json": "/label/brand-%d/P%d.json",
    "svg": "/label/brand-%d/P%d.svg",
    "search": "/search/?q=model+%d&p=%d",
}
BRANDS: Final = 2_000
LUA: Final = """
math.randomseed(os.time())
request = function()
  local n = math.random(0, {last})
  return wrk.format("GET", string.format("{path}", {first}, n))
end
"""
LIMIT_APP: Final = """
BODY = open({path!r}, "rb").read()
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html")])
    return [BODY]
"""


def make_runs(folder: Path, size: int) -> float:
    """A run of `size` appliances with their catalogue; seconds of the engine."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from leafmark import engine

    chance = np.random.default_rng(1)
    ids = [f"P{n}" for n in range(size)]
    kwh = np.round(chance.lognormal(5, 0.6, size), 1)
    lines = {"product_id": ids, "kwh_per_year": kwh, "lifetime_years": np.full(size, 7.0), "region": ["AU"] * size,
             "date": pa.nulls(size, pa.date32())}  # fmt: skip
    pq.write_table(pa.table(lines), folder / "lines.parquet")
    kind = [n // BRANDS % 40 for n in range(size)]
    catalogue = {
        "product_id": ids,
        "name": pa.array([{"en": f"Appliance model {n}", "zh-Hans": f"电器 型号 {n}"} for n in range(size)]),
        "brand": [f"Brand {n % BRANDS}" for n in range(size)],
        "sector": ["consumer electronics"] * size,
        "category": [f"appliance {each}" for each in kind],
        "functional_unit": [f"doing {each} for 7 years" for each in kind],
        "boundary": ["use_only"] * size,
        "lifetime_years": np.full(size, 7.0),
        "use_region": ["AU"] * size,
    }
    pq.write_table(pa.table(catalogue), folder / "catalogue.parquet")
    began = time.perf_counter()
    engine.footprint(
        folder / "lines.parquet", out=folder / "run", method="appliance.use", known_on=dt.date(2026, 11, 1)
    )
    took = time.perf_counter() - began
    shelf = {"run": "run", "catalogue": "catalogue.parquet", "on_date": "2026-11-01"}
    (folder / "shelves.json").write_text(json.dumps({"shelves": [shelf]}))
    return took


def prepared(folder: Path) -> dict[str, float]:
    """Seconds until the products are published, and until they are indexed, by `leafmark serve --prepare-only`."""
    command = [sys.executable, "-m", "leafmark.cli", "serve", "--workspace", str(folder), "--prepare-only"]
    began, marks = time.perf_counter(), {}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("search index"):
                marks["published"] = time.perf_counter()
    ended = time.perf_counter()
    if process.returncode:
        raise SystemExit(f"leafmark serve --prepare-only ended with {process.returncode}")
    return {"fill_s": marks["published"] - began, "index_s": ended - marks["published"]}


@contextmanager
def running(command: list[str], port: int, **options: Any) -> Iterator[None]:
    """A server, from its first answer to the end."""
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, **options
    ) as process:
        try:
            for _ in range(600):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def asked(port: int, path: str, size: int) -> dict[str, float]:
    """Requests a second and milliseconds of the 99th percentile; answers that are no 2xx are counted."""
    brands = str(BRANDS)
    script = LUA.format(last=size - 1, path=path, first=f"n % {brands}" if "brand" in path else "n")
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as out:
        out.write(script)
        out.flush()
        done = subprocess.run(
            ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", "-s", out.name, f"http://127.0.0.1:{port}"],
            text=True, capture_output=True, check=True,
        ).stdout  # fmt: skip
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done)
    late = re.search(r"99%\s+([\d.]+)(us|ms|s)", done)
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", done)
    assert rate, done
    assert late, done
    scale = {"us": 1e-3, "ms": 1.0, "s": 1e3}[late[2]]
    return {"per_second": float(rate[1]), "p99_ms": float(late[1]) * scale, "failed": int(failed[1]) if failed else 0}


def measured(size: int) -> dict[str, Any]:
    """Everything, in a folder of its own that goes afterwards."""
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is missing: apt-get install wrk")
    folder = Path(tempfile.mkdtemp(prefix="leafmark-bench-site-"))
    found: dict[str, Any] = {"machine": machine()}
    try:
        found["run_s"] = make_runs(folder, size)
        found |= prepared(folder)
        found["site_db_mb"] = (folder / "site.db").stat().st_size / 1e6
        command = [sys.executable, "-m", "leafmark.cli", "serve", "--workspace", str(folder), "--port", str(PORT)]
        with running(command, PORT):
            body = urllib.request.urlopen(f"http://127.0.0.1:{PORT}{PATHS['product'] % (1, 1)}").read()
            found["product_bytes"] = len(body)
            for name, path in PATHS.items():
                asked(PORT, path, size)  # warm
                found[name] = asked(PORT, path, size)
                print(name, found[name], file=sys.stderr, flush=True)
        (folder / "page.html").write_bytes(body)
        (folder / "limit_app.py").write_text(LIMIT_APP.format(path=str(folder / "page.html")))
        limit = [
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--workers",
            "2",
            "--port",
            str(LIMIT_PORT),
            "limit_app:application",
        ]
        with running(limit, LIMIT_PORT, cwd=folder):
            found["limit"] = asked(LIMIT_PORT, "/%d/%d", size)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found


def page(results: dict[str, Any]) -> str:
    """All results as a Markdown page."""
    out = ["# Speed of the site", "", "Made by `python -m bench.site`: two processes, SQLite, random products, wrk on the same machine. "
           "The limit is granian giving the product page's bytes without Django."]  # fmt: skip
    for size, found in sorted(results.items(), key=lambda each: int(each[0])):
        out += [
            "",
            f"## {int(size):,} products",
            "",
            "| work | measured | beside it | promised | |",
            "|---|---:|---|---|---|",
        ]
        limit = found["limit"]["per_second"]
        for name in PATHS:
            each, wanted = found[name], PROMISED.get(name)
            kept = (
                ""
                if wanted is None
                else "kept"
                if each["per_second"] >= wanted and each["p99_ms"] < P99_MS_MAX and not each["failed"]
                else "MISSED"
            )
            promised = "" if wanted is None else f"{wanted:,}/s, p99 < {P99_MS_MAX} ms"
            out.append(
                f"| {name} | {each['per_second']:,.0f}/s, p99 {each['p99_ms']:.0f} ms | limit {limit:,.0f}/s | {promised} | {kept} |"
            )
        for what, key, most in (("publishing all", "fill_s", FILL_S_MAX), ("search index", "index_s", 20)):
            out.append(
                f"| {what} | {found[key]:.1f} s | | {most} s for 500,000 | {'kept' if found[key] < most else 'MISSED'} |"
            )
        out.append(
            f"| a product page | {found['product_bytes'] / 1000:.1f} kB, not compressed | | 60 kB | {'kept' if found['product_bytes'] <= 60_000 else 'MISSED'} |"
        )
        out += ["", f"The engine's run took {found['run_s']:.1f} s, the database {found['site_db_mb']:,.0f} MB. On {found['machine']['cores']} "
                f"cores of {found['machine']['model']}, load {found['machine']['load_before']} before the start."]  # fmt: skip
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    sys.exit(by_size.run(__doc__, 500_000, measured, page, RESULTS, PAGE))
