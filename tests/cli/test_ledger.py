"""`leafmark ledger`: the guide runs as it is printed; every verb answers, refuses with a reason, and keeps secrets."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from click.testing import Result
from newcomer import LEDGER_GUIDE, Call, Process

from leafmark.cli.ledger.words import weight
from leafmark.ledger.rows import id_of

STORE = ("--store", "shop.db")
Ask = Callable[..., Result]


@pytest.fixture
def ask(call: Call, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """`leafmark ledger ...` over a store with the guide's terms and acts."""
    monkeypatch.delenv("LEAFMARK_LEDGER", raising=False)
    assert call("ledger", "load", "terms.json", *STORE).exit_code == 0
    assert call("ledger", "ingest", "acts.csv", "--open", *STORE).exit_code == 0

    def asking(*args: str, **more: object) -> Result:
        return call("ledger", *args, *STORE, **more)

    return asking


def content(done: Result, status: int = 0) -> dict:
    assert done.exit_code == status, done.output
    return json.loads(done.stdout)


def masked(text: str) -> str:
    """A text whose ids of the day, days, hashes and columns may differ."""
    text = re.sub(r"\b[0-9a-f]{64}\b", "HASH", text)
    text = re.sub(r"(?<=account )\d+", "ACCOUNT", text)
    text = re.sub(r"\d{4}-\d\d-\d\d", "DAY", text)
    return re.sub(r" +", " ", text).strip()


def guide() -> list[tuple[str, str]]:
    """The guide's commands with what it says they print; Python under the command `python`."""
    found = []
    for kind, block in re.findall(r"```(console|python)\n(.*?)```", LEDGER_GUIDE, flags=re.DOTALL):
        if kind == "python":
            found.append(("python", block))
            continue
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = part.partition("\n")
            found.append((command, printed))
    return found


def test_the_guide_runs_as_it_is_printed(folder: Path, process: Process) -> None:
    assert len(guide()) >= 18
    for command, printed in guide():
        if command == "python":
            done = subprocess.run(
                [sys.executable, "-c", printed], cwd=folder, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
            continue
        done = process(*shlex.split(command)[1:])
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        assert masked(done.stdout) == masked(printed), command
    mended = (folder / "to-mend.csv").read_text(encoding="utf-8").replace("oops", "7400")
    (folder / "to-mend.csv").write_text(mended, encoding="utf-8")
    again = process("ledger", "ingest", "to-mend.csv", "--open", "--json", *STORE)
    assert json.loads(again.stdout)["accepted"] == 1  # bob is somebody new; what was refused for its evidence still is


def test_a_receipt_in_json_and_the_refused_rows_in_parquet(ask: Ask, folder: Path) -> None:
    told = content(ask("ingest", "acts.csv", "acts.csv", "--refused", "mend.parquet", "--json"))
    assert (told["rows"], told["accepted"], told["duplicates"], told["rejected"]) == (12, 0, 8, 4)
    assert told["reasons"] == {"weak_evidence": 2, "not_a_number": 2}
    rows = pq.read_table("mend.parquet").to_pylist()
    assert [(each["row"], each["reason"], each["event_id"], each["quantity"]) for each in rows[:2]] == [
        (3, "weak_evidence", "ride-3", "5000"), (6, "not_a_number", "ride-10", "oops")]  # fmt: skip
    assert rows[0]["file"] == "acts.csv"


def test_a_subject_without_an_account_is_refused_unless_asked(ask: Ask, folder: Path) -> None:
    text = (folder / "acts.csv").read_text(encoding="utf-8").replace("bob,", "eve,").replace("ride-9", "ride-8")
    (folder / "new.csv").write_text(text, encoding="utf-8")
    ask("ingest", "new.csv", "--refused", "mend.csv")
    rows = pacsv.read_csv("mend.csv").to_pylist()
    assert [each["found"] for each in rows if each["subject"] == "eve"] == ["a subject without an account"] * 2
    assert content(ask("ingest", "mend.csv", "--open", "--json"))["accepted"] == 1


def test_the_same_ids_from_csv_parquet_and_the_command_line(ask: Ask, folder: Path) -> None:
    """A whole number in a CSV is that number, not the hash of its digits."""
    text = (
        (folder / "acts.csv").read_text(encoding="utf-8").replace("ride-9", "-42").replace("ticket 950", "ticket 951")
    )
    (folder / "numbered.csv").write_text(text, encoding="utf-8")
    ask("ingest", "numbered.csv")
    table = pacsv.read_csv("numbered.csv", convert_options=pacsv.ConvertOptions(null_values=["oops"]))
    row = table.slice(4, 1)
    pq.write_table(row.set_column(1, "event_id", [[-42]]), "numbered.parquet")
    assert content(ask("ingest", "numbered.parquet", "--json"))["duplicates"] == 1
    assert ask("reverse", "bob", "-42", "refunded").exit_code == 0
    assert "event_id is -43" in ask("reverse", "bob", "-43", "refunded").stderr


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (("redeem", "ann", "mug", "500", "mug"), "not_enough"), (("redeem", "ann", "mug", "0", "mug"), "not_positive"),
        (("post", "ann", "none"), "unknown_redemption"), (("reverse", "ann", "none", "x"), "unknown_event"),
        (("share", "ann", "ride-1", "Shop", "--role", "brand", "--mg", "1245679"), "not_enough"),
        (("credit", "REG-9", "issued", "--registry", "V", "--holder", "Shop"), "unknown_serial"),
        (("expire", "2026-05", "ann"), "not_due"),
    ],
)  # fmt: skip
def test_a_refusal_ends_with_1_a_reason_and_what_to_do(ask: Ask, args: tuple[str, ...], reason: str) -> None:
    plain, told = ask(*args), content(ask(*args, "--json"), 1)
    assert (plain.exit_code, plain.stdout) == (1, "")
    assert "refused: " in plain.stderr
    assert "What to do: " in plain.stderr
    assert (told["outcome"], told["reason"], told["exit_status"]) == ("rejected", reason, 1)
    assert told["what_to_do"] in plain.stderr


