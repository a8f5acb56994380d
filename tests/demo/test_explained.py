"""Every figure of grams on the demo's page stands beside what to ask for, and the answer is the figure that is shown."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from leafmark.demo.figures import percent, significant
from leafmark.engine.explain import Explainer

UG = {"t": 10**12, "kg": 10**9, "g": 10**6}
FIGURE = re.compile(r"([\d.,]+) (t|kg|g)( \(([\d.,]+) to ([\d.,]+) \2\))?")
RANGE = re.compile(r"(?:95 % range )?([\d.,]+) to ([\d.,]+) (t|kg|g)\b.*")
SHARE = re.compile(r"of the (?:year|total)|of kg of CO2e")


class Tables(HTMLParser):
    """The tables of a page: caption, heads, and rows of cells; a cell is its text and the codes in it."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[dict[str, Any]] = []
        self.place = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append({"caption": "", "rows": []})
        elif tag == "tr":
            self.tables[-1]["rows"].append([])
        elif tag in ("td", "th"):
            self.tables[-1]["rows"][-1].append({"text": "", "codes": []})
            self.place = "cell"
        elif tag == "caption":
            self.place = "caption"
        elif tag == "code" and self.place:
            self.tables[-1]["rows"][-1][-1]["codes"].append("")
            self.place = "code"

    def handle_endtag(self, tag: str) -> None:
        self.place = {"code": "cell" if self.place else ""}.get(
            tag, "" if tag in ("td", "th", "caption") else self.place
        )

    def handle_data(self, data: str) -> None:
        if self.place == "caption":
            self.tables[-1]["caption"] += data
        elif self.place:
            cell = self.tables[-1]["rows"][-1][-1]
            if self.place == "code":
                cell["codes"][-1] += data
            else:
                cell["text"] += data


class Asked:
    """Explanations of the demo's runs, each asked for once."""

    def __init__(self, done: Path) -> None:
        self.done = done
        self.open: dict[str, Explainer] = {}
        self.answers: dict[tuple[str, ...], dict[str, Any]] = {}

    def __call__(self, run: str, words: str) -> dict[str, Any]:
        key = (run, words)
        if key not in self.answers:
            if run not in self.open:
                self.open[run] = Explainer(self.done / run)
            self.answers[key] = self.open[run].explain(shlex.split(words))
        return self.answers[key]


@pytest.fixture(scope="module")
def asked(done: Path) -> Iterator[Asked]:
    asked = Asked(done)
    yield asked
    for each in asked.open.values():
        each.close()


