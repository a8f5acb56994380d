"""Every product of the demo graded, a sheet of real labels drawn, and the catalogues that the site shows.

labels/labels.parquet, *.svg          states and the sheet
labels/RUN.catalogue.parquet          docs/labels.md's catalogue of each run
labels/televisions.benchmark.json     the frozen table that televisions are compared with
shelves.json                          which run goes with which: `leafmark serve --workspace DIR` publishes them
"""

from __future__ import annotations

import datetime as dt
import json
import statistics
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from leafmark.demo.category_names import category_names
from leafmark.demo.progress import Report
from leafmark.demo.purpose_of import purpose_of
from leafmark.demo.television_classes import ends_of, frozen_table, references
from leafmark.engine.run import Run
from leafmark.products import Evidence, footprint_from, get_scheme, grade, label_data, render
from leafmark.products.benchmarks import write_table
from leafmark.products.method_named import method_named

SCHEME = "leafmark.declared"
STARS = "au.gems-2013.televisions"
SHEET_LANGS = ("en", "zh-Hans")
TELEVISION = {"en": "television", "zh-Hant": "台電視", "zh-Hans": "台电视"}
TELEVISIONS = {"en": "Televisions", "zh-Hant": "電視機", "zh-Hans": "电视机"}
DECLARED = {
    "Laptop": {"en": "Laptops", "zh-Hant": "手提電腦", "zh-Hans": "笔记本电脑"},
    "Tablet": {"en": "Tablets", "zh-Hant": "平板電腦", "zh-Hans": "平板电脑"},
    "Smartphone": {"en": "Smartphones", "zh-Hant": "智能手機", "zh-Hans": "智能手机"},
    "Monitor": {"en": "Monitors", "zh-Hant": "顯示器", "zh-Hans": "显示器"},
}
DEVICE = {"en": "device", "zh-Hant": "台", "zh-Hans": "台"}
USE = {
    "en": "use in Australia for {years} years (assumed), 10 h on a day, today's grid",
    "zh-Hant": "在澳洲使用 {years} 年（假設），每日開機 10 小時，按目前電網計",
    "zh-Hans": "在澳大利亚使用 {years} 年（假设），每天开机 10 小时，按目前电网计",
}
LISTED = {
    "en": "declared by {maker}, as listed by Boavizta",
    "zh-Hant": "{maker} 聲明，Boavizta 收錄",
    "zh-Hans": "{maker} 声明，Boavizta 收录",
}
"""What the sheet's labels say besides their figures."""
FUNCTION = "watching a screen of {low} to {high} cm, 10 hours a day for {years} years"
COMPARED = {
    "en": "televisions of {low} to {high} cm", "zh-Hant": "{low} 至 {high} 厘米的電視機", "zh-Hans": "{low} 至 {high} 厘米的电视机",
}  # fmt: skip
SHELVES = "shelves.json"
BENCHMARK = Path("labels") / "televisions.benchmark.json"
REPORT_EVERY = 1000
"""Products between two reports of progress."""


def make_labels(
    out: Path, runs: dict[str, Any], lifetime_years: float, on_date: dt.date, progress: Report | None = None
) -> dict[str, Any]:
    """Write `labels/labels.parquet` and the sheet's SVG; counts by sector and state, and the sheet."""
    folder = out / "labels"
    folder.mkdir(exist_ok=True)
    scheme = get_scheme(SCHEME)
    rows: list[dict[str, Any]] = []
    chosen: dict[str, tuple[int, dict[str, Any], dict[str, Any], str]] = {}
    whole = sum(runs[run].record["lines_in"] for run in ("products", "televisions", "declared"))
    catalogues = _catalogues(out, lifetime_years)
    _write_shelves(out, catalogues, on_date)
    _freeze(out, runs["televisions"], catalogues["televisions"])
    for run, catalogue in catalogues.items():
        products = runs[run].table("products").to_pylist()
        shown = [product for product in products if _on_sheet(run, catalogue[product["product_id"]], on_date)]
        middle = statistics.median_low(product["co2e_ug"] or 0 for product in shown)
        for product in products:
            if progress and len(rows) % REPORT_EVERY == 0:
                progress(len(rows), whole, "labels")
            row = catalogue[product["product_id"]]
            outcome = grade(footprint_from(product, row), scheme, None, (), on_date)
            labelled = outcome.state != "unknown"
            rows.append({"run": run, "product_id": str(product["product_id"]), "name": row["name"],
                         "sector": row["sector"], "state": outcome.state, "tier": row["tier"],
                         "co2e_ug": product["co2e_ug"], "low_ug": product["low_ug"], "high_ug": product["high_ug"]})  # fmt: skip
            slot = row["sector"] if run != "declared" else "declared laptop"
            if labelled and _on_sheet(run, row, on_date):
                weight = int(row["lines"]) if "lines" in row else -abs(product["co2e_ug"] - middle)
                if slot not in chosen or weight > chosen[slot][0]:
                    chosen[slot] = weight, product, row, run
    pq.write_table(pa.Table.from_pylist(rows), folder / "labels.parquet", compression="zstd")
    sheet = []
    for slot, (_, product, row, run) in chosen.items():
        record = runs[run].record
        label = label_data(
            product, row, scheme, on_date=on_date, gwp_set=record["gwp"],
            method=method_named(record["method"]),
            factor_vintage=record["packs"][0]["version"],
            **(_stars(row) if run == "televisions" else {}),
        )  # fmt: skip
        for lang in SHEET_LANGS:
            svg = str(render(label, lang, "full", "svg"))
            (folder / f"{slot.replace(' ', '-')}.{lang}.svg").write_text(svg, encoding="utf-8")
            sheet.append({"slot": slot, "lang": lang, "svg": svg, "run": run, "id": str(product["product_id"]),
                          "name": row["name"], "co2e_ug": product["co2e_ug"]})  # fmt: skip
    counts = Counter((row["sector"], row["state"]) for row in rows)
    return {"counts": counts, "sheet": sheet, "labelled": sum(n for (_, s), n in counts.items() if s != "unknown")}


