"""What the methods of green acts share: an act is a small bill of signed lines, and its sum is what it avoided.

    avoided = sum over lines (+amount x factor of the baseline, -amount x factor of the act itself), kg CO2e

Both sides go through factor look-ups like any other bill; a line that meets no factor refuses its act. A result below
zero stays below zero. The book is `impact`: never netted with an inventory or a footprint (GHG Protocol 2019, WBCSD
2023). Each family says in its own file what its baseline is, what it leaves out, and why.
"""

from __future__ import annotations

from leafmark.methods.bill import CAP_REASON, FULL_CHAIN_2, STAGES
from leafmark.methods.model import Check, Column, Counterfactual, Method, Part, Vintage

LINE_MAX = 1e7

LINE_COLUMNS = (
    Column("act_id", "id", meaning="the act that the line is of"),
    Column("activity_id", "id", meaning="the line: ACT/TERM"),
    Column("stage", "text", meaning="life-cycle stage: " + ", ".join(STAGES)),
    Column("key", "text", meaning="factor key"),
    Column("amount", "float", low=-LINE_MAX, high=LINE_MAX, cap_reason=CAP_REASON, meaning="signed: below zero is the act's own"),
    Column("unit", "text"),
    Column("region", "text", required=False, meaning="where; missing = world"),
    Column("date", "date", meaning="the day of the act"),
    Column("kind", "text", meaning="`baseline` or `project`"),
)  # fmt: skip

GRID = (("direct", "upstream", "td_loss", "td_loss_upstream"), ("life_cycle",))
"""Electricity at the socket: generation, upstream and losses; else a life-cycle factor."""

WELL_TO_WHEEL = (("ttw", "wtt", "td_loss"), ("ttw", "wtt"), *GRID, ("unit",))
"""Travel with its fuel's chain on both sides; `unit` is a figure whose publisher states no boundary, for both or none."""

LATEST = Vintage("latest", 3)

_SIGNS = Check(
    "negative_amount", "amount", "CASE WHEN kind = 'baseline' THEN amount >= 0 WHEN kind = 'project' THEN amount <= 0 END",
    "baseline 0 or more, project 0 or less",
)  # fmt: skip


def act_method(
    id: str, title: str, title_zh: str, reference: str, boundary: str, docs: str, act: Counterfactual,
    recipes: tuple[tuple[str, ...], ...] = FULL_CHAIN_2, vintage: Vintage = LATEST,
) -> Method:  # fmt: skip
    """Version 1 of a method of acts: what is common to all, and its own terms."""
    return Method(
        id=id, version=1, title=title, title_zh=title_zh, book="impact", reference=reference, boundary=boundary, docs=docs,
        columns=LINE_COLUMNS, subject="act_id", stage="stage", key="key", amount="amount", unit="unit",
        credit="kind = 'project'", parts=(Part("avoided", recipes),), vintage=vintage, checks=(_SIGNS,), act=act,
    )  # fmt: skip
