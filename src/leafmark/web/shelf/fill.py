"""A run's products onto the shelf: each is published, with the row of the run and of the catalogue it came with.

A product that is there already gets a next publication where its rows are not the same. Filling again changes nothing.
Rows go in by plain SQL: the ORM takes five times as long.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from leafmark.products.gtin import gtin14
from leafmark.web.shelf import gtins, models
from leafmark.web.shelf.channel import admit
from leafmark.web.shelf.figures import Figures, as_json, category_of, figures, kept_of, name_of

ROWS = 2_000
CLASHES_NAMED = 10

NAME = """
INSERT INTO shelf_product (brand_id, product_id, gtin, category_id, name) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (brand_id, product_id) DO UPDATE SET gtin = excluded.gtin, category_id = excluded.category_id, name = excluded.name
"""
KNOWN = """
SELECT p.brand_id, p.product_id, p.id, p.current_id FROM (VALUES {pairs}) AS asked
JOIN shelf_product p ON p.brand_id = asked.column1 AND p.product_id = asked.column2
"""
"""By pairs: to ask for brands and ids apart would look for each of one with each of the other."""
PUBLISH = """
INSERT INTO shelf_publication
  (product_id, number, published_at, published_by_id, made_on, run_id, state, co2e_ug, "row", catalogue, evidence)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
SHOW_NEWEST = """
UPDATE shelf_product SET current_id = p.id, state = p.state, co2e_ug = p.co2e_ug
FROM shelf_publication p
WHERE p.product_id = shelf_product.id AND p.run_id = %s
  AND p.number = (SELECT max(number) FROM shelf_publication WHERE product_id = shelf_product.id)
"""
"""What is shown in lists stands on the product too, so that a list is one walk of an index."""

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Filled:
    """What became of a run's products; `changed`: numbers of those that have a new publication."""

    products: int
    published: int
    unchanged: int
    unlabelled: int
    changed: tuple[int, ...] = ()


