"""`python -m bench.brand_import [--size N] [--dry]`: a brand's file through the console's jobs, while its page is asked again and again.

N products and three lines each, as CSV, are checked and calculated by the site's worker, a process of its own; every half second the upload's
page is asked for, as a member's browser does, and how long each answer took is kept. One line in three names its material in words, which
is matched before. Writes bench/results-brand-import.json and docs/speed-brand-import.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any, Final

from bench import by_size
from bench.measure import machine

HERE: Final = Path(__file__).parent
RESULTS: Final = HERE / "results-brand-import.json"
PAGE: Final = HERE.parent / "docs" / "speed-brand-import.md"
PROMISED_S, PAGE_S_MAX, SIZE = 60.0, 1.0, 500_000
LINES: Final = 3
MATERIALS: Final = {
    "Oak wood": "material.wood",
    "Window glass": "material.glass",
    "Corrugated cardboard": "material.corrugated_board",
}
ASKED_EVERY_S: Final = 0.5


def write_files(folder: Path, size: int) -> None:
    """Products with names in three languages, and their bills."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    chance = np.random.default_rng(1)
    ids = np.arange(size)
    products = {
        "product_id": [f"P{n}" for n in ids],
        "name_en": [f"Table model {n} in solid wood" for n in ids],
        "name_zh_hant": [f"實木桌 型號 {n}" for n in ids],
        "name_zh_hans": [f"实木桌 型号 {n}" for n in ids],
        "category": [f"table {n % 40}" for n in ids],
        "sector": ["home"] * size,
        "functional_unit": [f"a table for {n % 12 + 1} persons" for n in ids],
        "mass_kg": np.round(chance.lognormal(2, 0.5, size), 2),
    }
    pa_csv.write_csv(pa.table(products), folder / "products.csv")
    names, keys = list(MATERIALS), ["material.corrugated_board", "material.glass"]
    lines = size * LINES
    by_name = np.arange(lines) % LINES == 0
    bills = {
        "product_id": [f"P{n}" for n in np.repeat(ids, LINES)],
        "stage": [("materials", "materials", "packaging")[n % LINES] for n in range(lines)],
        "material": [names[n // LINES % len(names)] if named else "" for n, named in enumerate(by_name)],
        "key": ["" if named else keys[n % 2] for n, named in enumerate(by_name)],
        "amount": np.round(chance.lognormal(0, 0.5, lines), 3),
        "unit": ["kg"] * lines,
        "region": ["GB"] * lines,
    }
    pa_csv.write_csv(pa.table(bills), folder / "bills.csv")


def measured(size: int) -> dict[str, Any]:
    """Seconds of check and calculation, and of the page meanwhile, in a workspace of its own that goes afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="leafmark-bench-brand-"))
    found: dict[str, Any] = {"machine": machine()}
    try:
        write_files(folder, size)
        found["mb"] = [(folder / f"{name}.csv").stat().st_size / 1e6 for name in ("products", "bills")]
        return found | _through_the_console(folder, size)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _through_the_console(folder: Path, size: int) -> dict[str, Any]:
    from leafmark.web.serve import open_site

    open_site(folder / "site")
    from django.conf import settings
    from django.test import Client

    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    from leafmark.web.brand.models import Match, Upload
    from leafmark.web.people.models import Membership, User
    from leafmark.web.shelf.models import Brand

    brand, user = Brand.objects.create(slug="bench", name="Bench"), User.objects.create_user("bench@example.org")
    Membership.objects.create(user=user, brand=brand)
    Match.objects.bulk_create(Match(brand=brand, name=name, key=key, by=user) for name, key in MATERIALS.items())
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    with subprocess.Popen(
        [sys.executable, "-m", "leafmark.web.jobs.worker"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "LEAFMARK_WORKSPACE": str(folder / "site")},
    ) as worker:  # fmt: skip
        try:
            with (folder / "products.csv").open("rb") as products, (folder / "bills.csv").open("rb") as bills:
                began = time.perf_counter()
                sent = client.post(
                    "/brand/bench/imports/", {"token": uuid.uuid4().hex, "products": products, "bills": bills}
                )
            found: dict[str, Any] = {"send_s": time.perf_counter() - began}
            where = sent.headers["Location"]
            found["check"] = _followed(client, where, Upload.CHECKED)
            client.post(f"{where}calculate/", {"token": uuid.uuid4().hex})
            found["calculate"] = _followed(client, where, Upload.CALCULATED)
        finally:
            worker.terminate()
    draft = Upload.objects.get().drafts.get()
    assert draft.counts["states"] == {"declared": size}, draft.counts
    began = time.perf_counter()
    assert client.get(f"/brand/bench/drafts/{draft.pk}/").status_code == 200
    return found | {"draft_page_s": time.perf_counter() - began}


def _followed(client: Any, where: str, state: str) -> dict[str, Any]:
    """Ask for the page until the job is done: its seconds, the slowest page, and how many different steps were seen."""
    from leafmark.web.brand.models import Upload

    began, pages, steps = time.perf_counter(), [], set()
    while True:
        asked = time.perf_counter()
        answer = client.get(where)
        pages.append(time.perf_counter() - asked)
        assert answer.status_code == 200
        upload = Upload.objects.select_related("job").get()
        steps.add((upload.job.what, upload.job.done))
        if upload.job.finished:
            assert upload.state == state, (upload.state, upload.job.fault)
            seconds = (upload.job.finished_at - upload.job.started_at).total_seconds()
            return {
                "job_s": seconds,
                "wall_s": time.perf_counter() - began,
                "slowest_page_s": max(pages),
                "pages": len(pages),
                "steps": len(steps),
            }
        time.sleep(ASKED_EVERY_S)


def page(results: dict[str, Any]) -> str:
    """All results as a Markdown page."""
    out = ["# Speed of a brand's import", "", "Made by `python -m bench.brand_import`: CSV of products and three lines each through the console's jobs, in the site's worker, "
           "SQLite, while the upload's page is asked every half second."]  # fmt: skip
    for size, found in sorted(results.items(), key=lambda each: int(each[0])):
        both = found["check"]["job_s"] + found["calculate"]["job_s"]
        slowest = max(found[name]["slowest_page_s"] for name in ("check", "calculate"))
        kept = {True: "kept", False: "MISSED"}
        out += [
            "", f"## {int(size):,} products, {int(size) * LINES:,} lines", "", "| work | measured | promised | |", "|---|---:|---|---|",
            f"| check and calculation | {both:.1f} s | {PROMISED_S:.0f} s for {SIZE:,} | {kept[both < PROMISED_S]} |",
            f"| ... check | {found['check']['job_s']:.1f} s | | |", f"| ... calculation, comparison, claims | {found['calculate']['job_s']:.1f} s | | |",
            f"| slowest page meanwhile | {slowest:.2f} s | {PAGE_S_MAX:.0f} s | {kept[slowest < PAGE_S_MAX]} |",
            f"| steps of progress seen | {found['check']['steps'] + found['calculate']['steps']} | | |",
            f"| sending {found['mb'][0]:.0f} and {found['mb'][1]:.0f} MB | {found['send_s']:.1f} s | | |", f"| the draft's page | {found['draft_page_s']:.2f} s | | |",
            "", f"On {found['machine']['cores']} cores of {found['machine']['model']}, load {found['machine']['load_before']} before the start.",
        ]  # fmt: skip
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    sys.exit(by_size.run(__doc__, SIZE, measured, page, RESULTS, PAGE))
