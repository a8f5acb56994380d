"""One bar per step of the demo on stderr, so that no wait of over two seconds passes without a sign of life."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

Report = Callable[[int, int, str], None]
"""Called with (done, whole, what), as the engine does."""


class Steps:
    """Bars of the steps so far; a step ends where the next one begins. They vanish when the demo is done.

    A step that reports nothing yet has a bar that moves to and fro. Where stderr is no terminal, nothing is drawn.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._bars = Progress(
            TextColumn("{task.description:<34}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(), console=console or Console(stderr=True), transient=True,
        )  # fmt: skip
        self._current: TaskID | None = None

    def __enter__(self) -> Steps:
        self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bars.stop()

    def step(self, name: str) -> Report:
        """Begin a step; the answer takes its progress."""
        self._end()
        step = self._bars.add_task(name, total=None)
        self._current = step

        def report(done: int, whole: int, _what: str) -> None:
            self._bars.update(step, completed=done, total=whole if done else None)

        return report

    def _end(self) -> None:
        if self._current is not None:
            self._bars.update(self._current, completed=1, total=1)
            self._bars.stop_task(self._current)

    @property
    def names(self) -> list[str]:
        """Every step begun, in order."""
        return [task.description for task in self._bars.tasks]
