"""Checks that take a while, as jobs: a run calculated again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from leafmark.engine.inputs import InputError
from leafmark.engine.pinned import DamagedPackError
from leafmark.engine.replay import ChangedInputError, replay
from leafmark.engine.run import RunError
from leafmark.web.jobs.start import JobFault, progress

NAMED_MAX = 20


def replay_run(folder: str) -> dict[str, Any]:
    """Calculate a run again and say whether every figure is the same.

    Raises
    ------
    JobFault : it cannot be: what is missing or changed.
    """
    try:
        found = replay(Path(folder), progress=lambda done, whole, what: progress(done, whole, what))
    except (RunError, InputError, DamagedPackError, ChangedInputError) as error:
        raise JobFault(str(error)) from error
    return {
        "run_id": found["run_id"], "same": found["same"], "figures_same": found["figures_same"],
        "changed": [*found["inputs_changed"], *found["packs_changed"], *found["settings_changed"]],
        "totals": [str(each) for each in found["totals"]][:NAMED_MAX],
        "tables": {name: {"then": table["then"], "now": table["now"], "differing": table["differing"]}
                   for name, table in found["tables"].items()},
    }  # fmt: skip
