"""Labels and grades straight from a run's folder and a catalogue file: the rows of both, the scheme, one rendering."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from leafmark.engine.cut_off import missing_shares
from leafmark.engine.run import Run, RunError, open_run
from leafmark.methods.category_rules import CUT_OFF_EACH, CUT_OFF_TOTAL, CategoryRulesError, category_rules

from .benchmarks import read_table
from .catalogue_grades import OF_CATALOGUE, OF_OFFICIAL, OF_PRODUCT, grade_catalogue
from .evidence import read_evidence
from .footprint import footprint_from
from .label import Method, label_data
from .render import render
from .saving_from_run import saving_from_run
from .schemes import get_scheme
from .tokens import STAGES


def label_from_run(
    run: str | Path, product_id: str, scheme_id: str, catalogue: str | Path | None, lang: str, form: str, format: str,
    on_date: date, link_base: str | None = None, benchmarks: Path | None = None,
    evidence: Path | None = None, reference: str | None = None,
) -> tuple[bytes | str, Path]:  # fmt: skip
    """Give the rendered label of one product and the run's folder.

    Raises
    ------
    RunError
        The run or the product is not there.
    ValueError
        The catalogue has no such product, the evidence has faults, scheme, language, form or format are unknown, or
        product and reference cannot be compared.
    """
    finished, path = _products(run)
    row = _row_of(pq.read_table(path), product_id)
    if row is None:
        raise RunError(f"{finished.path}: products.parquet has no product {product_id!r}")
    about = {} if catalogue is None else _catalogue_row(Path(catalogue), product_id)
    if row.get("rejected_lines"):
        row["within_cut_off"] = bool(_within_cut_off(finished, {row["product_id"]: about.get("category_rules")}))
    recorded = finished.record["method"]
    method = Method(recorded["id"], str(recorded["version"]))
    gwp_set = str(finished.record["gwp"])
    benchmark = None
    if benchmarks is not None:
        version = f"{method.id}@{method.version}"
        benchmark = read_table(benchmarks).for_basis(
            footprint_from(row, about, method_version=version, gwp_set=gwp_set).basis
        )
    saving = None
    if reference is not None:
        other = {} if catalogue is None else _catalogue_row(Path(catalogue), reference)
        saving = saving_from_run(finished.path, product_id, reference, about, other)
    data = label_data(
        row,
        about,
        get_scheme(scheme_id),
        method=method,
        factor_vintage=", ".join(f"{pack['id']} {pack['version']}" for pack in finished.record["packs"]),
        on_date=on_date,
        gwp_set=gwp_set,
        benchmark=benchmark,
        evidence=() if evidence is None else read_evidence(evidence),
        link_base=link_base,
        saving=saving,
    )
    return render(data, lang, form, format), finished.path


def _products(run: str | Path) -> tuple[Run, Path]:
    finished = open_run(run)
    path = finished.path / "products.parquet"
    if not path.is_file():
        raise RunError(f"{finished.path}: no products in this run; labels are made of runs of bills")
    return finished, path


def grades_from_run(
    run: str | Path, scheme_id: str, catalogue: str | Path | None, on_date: date, *, benchmarks: Path | None = None,
    evidence: Path | None = None, out: Path | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Grade every product of a run into `grades.parquet`; give the counts by state, letter and reason.

    The file appears whole or not at all. Its metadata say which run, scheme, day and benchmark it is of.

    Raises
    ------
    RunError
        The run or its products are not there.
    ValueError
        Catalogue, evidence, benchmark or scheme cannot be used.
    """
    finished, path = _products(run)
    scheme = get_scheme(scheme_id)
    table = None if benchmarks is None else read_table(benchmarks)
    method = finished.record["method"]
    amounts = ["co2e_ug", *(f"{stage}_ug" for stage in STAGES)]
    there = set(pq.read_schema(path).names)
    products = pq.read_table(path, columns=["product_id", *amounts, *(name for name in OF_PRODUCT if name in there)])
    shelf = None if catalogue is None else _catalogue_table(Path(catalogue))
    graded = grade_catalogue(
        _with_cut_off(finished, products, shelf), shelf, scheme,
        method_version=f"{method['id']}@{method['version']}", gwp_set=str(finished.record["gwp"]), on_date=on_date,
        benchmarks=table, evidence=() if evidence is None else read_evidence(evidence),
    )  # fmt: skip
    told = {"run_id": finished.id, "scheme": scheme.id, "scheme_version": scheme.version,
            "graded_on": on_date.isoformat(), "benchmark_sha256": "" if table is None else table.sha256}  # fmt: skip
    target = out or finished.path / "grades.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f"{target.name}.part")
    pq.write_table(
        graded.replace_schema_metadata({f"leafmark.{name}": value for name, value in told.items()}), half,
        compression="zstd",
    )  # fmt: skip
    os.replace(half, target)
    counts = {name: Counter(graded.column(name).to_pylist()) for name in ("state", "letter", "reason")}
    return {
        "schema": "leafmark.grades/1", **told, "file": str(target), "products": graded.num_rows,
        "states": dict(counts["state"]), "letters": {name: counts["letter"][name] for name in scheme.letters},
        "reasons": dict(counts["reason"]),
    }  # fmt: skip


