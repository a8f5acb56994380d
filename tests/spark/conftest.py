"""One Spark session for all tests of this folder, since a start takes half a minute."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Engine = Callable[[Path], Any]


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Makes Spark backends, as `run(..., engine=...)` takes them."""
    from pyspark.sql import SparkSession

    from leafmark.engine.spark import LOCAL, SESSION, Spark

    builder = SparkSession.builder.master("local[2]")
    here = {"spark.local.dir": str(tmp_path_factory.mktemp("spark-local"))}
    here["spark.sql.warehouse.dir"] = str(tmp_path_factory.mktemp("spark-warehouse"))
    for name, value in (LOCAL | SESSION | here).items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield lambda spill: Spark("local[2]", spill)
    session.stop()
