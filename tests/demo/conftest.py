"""The panel, where it is installed (the demo's extra), and the shared data, where they lie beside the project."""

import json
import os
from pathlib import Path

import duckdb
import pytest

from leafmark.demo import main, receipts


@pytest.fixture(scope="session")
def panel() -> Path:
    """Folder of the household panel's Parquet files."""
    try:
        return receipts.panel_folder()
    except ModuleNotFoundError:
        pytest.skip("the household panel is not installed (pip install 'leafmark[demo]')")


@pytest.fixture(scope="session")
def panel_products(panel: Path) -> list[tuple[str, str | None]]:
    """(department, package size) of every product of the panel."""
    query = f"SELECT department, package_size FROM read_parquet('{panel / 'products.parquet'}')"
    return duckdb.connect().execute(query).fetchall()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the shared data."""
    default = Path(__file__).parents[3] / "shared" / "data"
    folder = Path(os.environ.get("LEAFMARK_SHARED_DATA", default))
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there: set LEAFMARK_SHARED_DATA")
    return folder


@pytest.fixture(scope="session")
def done(panel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo") / "out"
    assert main.demo(out, True, False) == 0
    return out


@pytest.fixture
def record(done: Path) -> dict:
    return json.loads((done / "run.json").read_text(encoding="utf-8"))
