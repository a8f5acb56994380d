"""Checks of a run that need no table: `run.json`, the run's id, its packs, its inputs, and what lies in its folder."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from leafmark.engine.inputs import sha256_file
from leafmark.engine.pack_places import pack_folder
from leafmark.engine.verify_findings import Audit
from leafmark.factors.model import Pack, PackError

ORDER_LINES = "retail.purchase"
"""The method whose runs have orders instead of products."""
_BOOKS = ("product", "inventory", "impact")
_GWP_SETS = ("SAR", "AR4", "AR5", "AR6")
_Test = Callable[[Any], bool]


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _count(value: Any) -> bool:
    return _whole(value) and value >= 0


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _share(value: Any) -> bool:
    return value is None or (_number(value) and 0 <= value <= 1)


def _or_nothing(test: _Test) -> _Test:
    """Of a total: where nothing was accepted there is none; `verify_common.total_is_null_of_nothing` says where."""
    return lambda value: value is None or test(value)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _sha256(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value) is not None


def _day(value: Any) -> bool:
    try:
        return bool(dt.date.fromisoformat(value).isoformat() == value)
    except (TypeError, ValueError):
        return False


def _time(value: Any) -> bool:
    try:
        return dt.datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


def _among(*names: str) -> _Test:
    return lambda value: value in names


def _sums(value: Any) -> bool:
    return isinstance(value, dict) and all(_whole(each) for each in value.values())


FIELDS: dict[str, tuple[_Test, str]] = {
    "run_id": (lambda value: isinstance(value, str) and re.fullmatch(r"[0-9a-f]{20}", value) is not None, "20 hex digits"),
    "leafmark": (_text, "a version"),
    "method.id": (_text, "a method's id"),
    "method.version": (_count, "a whole number"),
    "method.hash": (_sha256, "64 hex digits"),
    "method.book": (_among(*_BOOKS), f"one of {', '.join(_BOOKS)}"),
    "inputs": (lambda value: isinstance(value, list) and bool(value), "a list of inputs"),
    "packs": (lambda value: isinstance(value, list) and bool(value), "a list of packs"),
    "known_on": (_day, "a date YYYY-MM-DD"),
    "run_date": (_day, "a date YYYY-MM-DD"),
    "gwp": (_among(*_GWP_SETS), f"one of {', '.join(_GWP_SETS)}"),
    "gwp_strict": (_flag, "true or false"),
    "lines": (_flag, "true or false"),
    "no_entries": (_flag, "true or false"),
    "started": (_time, "a time with its zone"),
    "finished": (_time, "a time with its zone"),
    "wall_s": (_number, "seconds"),
    "cpu_s": (_number, "seconds"),
    "lines_in": (_count, "a whole number, 0 or more"),
    "lines_accepted": (_count, "a whole number, 0 or more"),
    "lines_rejected": (_count, "a whole number, 0 or more"),
    "rejected_by_reason": (_sums, "whole numbers by reason"),
    "coverage_lines": (_share, "a share of 1, or null"),
    "totals.co2e_ug": (_or_nothing(_whole), "whole micrograms, or null"),
    "totals.low_ug": (_or_nothing(_whole), "whole micrograms, or null"),
    "totals.high_ug": (_or_nothing(_whole), "whole micrograms, or null"),
    "totals.by_scope_ug": (_sums, "whole micrograms by scope"),
    "totals.by_gas_ug": (_sums, "whole micrograms by gas"),
    "totals.gwp_native_share": (_or_nothing(_number), "a number, or null"),
}  # fmt: skip
_OF_BILLS: dict[str, tuple[_Test, str]] = {"totals.by_stage_ug": (_sums, "whole micrograms by stage")}
_OF_ORDERS: dict[str, tuple[_Test, str]] = {
    "orders": (_count, "a whole number, 0 or more"),
    **{f"totals.{name}": (lambda value: isinstance(value, dict), "groups") for name in ("by_tier", "by_category", "by_year")},
}  # fmt: skip
_LISTED = {
    "inputs": {"file": (_text, "a name"), "sha256": (_sha256, "64 hex digits"), "rows": (_count, "a whole number")},
    "packs": {"id": (_text, "a pack's id"), "version": (_text, "a version"), "sha256": (_sha256, "64 hex digits")},
}
_MISSING = object()


def is_orders(record: dict[str, Any]) -> bool:
    """Whether the run is one of order lines."""
    method = record.get("method")
    return isinstance(method, dict) and method.get("id") == ORDER_LINES


def record_has_its_schema(audit: Audit) -> None:
    """Every field of `run.json` is there, and of its kind."""
    audit.begin("run.json")
    more = _OF_ORDERS if is_orders(audit.record) else _OF_BILLS
    for name, (test, expected) in (FIELDS | more).items():
        _held_to(audit, name, _at(audit.record, name), test, expected)
    for name, fields in _LISTED.items():
        listed = audit.record.get(name)
        for number, each in enumerate(listed if isinstance(listed, list) else []):
            for inner, (test, expected) in fields.items():
                _held_to(audit, f"{name}[{number}].{inner}", _at(each, inner), test, expected)


def _held_to(audit: Audit, name: str, value: Any, test: _Test, expected: str) -> None:
    if value is _MISSING:
        audit.fault("run.json", None, name, "no such field", expected)
    elif not test(value):
        audit.fault("run.json", None, name, repr(value), expected)


def _at(value: Any, name: str) -> Any:
    for part in name.split("."):
        value = value.get(part, _MISSING) if isinstance(value, dict) else _MISSING
    return value


def id_is_of_its_settings(audit: Audit) -> None:
    """The run's id is the hash of the method, inputs, packs and settings that `run.json` names."""
    audit.begin("run's id")
    record = audit.record
    content = {
        "schema": record["schema"], "method": record["method"]["hash"],
        "inputs": [each["sha256"] for each in record["inputs"]],
        "packs": sorted(each["sha256"] for each in record["packs"]), "known_on": record["known_on"],
        "gwp": [record["gwp"], record["gwp_strict"]], "run_date": record["run_date"], "lines": record["lines"],
        "no_entries": record["no_entries"], **({"by_factor": True} if record.get("by_factor") else {}),
    }  # fmt: skip
    made = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:20]
    if made != record["run_id"]:
        audit.fault("run.json", None, "run_id", record["run_id"],
                    f"{made}, of the method, inputs, packs and settings recorded beside it")  # fmt: skip


