"""The curated table that says which factor a product of the household panel meets, and why (``mapping.csv``).

A rule is a row of data; its four conditions are shell patterns, and the most specific rule wins: package size before
type before category before department. Nothing is mapped without a reason, and nothing is left out without one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.resources import files

from leafmark.demo.sizes import PackageSize, mass_kg

MISSING = "-"
"""How a rule names a department, category or type that the panel leaves empty."""
SECTORS = ("food", "home", "mother_and_baby", "other")
NOT_MAPPED = "not mapped: "
PACK_EACH_OUNCES_MIN = 3.0
"""In a `total` row `4 PK/16 OZ` is 16 oz in all, but `36/1 OZ` is thirty-six small bags."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of ``mapping.csv``; the file's own head says what each column means.

    usd_per_kg_min, usd_per_kg_max : the price band a package size must agree with, in US dollars of 2017 per kg.
    pack : ``""``, ``"total"``, or how many units a pack holds when the size is that of one unit.
    """

    row: int
    department: str
    product_category: str
    product_type: str
    package_size: str
    sector: str
    mass_key: str
    weight_rule: str
    pack: str
    usd_per_kg_min: float | None
    usd_per_kg_max: float | None
    spend_key: str
    reason: str

    @property
    def mapped(self) -> bool:
        """Whether any factor is named."""
        return bool(self.mass_key or self.spend_key)

    @property
    def units_in_pack(self) -> int:
        """Units in a pack when the size is that of one unit; 1 if the rule does not say."""
        return int(self.pack) if self.pack.isdigit() else 1

    def piece_mass_kg(self, size: PackageSize) -> tuple[float | None, str]:
        """Mass of one piece in kg by this rule's reading of a size, and the reason if there is none."""
        small = size.kind == "ounce" and size.each < PACK_EACH_OUNCES_MIN
        if self.pack == "total" and size.stated == "pack" and not small:
            size = PackageSize(size.text, size.kind, size.each, size.units, "sum")
        return mass_kg(size, self.weight_rule)


def load_mapping() -> list[Rule]:
    """Read and check ``mapping.csv``.

    Raises
    ------
    ValueError
        naming every faulty row: an unknown sector or weight rule, a mass key without a rule, an empty reason, a row
        without any key that does not say why, a duplicated condition.
    """
    text = files("leafmark.demo").joinpath("mapping.csv").read_text(encoding="utf-8")
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if not line.startswith("#")]
    rules = [_rule(lines[index][0], row) for index, row in enumerate(csv.DictReader(line for _, line in lines), 1)]
    faults = [fault for rule in rules for fault in _faults(rule)]
    conditions: dict[tuple[str, ...], int] = {}
    for rule in rules:
        condition = (rule.department, rule.product_category, rule.product_type, rule.package_size)
        if condition in conditions:
            faults.append(f"row {rule.row}: same conditions as row {conditions[condition]}: {condition}")
        conditions[condition] = rule.row
    if faults:
        raise ValueError("mapping.csv:\n" + "\n".join(faults))
    return rules


class Mapper:
    """Finds a product's rule. Distinct (department, category, type) triples are matched once and remembered.

    So are their (department, category) pairs, of which there are far fewer: types then meet the rules of theirs only.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = sorted(rules, key=_specificity, reverse=True)
        self._of_category: dict[tuple[str, str], list[Rule]] = {}
        self._seen: dict[tuple[str, str, str], list[Rule]] = {}

    def rule(self, department: str | None, category: str | None, kind: str | None, size: str | None) -> Rule | None:
        """The most specific rule for a product, or None; of equals, the one with the longer patterns."""
        triple = (department or MISSING, category or MISSING, kind or MISSING)
        if triple not in self._seen:
            self._seen[triple] = [
                rule for rule in self._rules_of(triple[0], triple[1]) if _matches(rule.product_type, triple[2])
            ]
        plain = " ".join((size or MISSING).split())
        return next((rule for rule in self._seen[triple] if _matches(rule.package_size, plain)), None)

    def _rules_of(self, department: str, category: str) -> list[Rule]:
        """The rules for a category of a department, the most specific first."""
        pair = (department, category)
        if pair not in self._of_category:
            self._of_category[pair] = [
                rule
                for rule in self._rules
                if _matches(rule.department, department) and _matches(rule.product_category, category)
            ]
        return self._of_category[pair]


def _rule(row: int, cells: dict[str, str]) -> Rule:
    def number(name: str) -> float | None:
        return float(cells[name]) if cells[name] else None

    return Rule(
        row, cells["department"], cells["product_category"], cells["product_type"], cells["package_size"],
        cells["sector"], cells["mass_key"], cells["weight_rule"], cells["pack"], number("usd_per_kg_min"),
        number("usd_per_kg_max"), cells["spend_key"], cells["reason"],
    )  # fmt: skip


def _faults(rule: Rule) -> list[str]:
    faults = []
    if rule.sector not in SECTORS:
        faults.append(f"row {rule.row}: sector {rule.sector!r}, expected one of {SECTORS}")
    if bool(rule.mass_key) != bool(rule.weight_rule):
        faults.append(f"row {rule.row}: a mass key needs a weight rule, and a weight rule a mass key")
    if rule.weight_rule:
        try:
            mass_kg(PackageSize("1 OZ", "ounce", 1.0), rule.weight_rule)
        except ValueError as error:
            faults.append(f"row {rule.row}: {error}")
    if rule.pack not in {"", "total"} and not rule.pack.isdigit():
        faults.append(f"row {rule.row}: pack {rule.pack!r}, expected empty, total or a number")
    if not rule.reason:
        faults.append(f"row {rule.row}: no reason")
    if not rule.mapped and not rule.reason.startswith(NOT_MAPPED):
        faults.append(f"row {rule.row}: no key, and the reason does not begin with {NOT_MAPPED!r}")
    return faults


def _matches(pattern: str, text: str) -> bool:
    """Shell pattern against a text of the panel; an empty pattern matches all. Brackets stand for themselves."""
    return (
        pattern in {"", "*"} or pattern == text or ("*" in pattern and fnmatchcase(text, pattern.replace("[", "[[]")))
    )


def _specificity(rule: Rule) -> tuple[int, int]:
    """Weight of the conditions that are given (an exact one above a pattern), then their length."""
    weight = length = 0
    given = (rule.department, rule.product_category, rule.product_type, rule.package_size)
    for worth, pattern in zip((1, 4, 16, 64), given, strict=True):
        if pattern not in {"", "*"}:
            weight += worth * (1 if "*" in pattern else 2)
            length += len(pattern)
    return weight, length