def slug_of(text: str) -> str:
    """A text as part of an address: letters and digits of any script, small, with hyphens."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    slug = re.sub(r"[^\w]+", "-", folded).strip("-_")
    return slug[:80] or hashlib.sha256(text.encode()).hexdigest()[:12]


def fill(
    run: Path, catalogue: Path, on_date: dt.date, *, workspace: Path, evidence: Mapping[str, Any] | None = None,
    progress: Progress | None = None, brand: models.Brand | None = None, published_by: Any = None,
) -> Filled:  # fmt: skip
    """Publish the products of a run that have a row in the catalogue, all of them or none.

    Parameters
    ----------
    catalogue : as docs/labels.md says, with `brand` and `sector` besides.
    on_date : day of the labels.
    workspace : the run's folder is kept relative to it, if it lies there.
    evidence : by product id, pieces of evidence as plain values.
    brand : whose products they are, whatever the catalogue says; else each row's `brand`.
    published_by : the user who publishes.

    Raises
    ------
    RunError, ValueError : the run or the catalogue cannot be used, or a product has a GTIN that is another's.
    """
    found = figures(run, catalogue, on_date)
    folder = found.run.path.resolve()
    inside = folder.is_relative_to(workspace.resolve())
    rows, whole = found.catalogue.to_pylist(), found.products.num_rows
    with transaction.atomic():
        kept, _ = models.Run.objects.update_or_create(
            run_id=found.run.id,
            defaults={"folder": str(folder.relative_to(workspace.resolve()) if inside else folder), **found.of_run()},
        )
        writing = _Writing(kept, on_date, evidence or {}, brand, published_by)
        about = {str(row["product_id"]): row for row in rows}
        writing.settle(found, about)
        states = found.states
        for first in range(0, whole, ROWS):
            part = found.products.slice(first, ROWS).to_pylist()
            writing.add(zip(part, states[first : first + ROWS], strict=False), about)
            if progress:
                progress(min(first + ROWS, whole), whole, "products published")
        with connection.cursor() as cursor:
            cursor.execute(SHOW_NEWEST, [kept.pk])
        registered = models.Product.objects.filter(
            publications__run=kept, publications__evidence__isnull=False
        ).distinct()
        admit(registered.select_related("category", "current__run"))
    return Filled(whole, len(writing.changed), writing.unchanged, writing.unlabelled, tuple(writing.changed))


class _Writing:
    """Brands, categories and publications of one run on their way into the database."""

    def __init__(
        self, run: models.Run, on_date: dt.date, evidence: Mapping[str, Any], brand: models.Brand | None, by: Any
    ) -> None:
        self.run, self.on_date, self.evidence, self.brand = run, on_date, evidence, brand
        self.by = None if by is None else by.pk
        self.brands = {each.slug: each for each in models.Brand.objects.all()}
        self.categories = {each.key: each for each in models.Category.objects.all()}
        self.gtins: dict[gtins.Key, str | None] = {}
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
            more = (
                f"\n... and {len(settled.clashes) - CLASHES_NAMED:,} more"
                if len(settled.clashes) > CLASHES_NAMED
                else ""
            )
            raise ValueError("\n".join(map(str, settled.clashes[:CLASHES_NAMED])) + more)
        gtins.free(settled.freed)

    def add(self, rows: Iterator[tuple[dict[str, Any], str]], about: Mapping[str, Mapping[str, Any]]) -> None:
        """Publish some products."""
        found = []
        for row, state in rows:
            catalogue = about.get(str(row["product_id"]))
            if catalogue is None:
                self.unlabelled += 1
                continue
            found.append((row, state, catalogue))
        if not found:
            return
        keys = [(self._brand(each).pk, str(row["product_id"])) for row, _, each in found]
        self._name(keys, [each for _, _, each in found])
        kept = self._kept(keys)
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        new = []
        for (row, state, each), key in zip(found, keys, strict=True):
            pk, last = kept[key]
            evidence = self.evidence.get(key[1])
            made = (
                state,
                row["co2e_ug"],
                as_json(row),
                as_json(kept_of(each)),
                None if evidence is None else as_json(evidence),
            )
            if last and _same(last, self.run, made):
                self.unchanged += 1
            else:
                number = last.number + 1 if last else 1
                new.append((pk, number, now, self.by, self.on_date.isoformat(), self.run.pk, *made))
        with connection.cursor() as cursor:
            cursor.executemany(PUBLISH, new)
        self.changed += [each[0] for each in new]

    def _name(self, keys: list[tuple[int, str]], about: list[Mapping[str, Any]]) -> None:
        """Put new products on the shelf, and what the catalogue says now of known ones."""
        rows = [
            (*key, self.gtins[key], self._category(each).pk, name_of(each, key[1]))
            for key, each in zip(keys, about, strict=True)
        ]
        with connection.cursor() as cursor:
            cursor.executemany(NAME, rows)

    def _kept(self, keys: list[tuple[int, str]]) -> dict[tuple[int, str], tuple[int, models.Publication | None]]:
        """Number and current publication of products that are on the shelf."""
        pairs = ", ".join(["(%s, %s)"] * len(keys))
        with connection.cursor() as cursor:
            cursor.execute(KNOWN.format(pairs=pairs), [each for key in keys for each in key])
            rows = cursor.fetchall()
        publications = models.Publication.objects.select_related("run")
        shown = publications.in_bulk([current for *_, current in rows if current is not None])
        return {(brand, name): (pk, shown.get(current)) for brand, name, pk, current in rows}

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


def _same(last: models.Publication, run: models.Run, made: tuple[Any, ...]) -> bool:
    """Whether a label made of these would be the one that is shown: of the same rows, made in the same way."""
    state, co2e_ug, row, catalogue, evidence = made
    of_run = [(each.method, each.gwp_set, each.vintage) for each in (last.run, run)]
    return (last.state, last.co2e_ug) == (state, co2e_ug) and of_run[0] == of_run[1] and (
        _figure(last.row) == _figure(json.loads(row))
        and last.catalogue == json.loads(catalogue)
        and last.evidence == (None if evidence is None else json.loads(evidence))
    )  # fmt: skip


def _figure(row: dict[str, Any]) -> dict[str, Any]:
    """A run's row without what is said of rejected lines where none was: it depends on the other products of the run."""
    return row if row.get("rejected_lines") else {name: each for name, each in row.items() if name != "within_cut_off"}
