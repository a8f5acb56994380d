"""Factors that the caller brings: an hourly series of a grid, and the contracts of the market-based statement, each as a pack of its own.

    hourly    CSV of `timestamp` (UTC) and g CO2e per kWh, 8,760 rows a year -> keys `electricity.grid.h00` to `.h23`, a factor a day
    market    CSV of `provider, region, share_percent, kg_per_kwh, instrument, source` -> keys `electricity.contract.c1`, ...

Both make packs, so that an entry of an hour or a certificate names its factor and `explain` walks to the file's row. Contracts are met by
the market-based row only: the location row and the SCI have no way to them. A factor that no grid has (a lost decimal point: `000402` t is
402,000 kg per kWh) is refused with its row.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from leafmark.engine.unreadable import unreadable
from leafmark.factors import regions
from leafmark.factors.columns import FACTOR_COLUMNS, SOURCE_COLUMNS
from leafmark.factors.model import Pack
from leafmark.inventory.cloud.coefficients import grid_region
from leafmark.inventory.cloud.usage import provider_of

KG_PER_KWH_MAX: Final = 3.0
"""No grid emits more than 3 kg CO2e per kWh: what is above has lost its decimal point or its unit."""

HOURLY_KEY: Final = "electricity.grid.h"
CONTRACT_KEY: Final = "electricity.contract.c"
_INTENSITY: Final = ("g_per_kwh", "gco2e_per_kwh", "avg_ci", "carbon_intensity", "intensity_g_per_kwh")


class GridError(ValueError):
    """A factor that cannot be, or a table that cannot be read: file, row, what was found, what was expected."""


@dataclass(frozen=True)
class Hourly:
    """An hourly series of one grid region: hour (UTC, no zone) -> g CO2e per kWh."""

    region: str
    path: Path
    boundary: str
    g_per_kwh: Mapping[dt.datetime, float]


@dataclass(frozen=True)
class Contract:
    """A certificate or contract: which part of the electricity it covers, of a provider or one of its regions, and its own factor."""

    key: str
    provider: str
    region: str
    share: float
    kg_per_kwh: float
    instrument: str
    source: str
    row: int
    file: str = ""


def kg_per_kwh(text: str, where: str, scale: float = 1.0) -> float:
    """A factor within what grids can be, 0 to 3 kg per kWh; `scale` turns the file's unit into kg.

    Raises
    ------
    GridError : no number, or one past the bounds.
    """
    try:
        value = float(text) * scale
    except ValueError as fault:
        raise GridError(f"{where}: expected a number, found {text!r}") from fault
    if not 0 <= value <= KG_PER_KWH_MAX:
        raise GridError(
            f"{where}: expected 0 to {KG_PER_KWH_MAX:g} kg CO2e per kWh, found {value:g} kg ({text!r}): a lost decimal point or another unit?"
        )
    return value


def read_hourly(region: str, path: str | Path, boundary: str = "direct") -> Hourly:
    """An hourly series of a grid region: a country, state or province of the factor packs, or a cloud region (`gcp:us-west2`).

    Parameters
    ----------
    boundary : what the series counts: `direct` generation or `life_cycle`.

    Raises
    ------
    GridError : an unknown region or boundary, no such columns, or a figure that no grid has.
    """
    if not regions.known(region):
        raise GridError(f"{region!r}: expected a region of the grid such as US-CA, DE or CN-ZJ")
    if boundary not in ("direct", "life_cycle"):
        raise GridError(f"{boundary!r}: expected direct or life_cycle")
    name = Path(path)
    read: dict[dt.datetime, float] = {}
    for number, row in _rows(name):
        cells = {key.strip().lower(): value for key, value in row.items() if key}
        stamp = cells.get("timestamp", cells.get("datetime", cells.get("hour", "")))
        intensity = next((cells[each] for each in _INTENSITY if each in cells), None)
        if intensity is None or not stamp:
            raise GridError(
                f"{name}: expected columns timestamp and one of {', '.join(_INTENSITY)}, found {', '.join(cells)}"
            )
        if not intensity.strip():  # a gap: the grid's yearly factor stands in, and the bill's summary tells of it
            continue
        where = f"{name}, row {number}"
        try:
            hour = dt.datetime.fromisoformat(stamp)
        except ValueError as fault:
            raise GridError(f"{where}: expected a time such as 2022-01-01 00:00:00+00:00, found {stamp!r}") from fault
        if hour.tzinfo is not None:
            hour = hour.astimezone(dt.UTC).replace(tzinfo=None)
        if hour in read:
            raise GridError(f"{where}: {hour} (UTC) stands in a row before: expected each time once")
        read[hour] = 1000 * kg_per_kwh(intensity, where, 1e-3)
    return Hourly(region, name, boundary, _by_hour(read))


def _by_hour(read: Mapping[dt.datetime, float]) -> dict[dt.datetime, float]:
    """Means of the hours: some grids publish a figure every half or quarter of an hour."""
    parts: dict[dt.datetime, list[float]] = {}
    for moment, value in read.items():
        parts.setdefault(moment.replace(minute=0, second=0, microsecond=0), []).append(value)
    return {hour: sum(values) / len(values) for hour, values in parts.items()}


def hour_key(hour: int) -> str:
    """Key of an hour of the day."""
    return f"{HOURLY_KEY}{hour:02}"


def hourly_pack(series: Iterable[Hourly], used: Iterable[tuple[str, dt.datetime]], folder: Path) -> Pack:
    """A pack of the hours that a bill used: (region, hour)."""
    by_region = {each.region: each for each in series}
    wanted = sorted(set(used))
    factors = []
    for region, hour in wanted:
        own, key, day = by_region[region], hour_key(hour.hour), hour.date()
        factors.append({
            "factor_id": f"{key}@{region}:{own.boundary}:{day}", "key": key, "name_en": f"Electricity of {region}, {hour:%Y-%m-%d %H}:00 UTC",
            "region": region, "boundary": own.boundary, "co2e_kg": repr(own.g_per_kwh[hour] / 1000), "data_year": str(day.year),
            "valid_from": str(day), "valid_to": str(day + dt.timedelta(days=1)), "published_on": str(day), "source_id": f"hourly-{region}".replace(":", "-"),
            "locator": f"{hour:%Y-%m-%d %H}:00 UTC",
        })  # fmt: skip
    sources = [
        _source(f"hourly-{region}".replace(":", "-"), own.path, "hourly intensity of the grid")
        for region, own in sorted(by_region.items())
    ]
    return _pack("cloud-hourly", factors, sources, folder)


def read_contracts(path: str | Path) -> list[Contract]:
    """Contracts of the market-based statement.

    Raises
    ------
    GridError : a factor or share that cannot be, or more than all of one provider's electricity covered.
    """
    name = Path(path)
    found: list[Contract] = []
    covered: dict[tuple[str, str], float] = {}
    for number, row in _rows(name):
        where = f"{name}, row {number}"
        absent = [
            each
            for each in ("provider", "share_percent", "kg_per_kwh", "instrument", "source")
            if not (row.get(each) or "").strip()
        ]
        if absent:
            raise GridError(f"{where}: expected {', '.join(absent)}; an instrument without its source is no proof")
        try:
            share = float(row["share_percent"]) / 100
        except ValueError as fault:
            raise GridError(
                f"{where}: share_percent: expected a number such as 60, found {row['share_percent']!r}"
            ) from fault
        provider, region = provider_of(row["provider"].strip()), (row.get("region") or "").strip()
        place = provider, grid_region(provider, region)[0] or region
        covered[place] = covered.get(place, 0.0) + share
        if not 0 < share <= 1 or covered[place] > 1 + 1e-9:
            raise GridError(
                f"{where}: share_percent: expected more than 0 and at most 100 together for {' '.join(place)}, found {100 * covered[place]:g}"
            )
        found.append(Contract(
            f"{CONTRACT_KEY}{number}", *place, share, kg_per_kwh(row["kg_per_kwh"], where), row["instrument"].strip(), row["source"].strip(), number,
            name.name,
        ))  # fmt: skip
    return found


def covering(contracts: Iterable[Contract], provider: str, region: str) -> list[Contract]:
    """The contracts of a provider's region; those for all its regions where it has none of its own."""
    own = [each for each in contracts if each.provider == provider]
    return [each for each in own if each.region == region] or [each for each in own if not each.region]


