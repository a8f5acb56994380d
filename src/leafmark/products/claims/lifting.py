"""Evidence: which pieces count for a finding, and what is still missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from .fold import fold, fold_words
from .model import ClaimEvidence, EvidenceKind, Rule, Unusable
from .rulebook import evidence_kinds
from .tokens import words_of

Ways = tuple[tuple[str, ...], ...]


def shown_words(text: str) -> str:
    """Give a text's words with single blanks around each: what "stands on the medium" is compared by."""
    return f" {' '.join(words_of(fold(text)).texts)} "


def faults_of(piece: ClaimEvidence, kind: EvidenceKind, on_date: date, shown: Callable[[str], bool]) -> Iterator[str]:
    """Give the reasons why a piece does not count on a day; `shown` says whether a text stands on the medium."""
    if piece.expires_on is not None and piece.expires_on < on_date:
        yield "expired"
    if not (piece.url or piece.document or piece.text) or (kind.address and not piece.url):
        yield "no_address"
    if not kind.independent_of <= piece.independent_of:
        yield "not_independent"
    if kind.on_medium and not shown(piece.text):
        yield "not_on_medium"
    if kind.at_least is not None and not (piece.value is not None and piece.value >= kind.at_least):
        yield "too_low"


class Holdings:
    """The evidence given, judged once for a claim's medium and a day; asked for each finding."""

    def __init__(self, evidence: Sequence[ClaimEvidence], medium: Sequence[str], on_date: date) -> None:
        kinds = evidence_kinds()
        asked = any(kinds[piece.kind].on_medium for piece in evidence)
        self._shown = "\n".join(map(shown_words, medium)) if asked else ""
        self._pieces = [
            (piece, tuple(faults_of(piece, kinds[piece.kind], on_date, self._stands))) for piece in evidence
        ]

    def _stands(self, text: str) -> bool:
        words = shown_words(text)
        return bool(words.strip()) and words in self._shown

    def missing(self, rule: Rule, quote: str) -> tuple[Ways, tuple[Unusable, ...]] | None:
        """Give what each way out still lacks and which pieces do not count; None where a way is complete."""
        if not rule.lifted_by:
            return (), ()
        held: set[str] = set()
        unusable: list[Unusable] = []
        asked = {kind for way in rule.lifted_by for kind in way}
        for piece, faults in self._pieces:
            if piece.kind not in asked:
                continue
            if not _is_about(piece, quote):
                faults = (*faults, "other_claim")
            if evidence_kinds()[piece.kind].on_medium and shown_words(piece.text) in shown_words(quote):
                faults = (*faults, "only_the_claim")
            if faults:
                unusable += [Unusable(piece.kind, fault) for fault in faults]
            else:
                held.add(piece.kind)
        ways = tuple(tuple(kind for kind in way if kind not in held) for way in rule.lifted_by)
        if not all(ways):
            return None
        still = {kind for way in ways for kind in way}
        return ways, tuple(dict.fromkeys(each for each in unusable if each.kind in still))


def _is_about(piece: ClaimEvidence, quote: str) -> bool:
    said = fold_words(quote)
    return not piece.about or any(fold_words(words) in said for words in piece.about)
