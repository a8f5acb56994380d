"""Packing through the API: what Python says, by the same names; bad lines are refused one by one, and sizes are bounded."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from api_site import Caller

from leafmark.parcels.tables import CARTONS_SCHEMA, ORDERS_SCHEMA, PARCELS_SCHEMA, PLACEMENTS_SCHEMA, UNPACKED_SCHEMA
from leafmark.web.api import pack_schemas
from leafmark.web.parcels import kernel
from leafmark.web.parcels.factors import materials_of

numba = pytest.importorskip("numba", reason="packing needs the extra `parcels`")
pytestmark = pytest.mark.django_db

MUG = {
    "order_id": "77",
    "item_id": "mug",
    "quantity": 2,
    "length_mm": 120,
    "width_mm": 90,
    "height_mm": 100,
    "weight_g": 350,
}
SMALL = {
    "carton_id": "S",
    "inner_length_mm": 200,
    "inner_width_mm": 150,
    "inner_height_mm": 120,
    "tare_g": 90,
    "cost": 0.2,
}
LARGE = {
    "carton_id": "M",
    "inner_length_mm": 300,
    "inner_width_mm": 230,
    "inner_height_mm": 240,
    "tare_g": 180,
    "cost": 0.4,
}
HAUL = {"distance_km": 120.0, "kg_co2e_per_tkm": 0.782}


@pytest.fixture
def warehouse(caller: Callable[..., Caller]) -> Caller:
    kernel.warm()
    return caller("warehouse", ("parcels",))


def pack(warehouse: Caller, orders: list[Any], cartons: list[Any] | None = None, **more: Any) -> Any:
    return warehouse.post("/pack", json={"orders": orders, "cartons": cartons or [SMALL, LARGE], **more})


def test_the_answer_is_what_python_says(warehouse: Caller) -> None:
    """Of the sample: every row of every table, and sent again the same."""
    from leafmark.parcels.decision import Haul
    from leafmark.parcels.packing import cartonize
    from leafmark.parcels.sample import sample_cartons, sample_orders

    orders, cartons = sample_orders(60).to_pylist(), sample_cartons().to_pylist()
    made = cartonize(orders, cartons, haul=Haul(120, 0.782), materials=materials_of(cartons))
    for _ in range(2):
        answer = pack(warehouse, orders, cartons, haul=HAUL)
        assert answer.status_code == 200
        body = answer.json()
        for name in ("parcels", "placements", "unpacked"):
            assert body[name] == json.loads(json.dumps(getattr(made, name).to_pylist()))
        assert body["method"] == made.settings["method"]


@pytest.mark.parametrize(
    ("shape", "schema"),
    [(pack_schemas.OrderLineIn, ORDERS_SCHEMA), (pack_schemas.CartonIn, CARTONS_SCHEMA), (pack_schemas.ParcelOut, PARCELS_SCHEMA),
     (pack_schemas.PlacementOut, PLACEMENTS_SCHEMA), (pack_schemas.UnpackedOut, UNPACKED_SCHEMA)],
)  # fmt: skip
def test_names_are_those_of_the_tables(shape: Any, schema: pa.Schema) -> None:
    assert list(shape.model_fields) == schema.names


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [({"length_mm": 0}, "not_positive", "length_mm"), ({"weight_g": None}, "missing_value", "weight_g"), ({"weight_g": "heavy"}, "unreadable", "weight_g"),
     ({"length_mm": 10**400}, "", "length_mm"), ({"quantity": 1.5}, "unreadable", "quantity"), ({"rotation": "sideways"}, "unknown_word", "rotation"),
     ({"height_mm": 1e300}, "too_large", "height_mm"), ({"length_mm": 5_000}, "larger_than_every_carton", ""), ({"order_id": None}, "missing_value", "order_id"),
     ({"quantity": -3}, "not_positive", "quantity"), ({"fragile": "perhaps"}, "unreadable", "fragile")],
)  # fmt: skip
def test_a_bad_line_stops_no_other(warehouse: Caller, change: dict[str, Any], reason: str, field: str) -> None:
    answer = pack(warehouse, [{**MUG, "order_id": "1", **change}, MUG])
    assert answer.status_code == 200, answer.content
    (refused,) = answer.json()["unpacked"]
    assert refused["order_row"] == 0
    assert refused["reason"] == reason or not reason
    assert field in refused["field"]
    assert [row["order_id"] for row in answer.json()["placements"]] == ["77", "77"]


def test_zero_weighs_nothing_and_grams_without_a_haul_are_the_cartons_alone(warehouse: Caller) -> None:
    from leafmark.parcels.factors_used import MATERIAL_KEY, material_factors

    board = material_factors()[MATERIAL_KEY].kg_co2e_per_kg
    (parcel,) = pack(warehouse, [{**MUG, "weight_g": 0}]).json()["parcels"]
    assert (parcel["contents_g"], parcel["haul_co2e_mg"]) == (0, 0)
    assert parcel["decision_co2e_mg"] == parcel["packaging_co2e_mg"] == round(parcel["tare_g"] * board * 1000)


BAD: dict[str, tuple[dict[str, Any], int]] = {
    "no order": ({"orders": []}, 422),
    "no carton": ({"cartons": []}, 422),
    "too many lines": ({"orders": [MUG] * (pack_schemas.LINES_MAX + 1)}, 422),
    "too many pieces": ({"orders": [{**MUG, "quantity": pack_schemas.PIECES_MAX + 1}]}, 413),
    "too many pieces for so many cartons": (
        {"orders": [{**MUG, "quantity": 161}], "cartons": [{**SMALL, "carton_id": str(n)} for n in range(100)]},
        413,
    ),
    "too many pieces in texts": ({"orders": [{**MUG, "quantity": "1.5e3"}, {**MUG, "quantity": 600}]}, 413),
    "too many cartons": ({"cartons": [SMALL] * (pack_schemas.CARTONS_MAX + 1)}, 422),
    "another column": ({"orders": [{**MUG, "colour": "blue"}]}, 422),
    "another objective": ({"objective": "beauty"}, 422),
    "a haul round the Earth": ({"haul": {**HAUL, "distance_km": 50_000.0}}, 422),
    "no carton left": ({"cartons": [{**SMALL, "inner_length_mm": 0}]}, 422),
    "cost that is not known": ({"objective": "cost", "cartons": [{**SMALL, "cost": None}]}, 422),
    "a material without a factor": ({"cartons": [{**SMALL, "material": "unobtainium"}]}, 422),
    "a list for a number": ({"orders": [{**MUG, "quantity": [1]}]}, 422),
    "yes for a number": ({"orders": [{**MUG, "quantity": True}]}, 422),
}


@pytest.mark.parametrize(("change", "status"), BAD.values(), ids=BAD)
def test_what_cannot_be_packed_with_is_said(warehouse: Caller, change: dict[str, Any], status: int) -> None:
    answer = warehouse.post("/pack", json={"orders": [MUG], "cartons": [SMALL], **change})
    assert answer.status_code == status, answer.content
    body = answer.json()
    assert body.get("errors") or body.get("detail")


def test_a_body_past_the_limit(warehouse: Caller) -> None:
    answer = warehouse.post("/pack", data=" " * (1024 * 1024 + 1), content_type="application/json")
    assert answer.status_code == 413


def test_a_refused_carton_is_named(warehouse: Caller) -> None:
    body = pack(warehouse, [MUG], [SMALL, {**LARGE, "tare_g": -1}]).json()
    assert [(row["row"], row["field"], row["reason"]) for row in body["refused_cartons"]] == [(1, "tare_g", "negative")]


def test_no_request_waits_for_a_compile(warehouse: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "ready", lambda: False)
    answer = pack(warehouse, [MUG])
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(kernel.COME_AGAIN_S))


def test_without_the_extra_it_says_what_to_install(warehouse: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "find_spec", lambda name: None)
    answer = pack(warehouse, [MUG])
    assert (answer.status_code, answer.json()["detail"]) == (501, kernel.INSTALL)


def test_a_brands_program_may_pack_too(caller: Callable[..., Caller], warehouse: Caller, shelf: None) -> None:
    assert pack(caller("mill", ("parcels",), "aiwa"), [MUG]).status_code == 200
