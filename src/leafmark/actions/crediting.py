"""Credit: a table of acts in, a folder out: entries, events for the ledger, refused acts, and what they were made with.

    out/run.json           inputs, catalogue, parameters, packs and settings by hash; acts in = events + refused
    out/events.parquet     what the ledger takes in
    out/entries.parquet    signed lines of every act, book `impact`, method, factor, range and grams each
    out/rejected.parquet   refused acts, a reason each
    out/parameters.csv     the parameters used, pinned
    out/lines/, out/runs/  each method's lines and its run: `leafmark explain out/runs/METHOD ACT` walks back from there

The same work asked for again is not done again; a killed one is begun again. A run holds accepted acts alone, so its totals
count no half act.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import leafmark
from leafmark.actions import events, parameters
from leafmark.actions.judged import Judged
from leafmark.actions.parameters import Value
from leafmark.engine.backends import RunError
from leafmark.engine.closing import write_table
from leafmark.engine.run import Run, Settings, open_run
from leafmark.engine.run import run as run_method
from leafmark.engine.run_folder import SCHEMA, write_json
from leafmark.factors.model import Pack, acts, builtin
from leafmark.ledger import Catalogue

KIND = "acts"


@dataclass(frozen=True)
class Credited:
    """A finished folder of acts."""

    path: Path
    record: dict[str, Any]

    def table(self, name: str) -> pa.Table:
        """`events`, `entries` or `rejected`."""
        return pq.read_table(self.path / f"{name}.parquet")

    @property
    def runs(self) -> dict[str, Run]:
        """The engine's runs, by method `id@version`."""
        return {name: open_run(self.path / folder) for name, folder in self.record["methods"].items()}