def unmet(contracts: Iterable[Contract], usage: Iterable[tuple[str, str]]) -> list[Contract]:
    """Contracts that none of the usage (provider, region) meets."""
    given = list(contracts)
    met = {each.key for provider, region in set(usage) for each in covering(given, provider, region)}
    return [each for each in given if each.key not in met]


def contract_pack(contracts: Iterable[Contract], path: str | Path, folder: Path) -> Pack:
    """Contracts as a pack: direct generation by their own factor, wherever they are met."""
    factors = [
        {
            "factor_id": f"{each.key}@WORLD:direct:{each.row}", "key": each.key, "name_en": f"{each.instrument}, {each.provider} {each.region}".strip(),
            "region": "WORLD", "boundary": "direct", "co2e_kg": repr(each.kg_per_kwh), "data_year": "2000", "valid_from": "2000-01-01",
            "published_on": "2000-01-01", "source_id": "contracts", "locator": f"row {each.row}: {each.source}",
        }
        for each in contracts
    ]  # fmt: skip
    return _pack(
        "cloud-contracts",
        factors,
        [_source("contracts", Path(path), "contracts and certificates of electricity")],
        folder,
    )


_EXPECTED: Final = "CSV in UTF-8, or CSV.GZ"


def _rows(path: Path) -> Iterable[tuple[int, dict[str, str]]]:
    try:
        if not path.stat().st_size:
            raise GridError(unreadable(path, expected=_EXPECTED))
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8-sig", newline="") as file:
            yield from enumerate(csv.DictReader(file), 1)
    except (OSError, EOFError, UnicodeError, csv.Error, zlib.error) as fault:
        raise GridError(unreadable(path, fault, _EXPECTED)) from fault


