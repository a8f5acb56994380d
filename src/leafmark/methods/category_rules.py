"""Category rules: what two products of one category must share before their footprints may stand side by side.

Versioned data, TOML in `rules/`: a changed rule is another rule, needs a new version, and the old one stays. They are
Leafmark's defaults; where a programme operator has published rules for a category, those go first.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from typing import Any, Final, Literal, get_args

from leafmark.methods.toml_shape import Fault, Key, fault, read_toml, shape_faults, shown

Boundary = Literal["cradle_to_gate", "cradle_to_retail", "cradle_to_grave"]
Allocation = Literal["subdivide", "physical", "economic"]
EndOfLife = Literal["cut_off", "cff"]


CUT_OFF_EACH = 0.01
CUT_OFF_TOTAL = 0.05
"""Shares of the mass that may be left out where no rules say otherwise: one line, and all together."""
WITH_USE: Final = "cradle_to_grave"

KEYS: Final = {
    "id": Key("name", required=True),
    "version": Key("whole", required=True),
    "functional_unit": Key("text", required=True),
    "reference_flow": Key("text", required=True),
    "boundary": Key("choice", required=True, among=get_args(Boundary)),
    "cut_off_each": Key("number"),
    "cut_off_total": Key("number"),
    "allocation_order": Key("choices", among=get_args(Allocation)),
    "end_of_life_method": Key("choice", among=get_args(EndOfLife)),
    "use_scenario": Key("text"),
    "lifetime_years": Key("number"),
    "reference": Key("text", required=True),
}
"""The keys of a TOML text of rules, in the order in which they are best read."""

SAID: Final = {
    "from_one": "expected 1 or more, found {found}",
    "cut_offs": "expected cut-offs with 0 <= each <= total < 1, found {found}",
    "order": "expected one allocation or more, each once, found {found}",
    "above_zero": "expected more than 0, found {found}",
    "use_missing": "is missing; a boundary of cradle to grave needs it",
    "use_beyond": "belongs to cradle to grave, and the boundary is {found}",
}


class CategoryRulesError(ValueError):
    """Rules that contradict themselves, or that are not in the library. `faults`: of rules, field by field."""

    def __init__(self, message: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


@dataclass(frozen=True)
class CategoryRules:
    """Rules of one category in one version.

    `cut_off_each` and `cut_off_total`: shares of the mass (or a proxy of it) that may be left out, one flow and all
    together. `allocation_order`: what is tried first. `end_of_life_method`: `cut_off` (recycled content: the next user
    takes recycling and its gain) or `cff` (the circular footprint formula). `use_scenario` and `lifetime_years` are
    None where the boundary ends before use.
    """

    id: str
    version: int
    functional_unit: str
    reference_flow: str
    boundary: Boundary
    reference: str
    cut_off_each: float = CUT_OFF_EACH
    cut_off_total: float = CUT_OFF_TOTAL
    allocation_order: tuple[Allocation, ...] = ("subdivide", "physical", "economic")
    end_of_life_method: EndOfLife = "cut_off"
    use_scenario: str | None = None
    lifetime_years: float | None = None

    def __post_init__(self) -> None:
        if faults := tuple(_faults(dataclasses.asdict(self))):
            raise CategoryRulesError(f"{self.name}: " + "; ".join(map(str, faults)), faults)

    @property
    def name(self) -> str:
        """`id@version`."""
        return f"{self.id}@{self.version}"

    @property
    def hash(self) -> str:
        """sha256 of every field: the rules' identity."""
        fields = dataclasses.asdict(self)
        return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def parse_rules(text: str) -> CategoryRules:
    """Read category rules from their TOML.

    Raises
    ------
    CategoryRulesError
        Naming every fault at once, each with field, found and expected.
    """
    data, faults = read_toml(text)
    if not faults:
        faults = list(shape_faults(data, KEYS))
        wrong = {each.field.partition("[")[0] for each in faults}
        good = {name: _value(each) for name, each in data.items() if name in KEYS and name not in wrong}
        if wrong & {"cut_off_each", "cut_off_total"}:
            wrong |= {"cut_off_each", "cut_off_total"}  # of one that cannot be read nothing is said beside the other
        faults += [each for each in _faults(good) if each.field not in wrong]
    if faults:
        raise CategoryRulesError(f"category rules {_called(data)}: " + "; ".join(map(str, faults)), tuple(faults))
    return CategoryRules(**good)


def _called(data: Mapping[str, Any]) -> str:
    return f"{shown(data.get('id', '(no id)'))}@{shown(data.get('version', '?'))}"


def _value(value: Any) -> Any:
    """A value as rules hold it: 7 and 7.0 are the same rules, so a whole number is one whichever way it was written."""
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _faults(fields: Mapping[str, Any]) -> Iterator[Fault]:
    """What contradicts itself in rules; fields that are not there are those that rules need not say."""
    said: dict[str, Any] = {field.name: field.default for field in dataclasses.fields(CategoryRules)} | dict(fields)
    each, total, years = said["cut_off_each"], said["cut_off_total"], said["lifetime_years"]
    if type(said["version"]) is int and said["version"] < 1:
        yield fault(SAID, "version", "from_one", said["version"])
    if not 0 <= each <= total < 1:
        yield fault(SAID, "cut_off_each", "cut_offs", f"{each} and {total}")
    order = said["allocation_order"]
    if len(set(order)) != len(order) or not order:
        yield fault(SAID, "allocation_order", "order", ", ".join(order))
    if years is not None and years <= 0:
        yield fault(SAID, "lifetime_years", "above_zero", years)
    if isinstance(said["boundary"], str):
        for name in ("use_scenario", "lifetime_years"):
            if (said[name] is not None) != (said["boundary"] == WITH_USE):
                yield fault(SAID, name, "use_missing" if said[name] is None else "use_beyond", said["boundary"])


def shipped_texts() -> list[str]:
    """The category rules that come with the package as their TOML."""
    folder = resources.files(__package__) / "rules"
    return [each.read_text(encoding="utf-8") for each in sorted(folder.iterdir(), key=lambda each: each.name)]


RULES: tuple[CategoryRules, ...] = tuple(map(parse_rules, shipped_texts()))
"""Those that come with the package, by id and version."""


def category_rules(name: str, more: Iterable[CategoryRules] = ()) -> CategoryRules:
    """The rules `id@version`, or the newest version of `id`: those of the library, and `more` that a site has frozen.

    What was frozen stays what it is: should the library come to have the same version, the frozen one is taken.

    Raises
    ------
    CategoryRulesError : neither has them.
    """
    identity, _, version = name.partition("@")
    there = (*more, *RULES)
    found = [r for r in there if r.id == identity and (not version or str(r.version) == version)]
    if not found:
        known = ", ".join(sorted({r.name for r in there}))
        raise CategoryRulesError(f"category rules {name!r} are not in the library; it has: {known}")
    return max(found, key=lambda r: r.version)
