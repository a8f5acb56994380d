"""`leafmark ...`: every capability, one verb each. No arithmetic: verbs call the rooms below and show what they say.

Verbs import what they need when they run, so that `leafmark --help` answers at once.
"""

from __future__ import annotations

import click

import leafmark
from leafmark.cli.allocate import allocate
from leafmark.cli.api_key import api_key
from leafmark.cli.benchmark import benchmark
from leafmark.cli.claims import claims
from leafmark.cli.demo import demo
from leafmark.cli.endings import Verbs
from leafmark.cli.experiment import experiment
from leafmark.cli.explain import explain
from leafmark.cli.factors import factors
from leafmark.cli.footprint import footprint
from leafmark.cli.freight import freight
from leafmark.cli.grade import grade
from leafmark.cli.importing import imports
from leafmark.cli.inventory import inventory
from leafmark.cli.label import label
from leafmark.cli.ledger import ledger
from leafmark.cli.load import load
from leafmark.cli.match import match
from leafmark.cli.methods import methods
from leafmark.cli.orders import orders
from leafmark.cli.pack import pack, warmup
from leafmark.cli.place import place
from leafmark.cli.replay import replay
from leafmark.cli.report import report
from leafmark.cli.reuse import reuse
from leafmark.cli.serve import serve
from leafmark.cli.statement import statement
from leafmark.cli.suite import suite
from leafmark.cli.verify import verify
from leafmark.cli.wrap import wrap


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(leafmark.__version__, "--version", prog_name="leafmark", message="%(prog)s %(version)s")
def main() -> None:
    """Leafmark: carbon book-keeping for online commerce.

    Activity x method (factor, version) -> entry -> label, account, shelf, statement. Every figure explains itself.

    \b
    Examples:
      leafmark demo --no-open
      leafmark footprint bill.csv --known-on 2026-09-30 --out run
      leafmark explain run lamp-1

    Exit status: 0 done (rejected lines are part of a result), 1 a check failed, 2 usage or input that cannot be read;
    70 a fault in Leafmark itself, 130 stopped by Ctrl-C, 141 nobody reads stdout any more.

    Results go to stdout, all else to stderr. With --json an error, too, is JSON on stdout: `error`, `exit_status`.
    """


for verb in (
    allocate, api_key, benchmark, claims, demo, experiment, explain, factors, footprint, freight, grade, imports, inventory, label, ledger, load,
    match, methods, orders, pack, place, replay, report, reuse, serve, statement, suite, verify, warmup, wrap,
):  # fmt: skip
    main.add_command(verb)
