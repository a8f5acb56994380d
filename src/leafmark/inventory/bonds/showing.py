"""The reports of bonds as pages in three languages, and as CSV: what the report says, and nothing computed here but its figures' look."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from leafmark.engine.explain_address import command
from leafmark.inventory.bonds import money
from leafmark.inventory.paper import page as paper
from leafmark.inventory.paper.words import Words

ALLOCATION_CSV: Final = (
    "bond_id", "currency", "project_id", "name", "category", "region", "amount", "in_period", "new", "refinancing", "not_told", "share_of_cost",
)  # fmt: skip
IMPACT_CSV: Final = (
    "bond_id", "indicator_id", "project_id", "indicator", "unit", "from", "until", "result", "whole", "share", "part", "baseline", "method",
    "run_id", "address", "cited",
)  # fmt: skip
EUROPEAN_CSV: Final = ("annex", "section", "item", "need", "state", "value")


def page(report: Mapping[str, Any], lang: str = "en") -> str:
    """The page of an allocation, impact or European report.

    Raises
    ------
    ValueError : there is no such language.
    """
    say = Words(__package__, lang)
    kind = report["schema"].split("/")[0].removeprefix("leafmark.bonds.")
    name = f"eu-{report['kind']}" if kind == "european" else kind
    title = say(f"title.{name}")
    if report.get("revised"):  # Annexes II and III: the title shall reflect a revision
        title = say("title.revised", title=title)
    body = {"allocation": _allocation, "impact": _impact, "european": _european}[kind]
    return paper.page(
        lang,
        say("titled", what=title, name=report["issuer"]["name"]),
        [*_head(report, title, say), *body(report, say), *_tail(report, say)],
    )


def as_csv(report: Mapping[str, Any]) -> str:
    """The report's rows: projects of an allocation report (amounts as exact decimals), results of an impact report, items of a European one."""
    kind = report["schema"].split("/")[0].removeprefix("leafmark.bonds.")
    head = {"allocation": ALLOCATION_CSV, "impact": IMPACT_CSV, "european": EUROPEAN_CSV}[kind]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    if kind == "allocation":
        writer.writerows(_allocation_rows(report))
    elif kind == "impact":
        for bond in report["bonds"]:
            writer.writerows([bond["bond_id"], *(each[name] for name in head[1:])] for each in bond["results"])
    else:
        writer.writerows([report["annex"], *(each[name] for name in head[1:])] for each in report["items"])
    return out.getvalue()


def _allocation_rows(report: Mapping[str, Any]) -> Iterator[list[Any]]:
    for bond in report["bonds"]:
        for each in bond["projects"]:
            amounts = [each["amount"], each["in_period"], *each["kinds"].values()]
            yield [bond["bond_id"], bond["currency"], *(each[name] for name in ("project_id", "name", "category", "region")),
                   *(money.exact(amount, bond["currency"]) for amount in amounts), each["share"]]  # fmt: skip
        for each in bond["held"]:
            yield [bond["bond_id"], bond["currency"], None, each["held_in"], "unallocated", None,
                   money.exact(each["amount"], bond["currency"]), None, None, None, None, None]  # fmt: skip


def _head(report: Mapping[str, Any], title: str, say: Words) -> Iterator[str]:
    yield paper.heading(title, 1)
    days = say("head.days", first=report["period"]["from"], last=report["period"]["on"])
    pairs = [(say("head.issuer"), str(report["issuer"]["name"])), (say("head.period"), days)]
    framework = report.get("framework", {})
    if framework.get("name"):
        pairs.append((say("head.framework"), str(framework["name"])))
    yield paper.facts(pairs)
    if report["status"] == "draft":
        yield paper.paragraph(say("status.draft", count=len(report["open"])), "notice")
    elif "annex" not in report:
        yield paper.paragraph(say("status.complete"))


def _tail(report: Mapping[str, Any], say: Words) -> Iterator[str]:
    if report["open"]:
        yield paper.heading(say("section.open"))
        yield paper.bullets(_against(text, say) for text in report["open"])
    if report["flags"]:
        yield paper.heading(say("section.flags"))
        names = ("file", "field", "reason", "found", "expected", "effect")
        yield paper.table(
            say("section.flags"), [say(f"column.{name}") for name in names],
            ([f"{each['file']} {each['row'] or ''}".strip(), each["field"] or "", say(f"reason.{each['reason']}"), each["found"] or "",
              each["expected"] or "", say(f"effect.{each['effect']}")] for each in report["flags"]),
            named=False,
        )  # fmt: skip


