"""Addresses: how a figure of a run is asked for.

    total                       the run's total; also per-order, not-restated
    KIND:VALUE [KIND:VALUE ...] the lines that all of these hold for: stage:use, tier:mass month:2017-05
    ID, or id:ID                one subject: a product, an order, a site, a shipment

The words and kinds are the same in every run, whatever its data: an id that reads like one of them is asked for as
`id:ID`, which always means the id.
"""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from leafmark.engine.inputs import InputError

TOTAL = "total"
PER_ORDER = "per-order"
NOT_RESTATED = "not-restated"
WORDS = {
    TOTAL: "the total of the run",
    PER_ORDER: "the total divided by the orders that have an accepted line",
    NOT_RESTATED: "the part of the total that stands as published, not in the run's GWP set",
}
"""Word -> the figure it asks for."""

GAS = "gas"
KINDS = {
    "stage": "one life-cycle stage: `stage:use`",
    "scope": "one scope, with its Scope 3 category after a point: `scope:2`, `scope:3.1`",
    "group": "a category with all below it (`NAME > ...`): `group:BEEF`",
    "category": "one category of the catalogue, by its whole name; `category:` is that of products without one",
    "tier": "lines counted by `tier:mass`, `tier:count` or `tier:spend`",
    "year": "one year: `year:2017`",
    "month": "one month: `month:2017-05`",
    "day": "one day: `day:2017-05-03`",
    "product": "one product over all the orders that hold it: `product:1029`",
    "factor": "one factor, or recipe of factors, by its id as in `entries.parquet`",
    "key": "all factors of a key: `key:food.beef_herd`",
    "boundary": "all factors of a system boundary: `boundary:cradle_to_gate`",
    "theme": "all factors of a theme: `theme:food`",
    "source": "all factors of a publication, by its id in the pack: `source:agribalyse-3`",
    GAS: "one gas: `gas:ch4_fossil`; stands alone",
}
"""Kind -> what its values are. `docs/explain.md` has them all, and a test holds the two together."""

ID = "id"
CLOSE_SHOWN = 3
_LIKENESS_MIN = 0.5
"""Similarity (difflib's ratio) from which a name is offered to somebody who asked for an unknown one."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`kind:value`, which lines do or do not meet."""

    kind: str
    value: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


@dataclass(frozen=True, slots=True)
class Address:
    """A figure that is a sum over lines: a word, or conditions that all hold."""

    word: str | None = None
    conditions: tuple[Condition, ...] = ()

    @property
    def arguments(self) -> tuple[str, ...]:
        """As they stand on a command line."""
        return (self.word,) if self.word else tuple(map(str, self.conditions))

    def __str__(self) -> str:
        return " ".join(self.arguments)

    def only(self, kind: str) -> str | None:
        """The value, if this is one condition of that kind."""
        return self.conditions[0].value if [each.kind for each in self.conditions] == [kind] else None

    def within(self, condition: Condition) -> Address:
        """This figure's part for which the condition holds too; it takes the place of `total`."""
        return Address(None, (*self.conditions, condition))


@dataclass(frozen=True, slots=True)
class Subject:
    """One id of the run's own column of ids."""

    value: str | int


def parse(given: str | int | Sequence[str | int]) -> Address | Subject:
    """What is asked for.

    Raises
    ------
    InputError
        Several arguments that do not go together, or a kind named twice.
    """
    asked = [given] if isinstance(given, str | int) else list(given)
    if len(asked) == 1:
        return _single(asked[0])
    found = [_single(each) for each in asked]
    for text, each in zip(asked, found, strict=True):
        if not isinstance(each, Address) or each.word or each.only(GAS) is not None:
            raise InputError(f"{text!r} stands alone; only KIND:VALUE go together ({kinds_said(KINDS)})")
    conditions = tuple(each.conditions[0] for each in found if isinstance(each, Address))
    for number, condition in enumerate(conditions):
        if condition.kind in {each.kind for each in conditions[:number]}:
            raise InputError(f"{condition}: {condition.kind} is named twice; no line is of two of them: name one")
    if not conditions:
        raise InputError(f"nothing asked for: an id, {', '.join(WORDS)}, or KIND:VALUE ({kinds_said(KINDS)})")
    return Address(None, conditions)


def _single(asked: str | int) -> Address | Subject:
    if isinstance(asked, int):
        return Subject(asked)
    kind, colon, value = asked.partition(":")
    if colon and kind == ID:
        return Subject(value)
    if asked in WORDS:
        return Address(asked)
    if colon and kind in KINDS:
        return Address(None, (Condition(kind, value),))
    return Subject(asked)


def kinds_said(kinds: Iterable[str]) -> str:
    """Kinds in a message: `stage:, scope:, factor:`."""
    return ", ".join(f"{kind}:" for kind in kinds)


def subject_argument(subject: str | int) -> str:
    """A subject's id as an argument that means just it."""
    text = str(subject)
    plain = isinstance(_single(text), Subject) and not text.startswith((f"{ID}:", "-")) and text
    return text if plain else f"{ID}:{text}"


def command(run: str | Path, *arguments: str) -> str:
    """The command that explains a figure, quoted for a shell."""
    return shlex.join(["leafmark", "explain", str(run), *arguments])


def close_to(asked: str, known: Iterable[str]) -> list[str]:
    """The known names that are most like the one asked for: those that hold it first."""
    names = list(dict.fromkeys(known))
    low = asked.casefold()
    lowered = {name: name.casefold() for name in names}
    holding = [name for name in names if low and low in lowered[name]]
    back = {text: name for name, text in lowered.items()}
    like = [back[text] for text in difflib.get_close_matches(low, back, CLOSE_SHOWN, _LIKENESS_MIN)]
    return list(dict.fromkeys([*sorted(holding, key=len), *like]))[:CLOSE_SHOWN]


def offered(names: Iterable[str]) -> str:
    """`; did you mean 'a' or 'b'`, or nothing."""
    said = " or ".join(repr(name) for name in names)
    return f"; did you mean {said}" if said else ""
