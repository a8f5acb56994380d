"""A bridge between two inventories that were run from companies' files: what was changed in the files is what it says."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from synthetic_company import ACTS, YEAR, pack, write_company

from leafmark.inventory.accounting.running import run_inventory
from leafmark.inventory.time import bridge

KG = 10**9


def test_what_was_changed_in_the_files_is_what_the_bridge_says(tmp_path: Path) -> None:
    """The next year has twice the flights (690 kg a thousand km, tank to wheel and well to tank) and certificates of wind for 4,000 of the
    10,000 kWh at 0.4 kg: 1,380 kg of activity by either statement, and by market 1,600 kg less by mix alone.
    """
    acts = tuple(act for act in ACTS if act.template in ("fuel", "electricity", "travel"))
    more = tuple(replace(act, cells=act.cells | {"amount": 4000}) if act.template == "travel" else act for act in acts)
    wind = {
        "contract_id": "wind", "kind": "certificate", "region": "GB", "valid_from": dt.date(YEAR + 1, 1, 1), "valid_to": dt.date(YEAR + 2, 1, 1),
        "kwh": 4000, "kg_per_kwh": 0, "technology": "wind", "registry": "REGO", "serial": "1-4000", "retired_on": dt.date(YEAR + 1, 12, 1),
        "entity_id": "own", "site_id": None, "source": "certificate",
    }  # fmt: skip
    before = run_inventory(write_company(tmp_path / "a", acts), tmp_path / "before", packs=[pack()])
    after = run_inventory(
        write_company(tmp_path / "b", more, tables={"contracts": [wind]}, year=YEAR + 1),
        tmp_path / "after",
        packs=[pack()],
    )
    location, market = (bridge(before, after, by) for by in ("location", "market"))
    assert {name: ug for name, ug in location.total.parts.named().items() if ug} == {"activity": 1380 * KG}
    assert {name: ug for name, ug in market.total.parts.named().items() if ug} == {
        "activity": 1380 * KG,
        "mix": -1600 * KG,
    }
    assert {step.key: step.parts.change_ug for step in market.steps if step.parts.change_ug} == {
        (2, None): -1600 * KG,
        (3, 6): 1380 * KG,
    }
    assert market.of_state("new")["key"].to_pylist()[0].startswith("electricity.")
