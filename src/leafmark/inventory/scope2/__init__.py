"""Scope 2 by market: contracts of electricity matched to consumption (GHG Protocol Scope 2 Guidance, 2015)."""

from leafmark.inventory.scope2.matching import Matched, match

__all__ = ["Matched", "match"]
