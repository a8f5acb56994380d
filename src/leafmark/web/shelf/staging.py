"""One run's rows beside the shelf: compared with it, and laid into a temporary table, while everybody reads and writes on.

Half of publishing is this. Within one transaction it would hold SQLite's only write lock for as long: for minutes at half a million products.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from django.db import connection

from leafmark.products.gtin import gtin14
from leafmark.web.shelf import gtins, models
from leafmark.web.shelf.figures import Figures, as_json, category_of, kept_of, name_of

CLASHES_NAMED: Final = 10

COLUMNS: Final = {
    "brand": "BIGINT", "product_id": "VARCHAR(120)", "shown": "BIGINT", "category": "BIGINT", "gtin": "VARCHAR(14)",
    "name": "VARCHAR(300)", "number": "INTEGER", "grading": "VARCHAR(64)", "state": "VARCHAR(20)", "letter": "VARCHAR(8)",
    "co2e_ug": "BIGINT", "row": "{json}", "catalogue": "{json}", "evidence": "{json}", "saving": "{json}",
}  # fmt: skip
"""`brand`, `category`: number on the shelf, or the negative one of a new one. `shown`: the current publication, NULL where there is none.
`number`: of the publication to come, NULL where the label would be the same."""
JSON: Final = {"sqlite": "TEXT", "postgresql": "JSONB"}
KNOWN: Final = """
SELECT p.brand_id, p.product_id, p.category_id, u.id, u.number, u.run_id, u.grading_id, u.state, u.letter, u.co2e_ug, u."row", u.catalogue,
  u.evidence, u.saving
FROM (VALUES {pairs}) AS asked JOIN shelf_product p ON p.brand_id = asked.column1 AND p.product_id = asked.column2
LEFT JOIN shelf_publication u ON u.id = p.current_id
"""
"""By pairs: to ask for brands and ids apart would look for each of one with each of the other."""

MadeBy = tuple[Any, ...]
"""What a label says of the run it comes from: method, GWP set, vintage, hash of the frozen table."""


@dataclass(frozen=True)
class Beside:
    """What is published beside some products' figures, as plain values by product id."""

    evidence: Mapping[str, Any]
    savings: Mapping[str, Any]

    def of(self, product_id: str) -> list[str | None]:
        """Evidence and saving of a product as JSON, each None where there is none."""
        found = (self.evidence.get(product_id), self.savings.get(product_id))
        return [None if each is None else as_json(each) for each in found]


@dataclass
class Staged:
    """What lies in the temporary table, and what the shelf lacks for it.

    `brands`, `categories`: fields of new ones by their negative number. `touched`: categories that known products leave or stay in.
    `freed`: products that give their GTIN up.
    """

    brands: dict[int, dict[str, Any]] = field(default_factory=dict)
    categories: dict[int, dict[str, Any]] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)
    freed: list[int] = field(default_factory=list)
    unchanged: int = 0
    unlabelled: int = 0


