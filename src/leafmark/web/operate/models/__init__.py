"""What operators decided. Rows are written once: a change of mind is another row."""

from __future__ import annotations

from leafmark.web.operate.models.members import MemberChange
from leafmark.web.operate.models.packs import PackDecision
from leafmark.web.operate.models.review import Refusal, ReviewDecision

__all__ = ["MemberChange", "PackDecision", "Refusal", "ReviewDecision"]
