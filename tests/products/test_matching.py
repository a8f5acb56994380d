"""Matching proposes keys with a measured confidence and a reason; only a person's word makes one a match."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from leafmark.cli import main
from leafmark.factors.model import Pack, builtin
from leafmark.products import matching
from leafmark.products.matching import Candidate, Confirmation, confirmed_keys, propose
from leafmark.products.matching.confidence import fitted, on_stairs, stairs
from leafmark.products.matching.index import NameIndex
from leafmark.products.matching.terms import terms

ROOT = Path(__file__).parents[2]
ON = dt.date(2026, 11, 23)
PACK = builtin()


def keys(*names: str, **more: object) -> list[list[str]]:
    found = propose(names, factors=[PACK], **more)  # type: ignore[arg-type]
    return [[each.key for each in found[place]] for place in range(len(names))]


def confirmation(key: str, name: str, **more: str) -> Confirmation:
    return Confirmation(key, "Mei Lin", ON, name, **more)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Beef steak", "food.agribalyse.beef_steak"),
        ("BROCCOLI FROZEN 500 g", "food.agribalyse.broccoli_frozen"),
        ("燕麦奶", "food.agribalyse.oat_drink"),
        ("燕麥奶", "food.agribalyse.oat_drink"),
        ("全脂牛奶", "food.agribalyse.milk_whole"),
        ("電視", "spend.naics_334310"),
        ("Ｂｒｏｃｃｏｌｉ", "food.agribalyse.broccoli"),
    ],
)
def test_a_factor_named_for_the_thing_comes_first_in_english_and_both_chinese_scripts(name: str, key: str) -> None:
    assert keys(name)[0][0] == key


@pytest.mark.parametrize(
    ("traditional", "simplified"), [("電視機", "电视机"), ("雞蛋", "鸡蛋"), ("巧克力餅乾", "巧克力饼干")]
)
def test_traditional_and_simplified_get_the_same_candidates(traditional: str, simplified: str) -> None:
    first, second = keys(traditional, simplified)
    assert first == second
    assert first


@pytest.mark.parametrize(
    ("wrong", "right"), [("brocoli", "broccoli"), ("choc brownie", "chocolate brownie"), ("mozarella", "mozzarella")]
)
def test_a_misspelt_or_shortened_word_finds_its_own(wrong: str, right: str) -> None:
    first, second = keys(wrong, right)
    assert second[0] in first


@pytest.mark.parametrize("name", ["", "   ", "xyzzy", "12345", "🥕", "q" * 10_000, "\x00", "<script>"])
def test_what_is_like_nothing_has_no_candidate_and_no_error(name: str) -> None:
    assert keys(name) == [[]]


@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_text_gets_different_keys_that_exist_best_first(names: list[str]) -> None:
    known = set(PACK.factors.column("key").to_pylist())
    found = propose(names, factors=[PACK])
    for place in range(len(names)):
        candidates = found[place]
        assert len({each.key for each in candidates}) == len(candidates) <= 5
        assert {each.key for each in candidates} <= known
        shares = [each.confidence for each in candidates]
        assert shares == sorted(shares, reverse=True)
        assert all(0 < share < 1 for share in shares)


def test_no_product_is_proposed_a_grid_a_fuel_or_refuse() -> None:
    themes = dict(zip(PACK.factors.column("key").to_pylist(), PACK.factors.column("theme").to_pylist(), strict=True))
    for candidates in keys("electricity", "petrol", "landfill mixed waste", "flight"):
        assert {themes[key] for key in candidates} <= {"food", "material", "spend"}


def test_what_was_confirmed_goes_first_by_gtin_then_name_then_brand_and_category() -> None:
    confirmed = [
        confirmation("food.milk", "Morning", gtin="9506000134352"),
        confirmation("food.oatmeal", "Morning Oat"),
        confirmation("food.apples", "Orchard", brand="Green", category="fruit"),
    ]
    found = propose(
        ["Morning Oat", "MORNING  OAT", "Pears"], ["", "", "Fruit"], confirmed, [PACK],
        gtin=["09506000134352", None, None], brand=["", "", "GREEN"],
    )  # fmt: skip
    assert [(each.key, each.basis) for each in found[0][:2]] == [
        ("food.milk", "same_gtin"),
        ("food.oatmeal", "same_name"),
    ]
    assert (found[1][0].key, found[1][0].basis) == ("food.oatmeal", "same_name")
    assert (found[2][0].key, found[2][0].basis) == ("food.apples", "same_brand_and_category")
    assert "confirmed for the same GTIN: Morning" in found[0][0].why


def test_a_gtin_with_a_wrong_check_digit_is_no_same_product() -> None:
    confirmed = [confirmation("food.milk", "Morning", gtin="9506000134353")]
    [first] = [propose(["Evening"], None, confirmed, [PACK], gtin=["9506000134353"])[0]]
    assert not first


def test_confirmations_that_disagree_share_the_confidence() -> None:
    confirmed = [
        confirmation("food.milk", "Drink"),
        confirmation("food.oatmeal", "drink"),
        confirmation("food.milk", "DRINK"),
    ]
    first, second = propose(["drink"], None, confirmed, [PACK])[0][:2]
    assert (first.key, second.key) == ("food.milk", "food.oatmeal")
    assert first.confidence == pytest.approx(0.95 * 2 / 3, abs=0.001)
    assert second.confidence == pytest.approx(0.95 / 3, abs=0.001)


def test_a_name_like_a_confirmed_one_is_proposed_its_key() -> None:
    [before] = keys("Wakey shake barista edition")
    confirmed = [confirmation("food.agribalyse.oat_drink", "Wakey shake original")]
    first = propose(["Wakey shake barista edition"], None, confirmed, [PACK])[0][0]
    assert "food.agribalyse.oat_drink" not in before
    assert (first.key, first.basis) == ("food.agribalyse.oat_drink", "like_confirmed")


def test_a_candidate_is_proposed_and_only_a_named_person_confirms_it() -> None:
    candidate = propose(["Beef steak"], factors=[PACK])[0][0]
    assert candidate.status == "proposed"
    done = candidate.confirm("Beef steak", "Mei Lin", ON)
    assert (done.status, done.key, done.by, done.on) == ("confirmed", candidate.key, "Mei Lin", ON)
    for nobody in ("", "  "):
        with pytest.raises(ValueError, match="by is empty"):
            candidate.confirm("Beef steak", nobody, ON)
    with pytest.raises(TypeError):
        Candidate("k", 0.9, "text", "n", status="confirmed")  # type: ignore[call-arg]


def test_only_confirmations_give_a_line_its_key() -> None:
    materials = pa.array(["Oak  Boards", None, "Glue", "燕麥奶", "both"])
    confirmed = [
        confirmation("material.wood", "oak boards"), confirmation("food.agribalyse.oat_drink", "燕麦奶"),
        confirmation("a", "both"), confirmation("b", "both"),
    ]  # fmt: skip
    assert confirmed_keys(materials, confirmed).to_pylist() == [
        "material.wood",
        None,
        None,
        "food.agribalyse.oat_drink",
        None,
    ]


def test_equal_names_are_scored_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    score = NameIndex.score

    def counted(self: NameIndex, names: list[str], categories: list[str], best: int) -> object:
        asked.append(len(names))
        return score(self, names, categories, best)

    monkeypatch.setattr(NameIndex, "score", counted)
    found = propose(["Beef", "Pork"] * 1000, factors=[PACK])
    assert asked == [2]
    assert len(found) == 2000
    assert found.best().column("status").unique().to_pylist() == ["proposed"]


def test_the_score_is_the_one_that_its_docstring_states() -> None:
    """The same formula in plain Python over dictionaries, for every row of a small pack."""
    index = NameIndex([PACK], themes=("material",))
    rarity = {word: float(index.rarity[number]) for word, number in index.vocabulary.items()}
    name = "wood board"
    query = {term: rarity[term] for term in terms(name)}
    length = sum(weight**2 for weight in query.values()) ** 0.5
    scored = index.score([name], [None], 10)
    for score, row in zip(scored.scores[0].tolist(), scored.rows[0].tolist(), strict=True):
        head, _, rest = index.names[row].partition(",")
        line = {term: 0.4 * rarity[term] for term in terms(rest)} | {term: rarity[term] for term in terms(head)}
        own = sum(weight**2 for weight in line.values()) ** 0.5
        expected = sum(weight * line.get(term, 0.0) for term, weight in query.items()) / length / own**0.7
        assert score == pytest.approx(expected)


@given(st.lists(st.tuples(st.floats(0, 2), st.booleans()), min_size=1, max_size=60), st.integers(1, 8))
def test_a_staircase_never_falls_and_keeps_the_number_of_cases(cases: list[tuple[float, bool]], steps: int) -> None:
    scores, right = np.array([case[0] for case in cases]), np.array([case[1] for case in cases], float)
    made = fitted(scores, right, steps)
    shares = [share for _, share, _ in made]
    assert shares == sorted(shares)
    assert sum(number for _, _, number in made) == len(cases)
    assert all(0 < share < 1 for share in shares)
    table = stairs((low, share) for low, share, _ in made)
    assert set(on_stairs(table, scores).tolist()) <= set(shares)


@pytest.fixture(scope="module")
def calibrate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("calibrate_matching", ROOT / "tools" / "calibrate_matching.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["calibrate_matching"] = module
    spec.loader.exec_module(module)
    return module


def test_calibration_and_guide_say_what_is_measured_now(calibrate: ModuleType) -> None:
    cases = calibrate.labels()
    found = {learn: calibrate.measure(cases, learn) for learn in ("nothing", "category", "type")}
    assert calibrate.TABLE.read_text(encoding="utf-8") == calibrate.calibration(found), (
        "run tools/calibrate_matching.py"
    )
    assert calibrate.page(cases, found) in calibrate.PAGE.read_text(encoding="utf-8"), "run tools/calibrate_matching.py"


def test_nothing_is_proposed_without_factors_but_what_was_confirmed() -> None:
    assert propose(["Beef"])[0] == ()
    confirmed = [confirmation("food.beef_herd", "Beef")]
    assert [each.key for each in propose(["Beef"], None, confirmed)[0]] == ["food.beef_herd"]


def test_the_verb_proposes_with_reasons_and_reads_confirmations(tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    names.write_text("name,category,brand,gtin\nBeef steak,,,\nMorning,,,\n", encoding="utf-8")
    before = tmp_path / "confirmed.csv"
    before.write_text("key,by,on,name\nfood.milk,Mei Lin,2026-11-23,morning\n", encoding="utf-8")
    ran = CliRunner().invoke(main, ["match", str(names), "--confirmed", str(before), "--json"])
    assert ran.exit_code == 0, ran.stderr
    first, second = json.loads(ran.stdout)
    assert (first["row"], first["candidates"][0]["key"]) == (2, "food.agribalyse.beef_steak")
    assert (second["candidates"][0]["key"], second["candidates"][0]["status"]) == ("food.milk", "proposed")
    before.write_text("key,by,on,name\nfood.milk,,2026-11-23,morning\n", encoding="utf-8")
    refused = CliRunner().invoke(main, ["match", str(names), "--confirmed", str(before)])
    assert refused.exit_code == 2
    assert "row 2: confirmation: by is empty" in refused.stderr


def test_a_file_without_names_is_an_error_in_a_sentence(tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    names.write_text("sku\n1\n", encoding="utf-8")
    ran = CliRunner().invoke(main, ["match", str(names)])
    assert ran.exit_code == 2
    assert "expected a column name" in ran.stderr


def test_the_room_s_door() -> None:
    assert isinstance(PACK, Pack)
    assert set(matching.__all__) >= {"propose", "Candidate", "Confirmation", "confirmed_keys"}


def test_a_confirmation_that_many_contradict_does_not_go_before_a_good_name() -> None:
    others = [confirmation("food.milk", f"Thing {n}", brand="B", category="C") for n in range(9)]
    confirmed = [*others, confirmation("food.apples", "Thing", brand="B", category="C")]
    found = propose(["Beef steak"], ["C"], confirmed, [PACK], brand=["B"])[0]
    shares = [each.confidence for each in found]
    assert shares == sorted(shares, reverse=True)
    assert found[0].key == "food.milk"
    assert found[-1].key != "food.milk"