def _write_shelves(out: Path, catalogues: dict[str, dict[Any, dict[str, Any]]], on_date: dt.date) -> None:
    """The catalogues as files, and what the site is to publish."""
    shelves: list[dict[str, Any]] = []
    for run, rows in catalogues.items():
        path = Path("labels") / f"{run}.catalogue.parquet"
        table = pa.Table.from_pylist(list(rows.values()))
        pq.write_table(table, out / path, compression="zstd")
        shelves.append({"run": run, "catalogue": str(path), "on_date": on_date.isoformat()})
    registered = {
        product_id: [asdict(_record(row)) | {"expires_on": _expires(row).isoformat(), "independent_of": []}]
        for product_id, row in catalogues["televisions"].items() if _expires(row) >= on_date
    }  # fmt: skip
    televisions = shelves[list(catalogues).index("televisions")]
    televisions["evidence"] = registered
    televisions["benchmark"] = str(BENCHMARK)
    televisions["savings"] = references(catalogues["televisions"])
    (out / SHELVES).write_text(json.dumps({"shelves": shelves}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _freeze(out: Path, run: Run, catalogue: dict[Any, dict[str, Any]]) -> None:
    method = method_named(run.record["method"])
    footprints = {
        product["product_id"]: footprint_from(
            product, catalogue[product["product_id"]],
            method_version=f"{method.id}@{method.version}", gwp_set=str(run.record["gwp"]),
        ) for product in run.table("products").to_pylist()
    }  # fmt: skip
    write_table(frozen_table(footprints, run.id), out / BENCHMARK)


def _of_size(screen_cm: float, years: float) -> dict[str, Any]:
    """What a television does, and what it is compared with: televisions of its class of screens."""
    low, high = ends_of(screen_cm)
    return {
        "functional_unit": FUNCTION.format(low=low, high=high, years=f"{years:g}"),
        "comparison_name": {lang: text.format(low=low, high=high) for lang, text in COMPARED.items()},
    }  # fmt: skip


def _stars(row: dict[str, Any]) -> dict[str, Any]:
    """Stars of a television, from its energy and screen; the evidence is its number in the register."""
    return {"official_scheme": get_scheme(STARS), "evidence": (_record(row),)}


def _record(row: dict[str, Any]) -> Evidence:
    scheme = get_scheme(STARS)
    document = f"registration {row['product_id']}"
    return Evidence("registry_record", scheme.id, scheme.version, _expires(row), document=document)


def _on_sheet(run: str, row: dict[str, Any], on_date: dt.date) -> bool:
    """Whether a product may stand for its sector: the most bought does, or, of what nobody bought, the middle one.

    Of the televisions one whose registration holds: only it may show its stars.
    """
    if run == "televisions":
        return _expires(row) >= on_date
    return bool(row["sector"] != "other" and (run != "declared" or row["kind"] == "Laptop"))


def _expires(row: dict[str, Any]) -> dt.date:
    return dt.date.fromisoformat(str(row["registration_expires"]))


def _catalogues(out: Path, lifetime_years: float) -> dict[str, dict[Any, dict[str, Any]]]:
    named = category_names()
    products = {
        row["product_id"]: row | {"category_name": named.get(row["category"]), "purpose": purpose_of(row)}
        for row in pq.read_table(out / "inputs" / "catalogue.parquet").to_pylist()
    }
    televisions = {
        row["product_id"]: row | {
            "sector": "consumer electronics", "tier": "use", "boundary": "use_only", "category": "television",
            "category_name": TELEVISIONS, **_of_size(float(row["screen_cm"]), lifetime_years),
            "declared_unit": TELEVISION, "lifetime_years": lifetime_years, "use_region": "AU",
            "scenario": {lang: text.format(years=f"{lifetime_years:g}") for lang, text in USE.items()},
        }
        for row in pa_csv.read_csv(out / "inputs" / "televisions.csv").to_pylist()
    }  # fmt: skip
    declared = {
        row["product_id"]: row | {
            "sector": "consumer electronics", "tier": "declared", "name": row["product_id"], "brand": row["manufacturer"],
            "category": f"declared {row['kind'].lower()}", "category_name": DECLARED.get(row["kind"], row["kind"]),
            "declared_unit": DEVICE, "notes": ({lang: text.format(maker=row["manufacturer"]) for lang, text in LISTED.items()},),
        }
        for row in pa_csv.read_csv(out / "inputs" / "declared.csv").to_pylist()
    }  # fmt: skip
    return {"products": products, "televisions": televisions, "declared": declared}
