"""Measures the matching of names to factors, and writes what it measured: calibration.csv and the tables of docs/matching.md.

python tools/calibrate_matching.py    # needs the extra demo: the published household panel

The labelled set: each (category, type) of the panel's products, with the keys that the demo's mapping (`mapping.csv`, made by
hand) gives it. A proposal is right if it is the mass key or the spend key of the label. Categories are cut into two halves by
their hash; each half is measured with what the other one taught, so that no type is judged by its own category.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from leafmark.demo.mapping import Mapper, load_mapping
from leafmark.demo.receipts import panel_folder
from leafmark.factors.model import builtin
from leafmark.products.matching.confidence import BEST, Floats, fitted, on_stairs, stairs
from leafmark.products.matching.index import NameIndex

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "matching.md"
TABLE = ROOT / "src" / "leafmark" / "products" / "matching" / "calibration.csv"
STEPS = 8
ROWS_READ = 12
EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Label:
    """A product type with its right keys."""

    name: str
    category: str
    keys: frozenset[str]

    @property
    def key(self) -> str:
        """The key a person would have confirmed: by mass where there is one."""
        return min(self.keys, key=lambda key: (key.startswith("spend."), key))


@dataclass(frozen=True)
class Ranked:
    """One candidate of a label: its rank from 1, and whether it is right."""

    basis: str
    rank: int
    score: float
    right: bool
    half: int


def labels() -> list[Label]:
    """The labelled set, in the order of its texts."""
    columns = ["department", "product_category", "product_type"]
    rows = pq.read_table(panel_folder() / "products.parquet", columns=columns).to_pylist()
    mapper, found = Mapper(load_mapping()), {}
    for row in rows:
        rule = mapper.rule(row["department"], row["product_category"], row["product_type"], None)
        if rule is not None and rule.mapped and row["product_type"]:
            keys = frozenset(filter(None, (rule.mass_key, rule.spend_key)))
            label = Label(row["product_type"], row["product_category"] or "", keys)
            found[label.name, label.category] = label
    return [found[where] for where in sorted(found)]


def half(text: str) -> int:
    """0 or 1, by the text's hash."""
    return hashlib.sha256(text.encode()).digest()[0] % 2


def ranked(index: NameIndex, cases: Sequence[Label], which: int) -> list[list[Ranked]]:
    """The candidates of each label, best first, each key once."""
    scored = index.score([each.name for each in cases], [each.category for each in cases], ROWS_READ)
    found = []
    for label, scores, rows in zip(cases, scored.scores.tolist(), scored.rows.tolist(), strict=True):
        best: dict[str, Ranked] = {}
        for score, row in zip(scores, rows, strict=True):
            key = index.keys[row]
            if score > 0 and key not in best and len(best) < BEST:
                basis = "like_confirmed" if row >= index.confirmed_from else "text"
                best[key] = Ranked(basis, len(best) + 1, score, key in label.keys, which)
        found.append(list(best.values()))
    return found


def measure(cases: Sequence[Label], learn: str) -> list[list[Ranked]]:
    """All labels ranked; with `learn` = category or type, the other half's labels count as confirmed before."""
    out: list[list[Ranked]] = []
    for which in (0, 1):
        split = [half(each.category if learn != "type" else f"{each.category}|{each.name}") for each in cases]
        asked = [each for each, side in zip(cases, split, strict=True) if side == which]
        taught = [each for each, side in zip(cases, split, strict=True) if side != which]
        confirmed = [(each.key, each.name, each.category) for each in taught] if learn != "nothing" else []
        out += ranked(NameIndex([builtin()], confirmed), asked, which)
    return out


def accuracy(found: Sequence[Sequence[Ranked]], best: int) -> float:
    """Share of labels with a right key among the first `best`."""
    return sum(any(each.right for each in one[:best]) for one in found) / len(found)


