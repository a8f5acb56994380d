"""Tables of a real PostgreSQL server give what the same rows give as Parquet; its faults are told, its password is not."""

from __future__ import annotations

import datetime as dt
import io
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from engine_rows import KNOWN_ON, bill, line, pack, rejected, run_bill

from leafmark.engine.inputs import InputError, open_input
from leafmark.engine.order_lines import orders
from leafmark.engine.settings import Settings
from leafmark.methods import method

BILL = method("product.bill")
PASSWORD = "p@ss:w/rd?&x"
ESCAPED = "p%40ss%3Aw%2Frd%3F%26x"


@dataclass(frozen=True)
class Server:
    """A running server: its port, and how to run SQL on it as its owner."""

    bin: Path
    port: int
    folder: Path

    def address(self, database: str = "shop", user: str = "reader", password: str | None = ESCAPED) -> str:
        return f"postgresql://{user}{f':{password}' if password else ''}@127.0.0.1:{self.port}/{database}"

    def sql(self, text: str, database: str = "shop") -> str:
        command = [self.bin / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-p", str(self.port),
                   "-U", "owner", "-d", database]  # fmt: skip
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def _binaries() -> Path:
    on_path = shutil.which("postgres")
    found = [Path(on_path).parent] if on_path else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name), reverse=True)
    for folder in found:
        if all((folder / name).exists() for name in ("initdb", "postgres", "psql")):
            return folder
    pytest.skip("needs a PostgreSQL server: apt-get install postgresql")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of our own on a free port; postgres refuses to run as root, so root runs it as another user."""
    pytest.importorskip("adbc_driver_postgresql")
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="leafmark-pg-", dir="/tmp"))  # short: a socket's path has 107 characters
    options: dict[str, Any] = {}
    if os.geteuid() == 0:
        try:
            user = pwd.getpwnam("postgres")
        except KeyError:
            user = pwd.getpwnam("nobody")
        os.chown(folder, user.pw_uid, user.pw_gid)
        options = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(folder)}
    data = folder / "data"
    options |= {"env": environment, "cwd": folder, "stdout": subprocess.DEVNULL}
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "owner", "-E", "UTF8", "--auth-local=trust", "--auth-host=scram-sha-256",
         "--no-sync"], check=True, **options,
    )  # fmt: skip
    # Defaults that a careless reader stumbles over: another spelling of dates, another zone, few digits of floats.
    settings = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "fsync": "off",
                "datestyle": "SQL, DMY", "timezone": "Asia/Shanghai", "extra_float_digits": -4}  # fmt: skip
    arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen([binaries / "postgres", "-D", data, *arguments], **options, stderr=log)
    made = Server(binaries, port, folder)
    try:
        ready = subprocess.run(
            [sys.executable, "-c", "import socket, sys, time\n"
             "for _ in range(300):\n"
             "    try: socket.create_connection(('127.0.0.1', int(sys.argv[1]))).close(); break\n"
             "    except OSError: time.sleep(0.1)\n"
             "else: sys.exit(1)", str(port)], check=False,
        )  # fmt: skip
        assert ready.returncode == 0, (folder / "log").read_text()
        for _ in range(100):  # it listens a moment before it answers
            probe = subprocess.run([binaries / "pg_isready", "-q", "-h", folder, "-p", str(port)], check=False)
            if probe.returncode == 0:
                break
        made.sql("CREATE DATABASE shop;", "postgres")
        made.sql(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'; GRANT pg_read_all_data TO reader;")
        yield made
    finally:
        running.terminate()
        running.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def load(server: Server, table: str, rows: pa.Table, types: str) -> None:
    """Make a table and fill it through psql's own COPY: no code of ours writes what ours reads."""
    out = io.BytesIO()
    pyarrow.csv.write_csv(rows, out)
    text = out.getvalue().decode()
    server.sql(
        f"SET datestyle = ISO; DROP TABLE IF EXISTS {table} CASCADE; CREATE TABLE {table} ({types});\n"
        f"COPY {table} FROM STDIN WITH (FORMAT csv, HEADER);\n{text}\\.\n"
    )


TYPES = """product_id bigint, stage text, key varchar(60), amount double precision, unit char(2), region text, date date,
    activity_id text"""
ROWS = bill(
    [
        line(
            n % 3,
            activity_id=str(n),
            amount=0.1 + n / 7,
            region="GB" if n % 2 else None,
            date=dt.date(2024, 1 + n % 12, 3),
        )
        for n in range(40)
    ]
    + [line(9, activity_id="bad", unit="xx", date=dt.date(2024, 1, 1)), line(7, activity_id="none", amount=None)]
)


