"""How the page says what to ask `leafmark explain` for: each figure with its command, or with its address in a table."""

from __future__ import annotations

import shlex
from typing import Any

from leafmark.demo.figures import title
from leafmark.demo.html import Html, table, text

ORDERS = "orders"
FOLDER = "DIR"
"""What the page calls its own folder."""


def command(run: str, *arguments: object) -> Html:
    """The whole command: `leafmark explain DIR/orders total`."""
    return Html(f"<code>{text(shlex.join(['leafmark', 'explain', f'{FOLDER}/{run}', *map(str, arguments)]))}</code>")


def address(*arguments: object) -> Html:
    """What follows the run in a command, quoted for a shell; for a table whose head names the run."""
    return Html(f"<code>{text(shlex.join(map(str, arguments)))}</code>")


def heading(run: str = ORDERS) -> str:
    """The head of a column of addresses."""
    return f"Ask {FOLDER}/{run} for"


def why(*figures: tuple[str, Html]) -> str:
    """Figures of a sentence, each with its command."""
    return " Ask why " + ", ".join(f"{figure}: {asked}" for figure, asked in figures) + "."


def section(content: dict[str, Any], labels: dict[str, Any]) -> str:
    """The page's part on asking: one example of each kind of figure."""
    rows: list[tuple[object, ...]] = [
        (title(each["name"]), command("products", each["id"]))
        for each in (group["product"] for group in content["ten_largest"].values()) if each
    ]  # fmt: skip
    rows += [
        (f"{each['name']} (label above)", command(each["run"], each["id"]))
        for each in labels["sheet"] if each["lang"] == "en"
    ]  # fmt: skip
    rows.append(
        (f"The basket of most lines: {content['basket_shown']}", command(ORDERS, content["basket_shown"]))
    )  # fmt: skip
    figures = table(
        "From a figure to its source: the most bought product of each category, and the labels above", ("Product", "Ask"),
        rows,
    )  # fmt: skip
    return f"""<h2 id="ask">Ask any of them why</h2>
<p>Leafmark explains every figure of grams here back to its factors, fallbacks and the publishers' rows, adding up to the
microgram: that of any product with a label (<code>DIR/products</code>), of any television, of any declared footprint, of
any basket of the receipts (<code>DIR/orders</code> and the basket's number), and every sum of baskets: the total, tiers,
months, categories, factors, and what several of them have in common, as in {command(ORDERS, "group:BEEF", "month:2017-05")}.
DIR is the folder of this page. {command(ORDERS, "total")} also tells the lines that were rejected, by reason.</p>{figures}
<p>The labels can be made and counted again from the same files: <code>leafmark grade DIR/products --catalogue
DIR/inputs/catalogue.parquet</code> for all, <code>leafmark label ID --run DIR/products --catalogue
DIR/inputs/catalogue.parquet</code> for one.</p>"""
