"""`python -m leafmark.cli`."""

from leafmark.cli import main

main(prog_name="leafmark")
