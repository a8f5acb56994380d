"""A run's products onto the shelf: each is published, with the row of the run and of the catalogue it came with.

A product that is there already gets a next publication where its label would not be the same. Filling again changes nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from leafmark.engine.run import Run
from leafmark.products.benchmarks import read_table
from leafmark.products.grids import grids_of_run
from leafmark.products.markets import markets
from leafmark.products.saving_from_run import Reference, savings_from_run
from leafmark.web.shelf import models
from leafmark.web.shelf.averages import recount
from leafmark.web.shelf.channel import admit
from leafmark.web.shelf.figures import Rules, figures
from leafmark.web.shelf.writing import Beside, Writing

ROWS = 2_000

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Filled:
    """What became of a run's products. `changed`: numbers of those that have a new publication."""

    products: int
    published: int
    unchanged: int
    unlabelled: int
    changed: tuple[int, ...] = ()


def fill(
    run: Path, catalogue: Path, on_date: dt.date, *, workspace: Path, evidence: Mapping[str, Any] | None = None,
    benchmark: Path | None = None, savings: Mapping[str, Any] | None = None, brand: models.Brand | None = None,
    published_by: Any = None, progress: Progress | None = None, rules: Rules = (),
) -> Filled:  # fmt: skip
    """Publish the products of a run that have a row in the catalogue, all of them or none.

    Parameters
    ----------
    catalogue : as docs/labels.md says, with `brand` and `sector` besides.
    on_date : day of the labels.
    workspace : the run's folder is kept relative to it, if it lies there.
    evidence : by product id, pieces of evidence as plain values.
    benchmark : a frozen table that the labels are compared with, where their basis is that of one of its rows.
    savings : by product id, the `reference` model of its saving in use, another product of the run, and `why`.
    brand : whose products they are, whatever the catalogue says; else each row's `brand`.
    published_by : the user who publishes.
    rules : category rules beside those of the library, for their cut-offs.

    Raises
    ------
    RunError, ValueError : the run or the catalogue cannot be used, or a product has a GTIN that is another's.
    """
    found = figures(run, catalogue, on_date, rules)
    rows, whole = found.catalogue.to_pylist(), found.products.num_rows
    about = {str(row["product_id"]): row for row in rows}
    beside = Beside(evidence or {}, _panels(run, about, savings or {}))
    with transaction.atomic():
        kept, _ = models.Run.objects.update_or_create(
            run_id=found.run.id,
            defaults={
                "folder": _folder(found.run.path, workspace), **found.of_run(),
                "benchmark": None if benchmark is None else _kept_table(benchmark),
            },
        )  # fmt: skip
        _keep_grids(found.run, kept)
        writing = Writing(kept, on_date, beside, brand, published_by)
        writing.settle(found, about)
        states = found.states
        for first in range(0, whole, ROWS):
            part = found.products.slice(first, ROWS).to_pylist()
            writing.add(zip(part, states[first : first + ROWS], strict=False), about)
            if progress:
                progress(min(first + ROWS, whole), whole, "products published")
        writing.show()
        registered = models.Product.objects.filter(
            publications__run=kept, publications__evidence__isnull=False
        ).distinct()
        admit(registered.select_related("category", "current__run"))
        if "purpose" in found.catalogue.column_names:
            recount(
                models.Category.objects.filter(products__publications__run=kept).values_list("pk", flat=True).distinct()
            )
    return Filled(whole, len(writing.changed), writing.unchanged, writing.unlabelled, tuple(writing.changed))


def _folder(run: Path, workspace: Path) -> str:
    """A run's folder: below the workspace where it lies there."""
    folder, root = run.resolve(), workspace.resolve()
    return str(folder.relative_to(root) if folder.is_relative_to(root) else folder)


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


def _panels(run: Path, about: Mapping[str, Mapping[str, Any]], savings: Mapping[str, Any]) -> dict[str, Any]:
    """The savings in use as plain values, by product id."""
    if not savings:
        return {}
    asked = {name: Reference(each["reference"], each.get("why", "")) for name, each in savings.items()}
    return {name: asdict(panel) for name, panel in savings_from_run(run, asked, about).items()}
