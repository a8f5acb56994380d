"""A table of acts, opened and judged: which acts go on to which method, and why the others do not.

`Judged` holds the acts in DuckDB: `acts` with the terms of their day beside them, `sound` by method with its parameters, and
`refused` with a reason each. Every act of the table is in exactly one of `sound` and `refused`. An act is refused by the
first demand it does not meet; the good ones go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from leafmark.actions import lines
from leafmark.actions import terms as terms_of
from leafmark.actions.kinds import BY_ACTION, NO_METHOD
from leafmark.actions.parameters import Value, by_place
from leafmark.actions.table import COMMON, Demand, columns, common_demands, own_demands
from leafmark.engine.backends import DuckDB, told
from leafmark.engine.inputs import Source, identifier, open_input, quote
from leafmark.factors import regions, units
from leafmark.ledger import Catalogue
from leafmark.methods import Column, Method, method

_TYPES = {"id": "VARCHAR", "text": "VARCHAR", "float": "DOUBLE", "date": "DATE", "bool": "BOOLEAN"}
_BAD = ("_bad", "_bad_reason", "_bad_found", "_bad_expected")
REFUSED = ("file", "row", "activity_id", "programme", "action", "field", "reason", "found", "expected")
"""Columns of `rejected.parquet` of acts."""


class Judged:
    """Acts opened under a catalogue and parameters. Close it when done.

    Parameters
    ----------
    acts : a path, Arrow, pandas or polars with the columns of `docs/actions.md`.
    scratch : a folder for what does not fit into memory.

    Raises
    ------
    InputError : the table cannot be read. CatalogueError : the catalogue contradicts the acts.
    """

    def __init__(
        self, acts: Any, catalogue: Catalogue, parameters: Iterable[Value], scratch: Path, memory_limit: str = "2GB",
        threads: int | None = None,
    ) -> None:  # fmt: skip
        terms_of.check(catalogue)
        scratch.mkdir(parents=True, exist_ok=True)
        self.catalogue = catalogue
        self.source: Source = open_input(acts, columns(), scratch / "staging", "acts")
        self.backend = DuckDB(scratch / "spill", memory_limit, threads)
        self.connection = self.backend.connection
        self.methods: dict[str, Method] = {}
        try:
            with told():
                self._open(tuple(parameters))
                self._judge()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the connection."""
        self.backend.close()

    def keep(self, name: str, sql: str) -> None:
        """Compute a query once under a name."""
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {identifier(name)} AS {sql}")

    def view(self, name: str, sql: str) -> None:
        """Name a query without computing it: acts are wide, and each copy of them costs memory."""
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {identifier(name)} AS {sql}")

    def arrow(self, sql: str) -> pa.Table:
        """The result of a query."""
        with told():
            return self.connection.sql(sql).to_arrow_table()

    def write_lines(self, name: str, path: Path) -> int:
        """Write the lines of a method's acts that no run refused as Parquet, in the order of the acts; how many."""
        act = self.methods[name].act
        assert act is not None
        sql = (
            f"SELECT * FROM ({lines.lines(identifier(f'sound {name}'), act)}) "
            "WHERE act_id NOT IN (SELECT activity_id FROM refused_in_runs) ORDER BY act_id, term_no"
        )
        with told():
            self.connection.execute(f"COPY ({sql}) TO {quote(str(path))} (FORMAT parquet, COMPRESSION zstd)")
            found = self.connection.execute(f"SELECT count(*) FROM read_parquet({quote(str(path))})").fetchone()
        return int(found[0]) if found else 0

    def refuse(self, sql: str) -> None:
        """Add refused acts: rows of `REFUSED`."""
        self.connection.execute(f"INSERT INTO refused SELECT {', '.join(REFUSED)} FROM ({sql})")

    def _open(self, parameters: Sequence[Value]) -> None:
        """Give the database the acts and what is joined to them. Columns of a family that no act has are left out."""
        self.backend.source("acts_raw", self.source)
        have, common = self.source.columns, {each.name for each in COMMON}
        cells = [self._cell(each) for each in columns() if each.name in have or each.name in common]
        bad = [name if name in have else f"CAST(NULL AS VARCHAR) AS {name}" for name in _BAD]
        self.view("acts_given", f"SELECT {', '.join([*cells, *bad])}, _file, _row FROM acts_raw")
        self.backend.table("terms", _terms(self.catalogue))
        self.backend.table("unit_rates", _unit_rates(self._distinct("unit"), self.catalogue))
        places = self._distinct("region")
        self.backend.table("places", pa.table({
            "place": pa.array([place for place in places if regions.known(place)], pa.string())
        }))  # fmt: skip
        self.backend.table("parameter_values", by_place(parameters, places))
        rows = ", ".join(f"CAST(NULL AS {'BIGINT' if name == 'row' else 'VARCHAR'}) AS {name}" for name in REFUSED)
        self.keep("refused", f"SELECT * FROM (SELECT {rows}) WHERE FALSE")
        self.keep("refused_in_runs", "SELECT activity_id FROM refused")

    def _cell(self, column: Column) -> str:
        name = identifier(column.name)
        return f"CAST({name if column.name in self.source.columns else 'NULL'} AS {_TYPES[column.type]}) AS {name}"

    def _of_method(self, found: Method) -> str:
        """SQL of the sound acts of a method, with its columns alone and their amount in its unit."""
        assert found.act is not None
        own = {each.name for each in found.act.columns}
        others = [
            each.name for each in columns()[len(COMMON) :] if each.name in self.source.columns and each.name not in own
        ]
        lacking = [f", {self._cell(each)}" for each in found.act.columns if each.name not in self.source.columns]
        without = f" EXCLUDE ({', '.join(map(identifier, others))})" if others else ""
        return f"""(SELECT s.*{without} REPLACE (s.amount * u.per AS amount){"".join(lacking)} FROM sound AS s
            LEFT JOIN unit_rates AS u ON u.unit = s.unit AND u.target = {quote(found.act.unit)}
            WHERE s.method_id = {quote(found.name)})"""

    def _nth(self) -> str:
        """SQL of which of the acts of its id an act is; counting them costs a sort of all acts, so only if any repeats."""
        repeats = (
            "SELECT 1 FROM acts_given WHERE activity_id IS NOT NULL GROUP BY activity_id HAVING count(*) > 1 LIMIT 1"
        )
        if self.connection.execute(repeats).fetchone() is None:
            return "1"
        return "row_number() OVER (PARTITION BY activity_id ORDER BY _file, _row)"

    def _distinct(self, column: str) -> list[str]:
        found = self.connection.execute(
            f"SELECT DISTINCT {column} FROM acts_given WHERE {column} IS NOT NULL ORDER BY 1"
        )
        return [str(value) for (value,) in found.fetchall()]

    def _judge(self) -> None:
        programmes = sorted({each.programme for each in self.catalogue.actions})
        only = quote(programmes[0]) if len(programmes) == 1 else "NULL"
        self.view("acts", f"""
            WITH a AS (SELECT * REPLACE (coalesce(programme, {only}) AS programme), activity_id AS act_id,
                coalesce(region, 'WORLD') AS place,
                {self._nth()} AS nth FROM acts_given)
            SELECT a.*, t.method_id, t.unit AS ledger_unit, t.is_measure AS unit_is_measure, r.per AS per_ledger_unit,
              floor(a.amount * r.per + 1e-9) AS whole_quantity,
              CASE WHEN t.is_measure THEN floor(a.amount * r.per + 1e-9) ELSE a.amount * r.per END AS ledger_quantity,
              EXISTS (SELECT 1 FROM terms AS k WHERE k.programme = a.programme AND k.action = a.action) AS known_action,
              EXISTS (SELECT 1 FROM unit_rates AS u WHERE u.unit = a.unit) AS unit_known,
              a.region IS NULL OR EXISTS (SELECT 1 FROM places AS p WHERE p.place = a.region) AS place_known
            FROM a LEFT JOIN terms AS t ON t.programme = a.programme AND t.action = a.action
              AND a.date >= t.valid_from AND a.date < t.valid_to
            LEFT JOIN unit_rates AS r ON r.unit = a.unit AND r.target = t.unit""")  # fmt: skip
        self._split("acts", "sound", common_demands(len(programmes) > 1))
        for name in self._methods_asked():
            found = method(name)
            assert found.act is not None
            self.methods[name] = found
            self.view("with_parameters", lines.with_parameters(self._of_method(found), found.act))
            self._split("with_parameters", f"sound {name}", own_demands(found))
        self.view("sound none", f"SELECT * FROM sound WHERE method_id = {quote(NO_METHOD)}")

    def _methods_asked(self) -> list[str]:
        found = self.connection.execute(
            f"SELECT DISTINCT method_id FROM sound WHERE method_id <> {quote(NO_METHOD)} ORDER BY 1"
        )
        return [str(name) for (name,) in found.fetchall()]

    def _split(self, acts: str, sound: str, demands: Sequence[Demand]) -> None:
        """Those that meet all demands are `sound`; of the others the first demand not met goes to `refused`."""
        bad = (
            "CASE WHEN _bad IS NOT NULL THEN {'reason': _bad_reason, 'field': _bad, 'found': _bad_found, "
            "'expected': _bad_expected} END"
        )
        refusal = ", ".join([bad, *(each.refusal() for each in demands)])
        split = identifier(f"split {sound}")
        self.keep(f"split {sound}", f"SELECT *, coalesce({refusal}) AS refusal FROM {acts}")
        self.refuse(
            "SELECT _file AS file, _row AS row, activity_id, programme, action, refusal.field AS field, refusal.reason AS reason, "
            "left(refusal.found, 200) AS found, refusal.expected AS expected "
            f"FROM {split} WHERE refusal IS NOT NULL"
        )
        self.view(sound, f"SELECT * EXCLUDE (refusal) FROM {split} WHERE refusal IS NULL")


