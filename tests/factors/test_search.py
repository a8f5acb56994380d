"""Search in the built-in pack, in the words that people use."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

import pytest

from leafmark.factors.model import Factor, Pack, builtin


@cache
def pack() -> Pack:
    """The built-in pack, loaded and indexed for search once."""
    return builtin()


def found(query: str, limit: int = 20) -> list[Factor]:
    return pack().search(query, limit)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("cardboard", "material.corrugated_board"),
        ("laptop", "material.electrical_items_it"),
        ("tap water", "water.supply"),
        ("自来水", "water.supply"),
        ("自來水", "water.supply"),
        ("机票", "travel.flight."),
        ("機票", "travel.flight."),
        ("tv", "spend.naics_334310"),
        ("television", "spend.naics_334"),
        ("plane ticket", "travel.flight."),
        ("car", "travel.car."),
    ],
)
def test_everyday_words_find_what_they_mean(query: str, first: str) -> None:
    assert found(query)[0].key.startswith(first)


def test_two_letters_are_a_word_and_not_a_part_of_a_country() -> None:
    assert not [factor.factor_id for factor in found("tv", 100) if factor.region == "LV"]
    assert found("lv")[0].region == found("Latvia")[0].region == "LV"


@pytest.mark.parametrize("query", ["tap", "rail", "oil", "can"])
def test_whole_words_stand_above_parts_of_words(query: str) -> None:
    """`tap` is water before it is `Tape`."""
    texts = [" ".join((f.key, f.name_en, f.name_zh or "")).lower() for f in found(query, 500)]
    whole = [query in _words(text) or query in _added(f.key) for text, f in zip(texts, found(query, 500), strict=True)]
    assert any(whole)
    assert whole == sorted(whole, reverse=True)


def _words(text: str) -> set[str]:
    return set("".join(char if char.isalnum() else " " for char in text).split())


def _added(key: str) -> set[str]:
    return {word for row in _table() if f"{key}.".startswith(f"{row['key']}.") for word in row["words"].split()}


def _table() -> list[dict[str, str]]:
    text = (resources.files("leafmark.factors") / "search_words.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_every_added_word_belongs_to_a_key_of_the_pack_and_finds_it() -> None:
    keys = set(pack().factors.column("key").to_pylist())
    for row in _table():
        of_key = {key for key in keys if f"{key}.".startswith(f"{row['key']}.")}
        assert of_key, row["key"]
        for word in row["words"].split():
            assert of_key & {factor.key for factor in found(word, 10_000)}, f"{word} does not find {row['key']}"
