"""The job `calculate`: accepted rows and confirmed matches -> bill -> run -> catalogue, list of products, claims -> a draft.

A draft's folder is its own. The bill is written once, with the matches that stood then, so that a job that is run again calculates the
same; nothing of a draft is on the shelf.
"""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings

from leafmark import engine
from leafmark.engine.inputs import InputError
from leafmark.engine.run import RunError
from leafmark.products.imports import engine_bill
from leafmark.products.matching import confirmed_keys
from leafmark.web.brand.models import Draft, Upload
from leafmark.web.brand.sending import matching
from leafmark.web.brand.sending.claimed import claims_of
from leafmark.web.brand.sending.items import listed, written
from leafmark.web.brand.sending.packs import packs
from leafmark.web.brand.sending.pins import pins, shelf_now
from leafmark.web.jobs.start import JobFault, progress
from leafmark.web.operate.rules.known import frozen_rules
from leafmark.web.shelf.figures import figures
from leafmark.web.shelf.grading import current

OF_CATALOGUE: Final = (
    "product_id", "gtin", "category", "sector", "declared_unit", "functional_unit", "boundary", "category_rules", "lifetime_years",
    "use_region", "valid_until",
)  # fmt: skip
NAMES: Final = {"en": "name_en", "zh-Hant": "name_zh_hant", "zh-Hans": "name_zh_hans"}
STEPS: Final = ("bill", "figures", "shelf", "claims", "done")
"""What the job tells of itself; `sending.step.STEP` says it in words."""


def calculate_draft(upload: str, draft: str, by: int, on: str) -> dict[str, Any]:
    """Make a draft. Run again it gives the same draft.

    Raises
    ------
    JobFault : the lines cannot be calculated, such as products that contain each other.
    """
    found = Upload.objects.select_related("brand").get(pk=upload)
    there = Draft.objects.filter(pk=draft).first()
    try:
        made = there or _made(found, uuid.UUID(draft), by, dt.date.fromisoformat(on))
    except (InputError, RunError, ValueError) as error:
        Upload.objects.filter(pk=found.pk).update(state=Upload.CHECKED)
        raise JobFault(without_folders(str(error))) from error
    Upload.objects.filter(pk=found.pk).update(state=Upload.CALCULATED)
    return {"brand": found.brand.slug, "draft": str(made.pk)}


def _made(upload: Upload, draft: uuid.UUID, by: int, on: dt.date) -> Draft:
    folder = upload.folder / "drafts" / str(draft)
    folder.mkdir(parents=True, exist_ok=True)
    _step("bill")
    unmatched = _bill(upload, folder / "bill.parquet")
    _step("figures")
    run = engine.footprint(
        folder / "bill.parquet", out=folder / "run", pack=list(packs()), known_on=on, progress=_run_told
    )
    _step("shelf")
    before = shelf_now(upload.brand)
    products = pq.read_table(upload.folder / "products.parquet")
    found = figures(run.path, _catalogue(products, upload.brand.name), on, current(), frozen_rules())
    items, good = listed(found, upload.brand)
    pq.write_table(good, folder / "catalogue.parquet")
    counts = {
        **written(items, folder / "items.parquet"), "without_bill": products.num_rows - items.num_rows, "unmatched_lines": unmatched,
        "lines": run.record["lines_in"], "rejected_lines": run.record["lines_rejected"], "reasons": run.record["rejected_by_reason"],
    }  # fmt: skip
    _step("claims")
    claims, counts["claims"] = claims_of(
        good, upload.brand.name, on, lambda done, whole: progress(done, whole, "claims")
    )
    counts["pins"] = pins(folder, before, found.by.sha256)
    kept, _ = Draft.objects.update_or_create(
        pk=draft,
        defaults={
            "brand": upload.brand, "upload": upload, "prepared_by_id": by, "on_date": on, "counts": counts, "claims": claims,
            "run": _below(folder / "run"), "catalogue": _below(folder / "catalogue.parquet"),
        },
    )  # fmt: skip
    _step("done")
    return kept


def _step(name: str) -> None:
    place = STEPS.index(name)
    progress(place, len(STEPS) - 1, name)


def _run_told(done: int, whole: int, _: str) -> None:
    progress(done, max(whole, 1), "figures")


def _bill(upload: Upload, path: Path) -> int:
    """Write the draft's bill, unless it is there; how many of its lines name no factor."""
    if not path.exists():
        lines = pq.read_table(upload.folder / "bills.parquet")
        keys = confirmed_keys(
            lines.column("material").combine_chunks(), matching.confirmations(matching.standing(upload.brand))
        )
        half = path.with_suffix(".half")
        pq.write_table(engine_bill(lines, keys), half)
        half.replace(path)
    bill = pq.read_table(path, columns=["key", "component_id"])
    return int(pc.sum(pc.and_(pc.is_null(bill.column("key")), pc.is_null(bill.column("component_id")))).as_py() or 0)


def _catalogue(products: pa.Table, brand: str) -> pa.Table:
    """Accepted products as a catalogue of this brand, whatever brand their rows name."""
    texts = [products.column(column).combine_chunks() for column in NAMES.values()]
    columns = {name: products.column(name) for name in OF_CATALOGUE}
    columns["valid_until"] = columns["valid_until"].cast(pa.string())
    return pa.table(
        {
            **columns,
            "name": pa.StructArray.from_arrays(texts, list(NAMES)),
            "brand": pa.repeat(brand, products.num_rows),
        }
    )


def _below(path: Path) -> str:
    return str(path.relative_to(settings.WORKSPACE.folder))


def without_folders(text: str) -> str:
    """A message without where our folders lie."""
    whole = Path(settings.WORKSPACE.folder)
    for each in {str(whole.resolve()), str(whole)}:
        text = text.replace(f"{each}/", "")
    return text
