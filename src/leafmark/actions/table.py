"""The table of acts: its columns, and what must hold of every act whatever it is.

One row is one act. Beside the columns that every act has, the table has those that its kinds of acts need; the others stay
empty. Nothing here looks at an act in Python: checks are SQL terms, each with its reason, field and what was expected, and
an act is refused by the first that does not hold.
"""

from __future__ import annotations

from dataclasses import dataclass

from leafmark.actions.kinds import KINDS
from leafmark.engine.inputs import quote
from leafmark.methods import Column, Method

COMMON = (
    Column("activity_id", "id", meaning="the act, named by the client; also makes the ledger's event id"),
    Column("account_id", "id", meaning="the account credited: a whole number, random"),
    Column("action", "text", meaning="what was done: the acts of `docs/actions.md`"),
    Column("document", "text", meaning="ticket, order, serial number: what all partners know the act by"),
    Column("amount", "float", low=0, high=1e6, cap_reason="no act is a million of anything", meaning="how much"),
    Column("unit", "text", meaning="unit of the amount"),
    Column("date", "date", meaning="the day of the act"),
    Column("evidence", "text", meaning="A gate, payment, weighbridge; B partner; C device; D self-declared"),
    Column("source", "text", meaning="who reports it"),
    Column("region", "text", required=False, meaning="where; missing = world"),
    Column("factor_region", "text", required=False, meaning="whose factors stand in where the act's region has none"),
    Column("programme", "text", required=False, meaning="needed where the catalogue holds several"),
)  # fmt: skip


def columns() -> tuple[Column, ...]:
    """Every column that an act of some kind reads. A family's own are required of its acts, so they are optional here."""
    found = {column.name: column for column in COMMON}
    for kind in KINDS:
        for column in kind.method.act.columns if kind.method and kind.method.act else ():
            found.setdefault(column.name, Column(column.name, column.type, required=False))
    return tuple(found.values())


@dataclass(frozen=True)
class Demand:
    """What must hold of an act, in SQL; NULL does not hold."""

    reason: str
    field: str
    must: str
    expected: str
    found: str = ""

    def refusal(self) -> str:
        """A struct of reason, field, found and expected; NULL where it holds."""
        found = self.found or (f"CAST({self.field} AS VARCHAR)" if self.field else "NULL")
        return (
            f"CASE WHEN NOT coalesce({self.must}, FALSE) THEN {{'reason': {quote(self.reason)}, 'field': {quote(self.field)}, "
            f"'found': {found}, 'expected': {quote(self.expected)}}} END"
        )


def common_demands(several_programmes: bool) -> list[Demand]:
    """What is asked of every act. Reads the act with `nth`, `known_action`, `method_id` and `place_known` beside it."""
    demands = [
        Demand("missing_value", name, f"trim(CAST({name} AS VARCHAR)) <> ''", each.expected)
        for each in COMMON
        if each.required and (name := each.name)
    ]
    if several_programmes:
        demands.append(Demand("missing_value", "programme", "programme IS NOT NULL", "a programme of the catalogue"))
    return [
        *demands,
        Demand("duplicate_id", "activity_id", "nth = 1", "an id used once"),
        Demand("unreadable", "account_id", "TRY_CAST(account_id AS BIGINT) IS NOT NULL", "a whole number of 64 bits"),
        Demand("unknown_action", "action", "known_action", "an act of the programme's catalogue"),
        Demand("not_valid_on_day", "date", "method_id IS NOT NULL", "a day on which the catalogue has terms of the act"),
        Demand("unknown_evidence", "evidence", "evidence IN ('A', 'B', 'C', 'D')", "A, B, C or D"),
        Demand("unreadable", "amount", "isfinite(amount)", "a finite number"),
        Demand("negative_amount", "amount", "amount >= 0", "0 or more: what made things worse follows from its inputs"),
        Demand("not_positive", "amount", "amount > 0", "more than 0"),
        Demand("above_bound", "amount", "amount <= 1e6", "at most a million: no act is a million of anything"),
        Demand("unknown_region", "region", "place_known", "a region of the list, or none"),
        Demand("unknown_unit", "unit", "unit_known", "a unit of the list"),
        Demand("unit_mismatch", "unit", "ledger_quantity IS NOT NULL", "a unit in which the act is counted"),
        Demand("not_whole", "amount", "unit_is_measure OR ledger_quantity = floor(ledger_quantity)", "a whole number"),
    ]  # fmt: skip


def own_demands(method: Method) -> list[Demand]:
    """What the method asks of its own inputs and parameters. Reads the act with its parameters beside it."""
    assert method.act is not None
    demands = []
    for column in method.act.columns:
        name = column.name
        if column.required:
            demands.append(
                Demand("missing_value", name, f"{name} IS NOT NULL", f"{column.expected}; a 0 must be written")
            )
        if column.type == "float":
            demands.append(Demand("unreadable", name, f"{name} IS NULL OR isfinite({name})", "a finite number"))
        bounds = f"{column.low} to {column.high}: {column.cap_reason}"
        if column.low is not None:
            demands.append(Demand("below_bound", name, f"{name} IS NULL OR {name} >= {column.low!r}", bounds))
        if column.high is not None:
            demands.append(Demand("above_bound", name, f"{name} IS NULL OR {name} <= {column.high!r}", bounds))
    demands += [
        Demand("no_parameter", each.name, f"NOT ({each.needed}) OR {each.name} IS NOT NULL",
               "a cited value for the place and day, or the act's own", f"coalesce({each.id}, 'unknown') || '@' || place")
        for each in method.act.parameters
    ]  # fmt: skip
    # A mode nobody knows has no parameter either: the method's own checks go first, where they need none.
    checks = [Demand(each.reason, each.field, each.must, each.expected) for each in method.act.checks]
    return [*(each for each in checks if each.reason == "unknown_mode"), *demands,
            *(each for each in checks if each.reason != "unknown_mode")]  # fmt: skip
