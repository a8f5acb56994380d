"""Rules and word lists are data: those shipped hold together, and a faulty one is named by file, rule and field."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from importlib import resources

import pytest

from leafmark.products.claims import MARKETS, evidence_kinds, parse_rules, rule_content, rules_for, shipped_rules
from leafmark.products.claims.model import TRIGGERS
from leafmark.products.claims.word_lists import LANGUAGES, parse_topic, shipped_topics

GOOD = """
version = "1"
jurisdiction = "xx"
[[rules]]
id = "xx.a"
severity = "banned"
valid_from = 2026-01-01
topics = ["generic"]
lifted_by = [["licence"]]
message = "generic"
[rules.source]
act = "Act"
article = "1"
url = "https://example.org"
read = false
"""
KINDS_OF_THE_ISSUE = {
    "generic claims": {"eu.generic", "uk.vague", "us.general-benefit", "cn.vague"},
    "neutrality by offsets": {"eu.offsets", "uk.neutral", "us.offsets", "fr.neutral"},
    "self-made label or letter": {"eu.label", "uk.label", "us.seal", "cn.label"},
    "part as the whole": {"eu.whole", "uk.whole", "us.whole"},
    "legal duty as merit": {"eu.legal-duty", "uk.legal-duty"},
    "future claims": {"eu.future", "uk.future"},
    "comparisons": {"eu.comparison", "uk.comparison", "us.comparison"},
    "brand names": {"eu.brand", "uk.brand", "us.brand"},
    "avoided emissions": {"house.avoided-counterfactual", "house.avoided-apart"},
    "expired or retired": {"house.expired-evidence", "house.retired-factors"},
    "China's marks": {"cn.green-product-mark", "cn.carbon-footprint-mark"},
    "French textile score": {"fr.textile-score"},
    "the house": {"house.comparison-set", "house.channel-criterion"},
}
ARTICLES = {
    "eu.label": "point 2a", "eu.generic": "point 4a", "eu.whole": "point 4b", "eu.offsets": "point 4c",
    "eu.legal-duty": "point 10a", "eu.future": "6(2)(d)", "eu.comparison": "7(7)", "us.general-benefit": "260.4",
    "us.offsets": "260.5", "us.seal": "260.6", "fr.biodegradable": "541-9-1", "fr.neutral": "229-68",
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS_OF_THE_ISSUE)
def test_every_kind_of_rule_is_there(kind: str) -> None:
    assert KINDS_OF_THE_ISSUE[kind] <= {rule.id for rule in shipped_rules()}


@pytest.mark.parametrize("rule", ARTICLES)
def test_a_rule_names_its_article(rule: str) -> None:
    (found,) = [each for each in shipped_rules() if each.id == rule]
    assert ARTICLES[rule] in found.source.article


def test_every_rule_of_a_law_has_an_address_and_says_whether_it_was_read() -> None:
    for rule in shipped_rules():
        assert rule.source.url.startswith("https://") or rule.jurisdiction == "house"
    unread = {rule.jurisdiction for rule in shipped_rules() if not rule.source.read}
    assert "eu" in unread, "the directive's own text was not read when its rules were written"


def test_ids_are_unique_and_every_topic_and_kind_of_evidence_is_used() -> None:
    rules = shipped_rules()
    assert len({rule.id for rule in rules}) == len(rules)
    used = {topic for rule in rules for topic in (*rule.topics, *rule.lifted_by_topics, *rule.unless_inside)}
    assert used == set(shipped_topics())
    assert {kind for rule in rules for way in rule.lifted_by for kind in way} == set(evidence_kinds())
    assert {rule.trigger for rule in rules} == set(TRIGGERS)


def test_every_word_list_has_five_languages() -> None:
    folder = resources.files("leafmark.products.claims") / "topics"
    for each in folder.iterdir():
        data = tomllib.loads(each.read_text(encoding="utf-8"))
        assert set(LANGUAGES) <= set(data), each.name


def test_the_house_s_rules_hold_on_every_market_and_a_law_only_on_its_own() -> None:
    day = date(2026, 11, 26)
    for market, jurisdictions in MARKETS.items():
        assert {rule.jurisdiction for rule in rules_for((market,), day)} == {*jurisdictions, "house"}


@pytest.mark.parametrize("markets", [(), ("mars",), ("eu", "mars")])
def test_a_market_without_rules_is_refused(markets: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="expected one or more of eu"):
        rules_for(markets, date(2026, 11, 26))


def test_rules_are_json() -> None:
    for rule in shipped_rules():
        assert json.loads(json.dumps(rule_content(rule)))["id"] == rule.id


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('version = "1"', "version = 1", "xx.toml, version: expected a text, found 1"),
        ('severity = "banned"', 'severity = "bad"', "rule xx.a, severity: expected one of banned"),
        ('id = "xx.a"', 'id = "yy.a"', "expected xx.something"),
        ('id = "xx.a"\n', "", "rule number 1, id: is missing"),
        ("2026-01-01", '"2026"', "valid_from: expected date, found '2026'"),
        ("2026-01-01", "2026-01-01\nvalid_to = 2025-01-01", "expected a day after 2026-01-01"),
        ('["generic"]', '["grass"]', "topics: expected one of .*found 'grass'"),
        ('["generic"]', "[]", "expected some for a rule of words"),
        ('[["licence"]]', '[["hope"]]', "expected a kind of evidence_kinds.toml, found 'hope'"),
        ('[["licence"]]', '["licence"]', "expected lists of kinds"),
        ('message = "generic"', 'message = "hm"', "message: expected a name under"),
        ("read = false", "", "source.read: is missing"),
        ('url = "https://example.org"', 'url = ""', "source.url: expected str, found ''"),
        ('article = "1"', 'article = "1"\npage = 3', "source.page: expected one of act"),
        ('act = "Act"', 'act = "Act', "not TOML"),
    ],
)
def test_a_faulty_rule_is_refused_with_file_rule_and_field(old: str, new: str, said: str) -> None:
    parse_rules(GOOD, "xx.toml")
    with pytest.raises(ValueError, match=said):
        parse_rules(GOOD.replace(old, new, 1), "xx.toml")


def test_all_faults_of_a_file_come_at_once_and_a_rule_stands_once() -> None:
    twice = GOOD + GOOD[GOOD.index("[[rules]]") :].replace("banned", "bad")
    with pytest.raises(ValueError, match="severity") as caught:
        parse_rules(twice, "xx.toml")
    assert "id: expected once, found twice" in str(caught.value)


def test_a_faulty_word_list_is_refused_with_file_and_field() -> None:
    lists = "\n".join(f'{language} = ["eco"]' for language in LANGUAGES)
    assert parse_topic("x", lists, "x.toml").phrases
    for old, new, said in [
        ('fr = ["eco"]', "", "x.toml, fr: expected a list of phrases, found None"),
        ('de = ["eco"]', 'de = ["... eco"]', r"x.toml, de\[0\]: '... eco': expected words at both ends"),
        ('en = ["eco"]', 'en = ["eco"]\nit = ["eco"]', "x.toml, it: expected one of en"),
    ]:
        with pytest.raises(ValueError, match=said):
            parse_topic("x", lists.replace(old, new), "x.toml")
