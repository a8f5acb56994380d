"""What the demo's runs say, gathered as facts and shown on one screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from leafmark.engine.schema import UG_PER_KG
from leafmark.engine.wording import between, mass

DATA = "a published household panel (84.51° Complete Journey, 2017)"


def facts(out: Path, runs: dict[str, Any], labels: dict[str, Any]) -> dict[str, Any]:
    """The fields of the demo's `run.json`; the headline figures are those of the order lines."""
    record = runs["orders"].record
    totals = record["totals"]
    catalogue = str(out / "inputs" / "catalogue.parquet").replace("'", "''")
    with duckdb.connect() as con:
        unlabelled = con.execute(
            f"SELECT coalesce(tier, 'not mapped') || ': ' || reason, count(*) FROM read_parquet('{catalogue}') "
            "WHERE tier IS NULL OR tier = 'spend' GROUP BY ALL ORDER BY 2 DESC, 1"
        ).fetchall()
    gaps: dict[str, list[int]] = {}
    for factor, gap in record["vintage_gap_years_by_factor"].items():
        parts = factor.split(".")
        gaps.setdefault(".".join(parts[:2]) if parts[1] == "agribalyse" else parts[0], []).append(gap)
    ten = sorted(totals["by_category"].items(), key=lambda item: -item[1]["co2e_ug"])[:10]
    return {
        "data": DATA, "known_on": record["known_on"], "runs": {name: run.id for name, run in runs.items()},
        "lines_in": record["lines_in"], "lines_accepted": record["lines_accepted"],
        "lines_rejected": record["lines_rejected"], "rejected_by_reason": record["rejected_by_reason"],
        "orders": record["orders"], "co2e_kg": totals["co2e_ug"] / UG_PER_KG,
        "co2e_kg_low": totals["low_ug"] / UG_PER_KG, "co2e_kg_high": totals["high_ug"] / UG_PER_KG,
        "totals_ug": {name: totals[name] for name in ("co2e_ug", "low_ug", "high_ug")},
        "by_tier": totals["by_tier"], "ten_largest": dict(ten),
        "vintage_gap_years": {theme: [min(each), max(each)] for theme, each in sorted(gaps.items())},
        "products_labelled": labels["labelled"],
        "labels": [{"sector": s, "state": t, "count": n} for (s, t), n in sorted(labels["counts"].items())],
        "products_not_labelled": dict(unlabelled),
        "televisions": runs["televisions"].record["lines_accepted"],
        "declared": runs["declared"].record["lines_accepted"],
    }  # fmt: skip


def screen(content: dict[str, Any]) -> str:
    """At most 24 lines of 100 columns."""
    ug = content["totals_ug"]
    money = sum(tier["spend"] for tier in content["by_tier"].values())
    reasons = ", ".join(f"{name} {count:,}" for name, count in content["rejected_by_reason"].items())
    lines = [
        f"Leafmark demo: {content['data']}",
        f"lines in   {content['lines_in']:>10,}   accepted {content['lines_accepted']:,}   "
        f"rejected {content['lines_rejected']:,}",
        f"           {reasons}",
        f"total      {mass(ug['co2e_ug']):>10}   95 % range {between(ug['low_ug'], ug['high_ug'])}",
        f"per basket {mass(ug['co2e_ug'] // content['orders']):>10}   {content['orders']:,} baskets",
    ]
    for name, tier in content["by_tier"].items():
        of_money, of_kg = tier["spend"] / money, tier["co2e_ug"] / ug["co2e_ug"]
        lines.append(f"  by {name:<6} {of_money:>6.1%} of accepted money   {of_kg:>6.1%} of kg")
    cells = [f"{name[:26]:<26} {mass(group['co2e_ug']):>10}" for name, group in content["ten_largest"].items()]
    lines += ["ten largest categories", *(f"  {a}   {b}" for a, b in zip(cells[::2], cells[1::2], strict=False))]
    gaps = ", ".join(f"{k} {a}-{b}" if a != b else f"{k} {a}" for k, (a, b) in content["vintage_gap_years"].items())
    lines.append(f"vintage gap, years: {gaps}"[:100])
    lines.append(f"labels     {content['products_labelled']:>10,}")
    lines += [f"  {x['sector']}: {x['state'].replace('_', ' ')} {x['count']:,}" for x in content["labels"]]
    lines.append(f"speed      {content['lines_per_s']:>10,} lines/s, {content['wall_s']} s in all")
    return "\n".join(line[:100] for line in lines)