def credit(
    acts_given: Any,
    out: str | Path,
    catalogue: Catalogue,
    *,
    packs: Sequence[Pack] | None = None,
    own_parameters: Iterable[Value] = (),
    known_on: dt.date | None = None,
    gwp: str = "AR6",
    memory_limit: str = "2GB",
    threads: int | None = None,
) -> Credited:
    """Grams of acts and the ledger's events, into a folder.

    Parameters
    ----------
    acts_given : a path (Parquet, CSV), `DATABASE::TABLE`, Arrow, pandas or polars; columns in `docs/actions.md`.
    catalogue : terms of the acts (`leafmark.actions.catalogue`).
    packs : the built-in pack and the pack `acts` by default.
    own_parameters : an operator's cited values (`leafmark.actions.parameters.load`), in place of the shipped ones.
    known_on : only factors known by then; today by default.

    Raises
    ------
    InputError, CatalogueError, ParameterError, PackError : what was found, where, and what to do. RunError : the folder
        holds other work.
    """
    out = Path(out)
    used = [builtin(), acts()] if packs is None else list(packs)
    sources = {source_id: source for pack in [acts(), *used] for source_id, source in pack.sources.items()}
    values = parameters.checked(parameters.merged(tuple(own_parameters)), sources)
    settings = Settings(known_on or dt.date.today(), gwp, lines=True)
    out.mkdir(parents=True, exist_ok=True)
    scratch = out / "scratch"
    try:
        judged = Judged(acts_given, catalogue, values, scratch, memory_limit, threads)
        try:
            content = _identity(judged, catalogue, values, used, settings)
            finished = _claim(out, content)
            return finished or _credit(judged, out, content, values, used, settings)
        finally:
            judged.close()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _credit(
    judged: Judged, out: Path, content: dict[str, Any], values: Sequence[Value], packs: Sequence[Pack], settings: Settings
) -> Credited:  # fmt: skip
    for folder in ("lines", "runs"):
        shutil.rmtree(out / folder, ignore_errors=True)
        (out / folder).mkdir()
    parameters.write(values, out / "parameters.csv")
    runs = {name: run for name in judged.methods if (run := _run(judged, name, out, packs, settings)) is not None}
    found, refused = events.make(judged, runs)
    if judged.source.rows != found.num_rows + refused.num_rows:
        raise AssertionError(
            f"{judged.source.rows} acts in, but {found.num_rows} events and {refused.num_rows} refused"
        )
    events.entries_of(judged, runs, out / "entries.parquet")
    write_table(found, out / "events.parquet")
    write_table(refused, out / "rejected.parquet")
    reasons = {each["values"]: each["counts"] for each in pc.value_counts(refused.column("reason")).to_pylist()}
    audited = found.filter(pc.not_equal(found.column("evidence"), "D"))
    record = {
        **content, "status": "done", "acts_in": judged.source.rows, "events": found.num_rows, "rejected": refused.num_rows,
        "rejected_by_reason": dict(sorted(reasons.items())),
        "co2e_mg": _sum(found), "audited_co2e_mg": _sum(audited),
        "runs": [f"runs/{name}" for name in runs], "methods": {name: f"runs/{name}" for name in runs},
        "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }  # fmt: skip
    write_json(out / "run.json", record)
    return Credited(out, record)


def _run(judged: Judged, name: str, out: Path, packs: Sequence[Pack], settings: Settings) -> Run | None:
    """The run of a method's acts, of which none is refused; None where none is left.

    Acts that the engine refuses a line of are taken out and the others run again: a baseline that stayed in a run without
    its project would make every total of that run greener.
    """
    lines, folder = out / "lines" / f"{name}.parquet", out / "runs" / name
    while judged.write_lines(name, lines):
        run = run_method(judged.methods[name], lines, packs, folder, settings)
        if not events.refuse_of_run(judged, name, run, lines):
            return run
        shutil.rmtree(folder)
    lines.unlink()
    return None


def _sum(found: pa.Table) -> int:
    return int(pc.sum(found.column("co2e_mg")).as_py() or 0)


def open_credited(path: str | Path) -> Credited:
    """A finished folder of acts.

    Raises
    ------
    RunError : there is none, or it is not finished.
    """
    record = Path(path) / "run.json"
    content = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    if content.get("kind") != KIND or content.get("status") != "done":
        raise RunError(f"{path}: no finished folder of acts there")
    return Credited(Path(path), content)


def _identity(
    judged: Judged, catalogue: Catalogue, values: Sequence[Value], packs: Sequence[Pack], settings: Settings
) -> dict[str, Any]:  # fmt: skip
    """All that determines the figures, and a hash of it."""
    content = {
        "schema": SCHEMA, "kind": KIND, "leafmark": leafmark.__version__,
        "input": {"file": judged.source.name, "sha256": judged.source.digest, "rows": judged.source.rows},
        "catalogue_sha256": catalogue.sha256, "parameters_sha256": parameters.digest(values),
        "packs": [{"id": pack.id, "version": pack.version, "sha256": pack.hash} for pack in packs],
        "known_on": str(settings.known_on), "gwp": settings.gwp,
    }  # fmt: skip
    told = {key: value for key, value in content.items() if key not in ("leafmark", "input")}
    text = json.dumps([told, judged.source.digest], sort_keys=True)
    return {**content, "acts_id": hashlib.sha256(text.encode()).hexdigest()[:20]}


def _claim(out: Path, content: dict[str, Any]) -> Credited | None:
    """Claim the folder; the finished work if it is there already."""
    record = out / "run.json"
    if record.is_file():
        found = json.loads(record.read_text(encoding="utf-8"))
        if found.get("acts_id") != content["acts_id"]:
            raise RunError(
                f"{out} holds other work ({found.get('acts_id')}); choose another folder, or remove that one"
            )
        if found["status"] == "done":
            return Credited(out, found)
    elif any(each.name != "scratch" for each in out.iterdir()):
        raise RunError(f"{out} is not empty and holds no acts; choose another folder")
    write_json(record, {**content, "status": "running", "runs": []})
    return None
