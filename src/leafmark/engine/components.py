"""From the raw input to the view `input`: repeated ids marked, products inside products unrolled.

A bill may name another product (`component_id`). Its lines are then taken `amount` times into the stage of the naming
line. Unrolling goes in rounds of GROUP BY over (root, stage, component), never over paths, so a component used along
many paths costs one row; more rounds than there are components means a cycle, which is named.
"""

from __future__ import annotations

import datetime as dt

from leafmark.engine import plan
from leafmark.engine.backends import Backend, count
from leafmark.engine.inputs import InputError, Source
from leafmark.engine.schema import STAGES
from leafmark.methods.model import Method


class CycleError(InputError):
    """Products that contain each other; `cycle` names them, the first once more at the end."""

    def __init__(self, file: str, cycle: tuple[str, ...]) -> None:
        self.cycle = cycle
        super().__init__(
            f"{file}: these products contain each other: {' -> '.join(cycle)}; a bill must end in factors: break the cycle"
        )


_BAD = ("_bad", "_bad_reason", "_bad_found", "_bad_expected")


def expand(backend: Backend, method: Method, source: Source, unique: bool = False) -> Source:
    """Register the view `input` over `input_raw`; the source with the columns that view has. `unique`: its ids are known to be."""
    columns = set(source.columns)
    view = "SELECT * FROM input_raw"
    if "activity_id" in columns and not unique:
        repeated = backend.fetch(
            "SELECT COUNT(*) AS n FROM (SELECT activity_id FROM input_raw WHERE activity_id IS NOT NULL "
            "GROUP BY activity_id HAVING COUNT(*) > 1) AS x"
        )
        if repeated.column("n").to_pylist()[0]:
            view = _mark_repeated(columns)
            columns |= set(_BAD)
    if method.component != "NULL" and "component_id" in columns:
        used = backend.fetch("SELECT COUNT(component_id) AS n FROM input_raw").column("n").to_pylist()[0]
        if used:
            backend.view("input_marked", view)
            view = _unroll(backend, method, source, columns)
            columns |= {"_derived", "_carrier", "_times"}
            columns |= set(_BAD)
    backend.view("input", view)
    return Source(source.name, source.sql, source.paths, frozenset(columns), source.digest, source.rows)


def _listing(columns: set[str], table: str) -> str:
    return ", ".join(f'{table}."{name}"' for name in sorted(columns - set(_BAD)))


def _mark_repeated(columns: set[str]) -> str:
    """Every row of an id but the first (by file, then row) is bad."""
    bad = ", ".join(
        f"CASE WHEN r.nth > 1 THEN {new} ELSE {f'r.{name}' if '_bad' in columns else 'NULL'} END AS {name}"
        for name, new in zip(
            _BAD,
            ("'activity_id'", "'duplicate_id'", "CAST(r.activity_id AS VARCHAR)", "'an id used once'"),
            strict=True,
        )
    )
    return (
        f"SELECT {_listing(columns, 'r')}, r._file, r._row, {bad} FROM (SELECT i.*, CASE WHEN i.activity_id IS NULL THEN 1 "
        "ELSE ROW_NUMBER() OVER (PARTITION BY i.activity_id ORDER BY i._file, i._row) END AS nth FROM input_raw AS i) AS r"
    )