def _against(text: str, say: Words) -> str:
    """A point against publication in words; of two values the last has no colon, whatever the first is called."""
    kind, _, what = text.partition(":")
    more = ""
    if kind in ("unbalanced", "refused", "review"):
        what, _, more = what.rpartition(":")
    if kind == "missing":
        what = say(f"eu_item.{what}")
    elif kind == "review":
        more = say(f"review.{more}")
    return say(f"against.{kind}", what=what, more=more)


def _allocation(report: Mapping[str, Any], say: Words) -> Iterator[str]:
    for bond in report["bonds"]:
        yield from _bond(bond, say)
    yield from _reviews(report["reviews"], say)
    yield from _disclosures(report, say)


def _bond(bond: Mapping[str, Any], say: Words) -> Iterator[str]:
    def amount(units: int | None) -> str:
        return say("empty") if units is None else money.shown(units, bond["currency"])

    yield paper.heading(bond["name"])
    pairs = [("label", say(f"label.{bond['label']}")), ("net", amount(bond["net"])), ("allocated", amount(bond["allocated"])),
             ("unallocated", amount(bond["unallocated"]))]  # fmt: skip
    pairs += [("isin", bond["isin"])] if bond["isin"] else []
    pairs += [("not_told", amount(bond["not_told"]))] if bond["not_told"] else []
    yield paper.facts((say(f"head.{name}"), value) for name, value in pairs)
    yield paper.heading(say("section.use"), 3)
    yield paper.paragraph(
        say(
            "use.net",
            net=amount(bond["net"]),
            allocated=amount(bond["allocated"]),
            unallocated=amount(bond["unallocated"]),
        )
    )
    if bond["not_told"]:
        yield paper.paragraph(say("use.not_told", not_told=amount(bond["not_told"])), "notice")
    yield _table(say, "categories", ("category", "kind", "amount", "share"), (
        [say(f"category.{each['category']}"), say(f"group.{each['kind']}"), amount(each["amount"]), _tenths(each["permille"])]
        for each in bond["categories"]
    ), (2, 3))  # fmt: skip
    yield _table(say, "kinds", ("kind", "amount"), (
        [say(f"kind.{kind}"), amount(units)] for kind, units in bond["kinds"].items() if units or kind != "not_told"
    ), (1,))  # fmt: skip
    yield _table(say, "projects", ("project", "category", "region", "amount", "in_period", "of_cost", "spent_from"), (
        [each["name"], say(f"category.{each['category']}"), each["region"] or say("empty"), amount(each["amount"]),
         amount(each["in_period"]), _share(each["share"], say), each["spent_from"] or say("empty")] for each in bond["projects"]
    ), (3, 4, 5))  # fmt: skip
    if bond["held"]:
        yield _table(
            say,
            "held",
            ("held_in", "amount"),
            ([each["held_in"], amount(each["amount"])] for each in bond["held"]),
            (1,),
        )
    names = ("tranche", "issued_on", "matures_on", "nominal", "costs", "net", "allocated", "unallocated")
    yield _table(say, "tranches", names, (
        [each["tranche_id"], each["issued_on"], each["matures_on"] or say("empty"),
         *(amount(each[name]) for name in ("nominal", "costs", "net", "allocated", "unallocated"))] for each in bond["tranches"]
    ), (3, 4, 5, 6, 7))  # fmt: skip
    sources = [
        bond["source"],
        *(each["source"] for each in bond["tranches"]),
        *(one for each in bond["projects"] for one in each["sources"]),
    ]
    found = list(dict.fromkeys(each for each in sources if each))
    if found:
        yield paper.heading(say("column.source"), 3) + paper.bullets(found)


def _table(
    say: Words, section: str, columns: Sequence[str], rows: Iterator[list[str]], right: Sequence[int] = ()
) -> str:
    return paper.table(
        say(f"section.{section}"), [say(f"column.{name}") for name in columns], rows, right, named=section != "reviews"
    )


def _tenths(permille: int) -> str:
    return f"{permille // 10}.{permille % 10} %"


def _share(share: str | None, say: Words) -> str:
    return say("empty") if share is None else f"{float(Fraction(share)):.1%}".replace("%", " %")


def _reviews(reviews: Sequence[Mapping[str, Any]], say: Words) -> Iterator[str]:
    yield paper.heading(say("section.reviews"))
    if not reviews:
        yield paper.paragraph(say("disclosure.no_review"))
        return
    yield _table(say, "reviews", ("reviewer", "kind", "reviewed_on", "opinion", "source"), (
        [each["reviewer"], say(f"review.{each['kind']}"), each["reviewed_on"],
         say(f"opinion.{each['opinion']}") if each["opinion"] else say("empty"), each["source"] or say("empty")] for each in reviews
    ))  # fmt: skip


