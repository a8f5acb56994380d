"""Points and redemptions: one press is one reward, whatever happens to the answer."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from consumers import ANN_ACCOUNT, BOB_ACCOUNT, City
from django.test import Client

from leafmark.engine.sentences import LANGS
from leafmark.ledger import person
from leafmark.web.me.rewards import FILE, RewardsError, read, rewards

FORM = re.compile(
    r'name="redemption" value="(\d+)">\s*<input type="hidden" name="reward" value="(\w+)">\s*<input type="hidden" name="points" value="(\d+)">'
)


def forms(client: Client) -> dict[str, dict[str, str]]:
    """The forms of the page as a browser would send them, by reward."""
    html = client.get("/me/points/").content.decode()
    return {
        reward: {"redemption": made, "reward": reward, "points": points} for made, reward, points in FORM.findall(html)
    }


def press(client: Client, form: dict[str, str], follow: bool = True) -> str:
    return client.post("/me/points/redeem/", form, follow=follow).content.decode()


def test_a_press_holds_the_points_and_shows_the_redemption(city: City) -> None:
    client, before = city.client(city.ann), city.ledger.balance(ANN_ACCOUNT).points
    form = forms(client)["parcel_locker"]
    page = press(client, form)
    assert form["redemption"] in page
    assert city.ledger.balance(ANN_ACCOUNT).points == before - 40


def test_a_double_click_and_a_lost_reply_are_one_redemption_and_one_answer(city: City) -> None:
    client = city.client(city.ann)
    form, before = forms(client)["parcel_locker"], city.ledger.balance(ANN_ACCOUNT).points
    client.post("/me/points/redeem/", form)  # its answer is lost
    answers = [client.post("/me/points/redeem/", form) for _ in range(3)]
    assert {each.headers["Location"] for each in answers} == {f"/me/points/{form['redemption']}/"}
    assert city.ledger.balance(ANN_ACCOUNT).points == before - 40
    assert len(person.redemptions(city.ledger, ANN_ACCOUNT)) == 1


def test_a_replay_is_the_same_after_the_price_changed_and_the_points_are_gone(city: City, tmp_path: Path) -> None:
    client = city.client(city.ann)
    form = forms(client)["parcel_locker"]
    first = press(client, form)
    city.ledger.redeem(ANN_ACCOUNT, 77, city.ledger.balance(ANN_ACCOUNT).points, "all")
    shipped = (Path(person.__file__).parents[1] / "web/me" / FILE).read_text(encoding="utf-8")
    (tmp_path / FILE).write_text(shipped.replace("points = 40", "points = 45"), encoding="utf-8")
    again = client.post("/me/points/redeem/", form)
    assert again.headers["Location"] == f"/me/points/{form['redemption']}/"
    assert form["redemption"] in first


def test_a_new_price_is_not_charged_to_a_page_with_the_old_one(city: City, tmp_path: Path) -> None:
    client = city.client(city.ann)
    form, before = forms(client)["parcel_locker"], city.ledger.balance(ANN_ACCOUNT).points
    shipped = (Path(person.__file__).parents[1] / "web/me" / FILE).read_text(encoding="utf-8")
    (tmp_path / FILE).write_text(shipped.replace("points = 40", "points = 45"), encoding="utf-8")
    assert "price has changed" in press(client, form)
    assert city.ledger.balance(ANN_ACCOUNT).points == before


def test_two_tabs_cannot_spend_the_same_points(city: City) -> None:
    client = city.client(city.ann)
    one, two = forms(client)["repair_voucher"], forms(client)["repair_voucher"]
    assert one["redemption"] != two["redemption"]
    city.ledger.redeem(ANN_ACCOUNT, 1, city.ledger.balance(ANN_ACCOUNT).points - 200, "sewing_kit")
    before = city.ledger.balance(ANN_ACCOUNT).points
    assert before == 200
    press(client, one)
    assert "not enough points" in press(client, two)
    assert city.ledger.balance(ANN_ACCOUNT).points == before - 150 >= 0


def test_many_tabs_at_once_never_overdraw(city: City) -> None:
    """The ledger under the page's own command, from threads."""
    before = city.ledger.balance(ANN_ACCOUNT).points
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda made: city.ledger.redeem(ANN_ACCOUNT, made, 40, "parcel_locker"), range(1, 25)))
    served = sum(type(each).__name__ == "Accepted" for each in outcomes)
    assert served == before // 40
    assert city.ledger.balance(ANN_ACCOUNT).points == before - 40 * served >= 0


