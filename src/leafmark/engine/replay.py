"""Replay: compute a finished run again from what it pinned, and say whether every figure is the same.

The run folder holds the packs, the method's version and hash, the settings and the inputs' hashes; nothing newer is
looked at, so an upgraded pack changes no old figure. The work goes to a temporary folder, never into the run's own; the
tables are compared as bags of rows (`replay_tables`), since the order of rows is no figure. What cannot be the
same is named first: an input or a pack whose hash is not the recorded one, a setting that was changed in `run.json`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from leafmark.engine import tables
from leafmark.engine.backends import Backend
from leafmark.engine.inputs import InputError, sha256_file
from leafmark.engine.pinned import Pinned, open_pinned, recorded_input
from leafmark.engine.replay_tables import SIDES, compare, opened
from leafmark.engine.run import Progress, Run, RunError, open_run, run

SCHEMA = "leafmark.replay/1"
TABLES = ("products", "orders", "days", "categories", "intensity", "entries", "by_factor", "rejected")
_NO_TOTAL = frozenset({
    "run_id", "schema", "status", "leafmark", "method", "inputs", "packs", "known_on", "gwp", "gwp_strict", "run_date",
    "lines", "by_factor", "started", "finished", "wall_s", "cpu_s",
})  # fmt: skip
"""What `run.json` holds beside figures: identity, settings and times."""

_FLOAT_TOLERANCE = 1e-9


class ChangedInputError(AssertionError):
    """An input was changed after the run, and cannot be read any more: a check failed."""


class _Whole:
    """Tells how far a replay is: the run's chunks, then the tables read for the comparison."""

    def __init__(self, progress: Progress | None, comparing: int) -> None:
        self.progress, self.comparing = progress, comparing
        self.done = self.chunks = 0

    def __call__(self, done: int, chunks: int, _: str) -> None:
        """So many of the run's chunks are done."""
        self.done, self.chunks = done, chunks
        self._tell()

    def step(self) -> None:
        """One more table of one of the two runs was read."""
        self.done += 1
        self._tell()

    def _tell(self) -> None:
        if self.progress:
            self.progress(self.done, self.chunks + self.comparing, "replay")


