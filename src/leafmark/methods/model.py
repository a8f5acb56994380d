"""A method is data: how one kind of activity becomes grams.

A method turns each row of its input table into one *line* (stage, key, amount, unit, region, date) by SQL expressions
over the input's columns, and says which factors a line may meet:

* a **recipe** is a tuple of boundaries whose factors are added (`("ttw", "wtt")` is well to wheel);
* a **part** is one entry of a line: its recipes in order of preference, its scope and category;
* the **vintage** says which year's factor serves a date, and how far it may reach.

Nothing here computes: `leafmark.engine` does, the same way for every method. A method's identity is the hash of its
fields, so a changed method is another method: it needs a new version, and the old one stays in the library.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from typing import Literal

Book = Literal["product", "inventory", "impact"]
ColumnType = Literal["id", "text", "float", "date", "bool"]
EXPECTED_WORDS: dict[ColumnType, str] = {
    "id": "an id",
    "text": "a text",
    "float": "a number such as 1200.5, with a point and without thousands marks",
    "date": "a day such as 2025-12-31",
    "bool": "true or false",
}
"""What a cell of each type is to be, as messages say it."""


@dataclass(frozen=True)
class Column:
    """One column of a method's input: its type, whether it may be absent, and its sanity bounds.

    `low` and `high` bound what one row may say, in the column's own unit; `cap_reason` says why a figure past them
    cannot be meant. A row past a bound is rejected, never clipped.
    """

    name: str
    type: ColumnType
    required: bool = True
    low: float | None = None
    high: float | None = None
    cap_reason: str = ""
    meaning: str = ""

    @property
    def expected(self) -> str:
        """What a cell is to be, as messages say it."""
        return EXPECTED_WORDS[self.type]


@dataclass(frozen=True)
class Check:
    """A condition every row must meet (SQL over the input's columns), else it is rejected with `reason`."""

    reason: str
    field: str
    must: str
    expected: str


@dataclass(frozen=True)
class Vintage:
    """Which year's factor serves a date.

    `latest`: the newest whose valid period starts on or before the date, up to `reach_years` past its end.
    `nearest`: the nearest valid period, within `reach_years` either way. `exact`: the period holds the date.
    """

    rule: Literal["latest", "nearest", "exact"]
    reach_years: int


@dataclass(frozen=True)
class Part:
    """One entry of each line: recipes of boundaries in order of preference, and where it belongs in an inventory.

    An `optional` part without a factor makes no entry; any other rejects its line. One that stands `beside` a boundary
    makes none either where the method's first part was met by a recipe without that boundary.
    """

    name: str
    recipes: tuple[tuple[str, ...], ...]
    scope: int | None = None
    category: int | None = None
    optional: bool = False
    beside: str = ""


@dataclass(frozen=True)
class Tier:
    """One way from a product of the catalogue to grams: `amount` x the factor of `key`, tried in the method's order.

    `amount` is a formula over the columns of input and catalogue, in `unit`; in words, for `leafmark.engine.catalogue` holds
    the SQL of it and a test holds the two together.
    """

    name: str
    amount: str
    unit: str
    key: str


@dataclass(frozen=True)
class Parameter:
    """A cited number that the terms of an act use: `name` in their expressions, `id` the SQL that says which it is.

    Its values are data (`leafmark.actions.parameters`): dated, by region, with unit, range and source. Where `needed`
    holds of an act and no value serves its place and day, the act is refused.
    """

    name: str
    id: str
    needed: str = "TRUE"


@dataclass(frozen=True)
class Term:
    """One line of an act: what was not emitted (`baseline`, counted up) or what was (`project`, counted down).

    `key`, `amount`, `unit` and `when` are SQL over the act's columns and parameters; the amount is 0 or more, the kind
    gives its sign. An act has the lines whose `when` holds.
    """

    name: str
    kind: Literal["baseline", "project"]
    stage: str
    key: str
    amount: str
    unit: str
    when: str = "TRUE"


@dataclass(frozen=True)
class Counterfactual:
    """How an act becomes signed lines: its baseline less what it emits itself.

    `amount` of an act is given in any unit of the dimension of `unit`; `columns` are the inputs it needs beside those
    of every act. `alike` holds baseline and project to one boundary and one year of factors, by the first part of the
    key: where they differ, the act is refused.
    """

    unit: str
    terms: tuple[Term, ...]
    columns: tuple[Column, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    checks: tuple[Check, ...] = ()
    alike: str = ""


@dataclass(frozen=True)
class Method:
    """A frozen, versioned method. `docs` is its page in the reference: formula, units, limits.

    `subject`, `stage`, `key`, `amount`, `unit`, `region`, `date`, `primary` and `amount_gsd` are SQL expressions over
    the input's columns, in the portable subset that `leafmark.engine.portable` checks. An absent optional column reads as
    NULL. `stage_shares` (stage, expression) instead of `stage` splits one row into a line for each stage. Where `act` is
    given, the input's rows are lines of acts, which `leafmark.actions` makes of the acts by its terms.
    """

    id: str
    version: int
    title: str
    title_zh: str
    book: Book
    reference: str
    docs: str
    columns: tuple[Column, ...]
    subject: str
    stage: str
    key: str
    amount: str
    unit: str
    parts: tuple[Part, ...]
    vintage: Vintage
    region: str = "region"
    date: str = "date"
    primary: str = "NULL"
    amount_gsd: str = "NULL"
    credit: str = "FALSE"
    component: str = "NULL"
    tier: str = "'amount'"
    boundary: str = ""
    checks: tuple[Check, ...] = ()
    stage_shares: tuple[tuple[str, str], ...] = ()
    tiers: tuple[Tier, ...] = ()
    act: Counterfactual | None = None

    @property
    def hash(self) -> str:
        """sha256 of every field but the prose (`title`, `title_zh`, `docs`): the method's identity."""
        fields = dataclasses.asdict(self)
        for prose in ("title", "title_zh", "docs"):
            del fields[prose]
        for column in fields["columns"]:
            del column["meaning"]
        for column in (fields["act"] or {}).get("columns", ()):
            del column["meaning"]
        if fields["act"] is None:  # came later too
            del fields["act"]
        if not fields["tiers"]:  # came later, as `beside` did
            del fields["tiers"]
        for part in fields["parts"]:
            if not part["beside"]:  # came later: a method without it keeps its identity
                del part["beside"]
        return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    @property
    def name(self) -> str:
        """`id@version`, as runs pin it."""
        return f"{self.id}@{self.version}"

    def column(self, name: str) -> Column | None:
        """The input column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)
