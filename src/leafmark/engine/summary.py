"""A finished run in a few lines for a terminal: lines in and out, reasons, products, total with its range, stages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow.compute as pc

from leafmark.engine import proxies, tables
from leafmark.engine.run import Run
from leafmark.engine.schema import REASONS
from leafmark.engine.wording import NOTHING_ACCEPTED, UNKNOWN, between, lines, mass, percent


def facts(run: Run) -> dict[str, Any]:
    """`run.json` with the run's folder and, where there are products, how many are complete and unknown."""
    content = {**run.record, "path": str(run.path)}
    products = run.path / "products.parquet"
    if tables.exists(products):
        counts = pc.value_counts(tables.read(products, ["status"]).column("status")).to_pylist()
        content["products"] = {str(each["values"]): int(each["counts"]) for each in counts}
    return content


def rows(content: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(name, figure, remark) of each line of the summary."""
    method = content["method"]
    yield "run", content["run_id"], content["path"]
    yield "method", f"{method['id']}@{method['version']}", f"as known on {content['known_on']}, GWP {content['gwp']}"
    yield "lines in", f"{content['lines_in']:,}", ""
    yield (
        "accepted",
        f"{content['lines_accepted']:,}",
        percent(content["coverage_lines"]) if content["lines_in"] else "",
    )
    yield "rejected", f"{content['lines_rejected']:,}", ""
    for reason, count in content["rejected_by_reason"].items():
        yield f"  {reason}", f"{count:,}", REASONS.get(reason, "")
    if "products" in content:
        complete, unknown = (content["products"].get(name, 0) for name in ("complete", "unknown"))
        yield "products", f"{complete:,}", "complete"
        if unknown:
            yield "", f"{unknown:,}", "unknown: a line was rejected (see rejected.parquet)"
    if "orders" in content:
        yield "orders", f"{content['orders']:,}", ""
    totals = content["totals"]
    if totals["co2e_ug"] is None:
        yield "total CO2e", UNKNOWN, NOTHING_ACCEPTED
    else:
        yield "total CO2e", mass(totals["co2e_ug"]), f"95 % range {between(totals['low_ug'], totals['high_ug'])}"
    for stage, ug in totals.get("by_stage_ug", {}).items():
        yield f"  {stage}", mass(ug), ""
    for tier, group in totals.get("by_tier", {}).items():
        yield f"  by {tier}", mass(group["co2e_ug"]), f"{group['lines']:,} lines"
    if totals.get("gwp_native_share"):
        yield (
            "not restated",
            percent(totals["gwp_native_share"]),
            f"of the total stands as published, not in {content['gwp']}",
        )
    proxy = totals.get("proxy")
    if proxy and proxy["lines"]:
        yield "proxy", lines(proxy["lines"]), f"{percent(proxy['share'])} of the total: {proxies.SENTENCE}"
    if "wall_s" in content:
        yield "time", f"{content['wall_s']} s", ""