def test_a_conflict_names_the_fields(ask: Ask) -> None:
    assert ask("redeem", "ann", "mug", "5", "mug").exit_code == 0
    told = content(ask("redeem", "ann", "mug", "4", "cup", "--json"), 1)
    assert (told["outcome"], told["fields"]) == ("conflict", ["points", "reward"])
    assert content(ask("redeem", "ann", "mug", "5", "mug", "--json"))["outcome"] == "duplicate"
    assert content(ask("void", "ann", "mug", "--json"))["rows"][0]["step"] == "void"
    assert content(ask("balance", "ann", "--json"))["points"] == 16


def test_balance_and_history_in_json_keep_whole_ids(ask: Ask) -> None:
    held = content(ask("balance", "ann", "--json"))
    assert held["account_id"] == ask("open", "ann").stdout.strip()
    assert (held["avoided_mg"], held["operator_inventory_mg"], held["points"]) == (2_087_178, 9_030, 16)
    assert content(ask("balance", held["account_id"], "--at", "2026-01-01", "--json"))["points"] == 0
    rows = content(ask("history", "ann", "--until", "2026-05-03", "--json"))["rows"]
    assert [(each["row"], each["event_id"], each["occurred_day"]) for each in rows] == [
        ("event", str(id_of("ride-1")), "2026-05-03")]  # fmt: skip


def test_an_account_that_is_not_there_is_no_empty_one(ask: Ask) -> None:
    for name in ("nobody", "4711"):
        done = ask("balance", name)
        assert done.exit_code == 2
        assert f"no account '{name}' in shop.db" in done.stderr
    ask("open", "4711")
    assert ask("balance", "4711").exit_code == 0  # a customer number is a subject before it is an id


def test_erasing_asks_and_is_final(ask: Ask, folder: Path) -> None:
    number = ask("open", "ann").stdout.strip()
    done = ask("erase", "ann")
    assert done.exit_code == 2
    assert "--yes" in done.stderr
    assert ask("erase", "ann", "--yes").exit_code == 0
    assert content(ask("erase", number, "--yes", "--json"))["outcome"] == "duplicate"
    assert ask("balance", "ann").exit_code == 2
    assert content(ask("balance", number, "--json"))["points"] == 0


