"""A run's folder: who it is, how it is claimed, and how it is opened once it is done.

The folder grows so that it can be killed anywhere: `run.json` says `running`; each chunk is written under `chunks/` and
counts once its own small JSON is renamed into place; at the end the chunks' files become the run's tables, and
`run.json`, renamed last, says `done`. Starting the same run again finds its chunks and goes on; the run's id is the hash
of everything that determines its figures, so the same work has the same id.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

import leafmark
from leafmark.engine import held, tables
from leafmark.engine.backends import RunError, told
from leafmark.engine.inputs import Source
from leafmark.engine.settings import Settings
from leafmark.factors.model import Pack
from leafmark.methods.model import Method

SCHEMA = "leafmark.run/1"


@dataclass(frozen=True)
class Run:
    """A finished run."""

    path: Path
    record: dict[str, Any]

    @property
    def id(self) -> str:
        """The run's id."""
        return str(self.record["run_id"])

    def table(self, name: str) -> pa.Table:
        """`entries`, `products`, `orders` or `rejected` as Arrow."""
        return tables.read(self.path / f"{name}.parquet")


def home() -> Path:
    """Where runs live that are named by id alone: `$LEAFMARK_HOME`, else `~/.leafmark`."""
    return Path(os.environ.get("LEAFMARK_HOME", Path.home() / ".leafmark"))


def open_run(path_or_id: str | Path) -> Run:
    """A finished run by its folder, or by its id under `$LEAFMARK_HOME/runs`."""
    for folder in (Path(path_or_id), home() / "runs" / str(path_or_id)):
        record = folder / "run.json"
        if record.is_file():
            content = json.loads(record.read_text(encoding="utf-8"))
            if not isinstance(content, dict):
                raise RunError(f"{record}: holds {type(content).__name__}; expected an object of {SCHEMA!r}")
            if content.get("schema") != SCHEMA:
                raise RunError(f"{record}: schema {content.get('schema')!r}; expected {SCHEMA!r}")
            if "run_id" not in content and content.get("runs"):
                inner = " or ".join(str(folder / name) for name in content["runs"])
                raise RunError(f"{folder}: this folder holds {len(content['runs'])} runs; name one of them: {inner}")
            if content.get("status") != "done":
                raise RunError(
                    f"{folder}: the run is {content.get('status')}; start the same command again to finish it"
                )
            return Run(folder, content)
    raise RunError(f"{path_or_id}: no run there (no run.json), nor under {home() / 'runs'}")


def write_json(path: Path, content: Any) -> None:
    """Write whole or not at all: a temporary file, flushed to disk, then renamed."""
    temporary = path.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as handle:
        json.dump(content, handle, ensure_ascii=False, indent=2, default=str)
        handle.write("\n")
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(path)


def _absolute(name: str) -> str:
    """A file's absolute path, so that explain and replay find it from anywhere; other names stay."""
    return str(Path(name).resolve()) if Path(name).exists() else name


def identity(method: Method, sources: Sequence[Source], packs: Sequence[Pack], settings: Settings) -> str:
    """The run's id: a hash of all that determines its figures."""
    content = {
        "schema": SCHEMA,
        "method": method.hash,
        "inputs": [source.digest for source in sources],
        "packs": sorted(pack.hash for pack in packs),
        "known_on": str(settings.known_on),
        "gwp": [settings.gwp, settings.gwp_strict],
        "run_date": str(settings.default_date),
        "lines": settings.lines,
        "no_entries": settings.no_entries,
    }
    if settings.by_factor:  # came later: a run without it keeps its identity
        content["by_factor"] = True
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:20]


def claim(
    out: Path, run_id: str, method: Method, sources: Sequence[Source], packs: Sequence[Pack], settings: Settings
) -> dict[str, Any] | None:
    """Claim the folder, which is held, for this run; the finished record if it is there already.

    A folder that holds another run is refused and left as it was, unless that run had not finished a single chunk.
    """
    with told():
        finished = _start(out, run_id, method, sources, packs, settings)
    if finished is not None:
        shutil.rmtree(out / "staging", ignore_errors=True)
    return finished


def _start(
    out: Path, run_id: str, method: Method, sources: Sequence[Source], packs: Sequence[Pack], settings: Settings
) -> dict[str, Any] | None:
    record = out / "run.json"
    if record.is_file():
        found = json.loads(record.read_text(encoding="utf-8"))
        if found.get("run_id") != run_id and held.is_worthless(out):
            held.forget(out, but="staging")
        elif found.get("run_id") != run_id:
            raise RunError(
                f"{out} holds another run ({found.get('run_id')}: other input, packs, method or settings); "
                "choose another --out, or remove that folder"
            )
        elif found["status"] == "done":
            return dict(found)
    elif out.exists() and any(out.iterdir()):
        unknown = [p.name for p in out.iterdir() if p.name not in ("staging", "run.tmp")]
        if unknown:
            raise RunError(f"{out} is not empty and holds no run ({unknown[0]}, ...); choose another --out")
    write_json(record, {
        "schema": SCHEMA, "run_id": run_id, "status": "running", "leafmark": leafmark.__version__,
        "method": {"id": method.id, "version": method.version, "hash": method.hash, "book": method.book,
                   "boundary": method.boundary},
        "inputs": [{"file": _absolute(s.name), "sha256": s.digest, "rows": s.rows} for s in sources],
        "packs": [{"id": p.id, "version": p.version, "sha256": p.hash} for p in packs],
        "known_on": str(settings.known_on), "gwp": settings.gwp, "gwp_strict": settings.gwp_strict,
        "run_date": str(settings.default_date), "lines": settings.lines, "no_entries": settings.no_entries,
        **({"by_factor": True} if settings.by_factor else {}),
        "started": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    })  # fmt: skip
    for pack in packs:  # after the record: a folder `packs` without one is somebody else's
        folder = out / "packs" / pack.id
        if not folder.exists():
            half = folder.with_name(f"{folder.name}.tmp")
            pack.write(half)
            half.replace(folder)
    return None


@told()
def finish(out: Path, record: dict[str, Any]) -> Run:
    """Say `done`, and only then let the chunks go."""
    write_json(out / "run.json", record)
    for scratch in ("chunks", "staging"):
        shutil.rmtree(out / scratch, ignore_errors=True)
    return Run(out, record)