@lru_cache(maxsize=4_096)
def slug_of(text: str) -> str:
    """A text as part of an address: letters and digits of any script, small, with hyphens."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    slug = re.sub(r"[^\w]+", "-", folded).strip("-_")
    return slug[:80] or hashlib.sha256(text.encode()).hexdigest()[:12]


@contextmanager
def temporary_table() -> Iterator[None]:
    """An empty `shelf_staged` of this connection. SQLite keeps it in a file of its own, whatever else is in memory."""
    sqlite = connection.vendor == "sqlite"
    columns = ", ".join(f'"{name}" {kind.format(json=JSON[connection.vendor])}' for name, kind in COLUMNS.items())
    with connection.cursor() as cursor:
        if sqlite and not connection.in_atomic_block:  # within a transaction it cannot be changed
            cursor.execute("PRAGMA temp_store = FILE")
        cursor.execute("DROP TABLE IF EXISTS shelf_staged")
        cursor.execute(f"CREATE TEMPORARY TABLE shelf_staged ({columns})")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("DROP TABLE shelf_staged")
                if sqlite and not connection.in_atomic_block:
                    cursor.execute("PRAGMA temp_store = MEMORY")


class Staging:
    """Rows of a run on their way into the temporary table, a part after the other."""

    def __init__(
        self, found: Figures, made_by: MadeBy, about: Mapping[str, Mapping[str, Any]], beside: Beside, brand: models.Brand | None
    ) -> None:  # fmt: skip
        self.about, self.beside, self.grading, self.brand, self.mine = about, beside, found.by.sha256, brand, made_by
        self.brands: dict[str, int] = dict(models.Brand.objects.values_list("slug", "pk"))
        self.categories: dict[str, int] = dict(models.Category.objects.values_list("key", "pk"))
        self.slugs = set(models.Category.objects.values_list("slug", flat=True))
        self.made_by: dict[int | None, MadeBy] = {}
        self.done = Staged()
        self.gtins = self._settled(found)

    def _settled(self, found: Figures) -> dict[gtins.Key, str | None]:
        """Look at all GTINs first: they may go from one product of the file to another.

        Raises
        ------
        ValueError : one is another product's.
        """
        named = ((each, self.about.get(each)) for each in map(str, found.products.column("product_id").to_pylist()))
        wanted = {(self._brand(row), each): gtin14(row.get("gtin")) for each, row in named if row is not None}
        settled = gtins.settle(wanted)
        if settled.clashes:
            left = len(settled.clashes) - CLASHES_NAMED
            more = f"\n... and {left:,} more" if left > 0 else ""
            raise ValueError("\n".join(map(str, settled.clashes[:CLASHES_NAMED])) + more)
        self.done.freed = settled.freed
        return wanted

    def add(self, rows: Iterable[tuple[dict[str, Any], tuple[str, str | None]]]) -> None:
        """Lay some products down; those without a row in the catalogue are counted."""
        found = []
        for row, says in rows:
            catalogue = self.about.get(str(row["product_id"]))
            if catalogue is None:
                self.done.unlabelled += 1
                continue
            found.append((row, says, catalogue))
        if not found:
            return
        keys = [(self._brand(each), str(row["product_id"])) for row, _, each in found]
        kept = self._known(keys)
        values: list[Any] = []
        for (row, (state, letter), each), key in zip(found, keys, strict=True):
            category, shown, last, run, grading, *before = kept.get(key, NOTHING)
            if category is not None:
                self.done.touched.add(category)
            made = (state, letter, row["co2e_ug"], as_json(row), as_json(kept_of(each)), *self.beside.of(key[1]))
            by = self.grading if letter else None
            same = shown is not None and (grading, self.made_by[run]) == (by, self.mine) and _same(before, made)
            self.done.unchanged += same
            number = None if same else (last or 0) + 1
            values += (*key, shown, self._category(each), self.gtins[key], name_of(each, key[1]), number, by, *made)
        _lay(values, len(found))

    def _known(self, keys: list[tuple[int, str]]) -> dict[tuple[int, str], list[Any]]:
        """Of products that are on the shelf: category and current publication."""
        asked = [key for key in keys if key[0] > 0]
        if not asked:
            return {}
        pairs = ", ".join(["(%s, %s)"] * len(asked))
        with connection.cursor() as cursor:
            cursor.execute(KNOWN.format(pairs=pairs), [each for key in asked for each in key])
            found = {(brand, name): rest for brand, name, *rest in cursor.fetchall()}
        unread = {rest[3] for rest in found.values() if rest[3] is not None} - self.made_by.keys()
        self.made_by |= {each.pk: made_by(each) for each in models.Run.objects.filter(pk__in=unread)}
        return found

    def _brand(self, row: Mapping[str, Any]) -> int:
        if self.brand is not None:
            return self.brand.pk
        name = str(row.get("brand") or row.get("trader") or "Not named")[:120]
        slug = slug_of(name)
        if slug not in self.brands:
            self.brands[slug] = -len(self.done.brands) - 1
            self.done.brands[self.brands[slug]] = {"slug": slug, "name": name}
        return self.brands[slug]

    def _category(self, row: Mapping[str, Any]) -> int:
        key, sector, names = category_of(row)
        if key not in self.categories:
            slug = slug_of(key)
            slug = slug if slug not in self.slugs else f"{slug}-{hashlib.sha256(key.encode()).hexdigest()[:6]}"
            self.slugs.add(slug)
            self.categories[key] = -len(self.done.categories) - 1
            sector = sector if sector in models.SECTORS else "other"
            self.done.categories[self.categories[key]] = {"key": key, "slug": slug, "sector": sector, "names": names}
        return self.categories[key]


NOTHING: Final = (None,) * 12
"""Of a product that is not on the shelf."""


def _lay(values: list[Any], rows: int) -> None:
    """Write rows into the temporary table in one statement: each would else be a transaction of its own."""
    marks = ", ".join([f"({', '.join(['%s'] * len(COLUMNS))})"] * rows)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO shelf_staged VALUES {marks}", values)


def made_by(run: models.Run) -> MadeBy:
    """What a label says of the run it comes from."""
    return run.method, run.gwp_set, run.vintage, run.benchmark_id


def _same(before: Sequence[Any], made: Sequence[Any]) -> bool:
    """Whether a label made of either is the same: state, letter, figure, and four texts of JSON, which a database may have written anew."""
    if tuple(before[:3]) != tuple(made[:3]):
        return False
    if tuple(before[3:]) == tuple(made[3:]):
        return True
    was, now = ([json.loads(each or "null") for each in side[3:]] for side in (before, made))
    return [_figure(was[0]), *was[1:]] == [_figure(now[0]), *now[1:]]


def _figure(row: dict[str, Any]) -> dict[str, Any]:
    """A run's row without what is said of rejected lines where none was: it depends on the other products of the run."""
    return row if row.get("rejected_lines") else {name: each for name, each in row.items() if name != "within_cut_off"}
