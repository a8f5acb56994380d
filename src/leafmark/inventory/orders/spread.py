"""Shared grams spread exactly: by largest remainder, so that the parts add up to the microgram.

    part_i = floor(total x weight_i / weights),  and the micrograms left over go one each to the largest remainders, ties in order

In SQL over whole numbers of 128 bits: total (below 2^63) times weight (below 2^63) fits, and nothing is ever divided as a float.
"""

from __future__ import annotations

from collections.abc import Sequence


def parts(total: int, weights: Sequence[int]) -> list[int]:
    """A whole number in parts by weight, of either sign; all 0 where no weight is above 0 (the caller says so)."""
    weight = sum(weights)
    if weight <= 0:
        return [0] * len(weights)
    size, sign = abs(total), -1 if total < 0 else 1
    floors = [size * each // weight for each in weights]
    order = sorted(range(len(weights)), key=lambda at: (-(size * weights[at] % weight), at))
    for at in order[: size - sum(floors)]:
        floors[at] += 1
    return [sign * each for each in floors]


def sql(met: str, ties: Sequence[str], values: Sequence[str]) -> str:
    """The same as a query over `met` (shared_id, weight, the columns of `ties`, which tell its rows apart, and `values` to spread).

    Every value is spread by itself. Rows of weight 0 get 0.
    """
    order = ", ".join(ties)

    def floor(value: str) -> str:
        return f"(ABS(CAST({value} AS HUGEINT)) * weight) // all_weight"

    def remainder(value: str) -> str:
        return f"(ABS(CAST({value} AS HUGEINT)) * weight) % all_weight"

    weighed = f"SELECT *, SUM(CAST(weight AS HUGEINT)) OVER (PARTITION BY shared_id) AS all_weight FROM ({met}) AS m WHERE weight > 0"
    floors = ", ".join(
        f"{floor(v)} AS {v}_floor, ROW_NUMBER() OVER (PARTITION BY shared_id ORDER BY {remainder(v)} DESC, {order}) AS {v}_rank"
        for v in values
    )
    left = ", ".join(
        f"ABS(CAST({v} AS HUGEINT)) - SUM({v}_floor) OVER (PARTITION BY shared_id) AS {v}_left" for v in values
    )
    given = ", ".join(
        f"CAST(SIGN({v}) * ({v}_floor + CASE WHEN {v}_rank <= {v}_left THEN 1 ELSE 0 END) AS BIGINT) AS {v}_part"
        for v in values
    )
    return f"SELECT *, {given} FROM (SELECT *, {left} FROM (SELECT *, {floors} FROM ({weighed}) AS w) AS f) AS g"
