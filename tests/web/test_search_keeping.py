"""Keeping the index: built whole beside the old one, changed while it is read, killed at the worst moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from shelf_of_words import index_of, product

from leafmark.web.search import Document, Index, NoIndexError, SearchError, build, helper

HERE = Path(__file__).parent
PATIENCE_S = 60


def child(folder: Path, *lines: str) -> subprocess.Popen[str]:
    """Another process that works on the index; the lines know `folder`, `product` and the search's own names."""
    code = "\n".join(
        ("import sys, time", f"sys.path.insert(0, {str(HERE)!r})", "from leafmark.web.search import *", "from shelf_of_words import product",
         "from leafmark.web.search import building",
         f"folder = {str(folder)!r}", *lines)
    )  # fmt: skip
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=os.environ)


def killed_when_it_says_so(process: subprocess.Popen[str]) -> None:
    """Wait for its line, then kill it as a machine would."""
    assert process.stdout is not None
    assert process.stdout.readline() == "now\n"
    process.send_signal(signal.SIGKILL)
    assert process.wait(PATIENCE_S) == -signal.SIGKILL
    process.stdout.close()


def ended(process: subprocess.Popen[str]) -> str:
    out, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    return out


def generations(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


def test_without_an_index_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoIndexError, match="build it from the database"):
        Index(tmp_path)
    index_of(tmp_path, product("1", "Milk"))
    (tmp_path / "current").write_text("0-abc")
    with pytest.raises(NoIndexError, match="'0-abc', expected version"):
        Index(tmp_path)


def test_an_open_index_changes_over_to_the_new_build(tmp_path: Path) -> None:
    index = index_of(tmp_path, product("1", "Milk"))
    build(tmp_path, [product("2", "Bread")])
    assert index.search("milk").total == 0
    assert index.search("bread").ids == ["2"]
    assert len(generations(tmp_path)) == 1


def test_an_empty_shelf_is_an_index(tmp_path: Path) -> None:
    index = index_of(tmp_path)
    assert index.search("").total == index.search("milk").total == len(index) == 0
    index.update([product("1", "Milk")])
    assert index.search("milk").ids == ["1"]


def test_progress_counts_the_documents(tmp_path: Path) -> None:
    said: list[int] = []
    assert build(tmp_path, (product(str(number), "Milk") for number in range(2_500)), said.append) == 2_500
    assert said == [1_000, 2_000, 2_500]


def test_an_update_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    index = index_of(tmp_path, product("1", "Milk", brand="A"), product("2", "Milk", brand="A"))
    index.update([product("1", "Bread", brand="B"), product("3", "Milk"), product("3", "Tea")])
    assert index.search("milk").ids == ["2"]
    assert index.search("").facets["brand"] == {"A": 1, "B": 1}
    assert index.search("tea").ids == ["3"], "the last of one id counts"
    index.remove(["1", "not there"])
    assert (index.search("bread").total, len(index)) == (0, 2)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Document("9", {}), "product '9': expected an id and at least one name"),
        (Document("", {"en": "Milk"}), "product '': expected an id"),
        (Document("9", {"en": "Milk"}, co2e_ug=5), "product '9': co2e_ug 5 has no declared_unit"),
        (
            Document("9", {"en": "Milk"}, co2e_ug=2**63, declared_unit="kg"),
            "product '9': co2e_ug 9223372036854775808 is beyond int64",
        ),
    ],
)
def test_a_wrong_document_is_named_and_nothing_changes(tmp_path: Path, wrong: Document, message: str) -> None:
    index = index_of(tmp_path, product("1", "Milk"))
    with pytest.raises(SearchError, match=message):
        index.update([product("2", "Milk"), wrong])
    with pytest.raises(SearchError, match=message):
        build(tmp_path, [product("2", "Milk"), wrong])
    assert index.search("milk").ids == ["1"]
    assert len(generations(tmp_path)) == 1


