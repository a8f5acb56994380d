"""An explanation as a plain tree for a terminal: no colours, no library; every figure with all its digits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from leafmark.engine import explain_sum_text
from leafmark.engine.explain_tree import groups
from leafmark.engine.proxies import SENTENCE
from leafmark.engine.wording import between, grams_exact, mass, plain

_LINES_SHOWN_WIDTH = 58


def text(tree: dict[str, Any]) -> str:
    """The whole explanation, of a subject or of a sum."""
    if "cuts" in tree:
        return explain_sum_text.text(tree)
    return "\n".join([*_head(tree), "", *_body(tree), *_tail(tree)])


def title(tree: dict[str, Any]) -> str:
    """Whose figure it is, and the figure: `product 1029: 4.2 kg CO2e`."""
    figure = "no figure" if tree["co2e_ug"] is None else f"{mass(tree['co2e_ug'])} CO2e"
    return f"{_subject(tree)} {tree['subject_id']}: {figure}"


def _subject(tree: dict[str, Any]) -> str:
    return str(tree["subject"]).removesuffix("_id")


def standing(tree: dict[str, Any]) -> str:
    """What the status means for the figure."""
    if tree["status"] == "unknown":
        return "a line was rejected, so the product is unknown: the sum below holds only the lines that were met"
    if tree["status"] == "partial":
        met, lines = tree["lines"] - tree["lines_rejected"], tree["lines"]
        return f"holds {met} of the order's {lines} lines; {tree['lines_rejected']} rejected"
    return "every line was met"


def _head(tree: dict[str, Any]) -> Iterator[str]:
    method = tree["method"]
    spread = "" if tree["co2e_ug"] is None else f", 95 % range {between(tree['low_ug'], tree['high_ug'])}"
    yield f"{title(tree)}{spread}; {tree['status']}"
    if tree["status"] != "complete":
        yield f"  {standing(tree)}"
    yield f"  method   {method['id']}@{method['version']}: {method['title']}"
    yield f"  clause   {method['reference']}"
    yield f"  boundary {method['boundary']}"
    yield f"  book     {tree['book']}"
    if tree["not_assessed"] and tree["book"] == "product":
        yield f"  not assessed: {', '.join(tree['not_assessed'])}"
    packs = ", ".join(f"{pack['id']} {pack['version']} ({pack['sha256'][:12]})" for pack in tree["packs"])
    yield f"  factors  {packs}, as known on {tree['known_on']}, GWP {tree['gwp']}"
    yield f"  run      {tree['run_id']}"


def _body(tree: dict[str, Any]) -> Iterator[str]:
    yield _figure("figure", tree["co2e_ug"])
    found = list(groups(tree))
    for n, (name, group) in enumerate(found):
        last = n == len(found) - 1
        yield _figure(("└─ " if last else "├─ ") + name, group["co2e_ug"])
        indent = "   " if last else "│  "
        for m, line in enumerate(group["lines"]):
            final = m == len(group["lines"]) - 1
            yield _figure(indent + ("└─ " if final else "├─ ") + line_title(line), line["co2e_ug"])
            inner = indent + ("   " if final else "│  ")
            for detail in details(line):
                yield inner + detail


def _figure(name: str, ug: int | None) -> str:
    return f"{name:<{_LINES_SHOWN_WIDTH}} {grams_exact(ug):>24}"


def line_title(line: dict[str, Any]) -> str:
    """What a line is: its product in an order, else the key of its factor, with the part where there are several."""
    if "product_id" in line:
        return f"product {line['product_id']} by {line['tier']}"
    part = f" ({line['part']})" if line["scope"] is not None else ""
    return f"{line['key']}{part}"


def details(line: dict[str, Any]) -> Iterator[str]:
    """What stands under a line: where it is, place, date, sum, factors, sources; one text each."""
    place = _row_of(line)
    who = f", id {line['activity_id']}" if line["activity_id"] is not None else ""
    measured = ", measured by the supplier" if line["primary"] else ""
    yield f"   {place}{who}; tier {line['tier']}{measured}"
    if "product_id" in line:
        yield from _bought(line)
    if line["component_id"] is not None:
        yield f"   inside product {line['component_id']}, which is used {plain(line['times'])} times"
    if line["scope"] is not None:
        category = f", category {line['category']}" if line["category"] is not None else ""
        yield f"   scope {line['scope']}{category}"
    if line.get("proxy"):
        yield f"   flagged proxy: {SENTENCE}"
    yield f"   place    {_place(line)}"
    given = "" if line["date_given"] else " (the run's date; the line has none)"
    gap = line["vintage_gap_years"]
    outside = (
        "inside the factor's period" if gap == 0 else f"{gap} year{'s' if gap > 1 else ''} outside the factor's period"
    )
    yield f"   date     {line['date']}{given}: {outside} (rule: {line['vintage_rule']})"
    for factor in line["factors"]:
        yield from _factor(line, factor, several=len(line["factors"]) > 1)


def _row_of(line: dict[str, Any]) -> str:
    """Where a line stands in the run's input, and in the file that its row was made of."""
    here, made_of = f"row {line['row']:,} of {PurePath(line['file']).name}", line["prepared_from"]
    return here if made_of is None else f"{here}, made of row {made_of['row']:,} of {made_of['file']}"