def _source(source_id: str, path: Path, title: str) -> dict[str, str]:
    return {
        "source_id": source_id, "publisher": "given by the caller", "title": f"{title}: {path.name}", "year": str(dt.date.today().year),
        "licence": "the caller's own", "licence_class": "private", "file_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }  # fmt: skip


def _pack(identity: str, factors: list[dict[str, str]], sources: list[dict[str, str]], folder: Path) -> Pack:
    folder.mkdir(parents=True, exist_ok=True)
    plain = {
        "theme": "grid",
        "unit": "kWh",
        "gwp_set": "unstated",
        "gsd": "1.1128",
        "gsd_basis": "default:grid_cloud_region",
        "outlier_reason": "as the caller gave it, within 0 to 3 kg per kWh",
    }
    tables = (
        ("factors", FACTOR_COLUMNS, [{**plain, **each} for each in factors]),
        ("sources", SOURCE_COLUMNS, sources),
    )
    for name, columns, rows in tables:
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [column.name for column in columns], lineterminator="\n", restval="")
            writer.writeheader()
            writer.writerows(rows)
    texts = {
        "id": identity,
        "version": "1",
        "title": "Given with a bill",
        "licence_note": "private",
        "gwp_note": "unstated: given by the caller",
    }
    (folder / "pack.toml").write_text(
        "".join(f"{key} = {json.dumps(text)}\n" for key, text in texts.items()), encoding="utf-8"
    )
    return Pack.load(folder)
