"""The page's part on the households' accounts: what was declared, what the ledger holds of it, and how to ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leafmark.demo.asking import command
from leafmark.demo.figures import mass, ranged, years
from leafmark.demo.html import Html, listed, table, text

UG_PER_MG = 1000
FINDINGS_SHOWN = 3
NOT_PART = "not part of the footprint"


def grams(mg: int) -> str:
    """Milligrams as a reader's figure: `2,090 kg`."""
    return mass(mg * UG_PER_MG)


def ranges_hold_zero(found: dict[str, Any]) -> bool:
    """Whether each act of the scenario may as well avoid nothing, by its 95 % range."""
    return all(each["one_act_ug"]["low_ug"] <= 0 <= each["one_act_ug"]["high_ug"] for each in found["by_action"])


def verdict(found: dict[str, Any]) -> str:
    """What the check of the store came to: `ok`, or how many findings."""
    count = len(found["verify"]["findings"])
    return "ok" if found["verify"]["ok"] else f"{count:,} finding{'' if count == 1 else 's'}"


def accounts(content: dict[str, Any]) -> str:
    """The section: the scenario in sentences, what the ledger holds, what one act is made of."""
    found = content["accounts"]
    receipt, packaging = found["by_action"]
    paper, digital = receipt["lines"]
    once, again = packaging["lines"]
    largest, scenario = found["largest_balance"], found["scenario"]
    held = table(
        "What the ledger holds of the scenario", ("Act", "Acts", "CO2e avoided", "Points"), _rows(found),
        right=(1, 2, 3),
    )  # fmt: skip
    made = table(
        "One act with its 95 % range, and what it is made of",
        ("Act and line", "CO2e", "How to ask; factor, and where it stands"),
        _lines(found), right=(1,),
    )  # fmt: skip
    sentences = (
        Html(
            f"<strong>An e-receipt comes out at {mass(receipt['one_act_ug']['co2e_ug'])}, below zero.</strong> Paper counts at the low "
            f"end of what is published ({mass(paper['co2e_ug'])}), the digital one at the high end "
            f"({mass(-digital['co2e_ug'])}), so no saving can be shown: the acts stand below zero in the ledger and earn no "
            "points."
        ),
        Html(
            f"<strong>Packaging returned comes out at {mass(packaging['one_act_ug']['co2e_ug'])}</strong>, of two figures per use "
            f"({mass(once['co2e_ug'])} for a corrugated box used once, {mass(-again['co2e_ug'])} for a reusable one) whose "
            "uses and boundary their database does not let us read. They are China's and stand in for the USA. "
            "The panel does not say that any basket came in a box."
        ),
        Html(
            (
                "<strong>Neither act is sure to avoid anything</strong>: both ranges hold zero. "
                if ranges_hold_zero(found)
                else ""
            )
            + "All acts of a kind share their factors, so the range of a sum is that of one act times their number."
        ),
        Html(
            f"<strong>Factors and terms are not of 2017.</strong> Both acts' factors begin later (table below). The terms are "
            f"Leafmark's own defaults, dated back for this, with evidence {scenario['evidence']} let in and "
            f"{scenario['acceptance_days']} days to post an act. Neither act needs a parameter."
        ),
        Html(
            f"<strong>Nothing goes in twice.</strong> {found['acts']:,} acts gave {found['events']:,} events, "
            f"{_refused(found)}; the same file posted once more: {found['posted_again']['duplicates']:,} duplicates, "
            f"{found['posted_again']['accepted']:,} new. The largest balance is {grams(largest['avoided_mg'])} and "
            f"{largest['points']:,} points; {found['households_below_zero']:,} households are below zero, by e-receipts."
        ),
        Html(
            f"<strong>verify: {verdict(found)}.</strong> Balances, seals and links of the whole store were made again from its "
            f"rows, by another path{_findings(found)}."
        ),
    )
    return f"""<h2 id="accounts">Accounts (a declared scenario)</h2>
<p>The panel records no green act, so these did not happen: they are <strong>a scenario that we declare</strong>. A fixed
seed picks {receipt["percent"]} % of the baskets for an e-receipt and {packaging["percent"]} % for packaging that is returned
and used again; both shares are our own choice. Each of the {found["households"]:,} households has an account, its number
made from the seed so that a demo can be repeated; a real ledger draws it at random. Nobody saw the acts: evidence
{scenario["evidence"]}, so <strong>audited: {grams(found["audited_mg"])}</strong>. The grams are avoided ones, against a
counterfactual (a printed receipt, a box used once): <strong>{NOT_PART}</strong>, and in no other figure of this page.</p>
{held}{listed(sentences)}{made}
<p>Asked for <code>total</code> instead of one act, each run adds all of them up. The ledger itself is
<code>DIR/{found["store"]}</code>, and which account is whose <code>DIR/inputs/accounts.parquet</code>.</p>"""


def _rows(found: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    for each in found["by_action"]:
        yield (
            f"{_title(each['words'])}: {each['percent']} % of baskets", f"{each['acts']:,}",
            grams(each["co2e_mg"]), f"{each['points']:,}",
        )  # fmt: skip
    if found["points_above_cap"]:
        yield "Past the caps", "", "", f"less {found['points_above_cap']:,}"
    yield f"Together, {NOT_PART}", f"{found['events']:,}", grams(found["avoided_mg"]), f"{found['points']:,}"
    yield "of it audited (evidence A to C)", "", grams(found["audited_mg"]), ""


def _lines(found: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    for each in found["by_action"]:
        yield f"{_title(each['words'])}, one act", ranged(each["one_act_ug"]), command(each["run"], each["example"])
        for line in each["lines"]:
            (factor,) = line["factors"]
            source = factor["source"]
            yield (
                line["term"], mass(line["co2e_ug"]),
                f"{factor['name']}, {'world' if line['region'] == 'WORLD' else line['region']}, holds from "
                f"{factor['valid_from'][:4]} (gap {years(line['gap_years'], line['gap_years'])}); {source['publisher']}: "
                f"{source['title']} ({source['year']}), {source['locator']}; licence: {source['licence']}",
            )  # fmt: skip


def _refused(found: dict[str, Any]) -> str:
    reasons = found["rejected_by_reason"]
    if not reasons:
        return "none was rejected"
    return "rejected: " + ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in reasons.items())


def _findings(found: dict[str, Any]) -> str:
    return "".join(f"; {text(each)}" for each in found["verify"]["findings"][:FINDINGS_SHOWN])


def _title(words: str) -> str:
    return words[:1].upper() + words[1:]