def fit(
    found: Sequence[Sequence[Ranked]], basis: str, rank: int, halves: tuple[int, ...]
) -> list[tuple[float, float, int]]:
    """The staircase of a basis and rank, from some halves."""
    of = [each for one in found for each in one if each.basis == basis and each.rank == rank and each.half in halves]
    return fitted(np.array([each.score for each in of]), np.array([each.right for each in of], float), STEPS)


def reliability(found: Sequence[Sequence[Ranked]]) -> list[str]:
    """Rows of the table: what first candidates were said to be, and were, each half by the other's staircase."""
    said: list[float] = []
    right: list[bool] = []
    for which in (0, 1):
        for basis in sorted({one[0].basis for one in found if one}):
            cases = [one[0] for one in found if one and one[0].half == which and one[0].basis == basis]
            steps = fit(found, basis, 1, (1 - which,))
            if cases and steps:
                table = stairs((low, share) for low, share, _ in steps)
                said += on_stairs(table, np.array([each.score for each in cases])).tolist()
                right += [each.right for each in cases]
    return _reliability_rows(np.array(said), np.array(right, float))


def _reliability_rows(said: Floats, right: Floats) -> list[str]:
    rows, gap = [], 0.0
    for low, high in itertools.pairwise(EDGES):
        inside = (said >= low) & (said < high)
        if inside.any():
            gap += abs(said[inside].mean() - right[inside].mean()) * inside.mean()
            rows.append(
                f"| {low:.1f} to {high:.1f} | {inside.sum():,} | {said[inside].mean():.2f} | {right[inside].mean():.2f} |"
            )
    return [
        *rows,
        f"| all | {len(said):,} | {said.mean():.2f} | {right.mean():.2f} |",
        "",
        f"Mean distance of the two: {gap:.3f}.",
    ]


def page(cases: Sequence[Label], found: dict[str, list[list[Ranked]]]) -> str:
    """The measured part of docs/matching.md."""
    lines = [
        f"{len(cases):,} product types of the panel in {len({each.category for each in cases}):,} categories, "
        f"{len({key for each in cases for key in each.keys}):,} different keys.",
        "", "| confirmed before | right first | right among five |", "|---|---:|---:|",
    ]  # fmt: skip
    words = {
        "nothing": "nothing",
        "category": "the types of the other half of the categories",
        "type": "half of the types of every category",
    }
    for learn, told in words.items():
        lines.append(f"| {told} | {accuracy(found[learn], 1):.1%} | {accuracy(found[learn], BEST):.1%} |")
    for learn in ("nothing", "type"):
        lines += [
            "",
            f"First candidates, confirmed before: {words[learn]}.",
            "",
            "| confidence | number | said, mean | right |",
            "|---|---:|---:|---:|",
        ]
        lines += reliability(found[learn])
    return "\n".join(lines)


def calibration(found: dict[str, list[list[Ranked]]]) -> str:
    """calibration.csv: text as measured with nothing confirmed, names like confirmed ones with half of the types."""
    lines = ["# Made by tools/calibrate_matching.py. right: share of right proposals from this score on, Laplace's, never falling.",
             "basis,rank,score_from,right,number"]  # fmt: skip
    for basis, learn in (("text", "nothing"), ("like_confirmed", "type")):
        for rank in range(1, BEST + 1):
            steps = fit(found[learn], basis, rank, (0, 1))
            lines += [f"{basis},{rank},{low:.4f},{share:.4f},{number}" for low, share, number in steps]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write."""
    cases = labels()
    found = {learn: measure(cases, learn) for learn in ("nothing", "category", "type")}
    TABLE.write_text(calibration(found), encoding="utf-8")
    text = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(r"(<!-- measured -->\n).*?(<!-- /measured -->)", re.DOTALL)
    PAGE.write_text(pattern.sub(lambda each: f"{each[1]}{page(cases, found)}\n{each[2]}", text), encoding="utf-8")


if __name__ == "__main__":
    main()
