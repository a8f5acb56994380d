"""What tests give the check: the seller's sentences by topic and language, and evidence that is in order."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

from leafmark.products.claims import Claim, ClaimEvidence, Finding, Rule, check, evidence_kinds

ON = date(2026, 11, 26)
EVERYWHERE = ("fr", "uk", "us", "cn")
EXAMPLES: dict[str, dict[str, str]] = tomllib.loads(
    (Path(__file__).parent / "examples.toml").read_text(encoding="utf-8")
)
ON_MEDIUM = "Measured for the bottle of 2026 by a published method, page 4."


def sound(kind: str, **changes: object) -> ClaimEvidence:
    """A piece that counts: looked up, independent, printed beside the claim, high enough."""
    asked = evidence_kinds()[kind]
    fields: dict[str, object] = {
        "url": "https://example.org/proof",
        "independent_of": frozenset(("owner", "trader")),
        "text": ON_MEDIUM,
        "expires_on": date(2027, 12, 31),
        "value": asked.at_least,
    }
    return ClaimEvidence(kind, **(fields | changes))  # type: ignore[arg-type]


def claim_of(rule: Rule, said: str) -> Claim:
    """The sentence as a text, or as the brand's name where the rule reads names."""
    return Claim("", said, (ON_MEDIUM,)) if rule.trigger == "brand" else Claim(said, "", (ON_MEDIUM,))


def found(rule: Rule, said: str, *evidence: ClaimEvidence) -> list[Finding]:
    """The findings of one rule."""
    return [each for each in check(claim_of(rule, said), evidence, ON, EVERYWHERE) if each.rule == rule.id]


def rules_found(text: str, *markets: str, brand: str = "", medium: tuple[str, ...] = ()) -> set[str]:
    """The rules that a text meets without any evidence."""
    return {each.rule for each in check(Claim(text, brand, medium), (), ON, markets or EVERYWHERE)}
