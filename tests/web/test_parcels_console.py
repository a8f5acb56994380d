"""Parcels in the console: who may do what, what is sent and refused, and that the pages show what the packer said."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from operators import fresh, hold_to_roles, text_of
from parcels_site import ASKED, CARTONS, ORDERS, files, packed, parcels_site  # noqa: F401

from leafmark.parcels.drawing.slip import slip_policy
from leafmark.parcels.reasons import PACKING
from leafmark.web import languages
from leafmark.web.jobs import run as jobs
from leafmark.web.jobs.models import FAILED
from leafmark.web.parcels import kernel
from leafmark.web.parcels.factors import materials_of
from leafmark.web.parcels.forms import CARTONS_BYTES_MAX
from leafmark.web.parcels.models import PackingPlan

numba = pytest.importorskip("numba", reason="packing needs the extra `parcels`")
pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(roles: dict[str, Client], parcels_site: Path) -> Client:  # noqa: F811
    return roles["operator"]


def rows_of(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_operators_pack_auditors_look_and_nobody_else_sees_it(roles: dict[str, Client], operator: Client) -> None:
    plan = packed(operator)
    here = f"/operate/parcels/{plan.pk}/"
    hold_to_roles(
        roles, ["/operate/parcels/", "/operate/parcels/sample/orders.csv", here, f"{here}of/1/", f"{here}of/1/slip/", f"{here}parcels.csv", f"{here}booked.csv"],
        {"/operate/parcels/": {**ASKED, "sample": "on"}},
    )  # fmt: skip
    for role in ("nobody", "consumer", "member", "auditor"):
        assert roles[role].post(f"{here}remove/").status_code == 403
    assert PackingPlan.objects.filter(pk=plan.pk).exists()


def test_a_plan_is_shown_as_the_packer_made_it(operator: Client) -> None:
    """The same files through Python: the same parcels, to the gram."""
    from leafmark.parcels.decision import Haul
    from leafmark.parcels.packing import cartonize

    plan = packed(operator)
    cartons = list(csv.DictReader(io.StringIO(CARTONS)))
    made = cartonize(
        list(csv.DictReader(io.StringIO(ORDERS))), cartons, haul=Haul(120, 0.782), materials=materials_of(cartons)
    )
    here = f"/operate/parcels/{plan.pk}/"
    shown = rows_of(operator.get(f"{here}parcels.csv"))
    assert [(row["order_id"], row["carton_id"], int(row["decision_co2e_mg"])) for row in shown] == [
        (row["order_id"], row["carton_id"], row["decision_co2e_mg"]) for row in made.parcels.to_pylist()
    ]
    assert len(rows_of(operator.get(f"{here}placements.csv"))) == made.placements.num_rows
    unpacked = rows_of(operator.get(f"{here}unpacked.csv"))
    assert {row["item_id"]: row["reason"] for row in unpacked} == {
        "piano": "larger_than_every_carton",
        "mug": "unreadable",
    }
    text = text_of(operator.get(here))
    assert languages.say("en", "parcels.reason.larger_than_every_carton") in text
    assert "&lt;b&gt;&amp;&#34;x&#34;" in text
    assert "<b>&" not in text
    assert languages.say("en", "parcels.booked_what") in text
    assert "parcels.decision@" in text
    assert languages.say("en", "parcels.refused_cartons") in text
    for lang in ("zh-hant", "zh-hans"):
        assert languages.say(languages.TAGS[lang], "parcels.reason.unreadable") in text_of(
            operator.get(f"/{lang}{here}")
        )


def test_decision_and_booked_grams_stand_side_by_side(operator: Client) -> None:
    """Booked by hand: board at DESNZ's 1.1997 kg/kg, and the gross mass over 120 km at 0.6313 + 0.1510 kg/tkm; by mass, not by room."""
    plan = packed(operator)
    here = f"/operate/parcels/{plan.pk}/"
    rows = rows_of(operator.get(f"{here}booked.csv"))
    made = {(r["order_id"], r["parcel_no"]): r for r in rows_of(operator.get(f"{here}parcels.csv"))}
    assert len(rows) == len(made)
    whole = 0.0
    for row in rows:
        parcel = made[row["order_id"], row["parcel_no"]]
        gross_kg = (int(parcel["contents_g"]) + int(parcel["tare_g"])) / 1e3
        freight_ug = gross_kg / 1e3 * float(parcel["distance_km"]) * (0.63131 + 0.15095) * 1e9
        assert int(row["booked_packaging_co2e_ug"]) == pytest.approx(
            int(parcel["tare_g"]) / 1e3 * 1.19972542 * 1e9, rel=1e-3
        )
        assert int(row["booked_freight_co2e_ug"]) == pytest.approx(freight_ug, rel=1e-3)
        assert int(row["decision_haul_co2e_mg"]) == int(parcel["haul_co2e_mg"])
        whole += (int(row["booked_packaging_co2e_ug"]) + int(row["booked_freight_co2e_ug"])) / 1e3
    assert plan.summary["booked_co2e_mg"] == pytest.approx(whole, abs=1)
    assert languages.say("en", "parcels.booked_what") in text_of(operator.get(f"{here}of/1/"))
    assert languages.say("en", "parcels.not_booked") not in text_of(operator.get(f"{here}of/1/"))


