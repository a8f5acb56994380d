"""The terms of the acts, for the ledger: what is asked of an act, what it earns, and how much at most.

Terms are data (`terms.csv`), dated and versioned like methods: evidence minimum, points, cap, sanity bounds and why. They
are defaults of Leafmark's; a programme may write its own with `dataclasses.replace`. Caps and campaigns touch points, never
grams. An act inside an operator's own Scope 1 to 3 (its receipts, cutlery, packaging) is named by `OwnBoundary`, per
programme, operator and year: its grams are then shown and not minted.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

from leafmark.actions.kinds import BY_ACTION, NO_METHOD, Minting
from leafmark.factors import units
from leafmark.ledger import Action, Campaign, Catalogue, CatalogueError, OwnBoundary
from leafmark.methods import LIBRARY

_NUMBERS = ("version", "points", "cap_points", "acceptance_days", "quantity_max", "co2e_mg_max")


def catalogue(
    programme: str,
    *,
    minting: Minting = "in_use",
    own: Iterable[OwnBoundary] = (),
    campaigns: Iterable[Campaign] = (),
    points_months: int = 24,
) -> Catalogue:
    """The shipped terms of every act for a programme.

    Parameters
    ----------
    minting : how the programme mints durable goods: yearly `in_use`, `ex_ante` at sale, or not at all (`""`).
    own : acts whose grams lie in an operator's own inventory of a year.

    Raises
    ------
    CatalogueError : the terms contradict each other.
    """
    actions = tuple(
        Action(programme=programme, **terms)
        for terms in _terms()
        if BY_ACTION[terms["action"]].minting in ("", minting)
    )
    made = Catalogue(actions, tuple(campaigns), tuple(own), points_months)
    check(made)
    return made


def check(given: Catalogue) -> None:
    """Hold a catalogue to what the acts are.

    Raises
    ------
    CatalogueError : an act nobody knows, a method that is not its own, a unit it is not counted in, or durable goods
        that one programme would mint both in use and ex ante, in whatever versions of its terms.
    """
    ways: dict[str, Minting] = {}
    families = {method.name: method.id for method in LIBRARY}
    for terms in given.actions:
        where = f"action {terms.programme}/{terms.action} version {terms.version}"
        kind = BY_ACTION.get(terms.action)
        if kind is None:
            raise CatalogueError(f"{where}: no such act; there are {', '.join(BY_ACTION)}")
        family = kind.method.id if kind.method else NO_METHOD
        if families.get(terms.method_id, terms.method_id) != family:
            raise CatalogueError(f"{where}: method {terms.method_id}; expected a version of {family} in the library")
        if not units.known(terms.unit) or units.dimension(terms.unit) != units.dimension(kind.unit):
            raise CatalogueError(f"{where}: unit {terms.unit}; expected one that converts to {kind.unit}")
        if kind.method is None and (terms.statement != "points_only" or terms.co2e_mg_max):
            raise CatalogueError(f"{where}: an act without grams; expected the statement points_only and co2e_mg_max 0")
        if kind.minting and ways.setdefault(terms.programme, kind.minting) != kind.minting:
            raise CatalogueError(
                f"programme {terms.programme} mints durable goods both in use and ex ante ({terms.action}): the same saving "
                "would be minted twice; keep one of appliance_in_use and appliance_at_sale"
            )


@cache
def _terms() -> tuple[dict[str, Any], ...]:
    text = (resources.files(__package__) / "terms.csv").read_text(encoding="utf-8")
    return tuple(_typed(row) for row in csv.DictReader(text.splitlines()))


def _typed(row: dict[str, str]) -> dict[str, Any]:
    kind = BY_ACTION[row["action"]]
    days = {name: dt.date.fromisoformat(row[name]) for name in ("valid_from", "valid_to")}
    return {
        **row,
        **{name: int(row[name]) for name in _NUMBERS},
        **days,
        "method_id": kind.method_id,
        "unit": kind.unit,
    }
