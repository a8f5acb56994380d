"""Published cases: what an authority or a court objected to is found; rulings are named with their date.

Quotes are the advertisers' words as the rulings, the authorities' pages or the press of the day print them.
"""

from __future__ import annotations

from datetime import date

import pytest

from leafmark.products.claims import Claim, check

from .held import ON, rules_found, sound

RULINGS = [
    # ASA, United Kingdom
    ("uk", "Europe’s Lowest Fares, Lowest Emissions Airline", "uk.comparison", "Ryanair Ltd, 5 February 2020"),
    ("uk", "Ryanair has the lowest carbon emissions of any major airline", "uk.comparison", "Ryanair Ltd, same"),
    ("uk", "Europe’s low fare, low CO2 emissions airline", "uk.vague", "Ryanair Ltd, same"),
    ("uk", "CONNECTING THE WORLD. PROTECTING ITS FUTURE. #MakeChangeFly", "uk.vague", "Deutsche Lufthansa AG, A22-1169419"),
    ("uk", "Fly now with Lufthansa. Fly more sustainably", "uk.comparison", "Deutsche Lufthansa AG, A23-1206007"),
    ("uk", "Carbon Neutral business", "uk.neutral", "Charles Tyrwhitt Shirts Ltd, 20 December 2023"),
    ("uk", "Good for the planet", "uk.vague", "Alpro (UK) Ltd, October 2021"),
    ("uk", "biofuels and synthetic fuels to achieve net zero emissions", "uk.neutral", "Repsol SA, 7 June 2023"),
    # CMA, United Kingdom, undertakings of 27 March 2024
    ("uk", "Responsible edit", "uk.range", "ASOS"),
    ("uk", "Ready for the Future range", "uk.range", "Boohoo"),
    ("uk", "George for Good", "uk.range", "George at Asda"),
    # FTC, United States, complaints of 8 April 2022
    ("us", "sustainable, highly renewable, environmentally friendly", "us.general-benefit", "Kohl's"),
    ("us", "eco-friendly & sustainable", "us.general-benefit", "Walmart"),
    ("us", "renewable and environmentally sustainable", "us.general-benefit", "Walmart"),
    # FTC, examples of the Guides
    ("us", "neutralize the carbon emissions from your flight", "us.offsets", "16 CFR 260.5, example 1"),
    ("us", "GreenLogo for Environmental Excellence", "us.seal", "16 CFR 260.6, example 1"),
    ("us", "recyclable", "us.recyclable", "16 CFR 260.3(b), example 1"),
    # Germany
    ("de", "Seit 2021 produziert Katjes alle Produkte klimaneutral.", "eu.offsets", "BGH, 27 June 2024, I ZR 98/23"),
    # European Union: examples that accounts of recitals 9, 11, 12 and 15 of (EU) 2024/825 give
    *(
        ("eu", words, "eu.generic", "recital 9")
        for words in (
            "environmentally friendly", "eco-friendly", "green product", "nature's friend", "ecological",
            "environmentally correct", "climate friendly", "gentle on the environment", "carbon friendly",
            "energy efficient", "biodegradable", "biobased",
        )
    ),
    *(
        ("eu", words, "eu.offsets", "recital 12")
        for words in (
            "climate neutral", "CO2 neutral certified", "carbon positive", "climate net zero", "climate compensated",
            "reduced climate impact", "limited CO2 footprint",
        )
    ),
    ("eu", "made with recycled material", "eu.whole", "recital 11"),
    ("eu", "100 % recycled packaging", "eu.whole", "recital 11"),
    ("eu", "klimaneutral bis 2050", "eu.future", "Article 6(2)(d), as Taylor Wessing gives it for § 5 UWG"),
    # France: décret n° 2022-539
    *(
        ("fr", words, "fr.neutral", "D. 229-106")
        for words in (
            "neutre en carbone", "zéro carbone", "avec une empreinte carbone nulle", "climatiquement neutre",
            "intégralement compensé", "100 % compensé",
        )
    ),
    ("fr", "biodégradable", "fr.biodegradable", "L. 541-9-1"),
    ("fr", "respectueux de l'environnement", "fr.biodegradable", "L. 541-9-1"),
]  # fmt: skip


@pytest.mark.parametrize(("market", "said", "rule", "case"), RULINGS)
def test_what_was_objected_to_is_found(market: str, said: str, rule: str, case: str) -> None:
    assert rule in rules_found(said, market), case


def test_the_brand_name_of_the_guides_first_example_is_found() -> None:
    """16 CFR 260.4, example 1: the brand name "Eco-friendly"."""
    assert rules_found("", "us", brand="Eco-friendly") == {"us.brand"}


def test_the_eu_rules_begin_on_27_september_2026() -> None:
    said = "environmentally friendly"
    assert [each.rule for each in check(said, (), date(2026, 9, 26), ("eu",))] == []
    assert [each.rule for each in check(said, (), date(2026, 9, 27), ("eu",))] == ["eu.generic"]


def test_a_promise_is_judged_as_a_promise_and_not_as_an_offset() -> None:
    assert {each.rule for each in check("Climate neutral by 2040", (), ON, ("eu",))} == {"eu.future"}


def test_rules_of_other_markets_are_not_asked() -> None:
    assert {rule.split(".")[0] for rule in rules_found("eco-friendly", "us")} == {"us"}
    assert {rule.split(".")[0] for rule in rules_found("eco-friendly", "fr")} == {"eu", "fr"}


def test_a_specification_on_the_same_medium_lifts_and_one_elsewhere_does_not() -> None:
    """Article 2(p): generic is what is not specified clearly on the same medium."""
    spec = sound(
        "specification", text="100 % of the energy used to produce this packaging comes from renewable sources"
    )
    other = "Packaging made in Turin. 100 % of the energy used to produce this packaging comes from renewable sources."
    generic = [Claim("Climate friendly packaging"), Claim("Climate friendly packaging", medium=(other,))]
    apart, together = ([each for each in check(each, [spec], ON) if each.rule == "eu.generic"] for each in generic)
    assert [(each.kind, each.reason) for each in apart[0].unusable] == [("specification", "not_on_medium")]
    assert together == []
