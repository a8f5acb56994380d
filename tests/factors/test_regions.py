"""Every place leads to the world, through its country."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafmark.factors.regions import RegionError, alpha2, country, known, name, parents, table


@pytest.mark.parametrize(
    ("region", "chain"),
    [
        ("WORLD", ()),
        ("CN", ("WORLD",)),
        ("CN-ZJ", ("CN", "WORLD")),
        ("CN-ZJ-HZ", ("CN-ZJ", "CN", "WORLD")),
        ("CN-ZJ-HZ-XH", ("CN-ZJ-HZ", "CN-ZJ", "CN", "WORLD")),
        ("US-CA", ("US", "WORLD")),
        ("BR-SP", ("BR", "WORLD")),
        ("egrid:CAMX", ("US", "WORLD")),
        ("egrid:PRMS", ("PR", "WORLD")),
        ("cngrid:east", ("CN", "WORLD")),
        ("aws:eu-west-1", ("IE", "WORLD")),
        ("azure:westeurope", ("NL", "WORLD")),
        ("gcp:asia-east1", ("TW", "WORLD")),
        ("alibaba:cn-hangzhou", ("CN", "WORLD")),
        ("CN-HK", ("HK", "WORLD")),
        ("EU", ("WORLD",)),
    ],
)
def test_a_place_falls_to_its_country_and_to_the_world(region: str, chain: tuple[str, ...]) -> None:
    assert parents(region) == chain
    assert known(region)


@pytest.mark.parametrize(
    ("wrong", "proposal"),
    [("CHN", "write CN"), ("US-ZZ", "US-AZ"), ("aws:eu-west-9", "aws:eu-west-1"), ("cn", "CN"), ("", "ISO 3166")],
)
def test_an_unknown_region_is_an_error_that_proposes(wrong: str, proposal: str) -> None:
    assert not known(wrong)
    with pytest.raises(RegionError, match=proposal):
        parents(wrong)


def test_a_country_that_does_not_exist_has_no_subdivisions() -> None:
    assert not known("ZZ-1")
    assert not known("CN-QQ-1")


def test_alpha_3_becomes_alpha_2_or_an_error() -> None:
    """Ember says CHN, MEE says CN: a look-up that keeps them apart falls to the world."""
    assert [alpha2(code) for code in ("CHN", "CN", "GBR", "XKX", "WORLD")] == ["CN", "CN", "GB", "XK", "WORLD"]
    with pytest.raises(RegionError, match="neither"):
        alpha2("ABC")
    with pytest.raises(RegionError, match="neither"):
        alpha2("CN-ZJ")


def test_iso_3166_is_whole() -> None:
    countries = [row for row in table().values() if row.kind == "country"]
    assert len(countries) == 249 + 1  # ISO 3166-1, and XK
    assert len({row.alpha3 for row in countries}) == 250
    assert len({row.numeric for row in countries if row.numeric}) == 249
    assert sum(row.region.startswith("CN-") for row in table().values()) == 34
    assert sum(row.region.startswith("US-") for row in table().values()) == 57
    assert sum(row.region.startswith("egrid:") for row in table().values()) == 27


def test_every_country_and_province_has_its_three_names() -> None:
    for row in table().values():
        if row.kind in ("country", "subdivision", "world", "group"):
            assert row.name_en, row
            assert row.name_zh_hans, row
            assert row.name_zh_hant, row
    assert name("CN-ZJ", "zh-Hans") == "浙江"
    assert name("DE", "zh-Hant") == "德國"
    assert name("aws:eu-west-1", "zh-Hans") == name("aws:eu-west-1")
    assert name("nowhere") == "nowhere"
    with pytest.raises(RegionError, match="zh-Hans"):
        name("CN", "fr")


@given(st.sampled_from(sorted(table())))
def test_every_listed_chain_ends_in_the_world_and_holds_its_country(region: str) -> None:
    chain = (region, *parents(region))
    assert chain[-1] == "WORLD"
    assert len(set(chain)) == len(chain)
    assert country(region) in chain


@given(st.text(max_size=12))
def test_any_text_is_known_or_an_error_never_a_crash(text: str) -> None:
    if known(text):
        assert parents(text)[-1:] in (("WORLD",), ())
