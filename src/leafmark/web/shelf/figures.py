"""A run's products and their rows of the catalogue, graded: what is published, and what a draft shows before it is."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leafmark.engine import tables
from leafmark.engine.run import Run
from leafmark.engine.sentences import LANGS
from leafmark.methods.category_rules import CategoryRules
from leafmark.products import Method, grade_catalogue
from leafmark.products.catalogue_file import whole_table
from leafmark.products.method_named import method_named
from leafmark.products.run_products import open_products, with_cut_off
from leafmark.web.shelf.grading import Grader, grader

LEFT_OUT = frozenset({"product_id", "brand", "sector", "gtin"})
"""Of a catalogue's row: what the shelf has columns for."""
ENCODE = json.JSONEncoder(ensure_ascii=False, default=lambda value: value.isoformat()).encode
"""Days as ISO 8601. One encoder for all rows: `json.dumps` would make one for each."""
KEY_MAX, NAME_MAX = 120, 300
"""Characters of a category's key and of a product's name on the shelf."""

Rules = Collection[CategoryRules]


@dataclass(frozen=True)
class Figures:
    """Rows of products in the run's order; `graded` says the state, letter and reason of each, `by` what graded them."""

    run: Run
    method: Method
    products: pa.Table
    catalogue: pa.Table
    graded: pa.Table
    by: Grader

    @property
    def says(self) -> list[tuple[str, str | None]]:
        """Each product's state and letter."""
        return list(zip(*(self.graded.column(name).to_pylist() for name in ("state", "letter")), strict=True))

    def of_run(self) -> dict[str, Any]:
        """What a label says of the run: fields of `models.Run`."""
        record = self.run.record
        vintage = ", ".join(f"{pack['id']} {pack['version']}" for pack in record["packs"])
        return {
            "method": asdict(self.method),
            "gwp_set": str(record["gwp"]),
            "known_on": record["known_on"],
            "vintage": vintage,
        }


def figures(run: Path, catalogue: Path | pa.Table, on_date: dt.date, by: Grader, rules: Rules = ()) -> Figures:
    """Read a finished run with its catalogue, and grade it. `rules`: category rules beside those of the library, for their cut-offs.

    Raises
    ------
    RunError, ValueError : the run or the catalogue cannot be used.
    """
    finished, path = open_products(run)
    about = catalogue if isinstance(catalogue, pa.Table) else whole_table(catalogue)
    return figures_of(finished, tables.read(path), about, on_date, by, rules)


def figures_of(
    finished: Run, rows: pa.Table, about: pa.Table, on_date: dt.date, by: Grader, rules: Rules = ()
) -> Figures:
    """Some rows of a run's products with their catalogue. Rules and errors as in `figures`."""
    method = method_named(finished.record["method"])
    products = with_cut_off(finished, rows, about, rules)

    def graded_by(judge: Grader) -> pa.Table:
        return grade_catalogue(
            products, about, judge.scheme, method_version=f"{method.id}@{method.version}", gwp_set=str(finished.record["gwp"]),
            on_date=on_date, benchmarks=judge.table, evidence=judge.evidence,
        )  # fmt: skip

    graded = graded_by(grader(None))
    if by.sha256 is not None:
        graded = _with_letters(graded, graded_by(by))
    return Figures(finished, method, products, about, graded, by)


def _with_letters(declared: pa.Table, judged: pa.Table) -> pa.Table:
    """What labels declare, and a letter where a scheme gives one: what it does not speak of declares, as without it."""
    letter = judged.column("letter").cast(pa.string())
    has = pc.is_valid(letter)
    found = declared.set_column(declared.column_names.index("letter"), "letter", letter)
    for name in ("state", "reason", "detail"):
        either = pc.if_else(has, *(each.column(name).cast(pa.string()) for each in (judged, declared)))
        found = found.set_column(found.column_names.index(name), name, either)
    return found


def kept_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """A catalogue's row as a publication keeps it."""
    return {name: _texts(value) for name, value in row.items() if name not in LEFT_OUT}


def name_of(row: Mapping[str, Any], product_id: str) -> str:
    """A product's name in lists: the first of its names, or its id."""
    named = _texts(row.get("name"))
    first = next(iter(named.values()), None) if isinstance(named, dict) else named
    return str(first or product_id)[:NAME_MAX]


def category_of(row: Mapping[str, Any]) -> tuple[str, str, dict[str, str]]:
    """Key, sector and names of a product's category."""
    key = str(row.get("category") or "other")[:KEY_MAX]
    sector = str(row.get("sector") or "other").replace(" ", "_")
    named = _texts(row.get("category_name"))
    names = named if isinstance(named, dict) else dict.fromkeys(LANGS, str(named or _readable(key)))
    return key, sector, names


def as_json(values: Any) -> str:
    """Values as JSON, a row's missing ones left out."""
    kept = {name: value for name, value in values.items() if value is not None} if isinstance(values, dict) else values
    return ENCODE(kept)


def _texts(value: Any) -> Any:
    """A text, or a table of texts without the languages that it lacks; None where it has none."""
    if not isinstance(value, dict):
        return value
    return {name: each for name, each in value.items() if each is not None} or None


def _readable(key: str) -> str:
    """A category's key as words: `FRZN ICE` in capitals is hard to read."""
    return key.capitalize() if key.isupper() else key
