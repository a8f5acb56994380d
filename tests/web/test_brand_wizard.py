"""The footprint wizard: step by step or from a published product, its figure is the engine's, and what is tried stands beside it."""

from __future__ import annotations

import datetime as dt
import html
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from planning_site import DAY

from leafmark import engine
from leafmark.engine.explain import explain
from leafmark.factors.model import builtin
from leafmark.products import imports
from leafmark.web.brand.models import Match, Upload
from leafmark.web.brand.planning import calculating, choosing, trying
from leafmark.web.brand.planning.state import Bill, Line, Tried, query, read
from leafmark.web.operate.packs.active import active_packs
from leafmark.web.people.models import User
from leafmark.web.shelf.models import Brand, Product, Publication

WIZARD = "/brand/mill/wizard/"
STEEL = Line("materials", "material.steel_cans", 0.6, "kg", "GB")


def words(page: str) -> str:
    """A page's words, its choices and pictures left out."""
    main = re.sub(r"<(svg|select).*?</\1>", "", page.partition("<main")[2], flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def ask(client: Client, address: str) -> str:
    answer = client.get(f"{WIZARD}{address}", follow=True)
    assert answer.status_code == 200, words(answer.content.decode())
    return words(answer.content.decode())


def begun(client: Client, product: str) -> str:
    answer = client.get(f"{WIZARD}?begin={product}")
    assert answer.status_code == 302
    return "?" + urlsplit(answer.headers["Location"]).query


def bill_of(address: str) -> Bill:
    from django.http import QueryDict

    state = read(QueryDict(address.removeprefix("?")))
    assert not state.faults
    return state.bill


def test_begun_from_a_published_product_it_gives_the_published_figure(mei: Client, mill: Brand) -> None:
    """To the microgram, with its range: the spread of an amount comes along."""
    kettle = Product.objects.get(product_id="KETTLE")
    bill = bill_of(begun(mei, "KETTLE"))
    assert (bill.kwh, bill.life, bill.grid) == (100, 5, "DE")
    row = trying.as_it_stands(bill, DAY).figures[trying.NOW].row
    for name in ("co2e_ug", "low_ug", "high_ug", "materials_ug", "use_ug", "end_of_life_ug"):
        assert row[name] == kettle.published.row[name], name
    assert "The same as the published figure of Kettle 1.7 L: 173 kg" in ask(mei, begun(mei, "KETTLE"))


def test_its_entries_are_those_of_an_explanation(mei: Client, mill_run: Path, mill: Brand) -> None:
    tree = explain(mill_run / "run", "id:CUP")
    entries = trying.as_it_stands(bill_of(begun(mei, "CUP")), DAY).figures[trying.NOW].entries
    theirs = [
        (line["key"], line["co2e_ug"], line["relative_sd"], line["region_used"])
        for stage in tree["stages"]
        for line in stage["lines"]
    ]
    assert [(each.line.key, each.co2e_ug, each.factor_sd, each.place) for each in entries] == theirs


def test_a_product_is_built_step_by_step(mei: Client) -> None:
    page = mei.get(f"{WIZARD}?v=1&name=Tin&step=materials&a_q=steel").content.decode()
    link = html.unescape(
        next(
            found
            for found in re.findall(r'href="([^"]+)"', page)
            if "a_key=material.steel_cans&" in html.unescape(found)
        )
    )
    form = mei.get(f"{WIZARD}{link.partition('#')[0]}").content.decode()
    sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    answer = mei.get(WIZARD, {**sent, "a_amount": "0.6", "a_unit": "kg", "a_region": "GB"})
    address = answer.headers["Location"]
    assert bill_of("?" + urlsplit(address).query).lines == (STEEL,)
    assert "1.72 kg" in ask(mei, "?" + urlsplit(address).query)
    assert "part of the life cycle" in ask(mei, query(bill_of("?" + urlsplit(address).query), step="result"))


def test_load_and_distance_are_tonne_kilometres(mei: Client) -> None:
    sent = {
        "v": "1",
        "step": "transport",
        "do": "add",
        "a_key": "freight.rail",
        "a_mass": "250",
        "a_distance": "1200.1",
        "a_region": "GB",
    }
    bill = bill_of("?" + urlsplit(mei.get(WIZARD, sent).headers["Location"]).query)
    assert bill.lines == (Line("transport", "freight.rail", 300.025, "t_km", "GB"),)


def test_a_line_is_changed_and_taken_out(mei: Client) -> None:
    bill = Bill(lines=(STEEL, Line("materials", "material.glass", 1.0, "kg", "GB")))
    form = mei.get(WIZARD + query(bill, step="materials", a_edit="2")).content.decode()
    assert 'name="a_amount" inputmode="decimal" value="1"' in form
    changed = mei.get(
        WIZARD
        + query(
            bill,
            step="materials",
            do="add",
            a_edit="2",
            a_key="material.glass",
            a_amount="2",
            a_unit="kg",
            a_region="GB",
        )
    )
    assert bill_of("?" + urlsplit(changed.headers["Location"]).query).lines[1].amount == 2
    out = mei.get(WIZARD + query(bill, step="materials", out="1"))
    assert bill_of("?" + urlsplit(out.headers["Location"]).query).lines == bill.lines[1:]


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ({"a_key": "material.glass", "a_amount": "abc"}, "amount", "abc is no number"),
        ({"a_key": "material.glass"}, "amount", "fill this in"),
        ({"a_key": "material.glass", "a_amount": "1", "a_unit": "kWh"}, "unit", "kWh does not convert"),
        ({"a_key": "material.glass", "a_amount": "1", "a_unit": "stone"}, "unit", "stone is no unit"),
        ({"a_key": "material.glass", "a_amount": "1", "a_region": "Atlantis"}, "region", "Atlantis is no place"),
        ({"a_key": "material.glass", "a_mass": "1", "a_distance": "2"}, "amount", "not counted by load"),
        ({"a_key": "material.glass", "a_amount": "-1"}, "amount", "-1 is out of bounds"),
        ({"a_key": "material.glass", "a_amount": "1", "a_gsd": "0.2"}, "gsd", "0.2 is out of bounds"),
        ({"a_key": "freight.rail", "a_mass": "1", "a_distance": ""}, "distance", "is no number"),
    ],
)  # fmt: skip
def test_faults_of_a_line_are_named_by_field(mei: Client, sent: dict[str, str], field: str, said: str) -> None:
    answer = mei.get(WIZARD, {"v": "1", "step": "materials", "do": "add", **sent})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f'id="fault_{field}"' in page
    assert said in words(page)


