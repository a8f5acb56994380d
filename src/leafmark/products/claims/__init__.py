"""Claims check: a text that is to be published, read against rules that are data.

    text + brand's name + medium + evidence + day + markets -> findings: rule, quote, why, what evidence is missing

It never says that a text is lawful. Guide and the table of rules: docs/claims.md.
"""

from .as_json import finding_content, report_content, rule_content
from .check import Report, check, report
from .evidence_file import evidence_from, read_claim_evidence
from .many import suspects
from .model import Claim, ClaimEvidence, EvidenceKind, Finding, LawSource, Rule, Unusable
from .rulebook import MARKETS, evidence_kinds, parse_rules, rules_for, shipped_rules
from .sentences import sentences_of, text_of

__all__ = [
    "MARKETS",
    "Claim",
    "ClaimEvidence",
    "EvidenceKind",
    "Finding",
    "LawSource",
    "Report",
    "Rule",
    "Unusable",
    "check",
    "evidence_from",
    "evidence_kinds",
    "finding_content",
    "parse_rules",
    "read_claim_evidence",
    "report",
    "report_content",
    "rule_content",
    "rules_for",
    "sentences_of",
    "shipped_rules",
    "suspects",
    "text_of",
]