def _unroll(backend: Backend, method: Method, source: Source, columns: set[str]) -> str:
    stages = "(" + ", ".join(f"'{stage}'" for stage in STAGES) + ")"
    shape = plan.Shape(0, 0, 1, frozenset(columns - set(_BAD)), dt.date.max)
    sound = [term[2] for term in plan.ok_terms(method, shape)] + [f"i.stage IN {stages}", "i.unit = 'item'"]
    sound += ["i._bad IS NULL"] if "_bad" in columns else []
    backend.temp(
        "edges",
        "SELECT i.product_id AS root, i.stage, i.component_id AS component, SUM(i.amount) AS amount "
        f"FROM input_marked AS i WHERE i.component_id IS NOT NULL AND {' AND '.join(sound)} "
        "GROUP BY i.product_id, i.stage, i.component_id",
    )
    _refuse_cycles(backend, source)
    backend.temp("reached", "SELECT root, stage, component, amount FROM edges")
    backend.temp("frontier", "SELECT root, stage, component, amount FROM edges")
    while count(backend, "frontier"):
        backend.temp(
            "step",
            "SELECT f.root, f.stage, e.component, ROUND(SUM(f.amount * e.amount), 12) AS amount FROM edges AS e "
            "INNER JOIN frontier AS f ON f.component = e.root GROUP BY f.root, f.stage, e.component",
        )
        backend.temp("frontier", "SELECT root, stage, component, amount FROM step")
        backend.temp(
            "joined",
            "SELECT root, stage, component, amount FROM reached UNION ALL SELECT root, stage, component, amount FROM frontier",
        )
        backend.temp(
            "reached",
            "SELECT root, stage, component, SUM(amount) AS amount FROM joined GROUP BY root, stage, component",
        )
    backend.temp("made", "SELECT product_id FROM input_marked GROUP BY product_id")
    special = {"product_id", "stage", "key", "component_id", "activity_id", "_derived", "_carrier", "_times"}
    plain = sorted(columns - set(_BAD) - special)
    own_bad = {name: f"i.{name}" if name in columns else "NULL" for name in _BAD}
    line_bad = (
        "CASE WHEN i.component_id IS NOT NULL AND m.product_id IS NULL THEN {a} "
        "WHEN i.component_id IS NOT NULL AND COALESCE(i.unit, 'item') <> 'item' THEN {b} ELSE {c} END AS {n}"
    )
    texts = {
        "_bad": ("'component_id'", "'unit'"),
        "_bad_reason": ("'unknown_product'", "'unit_mismatch'"),
        "_bad_found": ("CAST(i.component_id AS VARCHAR)", "i.unit"),
        "_bad_expected": ("'a product of this bill'", "'item: a component is counted'"),
    }
    bad = ", ".join(line_bad.format(a=texts[n][0], b=texts[n][1], c=own_bad[n], n=n) for n in _BAD)
    activity = "i.activity_id, " if "activity_id" in columns else ""
    nothing = "CAST(NULL AS VARCHAR) AS activity_id, " if "activity_id" in columns else ""
    backend.temp(
        "own_lines",
        f"""
        SELECT i.product_id, i.stage, CASE WHEN i.component_id IS NULL THEN i.key END AS key, i.component_id, {activity}{", ".join(f'i."{c}"' for c in plain)},
          i._file, i._row, {bad}, FALSE AS _derived, i.component_id IS NOT NULL AS _carrier, CAST(1 AS DOUBLE) AS _times
        FROM input_marked AS i LEFT JOIN made AS m ON m.product_id = i.component_id""",
    )
    carried = ", ".join(f"CAST(i.{n} AS VARCHAR) AS {n}" for n in _BAD)
    backend.temp(
        "component_lines",
        f"""
        SELECT x.root AS product_id, CASE WHEN i.stage IN {stages} THEN x.stage ELSE i.stage END AS stage, i.key,
          i.component_id, {nothing}
          {", ".join(f'i."{c}"' for c in plain)}, i._file, i._row, {carried}, TRUE AS _derived, i._carrier, x.amount AS _times
        FROM own_lines AS i INNER JOIN reached AS x ON x.component = i.product_id""",
    )
    quoted = ", ".join(f'"{c}"' for c in plain)
    names = f"product_id, stage, key, component_id, {'activity_id, ' if activity else ''}{quoted}, _file, _row"
    every = f"{names}, {', '.join(_BAD)}, _derived, _carrier, _times"
    return f"SELECT {every} FROM own_lines UNION ALL SELECT {every} FROM component_lines"


def _refuse_cycles(backend: Backend, source: Source) -> None:
    """Strip products whose components are all stripped; what is left holds a cycle."""
    pairs = backend.fetch("SELECT root, component FROM edges GROUP BY root, component")
    wants: dict[object, set[object]] = {}
    used_by: dict[object, set[object]] = {}
    for root, component in zip(pairs.column("root").to_pylist(), pairs.column("component").to_pylist(), strict=True):
        wants.setdefault(root, set()).add(component)
        used_by.setdefault(component, set()).add(root)
    ready = [component for component in used_by if component not in wants]
    while ready:
        done = ready.pop()
        for root in used_by.get(done, ()):
            wants[root].discard(done)
            if not wants[root]:
                del wants[root]
                ready.append(root)
    if wants:
        seen: list[object] = []
        node = min(wants, key=str)
        while node not in seen:
            seen.append(node)
            node = min((c for c in wants[node] if c in wants), key=str)
        cycle = [*seen[seen.index(node) :], node]
        raise CycleError(source.name, tuple(map(str, cycle)))
