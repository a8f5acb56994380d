"""The panel's categories in three languages: all that have a label, each in its own script."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import opencc
import pyarrow.parquet as pq
import pytest

from leafmark.demo.category_names import category_names
from leafmark.engine.sentences import LANGS


def test_every_category_on_the_shelf_has_its_words(done: Path) -> None:
    table = pq.read_table(done / "labels" / "products.catalogue.parquet", columns=["category", "tier", "category_name"])
    rows = [row for row in table.to_pylist() if row["tier"] in ("mass", "count")]
    assert {row["category"] for row in rows} == set(category_names())
    assert all(set(row["category_name"]) == set(LANGS) for row in rows)


@pytest.mark.parametrize("lang", LANGS)
def test_no_two_categories_are_called_alike(lang: str) -> None:
    assert [
        name for name, count in Counter(each[lang] for each in category_names().values()).items() if count > 1
    ] == []


@pytest.mark.parametrize(("lang", "other"), [("zh-Hans", "t2s"), ("zh-Hant", "s2t")])
def test_each_name_is_in_its_own_script(lang: str, other: str) -> None:
    convert = opencc.OpenCC(other).convert
    assert {each[lang] for each in category_names().values()} == {
        convert(each[lang]) for each in category_names().values()
    }


def test_no_name_is_english_in_a_chinese_column() -> None:
    for words in category_names().values():
        assert not any(character.isascii() and character.isalpha() for lang in LANGS[1:] for character in words[lang])
