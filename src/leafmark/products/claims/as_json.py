"""A report as JSON: the same facts as the objects, for the command line, the API and the site's pages."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from .check import Report
from .model import Finding, Rule
from .sentences import strings

SCHEMA = "leafmark.claims/1"


def report_content(report: Report, lang: str) -> dict[str, Any]:
    """Give a report as plain values, dates as ISO 8601; the sentences are in one language, the keys in none."""
    words = strings(lang)
    return {
        "schema": SCHEMA,
        "on_date": report.on_date.isoformat(),
        "markets": list(report.markets),
        "looked_for": list(report.rules),
        "legal_advice": False,
        "statement": words["line.no_advice"],
        "findings": [finding_content(finding, lang) for finding in report.findings],
    }


def finding_content(finding: Finding, lang: str) -> dict[str, Any]:
    """Give one finding as plain values."""
    words = strings(lang)
    return {**asdict(finding), "why": words[f"why.{finding.message}"], "say": words[f"say.{finding.message}"]}


def rule_content(rule: Rule) -> dict[str, Any]:
    """Give one rule as plain values, dates as ISO 8601."""
    last = None if rule.valid_to is None else rule.valid_to.isoformat()
    return {**asdict(rule), "valid_from": rule.valid_from.isoformat(), "valid_to": last}
