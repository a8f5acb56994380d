"""`leafmark ledger load | terms | ingest | figures`: terms and acts in, figures of groups out."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import click

from leafmark.cli.endings import unusable
from leafmark.cli.ledger.store import on_store, opened
from leafmark.cli.ledger.words import STATEMENTS, content_of, figures_text, receipt_text, refused_text, weight
from leafmark.cli.output import Progress, emit, note, table, waiting


@click.command(short_help="Make a file of terms those of the ledger; makes the store where there is none.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="TERMS.json")
@on_store
def load(file: Path, store: str, writer: str, as_json: bool) -> None:
    """Load the catalogue of actions, campaigns and own boundaries, under which acts are posted from now on.

    Terms never change: new ones are a new version with later days. A store is made where there is none.

    \b
    Example:
      leafmark ledger load terms.json --store shop.db
    """
    from leafmark.ledger.catalogue import Catalogue, CatalogueError

    with unusable(UnicodeDecodeError, CatalogueError, about=f"{file}: "):
        catalogue = Catalogue.from_json(file.read_text(encoding="utf-8"))
    with opened(store, writer, make=True) as ledger:
        ledger.load(catalogue)
        content = {"schema": "leafmark.ledger.terms/1", "store": ledger.store.address, "sha256": catalogue.sha256,
                   "actions": len(catalogue.actions), "campaigns": len(catalogue.campaigns)}  # fmt: skip
    emit(
        content,
        as_json,
        lambda: f"{content['actions']} actions, {content['campaigns']} campaigns: terms {catalogue.sha256}",
    )


@click.command(short_help="The terms in force.")
@on_store
def terms(store: str, writer: str, as_json: bool) -> None:
    """List the terms under which acts are posted: days, points and caps, evidence, statement, method.

    \b
    Example:
      leafmark ledger terms --store shop.db
    """
    with opened(store, writer) as ledger:
        catalogue = ledger.catalogue
    content = {
        "schema": "leafmark.ledger.terms/1", "sha256": catalogue.sha256, "points_months": catalogue.points_months,
        "actions": [content_of(each) for each in catalogue.actions],
        "campaigns": [content_of(each) for each in catalogue.campaigns],
        "own": [content_of(each) for each in catalogue.own],
    }  # fmt: skip

    def text() -> str:
        rows = [("action", "version", "days", "points", "at most", "evidence", "grams", "method")]
        for each in catalogue.actions:
            grams = STATEMENTS[each.statement] + (
                "" if each.statement == "points_only" else f", up to {weight(each.co2e_mg_max)}"
            )
            rows.append((
                f"{each.programme}/{each.action}", str(each.version), f"{each.valid_from} to {each.valid_to}",
                f"{each.points} per {each.points_per}", f"{each.cap_points:,} a {each.cap_period}",
                f"{each.evidence_minimum} or better", grams, each.method_id,
            ))  # fmt: skip
        more = [f"campaign {each.campaign}: {each.programme}/{each.action} x {each.numerator}/{each.denominator} from "
                f"{each.valid_from} to {each.valid_to}" for each in catalogue.campaigns]  # fmt: skip
        more += [f"in {each.operator}'s own inventory ({each.scope}) in {each.year}: {each.programme}/{each.action}"
                 for each in catalogue.own]  # fmt: skip
        last = f"points last {catalogue.points_months} months after their own; terms {catalogue.sha256}"
        return "\n".join([table(rows, right=(1,)), *more, last])

    emit(content, as_json, text)


FIRST_SHOWN = 5
"""Refused rows that are shown at once."""


@click.command(short_help="Post acts of Parquet or CSV files, each act once.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...",
                type=click.Path(exists=True, dir_okay=False, path_type=Path))  # fmt: skip
@click.option("--open", "open_missing", is_flag=True,
              help="Open accounts for subjects that have none; without it their rows are refused.")  # fmt: skip
@click.option("--refused", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write the refused rows here, CSV or .parquet, with row and reason: mend them and post the file.")  # fmt: skip
@on_store
def ingest(
    files: tuple[Path, ...], open_missing: bool, refused: Path | None, store: str, writer: str, as_json: bool
) -> None:
    """Post the acts of FILES and say what became of them: accepted, duplicates, conflicts, rejected by reason.

    Columns: account_id (or subject), event_id, programme, action, method_id, quantity, occurred_day, source, evidence,
    co2e_mg, and fingerprint, or document and bucket. A refused row stops no other, and posting a file again adds nothing.

    Exit status 0 also where rows were refused: they are part of the result.

    \b
    Example:
      leafmark ledger ingest acts.csv --open --refused to-mend.csv --store shop.db
    """
    import pyarrow as pa

    from leafmark.ledger.files import check_new, ingest_file, refused_rows, write_rows
    from leafmark.ledger.ingest import REFUSED_KEPT_MAX, Receipt
    from leafmark.ledger.schema import StoreError

    if refused is not None:
        with unusable(StoreError):
            check_new(refused)
    whole, parts, to_mend = Receipt(), [], []
    first: list[dict[str, Any]] = []
    with opened(store, writer) as ledger, Progress() as progress:
        for file in files:
            receipt = ingest_file(ledger, file, open_missing, progress)
            parts.append({"file": str(file), **_counts(receipt)})
            first += [{"file": str(file), "row": row + 1, "outcome": outcome, **content_of(why)} for row, outcome, why in
                      receipt.named[: FIRST_SHOWN - len(first)]]  # fmt: skip
            if refused is not None and receipt.named:
                rows = refused_rows(file, receipt)
                to_mend.append(
                    rows.add_column(0, "file", pa.array([str(file)] * rows.num_rows)) if len(files) > 1 else rows
                )
            whole.add(receipt, 0)
    content: dict[str, Any] = {
        "schema": "leafmark.ledger.receipt/1",
        **_counts(whole),
        "files": parts,
        "first_refused": first,
    }
    if refused is not None and to_mend:
        write_rows(pa.concat_tables(to_mend, promote_options="permissive"), refused)
        content["refused"] = str(refused)
        note(
            f"written: {refused}, {sum(each.num_rows for each in to_mend):,} refused rows with row, reason and what was expected"
        )
    if whole.conflicts + whole.rejected > len(whole.named):
        note(f"only the first {REFUSED_KEPT_MAX:,} refused rows are named")
    emit(
        content,
        as_json,
        lambda: "\n\n".join([receipt_text(whole), *([refused_text(first, refused is None)] if first else [])]),
    )


def _counts(receipt: Any) -> dict[str, Any]:
    content = dataclasses.asdict(receipt)
    del content["named"]
    return content


@click.command(short_help="Figures of groups; none of fewer than 20 accounts.")
@click.option("--by", type=click.Choice(["action", "programme", "month"]), default="action", show_default=True,
              help="What makes a group.")  # fmt: skip
@on_store
def figures(by: Any, store: str, writer: str, as_json: bool) -> None:
    """Accounts, acts, points, and grams by statement, of each group and of all.

    Audited grams leave out what people declared themselves (evidence D), which stands apart. What rests on fewer than 20
    accounts is hidden, and so is what it would follow from by subtraction.

    \b
    Example:
      leafmark ledger figures --by month --store shop.db
    """
    from leafmark.ledger.figures import ACCOUNTS_MIN, as_rows, group_figures

    with opened(store, writer) as ledger, waiting("counting every act"):
        found = group_figures(ledger, by)
    content = {"schema": "leafmark.ledger.figures/1", "by": by, "accounts_min": ACCOUNTS_MIN, "groups": as_rows(found)}
    emit(content, as_json, lambda: figures_text(found))
