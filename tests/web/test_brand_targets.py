"""Targets: stated exactly, corrected by rows, withdrawn and never removed; what may be claimed about them is said."""

from __future__ import annotations

import html
import re
from decimal import Decimal

import pytest
from django.test import Client

from leafmark.web.brand.models import Actual, Target
from leafmark.web.brand.planning.targets_page import chart_of, reduction_of, standing_actuals
from leafmark.web.people.models import User
from leafmark.web.shelf.models import Brand

TARGETS = "/brand/mill/targets/"
FORM = {"name": "Electricity in use", "stage": "use", "unit": "", "base_year": "2020", "base": "1000.000001", "base_in": "t", "target_year": "2030",
        "reduction_percent": "42.5", "plan_url": ""}  # fmt: skip
ACTUAL = {"year": "2024", "amount": "900.5", "amount_in": "t", "source": "meters of all plants"}


def words(page: str) -> str:
    main = re.sub(r"<(svg|select).*?</\1>", "", page.partition("<main")[2], flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def made(client: Client, **more: str) -> str:
    answer = client.post(TARGETS, {**FORM, **more})
    assert answer.status_code == 302, words(answer.content.decode())
    return str(answer.headers["Location"])


def test_a_target_is_stated_to_the_microgram(mei: Client) -> None:
    made(mei)
    target = Target.objects.get()
    assert int(target.base_ug) == 1_000_000_001_000_000
    assert target.reduction_percent == Decimal("42.5")
    assert target.made_by.email == "mei@example.org"


def test_the_page_shows_path_actual_and_gap(mei: Client) -> None:
    address = made(mei, reduction_percent="42", base="1000")
    assert mei.post(address, ACTUAL).status_code == 302
    page = mei.get(address).content.decode()
    said = words(page)
    assert "42% less by 2030 than in 2020: from 1,000 t to 580 t." in said
    assert "2024: 900 t; the path asks for 832 t. 68.5 t above the path" in said
    assert page.count("<circle") == 1
    assert "4.2% of the base a year" in said
    assert "SBTi, Corporate Near-Term Criteria" in said
    assert "no validation" in said


def test_a_late_base_year_has_the_steeper_yardstick(mei: Client) -> None:
    """42 % by 2030 from 2022 too: 5.25 % of the base a year, 8 years."""
    page = mei.get(made(mei, base_year="2022", base="1000")).content.decode()
    said = words(page)
    assert "5.25% of the base a year" in said
    assert "at least 4.2% a year for 1.5 °C, counted from 2020 however late the base year is" in said
    assert "580 t" in said


def test_without_a_public_plan_nothing_may_be_claimed(mei: Client) -> None:
    said = words(mei.get(made(mei)).content.decode())
    assert "no plan at a public address: no claim may be made about it. Directive 2005/29/EC, Article 6(2)(d)" in said
    said = words(mei.get(made(mei, plan_url="https://mill.example/plan")).content.decode())
    assert "no claim may be made" not in said
    assert "verification by an independent expert" in said


def test_an_amount_per_unit_has_no_absolute_yardstick(mei: Client) -> None:
    page = mei.get(made(mei, unit="order", base="3", base_in="kg")).content.decode()
    assert "per order" in words(page)
    assert "line-contraction" not in page
    assert "no yardstick of an amount per unit" in words(page)


def test_what_is_sent_twice_is_done_once(mei: Client) -> None:
    address = made(mei)
    assert made(mei) == address
    assert Target.objects.count() == 1
    for _ in range(2):
        mei.post(address, ACTUAL)
    assert Actual.objects.count() == 1


def test_a_correction_is_another_row_and_the_newest_counts(mei: Client) -> None:
    address = made(mei)
    mei.post(address, ACTUAL)
    mei.post(address, {**ACTUAL, "amount": "880", "source": "meters, read again"})
    target = Target.objects.get()
    assert standing_actuals(target) == {2024: 880 * 10**12}
    assert Actual.objects.count() == 2
    said = words(mei.get(address).content.decode())
    assert "meters of all plants" in said
    assert "meters, read again" in said
    mei.post(address, ACTUAL)  # back to the first: a statement of its own
    assert standing_actuals(target) == {2024: 900_500_000_000_000}


def test_a_withdrawn_target_stays_to_be_seen_and_takes_nothing_more(mei: Client) -> None:
    address = made(mei)
    for _ in range(2):
        assert mei.post(f"{address}withdraw/").status_code == 302
    when = Target.objects.get().withdrawn_at
    assert when is not None
    assert "1 withdrawn target" in words(mei.get(TARGETS).content.decode())
    assert "Withdrawn on" in words(mei.get(address).content.decode())
    mei.post(address, ACTUAL)
    assert not Actual.objects.exists()
    assert made(mei) != address  # the same again is another one


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": ""}, "name"), ({"name": "x" * 121}, "name"), ({"name": "a\x00b"}, "name"), ({"stage": "all"}, "stage"), ({"unit": "u" * 61}, "unit"),
        ({"base_year": "1989"}, "base_year"), ({"base_year": "2027"}, "base_year"), ({"base_year": "２０２０"}, "base_year"),
        ({"target_year": "2020"}, "target_year"), ({"target_year": "2101"}, "target_year"), ({"base": "0"}, "base"), ({"base": "-1"}, "base"),
        ({"base": "1e40"}, "base"), ({"base": "NaN"}, "base"), ({"base": "Infinity"}, "base"), ({"base": "1,000"}, "base"),
        ({"base": "1e-13"}, "base"), ({"base": "1e999999999"}, "base"), ({"base_in": "stone"}, "base_in"), ({"reduction_percent": "0"}, "reduction_percent"),
        ({"reduction_percent": "100.01"}, "reduction_percent"), ({"reduction_percent": "1.234"}, "reduction_percent"),
        ({"plan_url": "javascript:alert(1)"}, "plan_url"), ({"plan_url": "mill.example"}, "plan_url"),
        ({"plan_url": "https://mill.example/" + "x" * 400}, "plan_url"),
    ],
)  # fmt: skip
def test_faults_of_a_target_are_named_by_field(mei: Client, sent: dict[str, str], field: str) -> None:
    answer = mei.post(TARGETS, {**FORM, **sent})
    assert answer.status_code == 422
    assert re.findall(r'id="fault_(\w+)"', answer.content.decode()) == [field]
    assert not Target.objects.exists()


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"year": "2020"}, "year"), ({"year": "2027"}, "year"), ({"year": "last"}, "year"), ({"amount": ""}, "amount"), ({"amount": "-1"}, "amount"),
     ({"amount_in": "x"}, "amount_in"), ({"source": ""}, "source"), ({"source": "s" * 301}, "source")],
)  # fmt: skip
def test_faults_of_an_actual_are_named_by_field(mei: Client, sent: dict[str, str], field: str) -> None:
    answer = mei.post(made(mei), {**ACTUAL, **sent})
    assert answer.status_code == 422
    assert re.findall(r'id="fault_(\w+)"', answer.content.decode()) == [field]
    assert not Actual.objects.exists()


