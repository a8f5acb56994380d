"""Leases: whose Scope 1 and 2 an asset's energy is, by how it is held and by the approach.

GHG Protocol Corporate Standard, appendix F (Categorizing GHG Emissions Associated with Leased Assets, June 2006, version 1.0), and Scope 3
Standard (2011), appendix A, which names the categories:

                                     equity share, financial control    operational control
    lessee, finance lease            Scope 1 and 2                      Scope 1 and 2
    lessee, operating lease          Scope 3 category 8                 Scope 1 and 2
    lessor, finance lease            Scope 3 category 13                Scope 3 category 13
    lessor, operating lease          Scope 1 and 2                      Scope 3 category 13

A lessee that can show it does not control an asset under an operating lease may report it in category 8 by operational control too, if it
says why: put such activities into the template `leased_in`. What is Scope 3 without a lease stays where it is (appendix F); the upstream of
energy (category 3) is of energy that the company buys, so for an asset let to others it goes with the asset to category 13.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from leafmark.inventory.tables import LEASES, TEMPLATES, Approach

UPSTREAM, DOWNSTREAM = 8, 13


@dataclass(frozen=True, slots=True)
class LeaseEffect:
    """Where lines of an asset's energy go: Scope 1 and 2 to Scope 3 `category`, category 3 to `upstream_category`; None: they stay."""

    category: int | None
    upstream_category: int | None


STAYS: Final = LeaseEffect(None, None)
_LESSEE: Final = LeaseEffect(UPSTREAM, None)
_LESSOR: Final = LeaseEffect(DOWNSTREAM, DOWNSTREAM)


def lease_effect(held: str, approach: Approach) -> LeaseEffect:
    """What a lease does to Scope 1 and 2 of an asset.

    Raises
    ------
    ValueError : `held` is not one of LEASES.
    """
    if held not in LEASES:
        raise ValueError(f"held: found {held!r}, expected one of {', '.join(LEASES)}")
    by_ownership = approach != "operational_control"
    if held == "finance_leased_out" or (held == "leased_out" and not by_ownership):
        return _LESSOR
    return _LESSEE if held == "operating_lease" and by_ownership else STAYS


MOVABLE: Final = frozenset(template.name for template in TEMPLATES if any(scope < 3 for scope, _ in template.rows))
"""Templates of Scope 1 and 2: only they are moved by a lease."""
