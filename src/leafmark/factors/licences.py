"""What a licence's name says of its class: share-alike, non-commercial and no-derivatives terms are not `open`."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """The class that a licence with closed terms belongs to, and what it asks."""

    licence_class: str
    asks: str


_NON_COMMERCIAL = Terms("cite-only", "it forbids commercial use (NC)")
_NO_DERIVATIVES = Terms("cite-only", "it forbids derivatives (ND)")
_SHARE_ALIKE = Terms("share-alike", "what is made from it has to carry the same licence")
# The hardest terms first: BY-NC-SA is non-commercial before it is share-alike.
_PATTERNS = (
    (re.compile(r"\bNC\b|non[- ]?commercial", re.IGNORECASE), _NON_COMMERCIAL),
    (re.compile(r"\bND\b|no[- ]?deriv", re.IGNORECASE), _NO_DERIVATIVES),
    (re.compile(r"\bODbL\b|open database licen[cs]e|\bSA\b|share[- ]?alike|\bA?GPL\b|\bGFDL\b", re.IGNORECASE), _SHARE_ALIKE),
)  # fmt: skip


def closed_terms(licence: str) -> Terms | None:
    """Return what a licence asks beyond attribution, by its name; None where nothing is known of that.

    Parameters
    ----------
    licence : str
        As in `sources.csv`: an SPDX identifier (`CC-BY-SA-4.0`, `ODbL-1.0`) or the publisher's words.
    """
    words = re.sub(r"[_\-/]+", " ", licence)
    words = re.sub(r"(?<=[A-Za-z])(?=\d)", " ", words)
    return next((terms for pattern, terms in _PATTERNS if pattern.search(words)), None)
