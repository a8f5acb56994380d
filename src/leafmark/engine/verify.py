"""Verify: an independent check of a finished run's folder, quick and without computing the run again.

Replay answers whether the figures come out the same; this answers whether the folder is whole and agrees with itself:
`run.json` with its schema and its id, the packs with their hashes, the lines counted, every sum to the microgram, every
range in order, no figure where none was found. It shares no code with the plans that made the figures: plain SQL over
the Parquet files, in constant memory. All faults are told at once.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from leafmark.engine import verify_bill, verify_common, verify_orders, verify_record
from leafmark.engine.run_folder import Run, open_run
from leafmark.engine.verify_findings import Audit, Check, connect

SCHEMA = "leafmark.verify/1"
_CHECKS: tuple[Check, ...] = (
    verify_record.id_is_of_its_settings,
    verify_record.packs_are_the_pinned_ones,
    verify_record.nothing_half_written,
    verify_common.rejected_are_counted,
    verify_common.record_adds_up,
)


def verify(
    finished: Run | str | Path, *, progress: Callable[[int, int, str], None] | None = None
) -> dict[str, Any]:  # fmt: skip
    """Check a run's folder.

    Parameters
    ----------
    finished : the run, its folder, or its id.
    progress : called with (checks done, checks, "checks").

    Returns
    -------
    `schema, run_id, run, sound, checks: {check: faults}, faults: [{check, file, row, column, found, expected}], warnings`.
    Of one question the first 20 faults are listed and all are counted. `warnings` name inputs that are gone or changed
    since: no fault of the run. Where `run.json` has not its schema, that is told and nothing else is looked at.

    Raises
    ------
    RunError : there is no run, or it is not finished.
    """
    run = open_run(finished.path if isinstance(finished, Run) else finished)
    with tempfile.TemporaryDirectory(prefix="leafmark-verify-") as spill:
        connection = connect(Path(spill))
        try:
            audit = Audit(run, connection)
            warnings = _checked(audit, progress or (lambda *_: None))
        finally:
            connection.close()
    return {
        "schema": SCHEMA,
        "run_id": run.record.get("run_id"),
        "run": str(run.path),
        "sound": not audit.findings,
        "checks": audit.counts,
        "faults": [asdict(each) for each in audit.findings],
        "warnings": warnings,
    }


def _checked(audit: Audit, progress: Callable[[int, int, str], None]) -> list[str]:
    """Run all checks; the warnings."""
    verify_record.record_has_its_schema(audit)
    if audit.findings:
        return []
    of_tables = verify_orders if verify_record.is_orders(audit.record) else verify_bill
    there = verify_common.open_tables(audit, of_tables.wanted(audit.record))
    checks = [*_CHECKS, *(check for needs, check in of_tables.STEPS if needs <= there)]
    for number, check in enumerate(checks):
        progress(number, len(checks) + 1, "checks")
        check(audit)
    progress(len(checks), len(checks) + 1, "checks")
    warnings = verify_record.input_warnings(audit.record)
    progress(len(checks) + 1, len(checks) + 1, "checks")
    return warnings


def text(report: dict[str, Any]) -> str:
    """The report in sentences: each check, then each fault with its place."""
    lines = [f"run {report['run_id']}: {'sound' if report['sound'] else 'NOT sound'}"]
    width = max(map(len, report["checks"]))
    listed = Counter(each["check"] for each in report["faults"])
    for check, count in report["checks"].items():
        lines.append(f"  {check:<{width}}  {'ok' if not count else f'{count:,} fault' + ('s' if count > 1 else '')}")
        for each in (fault for fault in report["faults"] if fault["check"] == check):
            place = ", ".join(part for part in (each["file"], each["row"], each["column"]) if part)
            lines.append(f"    {place}: found {each['found']}, expected {each['expected']}")
        if count > listed[check]:
            lines.append(f"    ... and {count - listed[check]:,} more")
    lines += [f"  warning: {each}" for each in report["warnings"]]
    return "\n".join(lines)