@pytest.mark.parametrize("changes", [
    {"redemption": "x"}, {"redemption": "0"}, {"redemption": "-5"}, {"redemption": str(2**63)}, {"reward": "yacht"},
    {"redemption": ""}, {"points": "1"}, {"points": "-40"}, {"reward": "'; DROP TABLE event; --"},
])  # fmt: skip
def test_a_forged_form_takes_nothing(city: City, changes: dict[str, str]) -> None:
    client, before = city.client(city.ann), city.ledger.balance(ANN_ACCOUNT).points
    answer = client.post("/me/points/redeem/", forms(client)["parcel_locker"] | changes)
    assert answer.status_code in (400, 409)
    assert city.ledger.balance(ANN_ACCOUNT).points == before


def test_a_form_used_for_another_reward_takes_nothing_more(city: City) -> None:
    client = city.client(city.ann)
    form = forms(client)["parcel_locker"]
    press(client, form)
    before = city.ledger.balance(ANN_ACCOUNT).points
    assert "used for another reward" in press(client, form | {"reward": "repair_voucher", "points": "150"})
    assert city.ledger.balance(ANN_ACCOUNT).points == before


def test_a_redemption_is_given_back_once(city: City) -> None:
    client, before = city.client(city.ann), city.ledger.balance(ANN_ACCOUNT).points
    form = forms(client)["parcel_locker"]
    press(client, form)
    for _ in range(2):
        client.post(f"/me/points/{form['redemption']}/give-back/")
    assert city.ledger.balance(ANN_ACCOUNT).points == before


def test_what_was_served_is_not_given_back(city: City) -> None:
    client = city.client(city.ann)
    form = forms(client)["parcel_locker"]
    press(client, form)
    city.ledger.settle(ANN_ACCOUNT, int(form["redemption"]), "posted")
    held = city.ledger.balance(ANN_ACCOUNT)
    answer = client.post(f"/me/points/{form['redemption']}/give-back/")
    assert answer.status_code == 409
    assert "served already" in answer.content.decode()
    assert city.ledger.balance(ANN_ACCOUNT) == held


def test_anothers_redemption_is_not_there(city: City) -> None:
    ann, bob = city.client(city.ann), city.client(city.bob)
    form = forms(ann)["parcel_locker"]
    press(ann, form)
    assert bob.get(f"/me/points/{form['redemption']}/").status_code == 404
    assert bob.post(f"/me/points/{form['redemption']}/give-back/").status_code == 404
    assert city.ledger.balance(ANN_ACCOUNT).held == 40
    press(bob, form)  # an id belongs to an account: Bob's is another redemption, of his own points
    assert city.ledger.balance(BOB_ACCOUNT).held == 40
    assert city.ledger.balance(ANN_ACCOUNT).held == 40


def test_a_form_without_its_token_changes_nothing(city: City) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(city.ann, "django.contrib.auth.backends.ModelBackend")
    assert (
        client.post("/me/points/redeem/", {"redemption": "5", "reward": "parcel_locker", "points": "40"}).status_code
        == 403
    )
    assert city.ledger.balance(ANN_ACCOUNT).held == 0


def test_points_and_redeeming_are_never_a_link(city: City) -> None:
    client = city.client(city.ann)
    assert client.get("/me/points/redeem/").status_code == 405
    assert client.get("/me/points/5/give-back/").status_code == 405


def test_the_shipped_rewards_speak_three_languages_and_offset_nothing() -> None:
    found = read((Path(person.__file__).parents[1] / "web/me" / FILE).read_text(encoding="utf-8"), FILE)
    assert [each.points for each in found.values()] == sorted(each.points for each in found.values())
    for each in found.values():
        assert set(each.name) == set(each.what) == set(LANGS)
        assert not re.search(r"offset|neutral|tree|climate", f"{each.name['en']} {each.what['en']}", re.I)


@pytest.mark.parametrize(("text", "said"), [
    ("[bag]\npoints = 0", "[bag]: points: found 0"), ("[bag]\npoints = true", "points: found True"),
    ("[bag]\npoints = 5\nname = { en = 'Bag' }", "name: found {'en': 'Bag'}, expected a text for each of en, zh-Hant, zh-Hans"),
    ("bag = 5", "expected a table"), ("[bag", "no TOML"),
])  # fmt: skip
def test_a_wrong_catalogue_says_which_reward_and_field(city: City, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(RewardsError, match=re.escape(said)):
        rewards()
