"""Why no suite can be chosen: a closed list, in words."""

from __future__ import annotations

from typing import Final

REASONS: Final[dict[str, str]] = {
    "no_sizes": "the number of sizes has to be 1 or more",
    "more_sizes_than_candidates": "more sizes are asked for than there are candidates",
    "empty_history": "the history holds no order that can be read",
    "nothing_to_choose_by": "all orders are held out: none is left to choose by",
    "nothing_fits": "no candidate holds any of the orders whole",
    "unreadable_setting": "a setting is outside its range",
    "too_many_candidates": "more candidates than are compared",
}
"""Code -> what it means."""


class SuiteError(ValueError):
    """No suite can be chosen; `reason` is a key of `REASONS`, the message says what was found and what to do."""

    def __init__(self, reason: str, message: str) -> None:
        assert reason in REASONS
        self.reason = reason
        super().__init__(f"{REASONS[reason]}: {message}")
