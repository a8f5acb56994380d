"""`python -m leafmark.cli`."""

from leafmark.cli.start import run

run()
