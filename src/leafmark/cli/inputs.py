"""Options that several verbs share, and how they become packs, settings, engines and folders."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from leafmark.engine.backends import Backend
    from leafmark.engine.settings import Settings
    from leafmark.factors.model import Pack
    from leafmark.methods.category_rules import CategoryRules
    from leafmark.methods.model import Column

BUILTIN = "builtin"
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
GWP_SETS = ("SAR", "AR4", "AR5", "AR6")


class Day(click.ParamType[dt.date]):
    """A date as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Read the date; today where nothing was given."""
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date; write YYYY-MM-DD, for example 2026-09-30", param, ctx)


class Memory(click.ParamType[str]):
    """An amount of memory as DuckDB writes it."""

    name = "size"
    _FORM = re.compile(r"[0-9]+(\.[0-9]+)? ?([KMGT]i?B)", re.IGNORECASE)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read the size; the text stays as it is."""
        if not self._FORM.fullmatch(value):
            self.fail(f"{value!r} is no size; write a number with KB, MB, GB or TB, for example 2GB", param, ctx)
        return str(value)


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every verb that makes a run."""
    for option in reversed((
        click.option("--pack", "packs", multiple=True, metavar="FOLDER", help="Pack of factors; may be given several "
                     f"times; `{BUILTIN}` is the pack inside Leafmark.  [default: {BUILTIN}]"),
        click.option("--known-on", type=Day(), help="Only factors published by this day count.  [default: today]"),
        click.option("--run-date", type=Day(), help="Date of lines without one.  [default: the --known-on day]"),
        click.option("--gwp", type=click.Choice(GWP_SETS), default="AR6", show_default=True,
                     help="Set of global warming potentials the figures are restated to."),
        click.option("--gwp-strict", is_flag=True, help="Reject lines whose factor cannot be restated, instead of "
                     "using it as published."),
        click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder of the run; the same command continues a "
                     "killed run.  [default: $LEAFMARK_HOME/runs/ID]"),
        click.option("--engine", type=click.Choice(("duckdb", "spark")), default="duckdb", show_default=True,
                     help="Where the plans run."),
        click.option("--master", metavar="URL", help="Spark master, for example local[2] or spark://host:7077."),
        click.option("--scratch", metavar="URL", help="Folder every Spark worker can write, for example s3a://bucket/tmp; "
                     "only a local master needs none."),
        click.option("--memory-limit", type=Memory(), default="2GB", show_default=True, metavar="SIZE", help="Memory DuckDB may take "
                     "before it spills to the run's folder."),
        click.option("--no-entries", is_flag=True, help="Write no entries, only products or orders: faster, but no statement."),
        click.option("--threads", type=click.IntRange(1, 1024), help="Threads of DuckDB.  [default: all cores]"),
    )):  # fmt: skip
        command = option(command)
    return command


def load_packs(names: tuple[str, ...]) -> list[Pack]:
    """The packs named, checked; the built-in one where none is."""
    from leafmark.factors.model import Pack, builtin

    return [builtin() if name == BUILTIN else Pack.load(name) for name in names or (BUILTIN,)]


def load_pack(name: str) -> Pack:
    """One pack by folder, or the built-in one."""
    return load_packs((name,))[0]


def is_done(folder: Path) -> bool:
    """Whether the folder holds a finished run, of whatever kind."""
    try:
        return bool(json.loads((folder / "run.json").read_text(encoding="utf-8"))["status"] == "done")
    except (OSError, ValueError, KeyError, TypeError):
        return False


def make_settings(
    known_on: dt.date | None,
    run_date: dt.date | None,
    gwp: str,
    gwp_strict: bool,
    lines: bool,
    no_entries: bool = False,
) -> Settings:
    """Settings of a run from its options."""
    from leafmark.engine.settings import Settings

    return Settings(known_on or dt.date.today(), gwp, gwp_strict, run_date, lines, no_entries)


def make_engine(
    name: str, master: str | None, scratch: str | None, memory_limit: str, threads: int | None
) -> Callable[[Path], Backend]:
    """The backend's maker, as `leafmark.engine.run.run` takes it."""
    if name == "spark":
        from leafmark.engine.spark import Spark

        return lambda spill: Spark(master, spill, scratch=scratch)
    for option, value in (("--master", master), ("--scratch", scratch)):
        if value:
            raise click.UsageError(f"{option} goes with --engine spark")
    from leafmark.engine.backends import DuckDB

    return lambda spill: DuckDB(spill, memory_limit, threads)


def reach(name: str, columns: tuple[Column, ...], engine: str, master: str | None) -> Any:
    """An input as the engine can open it: an address (s3a://, hdfs://, file://) is Spark's to read."""
    from leafmark.engine.input_databases import is_database

    if is_database(name) or not _ADDRESS.match(name):
        return name
    if engine != "spark":
        raise click.UsageError(
            f"{name}: an address only Spark reads; add --engine spark, or name a file of this machine"
        )
    from leafmark.engine.spark import remote_source

    return remote_source(name, columns, master)


input_option = click.option(
    "--input", "inputs", multiple=True, metavar="INPUT",
    help="Where the run's input is now, if not where it was, or on a server; of order lines twice: lines, catalogue.",
)  # fmt: skip


rules_option = click.option(
    "--category-rules", "rules", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="Category rules (TOML) beside those of the library, as a site has frozen them; may be given several times.",
)  # fmt: skip


def given_rules(paths: tuple[Path, ...]) -> list[CategoryRules]:
    """The category rules of files.

    Raises
    ------
    ValueError : one cannot be read; every fault of it is named.
    """
    from leafmark.methods.category_rules import parse_rules

    found = []
    for path in paths:
        try:
            found.append(parse_rules(path.read_text(encoding="utf-8")))
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error
    return found


def given_inputs(inputs: tuple[str, ...]) -> Any:
    """What `explain` and `replay` take for the inputs named on the command line."""
    return None if not inputs else inputs[0] if len(inputs) == 1 else inputs
