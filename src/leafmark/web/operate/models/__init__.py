"""What operators decided. Rows are written once: a change of mind is another row."""

from __future__ import annotations

from leafmark.web.operate.models.members import MemberChange
from leafmark.web.operate.models.packs import PackDecision
from leafmark.web.operate.models.review import Refusal, ReviewDecision
from leafmark.web.operate.models.rules import FrozenRules, FrozenScheme, RulesComment, RulesDraft, RulesRevision
from leafmark.web.operate.models.schemes import SchemeDecision

__all__ = [
    "FrozenRules",
    "FrozenScheme",
    "MemberChange",
    "PackDecision",
    "Refusal",
    "ReviewDecision",
    "RulesComment",
    "RulesDraft",
    "RulesRevision",
    "SchemeDecision",
]
