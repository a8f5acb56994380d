"""What every verb says and where: JSON or text alone on stdout, notes and progress on stderr."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import click

_QUIET_S = 2.0
_BETWEEN_NOTES_S = 10.0

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON to stdout, and nothing else there.")


def emit(content: Any, as_json: bool, text: str | Callable[[], str]) -> None:
    """Write a verb's result: JSON, or the text."""
    if as_json:
        click.echo(json.dumps(content, ensure_ascii=False, indent=2, default=str))
    else:
        click.echo(text if isinstance(text, str) else text())


def note(text: str) -> None:
    """Say something beside the result."""
    click.echo(text, err=True)


def table(rows: Sequence[Sequence[str]], right: Sequence[int] = (), gap: str = "  ") -> str:
    """Lines of aligned columns; `right` names the columns that are aligned right."""
    if not rows:
        return ""
    widths = [max(cells(row[n]) for row in rows if n < len(row)) for n in range(max(len(row) for row in rows))]
    lines = []
    for row in rows:
        padded = [
            (" " * (widths[n] - cells(cell)) + cell) if n in right else cell + " " * (widths[n] - cells(cell))
            for n, cell in enumerate(row)
        ]
        lines.append(gap.join(padded).rstrip())
    return "\n".join(lines)


def cells(text: str) -> int:
    """Terminal cells of a text: a Chinese character takes two."""
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


class Progress:
    """`(done, whole, what)` as a bar on a terminal; elsewhere a line now and then, once the work takes over 2 s."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._said = self._began - _BETWEEN_NOTES_S
        self._bar: Any = None
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, done: int, whole: int, what: str) -> None:
        """Show how far a piece of work is."""
        if sys.stderr.isatty():
            self._on_terminal(done, whole, what)
            return
        now = time.monotonic()
        if now - self._began > _QUIET_S and now - self._said > _BETWEEN_NOTES_S and done < whole:
            self._said = now
            note(f"{what}: {done} of {whole}")

    def _on_terminal(self, done: int, whole: int, what: str) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import Progress as Bar

            self._bar = Bar(console=Console(stderr=True), transient=True)
            self._bar.start()
        if what not in self._tasks:
            self._tasks[what] = self._bar.add_task(what, total=whole)
        self._bar.update(self._tasks[what], completed=done)


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """A moving sign on a terminal while work goes on of which nobody can say how far it is; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield
