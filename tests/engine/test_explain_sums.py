"""Sums explained: each is what the lines, explained one by one in plain Python, add up to; so is every part of it."""

from __future__ import annotations

import datetime as dt
import itertools
import shlex
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from engine_rows import KNOWN_ON, bill, factor, line, pack, run_bill
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leafmark.engine.explain import Explainer, ExplainMismatch, explain
from leafmark.engine.explain_html import page
from leafmark.engine.explain_text import text
from leafmark.engine.inputs import InputError
from leafmark.engine.order_lines import orders
from leafmark.engine.run import Run
from leafmark.engine.schema import STAGES
from leafmark.engine.settings import Settings

KEYS = ("material.board", "material.steel", "material.milk")
PACK = pack(
    factor(gsd=1.3), factor("material.steel", co2e_kg=1.9, gsd=1.6), factor("material.steel", region="FR", gsd=1.2),
    factor("material.milk", co2e_kg=1.1, gsd=2.0, co2_kg=0.8, ch4_fossil_kg=0.01, theme="food"),
    factor("material.old", gwp_set="AR4", co2e_kg=3.0, gsd=2.0),
)  # fmt: skip
SHELF = [
    {"product_id": "a", "category": "Food > Meat", "mass_kg": 0.5, "mass_key": "material.milk"},
    {"product_id": "b", "category": "Food > Dairy", "mass_kg": 2.0, "mass_key": "material.milk"},
    {"product_id": "c", "category": "Foods", "mass_kg": 1.25, "mass_key": "material.board"},
    {"product_id": "d", "category": None, "mass_kg": 0.1, "mass_key": "material.steel"},
    {"product_id": "e", "category": "Food", "count_amount": 0.3, "count_unit": "kg", "count_key": "material.old"},
]
CATALOGUE = pa.schema(
    [(name, pa.string()) for name in ("product_id", "category", "mass_key", "count_key", "count_unit")]
    + [("mass_kg", pa.float64()), ("count_amount", pa.float64())]
)
ORDERED = pa.schema([
    ("order_id", pa.int64()), ("product_id", pa.string()), ("pieces", pa.float64()), ("spend", pa.float64()),
    ("date", pa.date32()),
])  # fmt: skip
FEW = settings(
    max_examples=5, deadline=None, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck)
)

amounts = st.floats(0.001, 5000, allow_nan=False)
days = st.sampled_from(
    [dt.date(2024, month, day) for month in (1, 3, 4) for day in (1, 2, 31) if (month, day) != (4, 31)]
)
order_lines = st.lists(
    st.fixed_dictionaries({
        "order_id": st.integers(1, 6), "product_id": st.sampled_from(["a", "b", "c", "d", "e", "nowhere"]),
        "pieces": amounts, "spend": amounts, "date": days,
    }),
    min_size=1, max_size=40,
)  # fmt: skip
bill_lines = st.lists(
    st.builds(
        line, st.integers(1, 8), stage=st.sampled_from(STAGES), key=st.sampled_from((*KEYS, "material.unobtainium")),
        amount=amounts, region=st.sampled_from(("FR", "DE", None)), unit=st.sampled_from(("kg", "g", "lb")),
        amount_gsd=st.sampled_from((None, 1.4)),
    )
    | st.builds(line, st.integers(1, 8), kind=st.just("credit"), amount=amounts.map(lambda value: -value))
    | st.builds(
        line, st.integers(1, 8), component_id=st.integers(9, 10), key=st.none(), unit=st.just("item"), amount=amounts
    ),
    min_size=1, max_size=30,
)  # fmt: skip


def bought(folder: Path, rows: list[dict[str, Any]], name: str = "run", **options: Any) -> Run:
    pq.write_table(pa.Table.from_pylist(rows, schema=ORDERED), folder / f"{name}-lines.parquet")
    pq.write_table(pa.Table.from_pylist(SHELF, schema=CATALOGUE), folder / f"{name}-shelf.parquet")
    return orders(
        folder / f"{name}-lines.parquet", folder / f"{name}-shelf.parquet", [PACK], folder / name,
        Settings(KNOWN_ON, "AR5", **options), chunk_lines=7,
    )  # fmt: skip


def levels(tree: dict[str, Any]) -> Iterator[tuple[int, list[int]]]:
    """(figure, its parts) of every level."""
    for cut in tree["cuts"]:
        stack = [(tree["co2e_ug"] or 0, cut["parts"])]
        while stack:
            figure, parts = stack.pop()
            yield figure, [part["co2e_ug"] for part in parts]
            stack += [(part["co2e_ug"], part["parts"]) for part in parts if part.get("parts")]


def holds(tree: dict[str, Any]) -> None:
    """Every level adds up, and the page and the terminal show it."""
    for figure, parts in levels(tree):
        assert figure == sum(parts)
    assert text(tree)
    assert page(tree)


