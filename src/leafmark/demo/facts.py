"""What the demo's runs say, gathered as the facts of `DIR/run.json`; screen and page show nothing else."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb

from leafmark.demo.by_factor import SEPARATOR, Parts
from leafmark.demo.coverage import coverage
from leafmark.demo.sources import used
from leafmark.engine import tables
from leafmark.engine.line_factors import LineFactors
from leafmark.engine.pinned import open_pinned
from leafmark.engine.run import Run
from leafmark.engine.schema import REASONS, UG_PER_KG

DATA = "a published household panel of 2017 (84.51°, Complete Journey)"
BEEF = "food.beef_herd"
TIERS = ("mass", "count", "spend")
LARGEST = 10
MID_PANEL = dt.date(2017, 7, 1)


def facts(out: Path, runs: dict[str, Run], labels: dict[str, Any], lifetime_years: float) -> dict[str, Any]:
    """The fields of the demo's `run.json`; the headline figures are those of the order lines.

    Every group (`by_tier`, `by_month`, `ten_largest`) has `co2e_ug, low_ug, high_ug` and its `share_of_co2e`; tiers have
    `share_of_spend` too, of all that the households spent, counted or not.
    """
    inputs = out / "inputs"
    run = runs["orders"]
    record, totals = run.record, run.record["totals"]
    parts = Parts(run, inputs)
    whole = totals["co2e_ug"]
    covered = coverage(inputs)
    spent = covered.total().spend_usd
    counted = sum(totals["by_tier"][tier]["spend"] for tier in TIERS)
    sources = used(parts, runs)
    counted_baskets, example = _baskets(run)
    gaps: dict[str, list[int]] = {}
    for row in sources:
        gaps.setdefault(row["theme"], []).extend(row["gap_years"])
    return {
        "data": DATA, "known_on": record["known_on"], "gwp": record["gwp"],
        "runs": {name: each.id for name, each in runs.items()}, "orders": record["orders"],
        **{name: record[name] for name in ("lines_in", "lines_accepted", "lines_rejected", "rejected_by_reason")},
        "rejected": _rejected(run, inputs),
        "co2e_kg": whole / UG_PER_KG, "co2e_kg_low": totals["low_ug"] / UG_PER_KG,
        "co2e_kg_high": totals["high_ug"] / UG_PER_KG,
        "totals_ug": {name: totals[name] for name in ("co2e_ug", "low_ug", "high_ug")},
        "baskets_counted": counted_baskets, "basket_shown": example,
        "per_basket_ug": {name: totals[name] // counted_baskets for name in ("co2e_ug", "low_ug", "high_ug")},
        "by_boundary": _boundaries(parts, whole, inputs),
        "typical_mass": _typical_mass(inputs),
        "coverage": {"lines": record["coverage_lines"], "spend": counted / spent, "spend_usd": spent,
                     "petrol_share": _petrol_usd(inputs) / spent},
        "gwp_native_share": sum(part.native * part.co2e_ug for part in parts.parts) / whole,
        "by_tier": _tiers(parts, totals, covered, spent),
        "not_counted": {"spend": spent - counted, "lines": record["lines_rejected"],
                        "share_of_spend": 1 - counted / spent},
        "by_month": {name: group | {"share_of_co2e": group["co2e_ug"] / whole}
                     for name, group in parts.by(lambda part: part.month).items()},
        "ten_largest": _largest(parts, totals["by_category"], inputs, whole),
        "beef": _beef(parts, whole),
        "vintage_gap_years": {theme: [min(each), max(each)] for theme, each in sorted(gaps.items())},
        "sources": sources,
        "products_labelled": labels["labelled"],
        "labels": [{"sector": s, "state": t, "count": n} for (s, t), n in sorted(labels["counts"].items())],
        "products_not_labelled": [
            {"tier": each.tier, "reason": each.reason.removeprefix("not mapped: "), "products": each.products,
             "spend_usd": each.spend_usd}
            for each in sorted(covered.reasons, key=lambda each: (-each.products, each.reason)) if each.tier != "count"
        ],
        "televisions": runs["televisions"].record["lines_accepted"], "lifetime_years": lifetime_years,
        "declared": runs["declared"].record["lines_accepted"],
        "grid": _grid(runs["televisions"]),
        "orders_lines_per_s": round(record["lines_in"] / record["wall_s"]),
    }  # fmt: skip


def _baskets(run: Run) -> tuple[int, int]:
    """Baskets with a line that was counted (zero is a figure, none is not), and the one of most lines, to be explained."""
    with duckdb.connect() as con:
        row = con.execute(f"""SELECT count(DISTINCT order_id), arg_max(order_id, (lines - rejected_lines, -order_id))
            FROM read_parquet({_quote(run.path / "orders.parquet")}) WHERE co2e_ug IS NOT NULL""").fetchone()
    assert row is not None
    return row


def _boundaries(parts: Parts, whole: int, inputs: Path) -> dict[str, dict[str, Any]]:
    """By system boundary of the factors: micrograms, their share of the total, and the products with a label."""
    ug: dict[str, int] = {}
    for part in parts.parts:
        name = " + ".join(each.factor.boundary for each in parts.used(part.factor_id))
        ug[name] = ug.get(name, 0) + part.co2e_ug
    with duckdb.connect() as con:
        labels = dict(
            con.execute(f"""SELECT boundary, count(*) FROM read_parquet({_quote(inputs / "catalogue.parquet")})
            WHERE category_estimate GROUP BY boundary""").fetchall()
        )
    return {
        name: {"co2e_ug": ug[name], "share_of_co2e": ug[name] / whole, "products_labelled": labels.get(name, 0)}
        for name in sorted(ug, key=lambda name: -ug[name])
    }


def _typical_mass(inputs: Path) -> dict[str, float]:
    """Of the products whose mass is told from the price or a median: how many, and the spread of that mass (GSD)."""
    with duckdb.connect() as con:
        row = con.execute(f"""SELECT count(*), min(amount_gsd), median(amount_gsd), max(amount_gsd)
            FROM read_parquet({_quote(inputs / "catalogue.parquet")}) WHERE amount_gsd IS NOT NULL""").fetchone()
    assert row is not None
    return dict(zip(("products", "gsd_least", "gsd_median", "gsd_most"), row, strict=True))


def _tiers(parts: Parts, totals: dict[str, Any], covered: Any, spent: float) -> dict[str, dict[str, Any]]:
    ranges = parts.by(lambda part: part.tier)
    goods = {tier: covered.total(tier).kg for tier in TIERS}
    weighed = sum(kg for kg in goods.values() if kg is not None)
    return {
        tier: ranges[tier] | {
            "spend": totals["by_tier"][tier]["spend"], "lines": totals["by_tier"][tier]["lines"],
            "share_of_spend": totals["by_tier"][tier]["spend"] / spent,
            "share_of_co2e": ranges[tier]["co2e_ug"] / totals["co2e_ug"],
            "goods_kg": goods[tier], "share_of_goods_kg": None if goods[tier] is None else goods[tier] / weighed,
        }
        for tier in TIERS
    }  # fmt: skip


def _largest(parts: Parts, by_category: dict[str, Any], inputs: Path, whole: int) -> dict[str, dict[str, Any]]:
    """The ten largest categories, each with the product of it that is bought most often and has a footprint."""
    groups = parts.by(lambda part: part.category)
    best = sorted(groups, key=lambda name: (-groups[name]["co2e_ug"], name))[:LARGEST]
    asked = _most_bought(inputs, best)
    largest = {}
    for name in best:
        own = [each for key, each in by_category.items() if key.split(SEPARATOR)[0] == name]
        largest[name] = groups[name] | {
            "share_of_co2e": groups[name]["co2e_ug"] / whole, "spend": sum(each["spend"] for each in own),
            "lines": sum(each["lines"] for each in own), "product": asked.get(name),
        }  # fmt: skip
    return largest


def _beef(parts: Parts, whole: int) -> dict[str, Any]:
    """The factor behind most of the total, beside the same publisher's other beef."""
    keys = parts.by(lambda part: part.key)
    held = parts.by(lambda part: part.category, lambda part: part.key == BEEF)
    rows = {key: parts.factors.meet(key, "US", MID_PANEL, 0) for key in (BEEF, "food.beef_dairy_herd")}
    return {
        "key": BEEF, "share_of_co2e": keys[BEEF]["co2e_ug"] / whole,
        "categories": {name: group["co2e_ug"] / whole for name, group in held.items()},
        "kg_per_kg": {key: parts.factors.used(met.factor_ids[0]).co2e_kg for key, met in rows.items() if met},
    }  # fmt: skip


