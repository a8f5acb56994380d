"""Why an act is refused: the closed list. Codes that the engine has too mean the same here."""

from leafmark.engine.schema import REASONS as ENGINE

REASONS: dict[str, str] = {
    **{
        code: ENGINE[code]
        for code in (
            "unreadable", "broken_text", "missing_value", "below_bound", "above_bound", "negative_amount", "not_positive",
            "unknown_key", "unknown_unit", "unit_mismatch", "unknown_region", "no_factor", "date_out_of_reach", "too_large",
        )
    },
    "duplicate_id": "the activity_id occurred before in the same table of acts",
    "unknown_action": "no act of that name, or none in the catalogue of that programme; durable goods are minted in one way only",
    "not_valid_on_day": "the catalogue holds no terms of the act for its day",
    "unknown_evidence": "the evidence is none of A, B, C and D",
    "unknown_mode": "the act has no such mode",
    "not_whole": "the act is counted in whole pieces",
    "no_parameter": "no cited value of a parameter serves the place and day of the act, and the act gives none of its own",
    "no_baseline": "what the act says it avoided would not have happened anyway",
    "past_baseline": "the day lies outside the days on which the reference of a durable good holds: its mint has ended",
    "unlike": "baseline and act would meet factors of two boundaries or of two years",
}  # fmt: skip
