"""`leafmark inventory ...`: the corporate inventory, one verb each."""

from __future__ import annotations

import click

from leafmark.cli.inventory.bond import bond
from leafmark.cli.inventory.cloud import cloud
from leafmark.cli.inventory.company import check_verb, import_verb, template_verb
from leafmark.cli.inventory.compare import compare
from leafmark.cli.inventory.contracts import contracts
from leafmark.cli.inventory.event import event_verb
from leafmark.cli.inventory.history import history
from leafmark.cli.inventory.impact import impact
from leafmark.cli.inventory.orders import orders
from leafmark.cli.inventory.planning import cloud_what_if, schedule_verb
from leafmark.cli.inventory.recalculate import recalculate
from leafmark.cli.inventory.report import report
from leafmark.cli.inventory.run import run, show
from leafmark.cli.inventory.sold import sold
from leafmark.cli.inventory.targets import targets
from leafmark.cli.inventory.verify import verify


@click.group(short_help="Scope 1, 2 and 3 of a company, and what stands beside them.")
def inventory() -> None:
    """The corporate inventory: Scope 1, 2 and 3 by the GHG Protocol, per gas, with ranges and a completeness table.

    A company is a folder of small tables and activity files (`leafmark inventory template`); an inventory is a folder made of it.
    Avoided emissions (Scope 3+) stand in a book of their own and are never added.

    \b
    Examples:
      leafmark inventory template first-company
      leafmark inventory run company --out inventory
    """


for verb in (
    template_verb,
    import_verb,
    sold,
    check_verb,
    contracts,
    run,
    show,
    orders,
    compare,
    history,
    recalculate,
    targets,
    cloud,
    bond,
    cloud_what_if,
    schedule_verb,
    event_verb,
    impact,
    report,
    verify,
):
    inventory.add_command(verb)
