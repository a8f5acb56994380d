"""Real electronics: televisions of a public register, and manufacturers' declared footprints.

Two small tables of facts ship with the demo (``televisions.csv``, ``declared_footprints.csv``). The two checkers read
the whole tables they were chosen from and say of every row whether it is consistent in itself, and if not, why: nothing
is repaired, and nothing is dropped without a word.

- Televisions: the Australian energy rating (E3) register. Its label assumes 10 hours on and 14 hours in standby a day;
  so ``labelled kWh = (on W x 10 + standby W x 14) x 365 / 1000``, and makers may declare a margin above that.
- Declared footprints: as listed by Boavizta (environmental-footprint-data, ODbL 1.0), which read the makers' sheets.
  Leafmark has read none of the sheets. At most 40 rows, an insubstantial part of the database, are shipped, each with
  its sheet's address and with attribution.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from leafmark.demo.own_tables import own_table

LABEL_HOURS_ON = 10.0
LABEL_HOURS_STANDBY = 14.0
DAYS = 365
LABEL_RATIO_MIN, LABEL_RATIO_MAX = 0.97, 1.25
"""Labelled over computed energy use; measured on the register of 8 September 2025, 98 % of the rows lie within."""
STANDBY_W_MAX = 1.0
"""Five of the register's 4,856 rows state more; a passive standby above one watt is a misprint or another mode."""
SCREEN_CM_MIN, SCREEN_CM_MAX = 30.0, 300.0
AREA_16_BY_9 = 144 / 337
"""Area of a 16:9 screen over its diagonal squared: 16 x 9 / (16^2 + 9^2)."""
AREA_TOLERANCE = 0.1

SHARE_SUM_TOLERANCE = 0.02
"""Makers round each phase to a per cent; more than two points off is another figure's phase."""
LIFETIME_YEARS_MIN, LIFETIME_YEARS_MAX = 1.0, 12.0
GRID_KG_PER_KWH_MIN, GRID_KG_PER_KWH_MAX = 0.03, 1.3
"""Use share x total / (kWh a year x lifetime) is the grid the maker took; outside, energy and use phase disagree."""
SCREEN_INCH_MIN, SCREEN_INCH_MAX = 3.0, 100.0
PORTABLE_KG_MAX = 6.0
"""A laptop, tablet or phone of more is a misprint (three ThinkPads weigh their screen size)."""
PORTABLE = frozenset({"Laptop", "Tablet", "Smartphone"})
_MISSING = frozenset({"", "-", "na", "n/a"})
_BRAND_ALIASES = {"samsung electronics": "samsung", "q.bell": "qbell", "s vision": "svision"}


@dataclass(frozen=True, slots=True)
class Flag:
    """Why a row is not used as it stands. ``row`` counts data rows from 1; the file's line is one more."""

    row: int
    field: str
    reason: str
    found: str
    expected: str


@dataclass(frozen=True, slots=True)
class Television:
    """A television of the register. ``screen_cm`` diagonal, ``on_w`` on-mode power in W; None = not stated."""

    row: int
    brand: str
    model: str
    technology: str
    screen_cm: float | None
    on_w: float | None
    standby_w: float | None
    kwh_per_year: float | None
    registration: str
    registration_expires: str


@dataclass(frozen=True, slots=True)
class DeclaredFootprint:
    """A manufacturer's declared footprint, kg CO2e per device, with the shares of its phases (None = not stated)."""

    row: int
    manufacturer: str
    name: str
    kind: str
    total_kg: float | None
    manufacturing_share: float | None
    transport_share: float | None
    use_share: float | None
    eol_share: float | None
    kwh_per_year: float | None
    lifetime_years: float | None
    weight_kg: float | None
    screen_inch: float | None
    use_location: str
    report_date: str
    sheet: str

    @property
    def shares(self) -> tuple[float | None, ...]:
        return (self.manufacturing_share, self.transport_share, self.use_share, self.eol_share)

    @property
    def whole(self) -> bool:
        """Whether all four phases are stated; a row without them is usable, but its phases are not known."""
        return None not in self.shares


Row = TypeVar("Row", Television, DeclaredFootprint)