def test_expiry_of_all_accounts(ask: Ask, folder: Path) -> None:
    terms = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
    terms["points_months"] = 1
    for action in terms["actions"]:
        action["acceptance_days"] = 28
    acts = (folder / "acts.csv").read_text(encoding="utf-8")
    from leafmark.ledger import Catalogue
    from leafmark.ledger.expiry import expire_all
    from leafmark.ledger.files import ingest_file
    from leafmark.ledger.ledger import dt, open_ledger

    (folder / "few.csv").write_text(acts, encoding="utf-8")
    days = [dt.date(2026, 5, 6)]
    with open_ledger("expiry.db", today=lambda: days[0]) as ledger:
        ledger.load(Catalogue.from_json(json.dumps(terms)))
        assert ingest_file(ledger, folder / "few.csv", open_missing=True).accepted == 4
        early = expire_all(ledger, dt.date(2026, 5, 1))
        assert early.refused is not None
        assert early.points == 0
        days[0] = dt.date(2026, 7, 1)
        ended = expire_all(ledger, dt.date(2026, 5, 1))
        assert (ended.accounts, ended.ended_accounts, ended.points) == (2, 2, 23)
        assert expire_all(ledger, dt.date(2026, 5, 1)).points == 0


def test_credits_on_the_command_line(ask: Ask) -> None:
    assert ask("share", "ann", "ride-1", "Mill", "--role", "brand", "--mg", "7", "--serial", "R1").exit_code == 0
    assert ask("credit", "R1").exit_code == 2
    assert ask("credit", "R1", "sold", "--holder", "Mill").exit_code == 2  # to whom?
    assert ask("credit", "R1", "issued", "--holder", "Mill", "--registry", "Verra").exit_code == 0
    assert ask("credit", "R1", "exported", "--holder", "Mill").exit_code == 0
    assert content(ask("credit", "R1", "exported", "--holder", "Mill", "--json"), 1)["reason"] == "exported_before"
    assert content(ask("reverse", "ann", "ride-1", "x", "--json"), 1)["reason"] == "credit_issued"
    assert ask("credit", "R1", "cancelled", "--holder", "Mill").exit_code == 0
    assert ask("reverse", "ann", "ride-1", "x", "--fraud").exit_code == 0
    steps = content(ask("credit", "R1", "--json"))["steps"]
    assert [each["step"] for each in steps] == ["issued", "exported", "cancelled"]


UNUSABLE = {
    "no store": (
        ["balance", "ann", "--store", "none.db"],
        "none.db: there is no ledger; make one with leafmark ledger load",
    ),
    "store unnamed": (["balance", "ann"], "Missing option '--store'"),
    "no terms": (["load", "acts.csv", *STORE], "not a catalogue"),
    "not a ledger": (["terms", "--store", "acts.csv"], "not a ledger, or damaged"),
    "text with a tab": (["redeem", "ann", "mug", "5", "a\tb", *STORE], "without tabs or line breaks"),
    "no month": (["expire", "May", *STORE], "is no month; write YYYY-MM"),
    "first month": (["expire", "0001-01", *STORE], "a ledger holds no acts of 0001-01; expected 2000-01 to 2089-09"),
    "last month": (
        ["expire", "9999-12", "ann", *STORE],
        "a ledger holds no acts of 9999-12; expected 2000-01 to 2089-09",
    ),
    "number past 64 bits": (
        ["balance", "9999999999999999999", *STORE],
        "as a number past the last one, 9223372036854775807",
    ),
    "number below 64 bits": (["balance", "-9223372036854775808", *STORE], "as a number past the last one"),
    "account not UTF-8": (
        ["balance", "x\udcff", *STORE],
        r"account 'x\udcff': expected a subject of 1 to 255 characters",
    ),
    "subject not UTF-8": (["open", "x\udcff", *STORE], "expected 1 to 255 characters of UTF-8"),
    "id not UTF-8": (["redeem", "ann", "x\udcff", "5", "mug", *STORE], "a whole number or a text of UTF-8"),
    "writer not UTF-8": (["terms", "--writer", "x\udcff", *STORE], "expected a name"),
    "lacks a column": (["ingest", "names.csv", *STORE], "has no column account_id"),
    "no acts": (["ingest", "empty.csv", *STORE], "empty.csv: the file is empty"),
    "ragged": (["ingest", "ragged.csv", *STORE], "ragged.csv: not a whole Parquet or CSV file"),
    "no Parquet": (["ingest", "wrong.parquet", *STORE], "wrong.parquet: not a whole Parquet or CSV file"),
    "writer": (["terms", "--writer", "", *STORE], "expected a name"),
}


