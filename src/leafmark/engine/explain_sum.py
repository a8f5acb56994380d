"""Explain a sum of a run: its total, a stage, a scope, a category, a tier, a month, a factor, or several at once.

    figure -> a cut by category, stage, ... -> their largest factors
           -> cuts by tier, month, factor, product, ...

Each cut adds up to the figure, the rest of it as one part, "N others"; a part names the command that explains it. The
run is counted again from what it pinned (`recount`), and the figure is held to every place where the run has published
it (`published`): where one differs, that is an error, never a footnote.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leafmark.engine import closing
from leafmark.engine.explain_address import (
    GAS,
    NOT_RESTATED,
    PER_ORDER,
    TOTAL,
    Address,
    Condition,
    close_to,
    command,
    kinds_said,
    offered,
    subject_argument,
)  # fmt: skip
from leafmark.engine.explain_tree import ExplainMismatch, Tree, head
from leafmark.engine.inputs import InputError
from leafmark.engine.line_factors import LineFactors
from leafmark.engine.pinned import Pinned
from leafmark.engine.published import Published, published
from leafmark.engine.recount import OF_FACTOR, Bit, Group, Groups, Recount, factor_sums, recipe_of
from leafmark.engine.recount_bill import BillRecount
from leafmark.engine.recount_orders import BELOW, PERIODS, OrderRecount
from leafmark.engine.run import Run
from leafmark.engine.schema import STAGES
from leafmark.engine.sum_facts import RunTables, facts, lines_of, orders_with, subjects_with
from leafmark.engine.sum_measures import measured, per_order

SCHEMA = "leafmark.explain-sum/1"
PARTS_SHOWN = 10
"""Parts of a cut before the rest is one."""
INNER_SHOWN = 2
VALUES_SHOWN = 6
WHOLE_SHOWN = 62
"""Stages, scopes, tiers, years, months and days of a month stand in their own order, none left out, up to this many."""
_IN_ORDER = {"stage", "scope", *PERIODS}
_CUT_AGAIN = ("group", "category", "stage", "scope")
_RANGE_TOLERANCE = 1e-9
"""Relative: a bound is a float's floor, and engines differ in a float's last digit; a figure is whole and has none."""
_RANGE_SAID = (
    "95 %, lognormal, by moment matching (Fenton 1960): one factor's error is the same in all its lines, different "
    "factors err apart; amounts with a spread of their own err line by line"
)


class SumExplainer:
    """Answers for the sums of one run; what was counted stays for the next question.

    Parameters
    ----------
    changed : inputs that are no longer the recorded ones.
    """

    def __init__(self, run: Run, pinned: Pinned, recount: Recount, factors: LineFactors, changed: list[str]) -> None:
        self.run, self.pinned, self.recount, self.factors, self.changed = run, pinned, recount, factors, changed
        found, total = sum(bit.ug for bit in recount.bits(())), run.record["totals"]["co2e_ug"]
        if found != (total or 0):
            raise self._mismatch(TOTAL, "run.json", total, found)
        self.tables = RunTables(run)

    def close(self) -> None:
        """Let go of connections and temporary files."""
        self.recount.close()
        self.tables.close()

    def kinds(self) -> tuple[str, ...]:
        """The kinds of address that this run can be asked for."""
        products = ("product",) if isinstance(self.recount, OrderRecount) else ()
        return (*self.recount.kinds, *products, GAS)

    def explain(self, address: Address, most: int = PARTS_SHOWN) -> Tree:
        """The tree of a sum, not yet checked; `most` parts of a cut before the rest is one."""
        self._askable(address)
        if address.word == PER_ORDER:
            return self._per_order(address, most)
        if address.word == NOT_RESTATED or address.only(GAS) is not None:
            return self._measured(address, most)
        product = next((each.value for each in address.conditions if each.kind == "product"), None)
        if product is None:
            return self._of_lines(address, "cube", address.conditions, most)
        assert isinstance(self.recount, OrderRecount)
        rest = tuple(each for each in address.conditions if each.kind != "product")
        return self._of_lines(address, self.recount.of_product(product), rest, most)

    def _askable(self, address: Address) -> None:
        """Refuse words and kinds that a run like this does not have."""
        for condition in address.conditions:
            if condition.kind not in self.kinds():
                raise InputError(
                    f"{condition}: a run of {self.pinned.method.name} has no {condition.kind}; it may be asked for "
                    f"{self._asked_for()}; an id that reads so is asked for as {subject_argument(str(condition))!r}"
                )
        if address.word == PER_ORDER and not isinstance(self.recount, OrderRecount):
            raise InputError(
                f"{PER_ORDER}: a run of {self.pinned.method.name} has no orders; it may be asked for {self._asked_for()}"
            )

    def _asked_for(self) -> str:
        return f"{TOTAL}, {kinds_said(self.kinds())} or an id"

    def _of_lines(self, address: Address, cube: str, conditions: Sequence[Condition], most: int) -> Tree:
        """A figure that is the sum of lines."""
        bits = self.recount.bits(conditions, cube)
        stated = published(self.tables, address)
        if not bits and not stated:
            raise self._unknown(address)
        counted = closing.total_range(factor_sums(bits))
        for each in stated:
            self._same(address, each, counted)
        nothing = not bits and all(each.ug is None for each in stated)
        figure: dict[str, int | None] = {name: None if nothing else ug for name, ug in counted.items()}
        cuts = [self._cut(kind, address, conditions, cube, bits, most) for kind in self._cuts_of(conditions, cube)]
        cuts = [cut for cut in cuts if cut["count"] > 1 or cut["by"] == "factor"]
        cuts += [] if nothing else list(self._holders(address, conditions, most))
        self._inner(address, cuts, conditions, cube)
        return self._tree(address, figure, stated, bits, [cut for cut in cuts if cut["parts"]], cube == "cube")

    def _tree(
        self, address: Address, figure: dict[str, int | None], stated: list[Published], bits: list[Bit],
        cuts: list[Tree], whole: bool,
    ) -> Tree:  # fmt: skip
        total = self.run.record["totals"]["co2e_ug"]
        of_run = figure["co2e_ug"] is not None and total
        return {
            **head(self.run, self.pinned, self.changed, "sum", str(address)), "schema": SCHEMA,
            "address": list(address.arguments), "command": command(self.run.path, *address.arguments), **figure,
            "share_of_total": (figure["co2e_ug"] or 0) / total if of_run else None,
            "range": {"how": _RANGE_SAID, "factors": len({bit.factor_no for bit in bits}),
                      "published": any(each.low_ug is not None for each in stated)},
            "published_in": [each.where for each in stated],
            "lines": lines_of(self.tables, address), "facts": facts(self.tables, address),
            "cuts": cuts,
        }  # fmt: skip

    def _cuts_of(self, conditions: Sequence[Condition], cube: str) -> list[str]:
        """The kinds worth cutting by: those that the conditions leave open."""
        fixed = {condition.kind for condition in conditions}
        recount = self.recount
        if isinstance(recount, BillRecount):
            chosen = ["stage", "scope", "factor", "source"]
        else:
            nested = any(BELOW in name for name in recount.values("category"))
            finest = next((kind for kind in ("day", "month", "year") if kind in fixed), None)
            time = {None: "month", "year": "month", "month": "day", "day": None}[finest]
            first = "category" if "group" in fixed or not nested else "group"
            chosen = [first, "tier", *([time] if time else []), "factor", "source"]
            if "category" in fixed or cube != "cube":
                chosen.remove(first)
        told = fixed | (set(OF_FACTOR) if "factor" in fixed else set())
        return [kind for kind in chosen if kind not in told]

    def _cut(
        self, kind: str, address: Address, conditions: Sequence[Condition], cube: str, bits: Sequence[Bit], most: int
    ) -> Tree:
        groups = self.recount.groups(kind, conditions, WHOLE_SHOWN if kind in _IN_ORDER else most, cube)
        parts = [self._part(kind, group, address) for group in _ordered(kind, groups)]
        if kind == "factor":
            self._add_sources(parts, conditions, cube, bits)
        return _cut(kind, parts, groups)

    def _part(self, kind: str, group: Group, address: Address) -> Tree:
        inside = address.within(Condition(kind, str(group.name)))
        return {**_grams(group), "command": command(self.run.path, *inside.arguments)}

    def _add_sources(
        self, parts: Sequence[Tree], conditions: Sequence[Condition], cube: str, bits: Sequence[Bit]
    ) -> None:
        """Give factors their facts, how far from the place asked for they were found, and their share of the spread."""
        sums = factor_sums(bits)
        spread = {key: sd * sd + own for key, (_, sd, own) in sums.items()}
        whole = sum(spread.values())
        numbers = {name: number for number, name in enumerate(self.recount.factors)}
        for part in parts:
            number = numbers[part["name"]]
            mine = sum(variance for (factor_no, _), variance in spread.items() if factor_no == number)
            low, high = self.recount.levels(part["name"], conditions, cube)
            part["share_of_variance"] = mine / whole if whole else None
            part["region_level"] = [low, high]
            part["factors"] = [{"factor_id": each, **self.factors.used(each).facts} for each in recipe_of(part["name"])]

    def _holders(self, address: Address, conditions: Sequence[Condition], most: int) -> Sequence[Tree]:
        """Cuts by the subjects of a bill, or by the orders and the products of order lines."""
        kinds = {condition.kind for condition in address.conditions}
        if isinstance(self.recount, BillRecount):
            if not kinds or kinds == {"stage"}:
                groups = subjects_with(self.tables, conditions, most)
            else:
                groups = self.recount.holders(conditions, most)
            return [
                _cut(self.pinned.method.subject.removesuffix("_id"), list(map(self._subject, groups.largest)), groups)
            ]
        cuts = []
        if "product" not in kinds:
            groups = self.recount.holders(conditions, most)
            cuts.append(_cut("product", [self._part("product", each, address) for each in groups.largest], groups))
        if kinds <= set(PERIODS):
            groups = orders_with(self.tables, conditions, most)
            cuts.append(_cut("order", [self._subject(each) for each in groups.largest], groups))
        return cuts

    def _subject(self, group: Group) -> Tree:
        return {**_grams(group), "command": command(self.run.path, subject_argument(group.name))}

    def _inner(self, address: Address, cuts: Sequence[Tree], conditions: Sequence[Condition], cube: str) -> None:
        """Under each part of the first cut its largest factors."""
        if not cuts or cuts[0]["by"] not in _CUT_AGAIN or "factor" in {each.kind for each in conditions}:
            return
        for part in cuts[0]["parts"]:
            if "command" not in part:
                continue
            condition = Condition(cuts[0]["by"], part["name"])
            groups = self.recount.groups("factor", [*conditions, condition], INNER_SHOWN, cube)
            inside = address.within(condition)
            part["parts"] = _cut("factor", [self._part("factor", each, inside) for each in groups.largest], groups)[
                "parts"
            ]

    def _measured(self, address: Address, most: int) -> Tree:
        """A gas, or the part that is not restated: a share of each factor's grams."""
        bits = self.recount.bits(())
        if not bits and address.word is not None:  # of nothing accepted, what is not restated is not known either
            return self._tree(address, dict.fromkeys(("co2e_ug", "low_ug", "high_ug")), [], [], [], True)
        figure, by_number = measured(address, self.recount.unsigned(), self.recount.shares)
        stated = published(self.tables, address)
        if address.word is None and not stated:
            raise self._unknown(address)
        for each in stated:
            self._same(address, each, {"co2e_ug": figure})
        if address.word is not None:
            stated = [self._share_stated(figure)]
        groups = [Group(self.recount.factors[number], ug, 0) for number, ug in by_number if ug]
        groups.sort(key=lambda group: (-abs(group.ug), group.name))
        parts = []
        for group in groups[:most]:
            inside = Address(None, (Condition("factor", str(group.name)),))
            parts.append({**_grams(group), "command": command(self.run.path, *inside.arguments)})
        self._add_sources(parts, (), "cube", bits)
        cut = _cut("factor", parts, Groups(tuple(groups[:most]), len(groups), figure, 0))
        tree = self._tree(address, {"co2e_ug": figure, "low_ug": None, "high_ug": None}, stated, bits, [cut], True)
        for part in parts:
            del part["share_of_variance"]
        return {
            **tree,
            "range": None,
            "note": "a part is what its factor gives to it; the command explains the whole factor",
        }

    def _share_stated(self, figure: int) -> Published:
        """`gwp_native_share` of run.json, held to the figure; it is a share, so it is compared as one."""
        totals = self.run.record["totals"]
        share = figure / totals["co2e_ug"] if totals["co2e_ug"] else 0.0
        if abs(share - totals["gwp_native_share"]) > _RANGE_TOLERANCE + len(self.recount.factors) / max(
            1, abs(totals["co2e_ug"])
        ):
            raise self._mismatch(
                "not-restated, as a share of the total,", "run.json", totals["gwp_native_share"], share
            )
        return Published("run.json: totals.gwp_native_share", figure)

    def _per_order(self, address: Address, most: int) -> Tree:
        """The total divided by the orders that hold an accepted line; its cuts are the total's, divided alike."""
        whole = self.explain(Address(TOTAL), most)
        return per_order(self.tables, whole, address)

    def _same(self, address: Address, stated: Published, counted: dict[str, int]) -> None:
        """Hold a published figure to the counted one."""
        if (stated.ug or 0) != counted["co2e_ug"]:
            raise self._mismatch(str(address), stated.where, stated.ug, counted["co2e_ug"])
        for name in ("low_ug", "high_ug"):
            bound = getattr(stated, name)
            if bound is not None and abs(bound - counted[name]) > 1 + _RANGE_TOLERANCE * abs(bound):
                raise self._mismatch(f"{address}, {name},", stated.where, bound, counted[name])

    def _mismatch(self, what: str, where: str, stated: float | None, found: float) -> ExplainMismatch:
        changed = "".join(f"; changed since the run: {name}" for name in self.changed + self.pinned.changed)
        return ExplainMismatch(
            f"{what} is {stated} in {self.run.path}/{where}, but its lines add up to {found}"
            f"{changed or '; no input or pack has changed, so the run itself was: leafmark replay'}"
        )

    def _unknown(self, address: Address) -> InputError:
        """Which of the conditions nothing is known of, and the closest values that are."""
        for condition in address.conditions:
            if condition.kind == GAS:
                known = list(self.run.record["totals"].get("by_gas_ug", {}))
            elif condition.kind == "product":
                return InputError(f"{condition}: no accepted line of {self.run.path} is of that product")
            else:
                known = self.recount.values(condition.kind)
            if condition.value in known:
                continue
            close = close_to(condition.value, known)
            said = offered(f"{condition.kind}:{name}" for name in close)
            some = ", ".join(f"{condition.kind}:{name}" for name in known[:VALUES_SHOWN])
            return InputError(
                f"{condition}: no accepted line of {self.run.path} is of that {condition.kind}{said}; it knows {len(known):,}: "
                f"{some}{', ...' if len(known) > VALUES_SHOWN else ''}; otherwise {self._asked_for()}"
            )
        return InputError(f"{address}: no accepted line of {self.run.path} is of all of these at once")


