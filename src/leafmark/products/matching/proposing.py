"""Names of products or materials in, at most five proposed factor keys each out.

    confirmed before (same GTIN, same name, same brand and category) -> names like it (confirmed ones, factors') -> candidates

Each different (name, category) is scored once. What people confirmed goes first; its confidence is a rule (`RULES`), since no
set of confirmations was there to measure it on, and never reaches 1.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from leafmark.factors.model import Pack

from ..gtin import gtin14
from .candidates import Basis, Candidate, Confirmation
from .confidence import BEST, confidence
from .index import NameIndex
from .terms import name_key

RULES: Final = {"same_gtin": 0.99, "same_name": 0.95, "same_brand_and_category": 0.8}
"""Most confidence of a candidate that was confirmed; times the share of such confirmations that name its key."""

_ROWS_READ: Final = 12
"""Rows of the index a name may get, out of which come five different keys."""
_STEP: Final = 20_000

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Proposals:
    """Candidates of every name given, in order. Equal names share one list."""

    which: np.ndarray
    lists: tuple[tuple[Candidate, ...], ...]

    def __len__(self) -> int:
        return len(self.which)

    def __getitem__(self, place: int) -> tuple[Candidate, ...]:
        return self.lists[int(self.which[place])]

    def best(self) -> pa.Table:
        """The first candidate of each name as Arrow: `key, confidence, basis, name, status`; nulls where there is none."""
        firsts = [each[0] if each else None for each in self.lists]
        take = pa.array(self.which)
        columns: dict[str, pa.Array] = {
            "key": pa.array([None if one is None else one.key for one in firsts], pa.string()).take(take),
            "confidence": pa.array([None if one is None else one.confidence for one in firsts], pa.float64()).take(
                take
            ),
            "basis": pa.array([None if one is None else one.basis for one in firsts], pa.string()).take(take),
            "name": pa.array([None if one is None else one.name for one in firsts], pa.string()).take(take),
            "status": pa.repeat(pa.scalar(Candidate.status), len(self.which)),
        }
        return pa.table(columns)


@dataclass(frozen=True, slots=True)
class _Ask:
    name: str
    category: str | None
    brand: str | None
    gtin: str | None


def propose(
    names: Sequence[str | None],
    category: Sequence[str | None] | None = None,
    confirmed: Iterable[Confirmation] = (),
    factors: Sequence[Pack] = (),
    *,
    gtin: Sequence[str | None] | None = None,
    brand: Sequence[str | None] | None = None,
    progress: Progress | None = None,
    index: NameIndex | None = None,
) -> Proposals:
    """Propose factor keys for names in English or Chinese.

    Parameters
    ----------
    names, category, gtin, brand : one per product; texts or None.
    confirmed : what people confirmed before.
    factors : packs whose factors may be proposed.
    progress : called with (names done, different names, what).
    index : `index_of(confirmed, factors)`, kept from an earlier call.

    Returns
    -------
    Proposals
        Per name at most five `Candidate`s, best first, each with a confidence in (0, 1) and its reason: none is confirmed.
    """
    before = _Confirmed(tuple(confirmed))
    empty: Sequence[str | None] = [None] * len(names)
    asks: dict[_Ask, int] = {}
    which = np.empty(len(names), np.int64)
    cells = zip(names, category or empty, brand or empty, gtin or empty, strict=True)
    for place, (name, of_category, of_brand, code) in enumerate(cells):
        ask = _Ask(name or "", of_category, of_brand if before else None, code if before else None)
        which[place] = asks.setdefault(ask, len(asks))
    index = index or NameIndex(factors, before.names())
    lists: list[tuple[Candidate, ...]] = []
    different = list(asks)
    for start in range(0, len(different), _STEP):
        lists += _step(different[start : start + _STEP], before, index)
        if progress is not None:
            progress(len(lists), len(different), "matching names")
    return Proposals(which, tuple(lists))


def index_of(confirmed: Iterable[Confirmation], factors: Sequence[Pack]) -> NameIndex:
    """The names of factors and of what was confirmed, for several calls of `propose` with the same two (a tenth of a second)."""
    return NameIndex(factors, _Confirmed(tuple(confirmed)).names())


def _step(asks: Sequence[_Ask], before: _Confirmed, index: NameIndex) -> list[tuple[Candidate, ...]]:
    texts = list(dict.fromkeys((ask.name, ask.category) for ask in asks))
    by_text = dict(zip(texts, by_names(index, texts), strict=True))
    found = []
    for ask in asks:
        first = before.candidates(ask)
        have = {each.key for each in first}
        rest = [each for each in by_text[ask.name, ask.category] if each.key not in have]
        found.append(tuple(sorted([*first, *rest], key=lambda each: -each.confidence)[:BEST]))
    return found


def by_names(index: NameIndex, texts: Sequence[tuple[str, str | None]]) -> list[list[Candidate]]:
    """Candidates by likeness of names alone, calibrated by basis, rank and score."""
    scored = index.score([name for name, _ in texts], [category for _, category in texts], _ROWS_READ)
    shares = {
        (basis, rank): confidence(basis, rank, scored.scores.ravel()).reshape(scored.scores.shape)
        for basis in ("text", "like_confirmed")
        for rank in range(1, BEST + 1)
    }
    found = []
    for place, (scores, rows) in enumerate(zip(scored.scores.tolist(), scored.rows.tolist(), strict=True)):
        best: dict[str, Candidate] = {}
        before = 1.0
        for nth, (score, row) in enumerate(zip(scores, rows, strict=True)):
            if score <= 0 or len(best) == BEST:
                break
            key = index.keys[row]
            if key not in best:
                basis: Basis = "like_confirmed" if row >= index.confirmed_from else "text"
                share = min(before, float(shares[basis, len(best) + 1][place, nth]))
                before = share
                best[key] = Candidate(key, round(share, 3), basis, index.names[row])
        found.append(list(best.values()))
    return found


class _Confirmed:
    """Confirmations by what they share with a product."""

    def __init__(self, confirmed: Sequence[Confirmation]) -> None:
        self._all = confirmed
        self._by: dict[str, dict[object, list[Confirmation]]] = {basis: defaultdict(list) for basis in RULES}
        for each in confirmed:
            shared = self._shared(each.name, each.gtin, each.brand, each.category)
            for basis, value in shared:
                self._by[basis][value].append(each)

    def __bool__(self) -> bool:
        return bool(self._all)

    @staticmethod
    def _shared(name: str, gtin: str | None, brand: str | None, category: str | None) -> list[tuple[Basis, object]]:
        found: list[tuple[Basis, object]] = []
        if code := gtin14(gtin):
            found.append(("same_gtin", code))
        if name.strip():
            found.append(("same_name", name_key(name)))
        if brand and category:
            found.append(("same_brand_and_category", (name_key(brand), name_key(category))))
        return found

    def names(self) -> list[tuple[str, str, str]]:
        """(key, name, category) of all, as rows of an index."""
        return list(dict.fromkeys((each.key, each.name, each.category) for each in self._all))

    def candidates(self, ask: _Ask) -> list[Candidate]:
        """Keys that were confirmed for the like of a product, each once, by its strongest reason."""
        best: dict[str, Candidate] = {}
        if not self._all:
            return []
        for basis, value in self._shared(ask.name, ask.gtin, ask.brand, ask.category):
            same = self._by[basis].get(value, [])
            counts = Counter(each.key for each in same)
            for key, count in counts.most_common():
                example = next(each.name for each in same if each.key == key)
                share = (count + 1) / (len(same) + 2) if basis == "same_brand_and_category" else count / len(same)
                best.setdefault(key, Candidate(key, round(RULES[basis] * share, 3), basis, example))
        return list(best.values())
