"""Lines of an inventory behind a figure, a page at a time, the largest first, each with what its run calls its activities."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from django.http import QueryDict

from leafmark.engine import memory_database
from leafmark.engine.inputs import quote
from leafmark.engine.recount import recipe_of

PAGE: Final = 50
TEXT_MAX: Final = 200
KINDS: Final = ("scope", "category", "entity", "site", "outside", "factor")
_COLUMNS: Final = {"entity": "entity_id", "site": "site_id", "outside": "outside", "factor": "factor_id"}
_SHOWN: Final = (
    "entity_id", "site_id", "template", "month", "origin", "scope", "category", "statement", "outside", "run_id", "method_id",
    "method_version", "factor_id", "unit", "amount", "activities", "co2e_ug", "low_ug", "high_ug",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """Conditions that all hold: the scope and category as numbers, the others as text."""

    scope: int | None = None
    category: int | None = None
    texts: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, given: QueryDict) -> Asked | None:
        """What an address bar asks for; None where it asks for no lines that can be."""
        numbers: dict[str, int | None] = {}
        for name, most in (("scope", 3), ("category", 15)):
            value = given.get(name, "")
            if value and not (value.isascii() and value.isdecimal() and 1 <= int(value[:4]) <= most):
                return None
            numbers[name] = int(value) if value else None
        texts = tuple((name, given[name]) for name in KINDS[2:] if name in given)
        if any(len(text) > TEXT_MAX for _, text in texts):
            return None
        return cls(numbers["scope"], numbers["category"], texts)

    def query(self, **more: str | int) -> str:
        """These conditions and more of them as an address bar has them."""
        numbers = {
            name: value for name, value in (("scope", self.scope), ("category", self.category)) if value is not None
        }
        return urlencode({**numbers, **dict(self.texts), **more})


class Lines:
    """The lines that conditions hold for, as a paginator wants them. Nothing is kept between questions."""

    def __init__(self, folder: Path, asked: Asked) -> None:
        self._folder = folder
        conditions: list[tuple[str, Any]] = [(_COLUMNS[name], text) for name, text in asked.texts]
        conditions += [
            (name, value) for name, value in (("scope", asked.scope), ("category", asked.category)) if value is not None
        ]
        self._where = " AND ".join([f"{column} = ?" for column, _ in conditions] or ["TRUE"])
        if not any(name == "outside" for name, _ in asked.texts):
            self._where += " AND outside IS NULL"
        self._values = [value for _, value in conditions]
        count, location, market, one = self._ask(
            "COUNT(*), SUM(co2e_ug) FILTER (statement <> 'market')::HUGEINT, SUM(co2e_ug) FILTER (statement <> 'location')::HUGEINT, "
            "COUNT(DISTINCT statement)"
        )[0]  # fmt: skip
        self.count, self.by = count, {"location": int(location or 0), "market": int(market or 0)}
        self.one_statement = one <= 1

    def _ask(self, columns: str, rest: str = "") -> list[tuple[Any, ...]]:
        with memory_database.connect() as connection:
            scan = f"read_parquet({quote(str(self._folder / 'lines.parquet'))})"
            return connection.execute(
                f"SELECT {columns} FROM {scan} WHERE {self._where} {rest}", self._values
            ).fetchall()

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, places: slice) -> list[dict[str, Any]]:
        order = "ORDER BY ABS(co2e_ug::HUGEINT) DESC, factor_id, site_id, month, statement, origin"
        rows = self._ask(", ".join(_SHOWN), f"{order} LIMIT {places.stop - places.start} OFFSET {places.start}")
        found = [dict(zip(_SHOWN, row, strict=True)) for row in rows]
        groups = self._groups(found)
        return [
            {**line, "factors": recipe_of(line["factor_id"]), "subjects": groups.get(_key(line), [])} for line in found
        ]

    def _groups(self, lines: list[dict[str, Any]]) -> dict[tuple[Any, ...], list[str]]:
        """The groups of activities that lines were made of, as their runs call them."""
        path = self._folder / "groups.parquet"
        sites = sorted({line["site_id"] for line in lines})
        if not path.is_file() or not sites:
            return {}
        with memory_database.connect() as connection:
            rows = connection.execute(
                f"SELECT template, entity_id, site_id, month, origin, group_id FROM read_parquet({quote(str(path))}) "
                "WHERE list_contains(?, site_id) ORDER BY group_id", [sites],
            ).fetchall()  # fmt: skip
        found: dict[tuple[Any, ...], list[str]] = {}
        for *key, group in rows:
            found.setdefault(tuple(key), []).append(group)
        return found


def _key(line: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(line[name] for name in ("template", "entity_id", "site_id", "month", "origin"))


def sites_of(folder: Path, scope: int, category: int | None) -> list[tuple[str, str, int, int, int]]:
    """Entity, site, micrograms by location and by market, and lines, of a scope or category; the largest first."""
    with memory_database.connect() as connection:
        return connection.execute(
            f"""SELECT entity_id, site_id, COALESCE(SUM(co2e_ug) FILTER (statement <> 'market'), 0)::HUGEINT AS location,
                  COALESCE(SUM(co2e_ug) FILTER (statement <> 'location'), 0)::HUGEINT AS market, COUNT(*)
                FROM read_parquet({quote(str(folder / "lines.parquet"))}) WHERE outside IS NULL AND scope = ? AND category IS NOT DISTINCT FROM ?
                GROUP BY ALL ORDER BY ABS(location) DESC, ABS(market) DESC, entity_id, site_id""",
            [scope, category],
        ).fetchall()
