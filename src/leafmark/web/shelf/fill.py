"""A run's products onto the shelf: each is published, with the row of the run and of the catalogue it came with.

A product that is there already gets a next publication where its label would not be the same. Filling again changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction

from leafmark.products.benchmarks import BenchmarkTable, read_table, table_as_json
from leafmark.products.grids import grids_of_run
from leafmark.products.markets import markets
from leafmark.products.saving_from_run import Reference, savings_from_run
from leafmark.web.shelf import models
from leafmark.web.shelf.averages import recount
from leafmark.web.shelf.channel import admit
from leafmark.web.shelf.figures import Figures, Rules, figures
from leafmark.web.shelf.grading import current
from leafmark.web.shelf.staging import Beside, Staged, Staging, temporary_table
from leafmark.web.shelf.state import hold, say_changed
from leafmark.web.shelf.writing import ShelfMovedError, write

ROWS = 2_000
"""That are compared and laid down at a time; SQLite takes 32,766 values in a statement, a row has fifteen."""
TRIES = 5
"""How often products are compared with the shelf anew, where something else of them is published meanwhile."""

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
    published_by: Any = None, progress: Progress | None = None, rules: Rules = (), first: Callable[[], None] | None = None,
    last: Callable[[Filled], None] | None = None,
) -> Filled:  # fmt: skip
    """Publish the products of a run that have a row in the catalogue, all of them or none, graded by what counts now.

    Rows are compared with the shelf and laid aside first, while others read and write; one short transaction then publishes them.

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
    first, last : called in that transaction, before and after; what they raise publishes nothing.

    Raises
    ------
    RunError, ValueError : the run or the catalogue cannot be used, or a product has a GTIN that is another's.
    """
    table = None if benchmark is None else read_table(benchmark)
    moved: Exception | None = None
    for _ in range(TRIES):
        found = figures(run, catalogue, on_date, current(), rules)
        about = {str(row["product_id"]): row for row in found.catalogue.to_pylist()}
        beside = Beside(evidence or {}, _panels(run, about, savings or {}))
        of_run = {**found.of_run(), "folder": _folder(found.run.path, workspace)}
        mine = (of_run["method"], of_run["gwp_set"], of_run["vintage"], None if table is None else table.sha256)
        with temporary_table():
            staged = _staged(found, Staging(found, mine, about, beside, brand), progress)
            try:
                with transaction.atomic():
                    if hold() != found.by.sha256:
                        raise ShelfMovedError("labels are graded by something else by now")
                    if first is not None:
                        first()
                    kept = _kept_run(found, of_run, table)
                    changed, touched = write(staged, kept, on_date, published_by)
                    _follow(kept, touched, "purpose" in found.catalogue.column_names)
                    done = Filled(
                        found.products.num_rows, len(changed), staged.unchanged, staged.unlabelled, tuple(changed)
                    )
                    if last is not None:
                        last(done)
                    return done
            except (ShelfMovedError, IntegrityError) as error:
                moved = error
    raise ValueError(
        "the shelf kept changing while the products were prepared; nothing was published: try again"
    ) from moved


def _staged(found: Figures, staging: Staging, progress: Progress | None) -> Staged:
    """All rows in the temporary table."""
    says, whole = found.says, found.products.num_rows
    for first in range(0, whole, ROWS):
        part = found.products.slice(first, ROWS).to_pylist()
        staging.add(zip(part, says[first : first + ROWS], strict=True))
        if progress:
            progress(min(first + ROWS, whole), whole, "products prepared")
    return staging.done


def _kept_run(found: Figures, of_run: Mapping[str, Any], table: BenchmarkTable | None) -> models.Run:
    """The run as the shelf keeps it, with its frozen table, and the grids of all markets as it would have met them."""
    held = None
    if table is not None:
        held, _ = models.FrozenTable.objects.get_or_create(sha256=table.sha256, defaults={"body": table_as_json(table)})
    kept, _ = models.Run.objects.update_or_create(run_id=found.run.id, defaults={**of_run, "benchmark": held})
    grids = grids_of_run(found.run, sorted({each.grid for each in markets().values() if each.grid}))
    models.MarketGrid.objects.filter(run=kept).delete()
    models.MarketGrid.objects.bulk_create(models.MarketGrid(run=kept, **asdict(each)) for each in grids.values())
    return kept


def _follow(kept: models.Run, touched: Iterable[int], purposes: bool) -> None:
    """What follows from publications: who is in the channel, the averages of categories, the shelf's stamp."""
    registered = models.Product.objects.filter(publications__run=kept, publications__evidence__isnull=False).distinct()
    admit(registered.select_related("category", "current__run"))
    if purposes or models.CategoryAverage.objects.filter(category__in=touched).exists():
        recount(touched)
    say_changed()


def _folder(run: Path, workspace: Path) -> str:
    """A run's folder: below the workspace where it lies there."""
    folder, root = run.resolve(), workspace.resolve()
    return str(folder.relative_to(root) if folder.is_relative_to(root) else folder)


def _panels(run: Path, about: Mapping[str, Mapping[str, Any]], savings: Mapping[str, Any]) -> dict[str, Any]:
    """The savings in use as plain values, by product id."""
    if not savings:
        return {}
    asked = {name: Reference(each["reference"], each.get("why", "")) for name, each in savings.items()}
    return {name: asdict(panel) for name, panel in savings_from_run(run, asked, about).items()}
