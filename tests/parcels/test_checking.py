"""The checker: a plan by hand that holds, and for every rule a seeded mutant of it that breaks just that rule."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from plan_by_hand import Row, Spec, carton, item, two_orders

import leafmark.parcels.checking as room
from leafmark.parcels.checking import RULES, check
from leafmark.parcels.tables import CARTONS_SCHEMA, ORDERS_SCHEMA, PARCELS_SCHEMA, PLACEMENTS_SCHEMA, UNPACKED_SCHEMA

Mutant = Callable[[Spec], None]
TableMutant = Callable[[dict[str, list[Row]]], None]
SLAB, BRICK, GLASS, TIN, BREAD, WARDROBE, SHIRT, GHOST = range(8)


def set_cell(row: int, **cells: object) -> Mutant:
    return lambda spec: spec.orders[row].update(cells)


def set_carton(row: int, **cells: object) -> Mutant:
    return lambda spec: spec.cartons[row].update(cells)


def move(at: int, corner: tuple[int, int, int], orientation: int | None = None) -> Mutant:
    def moved(spec: Spec) -> None:
        order_id, number, row, _, was = spec.placed[at]
        spec.placed[at] = (order_id, number, row, corner, was if orientation is None else orientation)

    return moved


def renumbered(spec: Spec) -> None:
    spec.carton_of[("o1", 3)] = spec.carton_of.pop(("o1", 2))
    spec.placed = [(o, 3 if (o, no) == ("o1", 2) else no, *rest) for o, no, *rest in spec.placed]  # type: ignore[misc]


MUTANTS: dict[str, tuple[str, Mutant]] = {
    "parcels 1 and 3": ("parcel_no", renumbered),
    "a parcel of nothing": ("empty_parcel", lambda spec: spec.carton_of.update({("o2", 2): "bag"})),
    "an unpacked piece too many": ("count", lambda spec: spec.unpacked[0].update(pieces=2)),
    "an unpacked piece lost": ("count", lambda spec: spec.unpacked.pop(0) and None),
    "a refused row lost": ("count", lambda spec: spec.unpacked.pop(1) and None),
    "a piece that nobody ordered": ("count", set_cell(BRICK, quantity=1)),
    "a glass turned, the same to look at": ("orientation", move(3, (300, 0, 0), 1)),
    "a tin past the wall": ("outside", move(4, (311, 100, 0))),
    "a slab past the near wall": ("outside", move(0, (-1, 0, 0))),
    "a shirt too long for its bag": ("outside", set_carton(1, inner_length_mm=219)),
    "a shirt too wide for its bag": ("outside", set_carton(1, inner_width_mm=119)),
    "a shirt too thick for its bag": ("outside", set_carton(1, inner_height_mm=19)),
    "bricks that share a millimetre": ("overlap", move(2, (99, 0, 100))),
    "a brick half over the edge": ("support", move(2, (251, 0, 100))),
    "a brick that floats": ("support", move(2, (100, 0, 101))),
    "a slab of glass": ("fragile", set_cell(SLAB, fragile=True)),
    "a slab a gram too weak": ("load", set_cell(SLAB, max_load_g=1399)),
    "a slab that may carry nothing": ("load", set_cell(SLAB, max_load_g=0)),
    "a box a gram too weak": ("weight", set_carton(0, max_weight_g=3799)),
    "bread kept with the tin": ("keep_with", set_cell(BREAD, keep_with="k")),
    "glass apart from the tin": ("apart_from", set_cell(GLASS, apart_from="glassware")),
    "a shirt not for mailers": ("mailer", set_cell(SHIRT, mailer_ok=None)),
    "one box at hand": ("stock", set_carton(0, stock=1)),
}


def first(tables: dict[str, list[Row]], name: str, **cells: object) -> None:
    tables[name][0].update(cells)


TABLE_MUTANTS: dict[str, tuple[str, TableMutant]] = {
    "a row past the orders": ("unknown_row", lambda t: t["placements"].append({**t["placements"][0], "order_row": 99})),
    "a row of another item": ("unknown_row", lambda t: t["placements"].append({**t["placements"][0], "item_id": "x"})),
    "a row of another order": ("unknown_row", lambda t: t["placements"].append({**t["placements"][6], "order_id": "o1"})),
    "an unpacked row before the first": (
        "unknown_row",
        lambda t: t["unpacked"].append({**t["unpacked"][0], "order_row": -1}),
    ),
    "a carton nobody has": ("unknown_carton", lambda t: t["parcels"][2].update(carton_id="sack")),
    "a parcel left out": ("unknown_parcel", lambda t: t["parcels"].pop() and None),
    "an orientation with no meaning": ("orientation", lambda t: first(t, "placements", orientation=6)),
    "a brick sawn": ("size", lambda t: t["placements"][1].update(along_x_mm=99)),
    **{
        f"{column} a little off": ("sums", lambda t, c=column: t["parcels"][1].update({c: t["parcels"][1][c] + 1}))
        for column in (
            "pieces", "contents_g", "tare_g", "contents_mm3", "inner_mm3", "outer_mm3", "void_mm3", "decision_co2e_mg",
        )
    },
    "fill a little off": ("sums", lambda t: t["parcels"][1].update(fill=t["parcels"][1]["fill"] + 1e-6)),
}  # fmt: skip


def rules(found: list[Row]) -> set[str]:
    return {row["rule"] for row in found}


def test_the_plan_by_hand_holds():
    assert two_orders().check() == []


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_breaks_just_its_rule(name: str):
    rule, mutate = MUTANTS[name]
    spec = two_orders()
    mutate(spec)
    assert rules(spec.check()) == {rule}


@pytest.mark.parametrize("name", TABLE_MUTANTS)
def test_a_mutant_of_the_tables_breaks_just_its_rule(name: str):
    rule, mutate = TABLE_MUTANTS[name]
    spec = two_orders()
    tables = spec.tables()
    mutate(tables)
    assert rules(spec.check(tables)) == {rule}


def test_every_rule_has_a_mutant():
    assert {rule for rule, _ in (*MUTANTS.values(), *TABLE_MUTANTS.values())} == set(RULES)


def test_a_violation_names_its_place_what_was_found_and_what_was_expected():
    spec = two_orders()
    MUTANTS["a brick half over the edge"][1](spec)
    assert spec.check() == [
        {
            "order_id": "o1", "parcel_no": 1, "item_id": "brick", "rule": "support",
            "found": "0.4900, 100 x 100 x 50 mm at (251, 0, 100)", "expected": "0.75 or more",
        }
    ]  # fmt: skip


def test_the_support_share_is_reached_to_the_millimetre():
    spec = two_orders()
    move(2, (225, 0, 100))(spec)  # 75 of its 100 mm on the slab
    assert spec.check() == []
    assert rules(spec.check(support_share=0.7501)) == {"support"}
    MUTANTS["a brick that floats"][1](spec)
    assert spec.check(support_share=0) == []


def test_a_load_is_split_by_contact_and_handed_down():
    """A plank of 900 g on two posts, two thirds of its contact on the left one, which stands on a plate; 600 g and 300 g."""
    spec = Spec(
        orders=[
            item("o", "plank", (300, 100, 10), 900),
            item("o", "left", (200, 100, 40), 50, max_load_g=600),
            item("o", "right", (100, 100, 50), 10, max_load_g=300),
            item("o", "plate", (200, 100, 10), 5, max_load_g=650),
        ],
        cartons=[carton("box", (300, 100, 100))],
        carton_of={("o", 1): "box"},
        placed=[
            ("o", 1, 3, (0, 0, 0), 0),
            ("o", 1, 1, (0, 0, 10), 0),
            ("o", 1, 2, (200, 0, 0), 0),
            ("o", 1, 0, (0, 0, 50), 0),
        ],
    )
    assert spec.check() == []
    for row, limit in ((1, 599), (2, 299), (3, 649)):
        weaker = spec.copy()
        weaker.orders[row]["max_load_g"] = limit
        found = weaker.check()
        assert [(each["rule"], each["item_id"]) for each in found] == [("load", spec.orders[row]["item_id"])]
        assert found[0]["found"] == f"{limit + 1:.1f} g"


def test_limits_are_reached_and_not_passed():
    """A box just strong enough for its 3,800 g, a slab for its 1,400 g, and just as many boxes as are used."""
    spec = two_orders()
    set_carton(0, max_weight_g=3800, stock=2)(spec)
    set_cell(SLAB, max_load_g=1400)(spec)
    assert spec.check() == []


def test_a_mailer_takes_its_contents_either_way_round():
    spec = two_orders()
    move(6, (0, 0, 0), 1)(spec)  # 100 x 200 x 20 in a bag of 300 x 200: across, not along
    assert spec.check() == []


def test_missing_and_unreadable_cells_are_not_numbers():
    """Text in a number, no weight limit, no stock, no optional column at all: nothing fails, and a bad row has to be unpacked."""
    spec = two_orders()
    tables = spec.tables()
    orders = pa.Table.from_pylist(spec.orders, schema=ORDERS_SCHEMA)
    orders = orders.set_column(2, "quantity", pa.array(["1", "2", "1", "1", "1", "1", "1", "many"]))
    given = [
        pa.Table.from_pylist(spec.cartons).select(
            ["carton_id", "kind", "inner_length_mm", "inner_width_mm", "inner_height_mm", "tare_g"]
        ),
        pa.Table.from_pylist(tables["parcels"], schema=PARCELS_SCHEMA).drop_columns(["cost", "distance_km"]),
        pa.Table.from_pylist(tables["placements"], schema=PLACEMENTS_SCHEMA),
        pa.Table.from_pylist(tables["unpacked"], schema=UNPACKED_SCHEMA),
    ]
    assert check(orders, *given).num_rows == 0
    assert rules(check(orders, given[0], given[1], given[2], given[3].slice(0, 1)).to_pylist()) == {"count"}


def test_nothing_is_a_plan_of_nothing():
    schemas = (ORDERS_SCHEMA, CARTONS_SCHEMA, PARCELS_SCHEMA, PLACEMENTS_SCHEMA, UNPACKED_SCHEMA)
    assert check(*(schema.empty_table() for schema in schemas)).num_rows == 0
    spec = two_orders()
    tables = spec.tables() | {"unpacked": []}
    spec.cartons, spec.orders = [], []
    assert rules(spec.check(tables)) == {"unknown_row", "unknown_carton"}


def test_a_share_that_is_none_is_refused():
    with pytest.raises(ValueError, match=r"support_share is 75; expected 0 to 1"):
        two_orders().check(support_share=75)


def test_the_checker_shares_no_code_with_what_packs():
    """Only the contract is common: an error in the kernel's geometry cannot excuse itself here."""
    allowed = {"leafmark.parcels.tables"}
    for path in Path(room.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                own = str(name).startswith("leafmark.parcels.checking")
                assert own or name in allowed or not str(name).startswith(("leafmark", "numba")), (path.name, name)