def figures(made: Any) -> list[tuple[Any, ...]]:
    names = ("product_id", "status", "co2e_ug", "low_ug", "high_ug", "lines", "rejected_lines", "factor_id")
    return sorted(tuple(row[name] for name in names) for row in made.table("products").to_pylist())


def in_parquet(tmp_path: Path) -> Any:
    pq.write_table(ROWS, tmp_path / "bill.parquet")
    return run_bill(tmp_path / "parquet", tmp_path / "bill.parquet")


def test_figures_equal_those_from_parquet(server: Server, tmp_path: Path) -> None:
    load(server, "bill", ROWS, TYPES)
    made = run_bill(tmp_path / "run", f"{server.address()}::bill")
    assert figures(made) == figures(in_parquet(tmp_path))
    assert [(row["row"], row["activity_id"], row["reason"]) for row in rejected(made)] == [
        (41, "bad", "unknown_unit"), (42, "none", "missing_value")
    ]  # fmt: skip
    named = f"postgresql://reader@127.0.0.1:{server.port}/shop::bill"
    assert {row["file"] for row in rejected(made)} == {named}
    assert made.record["inputs"][0]["file"] == named
    assert ESCAPED not in (made.path / "run.json").read_text()


def test_a_finished_run_is_found_by_its_rows_and_changed_rows_are_another_run(server: Server, tmp_path: Path) -> None:
    load(server, "bill", ROWS, TYPES)
    source = f"{server.address()}::bill"
    first = run_bill(tmp_path / "run", source)
    assert run_bill(tmp_path / "run", source).record == first.record
    server.sql("UPDATE bill SET amount = 9 WHERE activity_id = '3'")
    assert run_bill(tmp_path / "other", source).id != first.id


@pytest.mark.parametrize(
    ("type_of", "cell", "reads"),
    [
        ("numeric", "'12.300'", 12.3), ("numeric", "'NaN'", "nan"), ("numeric", "'Infinity'", "infinity"),
        ("numeric(30, 20)", "'0.00000000000000000001'", 1e-20), ("numeric", "'1e6'", 1e6), ("real", "'0.5'", 0.5),
        ("double precision", "'NaN'", "nan"), ("double precision", "'-Infinity'", "-infinity"),
        ("double precision", "'0.1'", 0.1), ("double precision", "0.1::float8 + 0.2::float8", 0.1 + 0.2),
        ("integer", "7", 7.0), ("smallint", "7", 7.0), ("text", "'7.25'", 7.25), ("text", "'seven'", "seven"),
        ("text", "'-'", None), ("text", "''", None), ("text", "NULL", None), ("money", "'7.25'", "$7.25"),
        ("double precision", "0", 0.0),
    ],
)  # fmt: skip
def test_amounts_of_every_type(
    server: Server, tmp_path: Path, type_of: str, cell: str, reads: float | str | None
) -> None:
    """A number is read to its last bit; what is no number is rejected with the text the server gives; NULL is missing."""
    server.sql(
        f"DROP TABLE IF EXISTS typed; CREATE TABLE typed (product_id int, stage text, key text, amount {type_of}, unit text);"
        f"INSERT INTO typed VALUES (1, 'materials', 'material.board', {cell}, 'kg')"
    )
    source = open_input(f"{server.address()}::typed", BILL.columns, tmp_path)
    found = pq.read_table(source.paths[0]).to_pylist()[0]
    if reads is None or isinstance(reads, float):
        assert (found["amount"], found["_bad"]) == (reads, None)
    else:
        assert (found["amount"], found["_bad"], found["_bad_reason"]) == (None, "amount", "unreadable")
        assert found["_bad_found"].lower() == reads


