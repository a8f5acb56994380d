"""What a refused line is told to do: the closest names, and why its key has no factor there."""

from __future__ import annotations

import datetime as dt
import difflib
from pathlib import Path

import pyarrow as pa
import pytest
from engine_rows import KNOWN_ON, Row, bill, factor, line, pack, rejected, run_bill

from leafmark.engine import advice
from leafmark.engine.closest import Closest
from leafmark.engine.run import run
from leafmark.engine.settings import Settings
from leafmark.factors.model import Pack, builtin
from leafmark.methods import method

GRID = {"key": "electricity.grid", "unit": "kWh", "theme": "grid"}
ELECTRICITY = method("electricity.location")


def told(folder: Path, packs: Pack, *lines: Row, **options: object) -> list[tuple[str, str]]:
    """(reason, expected) of the rejected lines."""
    made = run_bill(folder / "run", bill(lines), packs, **options)  # type: ignore[arg-type]
    return [(row["reason"], row["expected"]) for row in rejected(made)]


def test_a_boundary_the_method_does_not_take_is_named(tmp_path: Path) -> None:
    known = pack(*(factor(**GRID, region="AU", boundary=name, co2e_kg=0.1) for name in ("td_loss", "upstream")))
    sites = [{"site_id": 1, "kwh": 1.0, "region": "AU"}]
    made = run(
        ELECTRICITY, pa.Table.from_pylist(sites), [known], tmp_path / "run", Settings(known_on=KNOWN_ON, gwp="AR5")
    )
    (row,) = rejected(made)
    assert row["reason"] == "no_factor"
    assert row["expected"] == (
        "a factor for AU or WORLD with the boundary direct or life_cycle; AU has only td_loss, upstream"
    )


def test_a_factor_of_a_later_day_is_told_with_that_day_and_the_day_finds_it(tmp_path: Path) -> None:
    late = dt.date(2025, 3, 1)
    known = pack(factor(published_on=late), factor("material.other"))
    ((reason, expected),) = told(tmp_path / "before", known, line())
    assert reason == "no_factor"
    assert expected.endswith("there is one known from 2025-03-01: --known-on 2025-03-01 or later")
    assert told(tmp_path / "then", known, line(), known_on=late) == []
    assert [each[0] for each in told(tmp_path / "eve", known, line(), known_on=dt.date(2025, 2, 28))] == ["no_factor"]


def test_the_later_day_is_the_one_on_which_the_whole_recipe_is_known(tmp_path: Path) -> None:
    known = pack(
        factor("freight.hgv", boundary="ttw", unit="t_km", published_on=dt.date(2025, 1, 1)),
        factor("freight.hgv", boundary="wtt", unit="t_km", published_on=dt.date(2025, 6, 1)),
    )
    ((_, expected),) = told(tmp_path, known, line(key="freight.hgv", unit="t_km"))
    assert "known from 2025-06-01" in expected


def test_a_factor_superseded_for_good_is_told(tmp_path: Path) -> None:
    known = pack(factor(superseded_on=dt.date(2024, 3, 1)), factor("material.other"))
    ((reason, expected),) = told(tmp_path / "after", known, line())
    assert (reason, expected.partition("; ")[2]) == (
        "no_factor", "the last was superseded on 2024-03-01: an earlier --known-on finds it",
    )  # fmt: skip
    assert told(tmp_path / "before", known, line(), known_on=dt.date(2024, 2, 29)) == []


def test_a_factor_that_does_not_restate_is_told_under_strict_alone(tmp_path: Path) -> None:
    known = pack(factor(gwp_set="AR4"), factor("material.other", co2_kg=2.0))
    for strict in (True, False):
        settings = Settings(known_on=KNOWN_ON, gwp="AR6", gwp_strict=strict)
        made = run(method("product.bill"), bill([line()]), [known], tmp_path / str(strict), settings)
        assert [(row["reason"], row["expected"]) for row in rejected(made)] == [
            ("no_factor", "a factor for WORLD that restates to AR6; there is one only as published in AR4: it counts "
                          "without --gwp-strict"),
        ][: int(strict)]  # fmt: skip


