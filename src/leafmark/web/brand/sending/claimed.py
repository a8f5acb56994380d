"""The claims check of every text that a draft would publish: names, functional units, categories, the brand's name. Equal texts once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings

from leafmark.products.claims import MARKETS, Claim, Finding, LawSource, Unusable, report, suspects
from leafmark.products.claims.model import SEVERITIES
from leafmark.web.brand.models import Draft

KINDS: Final = ("name", "functional_unit", "category", "brand")
READ_MAX: Final = 20_000
"""Different texts with words of the rules that are read one by one; what is more counts as not read."""
KEPT_MAX: Final = 100
"""Texts with findings that a draft names, the gravest first; all are counted."""
FINDINGS_KEPT_MAX: Final = 5
GRAVEST: Final = SEVERITIES[0]

Told = Callable[[int, int], None]


def markets() -> tuple[str, ...]:
    """Where the site's texts are read: its market, or every one that has rules where that one has none here."""
    market = settings.WORKSPACE.market
    return (market,) if market in MARKETS else ("eu", "uk", "us", "cn")


def claims_of(catalogue: pa.Table, brand: str, on: dt.date, told: Told) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Findings by text, the gravest first, and their counts: texts, texts with findings, by gravest severity, texts not read."""
    columns = _columns(catalogue)
    texts = pc.unique(pa.chunked_array([each for _, each in columns], pa.string())).drop_null().to_pylist()
    named = [texts[place] for place in suspects(texts, on, markets(), told)]
    found = [(text, read) for text in named[:READ_MAX] if (read := _read(text, "", on))["findings"]]
    whose = _whose(columns, [text for text, _ in found])
    kept = [{"text": text, **whose[text], **read} for text, read in found]
    of_brand = _read("", brand, on)
    if of_brand["findings"]:
        kept.append({"text": brand, "kinds": ["brand"], "products": catalogue.num_rows, **of_brand})
    kept.sort(key=lambda each: (SEVERITIES.index(each["severity"]), -each["products"], each["text"]))
    for each in kept[:KEPT_MAX]:
        each["example"] = _example(catalogue, each["text"], each["kinds"])
    counts = {
        "texts": len(texts) + 1, "found": len(kept), "by_severity": dict(Counter(each["severity"] for each in kept)),
        "not_read": max(len(named) - READ_MAX, 0), "markets": list(markets()),
    }  # fmt: skip
    return kept[:KEPT_MAX], counts


def _columns(catalogue: pa.Table) -> list[tuple[str, pa.Array]]:
    """Every column of texts with what they are."""
    names = [("name", each) for each in catalogue.column("name").combine_chunks().flatten()]
    return names + [(kind, catalogue.column(kind).combine_chunks()) for kind in ("functional_unit", "category")]


def _whose(columns: list[tuple[str, pa.Array]], texts: list[str]) -> dict[str, dict[str, Any]]:
    """What each of some texts is, and how many products have it."""
    found: dict[str, dict[str, Any]] = {text: {"kinds": [], "products": 0} for text in texts}
    some = pa.array(texts, pa.string())
    for kind, column in columns:
        for each in pc.value_counts(column.filter(pc.is_in(column, value_set=some))).to_pylist():
            if each["values"] is None:
                continue
            entry = found[each["values"]]
            entry["kinds"] += [] if kind in entry["kinds"] else [kind]
            entry["products"] = max(entry["products"], each["counts"])
    return found


def _read(text: str, brand: str, on: dt.date) -> dict[str, Any]:
    findings = report(Claim(text, brand), (), on, markets()).findings
    gravest = min((SEVERITIES.index(each.severity) for each in findings), default=len(SEVERITIES) - 1)
    few = sorted(findings, key=lambda each: SEVERITIES.index(each.severity))[:FINDINGS_KEPT_MAX]
    return {
        "severity": SEVERITIES[gravest],
        "findings": [asdict(each) for each in few],
        "more": len(findings) - len(few),
    }


def _example(catalogue: pa.Table, text: str, kinds: list[str]) -> str | None:
    """The first product that has a text."""
    columns = [column for kind, column in _columns(catalogue) if kind in kinds]
    places = [place for column in columns if (place := pc.index(column, text).as_py()) >= 0]
    return catalogue.column("product_id")[min(places)].as_py() if places else None


def needs_answer(draft: Draft) -> bool:
    """Whether a draft has findings of the gravest severity, or texts that were not read: who proposes it answers for them in a note."""
    counts = draft.counts["claims"]
    return bool(counts["by_severity"].get(GRAVEST) or counts["not_read"])


def finding_from(kept: dict[str, Any]) -> Finding:
    """A finding as a draft keeps it."""
    return Finding(
        **{
            **kept, "missing": tuple(map(tuple, kept["missing"])), "unseen": tuple(kept["unseen"]),
            "unusable": tuple(Unusable(**each) for each in kept["unusable"]), "source": LawSource(**kept["source"]),
        }
    )  # fmt: skip
