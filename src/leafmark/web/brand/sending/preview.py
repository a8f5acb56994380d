"""The label that a draft's product would have: made of the draft's run and catalogue as the shelf would make it, with nothing stored."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.http import Http404

from leafmark.engine import tables
from leafmark.engine.run import RunError, open_run
from leafmark.products import LabelData
from leafmark.products.gtin import gtin14
from leafmark.web.brand.models import Draft
from leafmark.web.brand.sending.pins import folder_of
from leafmark.web.operate.rules.known import frozen_rules
from leafmark.web.shelf import models
from leafmark.web.shelf.figures import as_json, category_of, figures_of, kept_of, name_of
from leafmark.web.shelf.grading import grader
from leafmark.web.shelf.labels import label_of


def label_of_draft(draft: Draft, product_id: str) -> LabelData:
    """The label of a product of a draft.

    Raises
    ------
    Http404 : the draft would publish no such product, or its files are gone or damaged.
    """
    folder = folder_of(draft)
    try:
        about = pq.read_table(folder / "catalogue.parquet", filters=[("product_id", "==", product_id)])
        if not about.num_rows:
            raise Http404(f"no product {product_id} in draft {draft.pk}")
        return _label(draft, folder, about)
    except (RunError, OSError, pa.ArrowInvalid) as error:
        raise Http404(f"draft {draft.pk} has no files") from error


def _label(draft: Draft, folder: Path, about: pa.Table) -> LabelData:
    row = about.to_pylist()[0]
    run = open_run(folder / "run")
    files = tables.parts(folder / "run" / "products.parquet")
    found = figures_of(
        run,
        pq.read_table(files, filters=[("product_id", "==", row["product_id"])]),
        about,
        draft.on_date,
        grader(draft.counts["pins"].get("grading")),
        frozen_rules(),
    )
    (of_product,) = found.products.to_pylist()
    key, sector, names = category_of(row)
    product = models.Product(
        brand=draft.brand, product_id=row["product_id"], gtin=gtin14(row["gtin"]), name=name_of(row, row["product_id"]),
        category=models.Category(key=key, sector=sector, names=names),
    )  # fmt: skip
    ((state, letter),) = found.says
    publication = models.Publication(
        product=product, made_on=draft.on_date, run=models.Run(run_id=run.id, **found.of_run()), state=state, letter=letter,
        grading_id=found.by.sha256,
        co2e_ug=of_product["co2e_ug"], row=json.loads(as_json(of_product)), catalogue=json.loads(as_json(kept_of(row))),
    )  # fmt: skip
    return label_of(product, publication, settings.WORKSPACE.origin)