def test_an_actual_of_nothing_is_nothing_and_not_unknown(mei: Client) -> None:
    address = made(mei)
    mei.post(address, {**ACTUAL, "amount": "0"})
    assert standing_actuals(Target.objects.get()) == {2024: 0}
    assert "below the path" in words(mei.get(address).content.decode())


def test_the_chart_stays_in_its_plane(mill: Brand, mei: Client) -> None:
    by = User.objects.get(email="mei@example.org")
    target = Target.objects.create(
        brand=mill, name="x", base_year=2020, base_ug=10, target_year=2021, reduction_percent=100, made_by=by
    )
    Actual.objects.create(target=target, year=2025, co2e_ug=10**30, source="s", by=by)
    from leafmark.inventory.targets.reduction import by_year

    chart = chart_of(by_year(reduction_of(target), standing_actuals(target)), True)
    for x, y in [
        tuple(map(float, corner.split(",")))
        for line in (chart.path, chart.contraction, chart.actual)
        for corner in line.split()
    ]:
        assert 0 <= x <= 320
        assert 0 <= y <= 160
    assert mei.get(f"{TARGETS}{target.pk}/").status_code == 200


def test_another_brands_target_is_not_there(mei: Client, mill: Brand) -> None:
    other = Brand.objects.get(slug="other")
    by = User.objects.get(email="mei@example.org")
    theirs = Target.objects.create(
        brand=other, name="x", base_year=2020, base_ug=10, target_year=2021, reduction_percent=10, made_by=by
    )
    for address in (f"{TARGETS}{theirs.pk}/", f"{TARGETS}{10**30}/"):
        assert mei.get(address).status_code == 404
        assert mei.post(address, ACTUAL).status_code == 404
        assert mei.post(f"{address}withdraw/").status_code == 404
    theirs.refresh_from_db()
    assert theirs.withdrawn_at is None


def test_hostile_texts_stay_texts(mei: Client) -> None:
    address = made(mei, name="<script>alert(1)</script>", unit="'; DROP TABLE brand_target; --")
    for page in (TARGETS, address):
        assert "<script>alert" not in mei.get(page).content.decode()