@pytest.mark.parametrize(("args", "says"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_cannot_be_used_ends_with_2_and_a_sentence(
    args: list[str], says: str, ask: Ask, call: Call, folder: Path
) -> None:
    (folder / "empty.csv").touch()
    (folder / "ragged.csv").write_text("subject,event_id\na,b,c\n", encoding="utf-8")
    (folder / "wrong.parquet").write_text("no table", encoding="utf-8")
    before = sorted(folder.iterdir())
    plain, told = call("ledger", *args), call("ledger", *args, "--json")
    assert (plain.exit_code, told.exit_code) == (2, 2), plain.output
    assert says in plain.stderr
    assert json.loads(told.stdout)["exit_status"] == 2
    assert {each for each in folder.iterdir() if "-wal" not in each.name and "-shm" not in each.name} == {
        each for each in before if "-wal" not in each.name and "-shm" not in each.name
    }


def test_the_first_and_the_last_month_of_a_store_can_be_asked_for(ask: Ask) -> None:
    for month in ("2000-01", "2000-12"):
        assert content(ask("expire", month, "--json"))["points"] == 0
    assert content(ask("expire", "2089-09", "--json"), 1)["reason"] == "not_due"


def test_what_a_database_refuses_is_told_with_its_store(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A constraint that fails is no traceback; a statement of ours that cannot run is, for it is a fault of ours."""
    import sqlite3

    from leafmark.ledger.sqlite import SqliteStore

    def failing(kind: type[Exception]) -> Callable[..., None]:
        def rows(*_: object) -> None:
            raise kind("UNIQUE constraint failed:\n  batch.batch")

        return rows

    for kind, status in ((sqlite3.IntegrityError, 2), (sqlite3.DatabaseError, 2), (sqlite3.ProgrammingError, 70)):
        with monkeypatch.context() as patch:
            patch.setattr(SqliteStore, "transact", failing(kind))
            done = ask("open", "eve")
        assert done.exit_code == status, done.output
        told = "shop.db: UNIQUE constraint failed: batch.batch; run the same command again"
        assert (told in done.stderr) == (status == 2)


@pytest.mark.parametrize("url", [
    "postgresql://ann:swordfish@127.0.0.1:1/ledger", "postgresql://ann@127.0.0.1:1/ledger?password=swordfish",
    "postgresql://ann:sword@swordfish@127.0.0.1:1/ledger", "postgresql://ann:swordfish@127.0.0.1:1/ledger?nonsense=1",
    "postgresql://ann:swordfish@127.0.0.1:port/ledger",
])  # fmt: skip
def test_a_password_is_never_printed(url: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAFMARK_DEBUG", "1")
    for args in (("--store", url), ("--store", url, "--json")):
        done = call("ledger", "balance", "ann", *args)
        assert done.exit_code == 2
        assert "swordfish" not in done.output
    monkeypatch.setenv("LEAFMARK_LEDGER", url)
    done = call("ledger", "balance", "ann")
    assert done.exit_code == 2
    assert "swordfish" not in done.output + call("ledger", "balance", "--help").output


def test_every_digit_of_a_weight_and_no_more() -> None:
    written = {0: "0 g", 1: "0.001 g", -9_030: "-9.03 g", 999_999: "999.999 g", 1_000_000: "1 kg", 2_087_178: "2.087178 kg",
               -12_345_000_000: "-12,345 kg", 10**15 + 1: "1,000,000,000.000001 kg"}  # fmt: skip
    assert {mg: weight(mg) for mg in written} == written


def test_the_command_line_does_not_load_the_ledger_for_help() -> None:
    code = (
        "import sys, leafmark.cli; print([n for n in sys.modules if n.startswith('leafmark.ledger') or n == 'pyarrow'])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("acts.csv", "is there already"), ("shop.db", "expected a name that ends in .csv or .parquet"),
        ("mend.xlsx", "expected a name that ends in"), ("none/mend.csv", "there is no folder none"),
    ],
)  # fmt: skip
def test_refused_rows_are_written_over_nothing(ask: Ask, folder: Path, name: str, says: str) -> None:
    before = {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file() and "-" not in each.name}
    done = ask("ingest", "acts.csv", "--refused", name)
    assert done.exit_code == 2
    assert says in done.stderr
    assert {each.name: each.read_bytes() for each in folder.iterdir() if each.name in before} == before


def test_the_first_refused_rows_are_shown(ask: Ask) -> None:
    done = ask("ingest", "acts.csv")
    assert "acts.csv, row 6: not_a_number: quantity oops; expected a whole number" in done.stdout
    told = content(ask("ingest", "acts.csv", "--json"))
    assert [(each["row"], each["reason"]) for each in told["first_refused"]] == [
        (3, "weak_evidence"),
        (6, "not_a_number"),
    ]
