"""A label straight from a run's folder and a catalogue file: both rows of the product, the scheme, one rendering."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from leafmark.engine.run import RunError, open_run

from .benchmarks import read_table
from .evidence import read_evidence
from .footprint import footprint_from
from .label import Method, label_data
from .render import render
from .schemes import get_scheme


def label_from_run(
    run: str | Path, product_id: str, scheme_id: str, catalogue: str | Path | None, lang: str, form: str, format: str,
    on_date: date, link_base: str | None = None, benchmarks: Path | None = None,
    evidence: Path | None = None,
) -> tuple[bytes | str, Path]:  # fmt: skip
    """Give the rendered label of one product and the run's folder.

    Raises
    ------
    RunError
        The run or the product is not there.
    ValueError
        The catalogue has no such product, the evidence has faults, or scheme, language, form or format are unknown.
    """
    finished = open_run(run)
    path = finished.path / "products.parquet"
    if not path.is_file():
        raise RunError(f"{finished.path}: no products in this run; labels are made of runs of bills")
    row = _row_of(pq.read_table(path), product_id)
    if row is None:
        raise RunError(f"{finished.path}: products.parquet has no product {product_id!r}")
    about = {} if catalogue is None else _catalogue_row(Path(catalogue), product_id)
    recorded = finished.record["method"]
    method = Method(recorded["id"], str(recorded["version"]))
    gwp_set = str(finished.record["gwp"])
    benchmark = None
    if benchmarks is not None:
        version = f"{method.id}@{method.version}"
        benchmark = read_table(benchmarks).for_basis(
            footprint_from(row, about, method_version=version, gwp_set=gwp_set).basis
        )
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
    )
    return render(data, lang, form, format), finished.path


def _row_of(table: pa.Table, product_id: str) -> dict[str, Any] | None:
    at = pc.index(table.column("product_id").cast(pa.string()), product_id).as_py()
    return None if at < 0 else dict(table.slice(at, 1).to_pylist()[0])


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