@pytest.mark.parametrize(
    ("type_of", "cell", "day"),
    [
        ("date", "'2024-02-29'", dt.date(2024, 2, 29)), ("date", "NULL", None), ("date", "'infinity'", "infinity"),
        ("date", "'0044-03-15 BC'", "0044-03-15 BC"), ("timestamp", "'2024-02-29 23:59:59.5'", dt.date(2024, 2, 29)),
        ("timestamptz", "'2024-02-29 23:30:00+00'", dt.date(2024, 2, 29)),
        ("timestamptz", "'2024-03-01 07:30:00+08'", dt.date(2024, 2, 29)),  # a zoned time counts on its day in UTC
        ("text", "'2024-02-30'", "2024-02-30"), ("text", "'29/02/2024'", "29/02/2024"),
    ],
)  # fmt: skip
def test_dates_of_every_type(
    server: Server, tmp_path: Path, type_of: str, cell: str, day: dt.date | str | None
) -> None:
    server.sql(
        "DROP TABLE IF EXISTS dated; CREATE TABLE dated (product_id uuid, stage text, key text, amount int, unit text, "
        f"date {type_of}); INSERT INTO dated VALUES ('5f3d2a10-0000-4000-8000-000000000001', 'materials', 'material.board', "
        f"1, 'kg', {cell})"
    )
    source = open_input(f"{server.address()}::dated", BILL.columns, tmp_path)
    found = pq.read_table(source.paths[0]).to_pylist()[0]
    assert found["product_id"] == "5f3d2a10-0000-4000-8000-000000000001"
    if isinstance(day, str):
        assert (found["date"], found["_bad"], found["_bad_reason"], found["_bad_found"]) == (
            None,
            "date",
            "unreadable",
            day,
        )
    else:
        assert (found["date"], found["_bad"]) == (day, None)


def test_views_schemas_and_names_with_spaces_and_quotes(server: Server, tmp_path: Path) -> None:
    load(server, "bill", ROWS, TYPES)
    server.sql(
        'DROP SCHEMA IF EXISTS "the shop" CASCADE; CREATE SCHEMA "the shop"; CREATE SCHEMA IF NOT EXISTS sales;'
        "CREATE OR REPLACE VIEW seen AS SELECT * FROM bill; DROP TABLE IF EXISTS sales.bill;"
        'CREATE TABLE sales.bill AS SELECT * FROM bill; CREATE TABLE "the shop"."Bill. of ""May""" AS SELECT * FROM bill;'
    )
    expected = figures(in_parquet(tmp_path))
    for number, name in enumerate(("seen", "sales.bill", '"sales"."bill"', '"the shop"."Bill. of ""May"""')):
        assert figures(run_bill(tmp_path / str(number), f"{server.address()}::{name}")) == expected


def test_an_empty_table_is_a_run_of_no_lines(server: Server, tmp_path: Path) -> None:
    load(server, "bill", ROWS.slice(0, 0), TYPES)
    made = run_bill(tmp_path / "run", f"{server.address()}::bill")
    assert (made.record["lines_in"], made.record["totals"]["co2e_ug"]) == (0, None)


@pytest.mark.parametrize(
    "name",
    [
        'bill"; DROP TABLE bill; --',
        "bill; DROP TABLE bill",
        "bill WHERE pg_sleep(9) IS NULL",
        '"bill"; DROP TABLE bill',
    ],
)
def test_a_table_name_is_never_sql(server: Server, tmp_path: Path, name: str) -> None:
    load(server, "bill", ROWS, TYPES)
    with pytest.raises(InputError, match="does not exist"):
        run_bill(tmp_path / "run", f"{server.address()}::{name}")
    assert server.sql("SELECT count(*) FROM bill") == str(ROWS.num_rows)


def test_a_view_that_writes_cannot(server: Server, tmp_path: Path) -> None:
    server.sql(
        "CREATE TABLE IF NOT EXISTS log (n int); GRANT INSERT ON log TO reader; "
        "CREATE OR REPLACE FUNCTION note() RETURNS int LANGUAGE sql VOLATILE AS 'INSERT INTO log VALUES (1) RETURNING n'; "
        "CREATE OR REPLACE VIEW sly AS SELECT note() AS product_id, 'use' AS stage, 'k' AS key, 1 AS amount, 'kg' AS unit"
    )
    with pytest.raises(InputError, match="read-only"):
        open_input(f"{server.address()}::sly", BILL.columns, tmp_path)
    assert server.sql("SELECT count(*) FROM log") == "0"


def test_a_table_that_breaks_off_is_one_clear_error_and_no_run(server: Server, tmp_path: Path) -> None:
    server.sql(
        "CREATE OR REPLACE VIEW breaks AS SELECT n AS product_id, 'use' AS stage, 'k' AS key, 1 / (250000 - n) AS amount, "
        "'kg' AS unit FROM generate_series(1, 300000) AS n"
    )
    with pytest.raises(InputError, match=r"breaks.*division by zero"):
        run_bill(tmp_path / "run", f"{server.address()}::breaks")
    assert not (tmp_path / "run" / "run.json").exists()