def test_an_id_that_stands_twice_is_named(tmp_path: Path) -> None:
    with pytest.raises(SearchError, match="product 'a' stands twice"):
        build(tmp_path, [product("a", "Milk"), product("a", "Tea")])


def test_a_reader_sees_the_update_of_another_process_at_once(tmp_path: Path) -> None:
    index = index_of(tmp_path, product("1", "Milk"))
    assert ended(child(tmp_path, "Index(folder).update([product('2', 'Bread')])", "print('done')")) == "done\n"
    assert index.search("bread").ids == ["2"]
    ended(child(tmp_path, "build(folder, [product('3', 'Tea')])"))
    assert index.search("").ids == ["3"]


def test_writers_of_two_processes_take_turns(tmp_path: Path) -> None:
    index = index_of(tmp_path)
    write = "for n in range(10): index.update([product(f'{name} {n}', 'Milk')])"
    children = [child(tmp_path, f"index, name = Index(folder), {name!r}", write) for name in ("a", "b")]
    for each in children:
        ended(each)
    assert index.search("milk").total == 20


def test_a_build_killed_half_way_leaves_the_old_index(tmp_path: Path) -> None:
    index = index_of(tmp_path, product("1", "Milk"))
    killed_when_it_says_so(child(
        tmp_path, "def documents():", "    yield from (product(f'n{n}', 'Bread') for n in range(3000))", "    print('now', flush=True)",
        "    time.sleep(600)", "build(folder, documents())",
    ))  # fmt: skip
    assert len(generations(tmp_path)) == 2, "the child had begun"
    assert Index(tmp_path).search("").ids == index.search("").ids == ["1"]
    index.update([product("2", "Tea")])
    build(tmp_path, [product("3", "Oats")])
    assert index.search("").ids == ["3"]
    assert len(generations(tmp_path)) == 1, "what the killed build left is cleared away"


def test_a_build_killed_before_the_change_over_leaves_the_old_index(tmp_path: Path) -> None:
    index = index_of(tmp_path, product("1", "Milk"))
    killed_when_it_says_so(child(
        tmp_path, "def stop(*_):", "    print('now', flush=True)", "    time.sleep(600)",
        "building.Folder.put_in_place = stop", "build(folder, [product('2', 'Bread')])",
    ))  # fmt: skip
    assert index.search("").ids == ["1"]
    index.update([product("3", "Tea")])
    assert set(index.search("").ids) == {"1", "3"}


def test_an_update_killed_half_way_changes_nothing_and_blocks_nobody(tmp_path: Path) -> None:
    index = index_of(tmp_path, product("1", "Milk"))
    killed_when_it_says_so(child(
        tmp_path, "index, rows = Index(folder), building.rows", "def stop(*batch):", "    yield next(rows(*batch))",
        "    print('now', flush=True)", "    time.sleep(600)", "building.rows = stop",
        "index.update([product('1', 'Bread'), product('2', 'Bread')])",
    ))  # fmt: skip
    began = time.monotonic()
    index.update([product("3", "Tea")])
    assert time.monotonic() - began < 30, "the lock of the killed process is gone"
    assert set(index.search("").ids) == {"1", "3"}
    assert index.search("bread").total == 0


def test_what_changes_during_a_build_is_in_it(tmp_path: Path) -> None:
    index = index_of(tmp_path, product("1", "Milk"), product("2", "Milk"))

    def documents() -> Iterator[Document]:
        """A read of the database that began before the changes, and therefore does not know them."""
        yield product("1", "Milk")
        index.update([product("1", "Bread"), product("3", "Bread")])
        assert set(index.search("bread").ids) == {"1", "3"}, "the old index has them at once"
        index.remove(["2"])
        with next(tmp_path.glob("changes")).open("ab") as file:
            file.write(b'\n{"documents": [["half a li')  # a writer killed while it wrote
        index.update([product("4", "Oats", co2e_ug=7, declared_unit="kg", extra=("9506000134352",))])
        yield product("2", "Milk")

    build(tmp_path, documents())
    assert set(index.search("").ids) == {"1", "3", "4"}
    assert set(index.search("bread").ids) == {"1", "3"}
    assert index.search("9506000134352", sort="lowest", declared_unit="kg").ids == ["4"]
    assert not (tmp_path / "changes").exists()