def _grid(televisions: Run) -> dict[str, Any]:
    """The grid that all the televisions run on: per kWh, its year and publisher."""
    pinned = open_pinned(televisions)
    factors = LineFactors(pinned.packs, pinned.method, pinned.settings)
    ids = {row for row in televisions.table("products").column("factor_id").to_pylist() if row is not None}
    if len(ids) != 1:
        raise AssertionError(f"{televisions.path}: the televisions run on {len(ids)} grids; the page speaks of one")
    used_here = [factors.used(each) for each in ids.pop().split(" + ")]
    return {
        "factor_ids": [each.factor.factor_id for each in used_here],
        "co2e_kg": sum(each.co2e_kg for each in used_here), "data_year": used_here[0].factor.data_year,
        "publisher": used_here[0].source.publisher,
    }  # fmt: skip


def _rejected(run: Run, inputs: Path) -> list[dict[str, Any]]:
    """Reasons with their lines, what they mean, and why the mapping has no factor for most of these lines."""
    with duckdb.connect() as con:
        rows = con.execute(f"""
            WITH line AS (SELECT product_id, file_row_number + 1 AS row FROM read_parquet({_quote(inputs / "orders.parquet")},
                                                                             file_row_number = true)),
            named AS (
                SELECT r.reason, coalesce(replace(c.reason, 'not mapped: ', ''), 'not in the panel''s own product table') AS what, count(*) AS n
                FROM {tables.scan(run.path / "rejected.parquet")} r JOIN line l ON l.row = r.row
                LEFT JOIN read_parquet({_quote(inputs / "catalogue.parquet")}) c USING (product_id) GROUP BY ALL)
            SELECT reason, sum(n)::BIGINT, arg_max(what, n), max(n)::BIGINT FROM named GROUP BY reason ORDER BY 2 DESC
        """).fetchall()
    return [
        {"reason": reason, "lines": lines, "meaning": REASONS.get(reason, ""), "mostly": what, "mostly_lines": most}
        for reason, lines, what, most in rows
    ]


def _petrol_usd(inputs: Path) -> float:
    with duckdb.connect() as con:
        row = con.execute(f"""SELECT sum(spend_usd) FROM read_parquet({_quote(inputs / "catalogue.parquet")})
            WHERE reason LIKE 'not mapped: petrol%'""").fetchone()
    return float(row[0]) if row and row[0] is not None else 0.0


def _most_bought(inputs: Path, categories: list[str]) -> dict[str, dict[str, Any]]:
    with duckdb.connect() as con:
        rows = con.execute(f"""
            SELECT category, arg_max(product_id, (lines, product_id)), arg_max(name, (lines, product_id))
            FROM read_parquet({_quote(inputs / "catalogue.parquet")}) WHERE tier IN ('mass', 'count')
              AND list_contains($names, category) GROUP BY category""", {"names": categories}).fetchall()  # fmt: skip
    return {category: {"id": product, "name": name} for category, product, name in rows}


def _quote(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