def test_what_is_wrong_with_an_address_is_told_and_its_password_is_not(server: Server, tmp_path: Path) -> None:
    load(server, "bill", ROWS, TYPES)
    address = server.address()
    cases = [
        (server.address(password="hunter2hunter2"), "bill", "password authentication failed"),
        (server.address(database="nowhere", password=ESCAPED), "bill", 'database "nowhere" does not exist'),
        (address.replace(str(server.port), "1"), "bill", "refused"),
        (address.replace("127.0.0.1", "no.such.host.invalid"), "bill", "no.such.host.invalid"),
        (server.address(password=PASSWORD), "bill", "write @ as %40"),
        (server.address(password=None) + "?password=hunter2hunter2", "bill", "password authentication failed"),
        (address, "bil", 'relation "bil" does not exist; tables there: .*bill'),
        (address, "Bill", 'relation "Bill" does not exist; tables there: .*bill'),
        (address, "bill.amount", "does not exist"),
    ]
    for number, (given, table, message) in enumerate(cases):
        with pytest.raises(InputError, match=message) as caught:
            open_input(f"{given}::{table}", BILL.columns, tmp_path / str(number))
        assert "127.0.0.1" in str(caught.value) or "no.such.host" in str(caught.value)
        for secret in (PASSWORD, ESCAPED, "hunter2", "w/rd", "ss%3A"):
            assert secret not in str(caught.value)
    with pytest.raises(InputError, match="names no table; expected DATABASE::TABLE") as caught:
        open_input(address, BILL.columns, tmp_path / "none")
    assert ESCAPED not in str(caught.value)


def test_a_missing_column_is_named_with_what_is_there(server: Server, tmp_path: Path) -> None:
    server.sql("DROP TABLE IF EXISTS short; CREATE TABLE short (product_id int, colour text)")
    with pytest.raises(InputError, match="column stage, key, amount, unit is missing; found: product_id, colour"):
        open_input(f"{server.address()}::short", BILL.columns, tmp_path)


def test_order_lines_and_catalogue_from_two_tables(server: Server, tmp_path: Path) -> None:
    lines = pa.table({"order_id": [1, 1, 2], "product_id": [1, 2, 3], "pieces": [2.0, 1.0, 1.0], "spend": [1.0, 2.0, 3.0],
                      "date": [dt.date(2024, 5, 3)] * 3})  # fmt: skip
    shelf = pa.table(
        {"product_id": [1, 2], "category": ["a", "b"], "mass_kg": [0.5, 0.25], "mass_key": ["material.board"] * 2}
    )
    load(
        server,
        "lines",
        lines,
        "order_id bigint, product_id int, pieces numeric, spend numeric(10, 2), date timestamptz",
    )
    load(server, "shelf", shelf, "product_id smallint, category text, mass_kg real, mass_key text")
    settings = Settings(known_on=KNOWN_ON, gwp="AR5")
    here = orders(lines, shelf, [pack()], tmp_path / "arrow", settings)
    there = orders(f"{server.address()}::lines", f"{server.address()}::shelf", [pack()], tmp_path / "pg", settings)
    assert there.record["totals"]["co2e_ug"] == here.record["totals"]["co2e_ug"] == 2_500_000_000
    assert there.record["rejected_by_reason"] == here.record["rejected_by_reason"] == {"unknown_product": 1}


@pytest.mark.stress
def test_memory_does_not_grow_with_the_table(server: Server, tmp_path: Path) -> None:
    """Four million rows (400 MB as text) are staged within 300 MB more than four thousand."""
    server.sql(
        "DROP TABLE IF EXISTS wide; CREATE UNLOGGED TABLE wide AS SELECT n AS product_id, 'materials' AS stage, "
        "'material.board' AS key, n / 7.0 AS amount, 'kg' AS unit, md5(n::text) AS activity_id FROM generate_series(1, 4000000) AS n;"
        "CREATE OR REPLACE VIEW narrow AS SELECT * FROM wide LIMIT 4000"
    )
    child = (
        "import resource, sys; from pathlib import Path; from leafmark.engine.inputs import open_input; "
        "from leafmark.methods import method; "
        "open_input(sys.argv[1], method('product.bill').columns, Path(sys.argv[2])); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    peak_mb = {}
    for table in ("narrow", "wide"):
        done = subprocess.run(
            [sys.executable, "-c", child, f"{server.address()}::{table}", str(tmp_path / table)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        peak_mb[table] = int(done.stdout)
    assert peak_mb["wide"] - peak_mb["narrow"] < 300, peak_mb