def _terms(catalogue: Catalogue) -> pa.Table:
    """What acts need of their terms, a row a version."""
    rows: list[dict[str, Any]] = [
        {"programme": each.programme, "action": each.action, "method_id": each.method_id, "unit": each.unit,
         "valid_from": each.valid_from, "valid_to": each.valid_to,
         "is_measure": units.dimension(BY_ACTION[each.action].unit) in ("length", "mass", "time")}
        for each in catalogue.actions
    ]  # fmt: skip
    kinds = {"valid_from": pa.date32(), "valid_to": pa.date32(), "is_measure": pa.bool_()}
    names = ("programme", "action", "method_id", "unit", "valid_from", "valid_to", "is_measure")
    return pa.table({name: pa.array([row[name] for row in rows], kinds.get(name, pa.string())) for name in names})


def _unit_rates(given: Sequence[str], catalogue: Catalogue) -> pa.Table:
    """(unit, target, per): how many of each unit wanted one of the acts' units is; no row where they do not convert."""
    wanted = {each.unit for each in catalogue.actions}
    wanted |= {kind.method.act.unit for kind in BY_ACTION.values() if kind.method and kind.method.act}
    rows: list[tuple[str, str, float]] = []
    for unit in given:
        if units.known(unit):
            fits = [each for each in sorted(wanted) if units.dimension(each) == units.dimension(unit)]
            rows += [(unit, each, units.factor_between(unit, each)) for each in fits]
            rows += [(unit, "", 1.0)] if not fits else []
    return pa.table({
        "unit": pa.array([row[0] for row in rows], pa.string()), "target": pa.array([row[1] for row in rows], pa.string()),
        "per": pa.array([row[2] for row in rows], pa.float64()),
    })  # fmt: skip
