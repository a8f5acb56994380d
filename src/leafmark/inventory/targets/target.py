"""Targets as data: what is to fall, by how much, until when, and by which statement of Scope 2.

    targets.toml:  [[target]] id, name, kind, base_year, target_year, scopes, categories, entities, statement, pathway, ...
                   [[denominator]] name, unit, currency, price_year, source, values

A target is by location or by market and stays so; its scopes, categories and entities are stated, since a total without them says nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from leafmark.inventory.book import By, InventoryError

KINDS: Final = ("absolute", "intensity")
PATHWAYS: Final = ("linear", "contraction", "custom")
TRENDS: Final = ("log", "linear")
YEAR_LOW, YEAR_HIGH = 1990, 2100
MONEY: Final = ("revenue", "sales", "turnover", "value_added", "gmv")
"""Denominators in money: these have a currency and a price year."""
_TARGET: Final[dict[str, type]] = {
    "id": str, "name": str, "kind": str, "base_year": int, "target_year": int, "scopes": list, "categories": list, "entities": list,
    "statement": str, "pathway": str, "reduction_percent": object, "points": dict, "denominator": str, "trend": str,
}  # fmt: skip
_DENOMINATOR: Final[dict[str, type]] = {
    "name": str, "unit": str, "currency": str, "price_year": int, "source": str, "values": dict,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Denominator:
    """What grams are divided by: amounts by year in `unit`; of money in one currency at the prices of one year."""

    name: str
    unit: str
    source: str
    values: Mapping[int, Decimal]
    currency: str | None = None
    price_year: int | None = None

    @property
    def said(self) -> str:
        """The unit in words: `order`, `million CNY (prices of 2021)`."""
        return self.unit if self.currency is None else f"{self.unit} {self.currency} ({self.price_year})"


@dataclass(frozen=True, slots=True)
class Target:
    """One target; see the module."""

    id: str
    name: str
    kind: str
    base_year: int
    target_year: int
    scopes: tuple[int, ...]
    categories: tuple[int, ...]
    entities: tuple[str, ...]
    statement: By
    pathway: str
    reduction_percent: Decimal | None
    points: Mapping[int, Decimal]
    denominator: Denominator | None
    trend: str

    def holds(self, scope: int, category: int | None, entity_id: str) -> bool:
        """Whether a line of this scope, category and entity is in the target. No categories: all of Scope 3; no entities: all."""
        if scope not in self.scopes or (self.entities and entity_id not in self.entities):
            return False
        return scope != 3 or not self.categories or category in self.categories


def read_targets(path: Path) -> tuple[Target, ...]:
    """Read `targets.toml`.

    Raises
    ------
    InventoryError : the file, the target and the field, what was found, what was expected.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, ValueError) as fault:
        raise InventoryError(f"{path}: not readable as TOML: {fault}") from fault
    if set(content) - {"target", "denominator"} or not content.get("target"):
        raise InventoryError(
            f"{path}: expected [[target]] and [[denominator]], found {', '.join(content) or 'nothing'}"
        )
    denominators: dict[str, Denominator] = {}
    for each in content.get("denominator", ()):
        read = _denominator(path, each)
        if read.name in denominators:
            raise InventoryError(f"{path}: denominator {read.name}: is there twice")
        denominators[read.name] = read
    targets = tuple(_target(path, each, denominators) for each in content["target"])
    if len({target.id for target in targets}) < len(targets):
        raise InventoryError(f"{path}: a target's id is there twice: {', '.join(target.id for target in targets)}")
    return targets


def _checked(where: str, given: Mapping[str, Any], known: Mapping[str, type], needed: tuple[str, ...]) -> None:
    for field in needed:
        if given.get(field) in (None, "", [], {}):
            raise InventoryError(f"{where}: {field}: missing")
    for field, value in given.items():
        if field not in known:
            raise InventoryError(f"{where}: {field}: no such field; expected of {', '.join(known)}")
        if not isinstance(value, known[field]) or (known[field] is int and isinstance(value, bool)):
            raise InventoryError(f"{where}: {field}: expected {known[field].__name__}, found {value!r}")


def _decimal(where: str, field: str, value: object) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation as fault:
        raise InventoryError(f"{where}: {field}: expected a number, found {value!r}") from fault
    if not number.is_finite() or isinstance(value, bool):
        raise InventoryError(f"{where}: {field}: expected a number, found {value!r}")
    return number