def read_televisions(path: Path | str) -> tuple[list[Television], list[Flag]]:
    """Every television of the register's file (CSV, also gzipped), and the rows that contradict themselves."""
    flags: list[Flag] = []
    rows = list(_rows(Path(path), flags))
    brands = _brands(cells["Brand_Reg"] for _, cells in rows)
    televisions = [_television(number, cells, brands, flags) for number, cells in rows]
    for television in televisions:
        flags.extend(_television_flags(television))
    areas = {number: _number(cells["Screen_Area"]) for number, cells in rows}
    for television in televisions:
        area, diagonal = areas[television.row], television.screen_cm
        if area and diagonal and abs(area / (diagonal**2 * AREA_16_BY_9) - 1) > AREA_TOLERANCE:
            expected = f"{diagonal**2 * AREA_16_BY_9:.0f} cm2 +- 10 % (16:9)"
            flags.append(Flag(television.row, "Screen_Area", "area and diagonal disagree", f"{area:g} cm2", expected))
    return televisions, flags


def read_boavizta(path: Path | str) -> tuple[list[DeclaredFootprint], list[Flag]]:
    """Every declared footprint of Boavizta's file, and the rows that contradict themselves."""
    flags: list[Flag] = []
    footprints = [_footprint(number, cells, flags) for number, cells in _rows(Path(path), flags)]
    seen: dict[tuple[object, ...], int] = {}
    for footprint in footprints:
        flags.extend(_footprint_flags(footprint))
        identity = (footprint.manufacturer, footprint.name, footprint.total_kg, footprint.use_share, footprint.sheet)
        if identity in seen:
            flags.append(Flag(footprint.row, "name", "listed twice", footprint.name, f"once (row {seen[identity]})"))
        seen.setdefault(identity, footprint.row)
    return footprints, flags


def consistent(rows: list[Row], flags: list[Flag]) -> list[Row]:
    """The rows without any flag."""
    flagged = {flag.row for flag in flags}
    return [row for row in rows if row.row not in flagged]


def demo_televisions() -> list[dict[str, str]]:
    """The televisions that ship with the demo, one dict per row; an empty cell is not stated, never zero."""
    return own_table("televisions.csv")


def demo_declared_footprints() -> list[dict[str, str]]:
    """The declared footprints that ship with the demo, one dict per row."""
    return own_table("declared_footprints.csv")


def _rows(path: Path, flags: list[Flag]) -> Iterator[tuple[int, dict[str, str]]]:
    """Data rows with their numbers; bytes that are not UTF-8 become U+FFFD, and the row is flagged."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    reader = csv.DictReader(io.StringIO(raw.decode("utf-8-sig", "replace"), newline=""))
    for number, cells in enumerate(reader, 1):
        for field, value in cells.items():
            if value is not None and "\ufffd" in value:
                flags.append(Flag(number, field, "not UTF-8", value, "UTF-8 text"))
        yield number, {field: value or "" for field, value in cells.items()}


def _number(text: str) -> float | None:
    """A number, or None for a missing or unreadable one."""
    try:
        return None if text.strip().casefold() in _MISSING else float(text)
    except ValueError:
        return None


def _checked(number: int, cells: dict[str, str], field: str, flags: list[Flag]) -> float | None:
    value = _number(cells[field])
    if value is None and cells[field].strip().casefold() not in _MISSING:
        flags.append(Flag(number, field, "not a number", cells[field], "a number or -"))
    return value


def _brands(names: Iterator[str]) -> dict[str, str]:
    """One spelling per brand: of the spellings that differ in case only, the commonest that is not all capitals."""
    spellings: dict[str, Counter[str]] = {}
    for name in names:
        spellings.setdefault(_brand_key(name), Counter())[" ".join(name.split())] += 1
    best = {}
    for key, found in spellings.items():
        mixed = [name for name in found if name not in (name.upper(), name.lower()) and name.casefold() == key]
        own = [name for name in found if name.casefold() == key]
        best[key] = max(mixed or own or list(found), key=lambda name: found[name])
    return best


def _brand_key(name: str) -> str:
    key = " ".join(name.split()).casefold()
    return _BRAND_ALIASES.get(key, key)


def _television(number: int, cells: dict[str, str], brands: dict[str, str], flags: list[Flag]) -> Television:
    def value(field: str) -> float | None:
        return _checked(number, cells, field, flags)

    return Television(
        number, brands[_brand_key(cells["Brand_Reg"])], cells["Model_No"].strip(), cells["Screen_Tech"].strip(),
        value("screensize"), value("Avg_mode_power"), value("Pasv_stnd_power"),
        value("Labelled energy consumption (kWh/year)"), cells["Registration Number"].strip(), cells["ExpDate"].strip(),
    )  # fmt: skip


def labelled_energy_kwh(on_w: float, standby_w: float | None) -> float:
    """kWh a year by the register's duty cycle: 10 hours on, 14 in standby (taken as nil where not stated)."""
    return (on_w * LABEL_HOURS_ON + (standby_w or 0.0) * LABEL_HOURS_STANDBY) * DAYS / 1000


