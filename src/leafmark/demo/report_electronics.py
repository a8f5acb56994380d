"""The page's part on electronics: televisions in use, and manufacturers' declared footprints."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import pyarrow.csv as pa_csv

from leafmark.demo.asking import address, command, heading
from leafmark.demo.figures import between, mass, percent, ranged, significant
from leafmark.demo.html import Html, folded, link, table, text
from leafmark.engine.run import Run
from leafmark.engine.schema import UG_PER_KG
from leafmark.products.charts import Dot, dots

BOAVIZTA = "https://github.com/Boavizta/environmental-footprint-data"
SIZES_CM = ((0, 80), (80, 110), (110, 140), (140, 180), (180, 400))
"""Classes of screen diagonal for the short table; edges are Leafmark's own."""
_PHASES = ("manufacturing_ug", "transport_ug", "use_ug", "end_of_life_ug")


def televisions(run: Run, inputs: Path, lifetime_years: float, grid: dict[str, Any]) -> str:
    """Chart of use-stage kg CO2e over screen size, a table by size, and every television."""
    given = {row["product_id"]: row for row in pa_csv.read_csv(inputs / "televisions.csv").to_pylist()}
    rows = [
        given[each["product_id"]] | each for each in run.table("products").to_pylist() if each["co2e_ug"] is not None
    ]
    rows.sort(key=lambda row: (row["screen_cm"], row["name"]))
    points = [Dot(row["screen_cm"], row["co2e_ug"] / UG_PER_KG) for row in rows]
    least, most = (f(row["co2e_ug"] for row in rows) for f in (min, max))
    years = f"{lifetime_years:g} years"
    said = f"{len(rows)} televisions, {rows[0]['screen_cm']:g} to {rows[-1]['screen_cm']:g} cm; {mass(least)} to {mass(most)}."
    chart = dots(
        "tv", f"Use stage of {len(rows)} televisions over {years}, by screen diagonal", points,
        ("screen diagonal, cm", f"kg CO2e in {years} of use"), said,
    )  # fmt: skip
    classes = []
    for low, high in SIZES_CM:
        own = [row for row in rows if low <= row["screen_cm"] < high]
        if own:
            kwh = statistics.median(row["kwh_per_year"] for row in own)
            lowest, middle, highest = _spread(own)
            classes.append((
                f"under {high} cm" if not low else f"{low} to {high} cm" if high < 400 else f"{low} cm and more",
                len(own), significant(kwh), significant(middle["co2e_ug"] / UG_PER_KG),
                between(lowest["co2e_ug"], highest["co2e_ug"], middle["co2e_ug"]), _ids(middle, lowest, highest),
            ))  # fmt: skip
    short = table(
        f"Use stage over {years} by screen diagonal", ("Diagonal", "Sets", "kWh a year, median", "kg CO2e, median",
        "least to most", f"{heading('televisions')} (median, least, most)"), classes, right=(1, 2, 3, 4),
    )  # fmt: skip
    every = table(
        f"Every television: labelled kWh a year, and kg CO2e over {years} with its 95 % range",
        ("Television", "Diagonal, cm", "kWh a year", "CO2e in use", heading("televisions")),
        ((row["name"], significant(row["screen_cm"]), significant(row["kwh_per_year"]), ranged(row),
          address(row["product_id"])) for row in rows),
        right=(1, 2, 3),
    )  # fmt: skip
    return f"""<h3 id="televisions">Televisions: the use stage only</h3>
<p>{len(rows)} televisions of the Australian energy rating (E3) register of 8 September 2025. Their making, transport and
end of life are not in these figures. Each is its labelled kWh a year (10 hours on and 14 in standby a day) times
<strong>{years}, which is our own assumption</strong>, times Australia's grid of {grid["data_year"]}:
{significant(grid["co2e_kg"])} kg CO2e per kWh generated, held constant, losses of the grid not in it
({text(grid["publisher"])}). One grid for all: the 95 % range of each set is nearly all the grid's, so it
says nothing about which of two sets is better; their kWh do. Ask why the grid is what it is:
{command("televisions", f"factor:{' + '.join(grid['factor_ids'])}")}.</p>
<figure><figcaption>kg CO2e in {years} of use, by screen diagonal; one dot is one television</figcaption>{chart}</figure>
{short}{folded(f"All {len(rows)} televisions of the chart", every)}"""


def _spread(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The devices of least, median and most grams; of an even number the lower of the two in the middle, so that the
    median is one device's figure and can be explained.
    """
    ordered = sorted(rows, key=lambda row: (row["co2e_ug"], row["product_id"]))
    return [ordered[0], ordered[(len(ordered) - 1) // 2], ordered[-1]]


def _ids(*rows: dict[str, Any]) -> Html:
    return Html(", ".join(address(row["product_id"]) for row in rows))


def declared(run: Run, inputs: Path) -> str:
    """Every declared footprint with its phases and the address of its sheet."""
    given = {row["product_id"]: row for row in pa_csv.read_csv(inputs / "declared.csv").to_pylist()}
    rows = [
        given[each["product_id"]] | each for each in run.table("products").to_pylist() if each["co2e_ug"] is not None
    ]
    rows.sort(key=lambda row: (row["kind"], -row["co2e_ug"], row["product_id"]))
    wide = any(row["high_ug"] - row["low_ug"] > row["co2e_ug"] / 1000 for row in rows)
    kinds: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        kinds.setdefault(row["kind"], []).append(row)

    def by_kind(kind: str) -> tuple[object, ...]:
        lowest, middle, highest = _spread(kinds[kind])
        return (
            kind, len(kinds[kind]), significant(middle["co2e_ug"] / UG_PER_KG),
            between(lowest["co2e_ug"], highest["co2e_ug"], highest["co2e_ug"]), _ids(middle, lowest, highest),
        )  # fmt: skip

    short = table(
        "Declared footprints by kind of device", ("Kind", "Devices", "kg CO2e, median", "least to most",
        f"{heading('declared')} (median, least, most)"),
map(by_kind, kinds),
        right=(1, 2, 3),
    )  # fmt: skip

    def phases(row: dict[str, Any]) -> str:
        whole = row["co2e_ug"]
        parts = [percent(row[name] / whole) if row[name] is not None else "not stated" for name in _PHASES]
        return " / ".join(parts)

    every = table(
        "Declared kg CO2e per device over its life, and the shares of making / transport / use / end of life",
        ("Device", "Kind", "kg CO2e", "Phases", "Sheet, as listed by Boavizta", heading("declared")),
        ((row["product_id"], row["kind"], ranged(row) if wide else mass(row["co2e_ug"]), phases(row), link(row["sheet"]),
          address(row["product_id"])) for row in rows),
        right=(2,),
    )  # fmt: skip
    spread = (
        "Where a maker states no range, the one shown is Leafmark's default for such figures."
        if wide
        else "The list holds no ranges for them, so none is shown."
    )
    return f"""<h3 id="declared">Declared footprints</h3>
<p>{len(rows)} footprints that manufacturers declare for whole lives of their devices, <strong>as listed by
{link(BOAVIZTA, "Boavizta")}</strong> (environmental-footprint-data, ODbL 1.0), an insubstantial part of that database.
Each sheet's address is the one Boavizta gives; Leafmark took the figures from the list, not from the sheets.
{spread} Makers choose their own use, lifetime and grid: these figures are not comparable with each other.</p>
{short}{folded(f"All {len(rows)} declared footprints, with their sheets' addresses", f'<div class="wrap">{every}</div>')}"""