def order_words(row: dict[str, Any]) -> list[str]:
    """The addresses that hold for a line of an order, from its own explanation in plain Python."""
    category = row["catalogue"]["category"] or ""
    found = [
        f"category:{category}", f"group:{category.split(' > ')[0]}", f"tier:{row['tier']}", f"year:{row['date'][:4]}",
        f"month:{row['date'][:7]}", f"day:{row['date']}", f"product:{row['product_id']}", f"key:{row['key']}",
        f"factor:{' + '.join(each['factor_id'] for each in row['factors'])}", "scope:3.1",
        f"source:{row['factors'][0]['source']['source_id']}", f"boundary:{row['factors'][0]['boundary']}",
    ]  # fmt: skip
    return found + [f"group:{category}"] * (" > " in category)


def bill_words(row: dict[str, Any]) -> list[str]:
    factors = " + ".join(each["factor_id"] for each in row["factors"])
    return [f"stage:{row['stage']}", "scope:none", f"factor:{factors}", f"key:{row['key']}"]


def oracle(
    subjects: list[dict[str, Any]], groups: str, words: Callable[[dict[str, Any]], list[str]]
) -> Counter[tuple[str, ...]]:
    """What each address, and each two of different kinds, add up to, from lines explained one by one."""
    sums: Counter[tuple[str, ...]] = Counter()
    for tree in subjects:
        for row in (row for group in tree[groups] for row in group["lines"]):
            every = sorted(set(words(row)))
            pairs = (
                pair for pair in itertools.combinations(every, 2) if pair[0].split(":")[0] != pair[1].split(":")[0]
            )
            for asked in (("total",), *((word,) for word in every), *pairs):
                sums[asked] += row["co2e_ug"]
    return sums


@FEW
@given(rows=order_lines, data=st.data())
def test_sums_of_order_lines_are_those_of_the_lines_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    made = bought(tmp_path_factory.mktemp("sums"), rows, no_entries=data.draw(st.booleans()))
    warm = Explainer(made)
    try:
        ids = pc.unique(made.table("orders").column("order_id")).to_pylist()
        sums = oracle([warm.explain(each) for each in ids], "days", order_words)
        asked = sorted(sums)
        single = [each for each in asked if len(each) == 1]
        pairs = [each for each in asked if len(each) == 2]
        for each in single + (data.draw(st.lists(st.sampled_from(pairs), max_size=8)) if pairs else []):
            tree = warm.explain(each, data.draw(st.integers(1, 4)))
            assert tree["co2e_ug"] == sums[each], each
            assert tree["low_ug"] <= tree["co2e_ug"] <= tree["high_ug"]
            holds(tree)
    finally:
        warm.close()


def test_a_category_beside_products_without_one(tmp_path: Path) -> None:
    """DuckDB 2.0 takes COALESCE(category, '') = '' for always true on a Parquet column of one value and NULLs."""
    day = dt.date(2024, 3, 1)
    rows = [{"order_id": 1, "product_id": each, "pieces": 1.0, "spend": 1.0, "date": day} for each in "bd"]
    made = bought(tmp_path, rows)
    by = made.record["totals"]["by_category"]
    assert len(by) == 2
    for name, group in by.items():
        for kind in ("category", "group"):
            assert explain(made, f"{kind}:{name}")["co2e_ug"] == group["co2e_ug"]


