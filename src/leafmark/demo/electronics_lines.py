"""The demo's electronics as the engine's input tables: one row per device, in the columns of their methods."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from leafmark.demo.electronics import demo_declared_footprints, demo_televisions
from leafmark.factors.gsd import gsd_of_deviation, gsd_of_part

REGISTER_REGION = "AU"
"""Where the register's televisions are sold and its labels hold."""


def television_lines(lifetime_years: float, region: str = REGISTER_REGION, date: dt.date | None = None) -> pa.Table:
    """Televisions for the method ``appliance.use``: labelled kWh a year, lifetime in years, the grid's region.

    ``product_id`` is the register's number; name, brand, screen and rated power come along for the label. The
    labelled energy has the register's duty cycle (10 hours on a day) in it, so no hours are given.
    """
    rows = demo_televisions()
    return pa.table({
        "product_id": [row["registration"] for row in rows],
        "kwh_per_year": [float(row["labelled_kwh_per_year"]) for row in rows],
        "lifetime_years": pa.array([lifetime_years] * len(rows), pa.float64()),
        "region": [region] * len(rows),
        "date": pa.array([date] * len(rows), pa.date32()),
        "name": [f"{row['brand']} {row['model']}" for row in rows],
        "brand": [row["brand"] for row in rows],
        "screen_cm": [float(row["screen_cm"]) for row in rows],
        "screen_area_cm2": [float(row["screen_area_cm2"]) for row in rows],
        "rated_on_w": [_number(row["on_w"]) for row in rows],
        "rated_standby_w": pa.array([_number(row["standby_w"]) for row in rows], pa.float64()),
        "registration_expires": [row["registration_expires"] for row in rows],
    })  # fmt: skip


def declared_lines() -> pa.Table:
    """Declared footprints for the method ``product.declared``: total in kg CO2e and the shares of its phases.

    ``product_id`` is maker and name. Materials, manufacturing and packaging are one phase in the table, given as
    manufacturing. ``sheet`` is the address Boavizta lists; ``kind`` and the maker's report date come along.
    ``phase_gsd`` is the spread each phase needs for the total to have the maker's stated error; missing where none is
    listed. ``boundary`` and ``inside_manufacturing`` are for the label: the figure is of the whole life where all four
    phases are stated.
    """
    rows = demo_declared_footprints()
    phases = ("manufacturing_share", "transport_share", "use_share", "eol_share")
    numbers = (*phases, "lifetime_years")
    return pa.table({
        "product_id": [f"{row['manufacturer']} {row['name']}" for row in rows],
        "total_kg": [float(row["total_kg"]) for row in rows],
        **{name: pa.array([_number(row[name]) for row in rows], pa.float64()) for name in numbers},
        "phase_gsd": pa.array([_phase_gsd(row) for row in rows], pa.float64()),
        "manufacturer": [row["manufacturer"] for row in rows],
        "kind": [row["kind"] for row in rows],
        "report_date": [row["report_date"] for row in rows],
        "sheet": [row["sheet"] for row in rows],
        "boundary": ["cradle_to_grave" if all(row[name] for name in phases) else "" for row in rows],
        "inside_manufacturing": ["materials;packaging" if row["manufacturing_share"] else "" for row in rows],
    })  # fmt: skip


def _phase_gsd(row: dict[str, str]) -> float | None:
    deviation = _number(row["error_ratio"])
    if deviation is None:
        return None
    shares = [
        _number(row[name]) or 0.0 for name in ("manufacturing_share", "transport_share", "use_share", "eol_share")
    ]
    return gsd_of_part(gsd_of_deviation(deviation), shares)


def _number(text: str) -> float | None:
    return float(text) if text else None