def test_a_build_that_fails_leaves_the_old_index(tmp_path: Path) -> None:
    index = index_of(tmp_path, product("1", "Milk"))

    def documents() -> Iterator[Document]:
        yield product("2", "Bread")
        raise OSError("the database went away")

    with pytest.raises(OSError, match="went away"):
        build(tmp_path, documents())
    assert index.search("").ids == ["1"]
    assert len(generations(tmp_path)) == 1
    assert not (tmp_path / "changes").exists()


def test_a_second_build_is_refused(tmp_path: Path) -> None:
    def documents() -> Iterator[Document]:
        with pytest.raises(SearchError, match="another process is building"):
            build(tmp_path, [])
        yield product("1", "Milk")

    build(tmp_path, documents())
    assert Index(tmp_path).search("").ids == ["1"]


def test_readers_in_two_processes_never_fail_while_it_changes(tmp_path: Path) -> None:
    """Searching all the while from another process, over updates and builds; every answer is a whole one."""
    index_of(tmp_path, product("0", "Milk"))
    reader = child(
        tmp_path, "index, seen = Index(folder), set()", "until = time.monotonic() + 60", "print('now', flush=True)",
        "while 'last' not in seen and time.monotonic() < until:", "    hits = index.search('milk')",
        "    assert hits.total == len(hits.ids) == 1, hits", "    seen.update(hits.ids)", "print(len(seen))",
    )  # fmt: skip
    assert reader.stdout is not None
    assert reader.stdout.readline() == "now\n"
    for number in range(5):
        build(tmp_path, [product(f"b{number}", "Milk")])
        Index(tmp_path).update([product(f"b{number}", "Milk again")])
    build(tmp_path, [product("last", "Milk")])
    assert int(ended(reader)) >= 1


def test_a_large_build_folds_in_a_second_process_and_alike(tmp_path: Path) -> None:
    """Whether the helper does it, dies on the way, or cannot be had: every batch is found, with its own words."""
    for name, broken in (("whole", ""), ("dies", "helper._receive"), ("none", "helper.subprocess.Popen")):
        with pytest.MonkeyPatch.context() as patch:
            if broken == "helper._receive":
                patch.setattr(helper, "_receive", lambda pipe: pipe.close())
            elif broken:
                patch.setattr(helper.subprocess, "Popen", _refused)
            assert build(tmp_path / name, (product(f"{n}", f"Milk n{n}x", "有機牛奶") for n in range(7_500))) == 7_500
        index = Index(tmp_path / name)
        for number in (0, 999, 1_000, 4_999, 5_000, 6_001, 7_499):
            assert index.search(f"n{number}x").ids == [str(number)], name
        assert index.search("有机 牛奶").total == 7_500


def _refused(*_: object, **__: object) -> None:
    raise BlockingIOError("no more processes")


def test_the_helper_of_a_killed_build_ends(tmp_path: Path) -> None:
    process = child(
        tmp_path, "from leafmark.web.search import helper", "def documents():",
        "    yield from (product(f'n{n}', 'Bread') for n in range(6500))", "    time.sleep(600)",
        "start = helper.Helper.start", "def told(self):", "    start(self)", "    print(self._process.pid, flush=True)",
        "helper.Helper.start = told", "build(folder, documents())",
    )  # fmt: skip
    assert process.stdout is not None
    helpers_id = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    assert process.wait(PATIENCE_S) == -signal.SIGKILL
    process.stdout.close()
    until = time.monotonic() + PATIENCE_S
    while alive(helpers_id) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(helpers_id)


def alive(process_id: int) -> bool:
    """Whether it runs; a zombie whose parent is gone does not."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
