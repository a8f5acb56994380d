"""`leafmark ledger verify | prove | checkpoint | rebuild | export | replay`: whether the books balance, and how anyone can see it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import Any

import click

from leafmark.cli.endings import CheckFailedError, unusable
from leafmark.cli.ledger.store import Id, IdCommand, account, on_store, opened
from leafmark.cli.output import emit, note, waiting

FOUND_SHOWN_MAX = 20


@click.command(short_help="Whether the books balance: everything made again from the rows.")
@click.option("--checkpoint", "checkpoints", multiple=True, metavar="FILE",
              type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A published checkpoint that the store must hold; may be given several times.")  # fmt: skip
@on_store
def verify(checkpoints: tuple[Path, ...], store: str, writer: str, as_json: bool) -> None:
    """Make everything again from the rows by another path, and name what differs: sums, points, records, trees, chains.

    Only a checkpoint from elsewhere shows that a store was put back to an earlier day. Exit status 1 on any break.

    \b
    Example:
      leafmark ledger verify --store shop.db
    """
    with opened(store, writer) as ledger, waiting("verifying"):
        seen = ledger.verify(checkpoints)
    content = {"schema": "leafmark.ledger.verification/1", "ok": seen.ok, **dataclasses.asdict(seen)}
    if not seen.ok:
        if as_json:
            emit(content, True, "")
        told = [f"  {_told(each)}" for each in seen.findings[:FOUND_SHOWN_MAX]]
        more = len(seen.findings) - len(told)
        told += [f"  and {more:,} more: --json names them all"] if more > 0 else []
        breaks = f"{len(seen.findings):,} break{'' if len(seen.findings) == 1 else 's'} in {seen.checks} checks"
        raise CheckFailedError("\n".join([breaks, *told]))
    emit(
        content,
        as_json,
        lambda: "\n".join([_balances(seen.rows, seen.checks), *(f"note: {each}" for each in seen.notes)]),
    )


def _told(finding: Any) -> str:
    where = [finding.table]
    where += [f"batch {finding.batch} of {finding.writer}"] if finding.batch is not None else []
    where += [f"account {finding.account_id}"] if finding.account_id is not None else []
    return f"{', '.join(where)}: {finding.found}; expected {finding.expected}"


def _balances(rows: dict[str, int], checks: int) -> str:
    kinds = {"event": "acts", "adjustment": "adjustments", "redemption": "steps of redemptions", "share": "steps of shares",
             "credit": "steps of credits"}  # fmt: skip
    held = ", ".join(f"{name} {rows.get(table, 0):,}" for table, name in kinds.items())
    return f"the books balance ({checks} checks)\nread: {held}, in {rows.get('batch', 0):,} sealed batches"


@click.command(cls=IdCommand, short_help="The proof that an act is in the ledger.")
@click.argument("account_", metavar="ACCOUNT")
@click.argument("event", type=Id())
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the proof here.")
@on_store
def prove(account_: str, event: int, out: Path | None, store: str, writer: str, as_json: bool) -> None:
    """Print the way from an act's record to the link of its batch, as JSON; docs/check_proof.py checks it.

    \b
    Example:
      leafmark ledger prove ann ride-1 --store shop.db
    """
    with opened(store, writer) as ledger, waiting("looking for the batch"):
        proof = ledger.prove(account(ledger, account_), event)
    text = json.dumps(proof, indent=2, ensure_ascii=False)
    if out is None:
        emit(proof, as_json, text)
        return
    with unusable(OSError):
        out.write_text(text + "\n", encoding="utf-8")
    emit({"schema": "leafmark.ledger.written/1", "file": str(out)}, as_json, f"written: {out}")


@click.command(short_help="The day's small file to publish: the last link of every writer.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day it stands for.  [default: today in UTC]")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER", help="Write it here as a file."
)
@on_store
def checkpoint(day: dt.datetime | None, out: Path | None, store: str, writer: str, as_json: bool) -> None:
    """Join the last links of all writers into one small file. Publish it where you cannot take it back.

    Redemptions that stand in no batch yet are sealed first. The first checkpoint of a day stands and is given again.

    \b
    Example:
      leafmark ledger checkpoint --out published --store shop.db
    """
    if out is not None:
        with unusable(OSError):
            out.mkdir(parents=True, exist_ok=True)
    with opened(store, writer) as ledger, waiting("sealing"):
        made = ledger.checkpoint(day.date() if day else ledger.today(), out)
    if out is not None:
        note(f"written into {out}")
    emit(made, as_json, lambda: json.dumps(made, indent=2))


@click.command(short_help="All tallies and balances again from the rows.")
@on_store
def rebuild(store: str, writer: str, as_json: bool) -> None:
    """Put sums made from the rows in the place of all tallies and balances. Rows and their seals stay as they are.

    \b
    Example:
      leafmark ledger rebuild --store shop.db
    """
    with opened(store, writer) as ledger, waiting("summing up the rows"):
        tallies, balances = ledger.rebuild()
    content = {"schema": "leafmark.ledger.rebuilt/1", "tallies": tallies, "balances": balances}
    emit(content, as_json, f"{tallies:,} tallies and {balances:,} balances made from the rows")


@click.command(short_help="The whole ledger as Parquet, in a new folder.")
@click.argument("folder", type=click.Path(path_type=Path))
@on_store
def export(folder: Path, store: str, writer: str, as_json: bool) -> None:
    """Write all rows, terms and links to FOLDER, with the sha256 of every file. Names, keys and details stay out.

    \b
    Example:
      leafmark ledger export archive --store shop.db
    """
    with opened(store, writer) as ledger, waiting("writing the archive"):
        manifest = ledger.export(folder)
    rows = sum(each["rows"] for each in manifest["files"].values())
    emit(manifest, as_json, lambda: f"{rows:,} rows in {len(manifest['files'])} files of {folder}")


@click.command(short_help="An export put into an empty ledger.")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@on_store
def replay(folder: Path, store: str, writer: str, as_json: bool) -> None:
    """Put what `export` wrote into a new ledger: rows, batches and links as they were, sums made anew.

    \b
    Example:
      leafmark ledger replay archive --store copy.db
    """
    with opened(store, writer, make=True) as ledger, waiting("putting rows in"):
        put = ledger.replay(folder)
    content = {"schema": "leafmark.ledger.replayed/1", "rows": put}
    emit(content, as_json, lambda: ", ".join(f"{count:,} of {name}" for name, count in put.items() if count))
