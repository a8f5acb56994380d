"""Small generated inputs, made once; and the repository's root on the path, for `bench` is no part of the package."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))
pytest.importorskip("numba", reason="the benchmarks need the extra `bench`")


@pytest.fixture(scope="session")
def bill(tmp_path_factory):
    """Folder with the bills of 400 products, their pack, and the bound's tables."""
    from bench import dense, generate

    folder = tmp_path_factory.mktemp("bill")
    generate.write_bill(folder, 400, seed=7, row_group_lines=1000)
    dense.prepare("bill", folder)
    return folder


@pytest.fixture(scope="session")
def orders(tmp_path_factory):
    """Folder with 20,000 order lines over 500 products, and the bound's tables."""
    from bench import dense, generate

    folder = tmp_path_factory.mktemp("orders")
    generate.write_orders(folder, 20_000, seed=7, row_group_lines=700, products=500)
    dense.prepare("orders", folder)
    return folder
