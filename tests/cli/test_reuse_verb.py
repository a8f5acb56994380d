"""`leafmark reuse` on files: bad rows are told and the rest goes on; what cannot be read at all ends with status 2."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
from newcomer import Call

from leafmark.parcels.reuse import RETURNS_SCHEMA, STOCK_SCHEMA


def test_json_holds_the_pool_and_its_refused_rows(call: Call) -> None:
    done = call("reuse", "pools.csv", "--events", "pool-events.csv", "--json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert [row["reason"] for row in found["refused"]] == ["already_out", "event_before_purchase"]
    assert all(row["meaning"] for row in found["refused"])
    assert found["pools"][0]["stock"] == {"ready": 0, "out": 0, "returned": 2, "lost": 0, "retired": 0}


def test_stock_and_acts_are_written(call: Call, folder: Path) -> None:
    events = (folder / "pool-events.csv").read_text(encoding="utf-8").splitlines()
    named = [events[0] + ",account_id", *(f"{line},{7 if ',return,' in line else ''}" for line in events[1:])]
    (folder / "named.csv").write_text("\n".join(named) + "\n", encoding="utf-8")
    done = call("reuse", "pools.csv", "--events", "named.csv", "--stock", "s.parquet", "--acts", "a.parquet")
    assert done.exit_code == 0, done.stderr
    assert "written: a.parquet (3 rows; 0 returns name no account)" in done.stderr
    assert pq.read_table(folder / "s.parquet").schema.equals(STOCK_SCHEMA)
    assert pq.read_table(folder / "a.parquet").schema.equals(RETURNS_SCHEMA)


def test_counts_by_period(call: Call, folder: Path) -> None:
    (folder / "counts.csv").write_text(
        "pool_id,date,bought,issued,returned,cleaned,repaired,lost,retired\n"
        "totes,2026-01-31,100,80,60,60,0,2,0\ntotes,2026-02-28,0,90,200,60,0,2,0\ntotes,2026-03-31,0,70,80,60,4,2,1\n", encoding="utf-8",
    )  # fmt: skip
    done = call("reuse", "pools.csv", "--counts", "counts.csv", "--json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert [(row["table"], row["row"], row["reason"]) for row in found["refused"]] == [("counts", 1, "more_than_stock")]
    assert sum(found["pools"][0]["stock"].values()) == found["pools"][0]["measured"]["boxes"] == 100


def test_what_cannot_be_read_ends_with_status_2(call: Call, folder: Path) -> None:
    (folder / "bare.csv").write_text("pool_id,box_kg\nx,1\n", encoding="utf-8")
    bare = call("reuse", "bare.csv")
    assert bare.exit_code == 2
    assert "material" in bare.output
    text = (folder / "pools.csv").read_text(encoding="utf-8").replace("totes,0.8", "totes,0")
    (folder / "none.csv").write_text(text, encoding="utf-8")
    none = call("reuse", "none.csv")
    assert none.exit_code == 2
    assert "above zero" in none.output
