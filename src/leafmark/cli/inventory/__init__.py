"""`leafmark inventory ...`: the corporate inventory, one verb each."""

from __future__ import annotations

import click

from leafmark.cli.inventory.report import report
from leafmark.cli.inventory.verify import verify


@click.group(short_help="Scope 1, 2 and 3 of a company, and what stands beside them.")
def inventory() -> None:
    """The corporate inventory: Scope 1, 2 and 3 by the GHG Protocol, per gas, with ranges and a completeness table.

    A company is a folder of small tables and activity files (`leafmark inventory template`); an inventory is a folder made of it.
    Avoided emissions (Scope 3+) stand in a book of their own and are never added.

    \b
    Example:
      leafmark inventory report inventory --out report
    """


for verb in (report, verify):
    inventory.add_command(verb)