def _disclosures(report: Mapping[str, Any], say: Words) -> Iterator[str]:
    yield paper.heading(say("section.disclosures"))
    said = [say("disclosure.basis")]
    for bond in report["bonds"]:
        years = bond["look_back_years"]
        said.append(say("disclosure.no_look_back") if years is None else say("disclosure.look_back", years=years))
        if bond["undisclosed"]:
            said.append(say("disclosure.undisclosed", amount=money.shown(bond["undisclosed"], bond["currency"])))
        if bond["kinds"]["not_told"]:
            said.append(say("disclosure.not_split", amount=money.shown(bond["kinds"]["not_told"], bond["currency"])))
    yield paper.bullets(dict.fromkeys([*said, say("disclosure.guidelines"), *map(str, report["notes"])]))


def _impact(report: Mapping[str, Any], say: Words) -> Iterator[str]:
    for bond in report["bonds"]:
        yield paper.heading(bond["name"])
        yield _table(say, "results", ("indicator", "project", "period", "result", "whole", "financed", "part", "method", "cited"), (
            [each["indicator"], each["project"], f"{each['from']} / {each['until']}", say(f"result.{each['result']}"),
             f"{_figure(each['whole'])} {each['unit']}", _share(each["share"], say),
             say("empty") if each["part"] is None else f"{_figure(each['part'])} {each['unit']}",
             "; ".join(filter(None, (each["method"], each["baseline"]))), _cited(each, say)] for each in bond["results"]
        ), (4, 5, 6))  # fmt: skip
        if bond["sums"]:
            yield _table(say, "sums", ("indicator", "period", "result", "part"), (
                [each["indicator"], f"{each['from']} / {each['until']}", say(f"result.{each['result']}"), f"{_figure(each['part'])} {each['unit']}"]
                for each in bond["sums"]
            ), (3,))  # fmt: skip
    yield from _reviews(report["reviews"], say)
    yield paper.heading(say("section.disclosures"))
    names = ("pro_rata", "no_share", "expected", "negative", "apart", "guidelines")
    yield paper.bullets([*(say(f"disclosure.{name}") for name in names), *map(str, report["notes"])])


def _figure(text: str) -> str:
    """An exact decimal text, grouped."""
    whole, point, rest = text.partition(".")
    return (
        f"{int(whole):,}{point}{rest}".replace("-", "\u2212") if whole not in ("-0",) else text.replace("-", "\u2212")
    )


def _cited(each: Mapping[str, Any], say: Words) -> str:
    if each["cited"] in ("checked", "differs"):
        return say(f"cited.{each['cited']}", command=command(each["run_id"], each["address"]))
    return say(f"cited.{each['cited']}")


def _european(report: Mapping[str, Any], say: Words) -> Iterator[str]:
    yield paper.paragraph(say("status.esma"))
    for number in dict.fromkeys(each["section"] for each in report["items"]):
        name = f"{number}. {say(f'eu_section.{number}')}"
        yield paper.heading(name)
        yield paper.table(name, [say(f"column.{each}") for each in ("item", "need", "value")], (
            [say(f"eu_item.{each['item']}"), say(f"need.{each['need']}"), _told(each, say)]
            for each in report["items"] if each["section"] == number
        ), named=False)  # fmt: skip
    if report["table_a"]:
        yield paper.heading(say("section.table_a"))
    for column in report["table_a"]:
        rows = [name for name in column if name[0].isdigit()]
        yield paper.table(
            str(column["1.1"]),
            [say("column.row"), say("column.value")],
            ([say(f"table_a.{name.replace('.', '_')}"), _cell(column, name, say)] for name in rows),
        )
    for currency, totals in report["totals"].items():
        yield paper.table(
            say("listed", what=say("section.totals"), which=currency), [say("column.item"), say("column.amount")],
            ([say(f"total.{name}"), money.shown(units, currency)] for name, units in totals.items()), (1,),
        )  # fmt: skip


def _cell(column: Mapping[str, Any], name: str, say: Words) -> str:
    value = column[name]
    if isinstance(value, dict):
        return ", ".join(f"{say(f'kind_short.{kind}')} {share}" for kind, share in value.items()) or say("empty")
    if name == "6.1" and value is not None:
        return say(f"objective.{value}")
    return (
        say("empty")
        if value is None
        else money.shown(value, column["currency"])
        if isinstance(value, int)
        else str(value)
    )


def _told(each: Mapping[str, Any], say: Words) -> str:
    """What is told of an item; codes of closed lists in words."""
    value = each["value"]
    if value and each["item"] == "objectives":
        return "; ".join(say(f"objective.{code}") for code in value.split("; "))
    if value and each["item"] == "approach":
        return say(f"approach.{value}")
    return str(value) if value else say(f"state.{each['state']}")
