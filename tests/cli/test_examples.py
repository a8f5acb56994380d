"""Every verb has an example, every option a sentence, and every example does what it says for a newcomer."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from newcomer import LEDGER_GUIDE, Call, Process

from leafmark.cli import main

STORY = (
    "factors import", "footprint", "orders", "ledger load", "ledger ingest", "ledger redeem", "ledger share",
    "ledger credit REG-1 issued", "inventory template", "inventory import", "inventory run", "inventory report",
)  # fmt: skip
"""Verbs whose results others' examples read: they come first."""
ELSEWHERE = ("demo", "serve", "api-key")
"""Verbs whose tests run them for real: a demo, a site that is served until it is stopped, keys whose prefix nobody knows before."""


def verbs(command: click.Command = main, path: str = "") -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from verbs(inner, f"{path} {name}".strip())


def examples(command: click.Command) -> list[str]:
    return re.findall(r"^ +(leafmark .+)$", command.help or "", flags=re.MULTILINE)


ALL = dict(verbs())
EXAMPLES = sorted({line for command in ALL.values() for line in examples(command)})


@pytest.mark.parametrize("path", ALL)
def test_every_verb_has_an_example_of_itself(path: str) -> None:
    assert any(line.startswith(f"leafmark {path}".strip()) for line in examples(ALL[path])), path


@pytest.mark.parametrize("path", ALL)
def test_every_option_has_help_and_every_verb_a_short_line(path: str) -> None:
    command = ALL[path]
    assert len(command.get_short_help_str(200)) > 5
    for param in command.params:
        if isinstance(param, click.Option):
            assert param.help, f"{path} {param.name}"
            assert param.help[0].isupper() or param.help.startswith("desnz"), f"{path} {param.name}: {param.help}"


@pytest.mark.parametrize("path", [path for path, command in ALL.items() if not isinstance(command, click.Group)])
def test_every_verb_speaks_json_and_helps_without_a_terminal(path: str, process: Process) -> None:
    told = process(*path.split(), "--help", COLUMNS="", TERM="dumb", NO_COLOR="1")
    assert told.returncode == 0
    assert "--json" in told.stdout
    assert "Example" in told.stdout
    assert "\x1b" not in told.stdout
    assert max(map(len, told.stdout.splitlines())) <= 110
    assert told.stderr == ""


def in_the_guide() -> set[str]:
    """Verbs that `test_ledger` runs as its guide prints them, each in a process of its own."""
    return {path for path in ALL if path and re.search(rf"^\$ leafmark {path}\b", LEDGER_GUIDE, flags=re.MULTILINE)}


def test_every_example_works(folder: Path, process: Process, call: Call, shared_data: Path) -> None:
    """In the order of a newcomer's day: what makes a folder first, then what reads it.

    Of each verb one example is a process of its own, as a newcomer's is, unless the guide's test has one; the others
    are called in this process, which spares them the start.
    """
    flat_file = "conversion-factors-2023-flat-file.xlsx"
    (folder / flat_file).symlink_to(shared_data / "publishers" / "desnz-2023-flat-file.xlsx")
    first = [line for verb in STORY for line in EXAMPLES if line.startswith(f"leafmark {verb} ")]
    elsewhere = tuple(f"leafmark {verb} " for verb in ELSEWHERE)
    later = [line for line in EXAMPLES if line not in first and not line.startswith(elsewhere)]
    started = in_the_guide()
    for line in first + later:
        args = shlex.split(line)[1:]
        verb = max((path for path in ALL if f"{line} ".startswith(f"leafmark {path} ")), key=len)
        if verb in started:
            called = call(*args)
            status, out, told = called.exit_code, called.stdout, called.stderr
        else:
            started.add(verb)
            done = process(*args)
            status, out, told = done.returncode, done.stdout, done.stderr
        assert status == 0, f"{line}\n{out[-500:]}\n{told}"
        assert out or "written: " in told, line
    leaves = {path for path, command in ALL.items() if not isinstance(command, click.Group)}
    assert leaves - started == {path for path in leaves if path.split()[0] in ELSEWHERE}
    for name in ("run/run.json", "orders-run/run.json", "lamp-1.html", "lamp-1.svg", "run/labels/lamp-1.png"):
        assert (folder / name).stat().st_size > 100, name
