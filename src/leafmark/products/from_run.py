"""Labels and grades straight from a run's folder and a catalogue file: the rows of both, the scheme, one rendering."""

from __future__ import annotations

import os
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leafmark.engine import tables
from leafmark.engine.run import Progress
from leafmark.methods.category_rules import CategoryRules

from .benchmarks import read_table
from .catalogue_file import catalogue_row, catalogue_table
from .catalogue_grades import OF_PRODUCT, grade_catalogue
from .evidence import read_evidence
from .footprint import footprint_from
from .label import label_data
from .method_named import method_named
from .render import render
from .run_products import open_products, product_row, with_cut_off, within_cut_off
from .saving_from_run import saving_from_run
from .schemes import get_scheme
from .tokens import STAGES


def label_from_run(
    run: str | Path, product_id: str, scheme_id: str, catalogue: str | Path | None, lang: str, form: str, format: str,
    on_date: date, link_base: str | None = None, benchmarks: Path | None = None,
    evidence: Path | None = None, reference: str | None = None, allow_missing: bool = False, rules: Collection[CategoryRules] = (),
) -> tuple[bytes | str, Path]:  # fmt: skip
    """Give the rendered label of one product and the run's folder. `rules`: category rules beside those of the library.

    Raises
    ------
    RunError
        The run or the product is not there.
    ValueError
        The catalogue has no such product, the evidence has faults, scheme, language, form or format are unknown, or
        product and reference cannot be compared; the figure has expired; or a PNG lacks a glyph and `allow_missing` is
        false.
    """
    finished, path = open_products(run)
    row = product_row(finished, path, product_id)
    about = {} if catalogue is None else catalogue_row(Path(catalogue), product_id)
    if row.get("rejected_lines"):
        row["within_cut_off"] = bool(within_cut_off(finished, {row["product_id"]: about.get("category_rules")}, rules))
    method = method_named(finished.record["method"])
    gwp_set = str(finished.record["gwp"])
    benchmark = None
    if benchmarks is not None:
        version = f"{method.id}@{method.version}"
        benchmark = read_table(benchmarks).for_basis(
            footprint_from(row, about, method_version=version, gwp_set=gwp_set).basis
        )
    saving = None
    if reference is not None:
        other = {} if catalogue is None else catalogue_row(Path(catalogue), reference)
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
    return render(data, lang, form, format, allow_missing=allow_missing), finished.path


def grades_from_run(
    run: str | Path, scheme_id: str, catalogue: str | Path | None, on_date: date, *, benchmarks: Path | None = None,
    evidence: Path | None = None, out: Path | None = None, progress: Progress | None = None, rules: Collection[CategoryRules] = (),
) -> dict[str, Any]:  # fmt: skip
    """Grade every product of a run into `grades.parquet`; give the counts by state, letter and reason.

    The file appears whole or not at all. Its metadata say which run, scheme, day and benchmark it is of. `progress` is
    called with (products graded, products, what). `rules`: category rules beside those of the library.

    Raises
    ------
    RunError
        The run or its products are not there.
    ValueError
        Catalogue, evidence, benchmark or scheme cannot be used.
    """
    finished, path = open_products(run)
    scheme = get_scheme(scheme_id)
    table = None if benchmarks is None else read_table(benchmarks)
    method = finished.record["method"]
    amounts = ["co2e_ug", *(f"{stage}_ug" for stage in STAGES)]
    there = set(tables.schema(path).names)
    products = tables.read(path, columns=["product_id", *amounts, *(name for name in OF_PRODUCT if name in there)])
    shelf = None if catalogue is None else catalogue_table(Path(catalogue))
    graded = grade_catalogue(
        with_cut_off(finished, products, shelf, rules), shelf, scheme,
        method_version=f"{method['id']}@{method['version']}", gwp_set=str(finished.record["gwp"]), on_date=on_date,
        benchmarks=table, evidence=() if evidence is None else read_evidence(evidence), progress=progress,
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
    counts = {name: _counts(graded.column(name)) for name in ("state", "letter", "reason")}
    return {
        "schema": "leafmark.grades/1", **told, "file": str(target), "products": graded.num_rows,
        "states": counts["state"], "letters": {name: counts["letter"].get(name, 0) for name in scheme.letters},
        "reasons": counts["reason"],
    }  # fmt: skip


def _counts(column: pa.ChunkedArray) -> dict[str, int]:
    """How often each value stands in a column, missing ones left out; the first met first."""
    found = pc.value_counts(column).to_pylist()
    return {str(each["values"]): int(each["counts"]) for each in found if each["values"] is not None}