def test_a_key_that_is_none_is_refused(mei: Client) -> None:
    answer = mei.get(
        WIZARD, {"v": "1", "step": "materials", "do": "add", "a_key": "material.unobtainium", "a_amount": "1"}
    )
    assert answer.status_code == 400
    assert "choose what it is from the list" in words(answer.content.decode())


def test_what_the_engine_refuses_makes_the_figure_unknown(mei: Client) -> None:
    for line, said in {
        Line("materials", "material.unobtainium", 1.0, "kg"): "there is no factor material.unobtainium",
        Line("materials", "material.glass", 1.0, "kWh", "GB"): "kWh does not convert",
        Line(
            "materials", "material.glass", 1.0, "kg", "CN"
        ): "there is no whole factor of material.glass for this place",
        Line("materials", "material.glass", 1.0, "kg", "XX-9"): "XX-9 is no place",
        Line("materials", "material.glass", -1.0, "kg", "GB"): "a negative amount must say",
    }.items():
        page = ask(mei, query(Bill(lines=(STEEL, line)), step="result"))
        assert "The figure is not known" in page
        assert f"Line 2: {said}" in page
        assert "1.72 kg" not in page


def test_a_broken_address_says_what_is_wrong_and_gives_no_figure(mei: Client) -> None:
    page = ask(mei, query(Bill(lines=(STEEL,)), step="result") + "&l=%3Cscript%3E&wy=abc")
    assert "Line 2: <script> cannot be read" in page
    assert "Lifetime: abc is no number" in page
    assert "1.72 kg" not in page
    assert "Go on without" in page
    answer = mei.get(WIZARD + "?name=" + "x" * 8_100)
    assert answer.status_code == 400
    assert "too long" in words(answer.content.decode())


