"""The gases of entries and totals, in micrograms of CO2e: an entry's gases add up to the entry.

A factor splits its CO2e by fixed shares (`Lookup.gases`), so gases are sums over factors of grams times a share, each
rounded to whole micrograms. CO2 takes what is left, so that the parts add up; what a publisher gives as a total
alone is `unsplit`, which is not zero of anything. Only gases that some factor of the run has are summed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leafmark.engine.backends import Backend
from leafmark.factors.gwp import GASES

REST = "co2"
"""The gas that takes what rounding leaves."""

GASES_TYPE = pa.struct([(f"{gas}_ug", pa.int64()) for gas in GASES])
"""The type of an entry's `gases`: int64 micrograms of CO2e each."""

Shares = npt.NDArray[np.float64]


def summed(shares: Shares) -> tuple[str, ...]:
    """The gases to sum: those that a factor has, but the one that takes the rest."""
    return tuple(gas for n, gas in enumerate(GASES) if gas != REST and shares[:, n].any())


def register(backend: Backend, shares: Shares) -> None:
    """Make `factor_gases`: a factor's number and its shares."""
    columns = {gas: pa.array(shares[:, GASES.index(gas)]) for gas in summed(shares)}
    backend.table("factor_gases", pa.table({"number": pa.array(np.arange(len(shares), dtype=np.int32)), **columns}))


def columns(names: Sequence[str], ug: str, factor: str = "n") -> str:
    """SQL of `<gas>_ug`, summed over the factors of a group; each with a comma before it."""
    return "".join(
        f", CAST(SUM(CAST(ROUND({ug} * {factor}.{name}) AS BIGINT)) AS BIGINT) AS {name}_ug" for name in names
    )


def of_line(names: Sequence[str], ug: str, factor: str = "n") -> str:
    """SQL of `<gas>_ug` of one line; each with a comma before it."""
    return "".join(f", CAST(ROUND({ug} * {factor}.{name}) AS BIGINT) AS {name}_ug" for name in names)


def struct(batch: pa.RecordBatch) -> pa.StructArray:
    """The entry's `gases` from the columns that are there."""
    total = batch.column("co2e_ug")
    nothing = pa.array(np.zeros(batch.num_rows, np.int64))
    found = {
        gas: batch.column(f"{gas}_ug") if f"{gas}_ug" in batch.schema.names else nothing for gas in GASES if gas != REST
    }
    rest = total
    for values in found.values():
        rest = pc.subtract(rest, values)
    return pa.StructArray.from_arrays([rest if gas == REST else found[gas] for gas in GASES], fields=list(GASES_TYPE))


def totals(by_factor: Iterable[tuple[int, int]], shares: Shares) -> dict[str, int]:
    """Micrograms of each gas from (factor, micrograms); they add up to the total. Gases that no factor has are absent, and
    of nothing at all there is none.
    """
    sums: dict[str, int] = dict.fromkeys(summed(shares), 0)
    whole, some = 0, False
    for factor, ug in by_factor:
        whole, some = whole + ug, True
        for gas in sums:
            sums[gas] += round(ug * float(shares[factor, GASES.index(gas)]))
    rest = whole - sum(sums.values())
    return ({REST: rest} if rest else {}) | sums if some else {}


def added(groups: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Several totals by gas in one."""
    sums: dict[str, int] = {}
    for group in groups:
        for gas, ug in group.items():
            sums[gas] = sums.get(gas, 0) + ug
    return sums
