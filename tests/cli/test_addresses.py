"""An address is Spark's to read, and the message says so."""

from __future__ import annotations

import pytest
from newcomer import Call


@pytest.mark.parametrize("address", ["s3a://bucket/bill", "hdfs://name/bill", "file:///tmp/bill.parquet"])
def test_an_address_without_spark_is_told_what_to_do(call: Call, address: str) -> None:
    done = call("footprint", address)
    assert done.exit_code == 2
    assert "--engine spark" in done.stderr
    assert address in done.stderr


def test_scratch_without_spark_is_a_mistake(call: Call) -> None:
    done = call("footprint", "bill.csv", "--scratch", "s3a://bucket/tmp")
    assert done.exit_code == 2
    assert "--scratch goes with --engine spark" in done.stderr
