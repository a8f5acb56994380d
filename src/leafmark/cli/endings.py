"""How a verb ends: a sentence and a status for what a person can mend, a traceback for a fault of ours.

    0    done; rejected lines are a part of the result
    1    a check failed
    2    usage, or input that cannot be read
    70   a fault in Leafmark itself (EX_SOFTWARE of sysexits.h)
    130  stopped by Ctrl-C (128 + SIGINT)
    141  nobody reads stdout any more, as in `| head` (128 + SIGPIPE)

Which errors a person can mend is told by their class, never by guessing: classes of our own, the machine's (files,
room, memory), and what a verb names itself with `unusable`. Everything else shows where it happened.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

import click

CHECK_FAILED = 1
UNUSABLE = 2
FAULT_OF_OURS = 70
STOPPED = 130
NOBODY_READS = 141
_RESUMABLE = ("demo", "footprint", "ingest", "orders")


class SentenceError(click.ClickException):
    """An end in one sentence on stderr."""

    def show(self, file: Any = None) -> None:
        """Write the sentence to stderr."""
        click.echo(f"leafmark: {self.message}", err=True)


class CheckFailedError(SentenceError):
    """A check failed: exit status 1. `emitted`: the verb's result stands on stdout already."""

    exit_code = CHECK_FAILED

    def __init__(self, message: str, emitted: bool = True) -> None:
        super().__init__(message)
        self.emitted = emitted


class UnusableError(SentenceError):
    """Usage or input that cannot be read: exit status 2."""

    exit_code = UNUSABLE


class NobodyReadsError(SentenceError):
    """The reader of stdout went away, which is its right: no sentence."""

    exit_code = NOBODY_READS

    def show(self, file: Any = None) -> None:
        """Say nothing."""


class Verbs(click.Group):
    """The group of all verbs: whatever happens in one of them ends with a status of this module."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Read the command line; `--help` and `--version` are answered here."""
        with _nobody_may_read():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb."""
        with _nobody_may_read():
            return super().invoke(ctx)

    def main(
        self, args: Sequence[str] | None = None, prog_name: str | None = None, complete_var: str | None = None,
        standalone_mode: bool = True, **extra: Any,
    ) -> Any:  # fmt: skip
        """Run the verb of a command line and leave with its status."""

        def work() -> Any:
            return super(Verbs, self).main(args, prog_name, complete_var, standalone_mode=False, **extra)

        return sys.exit(status_of(work, sys.argv[1:] if args is None else args)) if standalone_mode else work()


def status_of(work: Callable[[], Any], given: Sequence[str]) -> int:
    """Do the work and give its exit status, having said on stderr (and, where JSON was asked for, on stdout) why."""
    as_json = "--json" in given
    with ctrl_c_noticed() as stopped:
        try:
            status = work()
            return status if isinstance(status, int) else 0
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else int(end.code is not None)
        except (Exception, KeyboardInterrupt) as error:
            if stopped() or isinstance(error, KeyboardInterrupt | click.Abort):
                # Where it came inside a library's exec() of text, Python has noted that the program shall die of SIGINT, and
                # `python -m` would, whatever the status; only another exec() takes that note back (CPython, pythonrun.c).
                exec("")
                goes_on = ": start the same command again and it goes on" if set(given) & set(_RESUMABLE) else ""
                return _told(UnusableError(f"stopped{goes_on}"), STOPPED, as_json)
            if not isinstance(error, click.ClickException) and not deliberate(error):
                return _fault(error, as_json)
            if os.environ.get("LEAFMARK_DEBUG") and not isinstance(error, click.UsageError):
                traceback.print_exception(error.__cause__ or error)
            if isinstance(error, NobodyReadsError) or (isinstance(error, OSError) and not error.filename):
                _let_go_of_stdout()
                as_json = False
            ending = error if isinstance(error, click.ClickException) else _ending(error)
            return _told(ending, ending.exit_code, as_json)


def deliberate(error: BaseException) -> bool:
    """Whether an error speaks of what it was given, or of this machine, rather than of a fault in this program."""
    if isinstance(error, OSError | MemoryError):
        return True
    if isinstance(error, ModuleNotFoundError):
        return error.name is None  # raised by us, saying what to install; Python's own names the module
    duckdb = sys.modules.get("duckdb")
    if duckdb is not None and isinstance(error, (duckdb.IOException, duckdb.OutOfMemoryException)):
        return True
    return type(error).__module__.partition(".")[0] == "leafmark"


@contextmanager
def _nobody_may_read() -> Iterator[None]:
    """Ask for an end of our own where stdout is closed, before click makes it look like a failed check."""
    try:
        yield
    except BrokenPipeError as error:
        raise NobodyReadsError("nobody reads stdout") from error


@contextmanager
def unusable(*kinds: type[Exception], about: str = "") -> Iterator[None]:
    """End with status 2 where a call raises what it says it raises for something given that cannot be used."""
    try:
        yield
    except kinds as error:
        raise UnusableError(about + sentence(error)) from error


@contextmanager
def reading_run(run: str) -> Iterator[None]:
    """End with status 2 where a file in a run's folder is not whole."""
    import pyarrow as pa

    try:
        yield
    except (json.JSONDecodeError, UnicodeDecodeError, pa.ArrowInvalid) as error:
        raise UnusableError(
            f"{run}: a file of this run is damaged ({sentence(error)}); restore it, or make the run again"
        ) from error


def sentence(error: BaseException) -> str:
    """The message of an error; KeyError quotes its own, and OSError has its file apart."""
    if isinstance(error, KeyError) and error.args:
        return str(error.args[0])
    if isinstance(error, MemoryError):
        return f"out of memory {error}".strip()
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if isinstance(error, FileNotFoundError):
        return f"{error}: no such file or folder"
    return str(error) or type(error).__name__


@contextmanager
def ctrl_c_noticed() -> Iterator[Callable[[], bool]]:
    """Tell whether Ctrl-C came: a library in the middle of its work may turn it into an error of its own."""
    came = threading.Event()

    def note_it(number: int, frame: FrameType | None) -> None:
        came.set()
        signal.default_int_handler(number, frame)

    # Where something else handles it, or it is ignored (a job in the background), it stays so.
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield came.is_set
        return
    signal.signal(signal.SIGINT, note_it)
    try:
        yield came.is_set
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _ending(error: BaseException) -> SentenceError:
    if isinstance(error, AssertionError):
        return CheckFailedError(sentence(error), emitted=False)
    return UnusableError(sentence(error))


def _fault(error: BaseException, as_json: bool) -> int:
    traceback.print_exception(error)
    return _told(
        UnusableError(
            f"this is a fault in Leafmark, not in what you gave it ({type(error).__name__}: {error}). Please report it "
            "to the project with the lines above, the command, and what leafmark --version says"
        ),
        FAULT_OF_OURS, as_json,
    )  # fmt: skip


def _told(ending: click.ClickException, status: int, as_json: bool) -> int:
    """Show an end; where JSON was asked for and none was written, stdout holds the end as JSON."""
    ending.show()
    if as_json and not (isinstance(ending, CheckFailedError) and ending.emitted):
        click.echo(json.dumps({"error": ending.format_message(), "exit_status": status}, ensure_ascii=False, indent=2))
    return status


def _let_go_of_stdout() -> None:
    """Point stdout at nothing, or Python would try to write what is left in its buffer, and fail, when it ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):  # a stdout that is no file, as in tests, has nothing left to write
        return
