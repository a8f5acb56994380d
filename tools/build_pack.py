"""Build the built-in pack from the shared data folder: `python tools/build_pack.py [--data DIR] [--out DIR]`.

Each theme's module in `tools/pack/` selects facts and names them; this one joins them, gives each row its Chinese name
and its spread, marks the outliers that are right, and refuses to write a pack with a row twice. The result is
committed; the folder it was chosen from is not.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from pack.raw import SharedData  # noqa: E402

from leafmark.factors.gsd import defaults  # noqa: E402
from leafmark.factors.importers.base import Row  # noqa: E402
from leafmark.factors.importers.spread import with_spread  # noqa: E402
from leafmark.factors.model import Pack  # noqa: E402
from leafmark.factors.native_sets import gwp_note  # noqa: E402
from pack import chinese, choice, cloud, food, fuel, grid, heat, outliers, process, sources, spend, uk, us  # noqa: E402

DATE_COLUMNS = ("valid_from", "valid_to", "published_on", "superseded_on")
FIELDS = {
    "id": "leafmark",
    "version": "2026.11",
    "title": "Leafmark's own table of emission factors",
    "licence_note": "Every fact is of licence class open; attribution to each publisher is in sources.csv",
}
MINIMUM_FACTS = 1500


IDENTITY: Row = {
    "factor_id": "declared.co2e@WORLD:unit:2026", "key": "declared.co2e", "theme": "declared",
    "name_en": "Declared footprint, as stated", "name_zh": "声明的碳足迹(按声明值)", "region": "WORLD",
    "boundary": "unit", "unit": "kg", "co2e_kg": 1.0, "gwp_set": "unstated", "data_year": 2026,
    "valid_from": "2000-01-01", "published_on": "2000-01-01", "gsd": 1.0, "gsd_basis": "constant",
    "source_id": "leafmark", "locator": "identity: 1 kg CO2e stated by its declarer is 1 kg CO2e",
    "note": "carries a manufacturer's own figure through the engine unchanged; its GWP set is the declarer's",
}  # fmt: skip
"""The factor 1 that declared footprints meet, so that they too are activity x method -> entry."""

_UNSTATED = "declared_unstated"
IDENTITY_UNSTATED: Row = {
    **IDENTITY, "factor_id": "declared.co2e.unstated@WORLD:unit:2026", "key": "declared.co2e.unstated",
    "name_en": "Declared footprint, as stated, its range not stated", "name_zh": "声明的碳足迹(按声明值, 未声明范围)",
    "gsd": defaults()[_UNSTATED].gsd, "gsd_basis": f"default:{_UNSTATED}",
    "note": "as declared.co2e, with a default spread because the declarer states none",
}  # fmt: skip

IDENTITY_SOURCE: Row = {
    "source_id": "leafmark", "publisher": "Leafmark", "title": "Identities", "year": 2026, "licence": "CC0-1.0",
    "licence_class": "open", "note": "a constant, no measurement",
}  # fmt: skip


def collect(data: SharedData) -> tuple[list[Row], list[Row]]:
    """Return (factors, sources) of all themes, complete but for dates' types."""
    factors: list[Row] = []
    found: list[Row] = list(sources.rows(data))
    for theme in (grid, heat, uk, us, fuel, process, food, spend, cloud):
        theme_factors, theme_sources = theme.rows(data)
        factors += theme_factors
        found += theme_sources
    factors += uk.grid_of_2021_and_2025(data)
    named = [with_spread(chinese.with_name(row)) for row in factors if choice.kept(row)]
    outliers.mark(named)
    repeated = [factor_id for factor_id, count in Counter(row["factor_id"] for row in named).items() if count > 1]
    if repeated:
        raise SystemExit(f"factor ids twice: {repeated[:10]}")
    named += [{**dict.fromkeys(named[0], ""), **identity} for identity in (IDENTITY, IDENTITY_UNSTATED)]
    found.append({**dict.fromkeys(found[0], ""), **IDENTITY_SOURCE})
    by_id = {str(row["source_id"]): row for row in found}
    cited = {str(row["source_id"]) for row in named}
    if missing := cited - by_id.keys():
        raise SystemExit(f"sources missing: {sorted(missing)}")
    return named, [by_id[source_id] for source_id in sorted(cited)]


def _typed(row: Row) -> dict[str, Any]:
    typed: dict[str, Any] = {name: None if value == "" else value for name, value in row.items()}
    for name in DATE_COLUMNS:
        if typed[name] is not None:
            typed[name] = date.fromisoformat(str(typed[name]))
    return typed


def main() -> None:
    """Build the pack and say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    default = os.environ.get("LEAFMARK_SHARED_DATA", str(ROOT.parent / "shared" / "data"))
    parser.add_argument("--data", type=Path, default=Path(default), help="the shared data folder")
    parser.add_argument("--out", type=Path, default=ROOT / "src/leafmark/factors/packs/leafmark")
    arguments = parser.parse_args()
    factors, used = collect(SharedData(arguments.data))
    if len(factors) < MINIMUM_FACTS:
        raise SystemExit(f"only {len(factors)} facts; at least {MINIMUM_FACTS} are asked for")
    pack = Pack.from_rows({**FIELDS, "gwp_note": gwp_note(factors)}, [_typed(row) for row in factors], used)
    pack.write(arguments.out)
    for theme, count in sorted(Counter(str(row["theme"]) for row in factors).items()):
        print(f"{theme:12} {count:6}")
    print(f"{'all':12} {len(factors):6}  hash {pack.hash}")


if __name__ == "__main__":
    main()