def test_regions_that_have_a_factor_are_named_the_country_s_own_first(tmp_path: Path) -> None:
    places = ("AU", "BR", "CN-ZJ", "FR", "JP")
    known = pack(*(factor(**GRID, boundary="life_cycle", region=place) for place in places))
    rows = [line(key="electricity.grid", unit="kWh", region="CN-GD"), line(key="electricity.grid", unit="kWh")]
    assert [expected for _, expected in told(tmp_path, known, *rows)] == [
        "a factor for CN-GD, CN or WORLD; there is one only for CN-ZJ, AU, BR and 2 more",
        "a factor for WORLD; there is one only for AU, BR, CN-ZJ and 2 more",
    ]


def test_what_is_neither_near_nor_known_nor_of_the_boundary_is_still_told(tmp_path: Path) -> None:
    known = pack(factor(**GRID, boundary="direct", region="AU", published_on=dt.date(2025, 1, 1)), factor())
    ((_, expected),) = told(tmp_path, known, line(key="electricity.grid", unit="kWh", region="FR"))
    assert expected.endswith("there is only direct for AU, known from 2025-01-01")


@pytest.mark.parametrize(
    ("cells", "proposed"),
    [
        ({"unit": "kgs"}, "did you mean kg?"),
        ({"unit": "Pounds"}, "did you mean lb?"),
        ({"unit": "gallon"}, "did you mean gal_us or gal_uk?"),
        ({"unit": "furlong"}, "docs/factors.md lists all units"),
        ({"region": "Germany"}, "did you mean DE?"),
        ({"region": "浙江"}, "did you mean CN-ZJ?"),
        ({"region": "CHN"}, "CHN is alpha-3: write CN"),
        ({"region": "UK"}, "did you mean GB?"),
        ({"key": "material.bord"}, "did you mean material.board?"),
        ({"key": "zzz"}, "leafmark factors search finds one by name"),
        ({"unit": "kWh"}, "a unit that converts to the factor's, kg"),
    ],
)
def test_the_closest_names_are_proposed(tmp_path: Path, cells: Row, proposed: str) -> None:
    ((_, expected),) = told(tmp_path, pack(factor(), factor("fuel.petrol")), line(**cells))
    assert expected.endswith(proposed)


def test_chunks_do_not_change_what_is_told_and_the_first_distinct_values_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bounded over the run, not over a chunk: else the same run would say other things on another machine."""
    monkeypatch.setattr(advice, "DISTINCT_MAX", 7)
    rows = [line(n, key=f"material.boar{n:02}") for n in range(20)] + [line(30)]
    whole = run_bill(tmp_path / "whole", bill(rows))
    parts = run_bill(tmp_path / "parts", bill(rows), chunk_lines=3)
    assert rejected(parts) == rejected(whole)
    assert [row["row"] for row in rejected(whole) if "did you mean" in row["expected"]] == list(range(1, 8))
    assert {row["expected"] for row in rejected(whole)[7:]} == {"a factor key of the packs"}


def test_the_index_finds_what_comparing_all_names_finds() -> None:
    """Against difflib over every key of the pack, one letter out of each hundredth key struck out."""
    keys = sorted(set(builtin().factors.column("key").to_pylist()))
    close = Closest(keys)
    for number, key in enumerate(keys[::100]):
        cut = len(key) // 2 + number % 3
        mistake = key[:cut] + key[cut + 1 :]
        (best,) = difflib.get_close_matches(mistake, keys, n=1)
        found = close.to(mistake)
        like = [difflib.SequenceMatcher(None, name, mistake).ratio() for name in (found[0], best)]
        assert like[0] == like[1], mistake