def _television_flags(tv: Television) -> Iterator[Flag]:
    for field, value, low, high in (
        ("screensize", tv.screen_cm, SCREEN_CM_MIN, SCREEN_CM_MAX),
        ("Pasv_stnd_power", tv.standby_w, 0.0, STANDBY_W_MAX),
    ):
        if value is not None and not low <= value <= high:
            yield Flag(tv.row, field, "out of range", f"{value:g}", f"{low:g} to {high:g}")
    for field, value in (("Avg_mode_power", tv.on_w), ("Labelled energy consumption (kWh/year)", tv.kwh_per_year)):
        if value is None or value <= 0:
            yield Flag(tv.row, field, "not positive", "missing" if value is None else f"{value:g}", "above 0")
    if tv.on_w and tv.kwh_per_year:
        computed = labelled_energy_kwh(tv.on_w, tv.standby_w)
        if not LABEL_RATIO_MIN <= tv.kwh_per_year / computed <= LABEL_RATIO_MAX:
            expected = f"{computed:.0f} kWh, or up to a quarter more"
            field = "Labelled energy consumption (kWh/year)"
            yield Flag(tv.row, field, "label and power disagree", f"{tv.kwh_per_year:g} kWh", expected)


def _footprint(number: int, cells: dict[str, str], flags: list[Flag]) -> DeclaredFootprint:
    def value(field: str) -> float | None:
        return _checked(number, cells, field, flags)

    def text(field: str) -> str:
        return " ".join(cells[field].split())

    return DeclaredFootprint(
        number, text("manufacturer"), text("name"), text("subcategory"), value("gwp_total"),
        value("gwp_manufacturing_ratio"), value("gwp_transport_ratio"), value("gwp_use_ratio"), value("gwp_eol_ratio"),
        value("yearly_tec"), value("lifetime"), value("weight"), value("screen_size"), text("use_location"),
        text("report_date"), text("sources"),
    )  # fmt: skip


def _footprint_flags(item: DeclaredFootprint) -> Iterator[Flag]:
    if item.total_kg is None or item.total_kg <= 0:
        yield Flag(item.row, "gwp_total", "not positive", str(item.total_kg), "above 0 kg")
    stated = [share for share in item.shares if share is not None]
    if any(not 0 <= share <= 1 for share in stated):
        yield Flag(item.row, "gwp_*_ratio", "a share outside 0 to 1", _shares(item), "each 0 to 1")
    total = sum(stated)
    if item.whole and abs(total - 1) > SHARE_SUM_TOLERANCE + 1e-9:
        yield Flag(item.row, "gwp_*_ratio", "phases do not add up to 1", f"{total:.3f}", "0.98 to 1.02")
    elif not item.whole and total > 1 + SHARE_SUM_TOLERANCE + 1e-9:
        yield Flag(item.row, "gwp_*_ratio", "phases add up to more than 1", f"{total:.3f}", "at most 1.02")
    if item.lifetime_years is not None and not LIFETIME_YEARS_MIN <= item.lifetime_years <= LIFETIME_YEARS_MAX:
        yield Flag(item.row, "lifetime", "absurd lifetime", f"{item.lifetime_years:g} a", "1 to 12 a")
    if item.screen_inch is not None and not SCREEN_INCH_MIN <= item.screen_inch <= SCREEN_INCH_MAX:
        yield Flag(item.row, "screen_size", "absurd screen size", f"{item.screen_inch:g} in", "3 to 100 in, or missing")
    weight_kg_max = PORTABLE_KG_MAX if item.kind in PORTABLE else float("inf")
    if item.weight_kg is not None and not 0 < item.weight_kg <= weight_kg_max:
        yield Flag(item.row, "weight", "absurd weight", f"{item.weight_kg:g} kg", f"0 to {weight_kg_max:g} kg")
    if item.total_kg and item.use_share and item.kwh_per_year and item.lifetime_years:
        grid = item.use_share * item.total_kg / (item.kwh_per_year * item.lifetime_years)
        if not GRID_KG_PER_KWH_MIN <= grid <= GRID_KG_PER_KWH_MAX:
            yield Flag(
                item.row, "yearly_tec", "energy and use phase disagree", f"{grid:.3g} kg/kWh",
                f"{GRID_KG_PER_KWH_MIN} to {GRID_KG_PER_KWH_MAX} kg/kWh",
            )  # fmt: skip


def _shares(item: DeclaredFootprint) -> str:
    return " ".join("-" if share is None else f"{share:g}" for share in item.shares)
