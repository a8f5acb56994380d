"""The worked examples of docs/inventory-categories.md: each table of rows is run, and what comes out is written below it.

python tools/make_category_examples.py

An example is `<!-- example METHOD -->`, a fenced CSV, and `<!-- gives -->` to `<!-- /gives -->`. It runs with the built-in pack,
as known on KNOWN_ON, in AR5, each row an entry.
"""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from functools import cache
from pathlib import Path

from leafmark.engine.run import run
from leafmark.engine.settings import Settings
from leafmark.factors.model import Pack, builtin
from leafmark.inventory.tables import TEMPLATES
from leafmark.methods import method

PAGE = Path(__file__).resolve().parents[1] / "docs" / "inventory-categories.md"
KNOWN_ON = dt.date(2026, 6, 1)
GWP = "AR5"
EXAMPLE = re.compile(r"<!-- example (\S+) -->\n```csv\n(.*?)```\n\n<!-- gives -->\n(.*?)<!-- /gives -->", re.DOTALL)
INDEX = re.compile(r"<!-- index -->\n.*?<!-- /index -->", re.DOTALL)
UG_PER_KG = 10**9


@cache
def _pack() -> Pack:
    return builtin()


def gives(name: str, rows: str) -> str:
    """What the rows come to: each entry with its place, factor, kg CO2e and 95 % range, and the sum of each place."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "rows.csv"
        source.write_text(rows, encoding="utf-8")
        made = run(method(name), source, [_pack()], Path(folder) / "run", Settings(KNOWN_ON, GWP, lines=True))
        refused, entries = made.table("rejected").to_pylist(), made.table("entries").to_pylist()
    if refused:
        raise SystemExit(
            f"{PAGE.name}, {name}: {[(each['row'], each['field'], each['reason'], each['expected']) for each in refused]}"
        )
    places: dict[str, int] = {}
    lines = []
    for each in entries:
        place = _place(each["scope"], each["category"])
        places[place] = places.get(place, 0) + each["co2e_ug"]
        low, high = (_kg(each[end]) for end in ("low_ug", "high_ug"))
        lines.append(
            f"| {each['activity_id']} | {place} | `{each['factor_id']}` | {_kg(each['co2e_ug'])} | {low} to {high} |"
        )
    sums = "; ".join(f"{place}: **{_kg(ug)} kg CO2e**" for place, ug in sorted(places.items()))
    head = "| row | place | factor | kg CO2e | 95 % range |\n|---|---|---|---|---|\n"
    return head + "\n".join(lines) + f"\n\n{sums}\n"


def _place(scope: int, category: int | None) -> str:
    return f"Scope {scope}" + (f", category {category}" if category else "")


def _kg(ug: int) -> str:
    return f"{ug / UG_PER_KG:,.2f}"


def index() -> str:
    """Template, method and places of every activity file."""
    lines = []
    for each in TEMPLATES:
        places = ", ".join(_place(scope, category) for scope, category in each.rows)
        lines.append(f"| `{each.name}` | {each.what} | {places} | [`{each.method}`](methods/{each.method}.md) |")
    return "| template | what | place | method |\n|---|---|---|---|\n" + "\n".join(lines) + "\n"


def page(text: str) -> str:
    """The page with its index and every example's outcome made anew."""
    text = INDEX.sub(lambda _: f"<!-- index -->\n{index()}<!-- /index -->", text)
    return EXAMPLE.sub(
        lambda found: (
            f"<!-- example {found[1]} -->\n```csv\n{found[2]}```\n\n<!-- gives -->\n{gives(found[1], found[2])}<!-- /gives -->"
        ),
        text,
    )


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
