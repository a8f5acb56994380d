"""The site's own tables on PostgreSQL: its tests once more over a real server, and a site that is served from one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "ledger"))
from postgresql_server import Server, running_server

pytestmark = pytest.mark.stress

HERE = Path(__file__).parent
FILES = ("shelf", "shelf_rows", "shelf_regrading", "shelf_of_brand", "brand_drafts", "operate_schemes", "operate_rules", "operate_rules_freezing",
         "shop", "channel", "people", "embed", "failures", "audit_desk", "audit_trace", "brand_console", "me_points", "api_ledger", "api_reads",
         "api_keys", "api_experiments", "experiment_lists", "operate_experiments", "parcels_console")  # fmt: skip
"""Of `test_NAME.py`: what writes to the site's tables or asks them in SQL of our own."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as found:
        yield found


def test_the_sites_tests_pass_on_postgresql(server: Server) -> None:
    files = [HERE / f"test_{each}.py" for each in FILES]
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("LEAFMARK_WORKSPACE", "DJANGO_SETTINGS_MODULE")
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *map(str, files)], capture_output=True, text=True, check=False,
        cwd=HERE.parents[1], env={**kept, "LEAFMARK_DATABASE": server.new_database()},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8_000:]


def test_a_site_is_served_from_postgresql(server: Server, runs: Path, tmp_path: Path) -> None:
    """Migrated, filled, indexed, twice with nothing doubled; the password of an address that cannot be reached is not told."""
    for name in ("use", "use.catalogue.parquet", "shelves.json"):
        (tmp_path / name).symlink_to(runs / name)
    url = server.new_database()
    for _ in range(2):
        done = prepared(tmp_path, url)
        assert done.returncode == 0, done.stderr
    import psycopg

    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*), max(number) FROM shelf_publication").fetchone() == (5, 1)
    refused = prepared(tmp_path, "postgresql://owner:hidden-word@127.0.0.1:1/none")
    assert refused.returncode not in (0, 1), refused.stderr
    assert "hidden-word" not in refused.stderr
    assert "Traceback" not in refused.stderr


def prepared(folder: Path, url: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LEAFMARK_", "DJANGO_"))}
    command = [sys.executable, "-m", "leafmark.cli", "serve", "--workspace", str(folder), "--prepare-only"]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**kept, "LEAFMARK_DATABASE": url}
    )  # fmt: skip
