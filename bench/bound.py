"""The machine's lower bound: the same Parquet in and out, and between them one compiled pass over dense arrays.

What it does not do, and an engine must: resolve fallback, validity and units (given, see `dense`), check its input,
explain, resume, or take any other shape of data. CPU: reading and decoding, 25 ns a bill line or 15 ns an order line,
writing; memory: one row group and its results.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench import bound_kernels, contender, dense, pack, spec

DICTIONARY_COLUMNS = ("stage", "key", "unit", "region")


def _codes(column: pa.ChunkedArray) -> tuple[np.ndarray, list[str]]:
    """Codes of a dictionary column (missing = the number of values) and its values."""
    chunk = column.combine_chunks()
    chunk = chunk.chunk(0) if isinstance(chunk, pa.ChunkedArray) else chunk
    values = chunk.dictionary.to_pylist()
    return chunk.indices.fill_null(len(values)).to_numpy(zero_copy_only=False), values


def _whole_groups(path: Path, by: str, dictionaries: tuple[str, ...] = ()) -> Iterator[tuple[int, pa.Table]]:
    """(rows before it, table) of adjacent tables that together are the file, none of which cuts a group of `by`.

    Nothing large is copied: the group that a row group's edge cuts is joined in a small table of its own.
    """
    file = pq.ParquetFile(path, read_dictionary=list(dictionaries))
    rest: pa.Table | None = None
    row = 0
    for group in range(file.num_row_groups):
        table = file.read_row_group(group)
        ids = table.column(by).to_numpy()
        begin = 0
        if rest is not None:
            begin = int(np.searchsorted(ids, rest.column(by)[0].as_py(), side="right"))
            rest = pa.concat_tables([rest, table.slice(0, begin)]).unify_dictionaries().combine_chunks()
            if begin == len(ids) and group + 1 < file.num_row_groups:
                continue
            yield row, rest
            row += rest.num_rows
        end = len(ids) if group + 1 == file.num_row_groups else int(np.searchsorted(ids, ids[-1]))
        if end > begin:
            yield row, table.slice(begin, end - begin)
            row += end - begin
        rest = table.slice(end) if end < len(ids) else None


class _Writer:
    """Parquet files of one folder, in row groups of about a million rows, dictionaries only where they help."""

    ROWS = 1 << 19
    CODED = ("status", "factor_id", "factor_level", "grade", "reason", "key", "date", "lines", "rejected_lines")

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, pq.ParquetWriter] = {}
        self.waiting: dict[str, list[pa.Table]] = {}

    def add(self, name: str, table: pa.Table) -> None:
        waiting = self.waiting.setdefault(name, [])
        waiting.append(table)
        if sum(part.num_rows for part in waiting) >= self.ROWS:
            self.flush(name)

    def flush(self, name: str) -> None:
        table = pa.concat_tables(self.waiting[name]).unify_dictionaries()
        self.waiting[name] = []
        if name not in self.files:
            coded = [column for column in table.column_names if column in self.CODED]
            self.files[name] = pq.ParquetWriter(
                self.folder / f"{name}.parquet", table.schema, compression=contender.COMPRESSION, use_dictionary=coded
            )
        self.files[name].write_table(table)

    def close(self) -> None:
        for name, waiting in self.waiting.items():
            if waiting:
                self.flush(name)
            self.files[name].close()


def bill(data: Path, out: Path) -> None:
    """Footprints of the bills in data, as `contender` describes them."""
    prepared = np.load(data / "dense.npz")
    key_codes = {key: code for code, key in enumerate(prepared["keys"].tolist())}
    region_codes = {region: code for code, region in enumerate(pack.REGIONS)}
    factor_ids = pa.array(prepared["factor_ids"].tolist())
    tables = tuple(prepared[name] for name in ("factor_of", "level_of", "co2e_ug", "relative_variance"))
    limits_ug = np.array(spec.GRADE_LIMITS_UG)
    writer = _Writer(out)
    for row, table in _whole_groups(data / "bill.parquet", "product_id", DICTIONARY_COLUMNS):
        (stage, stages), (key, keys), (unit, units), (region, regions) = (
            _codes(table.column(name)) for name in DICTIONARY_COLUMNS
        )
        maps = (
            np.array([spec.STAGES.index(name) for name in stages]),
            np.array([key_codes.get(name, -1) for name in keys]),
            np.array([region_codes[name] for name in regions] + [dense.MISSING]),
            np.array([spec.TO_FACTOR_UNIT[name] for name in units]),
        )
        ids = table.column("product_id").to_numpy()
        result = bound_kernels.footprints(
            ids, stage, key, unit, region, table.column("date").cast(pa.int32()).to_numpy(),
            table.column("amount").to_numpy(), maps, dense.FIRST_DAYS, limits_ug, tables,
        )  # fmt: skip
        writer.add("products", _products_table(result, factor_ids))
        where = result[-1]
        writer.add("rejected", pa.table({
            "row": where + row,
            "product_id": ids[where],
            "key": pa.array(keys).take(pa.array(key[where])),
            "reason": pa.array([spec.NO_FACTOR] * len(where), pa.string()),
        }))  # fmt: skip
    writer.close()


def _products_table(result: tuple[np.ndarray, ...], factor_ids: pa.Array) -> pa.Table:
    ids, total, low, high, stages, assessed, lines, rejected_lines, factor, level, grade, _ = result

    def named(codes: np.ndarray, values: pa.Array) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), values)

    return pa.table({
        "product_id": ids,
        "status": named((rejected_lines > 0).astype(np.int8), pa.array(spec.STATUSES)),
        "co2e_ug": total,
        "low_ug": low,
        "high_ug": high,
        **{f"{name}_ug": pa.array(stages[s], mask=~assessed[s]) for s, name in enumerate(spec.STAGES)},
        "lines": lines,
        "rejected_lines": rejected_lines,
        "factor_id": named(factor, factor_ids),
        "factor_level": pa.array(level, mask=level < 0),
        "grade": named(grade, pa.array(spec.GRADES)),
    })  # fmt: skip


def orders(data: Path, out: Path) -> None:
    """Totals of the order lines in data, as `contender` describes them."""
    prepared = np.load(data / "dense.npz")
    tables = tuple(prepared[name] for name in ("tier", "category", "numbers", "price_index"))
    categories = prepared["categories"].tolist()
    years = list(spec.PRICE_INDEX)
    first_day = int(dense.FIRST_DAYS[years[0] - spec.FIRST_YEAR])
    calendar = [spec.EPOCH + timedelta(first_day + d) for d in range(365 * len(years) + len(years))]
    calendar = [day for day in calendar if day.year in spec.PRICE_INDEX]
    year_of_day = np.array([day.year - years[0] for day in calendar], np.int8)
    days = np.zeros((len(calendar), 4), np.int64)
    by_category = np.zeros((len(categories), len(years), 3, 2), np.int64)
    writer = _Writer(out)
    for path in sorted((data / "lines").glob("*.parquet")):
        for _, table in _whole_groups(path, "order_id"):
            order, product, pieces, spend = (
                table.column(name).to_numpy() for name in ("order_id", "product_id", "pieces", "spend")
            )
            day = table.column("date").cast(pa.int32()).to_numpy()
            ids, date, total, lines, rejected_lines, where = bound_kernels.order_totals(
                order, product, pieces, spend, day, tables, first_day, year_of_day, days, by_category
            )
            writer.add("orders", pa.table({
                "order_id": ids, "date": pa.array(date).cast(pa.date32()),
                "co2e_ug": pa.array(total, mask=lines == rejected_lines), "lines": lines,
                "rejected_lines": rejected_lines,
            }))  # fmt: skip
            writer.add("rejected", pa.table({
                "order_id": order[where], "product_id": product[where],
                "reason": pa.array([spec.NO_FACTOR] * len(where), pa.string()),
            }))  # fmt: skip
    seen = days[:, 0] > 0
    writer.add("days", pa.table({
        "date": pa.array([day for day, was in zip(calendar, seen, strict=True) if was]),
        **{name: days[seen, n] for n, name in enumerate(("orders", "lines", "rejected_lines", "co2e_ug"))},
    }))  # fmt: skip
    where = np.argwhere(by_category[..., 0] > 0)
    writer.add("categories", pa.table({
        "category": [categories[c] for c in where[:, 0]],
        "year": where[:, 1] + years[0],
        "tier": [spec.TIERS[t] for t in where[:, 2]],
        "lines": by_category[tuple(where.T)][:, 0],
        "co2e_ug": by_category[tuple(where.T)][:, 1],
    }))  # fmt: skip
    writer.add("intensity", _intensity(calendar, days))
    writer.close()


def _intensity(calendar: list, days: np.ndarray) -> pa.Table:
    """Micrograms an order by month, and its change against the same month a year before."""
    months: dict[tuple[int, int], np.ndarray] = {}
    for day, row in zip(calendar, days, strict=True):
        if row[0]:
            months[day.year, day.month] = months.get((day.year, day.month), 0) + row
    per_order = {month: row[3] / row[0] for month, row in months.items()}
    before = {month: per_order.get((month[0] - 1, month[1])) for month in months}
    return pa.table({
        "year": [month[0] for month in months],
        "month": [month[1] for month in months],
        **{name: [int(row[n]) for row in months.values()] for n, name in ((0, "orders"), (1, "lines"), (3, "co2e_ug"))},
        "ug_per_order": list(per_order.values()),
        "change": [None if before[m] is None else per_order[m] / before[m] - 1.0 for m in months],
    })  # fmt: skip


if __name__ == "__main__":
    contender.main(bill, orders)