def test_each_parcel_has_its_picture_and_slip(operator: Client) -> None:
    plan = packed(operator)
    here = f"/operate/parcels/{plan.pk}/"
    count = plan.summary["parcels"]
    for place in range(1, count + 1):
        text = text_of(operator.get(f"{here}of/{place}/"))
        drawn = set(re.findall(r'<g data-piece="(\d+)">', text))
        data = json.loads(re.search(r'id="parcel-data">(.*?)</script>', text)[1])  # type: ignore[index]
        assert len(drawn) == len(data["pieces"])
        slip = operator.get(f"{here}of/{place}/slip/?paper=label")
        assert slip.headers["Content-Security-Policy"] == slip_policy("label")
        assert "<script" not in text_of(slip)
    assert "→" in text_of(operator.get(f"{here}of/1/?step=1"))
    for wrong in ("of/0/", f"of/{count + 1}/", "of/1/slip/?paper=a5", "orders.csv", "cartons.csv"):
        assert operator.get(here + wrong).status_code == 404, wrong
    for odd in ("?step=999999999999", "?step=-1", "?turn=7", "?step=%C2%B2"):
        assert operator.get(f"{here}of/1/{odd}").status_code == 200


def test_a_form_sent_twice_is_one_plan(operator: Client) -> None:
    token = fresh()
    first, second = (operator.post("/operate/parcels/", {**ASKED, "sample": "on", "token": token}) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert PackingPlan.objects.count() == 1


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no file": ({}, "orders.required"),
    "orders alone": ({"orders": files()["orders"]}, "cartons.required"),
    "no distance": ({"sample": "on", "distance_km": ""}, "distance_km.required"),
    "not a number": ({"sample": "on", "distance_km": "nan"}, "distance_km.invalid"),
    "round the Earth twice": ({"sample": "on", "distance_km": "80000"}, "distance_km.max_value"),
    "grams for kilograms": ({"sample": "on", "kg_co2e_per_tkm": "782"}, "kg_co2e_per_tkm.max_value"),
    "below zero": ({"sample": "on", "kg_co2e_per_tkm": "-1"}, "kg_co2e_per_tkm.min_value"),
    "another objective": ({"sample": "on", "objective": "beauty"}, "objective.invalid_choice"),
    "an empty file": (files(orders=""), "orders.empty"),
    "too many cartons": (files(cartons="x" * (CARTONS_BYTES_MAX + 1)), "cartons.too_large"),
}


