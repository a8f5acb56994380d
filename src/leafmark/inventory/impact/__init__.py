"""Scope 3+: what a company's programmes avoided for others, in a book of its own; beside its inventory, and never added to it.

    mints of the ledger + comparisons (entries of book `impact`) + answers to the gates -> statement, by programme and participant

Rows are `avoided` (against a counterfactual) or `participant_reduction` (a fall in somebody's own inventory, named), subtotalled apart.
Evidence of class D is left out of audited totals and stands beside them. A result below zero is shown like any other. Three gates stand
before publication; a statement with an open one is a draft and says which.
"""

from leafmark.inventory.impact.making import ImpactStatement, statement
from leafmark.inventory.impact.publishing import NotPublishableError, publish

__all__ = ["ImpactStatement", "NotPublishableError", "publish", "statement"]
