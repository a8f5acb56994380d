"""A file that cannot be read: each door of the inventory says in one sentence which file, what was found, what was expected, what to do."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from leafmark.cli import main
from leafmark.inventory.cloud.bill import read_bill
from leafmark.inventory.cloud.grids import read_hourly
from leafmark.inventory.cloud_planning.grid import read_grid
from leafmark.inventory.cloud_planning.jobs import read_jobs
from leafmark.inventory.events import read_event
from leafmark.inventory.impact.effects import load_mints
from leafmark.inventory.impact.entries import check_entries, connect
from leafmark.inventory.orders.cells import measure
from leafmark.inventory.orders.sources import read_small
from leafmark.inventory.targets.ambition import read_impact
from leafmark.inventory.targets.neutrality import read_credits
from leafmark.inventory.time.declared import lines_of

BILL: Final = (
    "ServiceName,ChargeDescription,ConsumedQuantity,ConsumedUnit,BilledCost,RegionId,ChargePeriodStart\n"
    "Amazon EC2,t3.micro,2,Hours,1.5,us-east-1,2024-01-01 00:00:00\n"
)
NOISE: Final = bytes(range(256)) * 4


def parquet(rows: int = 10_000) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"ServiceName": [f"service {n}" for n in range(rows)]}), sink)
    return bytes(sink.getvalue())


def torn() -> bytes:
    """Parquet with a sound footer over pages of noise: what only shows when it is read."""
    whole = parquet()
    return whole[:4] + b"\xff" * (len(whole) // 2) + whole[4 + len(whole) // 2 :]


PARQUET: Final[dict[str, tuple[bytes, str]]] = {
    "rubbish": (NOISE, "is no Parquet file"),
    "empty": (b"", "is empty"),
    "a CSV": (BILL.encode(), "name it .csv"),
    "cut short": (parquet()[:-50], "cut short"),
    "gzip": (gzip.compress(BILL.encode()), "name it .csv.gz"),
    "torn": (torn(), "whole"),
}
TEXT: Final[dict[str, tuple[str, bytes, str]]] = {
    "rubbish": ("x.csv", NOISE, "UTF-8"),
    "empty": ("x.csv", b"", "is empty"),
    "Parquet": ("x.csv", parquet(), "name it .parquet"),
    "UTF-16": ("x.csv", BILL.encode("utf-16"), "UTF-16"),
    "Latin-1": ("x.csv", BILL.replace("micro", "micr\xf6").encode("latin-1"), "line 2"),
    "no gzip": ("x.csv.gz", BILL.encode(), "not compressed"),
    "cut gzip": ("x.csv.gz", gzip.compress(BILL.encode())[:-12], "cut short"),
    "gzip cut in its first line": ("x.csv.gz", gzip.compress(NOISE * 9)[:20], "cut short"),
}


def sound(folder: Path) -> Path:
    file = folder / "sound.csv"
    file.write_text(BILL, encoding="utf-8")
    return file


def mints(path: Path) -> Any:
    named = path.rename(path.with_name(f"mints{path.suffix}"))
    with connect() as connection:
        return load_mints(connection, named.parent, None)


def event(path: Path) -> Any:
    (path.parent / "event.toml").write_text("programme_hours = 1\n", encoding="utf-8")
    return read_event(path.rename(path.with_name(f"activities{path.suffix}")).parent)


def orders(path: Path) -> Any:
    nothing = pa.table(
        {"order_id": ["1"], "book": ["inventory"], "method_id": ["m"], "factor_id": ["f"], "co2e_ug": [1]}
    )
    return measure(path, [nothing], order_column="order_id")


DOORS: Final[dict[str, Callable[[Path], Any]]] = {
    "bill": lambda path: read_bill([path]),
    "the second of two bills": lambda path: read_bill([sound(path.parent), path]),
    "utilisation": lambda path: read_bill([sound(path.parent)], path),
    "orders": orders,
    "festivals": read_small,
}
PARQUET_DOORS: Final = DOORS | {
    "jobs": read_jobs,
    "entries": check_entries,
    "mints": mints,
    "lines": lines_of,
    "event": event,
}

TEXT_DOORS: Final = DOORS | {
    "jobs": read_jobs,
    "hourly": lambda path: read_hourly("GB", path),
    "grid": lambda path: read_grid([path]),
    "lines": lines_of,
    "mints": mints,
    "event": event,
    "credits": read_credits,
    "ambition": read_impact,
}
GZIP_DOORS: Final = ("bill", "the second of two bills", "utilisation", "hourly")
"""Those that say they take gzip."""
NAMED_FIRST: Final = {
    "bill": "no column", "the second of two bills": "no column", "utilisation": "no column", "orders": "no column", "mints": "lacks the column",
    "entries": "lacks",
}  # fmt: skip


def kind(door: Callable[[Path], Any], path: Path, found: str) -> None:
    with pytest.raises(ValueError) as caught:
        door(path)
    said = str(caught.value)
    assert type(caught.value).__module__.startswith("leafmark."), said
    assert "\n" not in said
    assert not [word for word in ("LINE 1", "Error:", "codec", "magic bytes", "read_csv", "Thrift") if word in said], (
        said
    )
    assert found in said
    assert "expected" in said
    assert str(path.parent) in said.partition(" ")[0], said


@pytest.mark.parametrize("what", PARQUET)
@pytest.mark.parametrize("door", PARQUET_DOORS)
def test_a_parquet_file_that_is_none(door: str, what: str, tmp_path: Path) -> None:
    content, found = PARQUET[what]
    path = tmp_path / "x.parquet"
    path.write_bytes(content)
    if what == "torn" and door in NAMED_FIRST:  # the footer is sound, and tells of other columns before a page is read
        found = NAMED_FIRST[door]
    kind(PARQUET_DOORS[door], path, found)


@pytest.mark.parametrize("what", TEXT)
@pytest.mark.parametrize("door", TEXT_DOORS)
def test_a_csv_file_that_is_none(door: str, what: str, tmp_path: Path) -> None:
    name, content, found = TEXT[what]
    if name.endswith(".gz") and door not in GZIP_DOORS:
        return
    path = tmp_path / name
    path.write_bytes(content)
    kind(TEXT_DOORS[door], path, found)


@pytest.mark.parametrize("door", DOORS)
def test_a_folder_in_place_of_a_file(door: str, tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    path.mkdir()
    kind(DOORS[door], path, "folder")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for door in DOORS.values():
        kind(door, tmp_path / "x.parquet", "no such file")


@pytest.mark.parametrize(("suffix", "row"), [(".csv", 30_002), (".parquet", 30_002)])
def test_a_cell_that_is_not_of_its_column_is_named_by_file_row_and_column(
    suffix: str, row: int, tmp_path: Path
) -> None:
    """Far down, where whoever guesses types from the first rows no longer looks."""
    days = ["2024-06-18"] * (row - 1) + ["tomorrow"]
    table = pa.table({"order_id": [str(number) for number in range(row)], "day": days})
    path = tmp_path / f"x{suffix}"
    if suffix == ".csv":
        pa_csv.write_csv(table, path)
    else:
        pq.write_table(table, path)
    kind(orders, path, f"{path}: row {row}: day: found 'tomorrow'; expected a day as YYYY-MM-DD")


@pytest.mark.parametrize(
    ("content", "found"),
    [("a,b\n1,2\n", "no column resource_id, utilisation_percent"), ("resource_id,utilisation_percent\nr,half\n", "of 'r': expected a number"),
     ("resource_id,utilisation_percent\nr,101\n", "expected 0 to 100, found 101")],
)  # fmt: skip
def test_utilisation_that_is_none_names_what_is_wrong(content: str, found: str, tmp_path: Path) -> None:
    path = tmp_path / "use.csv"
    path.write_text(content, encoding="utf-8")
    kind(lambda given: read_bill([sound(tmp_path)], given), path, found)


def test_the_terminal_says_it_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "rubbish.parquet").write_bytes(NOISE)
    done = CliRunner().invoke(
        main, ["inventory", "cloud", str(tmp_path / "rubbish.parquet"), "--known-on", "2026-09-30"]
    )
    assert done.exit_code == 2
    assert done.stderr.strip().splitlines()[-1] == (
        f"leafmark: {tmp_path}/rubbish.parquet: this is no Parquet file: it begins with the bytes 00 01 02 03; expected a bill: CSV in UTF-8, "
        "CSV.GZ or Parquet in FOCUS columns: export it again"
    )