@pytest.mark.parametrize(("sent", "fault"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_form_is_said(operator: Client, sent: dict[str, Any], fault: str) -> None:
    for each in sent.values():
        if hasattr(each, "seek"):
            each.seek(0)
    answer = operator.post("/operate/parcels/", {**ASKED, "token": fresh(), **sent})
    assert answer.status_code == 422
    assert languages.say("en", f"parcels.fault.{fault}") in text_of(answer)
    assert not PackingPlan.objects.exists()


def test_a_body_past_the_limit_is_not_read(operator: Client) -> None:
    answer = operator.post(
        "/operate/parcels/", data=b"x", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(1 << 31)
    )
    assert answer.status_code == 413
    assert (
        operator.post(
            "/operate/parcels/", data=b"x", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH="x"
        ).status_code
        == 413
    )


@pytest.mark.parametrize(
    ("orders", "cartons", "said"),
    [
        ("a,b\n1,2\n", CARTONS, "missing"),
        (ORDERS, "carton_id\nS\n", "missing"),
        (ORDERS, CARTONS.splitlines()[0] + "\nL,0,1,1,1,1\n", "none is left"),
        ("\xff\xfe\x00", CARTONS, ""),
        (ORDERS.splitlines()[0] + "\n" + "1,a,100000,1,1,1,1,\n" * 11, CARTONS, "at most 1,000,000"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_used_fail_with_what_to_do(operator: Client, orders: str, cartons: str, said: str) -> None:
    plan = packed(operator, **files(orders, cartons))
    assert plan.job is not None
    assert plan.job.state == FAILED
    assert said in plan.job.fault
    assert plan.job.fault != jobs.UNEXPECTED
    text = text_of(operator.get(f"/operate/parcels/{plan.pk}/"))
    assert languages.say("en", "parcels.not_made") in text
    assert str(plan.folder) not in text


def test_orders_none_of_which_can_be_packed_are_a_plan_without_parcels(operator: Client) -> None:
    head = ORDERS.splitlines()[0]
    plan = packed(operator, **files(f"{head}\n78,piano,1,1500,600,1200,200000,\n"))
    assert plan.summary is not None
    assert languages.say("en", "parcels.none_packed") in text_of(operator.get(f"/operate/parcels/{plan.pk}/"))


def test_without_the_extra_the_page_says_what_to_install(operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "find_spec", lambda name: None)
    assert kernel.INSTALL in text_of(operator.get("/operate/parcels/")).replace("&#39;", "'")
    plan = packed(operator, sample="on")
    assert plan.job is not None
    assert plan.job.state == FAILED
    for prefix, lang in (("", "en"), ("/zh-hant", "zh-Hant")):
        assert (
            languages.say(lang, "parcels.fault.install", install="leafmark").split("leafmark")[0]
            in text_of(operator.get(f"{prefix}/operate/parcels/{plan.pk}/"))
            or lang == "en"
        )


def test_removed_is_removed(operator: Client) -> None:
    plan = packed(operator)
    folder = plan.folder
    assert folder.is_dir()
    assert operator.post(f"/operate/parcels/{plan.pk}/remove/").status_code == 302
    assert not folder.exists()
    assert operator.get(f"/operate/parcels/{plan.pk}/").status_code == 404
    assert operator.post(f"/operate/parcels/{plan.pk}/remove/").status_code == 302


def test_a_plan_that_was_removed_before_it_was_made(operator: Client) -> None:
    operator.post("/operate/parcels/", {**ASKED, "sample": "on", "token": fresh()})
    PackingPlan.objects.all().delete()
    assert jobs.run_waiting() == 1


def test_the_samples_are_what_the_form_takes(operator: Client) -> None:
    sent = {
        kind: b"".join(operator.get(f"/operate/parcels/sample/{kind}.csv").streaming_content).decode("utf-8-sig")
        for kind in ("orders", "cartons")
    }
    plan = packed(operator, **files(**sent))
    assert plan.summary is not None
    assert plan.summary["unpacked_rows"] == 0
    again = packed(operator, sample="on")
    assert again.summary["decision_co2e_mg"] == plan.summary["decision_co2e_mg"]  # type: ignore[index]


@pytest.mark.parametrize("lang", languages.LANGS)
def test_every_reason_is_said_in_every_language(lang: str) -> None:
    words = languages.table(lang)
    assert [reason for reason in PACKING if f"parcels.reason.{reason}" not in words] == []