def _by_year(where: str, field: str, given: Mapping[str, Any]) -> dict[int, Decimal]:
    found = {}
    for year, value in given.items():
        if not year.isdigit() or not YEAR_LOW <= int(year) <= YEAR_HIGH:
            raise InventoryError(f"{where}: {field}: expected years from {YEAR_LOW} to {YEAR_HIGH}, found {year!r}")
        found[int(year)] = _decimal(where, f"{field}: {year}", value)
    return found


def _word(where: str, field: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise InventoryError(f"{where}: {field}: expected one of {', '.join(known)}, found {value!r}")
    return value


def _denominator(path: Path, given: Mapping[str, Any]) -> Denominator:
    where = f"{path}: denominator {given.get('name', '?')}"
    _checked(where, given, _DENOMINATOR, ("name", "unit", "source", "values"))
    money = given["name"] in MONEY or "currency" in given or "price_year" in given
    if money and not ("currency" in given and "price_year" in given):
        raise InventoryError(f"{where}: currency and price_year: money of different years is no measure; expected both")
    values = _by_year(where, "values", given["values"])
    for year, amount in values.items():
        if amount <= 0:
            raise InventoryError(
                f"{where}: values: {year}: expected more than 0 {given['unit']}, found {amount}: nothing is divided by it"
            )
    return Denominator(
        given["name"], given["unit"], given["source"], values, given.get("currency"), given.get("price_year")
    )


def _target(path: Path, given: Mapping[str, Any], denominators: Mapping[str, Denominator]) -> Target:
    where = f"{path}: target {given.get('id', '?')}"
    _checked(
        where, given, _TARGET, ("id", "name", "kind", "base_year", "target_year", "scopes", "statement", "pathway")
    )
    kind, pathway = _word(where, "kind", given["kind"], KINDS), _word(where, "pathway", given["pathway"], PATHWAYS)
    statement: Any = _word(where, "statement", given["statement"], ("location", "market"))
    for field in ("base_year", "target_year"):
        if not YEAR_LOW <= given[field] <= YEAR_HIGH:
            raise InventoryError(f"{where}: {field}: expected {YEAR_LOW} to {YEAR_HIGH}, found {given[field]}")
    if given["target_year"] <= given["base_year"]:
        raise InventoryError(
            f"{where}: target_year: expected a year after the base year {given['base_year']}, found {given['target_year']}"
        )
    scopes, categories = tuple(given["scopes"]), tuple(given.get("categories", ()))
    if not all(type(scope) is int and scope in (1, 2, 3) for scope in scopes) or len(set(scopes)) < len(scopes):
        raise InventoryError(
            f"{where}: scopes: expected of 1, 2, 3, found {given['scopes']!r}; avoided emissions (3+) have an ambition of their own"
        )
    if categories and (3 not in scopes or not all(type(each) is int and 1 <= each <= 15 for each in categories)):
        raise InventoryError(
            f"{where}: categories: expected 1 to 15, with scope 3 in scopes, found {given['categories']!r}"
        )
    if pathway == "contraction" and kind == "intensity":
        raise InventoryError(f"{where}: pathway: absolute contraction is for absolute targets, found kind intensity")
    percent = _decimal(where, "reduction_percent", given["reduction_percent"]) if "reduction_percent" in given else None
    if pathway == "linear" and (percent is None or not 0 < percent <= 100):
        raise InventoryError(f"{where}: reduction_percent: expected more than 0 and at most 100, found {percent}")
    if pathway != "linear" and percent is not None:
        raise InventoryError(f"{where}: reduction_percent: the pathway {pathway} sets its own; leave it out")
    points = _by_year(where, "points", given.get("points", {}))
    if (pathway == "custom") != bool(points) or (points and max(points) != given["target_year"]):
        raise InventoryError(
            f"{where}: points: expected by the pathway custom only, the last of them in the target year, found {sorted(points)}"
        )
    denominator = denominators.get(given.get("denominator", ""))
    if (kind == "intensity") != (denominator is not None):
        raise InventoryError(
            f"{where}: denominator: expected by an intensity target only, of {', '.join(denominators) or 'none given'}, "
            f"found {given.get('denominator')!r}"
        )
    return Target(
        given["id"], given["name"], kind, given["base_year"], given["target_year"], scopes, categories, tuple(given.get("entities", ())),
        statement, pathway, percent, points, denominator, _word(where, "trend", given.get("trend", "log"), TRENDS),
    )  # fmt: skip
