"""`leafmark methods`: the library of methods."""

from __future__ import annotations

import dataclasses
from typing import Any

import click

from leafmark.cli.output import emit, json_option, table


@click.group(short_help="The methods: how an activity becomes grams.")
def methods() -> None:
    """The library of methods: frozen, versioned, each with its clause and formula.

    \b
    Examples:
      leafmark methods list
      leafmark methods show product.bill
    """


@methods.command("list", short_help="All methods.")
@json_option
def list_methods(as_json: bool) -> None:
    """List every method and version.

    \b
    Example:
      leafmark methods list
    """
    from leafmark.methods import LIBRARY

    found = [{"id": m.id, "version": m.version, "title": m.title, "book": m.book, "hash": m.hash} for m in LIBRARY]
    rows = [("method", "book", "hash", "title")]
    rows += [(m.name, m.book, m.hash[:12], m.title) for m in LIBRARY]
    emit(found, as_json, lambda: table(rows))


@methods.command(short_help="One method: formula, columns, clause.")
@click.argument("name", metavar="ID[@V]")
@json_option
def show(name: str, as_json: bool) -> None:
    """Show one method: what it computes, by which clause, from which columns, with which bounds.

    Without @V it is the newest version. The text is Markdown.

    \b
    Example:
      leafmark methods show product.bill
    """
    from leafmark.methods import method
    from leafmark.methods.reference import page

    found = method(name)
    content: dict[str, Any] = {**dataclasses.asdict(found), "hash": found.hash}
    emit(content, as_json, lambda: page(found))
