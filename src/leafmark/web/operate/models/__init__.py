"""What operators decided. Rows are written once: a change of mind is another row."""

from __future__ import annotations

from leafmark.web.operate.models.members import MemberChange

__all__ = ["MemberChange"]
