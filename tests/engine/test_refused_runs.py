"""A run that is refused leaves nothing behind, so that the mended input runs into the same folder."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine_rows import KNOWN_ON, bill, factor, line, pack, products, run_bill

from leafmark.engine.inputs import InputError
from leafmark.engine.lookup import FactorChoiceError
from leafmark.engine.order_lines import orders
from leafmark.engine.run import RunError
from leafmark.engine.settings import Settings

HEADER = "product_id,stage,key,amount,unit\n"
ROW = "1,materials,material.board,3,kg\n"
SOUND = HEADER + ROW


def text(content: str) -> Callable[[Path], Any]:
    def write(folder: Path) -> Path:
        path = folder / "bill.csv"
        path.write_text(content, encoding="utf-8")
        return path

    return write


def cut_parquet(folder: Path) -> Path:
    path = folder / "bill.parquet"
    pq.write_table(bill([line(1)]), path)
    path.write_bytes(path.read_bytes()[:-40])
    return path


def broken_stream(_: Path) -> pa.RecordBatchReader:
    whole = bill([line(n) for n in range(10)])

    def batches() -> Any:
        yield from whole.to_batches()
        raise OSError("the other end hung up")

    return pa.RecordBatchReader.from_batches(whole.schema, batches())


def lists(_: Path) -> pa.Table:
    return bill([line(1)]).set_column(3, "amount", pa.array([[3.0]]))


def cycle(_: Path) -> pa.Table:
    return bill([line(n, key=None, component_id=1 - n, unit="item") for n in (0, 1)])


def too_much(_: Path) -> pa.Table:
    return bill([line(1, key="material.doom", amount=0.9) for _ in range(12)])  # 10.8 Mt: past int64 micrograms


BOTH = [pack(), pack(id="other")]
REFUSED: dict[str, tuple[Callable[[Path], Any], Any, type[Exception], str]] = {
    "a cycle": (cycle, None, InputError, "contain each other"),
    "no such file": (lambda folder: folder / "nosuch.csv", None, InputError, "no such file"),
    "an empty file": (text(""), None, InputError, "is empty"),
    "a missing column": (text(SOUND.replace("unit", "units")), None, InputError, "column unit is missing"),
    "a row of another length": (text(HEADER + ROW * 9 + "1,2\n" + ROW), None, InputError, "Expected 5 columns, got 2"),
    "a quote never closed": (text(SOUND + ROW.replace("kg", '"kg')), None, InputError, "never closed"),
    "a cut Parquet file": (cut_parquet, None, InputError, "not readable as Parquet"),
    "a stream that breaks off": (broken_stream, None, InputError, "broke off"),
    "a column of lists": (lists, None, InputError, "column amount is of type list"),
    "one key in two packs": (text(SOUND), BOTH, FactorChoiceError, "two packs, small and other"),
    "a sum past all measure": (too_much, None, RunError, "left the range of whole micrograms"),
}
PACK = pack(factor(), factor("material.doom", co2e_kg=1e9))


@pytest.mark.parametrize(("source", "packs", "error", "says"), REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("there", [False, True], ids=["new folder", "empty folder"])
def test_a_refused_run_leaves_nothing_and_the_mended_one_runs(
    tmp_path: Path, source: Callable[[Path], Any], packs: Any, error: type[Exception], says: str, there: bool
) -> None:
    out = tmp_path / "run"
    if there:
        out.mkdir()
    with pytest.raises(error, match=says):
        run_bill(out, source(tmp_path), packs or PACK)
    assert out.exists() is there
    assert not there or not list(out.iterdir())
    mended = run_bill(out, text(SOUND)(tmp_path), PACK)
    assert products(mended)["1"]["co2e_ug"] == 6 * 10**9


def test_a_refused_run_of_order_lines_leaves_nothing(tmp_path: Path) -> None:
    lines = text("order_id,product_id,pieces,date\n7,board,1,2024-03-01\n")(tmp_path)
    shelf = tmp_path / "products.csv"
    shelf.write_text("product_id,category,mass_kg,mass_key\nboard,paper,0.5,material.board,2\n", encoding="utf-8")
    settings, out = Settings(KNOWN_ON, "AR5"), tmp_path / "run"
    with pytest.raises(InputError, match="Expected 4 columns, got 5"):
        orders(lines, shelf, [PACK], out, settings)
    assert not out.exists()
    shelf.write_text("product_id,category,mass_kg,mass_key\nboard,paper,0.5,material.board\n", encoding="utf-8")
    with pytest.raises(FactorChoiceError):
        orders(lines, shelf, BOTH, out, settings)
    assert not out.exists()
    assert orders(lines, shelf, [PACK], out, settings).record["totals"]["co2e_ug"] == 10**9


class KilledError(Exception):
    pass


def killed_in_chunk(number: int, out: Path, monkeypatch: pytest.MonkeyPatch, source: Any) -> None:
    """A run that ends in its chunk of this number as if by SIGKILL: no code of ours runs any more."""
    from leafmark.engine import held, run

    real = run._chunk

    def chunk(*args: Any) -> None:
        if args[-1] == number:
            raise KilledError
        real(*args)

    with monkeypatch.context() as patch:
        patch.setattr(run, "_chunk", chunk)
        patch.setattr(run.crew, "each", lambda backend, left, work, done: [work(backend, n) for n in left])
        patch.setattr(held, "is_worthless", lambda _: False)
        patch.setattr(held.shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(KilledError):
            run_bill(out, source, PACK, chunk_lines=40)
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["status"] == "running"


def test_a_run_killed_before_its_first_chunk_gives_its_folder_to_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = text(HEADER + ROW * 3)(tmp_path)
    killed_in_chunk(0, tmp_path / "run", monkeypatch, source)
    assert (tmp_path / "run" / "staging").is_dir()
    other = pack(factor(co2e_kg=5.0), id="mine")
    made = run_bill(tmp_path / "run", text(SOUND)(tmp_path), other)
    assert products(made)["1"]["co2e_ug"] == 15 * 10**9
    assert [each.name for each in (made.path / "packs").iterdir()] == ["mine"]
    assert sorted(each.name for each in made.path.iterdir()) == sorted(
        ["run.json", "packs", "products.parquet", "entries.parquet", "rejected.parquet"]
    )


def test_a_finished_chunk_is_of_value_and_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "bill.parquet"
    pq.write_table(bill(line(n // 4, amount=float(n)) for n in range(400)), source)
    out = tmp_path / "run"
    killed_in_chunk(1, out, monkeypatch, source)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.json")}
    assert out / "chunks" / "00000.json" in before
    with pytest.raises(RunError, match="holds another run"):
        run_bill(out, text(SOUND)(tmp_path), PACK)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.json")} == before
    run_bill(out, source, PACK, chunk_lines=40)


def test_a_persons_own_folder_of_packs_is_never_taken_for_a_runs(tmp_path: Path) -> None:
    mine = tmp_path / "work" / "packs" / "small"
    pack().write(mine)
    before = sorted((tmp_path / "work").rglob("*"))
    for source in (cycle(tmp_path), text(SOUND)(tmp_path)):
        with pytest.raises(RunError, match=r"not empty and holds no run \(packs"):
            run_bill(tmp_path / "work", source)
    assert sorted((tmp_path / "work").rglob("*")) == before


HOLDER = """
import sys
from pathlib import Path
from leafmark.engine.held import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_folder_in_which_another_process_works_is_refused_until_that_ends(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        with pytest.raises(RunError, match="another process is working in this folder"):
            run_bill(out, bill([line(1)]))
        child.kill()
    assert run_bill(out, bill([line(1)])).record["status"] == "done"
