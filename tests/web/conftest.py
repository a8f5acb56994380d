"""A site in a workspace of its own, with the tables of a test's own database."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import pytest
from django.conf import settings

if TYPE_CHECKING:
    from consumers import City


def pytest_configure(config: pytest.Config) -> None:
    """Set Django up, on a workspace of this process. One that only hands tests out must not: its workers would inherit its workspace."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        return
    folder = tempfile.mkdtemp(prefix="leafmark-site-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["LEAFMARK_WORKSPACE"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "leafmark.web.settings"
    django.setup()
    # Passwords are hashed the quick way: a hash that is meant to take its time takes it hundreds of times here.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Django's test server finds static files under their own names only; the names with a hash are `tests/cli/test_serve.py`'s to try.
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"


@pytest.fixture(scope="session", autouse=True)
def static_files(django_test_environment: None) -> None:
    """The static files as a start of the site lays them out."""
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two real runs with their catalogues: televisions of a public register, and a declared laptop with hard texts."""
    import datetime as dt
    import json

    import pyarrow.csv as pa_csv

    from leafmark import engine

    folder = tmp_path_factory.mktemp("runs")
    (folder / "use.csv").write_text(
        "product_id,kwh_per_year,lifetime_years,region,date\nTV-1,100,7,AU,\nTV-2,50,7,AU,\nTV-3,99,7,AU,\nTV-4,60,7,AU,\nTV-5,,7,AU,\n"
    )
    shared = {"brand": "Aiwa", "sector": "consumer electronics", "category": "television", "boundary": "use_only",
              "functional_unit": "watching a screen of 51 to 71 cm", "lifetime_years": 7, "use_region": "AU"}  # fmt: skip
    rows = [
        {**shared, "product_id": "TV-1", "name": "Aiwa 24", "gtin": "9506000134352"},
        {**shared, "product_id": "TV-2", "name": "Aiwa 24 Eco mode", "gtin": None},
        {**shared, "product_id": "TV-3", "name": "<script>alert(1)</script> & \"x\"", "gtin": None},
        {**shared, "product_id": "TV-4", "name": "Large", "gtin": None, "functional_unit": "watching a screen of 71 to 91 cm"},
        {**shared, "product_id": "TV-5", "name": "Unknown", "gtin": None},
    ]  # fmt: skip
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows), folder / "use.catalogue.parquet")
    engine.footprint(folder / "use.csv", out=folder / "use", method="appliance.use", known_on=dt.date(2026, 11, 1))
    assert pa_csv.read_csv(folder / "use.csv").num_rows == 5
    (folder / "shelves.json").write_text(
        json.dumps({"shelves": [{"run": "use", "catalogue": "use.catalogue.parquet", "on_date": "2026-11-01"}]})
    )
    return folder


@pytest.fixture
def shelf(db: None, runs: Path) -> None:
    """The products of `runs`, published. What is read of the run is the same every time, and is nine tenths of the work: it is read once."""
    import datetime as dt

    from leafmark.web.shelf import fill as filling

    with pytest.MonkeyPatch.context() as patch:
        for name in ("figures", "grids_of_run"):
            patch.setattr(filling, name, _read_once(name, getattr(filling, name)))
        filling.fill(runs / "use", runs / "use.catalogue.parquet", dt.date(2026, 11, 1), workspace=runs)


_READ: dict[tuple[str, str], Any] = {}
"""What `shelf` read of the session's run, graded as declared: by function, and the catalogue or the grids it was asked for."""


def _read_once(name: str, plain: Any) -> Any:
    from leafmark.web.shelf.grading import current

    def read(*given: Any) -> Any:
        if current().sha256 is not None:
            return plain(*given)
        asked = name, str(given[1])
        if asked not in _READ:
            _READ[asked] = plain(*given)
        return _READ[asked]

    return read


@pytest.fixture(scope="session")
def credited_acts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder `acts` of two consumers' acts, by the real methods."""
    from consumers import ANN_ACCOUNT, BOB_ACCOUNT, credited

    folder = tmp_path_factory.mktemp("consumers")
    credited(folder / "acts", [ANN_ACCOUNT, BOB_ACCOUNT])
    return folder


@pytest.fixture
def city(
    db: None, settings: Any, tmp_path: Path, credited_acts: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[City]:
    """A workspace of its own with a ledger in which Ann and Bob have acts, and both are users."""
    from functools import partial

    from consumers import TODAY, open_city

    from leafmark.web import books

    monkeypatch.setattr(books, "open_ledger", partial(books.open_ledger, today=lambda: TODAY))
    (tmp_path / "acts").symlink_to(credited_acts / "acts")
    settings.WORKSPACE = replace(settings.WORKSPACE, folder=tmp_path)
    try:
        yield open_city(credited_acts / "acts")
    finally:
        books.close()


from api_site import books_open, caller, two_brands  # noqa: E402, F401  # fixtures, once Django is set up
from chromium import browser  # noqa: E402, F401
from experiments_site import on_day  # noqa: E402, F401
from operators import roles  # noqa: E402, F401
from planning_site import mei, mill, mill_run, planners  # noqa: E402, F401