@FEW
@given(rows=bill_lines, data=st.data())
def test_sums_of_a_bill_are_those_of_the_lines_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("sums")
    rows += [line(9, stage="use", amount=1 / 3), line(10, key="material.steel", amount=0.1)]
    pq.write_table(bill(rows), folder / "bill.parquet")
    made = run_bill(folder / "run", folder / "bill.parquet", PACK, lines=data.draw(st.booleans()), chunk_lines=11)
    warm = Explainer(made)
    try:
        ids = made.table("products").column("product_id").to_pylist()
        sums = oracle([warm.explain(each) for each in ids], "stages", bill_words)
        for each in sorted(sums):
            tree = warm.explain(each, data.draw(st.integers(1, 4)))
            assert tree["co2e_ug"] == sums[each], each
            holds(tree)
        by_gas = made.record["totals"]["by_gas_ug"]
        for gas, ug in by_gas.items():
            tree = warm.explain(f"gas:{gas}")
            assert tree["co2e_ug"] == ug
            holds(tree)
    finally:
        warm.close()


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Orders of three months, some of their lines rejected, on products of every kind."""
    rows = [
        {"order_id": n % 9, "product_id": "abcde"[n % 5], "pieces": 0.3 + n / 7, "spend": 1.0 + n,
         "date": dt.date(2024, 1 + n % 3, 1 + n % 28)}
        for n in range(90)
    ]  # fmt: skip
    rows += [{"order_id": 50, "product_id": "nowhere", "pieces": 1.0, "spend": 1.0, "date": dt.date(2024, 4, 9)}]
    return bought(tmp_path_factory.mktemp("sold"), rows)


def test_every_figure_of_the_tables_is_explained(sold: Run) -> None:
    totals = sold.record["totals"]
    figures = {("total",): totals["co2e_ug"], ("scope:3.1",): totals["by_scope_ug"]["scope 3 category 1"]}
    figures |= {(f"tier:{name}",): group["co2e_ug"] for name, group in totals["by_tier"].items()}
    figures |= {(f"category:{name}",): group["co2e_ug"] for name, group in totals["by_category"].items()}
    figures |= {(f"year:{name}",): group["co2e_ug"] for name, group in totals["by_year"].items()}
    figures |= {(f"gas:{name}",): ug for name, ug in totals["by_gas_ug"].items()}
    figures |= {(f"day:{row['date']}",): row["co2e_ug"] for row in sold.table("days").to_pylist()[::5]}
    figures |= {
        (f"category:{row['category'] or ''}", f"year:{row['year']}", f"tier:{row['tier']}"): row["co2e_ug"]
        for row in sold.table("categories").to_pylist()
    }
    figures |= {
        (f"month:{row['year']}-{row['month']:02}",): row["co2e_ug"] for row in sold.table("intensity").to_pylist()
    }
    figures |= {
        (f"category:{row['subject_id'] or ''}", f"day:{row['date']}", f"tier:{row['tier']}"): row["co2e_ug"]
        for row in sold.table("entries").to_pylist()[::7]
    }
    warm = Explainer(sold)
    for asked, ug in figures.items():
        tree = warm.explain(asked)
        assert tree["co2e_ug"] == ug, asked
        assert tree["published_in"], asked
        holds(tree)
    whole = warm.explain("total")
    assert (whole["low_ug"], whole["high_ug"]) == (totals["low_ug"], totals["high_ug"])
    mass = warm.explain("tier:mass")
    assert (mass["low_ug"], mass["high_ug"]) == tuple(totals["by_tier"]["mass"][name] for name in ("low_ug", "high_ug"))
    assert warm.explain("not-restated")["co2e_ug"] == pytest.approx(totals["gwp_native_share"] * totals["co2e_ug"])
    warm.close()


def test_a_period_of_rejected_lines_only_has_no_figure(sold: Run) -> None:
    day = explain(sold, "day:2024-04-09")
    assert day["co2e_ug"] is None
    assert day["lines"] == {"of": "day:2024-04-09", "in": 1, "accepted": 0, "rejected": 1}
    assert day["cuts"] == []
    assert "no line of it was accepted" in text(day)
    assert explain(sold, "month:2024-04")["co2e_ug"] is None
    assert page(day)


def test_grams_per_order_divide_the_total_by_orders_with_a_counted_line(sold: Run) -> None:
    tree = explain(sold, "per-order")
    assert tree["divided"]["orders"] == 9, "order 50 has none"
    assert tree["co2e_ug"] == sold.record["totals"]["co2e_ug"] // 9
    holds(tree)


def test_a_group_holds_what_lies_below_it_and_not_what_only_begins_alike(sold: Run) -> None:
    by = {name: group["co2e_ug"] for name, group in sold.record["totals"]["by_category"].items()}
    assert explain(sold, "group:Food")["co2e_ug"] == by["Food"] + by["Food > Meat"] + by["Food > Dairy"]
    assert explain(sold, "category:Food")["co2e_ug"] == by["Food"]
    assert explain(sold, "group:Foods")["co2e_ug"] == by["Foods"]


def test_each_command_of_a_part_explains_that_part(sold: Run) -> None:
    """Every part of the total, and every part below it, asked for by the words of its own command."""
    warm = Explainer(sold)
    tree = warm.explain("total")
    parts = [part for cut in tree["cuts"] for part in cut["parts"]]
    parts += [inner for part in parts for inner in part.get("parts", ())]
    asked = [part for part in parts if "command" in part]
    assert len(asked) >= 20
    for part in asked:
        verb, explain_it, run, *what = shlex.split(part["command"])
        assert (verb, explain_it, run) == ("leafmark", "explain", str(sold.path))
        assert warm.explain(what)["co2e_ug"] == part["co2e_ug"], part["command"]
    warm.close()


def test_factors_stand_with_source_level_and_their_share_of_the_spread(tmp_path: Path) -> None:
    """Steel in Lyon comes from France, one level up; two factors of equal spread share the variance by squares."""
    rows = [line(1, key="material.steel", region="FR-ARA", amount=2.0), line(2, key="material.board", amount=1.0)]
    pq.write_table(bill(rows), tmp_path / "bill.parquet")
    packs = pack(factor(gsd=1.2), factor("material.steel", region="FR", gsd=1.2))
    tree = explain(run_bill(tmp_path / "run", tmp_path / "bill.parquet", packs), "total")
    steel, board = next(cut for cut in tree["cuts"] if cut["by"] == "factor")["parts"]
    assert (steel["region_level"], board["region_level"]) == ([1, 1], [0, 0])
    assert steel["factors"][0]["source"]["publisher"] == "test"
    assert steel["share_of_variance"] == pytest.approx(16 / 20)
    assert board["share_of_variance"] == pytest.approx(4 / 20)


@pytest.mark.parametrize("table", ["orders", "days", "categories", "entries"])
def test_a_table_that_was_changed_is_found(sold: Run, tmp_path: Path, table: str) -> None:
    shutil.copytree(sold.path, tmp_path / "run")
    path = tmp_path / "run" / f"{table}.parquet"
    whole = Run(tmp_path / "run", sold.record).table(table)
    values = whole.column("co2e_ug").to_pylist()
    values[0] = (values[0] or 0) + 1
    changed = whole.set_column(whole.column_names.index("co2e_ug"), "co2e_ug", pa.array(values, pa.int64()))
    if path.is_dir():
        shutil.rmtree(path)
    pq.write_table(changed, path)
    with pytest.raises(ExplainMismatch, match=f"{table}.parquet, but its lines add up to"):
        explain(tmp_path / "run", "total")


def test_a_changed_input_is_told_by_file(sold: Run) -> None:
    path = Path(sold.record["inputs"][0]["file"])
    whole = path.read_bytes()
    try:
        pq.write_table(pq.read_table(path).slice(1), path)
        with pytest.raises(ExplainMismatch, match=r"lines\.parquet \(recorded [0-9a-f]{8}"):
            explain(sold.path, "total")
    finally:
        path.write_bytes(whole)


def test_an_id_that_reads_like_an_address_stays_reachable(tmp_path: Path) -> None:
    names = ("total", "stage:use", "id:x", "-x", "plain", "tier:mass")
    rows = [line(n, amount=1.0 + n) for n in range(len(names))]
    table = bill(rows).set_column(0, "product_id", pa.array(names))
    pq.write_table(table, tmp_path / "bill.parquet")
    made = run_bill(tmp_path / "run", tmp_path / "bill.parquet", PACK)
    own = {row["product_id"]: row["co2e_ug"] for row in made.table("products").to_pylist()}
    for name in names:
        assert explain(made, f"id:{name}")["co2e_ug"] == own[name]
    tree = explain(made, "total")
    assert tree["co2e_ug"] == sum(own.values())
    assert tree["same_id"].endswith(" id:total")
    assert "an id of this run reads the same" in text(tree)
    holders = next(cut for cut in tree["cuts"] if cut["by"] == "product")
    commands = {part["name"]: part["command"].split(" ")[-1] for part in holders["parts"]}
    assert commands == {name: name if name == "plain" else f"id:{name}" for name in names}


UNKNOWN = {
    "a misspelt value": ("group:Fod", "did you mean 'group:Food'"),
    "a misspelt kind": ("monht:2024-01", "did you mean 'month:2024-01'"),
    "a misspelt word": ("totl", "did you mean 'total'"),
    "a category alone": ("Dairy", "did you mean 'category:Food > Dairy'"),
    "a kind of another run": ("stage:use", "a run of retail.purchase@2 has no stage"),
    "a month written otherwise": ("month:2024-1", "no accepted line of"),
    "a product": ("a", "ask for 'product:a'"),
    "a product nobody bought": ("product:zz", "no accepted line of"),
    "two values of a kind": (["tier:mass", "tier:count"], "tier is named twice"),
    "a word beside a kind": (["total", "tier:mass"], "'total' stands alone"),
    "two that never meet": (["tier:count", "category:Foods"], "of all of these at once"),
    "an unknown factor": ("factor:material.board", "did you mean 'factor:material.board@WORLD"),
}


@pytest.mark.parametrize(("asked", "said"), UNKNOWN.values(), ids=UNKNOWN)
def test_an_unknown_address_is_told_what_may_be_asked(sold: Run, asked: str | list[str], said: str) -> None:
    with pytest.raises(InputError) as refused:
        explain(sold, asked)
    assert said in str(refused.value)


def test_an_unknown_id_of_a_bill_is_told_the_sums_of_a_bill(tmp_path: Path) -> None:
    pq.write_table(bill([line(1, stage="use")]), tmp_path / "bill.parquet")
    made = run_bill(tmp_path / "run", tmp_path / "bill.parquet", PACK)
    for asked, said in (
        ("us", "did you mean 'stage:use'"),
        (7, "sums are asked for as total, not-restated, or stage:"),
    ):
        with pytest.raises(InputError) as refused:
            explain(made, asked)
        assert said in str(refused.value)
        assert "per-order" not in str(refused.value)
