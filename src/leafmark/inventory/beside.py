"""Where in the scopes that comes from which stands beside them: CO2 of biogenic carbon by scope and category.

    a line outside the scopes x the line of the same activities and factor inside -> its scope and category

What is burnt emits both: gases that are in a scope, and CO2 of biogenic carbon that is reported apart, for each scope and category (GHG
Protocol Corporate Standard, chapter 9; Scope 3 Standard, 11.1; cited from their contents). The run writes the second as a copy of the first with
neither scope nor category (`accounting.lines`), so that no total can take it; here the two are laid side by side again. Lines that are
alike in all that was copied have the same amount and the same factor, so the same grams too: whichever of them meets which, sums agree.

A line without its like (gases outside the Kyoto Protocol, which are in no scope at all; books written by hand) has no scope, and
none is guessed.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leafmark.engine import memory_database
from leafmark.inventory.book import By, Sum, outside_sums
from leafmark.inventory.tables import LINES_SCHEMA

_OWN: Final = {
    "scope", "category", "outside", "co2e_ug", "sd_ug", "own_sd_ug", "low_ug", "high_ug", "gases",
}  # fmt: skip
"""What a line outside the scopes does not have from its like inside."""
_ALIKE: Final = tuple(name for name in LINES_SCHEMA.names if name not in _OWN)
Place = tuple[str, int | None, int | None, str]
"""What it is, scope, category (None: not told) and activity file."""


def places(lines: pa.Table) -> pa.Table:
    """Scope and category of what stands outside the scopes, those of its like, in the lines' order; NULL of all other lines."""
    if lines["outside"].null_count == lines.num_rows:
        return pa.table({name: pa.nulls(lines.num_rows, pa.int8()) for name in ("scope", "category")})
    alike = ", ".join(_ALIKE)
    same = " AND ".join(f"o.{name} IS NOT DISTINCT FROM i.{name}" for name in (*_ALIKE, "nth"))
    given = lines.select(["scope", "category", "outside", "co2e_ug", *_ALIKE])
    given = given.append_column("place", pa.array(np.arange(lines.num_rows)))
    with memory_database.connect() as connection:
        connection.register("given", given)
        found = connection.sql(
            f"""WITH o AS (SELECT place, {alike}, row_number() OVER (PARTITION BY outside, {alike} ORDER BY co2e_ug, place) AS nth FROM given
                    WHERE outside IS NOT NULL),
                  i AS (SELECT scope, category, {alike}, row_number() OVER (PARTITION BY {alike} ORDER BY co2e_ug, place) AS nth FROM given
                    WHERE outside IS NULL AND factor_id IN (SELECT factor_id FROM o))
                SELECT o.place, i.scope, i.category FROM o JOIN i ON {same}"""
        ).to_arrow_table()
    return pa.table({name: _scattered(found, name, lines.num_rows) for name in ("scope", "category")})


def _scattered(found: pa.Table, name: str, count: int) -> pa.Array:
    values, told = np.zeros(count, np.int8), np.zeros(count, np.bool_)
    here = found.filter(pc.is_valid(found[name]))
    where = here["place"].to_numpy()
    values[where], told[where] = here[name].to_numpy(), True
    return pa.array(values, mask=~told)


def placed(lines: pa.Table) -> pa.Table:
    """The lines that stand outside the scopes, each with the scope and category of its like; NULL where it has none."""
    found = places(lines)
    for name in ("scope", "category"):
        lines = lines.set_column(lines.column_names.index(name), LINES_SCHEMA.field(name), found[name])
    return lines.filter(pc.is_valid(lines["outside"]))


def rows(beside: pa.Table, by: By = "location") -> dict[Place, Sum]:
    """Totals of `placed` lines by what they are, scope, category and activity file, in order; what has no scope comes last."""
    found = outside_sums(beside, ("outside", "scope", "category", "template"), by)
    return {key: found[key] for key in sorted(found, key=_order)}


def _order(key: tuple[Any, ...]) -> tuple[Any, ...]:
    what, scope, category, template = key
    return what, scope or 9, category or 0, template
