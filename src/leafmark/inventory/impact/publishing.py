"""What stands between a statement and its publication, and the page that lays it beside an inventory.

`publish` is the only way to a page that is not marked a draft. `Beside` holds an inventory's totals and an impact statement next to each
other: it has no method that makes one figure of the two, and neither has anything in it.
"""

from __future__ import annotations

from dataclasses import dataclass

from leafmark.inventory.book import Inventory, InventoryError, Sum
from leafmark.inventory.impact.making import ImpactStatement


class NotPublishableError(InventoryError):
    """A gate is not passed, or a row was refused: which."""


def publish(statement: ImpactStatement) -> ImpactStatement:
    """The statement, if nothing stands in its way.

    Raises
    ------
    NotPublishableError : a gate is open or failed, or a row was refused: all of them by name.
    """
    against = statement.content()["open"]
    if against:
        raise NotPublishableError(
            f"{statement.settings['organisation']['name']}: a draft that may not be published; {len(against)} in the way: {'; '.join(against)}"
        )
    return statement


@dataclass(frozen=True, slots=True)
class Beside:
    """An inventory's Scope 1 to 3, by location and by market, and an impact statement of the same company, side by side."""

    organisation: str
    year: int
    location: dict[tuple[int, int | None], Sum]
    market: dict[tuple[int, int | None], Sum]
    impact: ImpactStatement


def beside(inventory: Inventory, statement: ImpactStatement) -> Beside:
    """Lay the two side by side.

    Raises
    ------
    InventoryError : they are of two companies, or of two periods. MixedBooksError : the inventory's lines are of another book.
    """
    organisation, other = inventory.record["organisation"], statement.settings["organisation"]
    if organisation.get("id") != other.get("id"):
        raise InventoryError(
            f"the inventory is of {organisation.get('id')}, the impact statement of {other.get('id')}; expected one company"
        )
    periods = (
        (str(inventory.record["from"]), str(inventory.record["until"])),
        (str(statement.first), str(statement.until)),
    )
    if periods[0] != periods[1]:
        raise InventoryError(
            f"the inventory is of {' to '.join(periods[0])}, the impact statement of {' to '.join(periods[1])}; expected one period"
        )
    return Beside(
        str(organisation["name"]), inventory.year, inventory.rows("location"), inventory.rows("market"), statement
    )
