"""Figures that are made of a run's sums: a gas, the part that is not restated, grams per order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leafmark.engine import gases
from leafmark.engine.explain_address import GAS, Address, command
from leafmark.engine.explain_tree import Tree
from leafmark.engine.inputs import InputError
from leafmark.engine.recount import Bit, by_factor
from leafmark.engine.sum_facts import RunTables, counted_orders
from leafmark.factors.gwp import GASES


def measured(address: Address, bits: Sequence[Bit], shares: gases.Shares) -> tuple[int, list[tuple[int, int]]]:
    """A figure that is a share of each factor's grams, and what each factor gives to it."""
    gas = address.only(GAS)
    given = list(by_factor(bits, (lambda bit: bit.native) if gas is None else _of_gas(gas, shares)))
    return sum(ug for _, ug in given), given


def _of_gas(gas: str, shares: gases.Shares) -> Any:
    """Micrograms of one gas in a bit; the gas that takes the rest has what the others leave."""
    others = gases.summed(shares)

    def of(bit: Bit, name: str) -> int:
        return round(bit.ug * float(shares[bit.factor_no, GASES.index(name)]))

    if gas == gases.REST:
        return lambda bit: bit.ug - sum(of(bit, name) for name in others)
    return (lambda bit: of(bit, gas)) if gas in others else (lambda bit: 0)


def divided(figure: int, parts: Sequence[int]) -> list[int]:
    """Whole parts of a figure in proportion to signed whole parts that have a sum; they add up (largest remainder)."""
    whole = sum(parts)
    if not whole:
        return [figure, *([0] * (len(parts) - 1))] if parts else []
    pairs = [divmod(figure * part, whole) for part in parts]
    left = figure - sum(quotient for quotient, _ in pairs)
    # a remainder has the sign of the divisor, so it is smaller than it and what is left is 0 or as many as there are parts
    order = sorted(range(len(parts)), key=lambda n: (-abs(pairs[n][1]), n))
    more = set(order[:left])
    return [quotient + (n in more) for n, (quotient, _) in enumerate(pairs)]


def per_order(of_run: RunTables, whole: Tree, address: Address) -> Tree:
    """The tree of the total, each figure divided by the orders with an accepted line."""
    run, orders = of_run.run, counted_orders(of_run)
    if not orders:
        raise InputError(f"{run.path}: no order has an accepted line, so there is nothing to divide by")
    figure = whole["co2e_ug"] // orders

    def alike(value: int, parts: Sequence[Tree]) -> list[Tree]:
        shares = divided(value, [part["co2e_ug"] for part in parts])
        return [_divided_part(part, share, alike) for part, share in zip(parts, shares, strict=True)]

    return {
        **whole, "subject_id": str(address), "address": list(address.arguments),
        "command": command(run.path, *address.arguments), "co2e_ug": figure, "low_ug": whole["low_ug"] // orders,
        "high_ug": whole["high_ug"] // orders, "share_of_total": None, "published_in": [],
        "divided": {"co2e_ug": whole["co2e_ug"], "orders": orders, "command": whole["command"]},
        "note": "a part is divided as the figure is, by largest remainder; its command explains it undivided",
        "cuts": [
            {**cut, "parts": alike(figure, cut["parts"])} for cut in whole["cuts"] if cut["by"] not in ("order", "product")
        ],
    }  # fmt: skip


def _divided_part(part: Tree, share: int, alike: Any) -> Tree:
    inner = {"parts": alike(share, part["parts"])} if part.get("parts") else {}
    return {**part, "co2e_ug": share, **inner}