@pytest.fixture(scope="module")
def page(done: Path) -> str:
    return (done / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tables(page: str) -> list[dict[str, Any]]:
    reader = Tables()
    reader.feed(page)
    return reader.tables


def same(tree: dict[str, Any], text: str) -> int:
    """How many figures of a text are the tree's, all of them or it fails."""
    found = FIGURE.fullmatch(text)
    if found:
        value, unit, spread, low, high = found.groups()
        assert significant(tree["co2e_ug"] / UG[unit]) == value, text
        if spread:
            assert (significant(tree["low_ug"] / UG[unit]), significant(tree["high_ug"] / UG[unit])) == (low, high), (
                text
            )
        return 1 + bool(spread)
    found = RANGE.fullmatch(text)
    if not found:
        return 0
    low, high, unit = found.groups()
    assert (significant(tree["low_ug"] / UG[unit]), significant(tree["high_ug"] / UG[unit])) == (low, high), text
    return 1


def test_figures_in_tables_are_those_explained(tables: list[dict[str, Any]], asked: Asked) -> None:
    compared: dict[str, int] = {}
    for table in tables:
        heads = [cell["text"] for cell in table["rows"][0]]
        run = re.search(r"Ask DIR/(\w+) for$", heads[-1])
        if not run:
            continue
        for row in table["rows"][1:]:
            if not row[-1]["codes"]:
                assert {"none", "other runs"} & {cell["text"] for cell in row}, "a figure without an address"
                continue
            (words,) = row[-1]["codes"]
            tree = asked(run[1], words)
            found = sum(same(tree, cell["text"]) for cell in row[1:-1])
            for head, cell in zip(heads, row, strict=True):
                if SHARE.fullmatch(head):
                    assert percent(tree["share_of_total"]) == cell["text"], (words, head)
                    found += 1
            assert found, row
            compared[table["caption"]] = compared.get(table["caption"], 0) + found
    assert len(compared) == 6, compared
    assert sum(compared.values()) > 13 * 3 + 10 * 3 + 3 * 3 + 4 + 60 * 2 + 30


def test_a_median_and_its_ends_are_those_of_the_devices_named(tables: list[dict[str, Any]], asked: Asked) -> None:
    rows = 0
    for table in tables:
        run = re.search(r"Ask DIR/(\w+) for \(median, least, most\)$", table["rows"][0][-1]["text"])
        for row in table["rows"][1:] if run else ():
            middle, least, most = (asked(run[1], words)["co2e_ug"] for words in row[-1]["codes"])
            assert row[-3]["text"] == significant(middle / UG["kg"])
            unit = row[-2]["text"].split(" ")[-1]
            assert row[-2]["text"] == f"{significant(least / UG[unit])} to {significant(most / UG[unit])} {unit}"
            assert least <= middle <= most
            rows += 1
    assert rows >= 7


def test_figures_at_the_top_are_those_explained(page: str, asked: Asked, record: dict) -> None:
    facts = re.findall(
        r'<dt>([^<]*)</dt><dd class="big">([^<]*)</dd><dd class="soft">([^<]*)</dd><dd class="soft">'
        r"<code>leafmark explain DIR/(\w+) ([^<]*)</code>",
        page,
    )
    assert [name for name, *_ in facts] == ["CO2e in all", "Per basket", "Receipt lines counted"]
    for _, figure, remark, run, words in facts[:2]:
        tree = asked(run, unescape(words))
        assert same(tree, figure) == 1
        assert same(tree, re.split(", of|;", remark)[0]) == 1
        assert tree["divided"]["orders"] == record["baskets_counted"] if words == "per-order" else "divided" not in tree
    lines = asked("orders", "total")["lines"]
    assert facts[2][1] == percent(lines["accepted"] / lines["in"])
    assert lines["rejected_by_reason"] == {each["reason"]: each["lines"] for each in record["rejected"]}


def test_shares_in_sentences_are_those_explained(page: str, asked: Asked) -> None:
    shares = re.findall(r"((?:over |under )?[\d.]+ %): <code>leafmark explain DIR/(\w+) ([^<]*)</code>", page)
    assert len(shares) >= 6
    for shown, run, words in shares:
        assert percent(asked(run, unescape(words))["share_of_total"]) == shown, words


def test_every_command_on_the_page_answers(page: str, asked: Asked) -> None:
    commands = re.findall(r"<code>leafmark explain DIR/(\w+) ([^<]*)</code>", page)
    assert len(commands) > 25
    for run, words in commands:
        assert asked(run, unescape(words))["co2e_ug"] is not None


def test_a_label_shows_the_figure_that_is_explained(done: Path, page: str, asked: Asked) -> None:
    """The sheet's labels, each by its row under "Ask": the product with that id has the figure of the labels' table."""
    import pyarrow.parquet as pq

    rows = {
        (row["run"], row["product_id"]): row for row in pq.read_table(done / "labels" / "labels.parquet").to_pylist()
    }
    above = re.findall(r"\(label above\)</th><td><code>leafmark explain DIR/(\w+) ([^<]*)</code>", page)
    assert len(above) >= 5
    for run, words in above:
        (identity,) = shlex.split(unescape(words))
        assert asked(run, unescape(words))["co2e_ug"] == rows[run, identity]["co2e_ug"]