def packs_are_the_pinned_ones(audit: Audit) -> None:
    """Each pinned pack lies in `packs/` and has the recorded version and hash; no other pack does."""
    audit.begin("packs")
    folder = audit.run.path / "packs"
    recorded = {each["id"]: each for each in audit.record["packs"]}
    for name, each in recorded.items():
        place = f"packs/{name}"
        where = pack_folder(audit.run.path, each)
        if not where.is_dir():
            audit.fault(place, None, None, "no such folder", f"pack {name} {each['version']}")
            continue
        try:
            pack = Pack.load(where)
        except (PackError, OSError) as error:
            audit.fault(place, None, None, str(error).splitlines()[-1].strip(), "a pack that passes its checks")
            continue
        audit.same(place, "sha256", pack.hash, each["sha256"])
        audit.same(place, "version", pack.version, each["version"])
    for other in sorted(set(_names(folder)) - set(recorded)):
        audit.fault(f"packs/{other}", None, None, "a folder or file", "the packs that run.json names, and no other")


def _names(folder: Path) -> Iterator[str]:
    yield from (path.name for path in folder.iterdir()) if folder.is_dir() else ()


def nothing_half_written(audit: Audit) -> None:
    """No file of an unfinished run is left, and the parts of a table are all there."""
    audit.begin("leftovers")
    folder = audit.run.path
    for path in sorted({folder / "chunks", folder / "staging", *folder.rglob("*.tmp")}):
        if path.exists():
            audit.fault(path.relative_to(folder).as_posix(), None, None, "a file of an unfinished run", "nothing")
    for table in sorted(path for path in folder.glob("*.parquet") if path.is_dir()):
        numbered = [name for name in _names(table) if re.fullmatch(r"\d{5}\.parquet", name)]
        for number in range(max((int(name[:5]) + 1 for name in numbered), default=0)):
            if f"{number:05}.parquet" not in numbered:
                audit.fault(
                    f"{table.name}/{number:05}.parquet", None, None, "no such file", "a part: later ones are there"
                )


def input_warnings(record: dict[str, Any]) -> list[str]:
    """Inputs that are gone or changed, or cannot be looked at: they do not touch the run's figures, only its replay."""
    found = []
    for each in record["inputs"]:
        name, digest = str(each["file"]), str(each["sha256"])
        if "::" in name:
            found.append(f"input {name}: a table of a database, not looked at")
        elif not Path(name).exists():
            found.append(f"input {name}: not there any more (or it was a table in memory); recorded sha256 {digest}")
        elif (now := sha256_file(Path(name))) != digest:
            found.append(f"input {name}: changed since the run (recorded sha256 {digest}, found {now})")
    return found