def _ordered(kind: str, groups: Groups) -> list[Group]:
    """Groups by size, or in their own order where they have one and all are there."""
    if kind not in _IN_ORDER or groups.count > len(groups.largest):
        return list(groups.largest)
    if kind == "stage":
        return sorted(groups.largest, key=lambda group: STAGES.index(group.name))
    return sorted(groups.largest, key=lambda group: str(group.name))


def _grams(group: Group) -> Tree:
    """A part's name and grams, and its lines where they were counted."""
    return {"name": str(group.name), "co2e_ug": group.ug, **({"lines": group.lines} if group.lines else {})}


def _cut(kind: str, parts: list[Tree], groups: Groups) -> Tree:
    """A cut with what is left over as one part."""
    left = groups.count - len(parts)
    if left:
        rest = Group(
            f"{left:,} other{'s' if left > 1 else ''}",
            groups.ug - sum(group.ug for group in groups.largest),
            groups.lines - sum(group.lines for group in groups.largest),
        )
        parts = [*parts, {**_grams(rest), "others": left}]
    return {"by": kind, "count": groups.count, "parts": parts}


def check_sum(tree: Tree) -> None:
    """Hold every cut to its figure, and every part's own parts to it.

    Raises
    ------
    ExplainMismatch
        Naming the level, its figure and the sum found.
    """
    for cut in tree["cuts"]:
        _adds_up(f"{tree['subject_id']}, by {cut['by']}", tree["co2e_ug"] or 0, cut["parts"])
        for part in cut["parts"]:
            if part.get("parts"):
                _adds_up(f"{tree['subject_id']}, {cut['by']} {part['name']}", part["co2e_ug"], part["parts"])


def _adds_up(what: str, figure: int, parts: Sequence[Any]) -> None:
    found = sum(part["co2e_ug"] for part in parts)
    if found != figure:
        raise ExplainMismatch(f"{what}: is {figure} micrograms, but its parts add up to {found}: leafmark replay")


__all__ = ["SCHEMA", "SumExplainer", "check_sum"]
