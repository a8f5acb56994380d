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
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import connection, transaction
from django.utils import timezone

from leafmark.engine import tables
from leafmark.engine.run import Run
from leafmark.products import get_scheme, grade_catalogue
from leafmark.products.benchmarks import read_table
from leafmark.products.catalogue_file import whole_table
from leafmark.products.grids import grids_of_run
from leafmark.products.gtin import gtin14
from leafmark.products.markets import markets
from leafmark.products.method_named import method_named
from leafmark.products.run_products import open_products, with_cut_off
from leafmark.products.saving_from_run import Reference, savings_from_run
from leafmark.products.words import LANGS
from leafmark.web.shelf import models
from leafmark.web.shelf.averages import recount
from leafmark.web.shelf.channel import admit
from leafmark.web.shelf.labels import SCHEME

ROWS = 2_000
LEFT_OUT = frozenset({"product_id", "brand", "sector", "gtin"})
"""Of a catalogue's row: what the shelf has columns for."""

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
  (product_id, number, published_at, made_on, run_id, state, co2e_ug, "row", catalogue, evidence, saving)
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
    """What became of a run's products."""

    products: int
    published: int
    unchanged: int
    unlabelled: int


def slug_of(text: str) -> str:
    """A text as part of an address: letters and digits of any script, small, with hyphens."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    slug = re.sub(r"[^\w]+", "-", folded).strip("-_")
    return slug[:80] or hashlib.sha256(text.encode()).hexdigest()[:12]


def fill(
    run: Path, catalogue: Path, on_date: dt.date, *, workspace: Path, evidence: Mapping[str, Any] | None = None,
    benchmark: Path | None = None, savings: Mapping[str, Any] | None = None, progress: Progress | None = None,
) -> Filled:  # fmt: skip
    """Publish the products of a run that have a row in the catalogue.

    Parameters
    ----------
    catalogue : as docs/labels.md says, with `brand` and `sector` besides.
    on_date : day of the labels.
    workspace : the run's folder is kept relative to it, if it lies there.
    evidence : by product id, pieces of evidence as plain values.
    benchmark : a frozen table that the labels are compared with, where their basis is that of one of its rows.
    savings : by product id, the `reference` model of its saving in use, another product of the run, and `why`.

    Raises
    ------
    RunError, ValueError : the run or the catalogue cannot be used.
    """
    finished, path = open_products(run)
    shelf = whole_table(catalogue)
    record = finished.record
    method = method_named(record["method"])
    products = with_cut_off(finished, tables.read(path), shelf)
    graded = grade_catalogue(
        products, shelf, get_scheme(SCHEME), method_version=f"{method.id}@{method.version}",
        gwp_set=str(record["gwp"]), on_date=on_date,
    )  # fmt: skip
    panels = _panels(run, shelf, savings or {})
    folder = finished.path.resolve()
    inside = folder.is_relative_to(workspace.resolve())
    with transaction.atomic():
        kept, _ = models.Run.objects.update_or_create(
            run_id=finished.id,
            defaults={
                "folder": str(folder.relative_to(workspace.resolve()) if inside else folder),
                "method": asdict(method), "gwp_set": str(record["gwp"]), "known_on": record["known_on"],
                "vintage": ", ".join(f"{pack['id']} {pack['version']}" for pack in record["packs"]),
                "benchmark": None if benchmark is None else _kept_table(benchmark),
            },
        )  # fmt: skip
        _keep_grids(finished, kept)
        writing = _Writing(kept, on_date, evidence or {}, panels)
        about = {str(row["product_id"]): row for row in shelf.to_pylist()}
        states = graded.column("state").to_pylist()
        for first in range(0, products.num_rows, ROWS):
            part = products.slice(first, ROWS).to_pylist()
            writing.add(zip(part, states[first : first + ROWS], strict=False), about)
            if progress:
                progress(min(first + ROWS, products.num_rows), products.num_rows, "products published")
        with connection.cursor() as cursor:
            cursor.execute(SHOW_NEWEST, [kept.pk])
        registered = models.Product.objects.filter(
            publications__run=kept, publications__evidence__isnull=False
        ).distinct()
        admit(registered.select_related("category", "current__run"))
        if "purpose" in shelf.column_names:
            recount(
                models.Category.objects.filter(products__publications__run=kept).values_list("pk", flat=True).distinct()
            )
    return Filled(products.num_rows, writing.published, writing.unchanged, writing.unlabelled)


def _kept_table(path: Path) -> models.FrozenTable:
    """A frozen table of a file, kept with the labels that rest on it."""
    table = read_table(path)
    body = json.loads(path.read_text(encoding="utf-8"))
    return models.FrozenTable.objects.get_or_create(sha256=table.sha256, defaults={"body": body})[0]


def _keep_grids(finished: Run, kept: models.Run) -> None:
    """The grids of all markets, as the run would have met them."""
    found = grids_of_run(finished, sorted({each.grid for each in markets().values() if each.grid}))
    models.MarketGrid.objects.filter(run=kept).delete()
    models.MarketGrid.objects.bulk_create(models.MarketGrid(run=kept, **asdict(each)) for each in found.values())


def _panels(run: Path, shelf: pa.Table, savings: Mapping[str, Any]) -> dict[str, Any]:
    """The savings in use as plain values, by product id."""
    if not savings:
        return {}
    about = {str(row["product_id"]): row for row in shelf.to_pylist()}
    asked = {name: Reference(each["reference"], each.get("why", "")) for name, each in savings.items()}
    return {name: asdict(panel) for name, panel in savings_from_run(run, asked, about).items()}


class _Writing:
    """Brands, categories and publications of one run on their way into the database."""

    def __init__(
        self, run: models.Run, on_date: dt.date, evidence: Mapping[str, Any], savings: Mapping[str, Any]
    ) -> None:
        self.run, self.on_date, self.evidence, self.savings = run, on_date, evidence, savings
        self.brands = {each.slug: each for each in models.Brand.objects.all()}
        self.categories = {each.key: each for each in models.Category.objects.all()}
        self.published = self.unchanged = self.unlabelled = 0

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
            rest = {name: value for name, value in each.items() if name not in LEFT_OUT}
            beside = [
                each if each is None else _json(each) for each in (self.evidence.get(key[1]), self.savings.get(key[1]))
            ]
            made = (state, row["co2e_ug"], _json(row), _json(rest), *beside)
            if last and _same(last, self.run, made):
                self.unchanged += 1
            else:
                number = last.number + 1 if last else 1
                new.append((pk, number, now, self.on_date.isoformat(), self.run.pk, *made))
        with connection.cursor() as cursor:
            cursor.executemany(PUBLISH, new)
        self.published += len(new)

    def _name(self, keys: list[tuple[int, str]], about: list[Mapping[str, Any]]) -> None:
        """Put new products on the shelf, and what the catalogue says now of known ones."""
        rows = [
            (*key, gtin14(each.get("gtin")), self._category(each).pk, str(_text(each.get("name")) or key[1])[:300])
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
        shown = models.Publication.objects.in_bulk([current for *_, current in rows if current is not None])
        return {(brand, name): (pk, shown.get(current)) for brand, name, pk, current in rows}

    def _brand(self, row: Mapping[str, Any]) -> models.Brand:
        name = str(row.get("brand") or row.get("trader") or "Not named")[:120]
        slug = slug_of(name)
        if slug not in self.brands:
            self.brands[slug] = models.Brand.objects.create(slug=slug, name=name)
        return self.brands[slug]

    def _category(self, row: Mapping[str, Any]) -> models.Category:
        key = str(row.get("category") or "other")[:120]
        if key not in self.categories:
            sector = str(row.get("sector") or "other").replace(" ", "_")
            named = row.get("category_name")
            names = named if isinstance(named, dict) else dict.fromkeys(LANGS, str(named or _readable(key)))
            self.categories[key] = models.Category.objects.create(
                key=key, slug=self._free_slug(key), sector=sector if sector in models.SECTORS else "other", names=names
            )
        return self.categories[key]

    def _free_slug(self, key: str) -> str:
        slug = slug_of(key)
        taken = {each.slug for each in self.categories.values()}
        return slug if slug not in taken else f"{slug}-{hashlib.sha256(key.encode()).hexdigest()[:6]}"


def _readable(key: str) -> str:
    """A category's key as words: `FRZN ICE` in capitals is hard to read."""
    return key.capitalize() if key.isupper() else key


def _same(last: models.Publication, run: models.Run, made: tuple[Any, ...]) -> bool:
    state, co2e_ug, *told = made
    return (last.run_id, last.state, last.co2e_ug) == (run.pk, state, co2e_ug) and (
        [last.row, last.catalogue, last.evidence, last.saving]
        == [None if each is None else json.loads(each) for each in told]
    )


def _json(values: Any) -> str:
    """Values as JSON, a row's missing ones left out."""
    kept = {name: value for name, value in values.items() if value is not None} if isinstance(values, dict) else values
    return json.dumps(kept, ensure_ascii=False, default=lambda value: value.isoformat())


def _text(words: Any) -> str | None:
    return next(iter(words.values()), None) if isinstance(words, dict) else words
