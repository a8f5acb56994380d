"""Bills: a row is one line of what a product is made of, moved by, used with and ends as.

A product's lines are taken together or not at all. Were one line left out and the others taken, its footprint would come out
too low; so a product with a faulty line gives all its lines back, and the file to mend holds whole bills.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leafmark.engine.closest import Closest
from leafmark.factors import units
from leafmark.factors.model import Pack
from leafmark.methods.bill import AMOUNT_CAP

from .columns import Field
from .findings import Finding, Texts, finding
from .limits import DEFAULT_LIMITS, Limits
from .numbers import Decimal
from .products import region
from .reading import Progress, ragged_cell, read_file, silent
from .result import Import, Reading
from .said import Said, proposed, say
from .words import BOOL_CHOICES, KIND_CHOICES, STAGE_CHOICES

Keys = Mapping[str, Collection[str]]
"""Factor key -> the units its factors are per."""

OF_ENGINE: Final = (
    "product_id", "stage", "key", "amount", "unit", "region", "date", "activity_id", "component_id", "kind", "amount_gsd",
    "primary",
)  # fmt: skip
NEEDED: Final = ("product_id", "stage", "amount")
GSD_MAX: Final = 100.0


def keys_of(packs: Collection[Pack]) -> Keys:
    """The keys of packs with their units, as `read_bills` checks lines against them."""
    found: dict[str, set[str]] = {}
    for pack in packs:
        table = pack.factors
        for key, unit in zip(table.column("key").to_pylist(), table.column("unit").to_pylist(), strict=True):
            found.setdefault(key, set()).add(unit)
    return found


def _unit(text: str) -> tuple[str | None, Said | None]:
    try:
        return units.canonical(text), None
    except units.UnitError:
        return None, say("known_unit", proposal=proposed(units.proposal(text)))


def _fields(keys: Keys | None) -> tuple[Field, ...]:
    near = Closest(keys) if keys is not None else None

    def key(text: str) -> tuple[str | None, Said | None]:
        if keys is None or text in keys:
            return text, None
        close = near.to(text) if near is not None else []
        return None, say("factor_key", proposal=say("did_you_mean", names=close) if close else say("match_proposes"))

    return (
        Field("product_id", "id", required=True, chars_max=200),
        Field("stage", "choice", required=True, choices=STAGE_CHOICES),
        Field("key", "listed", read=key, chars_max=200),
        Field("material", chars_max=500),
        Field("amount", "number", required=True, low=-AMOUNT_CAP, high=AMOUNT_CAP),
        Field("unit", "listed", read=_unit),
        Field("region", "listed", read=region),
        Field("date", "day"),
        Field("amount_gsd", "number", low=1.0, high=GSD_MAX),
        Field("activity_id", "id", chars_max=200),
        Field("component_id", "id", chars_max=200),
        Field("kind", "choice", choices=KIND_CHOICES),
        Field("primary", "choice", choices=BOOL_CHOICES),
    )


def read_bills(
    path: str | Path, limits: Limits = DEFAULT_LIMITS, *, decimal: Decimal | None = None, keys: Keys | None = None,
    progress: Progress = silent, called: str = "",
) -> Import:  # fmt: skip
    """Read a file of bills: CSV, TSV, XLSX or Parquet.

    Parameters
    ----------
    limits, decimal, progress, called : as `read_products`.
    keys : the factors' keys and units that a line must meet (`keys_of`); None = any key is taken.

    Returns
    -------
    Import
        `rows` with the engine's columns (docs/formats.md) and `material`. A line with a material and no key is accepted: its
        factor is still to be matched, and until it is the engine rejects the line and calls its product unknown.

    Raises
    ------
    ImportRefusedError
        The file cannot be read at all, or lacks a column it cannot do without.
    """
    reading = read_file("bills", path, _fields(keys), limits, decimal, progress, NEEDED, called)
    reading = _with_unit_of_header(_complete(reading))
    reading = reading.more([*_lines(reading), *_unmet_units(reading.typed, keys)])
    reading = reading.more(_held_back(reading))
    return replace(reading, notes=(*reading.notes, *_notes(reading))).result()


def engine_bill(bills: Import | pa.Table, confirmed: pa.Array | None = None) -> pa.Table:
    """The accepted lines as `leafmark.engine.footprint` takes them.

    Parameters
    ----------
    bills : an import, or its `rows`.
    confirmed : the key that a person confirmed for each line's material (`matching.confirmed_keys`), or null. Lines that name a
        key, or another product, keep what they name.
    """
    rows = bills if isinstance(bills, pa.Table) else bills.rows
    table = rows.select(list(OF_ENGINE))
    if confirmed is None:
        return table
    key, names_another = table.column("key"), pc.is_valid(table.column("component_id"))
    met = pc.if_else(names_another, key, pc.coalesce(key, confirmed))
    return table.set_column(table.column_names.index("key"), "key", met)


def _complete(reading: Reading) -> Reading:
    rows = reading.raw.table.num_rows
    columns: dict[str, pa.Array] = {}
    for field in _fields(None):
        kind = {"number": pa.float64(), "day": pa.date32()}.get(field.kind, pa.string())
        given = field.name in reading.typed.column_names
        columns[field.name] = reading.typed.column(field.name).combine_chunks() if given else pa.nulls(rows, kind)
    columns["primary"] = columns["primary"].cast(pa.bool_())
    return replace(reading, typed=pa.table(columns))


def _with_unit_of_header(reading: Reading) -> Reading:
    """Lines without a unit take that of the amount's header, as in `用量(kg)`."""
    mapped = next((each for each in reading.columns if each.column == "amount"), None)
    if mapped is None or not mapped.unit:
        return reading
    unit, _ = _unit(mapped.unit)
    if unit is None:
        return replace(reading, notes=(*reading.notes, say("note.header_unit", header=mapped.header, unit=mapped.unit)))
    table = reading.typed
    filled = pc.fill_null(table.column("unit"), unit)
    return replace(reading, typed=table.set_column(table.column_names.index("unit"), "unit", filled))