def test_hostile_texts_stay_texts(mei: Client) -> None:
    bill = Bill(name="<script>alert(1)</script>", cat="'; DROP TABLE shelf_product; --", lines=(STEEL,))
    page = mei.get(WIZARD + query(bill, step="result")).content.decode()
    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;" in page
    assert Product.objects.exists()


def compared(bill: Bill, tried: Tried) -> trying.Compared:
    trial = trying.apply(bill, tried, DAY)
    assert not trial.faults
    found = trying.compare(bill, trial, DAY)
    assert found is not None
    return found


def test_another_place_of_manufacture_changes_making_alone(mei: Client, mill: Brand) -> None:
    found = compared(bill_of(begun(mei, "KETTLE")), Tried(wp="FR"))
    changed = {each.stage for each in found.stages if each.now_ug != each.then_ug}
    assert changed == {"manufacturing"}
    assert found.whole.co2e_ug == found.then.row["co2e_ug"] - found.now.row["co2e_ug"] < 0
    assert found.whole.relation == "lower"
    assert found.differs is None


def test_what_both_share_is_drawn_once(mei: Client, mill: Brand) -> None:
    """168 kg of use are 20 % unsure; half a kilogram less in making is sure all the same."""
    found = compared(bill_of(begun(mei, "KETTLE")), Tried(wp="FR"))
    width = found.now.row["high_ug"] - found.now.row["low_ug"]
    assert found.whole.high_ug - found.whole.low_ug < width / 50


def test_another_material_keeps_its_amount(mei: Client, mill: Brand) -> None:
    found = compared(bill_of(begun(mei, "KETTLE")), Tried(wl=1, wk="material.aluminium", wr="GB"))
    alone = trying.as_it_stands(Bill(lines=(Line("materials", "material.aluminium", 0.6, "kg", "GB"), STEEL)), DAY)
    aluminium, steel = (each.co2e_ug for each in alone.figures[trying.NOW].entries)
    assert found.whole.co2e_ug == aluminium - steel
    assert found.whole.relation == "higher"


def test_another_lifetime_is_judged_by_the_year(mei: Client, mill: Brand) -> None:
    bill = bill_of(begun(mei, "KETTLE"))
    found = compared(bill, Tried(wy=10.0))
    assert found.differs == "lifetime_years"
    assert found.whole.co2e_ug == found.now.row["use_ug"]  # twice the years, twice the use
    assert found.per_year is not None
    now, then, difference = found.per_year
    assert then.row["co2e_ug"] < now.row["co2e_ug"]
    assert found.judged is difference
    assert difference.relation == "lower"
    assert abs(now.row["co2e_ug"] * 5 - found.now.row["co2e_ug"]) <= 5 * len(now.entries)
    page = ask(mei, query(bill, Tried(wy=10.0), step="result"))
    assert "Surely lower. This is said of a year of use" in page
    assert "would not be ranked by their whole figures" in page


def test_another_grid_of_use_is_another_situation(mei: Client, mill: Brand) -> None:
    found = compared(bill_of(begun(mei, "KETTLE")), Tried(wg="FR"))
    assert {each.stage for each in found.stages if each.now_ug != each.then_ug} == {"use"}
    assert found.differs == "use_region"


