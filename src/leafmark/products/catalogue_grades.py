"""Every product of a run graded, by the one grading function, which is asked per kind of product and not per product.

    products.parquet + catalogue -> groups that differ in nothing but grams -> grade() at both ends -> the letters between

More grams never make a better class. So where the lightest and the heaviest product of a stretch get the same answer,
all between them get it, and a stretch that gets two answers is cut in half. A group of n products over c classes takes
some c x log2 n calls. An official class reads figures of each product, so products that share none are groups of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from .benchmarks import BenchmarkTable
from .footprint import footprint_from
from .grading import Grade, grade
from .schemes import Evidence, Scheme
from .tokens import STAGES

OF_PRODUCT: Final = ("status", "rejected_lines", "within_cut_off")
OF_CATALOGUE: Final = (
    "category", "functional_unit", "boundary", "category_rules", "category_estimate", "lifetime_years", "use_region",
    "trader", "inside_manufacturing", "valid_until",
)  # fmt: skip
OF_OFFICIAL: Final = ("official_index", "kwh_per_year", "screen_area_cm2")
"""What `grade` reads of a product besides its grams; of the last three only where the class is an official one."""

REPORT_EVERY: Final = 256
"""Groups of products between two reports of progress: under a scheme of official classes each product is one."""

CODES_MAX: Final = 2**40
Ints = npt.NDArray[np.int64]
Answer = tuple[str, str | None, str, str]


def grade_catalogue(
    products: pa.Table,
    catalogue: pa.Table | None,
    scheme: Scheme,
    *,
    method_version: str,
    gwp_set: str,
    on_date: date,
    benchmarks: BenchmarkTable | None = None,
    evidence: Iterable[Evidence] = (),
    progress: Callable[[int, int, str], None] | None = None,
) -> pa.Table:
    """Grade every product: `product_id, co2e_ug, category, state, letter, reason, detail`, in the order given.

    The last four are dictionaries: the answers are few.

    Parameters
    ----------
    products
        Rows of `products.parquet`, in micrograms CO2e.
    catalogue
        A row per product by `product_id`, with what `label_data` reads; a product without one has no category.
    benchmarks
        The frozen table that the scheme compares with.
    progress
        Called with (products graded, products, what).

    Raises
    ------
    ValueError
        A product stands twice in the catalogue, or a row contradicts itself.
    """
    about = beside(products, catalogue)
    pieces = tuple(evidence)
    wanted = OF_CATALOGUE + (OF_OFFICIAL if scheme.kind == "official_class" else ())
    read = [products.column(name) for name in OF_PRODUCT if name in products.column_names]
    read += [pc.is_null(products.column(f"{stage}_ug")) for stage in STAGES] + [pc.is_null(products.column("co2e_ug"))]
    read += [about.column(name) for name in wanted if name in about.column_names]
    group, first = _groups(read, products.num_rows)
    grams = pc.fill_null(products.column("co2e_ug"), 0).to_numpy()
    order = np.lexsort((grams, group))
    ends = np.append(np.searchsorted(group[order], np.arange(len(first))), len(order))
    ascending = grams[order]
    answers: dict[Answer, int] = {}
    given = np.empty(len(order), np.int32)
    for number, row in enumerate(first):
        if progress and number % REPORT_EVERY == 0:
            progress(int(ends[number]), len(order), "grades")
        ask = _asker(
            _row(products, row), _row(about, row), scheme, method_version, gwp_set, on_date, benchmarks, pieces
        )
        for start, stop, answer in _stretches(ascending, int(ends[number]), int(ends[number + 1]), ask):
            given[order[start:stop]] = answers.setdefault(answer, len(answers))
    told = list(answers) or [("", None, "", "")]
    at = pa.array(given)
    columns = {}
    for place, name in enumerate(("state", "letter", "reason", "detail")):
        encoded = pa.array([each[place] for each in told], pa.string()).dictionary_encode()
        columns[name] = pa.DictionaryArray.from_arrays(encoded.indices.take(at), encoded.dictionary)
    category = about.column("category") if "category" in about.column_names else pa.nulls(len(order), pa.string())
    return pa.table(
        {"product_id": products.column("product_id"), "co2e_ug": products.column("co2e_ug"), "category": category}
        | columns
    )


def beside(products: pa.Table, catalogue: pa.Table | None) -> pa.Table:
    """The catalogue's rows in the order of the products; nulls for a product it does not hold."""
    ids = products.column("product_id").cast(pa.string())
    if catalogue is None:
        return pa.table({"product_id": ids})
    known = catalogue.column("product_id").cast(pa.string())
    counts = pc.value_counts(known)
    if len(counts) < len(known):
        twice = next(each["values"] for each in counts.to_pylist() if each["counts"] > 1)
        raise ValueError(f"catalogue: product {twice} stands twice; expected one row per product")
    return catalogue.take(pc.index_in(ids, value_set=known.combine_chunks()))


def _groups(columns: Iterable[pa.ChunkedArray], rows: int) -> tuple[Ints, list[int]]:
    """Number the groups of rows that agree in every column; give each row's group, and each group's first row."""
    code, size = np.zeros(rows, np.int64), 1
    for column in columns:
        chunk = column.combine_chunks()
        encoded = pc.dictionary_encode(chunk, null_encoding="encode")
        size *= max(1, len(encoded.dictionary))
        code = code * max(1, len(encoded.dictionary)) + encoded.indices.to_numpy(zero_copy_only=False)
        if size > CODES_MAX:
            distinct, code = np.unique(code, return_inverse=True)
            size = len(distinct)
    _, first, group = np.unique(code, return_index=True, return_inverse=True)
    return group, [int(row) for row in first]


def _row(table: pa.Table, row: int) -> dict[str, Any]:
    return dict(table.slice(row, 1).to_pylist()[0])


def _asker(
    product: Mapping[str, Any], about: Mapping[str, Any], scheme: Scheme, method_version: str, gwp_set: str,
    on_date: date, benchmarks: BenchmarkTable | None, evidence: tuple[Evidence, ...],
) -> Callable[[int], Answer]:  # fmt: skip
    """The one grading function as a question about grams, for products that are like this one in all else."""
    like = footprint_from(product, about, method_version=method_version, gwp_set=gwp_set)
    benchmark = None if benchmarks is None else benchmarks.for_basis(like.basis)
    asked: dict[int, Answer] = {}

    def ask(grams: int) -> Answer:
        if grams not in asked:
            one = like if like.co2e_ug is None else replace(like, co2e_ug=grams)
            found: Grade = grade(one, scheme, benchmark, evidence, on_date)
            asked[grams] = found.state, found.letter, found.reason, found.detail
        return asked[grams]

    return ask


def _stretches(
    ascending: Ints, start: int, stop: int, ask: Callable[[int], Answer]
) -> Iterable[tuple[int, int, Answer]]:
    """Cut the products of one group, lightest first, into stretches of one answer."""
    if start >= stop:
        return
    low, high = ask(int(ascending[start])), ask(int(ascending[stop - 1]))
    if low == high:
        yield start, stop, low
        return
    middle = (start + stop) // 2
    yield from _stretches(ascending, start, middle, ask)
    yield from _stretches(ascending, middle, stop, ask)