def _lines(reading: Reading) -> list[Finding]:
    """What a line must have besides cells that can be read."""
    table = reading.typed
    missing = {name: table.column(name).is_null().to_numpy() & ~reading.bad(name) for name in table.column_names}
    names_nothing = missing["key"] & missing["material"] & missing["component_id"]
    found = finding("key", names_nothing, say("what_line_is"), say("line_names"))
    found += finding("key", ~missing["key"] & ~missing["component_id"], say("key_or_component"))
    found += finding("unit", missing["unit"] & missing["component_id"], say("empty_unit"))
    negative = pc.fill_null(pc.less(table.column("amount"), 0.0), False).to_numpy()
    found += finding("amount", negative & missing["kind"], say("zero_or_more"), say("credit"))
    return found


def _unmet_units(table: pa.Table, keys: Keys | None) -> list[Finding]:
    """Lines whose unit does not convert to any of their factor's, as `kWh` for a factor per kg; each pair looked at once."""
    if keys is None:
        return []
    coded = [table.column(name).combine_chunks().dictionary_encode() for name in ("key", "unit")]
    both = pc.and_(coded[0].indices.is_valid(), coded[1].indices.is_valid()).to_numpy(zero_copy_only=False)
    places = np.flatnonzero(both)
    if not len(places):
        return []
    width = len(coded[1].dictionary)
    pairs = [each.indices.take(pa.array(places)).to_numpy().astype(np.int64) for each in coded]
    distinct, inverse = np.unique(pairs[0] * width + pairs[1], return_inverse=True)
    names = [each.dictionary.to_pylist() for each in coded]
    told: Texts = np.array(
        [_unmet(names[0][pair // width], names[1][pair % width], keys) for pair in distinct.tolist()], object
    )
    bad = np.flatnonzero(np.array([each is not None for each in told])[inverse])
    return [Finding("unit", places[bad].astype(np.int64), told[inverse[bad]])] if len(bad) else []


def _unmet(key: str, unit: str, keys: Keys) -> Said | None:
    per = sorted(keys[key])
    measured = units.dimension(unit)
    if any(units.dimension(each) == measured for each in per):
        return None
    return say("unit_converts", units=per, key=key)


def _held_back(reading: Reading) -> list[Finding]:
    """The good lines of products that have a faulty one."""
    bad = reading.bad()
    products = reading.typed.column("product_id").combine_chunks()
    place = next(each.place - 1 for each in reading.columns if each.column == "product_id")
    aside = {ragged_cell(record, place): record.row for record, _ in reading.aside}
    if not bad.any() and not aside:
        return []
    faulty = pc.unique(products.filter(pa.array(bad)).drop_null())
    of_aside = pa.array([product for product in aside if product], pa.string())
    held = pc.is_in(products, value_set=pa.concat_arrays([faulty, of_aside])).to_numpy(zero_copy_only=False) & ~bad
    return finding("product_id", held, say("whole_bill"), say("bill_is_whole"))


def _notes(reading: Reading) -> list[Said]:
    table, bad = reading.typed, reading.bad()
    notes = []
    unnamed = int((table.column("product_id").is_null().to_numpy()).sum())
    if unnamed:
        notes.append(say("note.unnamed", count=unnamed))
    good = table.filter(pa.array(~bad))
    unmatched = int(pc.sum(pc.and_(good.column("key").is_null(), good.column("component_id").is_null())).as_py() or 0)
    if unmatched:
        notes.append(say("note.unmatched", count=unmatched))
    zeros = int(pc.sum(pc.equal(good.column("amount"), 0.0)).as_py() or 0)
    if zeros:
        notes.append(say("note.zeros", count=zeros))
    return notes