def _bought(line: dict[str, Any]) -> Iterator[str]:
    """How an order's line becomes an amount: by its product's row in the catalogue, or through the price index."""
    shelf = line["catalogue"]
    category = f", category {shelf['category']}" if shelf["category"] is not None else ""
    yield f"   product  row {shelf['row']:,} of {PurePath(shelf['file']).name}{category}; factor key {line['key']}"
    if line["price_ratio"] is None:
        each = f"{plain(line['per_piece'])} {line['unit']}"
        yield f"   amount   {plain(line['pieces'])} pieces x {each} = {plain(line['amount'])} {line['unit']}"
        return
    year = int(line["date"][:4])
    index = line["price_index_year"]
    carried = "" if index == year else f" (the index ends in {index}: its last year is carried)"
    yield f"   amount   {plain(line['spend'])} {line['unit'][:3]} spent in {year}{carried}"


def _place(line: dict[str, Any]) -> str:
    if not line["region_given"]:
        return "none given: the world's factor"
    if line["region_level"] == 0:
        return f"{line['region_asked']}, as asked"
    tried = ", then ".join(line["regions_tried"])
    return f"{tried} has no factor for the date; taken from {line['region_used']} (level {line['region_level']})"


def _factor(line: dict[str, Any], factor: dict[str, Any], several: bool) -> Iterator[str]:
    share = f" = {grams_exact(factor['co2e_ug'])}" if several else ""
    converted = ""
    if factor["unit_conversion"] != 1.0:
        what = "price index" if line.get("price_ratio") is not None else f"{factor['unit']}/{line['unit']}"
        converted = f" x {plain(factor['unit_conversion'])} {what}"
    value = f"{plain(factor['co2e_kg_used'])} kg CO2e/{factor['unit']}"
    yield f"   sum      {plain(line['amount'])} {line['unit']}{converted} x {value}{share}"
    yield f"   factor   {factor['factor_id']}: {factor['name']}, {factor['boundary']}, data of {factor['data_year']}"
    until = f"to {factor['valid_to']}" if factor["valid_to"] else "on"
    yield f"            valid from {factor['valid_from']} {until}; published {factor['published_on']}"
    yield f"            {_gwp(factor)}; GSD {plain(factor['gsd'])} ({factor['gsd_basis']}); pack {factor['pack']}"
    source = factor["source"]
    yield f"   source   {source['publisher']}: {source['title']} ({source['year']}), {source['locator']}; {source['licence']}"
    if source["url"]:
        yield f"            {source['url']}"


def _gwp(factor: dict[str, Any]) -> str:
    if factor["gwp_native"]:
        return f"as published in {factor['gwp_set_published']}: its gases are not known, so it is not restated"
    if factor["co2e_kg_published"] != factor["co2e_kg_used"]:
        return f"restated from {plain(factor['co2e_kg_published'])} ({factor['gwp_set_published']}) to {factor['gwp_set_used']}"
    return f"as published, {factor['gwp_set_published']}"


def rejection(line: dict[str, Any]) -> tuple[str, str]:
    """A rejected line and what its reason means: where it is, which field, what was found and expected."""
    inside = f" (of component {line['component_id']})" if line["component_id"] is not None else ""
    found = "nothing" if line["found"] is None else repr(line["found"])
    return (
        f"{_row_of(line)}{inside}: {line['reason']} in {line['field']}: found {found}, expected {line['expected']}",
        line["meaning"],
    )


def _tail(tree: dict[str, Any]) -> Iterator[str]:
    if tree["rejected"]:
        yield ""
        yield "rejected lines (not in the figure):"
        for line in tree["rejected"]:
            what, meaning = rejection(line)
            yield f"  {what}"
            yield f"    {meaning}"
    for name in tree["inputs_changed"] + tree["packs_changed"]:
        yield f"note: changed since the run: {name}"
