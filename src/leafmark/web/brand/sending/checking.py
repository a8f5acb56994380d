"""The job `check`: an upload's files are read; what was accepted is kept, what was rejected is written for the sender to mend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leafmark.engine.sentences import LANGS
from leafmark.products.imports import Import, ImportRefusedError, check, keys_of, read_bills, read_products
from leafmark.products.imports.said import Plain, record_of
from leafmark.products.matching import name_key
from leafmark.web.brand.models import Upload
from leafmark.web.brand.sending.packs import packs
from leafmark.web.jobs.start import JobFault, progress
from leafmark.web.operate.rules.known import frozen_rules

COLUMNS_SHOWN: Final = 200
HEADER_SHOWN: Final = 120
"""Characters of a header, and of a note, that a preview holds: a cell may have 32,767."""
NOTE_SHOWN: Final = 1_000
SUFFIXES: Final = {"csv": ".csv", "xlsx": ".xlsx", "parquet": ".parquet"}


def check_upload(upload: str) -> dict[str, Any]:
    """Read and check an upload. Run again it gives the same files and the same preview.

    Raises
    ------
    JobFault : a file cannot be read at all.
    """
    found = Upload.objects.get(pk=upload)
    try:
        preview = _checked(found)
    except ImportRefusedError as error:
        said = error.said.plain()
        Upload.objects.filter(pk=found.pk).update(state=Upload.REFUSED, fault=str(error), said=said)
        raise JobFault(str(error), said) from error
    Upload.objects.filter(pk=found.pk, state=Upload.CHECKING).update(
        state=Upload.CHECKED, preview=preview, fault="", said=None
    )
    counts = {kind: preview[kind]["counts"] for kind in ("products", "bills") if preview[kind]}
    return {"brand": found.brand.slug, "upload": str(found.pk), "counts": counts}


def _checked(upload: Upload) -> dict[str, Any]:
    decimal: Any = upload.decimal or None
    folder, parts = upload.folder, 2 if upload.bills_name else 1
    products = read_products(
        folder / "products", decimal=decimal, sector=upload.sector or None, called=upload.products_name,
        progress=_part(0, parts, upload.products_name), rules=frozen_rules(),
    )  # fmt: skip
    preview: dict[str, Any] = {"bills": None, "without_bill": 0, "warnings": [], "materials": 0, "unmatched_lines": 0}
    if upload.bills_name:
        bills = read_bills(
            folder / "bills", decimal=decimal, keys=keys_of(packs()), called=upload.bills_name,
            progress=_part(1, parts, upload.bills_name),
        )  # fmt: skip
        checked = check(products, bills)
        materials = materials_of(checked.bills.rows)
        preview |= {
            "bills": _record(checked.bills, folder), "without_bill": len(checked.without_bill),
            "warnings": [record_of(each) for each in checked.warnings], "materials": materials.num_rows,
            "unmatched_lines": pc.sum(materials.column("lines")).as_py() or 0,
        }  # fmt: skip
        pq.write_table(checked.bills.rows, folder / "bills.parquet")
        pq.write_table(materials, folder / "materials.parquet")
    pq.write_table(products.rows, folder / "products.parquet")
    return {"products": _record(products, folder), **preview}


def _part(nth: int, parts: int, name: str) -> Callable[[int, int, str], None]:
    """Progress of one of the files as the job's."""

    def tell(done: int, whole: int, _: str) -> None:
        progress(nth * whole + done, parts * whole, name)

    return tell


def _record(found: Import, folder: Path) -> dict[str, Any]:
    """An import's preview, no larger than a page can show; its rejected rows are written beside it."""
    record = found.as_record()
    record["more_columns"] = max(len(record["columns"]) - COLUMNS_SHOWN, 0)
    record["columns"] = [
        {**each, "header": each["header"][:HEADER_SHOWN]} for each in record["columns"][:COLUMNS_SHOWN]
    ]
    record["notes"] = [each[:NOTE_SHOWN] for each in record["notes"]]
    record["notes_said"] = [_short(each) for each in record["notes_said"]]
    record["rejected"] = None
    if len(found.rejected):
        record["rejected"] = f"rejected-{found.kind}{SUFFIXES[found.format]}"
        for lang in LANGS:
            found.rejected.write(folder / rejected_in(record["rejected"], lang), lang)
    return record


def rejected_in(name: str, lang: str) -> str:
    """What the file of rejected rows is called that says its faults in a language; in English it has no tag."""
    stem, _, suffix = name.rpartition(".")
    return name if lang == LANGS[0] else f"{stem}.{lang}.{suffix}"


def _short(note: Plain) -> Plain:
    """A note's values, none longer than a note."""
    values = {name: each[:NOTE_SHOWN] if isinstance(each, str) else each for name, each in note["values"].items()}
    return {**note, "values": values}


def materials_of(lines: pa.Table) -> pa.Table:
    """The materials of lines that have no key: `name` as first written, `name_key`, `lines`, `products`, `units`; most used first."""
    nameless = pc.and_(pc.is_null(lines.column("key")), pc.is_null(lines.column("component_id")))
    some = lines.select(["material", "product_id", "unit"]).filter(nameless)
    coded = some.column("material").combine_chunks().dictionary_encode()
    folded = pa.array([name_key(text) for text in coded.dictionary.to_pylist()], pa.string())
    some = some.append_column("name_key", folded.take(coded.indices))
    grouped = some.group_by("name_key", use_threads=False).aggregate(
        [("material", "first"), ("material", "count"), ("product_id", "count_distinct"), ("unit", "distinct")]
    )
    table = grouped.select(
        ["material_first", "name_key", "material_count", "product_id_count_distinct", "unit_distinct"]
    )
    named = table.rename_columns(["name", "name_key", "lines", "products", "units"])
    return named.sort_by([("lines", "descending"), ("name_key", "ascending")])