def replay(
    finished: Run | str | Path, *, given: tuple[Any, ...] = (), engine: Callable[[Path], Backend] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Recompute a run and compare.

    Parameters
    ----------
    finished : the run, its folder, or its id.
    given : what was a table in memory, again: (bill,), or (order lines, catalogue); None for an input that is a file.
    engine : as `leafmark.engine.run.run`.
    progress : called with (steps done, steps, "replay"); a step is a chunk of the run, or a table read to compare it.

    Returns
    -------
    `schema, run_id, same, figures_same, inputs_changed, packs_changed, settings_changed, totals, tables`: for each table
    its rows then and now, how many differ, and the first of them; `totals` lists differing totals. `same` is true only
    if nothing differs and nothing changed.

    Raises
    ------
    RunError : method, pack or input is not there any more. DamagedPackError, ChangedInputError : a pinned pack or an
    input was changed after the run so that it cannot be read at all.
    """
    old = finished if isinstance(finished, Run) else open_run(finished)
    pinned = open_pinned(old)
    recorded = old.record["inputs"]
    inputs = inputs_of(old, given)
    whole = _Whole(progress, len(SIDES) * sum(tables.exists(old.path / f"{name}.parquet") for name in TABLES))
    with tempfile.TemporaryDirectory(prefix="leafmark-replay-") as folder:
        try:
            new = again(pinned, inputs, Path(folder) / "run", engine, whole)
        except InputError as error:
            raise _unreadable(recorded, inputs, error) from error
        changed = [
            _changed(then, now["sha256"])
            for then, now in zip(recorded, new.record["inputs"], strict=True)
            if then["sha256"] != now["sha256"]
        ]
        with opened(Path(folder)) as database:
            compared = {
                name: compare(old, new, name, database, whole.step) for name in TABLES if _there(old, new, name)
            }
        totals = list(_totals(old.record, new.record))
    edited = []
    if not changed and not pinned.changed and new.id != old.id:
        edited.append(f"run.json (its id is {old.id}, but the method and settings it records make {new.id})")
    differs = any(table["differing"] for table in compared.values()) or bool(totals)
    return {
        "schema": SCHEMA,
        "run_id": old.id,
        "run": str(old.path),
        "same": not (differs or changed or pinned.changed or edited),
        "figures_same": not differs,
        "inputs_changed": changed,
        "packs_changed": pinned.changed,
        "settings_changed": edited,
        "totals": totals,
        "tables": compared,
    }


def inputs_of(old: Run, given: tuple[Any, ...] = ()) -> tuple[Any, ...]:
    """What a run read: where its inputs can be read again, or what was given in their place (`replay`).

    Raises
    ------
    RunError : an input is not there, or another number of them was given.
    """
    recorded = old.record["inputs"]
    if given and len(given) != len(recorded):
        names = " and ".join(repr(str(each["file"])) for each in recorded)
        raise RunError(
            f"{old.path}: {len(given)} inputs given, but the run has {len(recorded)}: {names}; give each its place, None "
            "for one that is a file"
        )
    again = given or (None,) * len(recorded)
    return tuple(
        recorded_input(each, old.path) if one is None else one for each, one in zip(recorded, again, strict=True)
    )


def _changed(recorded: dict[str, Any], digest: str) -> str:
    return f"input {recorded['file']} (recorded {recorded['sha256'][:16]}, found {digest[:16]})"


def _unreadable(recorded: list[dict[str, Any]], inputs: tuple[Any, ...], error: InputError) -> Exception:
    """The error, with the inputs named that are no longer the recorded files, if that is why."""
    files = [(each, Path(one)) for each, one in zip(recorded, inputs, strict=True) if isinstance(one, str)]
    digests = [(each, sha256_file(path)) for each, path in files if path.exists()]
    changed = [_changed(each, digest) for each, digest in digests if digest != each["sha256"]]
    if not changed:
        return error
    return ChangedInputError(f"changed since the run, and not readable any more: {'; '.join(changed)}. {error}")


def again(
    pinned: Pinned, inputs: tuple[Any, ...], out: Path, engine: Callable[[Path], Backend] | None,
    progress: Progress | None,
) -> Run:  # fmt: skip
    """Run what was pinned over these inputs, into another folder."""
    if pinned.method.id == "retail.purchase":
        from leafmark.engine.order_lines import orders

        lines, catalogue = inputs
        return orders(
            lines, catalogue, pinned.packs, out, pinned.settings, method=pinned.method, engine=engine, progress=progress
        )
    return run(pinned.method, inputs[0], pinned.packs, out, pinned.settings, engine=engine, progress=progress)


def _there(old: Run, new: Run, table: str) -> bool:
    """Whether the run must have that table.

    Raises
    ------
    RunError
        The run makes it, but its file is gone.
    """
    then, now = (tables.exists(each.path / f"{table}.parquet") for each in (old, new))
    if now and not then:
        raise RunError(f"{old.path / table}.parquet is not there: the run wrote it; put it back, or make the run again")
    return then


def _totals(then: dict[str, Any], now: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Figures of the old `run.json` that differ now, however deep they stand."""
    old, new = (
        dict(_leaves({key: value for key, value in record.items() if key not in _NO_TOTAL})) for record in (then, now)
    )
    for name, figure in sorted(old.items()):
        if not _same(figure, new.get(name)):
            yield {"total": name, "then": figure, "now": new.get(name)}


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}" if name else str(key))
    else:
        yield name, value


def _same(then: Any, now: Any) -> bool:
    if isinstance(then, float) and isinstance(now, float):
        return abs(then - now) <= _FLOAT_TOLERANCE * max(abs(then), abs(now))
    return bool(then == now)


def text(report: dict[str, Any]) -> str:
    """The report in sentences: the same, or what differs."""
    lines = [f"run {report['run_id']}: {'the same, every figure' if report['same'] else 'NOT the same'}"]
    changed = report["inputs_changed"] + report["packs_changed"] + report["settings_changed"]
    lines += [f"  changed since the run: {name}" for name in changed]
    if report["figures_same"] and not report["same"]:
        lines.append("  the figures are the same nevertheless")
    for each in report["totals"]:
        lines.append(f"  {each['total']}: {each['then']} then, {each['now']} now")
    for name, table in report["tables"].items():
        state = "the same" if not table["differing"] else f"{table['differing']:,} differ"
        lines.append(f"  {name:<9} {table['then']:>12,} rows: {state}")
        for row in table["differences"]:
            cells = ", ".join(f"{key}={value}" for key, value in row.items() if key != "run" and value is not None)
            lines.append(f"    {row['run']:<4} {cells}")
    return "\n".join(lines)
