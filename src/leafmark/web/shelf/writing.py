"""Brands, categories and publications of one run on their way into the database, by plain SQL: the ORM takes five times as long."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection
from django.utils import timezone

from leafmark.products.gtin import gtin14
from leafmark.web.shelf import gtins, models
from leafmark.web.shelf.figures import Figures, as_json, category_of, kept_of, name_of

CLASHES_NAMED = 10

NAME = """
INSERT INTO shelf_product (brand_id, product_id, gtin, category_id, name) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (brand_id, product_id) DO UPDATE SET gtin = excluded.gtin, category_id = excluded.category_id, name = excluded.name
"""
KNOWN = """
SELECT p.brand_id, p.product_id, p.id, u.number, u.run_id, u.grading_id, u.state, u.letter, u.co2e_ug, u."row", u.catalogue, u.evidence, u.saving
FROM (VALUES {pairs}) AS asked JOIN shelf_product p ON p.brand_id = asked.column1 AND p.product_id = asked.column2
LEFT JOIN shelf_publication u ON u.id = p.current_id
"""
CATEGORIES = """
SELECT DISTINCT p.category_id
FROM (VALUES {pairs}) AS asked JOIN shelf_product p ON p.brand_id = asked.column1 AND p.product_id = asked.column2
"""
"""By pairs: to ask for brands and ids apart would look for each of one with each of the other."""
PUBLISH = """
INSERT INTO shelf_publication
  (product_id, number, published_at, published_by_id, made_on, run_id, grading_id, state, letter, co2e_ug, "row", catalogue, evidence, saving)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
SHOW_NEWEST = """
UPDATE shelf_product SET current_id = p.id, state = p.state, co2e_ug = p.co2e_ug
FROM shelf_publication p
WHERE p.product_id = shelf_product.id AND p.run_id = %s
  AND p.number = (SELECT max(number) FROM shelf_publication WHERE product_id = shelf_product.id)
"""
"""What is shown in lists stands on the product too, so that a list is one walk of an index."""


@dataclass(frozen=True)
class Beside:
    """What is published beside some products' figures, as plain values by product id."""

    evidence: Mapping[str, Any]
    savings: Mapping[str, Any]

    def of(self, product_id: str) -> list[str | None]:
        """Evidence and saving of a product as JSON, each None where there is none."""
        found = (self.evidence.get(product_id), self.savings.get(product_id))
        return [None if each is None else as_json(each) for each in found]