def test_a_factor_without_the_place_stays_where_it_is(mei: Client, mill: Brand) -> None:
    bill = Bill(
        lines=(
            Line("manufacturing", "fuel.diesel", 1.0, "L", "GB"),
            Line("manufacturing", "electricity.grid", 1.0, "kWh", "CN"),
        )
    )
    trial = trying.apply(bill, Tried(wp="DE"), DAY)
    assert [line.region for line in trial.bill.lines] == ["GB", "DE"]
    assert trial.kept == bill.lines[:1]
    assert "stays where it is" in ask(mei, query(bill, Tried(wp="DE"), step="result"))


def test_what_cannot_be_tried_says_why(mei: Client) -> None:
    bill = Bill(lines=(STEEL,))
    assert "Lifetime: the lifetime in years is needed" in ask(mei, query(bill, Tried(wy=3.0), step="result"))
    assert "Line 1: kg does not convert" in ask(
        mei, query(bill, Tried(wl=1, wk="freight.rail", wr="GB"), step="result")
    )
    assert "Line 1: there is no factor no.such" in ask(mei, query(bill, Tried(wl=1, wk="no.such"), step="result"))
    assert "Nothing changes by this" in ask(mei, query(bill, Tried(wp="FR"), step="result"))
    assert "Difference" not in ask(mei, query(bill, Tried(wp="FR"), step="result") + "&wy=abc").partition("What if")[2]


def test_another_material_is_offered_in_the_unit_that_fits(mei: Client) -> None:
    page = mei.get(WIZARD + query(Bill(lines=(STEEL,)), Tried(wl=1), step="result", a_q="aluminium")).content.decode()
    address = next(
        html.unescape(each)
        for each in re.findall(r'href="(\?[^"]+)"', page)
        if "wk=material.aluminium&" in html.unescape(each)
    )
    assert {"wl": "1", "wk": "material.aluminium", "wr": "GB"}.items() <= dict(parse_qsl(address[1:])).items()
    assert "wu" not in dict(parse_qsl(address[1:]))


def test_the_result_says_that_it_is_no_label(mei: Client) -> None:
    page = mei.get(WIZARD + query(Bill(name="Tin", lines=(STEEL,)), step="result")).content.decode()
    assert "Not published. A calculation from what you entered. It is not published and no label." in words(page)
    for mark in ("PREVIEW", "預覽", "预览"):
        assert f">{mark}</text>" in page
    assert page.count("Declared figure; no class is claimed") == 1
    for lang in ("zh-hant", "zh-hans"):
        assert mei.get(f"/{lang}{WIZARD}" + query(Bill(name="Tin", lines=(STEEL,)), step="result")).status_code == 200


def test_nothing_is_stored(mei: Client, mill: Brand) -> None:
    before = Publication.objects.count(), Upload.objects.count()
    ask(mei, query(bill_of(begun(mei, "KETTLE")), Tried(wp="FR"), step="result"))
    assert (Publication.objects.count(), Upload.objects.count()) == before


def test_its_files_come_back_by_the_import(mei: Client, mill: Brand, tmp_path: Path) -> None:
    address = begun(mei, "KETTLE")
    bill = bill_of(address)
    for name in ("bill", "product"):
        answer = mei.get(f"{WIZARD}{name}.csv{address}")
        assert answer.headers["Content-Type"].startswith("text/csv")
        (tmp_path / f"{name}.csv").write_bytes(b"".join(answer.streaming_content))
    products = imports.read_products(tmp_path / "product.csv")
    bills = imports.read_bills(tmp_path / "bill.csv", keys=imports.keys_of([builtin()]))
    checked = imports.check(products, bills)
    assert not checked.products.faults
    assert not checked.bills.faults
    assert not checked.warnings
    assert checked.products.rows.column("lifetime_years").to_pylist() == [5.0]
    run = engine.footprint(imports.engine_bill(checked.bills), out=tmp_path / "run", known_on=DAY)
    made = run.table("products").to_pylist()[0]
    row = trying.as_it_stands(bill, DAY).figures[trying.NOW].row
    assert {name: made[name] for name in ("co2e_ug", "low_ug", "high_ug")} == {
        name: row[name] for name in ("co2e_ug", "low_ug", "high_ug")
    }


