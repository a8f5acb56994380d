"""README.md's generated parts: the label, a parcel, the output of `leafmark explain`, the table of speed.

    python tools/make_readme.py            # all
    python tools/make_readme.py --speed    # the table of speed alone

A part stands between `<!-- NAME -->` and `<!-- /NAME -->`. Label and explanation are of one television of the demo.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import tempfile
from pathlib import Path

import pyarrow.parquet as pq

from leafmark.demo.electronics_lines import television_lines
from leafmark.engine import footprint
from leafmark.engine.explain import explain
from leafmark.engine.explain_text import text
from leafmark.engine.run import Run
from leafmark.products import get_scheme, label_data, svg
from leafmark.products.method_named import method_named

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
LABEL = ROOT / "docs" / "label.svg"
PARCEL = ROOT / "docs" / "parcel.svg"
GUIDE = ROOT / "docs" / "packing.md"
SPEED = ROOT / "docs" / "speed.md"
SHOWN = 6
"""Columns of a table of speed that the README shows."""
NO_SPEED_YET = "Run `make bench`: it writes the table."

MADE_ON = dt.date(2026, 11, 23)
"""Knowledge date and date of use of the shown run: fixed, so that the same pack gives the same README."""
LIFETIME_YEARS = 7.0


def between(name: str, body: str, page: str) -> str:
    """The page with BODY between NAME's markers; ValueError where the page has no such markers."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    page, count = pattern.subn(lambda found: f"{found[1]}{body.strip()}\n{found[2]}", page)
    if count != 1:
        raise ValueError(f"README.md: expected one pair of markers <!-- {name} -->, found {count}")
    return page


def television(folder: Path) -> tuple[Run, dict]:
    """A run of the demo's first television, and its row of the input."""
    lines = television_lines(LIFETIME_YEARS, date=MADE_ON).slice(0, 1)
    source = folder.with_name("televisions.parquet")
    pq.write_table(lines, source)
    return footprint(source, out=folder, method="appliance.use", known_on=MADE_ON), lines.to_pylist()[0]


def label(run: Run, row: dict) -> str:
    """The television's declared label, full form, in English."""
    product = run.table("products").to_pylist()[0]
    vintage = product["factor_id"].rsplit(":", 1)[1]
    catalogue = {
        "name": row["name"],
        "category": "televisions",
        "category_name": "Televisions",
        "declared_unit": f"television over {LIFETIME_YEARS:g} years",
        "boundary": "use_only",
        "lifetime_years": LIFETIME_YEARS,
        "use_region": row["region"],
        "scenario": f"{row['kwh_per_year']:g} kWh a year by its energy label, on Australia's grid of {vintage}",
    }
    data = label_data(
        product,
        catalogue,
        get_scheme("leafmark.declared"),
        method=method_named(run.record["method"]),
        factor_vintage=vintage,
        on_date=MADE_ON,
    )
    return svg(data, "en", "full")


def explanation(run: Run, row: dict) -> str:
    """What `leafmark explain RUN ID` prints, as a Markdown block."""
    answer = text(explain(run.path, row["product_id"])).replace(str(run.path.resolve().parent), "out")
    return f"```\n$ leafmark explain out/televisions {row['product_id']}\n{answer.strip()}\n```"


def parcel() -> str:
    """The first parcel of the packing guide's orders, drawn."""
    from leafmark.parcels import cartonize
    from leafmark.parcels.drawing import parcel_of, parcel_svg
    from leafmark.parcels.packing.reading import orders_as_read

    files = dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", GUIDE.read_text(), flags=re.DOTALL))
    with tempfile.TemporaryDirectory() as folder:
        for name, text_of_file in files.items():
            (Path(folder) / name).write_text(text_of_file)
        orders = Path(folder) / "order-items.csv"
        plan = cartonize(orders, Path(folder) / "cartons.csv")
        given = orders_as_read(orders)
    return parcel_svg(parcel_of(plan.parcels, plan.placements, plan.cartons, "77", 1, given))


def speed() -> str:
    """The tables of docs/speed.md under their headings, without the columns that are for who maintains it; or how to get them."""
    if not SPEED.exists():
        return NO_SPEED_YET
    tables = re.findall(r"^### (.+)\n\n((?:^\|.*\n?)+)", SPEED.read_text(), re.MULTILINE)
    parts = [f"**{what}**\n\n" + "\n".join(map(_first_columns, rows.splitlines())) for what, rows in tables]
    return "\n\n".join(parts) or NO_SPEED_YET


def _first_columns(row: str) -> str:
    return "|".join(row.split("|")[: SHOWN + 1]) + "|"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speed", action="store_true", help="the table of speed alone")
    options = parser.parse_args()
    page = between("speed", speed(), README.read_text())
    if not options.speed:
        with tempfile.TemporaryDirectory() as folder:
            run, row = television(Path(folder) / "run")
            LABEL.write_text(label(run, row))
            PARCEL.write_text(parcel())
            page = between("explain", explanation(run, row), page)
    README.write_text(page)


if __name__ == "__main__":
    main()
