"""A run's tables: parts in folders, the entry's schema, and runs for products only."""

from __future__ import annotations

import datetime as dt
import math
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine_rows import BILL, KNOWN_ON, bill, factor, line, pack, products, run_bill

from leafmark.engine.run import Run, RunError, Settings, run
from leafmark.engine.schema import ENTRY_SCHEMA, STAGES
from leafmark.engine.statement import statement

PACK = pack(factor(gsd=1.3), factor("material.steel", co2e_kg=1.9, gsd=1.6), factor("material.glass", region="FR"))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A bill of 300 products, in no order, with lines that are refused."""
    chance = random.Random(5)
    keys = ("material.board", "material.steel", "material.glass", "material.unobtainium")
    lines = [
        line(chance.randrange(300), stage=chance.choice(STAGES), key=chance.choices(keys, (9, 9, 1, 1))[0],
             amount=chance.uniform(0, 9), region=chance.choice(("FR", "DE", None)), activity_id=f"a{n}")
        for n in range(3000)
    ]  # fmt: skip
    path = tmp_path / "bill.parquet"
    pq.write_table(bill(lines), path)
    return path


def figures(made: Run, table: str) -> list[tuple]:
    rows = made.table(table).drop_columns(["run_id"] if table == "entries" else []).to_pylist()
    return sorted((tuple(row.values()) for row in rows), key=repr)


def test_chunks_become_parts_with_the_same_figures(source: Path, tmp_path: Path) -> None:
    whole = run_bill(tmp_path / "whole", source, PACK)
    cut = run_bill(tmp_path / "cut", source, PACK, chunk_lines=500)
    assert (whole.path / "products.parquet").is_file()
    parts = sorted(part.name for part in (cut.path / "products.parquet").iterdir())
    assert len(parts) > 3
    assert parts[0] == "00000.parquet"
    for table in ("products", "entries", "rejected"):
        assert figures(cut, table) == figures(whole, table)
    assert cut.record["totals"] == whole.record["totals"]
    assert cut.record["lines_rejected"] > 0
    assert not (cut.path / "chunks").exists()


@pytest.mark.parametrize("lines", [False, True])
def test_entries_have_the_entry_s_schema(source: Path, tmp_path: Path, lines: bool) -> None:
    made = run_bill(tmp_path / "run", source, PACK, lines=lines)
    found = pq.read_schema(made.path / "entries.parquet")
    assert {name: found.field(name).type for name in found.names} == {field.name: field.type for field in ENTRY_SCHEMA}
    entries = made.table("entries")
    assert sum(entries.column("co2e_ug").to_pylist()) == made.record["totals"]["co2e_ug"]
    assert (
        set(entries.column("tier").to_pylist()) == set(made.table("products").column("tier").to_pylist()) == {"amount"}
    )
    assert entries.column("activity_id").null_count == (0 if lines else entries.num_rows)


def test_no_product_makes_empty_tables_with_a_schema(tmp_path: Path) -> None:
    texts = {name: pa.array([], pa.string()) for name in ("stage", "key", "unit")}
    empty = pa.table({"product_id": pa.array([], pa.int64()), "amount": pa.array([], pa.float64()), **texts})
    made = run_bill(tmp_path / "run", empty, PACK)
    assert made.table("products").num_rows == made.table("entries").num_rows == 0
    assert made.table("entries").column_names == ENTRY_SCHEMA.names


def test_no_entries_writes_the_same_products_and_no_entries(source: Path, tmp_path: Path) -> None:
    whole = run_bill(tmp_path / "whole", source, PACK)
    settings = Settings(known_on=KNOWN_ON, gwp="AR5", no_entries=True)
    bare = run(BILL, source, [PACK], tmp_path / "bare", settings)
    assert figures(bare, "products") == figures(whole, "products")
    assert bare.record["totals"] == whole.record["totals"]
    assert bare.id != whole.id
    assert not (bare.path / "entries.parquet").exists()
    with pytest.raises(RunError, match="no_entries"):
        statement(bare.path)


def test_a_kill_between_the_moves_of_parts_is_mended(source: Path, tmp_path: Path) -> None:
    whole = run_bill(tmp_path / "whole", source, PACK, chunk_lines=500)

    class KilledError(Exception):
        pass

    with pytest.MonkeyPatch.context() as patch:
        from leafmark.engine import closing

        real, moved = Path.replace, []

        def third_move_fails(self: Path, target: Path) -> Path:
            if self.name.endswith(".products.parquet"):
                moved.append(self)
                if len(moved) == 3:
                    raise KilledError
            return real(self, target)

        patch.setattr(closing.Path, "replace", third_move_fails)
        with pytest.raises(KilledError):
            run_bill(tmp_path / "run", source, PACK, chunk_lines=500)
    resumed = run_bill(tmp_path / "run", source, PACK, chunk_lines=500)
    for table in ("products", "entries", "rejected"):
        assert figures(resumed, table) == figures(whole, table)
    assert dt.datetime.fromisoformat(resumed.record["finished"])


@pytest.mark.parametrize("lines", [False, True])
def test_an_amounts_own_spread_widens_its_entry(tmp_path: Path, lines: bool) -> None:
    """10 kg known to a GSD of 2 at an exact factor: a lognormal of mean 10 kg CO2e, per line as per stage."""
    table = bill([line(1, amount=10.0)]).append_column("amount_gsd", pa.array([2.0]))
    choice = Settings(known_on=KNOWN_ON, gwp="AR5", lines=lines)
    made = run(BILL, table, [pack(factor(co2e_kg=1.0, gsd=1.0000001))], tmp_path / "run", choice)
    (row,) = made.table("entries").to_pylist()
    sigma = math.log(2)
    for name, sign in (("low_ug", -1), ("high_ug", 1)):
        assert row[name] == pytest.approx(10e9 * math.exp(-sigma * sigma / 2 + sign * 1.959964 * sigma), rel=1e-5)


@pytest.mark.parametrize("lines", [False, True])
@pytest.mark.parametrize("kind", [{}, {"amount_gsd": 1.5}, {"kind": "credit", "amount_gsd": 1.5}])
def test_the_range_of_nothing_is_nothing(tmp_path: Path, lines: bool, kind: dict[str, Any]) -> None:
    rows = [line(1, amount=0.0, **kind), line(2), line(3, amount=0.0), line(3, amount=-1.0, kind="credit")]
    made = run_bill(tmp_path / "run", bill(rows), pack(factor(gsd=1.2)), lines=lines)
    found = products(made)
    assert [found[1][name] for name in ("co2e_ug", "low_ug", "high_ug")] == [0, 0, 0]
    assert found[2]["low_ug"] < found[2]["co2e_ug"] < found[2]["high_ug"]
    assert found[3]["low_ug"] < found[3]["co2e_ug"] < found[3]["high_ug"] < 0
    for entry in made.table("entries").to_pylist():
        ends = entry["low_ug"], entry["co2e_ug"], entry["high_ug"]
        assert ends == (0, 0, 0) if entry["co2e_ug"] == 0 else ends[0] <= ends[1] <= ends[2]