def test_a_credit_and_a_formula_come_back_as_they_were(mei: Client, tmp_path: Path) -> None:
    credit = Line(
        "end_of_life",
        "material.steel_cans",
        -0.123,
        "kg",
        "GB",
        gsd=1.5,
        day=dt.date(2025, 3, 1),
        credit=True,
        primary=True,
    )
    bill = Bill(id="=1+1", name="@x", lines=(STEEL, credit))
    (tmp_path / "bill.csv").write_bytes(b"".join(mei.get(f"{WIZARD}bill.csv{query(bill)}").streaming_content))
    rows = imports.read_bills(tmp_path / "bill.csv", keys=imports.keys_of([builtin()])).rows.to_pylist()
    assert [row["amount"] for row in rows] == [0.6, -0.123]
    assert (rows[1]["kind"], rows[1]["amount_gsd"], rows[1]["date"], rows[1]["primary"]) == (
        "credit",
        1.5,
        credit.day,
        True,
    )
    assert b"'=1+1" in (tmp_path / "bill.csv").read_bytes()


def test_no_file_is_made_of_what_cannot_be_read(mei: Client) -> None:
    assert mei.get(f"{WIZARD}bill.csv").status_code == 400
    assert mei.get(f"{WIZARD}bill.csv{query(Bill(lines=(STEEL,)))}&l=zzz").status_code == 400


def test_a_product_that_no_wizard_begins_from_says_why(mei: Client, mill: Brand) -> None:
    answer = mei.get(f"{WIZARD}?begin=BOX")
    assert answer.status_code == 409
    assert "could not be calculated, so no wizard begins" in words(answer.content.decode())
    assert mei.get(f"{WIZARD}?begin=SPOON").status_code == 404  # another brand's
    assert mei.get(f"{WIZARD}?begin=NO-SUCH").status_code == 404
    forged = Bill(lines=(STEEL,), begun="SPOON")
    assert "Spoon of another" not in ask(mei, query(forged, step="result"))


@pytest.mark.parametrize("stage", list(choosing.USUAL))
def test_what_is_usual_is_there(mill: Brand, stage: str) -> None:
    found = [each.key for each in choosing.find("", stage, mill, DAY)]
    assert found == list(choosing.USUAL[stage])


@pytest.mark.parametrize(
    ("said", "key"),
    [("cardboard", "material.corrugated_board"), ("纸板", "material.corrugated_board"), ("玻璃", "material.glass")],
)
def test_keys_are_found_in_two_languages(mill: Brand, said: str, key: str) -> None:
    assert key in [each.key for each in choosing.find(said, "packaging", mill, DAY)]


def test_what_the_brands_people_confirmed_goes_first(mei: Client, mill: Brand) -> None:
    by = User.objects.get(email="mei@example.org")
    Match.objects.create(brand=mill, name="Body sheet", key="material.aluminium", by=by)
    Match.objects.create(brand=Brand.objects.get(slug="other"), name="Body sheet", key="material.glass", by=by)
    first = choosing.find("body sheet", "materials", mill, DAY)[0]
    assert (first.key, first.confirmed) == ("material.aluminium", True)
    assert "confirmed by your people" in ask(mei, "?v=1&step=materials&a_q=Body+sheet")


def test_only_what_the_method_can_use_is_offered(mill: Brand) -> None:
    for words_ in ("refrigerant", "R410A", "declared", "flight"):
        for each in choosing.find(words_, "materials", mill, DAY):
            assert not each.key.startswith(choosing.NOT_OFFERED)
            assert all(calculating.serves(each.key, place, DAY, active_packs()) for place in each.places)