@lru_cache(maxsize=4_096)
def slug_of(text: str) -> str:
    """A text as part of an address: letters and digits of any script, small, with hyphens."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    slug = re.sub(r"[^\w]+", "-", folded).strip("-_")
    return slug[:80] or hashlib.sha256(text.encode()).hexdigest()[:12]


class Writing:
    """One run's rows, a part after the other, within the caller's transaction.

    `changed`: products with a new publication, by number. `touched`: categories that the run's products are in now or were in.
    """

    def __init__(
        self, run: models.Run, on_date: dt.date, beside: Beside, grading: str | None, brand: models.Brand | None = None, by: Any = None
    ) -> None:  # fmt: skip
        self.run, self.on_date, self.beside, self.grading, self.brand = run, on_date, beside, grading, brand
        self.by = None if by is None else by.pk
        self.brands = {each.slug: each for each in models.Brand.objects.all()}
        self.categories = {each.key: each for each in models.Category.objects.all()}
        self.made_by = {run.pk: _made_by(run)}
        self.gtins: dict[gtins.Key, str | None] = {}
        self.touched: set[int] = set()
        self.changed: list[int] = []
        self.unchanged = self.unlabelled = 0

    def settle(self, found: Figures, about: Mapping[str, Mapping[str, Any]]) -> None:
        """Look at all GTINs before the first row is written: they may go from one product of the file to another.

        Raises
        ------
        ValueError : one is another product's.
        """
        named = ((each, about.get(each)) for each in map(str, found.products.column("product_id").to_pylist()))
        self.gtins = {(self._brand(row).pk, each): gtin14(row.get("gtin")) for each, row in named if row is not None}
        settled = gtins.settle(self.gtins)
        if settled.clashes:
            left = len(settled.clashes) - CLASHES_NAMED
            more = f"\n... and {left:,} more" if left > 0 else ""
            raise ValueError("\n".join(map(str, settled.clashes[:CLASHES_NAMED])) + more)
        gtins.free(settled.freed)

    def add(
        self, rows: Iterable[tuple[dict[str, Any], tuple[str, str | None]]], about: Mapping[str, Mapping[str, Any]]
    ) -> None:
        """Publish some products."""
        found = []
        for row, says in rows:
            catalogue = about.get(str(row["product_id"]))
            if catalogue is None:
                self.unlabelled += 1
                continue
            found.append((row, says, catalogue))
        if not found:
            return
        keys = [(self._brand(each).pk, str(row["product_id"])) for row, _, each in found]
        self.touched |= self._categories(keys)
        self._name(keys, [each for _, _, each in found])
        kept = self._kept(keys)
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        new = []
        for (row, (state, letter), each), key in zip(found, keys, strict=True):
            pk, last, run, grading, *before = kept[key]
            self.touched.add(self._category(each).pk)
            made = (state, letter, row["co2e_ug"], as_json(row), as_json(kept_of(each)), *self.beside.of(key[1]))
            by = self.grading if letter else None
            alike = grading == by and self.made_by.get(run) == self.made_by[self.run.pk]
            if last is not None and alike and _same(before, made):
                self.unchanged += 1
            else:
                new.append((pk, (last or 0) + 1, now, self.by, self.on_date.isoformat(), self.run.pk, by, *made))
        with connection.cursor() as cursor:
            cursor.executemany(PUBLISH, new)
        self.changed += [each[0] for each in new]

    def show(self) -> None:
        """Let the products show what was published of them last."""
        with connection.cursor() as cursor:
            cursor.execute(SHOW_NEWEST, [self.run.pk])

    def _name(self, keys: list[tuple[int, str]], about: list[Mapping[str, Any]]) -> None:
        """Put new products on the shelf, and what the catalogue says now of known ones."""
        rows = [
            (*key, self.gtins[key], self._category(each).pk, name_of(each, key[1]))
            for key, each in zip(keys, about, strict=True)
        ]
        with connection.cursor() as cursor:
            cursor.executemany(NAME, rows)

    def _kept(self, keys: list[tuple[int, str]]) -> dict[tuple[int, str], list[Any]]:
        """Of products that are on the shelf: their number, and their current publication from its number on."""
        found = {(brand, name): rest for brand, name, *rest in _asked(KNOWN, keys)}
        unread = {rest[2] for rest in found.values() if rest[2] is not None} - self.made_by.keys()
        self.made_by |= {each.pk: _made_by(each) for each in models.Run.objects.filter(pk__in=unread)}
        return found

    def _categories(self, keys: list[tuple[int, str]]) -> set[int]:
        """The categories that products of these are in before they are named."""
        return {category for (category,) in _asked(CATEGORIES, keys)}

    def _brand(self, row: Mapping[str, Any]) -> models.Brand:
        if self.brand is not None:
            return self.brand
        name = str(row.get("brand") or row.get("trader") or "Not named")[:120]
        slug = slug_of(name)
        if slug not in self.brands:
            self.brands[slug] = models.Brand.objects.create(slug=slug, name=name)
        return self.brands[slug]

    def _category(self, row: Mapping[str, Any]) -> models.Category:
        key, sector, names = category_of(row)
        if key not in self.categories:
            self.categories[key] = models.Category.objects.create(
                key=key, slug=self._free_slug(key), sector=sector if sector in models.SECTORS else "other", names=names
            )
        return self.categories[key]

    def _free_slug(self, key: str) -> str:
        slug = slug_of(key)
        taken = {each.slug for each in self.categories.values()}
        return slug if slug not in taken else f"{slug}-{hashlib.sha256(key.encode()).hexdigest()[:6]}"


def _asked(statement: str, keys: list[tuple[int, str]]) -> list[tuple[Any, ...]]:
    """What a statement says of products by brand and id."""
    pairs = ", ".join(["(%s, %s)"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(statement.format(pairs=pairs), [each for key in keys for each in key])
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _made_by(run: models.Run) -> tuple[Any, ...]:
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
