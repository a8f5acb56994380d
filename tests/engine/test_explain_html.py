"""The page of an explanation: whole, safe with any text, its parts add up, nothing asked of anybody else."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pyarrow.parquet as pq
from engine_rows import bill, factor, line, pack, run_bill

from leafmark.engine.explain import explain
from leafmark.engine.explain_html import page
from leafmark.engine.explain_text import text

EVIL = "<script>alert(1)</script>&\"'"


class Reader(HTMLParser):
    """Tags that are open, tags and attributes seen, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: dict[str, set[str]] = {}
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, set()).add(value or "")
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def test_the_page_stands_by_itself_and_no_text_becomes_a_tag(tmp_path: Path) -> None:
    lines = [line(1, activity_id=EVIL), line(1, stage="use", amount=2.5), line(1, unit=EVIL)]
    pq.write_table(bill(lines), tmp_path / "bill.parquet")
    made = run_bill(tmp_path / "run", tmp_path / "bill.parquet", pack(factor(gsd=1.3, name_en=EVIL, note=EVIL)))
    reader = read(page(explain(made, 1)))
    assert reader.seen <= {
        "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "dl", "dt", "dd", "details", "summary", "span",
        "ul", "li", "p", "a",
    }  # fmt: skip
    assert not {"src", "onload", "onclick", "style"} & set(reader.attributes)
    assert all(link.startswith("https://") for link in reader.attributes.get("href", ()))
    assert EVIL in "".join(reader.text)


def test_the_grams_of_the_lines_add_up_to_the_figure_on_the_page(tmp_path: Path) -> None:
    lines = [
        line(1, amount=0.1 + n / 7, stage=stage)
        for n, stage in enumerate(("materials", "materials", "use", "transport"))
    ]
    pq.write_table(bill(lines), tmp_path / "bill.parquet")
    made = run_bill(tmp_path / "run", tmp_path / "bill.parquet", pack(factor(gsd=1.3)))
    html = page(explain(made, 1))
    grams = [int(re.sub(r"[^0-9]", "", text)) for text in re.findall(r'class="n">([^<]*) g<', html)]
    figure = made.table("products").to_pylist()[0]["co2e_ug"]
    stages, shown = 3, len(lines)
    assert len(grams) == 1 + stages + shown
    assert grams[0] == figure
    assert sum(grams) == 3 * figure  # the figure, its stages, their lines


def test_an_unknown_product_carries_the_same_caution_as_in_the_terminal(tmp_path: Path) -> None:
    pq.write_table(bill([line(1), line(1, key="material.unobtainium"), line(2)]), tmp_path / "bill.parquet")
    made = run_bill(tmp_path / "run", tmp_path / "bill.parquet", pack(factor(gsd=1.3)))
    caution = "a line was rejected, so the product is unknown: the sum below holds only the lines that were met"
    unknown, whole = explain(made, 1), explain(made, 2)
    assert caution in text(unknown)
    assert caution in "".join(read(page(unknown)).text)
    assert caution not in "".join(read(page(whole)).text)
