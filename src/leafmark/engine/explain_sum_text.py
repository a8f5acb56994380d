"""A sum's explanation as a plain tree for a terminal: every figure with all its digits, every part with its command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from leafmark.engine.explain_address import WORDS
from leafmark.engine.wording import between, grams_exact, mass, percent

_WIDTH = 58
NOTHING = "no figure"


def text(tree: dict[str, Any]) -> str:
    """The whole explanation."""
    lines = [
        title(tree),
        *(f"  {name:<9}{value}" for name, value in about(tree)),
        "",
        _figure("figure", tree["co2e_ug"]),
    ]
    for cut in tree["cuts"]:
        lines += ["", cut_title(cut), *_parts(cut["parts"], tree["co2e_ug"], "")]
    lines += [f"note: changed since the run: {name}" for name in tree["inputs_changed"] + tree["packs_changed"]]
    return "\n".join(lines)


def title(tree: dict[str, Any]) -> str:
    """Which figure it is, and the figure with its range: `tier:mass: 4.2 kg CO2e, 95 % range ...`."""
    if tree["co2e_ug"] is None:
        return f"{tree['subject_id']}: {NOTHING}, no line of it was accepted"
    spread = "" if tree["low_ug"] is None else f", 95 % range {between(tree['low_ug'], tree['high_ug'])}"
    share = f"; {percent(tree['share_of_total'])} of the run's total" if tree["share_of_total"] not in (None, 1) else ""
    return f"{tree['subject_id']}: {mass(tree['co2e_ug'])} CO2e{spread}{share}"


def about(tree: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(name, text) of what stands above the figure."""
    method = tree["method"]
    if tree["subject_id"] in WORDS:
        yield "figure", WORDS[tree["subject_id"]]
    if tree.get("divided"):
        whole = tree["divided"]
        yield "divided", f"{grams_exact(whole['co2e_ug'])} by {whole['orders']:,} orders; the total: {whole['command']}"
    yield "method", f"{method['id']}@{method['version']}: {method['title']}"
    yield "clause", method["reference"]
    if method["boundary"]:
        yield "boundary", method["boundary"]
    yield "book", tree["book"]
    yield "lines", lines_said(tree["lines"])
    if tree["range"]:
        kept = "as published in run.json" if tree["range"]["published"] else "worked out here"
        yield "range", f"{tree['range']['how']}; {tree['range']['factors']} factors; {kept}"
    if tree["published_in"]:
        yield "equals", "; ".join(tree["published_in"])
    for name, value in tree["facts"].items():
        if value is not None:
            yield _FACTS[name][0], _FACTS[name][1](value)
    packs = ", ".join(f"{pack['id']} {pack['version']} ({pack['sha256'][:12]})" for pack in tree["packs"])
    yield "factors", f"{packs}, as known on {tree['known_on']}, GWP {tree['gwp']}"
    yield "run", tree["run_id"]
    if tree.get("note"):
        yield "parts", tree["note"]
    if tree.get("same_id"):
        yield "id", f"an id of this run reads the same: {tree['same_id']}"


_FACTS: dict[str, tuple[str, Any]] = {
    "orders": ("orders", lambda value: f"{value:,}"),
    "spend": ("spend", lambda value: f"{value:,.2f} in the lines' money"),
    "lines": ("accepted", lambda value: f"{value:,} lines"),
    "ug_per_order": ("intensity", lambda value: f"{mass(round(value))} an order (intensity.parquet)"),
    "ug_per_money": ("", lambda value: f"{mass(round(value))} for each unit of money"),
    "change": ("", lambda value: f"{value:+.1%} an order, against the same month a year before"),
}


def lines_said(lines: dict[str, Any]) -> str:
    """Lines in, accepted and rejected, and of what."""
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in lines.get("rejected_by_reason", {}).items())
    whose = "" if lines["of"] != "run" else ", of the whole run; a rejected line has no factor and is in no figure"
    return (
        f"{lines['in']:,} in = {lines['accepted']:,} accepted + {lines['rejected']:,} rejected"
        f"{f' ({reasons})' if reasons else ''}{whose if lines['rejected'] else ''}"
    )


def cut_title(cut: dict[str, Any]) -> str:
    """`by month: 12`."""
    return f"by {cut['by']}: {cut['count']:,}"


def part_name(part: dict[str, Any]) -> str:
    """A part's name; that of what has none."""
    return str(part["name"]) or "(none given)"


def remarks(part: dict[str, Any], whole: int | None) -> str:
    """A part's share of the figure, its lines, and of a factor its share of the spread."""
    said = [percent(part["co2e_ug"] / whole)] if whole else []
    if part.get("lines"):
        said.append(f"{part['lines']:,} line{'s' if part['lines'] > 1 else ''}")
    if part.get("share_of_variance") is not None:
        said.append(f"{percent(part['share_of_variance'])} of the range's variance")
    return ", ".join(said)


def sources(part: dict[str, Any]) -> Iterator[str]:
    """Where a part's factors come from, and how near they are to the place asked for."""
    if "factors" not in part:
        return
    low, high = part["region_level"]
    level = "found for the place itself" if high == 0 else f"found {low} to {high} levels above the place asked for"
    if low == high and high:
        level = f"found {high} level{'s' if high > 1 else ''} above the place asked for"
    for factor in part["factors"]:
        source = factor["source"]
        yield f"{factor['name']}, {factor['boundary']}, {factor['region']}, data of {factor['data_year']}; {level}"
        yield f"{source['publisher']}: {source['title']} ({source['year']}), {source['locator']}; {source['licence']}"


def _parts(parts: Sequence[dict[str, Any]], whole: int | None, indent: str, inside: bool = False) -> Iterator[str]:
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        branch, inner = ("└─ ", "   ") if last else ("├─ ", "│  ")
        remark = remarks(part, whole)
        yield f"{_figure(indent + branch + part_name(part), part['co2e_ug'])}{f'  {remark}' if remark else ''}"
        for source in sources(part):
            yield f"{indent}{inner}   {source}"
        if "command" in part and not inside:  # the one above it and `factor:ID`: in JSON and on the page
            yield f"{indent}{inner}   {part['command']}"
        yield from _parts(part.get("parts", ()), whole, indent + inner, inside=True)


def _figure(name: str, ug: int | None) -> str:
    return f"{name:<{_WIDTH}} {NOTHING if ug is None else grams_exact(ug):>24}"
