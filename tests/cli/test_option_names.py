"""One word for one thing over all verbs: who learnt an option in one of them knows it in the next."""

from __future__ import annotations

from collections.abc import Iterator

import click
from newcomer import Call

from leafmark.cli import main


def options(command: click.Command, name: str = "leafmark") -> Iterator[tuple[str, click.Option]]:
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield name, parameter
    if isinstance(command, click.Group):
        for verb in command.list_commands(click.Context(command)):
            inner = command.get_command(click.Context(command), verb)
            assert inner is not None
            yield from options(inner, f"{name} {verb}")


def test_a_language_is_chosen_by_lang_in_every_verb() -> None:
    of_language = [
        (verb, each.opts) for verb, each in options(main) if isinstance(each.type, click.Choice) and "en" in each.type.choices
    ]  # fmt: skip
    assert len(of_language) >= 8
    assert {tuple(names) for _, names in of_language} == {("--lang",), ("--slips",)}  # slips: whether, and in which
    assert not [each for each in options(main) if any("language" in opt for opt in each[1].opts)]


def test_a_report_is_written_in_the_language_asked_for(call: Call, folder: object) -> None:
    call("inventory", "template", "mine", "--year", "2025")
    call("inventory", "import", "mine", "electricity-2025.csv")
    call("inventory", "run", "mine", "--out", "mine-2025")
    done = call("inventory", "report", "mine-2025", "--out", "out", "--lang", "zh-Hant", "--format", "html")
    assert done.exit_code == 0, done.stderr
    with open("out/report.html", encoding="utf-8") as page:
        assert '<html lang="zh-Hant">' in page.read()
    refused = call("inventory", "report", "mine-2025", "--out", "out", "--language", "zh-Hant")
    assert refused.exit_code == 2
    assert "--language" in refused.stderr
