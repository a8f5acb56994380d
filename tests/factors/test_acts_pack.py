"""The pack of published figures on acts: as printed, cited, and apart from the built-in pack, whose every fact is open."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from leafmark.factors.model import acts, builtin

PAGE = Path(__file__).resolve().parents[2] / "docs" / "packs" / "acts.md"
FACTS = {row["factor_id"]: row for row in acts().factors.to_pylist()}


@pytest.mark.parametrize(
    ("factor_id", "published"),
    [
        ("travel.avoided.electric_bus@CN-GD-SZ:unit:2021", 0.0269),
        ("travel.avoided.metro@CN-GD-SZ:unit:2021", 0.0468),
        ("travel.avoided_per_trip.metro@CN-GD-GZ:unit:2017", 0.5155),
        ("travel.avoided_per_trip_by_substitution.metro@CN-GD-GZ:unit:2017", 0.5419),
        ("travel.avoided.shared_bike@CN:unit:2023", 0.0487),
        ("travel.avoided_mean.shared_bike@CN:unit:2023", 0.053),
        ("receipt.paper.low@WORLD:unit:2026", 0.003),
        ("receipt.paper.average@AU:unit:2026", 0.00903),
        ("receipt.digital.high@WORLD:unit:2026", 0.010),
        ("packaging.carton.corrugated@CN:unit:2013", 1.137),
        ("packaging.mailer.plastic_film@CN:unit:2014", 3.24),
        ("packaging.envelope.paper@CN:unit:2013", 2.528),
        ("packaging.box_per_use.pp_reusable@CN:unit:2021", 0.098),
        ("packaging.box_per_use.corrugated_single_use@CN:unit:2021", 0.381),
    ],
)
def test_figures_are_as_published(factor_id: str, published: float) -> None:
    assert FACTS[factor_id]["co2e_kg"] == published


def test_beijing_is_the_quotient_of_a_day_and_its_way() -> None:
    assert FACTS["travel.car.beijing_petrol@CN-BJ:unit:2026"]["co2e_kg"] == pytest.approx(5.98 / 22, abs=1e-6)
    assert FACTS["travel.rail.beijing_metro@CN-BJ:unit:2026"]["co2e_kg"] == pytest.approx(1.35 / 22, abs=1e-6)


def test_what_is_only_cited_stands_in_no_open_pack() -> None:
    classes = {acts().sources[row["source_id"]].licence_class for row in FACTS.values()}
    assert classes == {"cite-only"}
    assert not set(acts().factors.column("key").to_pylist()) & set(builtin().factors.column("key").to_pylist())


def test_a_difference_is_marked_as_one_and_every_note_says_what_is_not_known() -> None:
    for row in FACTS.values():
        assert row["boundary"] == "unit"
        assert row["note"], row["factor_id"]
        if "avoided" in row["key"]:
            assert re.search("a difference, for acts alone|kept ", row["note"]), row["factor_id"]


def test_its_page_names_every_key() -> None:
    named = re.findall(r"`([a-z_]+(?:\.[a-z_]+)*(?:\.\*)?)`", PAGE.read_text(encoding="utf-8"))
    stems = [name.removesuffix("*") for name in named]
    page_lacks = [
        key for key in {row["key"] for row in FACTS.values()} if not any(key.startswith(stem) for stem in stems)
    ]
    assert sorted(page_lacks) == []