def _within_cut_off(run: Run, rules_of: Mapping[Any, str | None]) -> set[Any]:
    """Which of these products, all with rejected lines, may stand without them; each by its own rules' cut-offs."""
    shares = missing_shares(run, rules_of)
    limits = {name: _cut_off(name) for name in set(rules_of.values())}
    return {
        product
        for product, (largest, together) in shares.items()
        if largest <= limits[rules_of[product]][0] and together <= limits[rules_of[product]][1]
    }


def _cut_off(rules: str | None) -> tuple[float, float]:
    """The cut-offs of category rules; the usual ones where none are named, or not ours."""
    try:
        known = category_rules(rules or "")
    except CategoryRulesError:
        return CUT_OFF_EACH, CUT_OFF_TOTAL
    return known.cut_off_each, known.cut_off_total


def _with_cut_off(run: Run, products: pa.Table, shelf: pa.Table | None) -> pa.Table:
    """The products, with `within_cut_off` where lines were rejected."""
    lacking = products.column("product_id").filter(pc.greater(products.column("rejected_lines"), 0))
    if not len(lacking):
        return products
    rules: dict[str, str | None] = {}
    if shelf is not None and "category_rules" in shelf.column_names:
        ids = shelf.column("product_id").cast(pa.string()).to_pylist()
        rules = dict(zip(ids, shelf.column("category_rules").to_pylist(), strict=True))
    within = _within_cut_off(run, {each: rules.get(str(each)) or None for each in lacking.to_pylist()})
    stands = pc.is_in(products.column("product_id"), value_set=pa.array(sorted(within), lacking.type))
    return products.append_column("within_cut_off", stands)


def _row_of(table: pa.Table, product_id: str) -> dict[str, Any] | None:
    at = pc.index(table.column("product_id").cast(pa.string()), product_id).as_py()
    return None if at < 0 else dict(table.slice(at, 1).to_pylist()[0])


def _catalogue_table(path: Path) -> pa.Table:
    """The columns of a catalogue that grading reads."""
    wanted = ("product_id", *OF_CATALOGUE, *OF_OFFICIAL)
    if path.suffix == ".json":
        rows = json.loads(path.read_text(encoding="utf-8"))
        table = pa.Table.from_pylist([{name: row.get(name) for name in wanted} for row in rows])
    elif path.suffix == ".parquet":
        table = pq.read_table(path)
    else:
        table = pa_csv.read_csv(path, convert_options=pa_csv.ConvertOptions(column_types={"product_id": pa.string()}))
    if "product_id" not in table.column_names:
        raise ValueError(f"{path}: expected a column product_id, found {', '.join(table.column_names)}")
    return table.select([name for name in wanted if name in table.column_names])


def _catalogue_row(path: Path, product_id: str) -> Mapping[str, Any]:
    if path.suffix == ".json":
        rows = json.loads(path.read_text(encoding="utf-8"))
        found = next((row for row in rows if str(row.get("product_id")) == product_id), None)
    elif path.suffix == ".parquet":
        found = _row_of(pq.read_table(path), product_id)
    else:
        texts = {name: pa.string() for name in ("product_id", "gtin", "valid_until")}
        table = pa_csv.read_csv(path, convert_options=pa_csv.ConvertOptions(column_types=texts))
        found = _row_of(table, product_id)
    if found is None:
        raise ValueError(f"{path}: no product {product_id!r}; expected a row with that product_id")
    return dict(found)
