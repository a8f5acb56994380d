"""`leafmark ...`: every capability, one verb each. No arithmetic: verbs call the rooms below and show what they say.

Verbs import what they need when they run, so that `leafmark --help` answers at once.
"""

from __future__ import annotations

import click

import leafmark
from leafmark.cli.demo import demo
from leafmark.cli.explain import explain
from leafmark.cli.factors import factors
from leafmark.cli.footprint import footprint
from leafmark.cli.label import label
from leafmark.cli.methods import methods
from leafmark.cli.orders import orders
from leafmark.cli.output import Verbs
from leafmark.cli.replay import replay
from leafmark.cli.statement import statement


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(leafmark.__version__, "--version", prog_name="leafmark", message="%(prog)s %(version)s")
def main() -> None:
    """Leafmark: carbon book-keeping for online commerce.

    Activity x method (factor, version) -> entry -> label, account, shelf, statement. Every figure explains itself.

    Exit status: 0 done, 1 a check failed, 2 usage or unreadable input.
    """


for verb in (demo, explain, factors, footprint, label, methods, orders, replay, statement):
    main.add_command(verb)

if __name__ == "__main__":
    main()
