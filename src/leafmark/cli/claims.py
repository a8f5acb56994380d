"""`leafmark claims`: a text that is to be published, read against the rules on environmental claims."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leafmark.cli.endings import CheckFailedError, UnusableError, unusable
from leafmark.cli.inputs import Day
from leafmark.cli.output import emit, json_option, table, waiting

if TYPE_CHECKING:
    from leafmark.products.claims import Rule

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
LANGS = ("en", "zh-Hant", "zh-Hans")


@click.group(short_help="Environmental claims: what the law and the house object to.")
def claims() -> None:
    """Claims: texts that a brand is to publish, and the rules they are read against.

    \b
    Examples:
      leafmark claims check "A kettle of 1.7 litres"
      leafmark claims rules
    """


@claims.command("check", short_help="What the rules object to in a text.")
@click.argument("text", metavar="[TEXT]", required=False)
@click.option("--file", type=FILE, metavar="FILE", help="Text or HTML in UTF-8, instead of TEXT.")
@click.option("--market", "markets", multiple=True, metavar="M", help="Market where it is read: eu or one of its "
              "members, uk, us, cn; may be given several times.  [default: eu]")  # fmt: skip
@click.option("--evidence", type=FILE, metavar="FILE", help="TOML of the evidence held (docs/claims.md).")
@click.option("--brand", default="", metavar="NAME", help="Brand's name, which may be a claim itself.")
@click.option("--medium", type=FILE, multiple=True, metavar="FILE", help="Another text on the same medium, where a "
              "specification may stand; may be given several times.")  # fmt: skip
@click.option("--on", "on_date", type=Day(), help="Day of publication: rules in force on it.  [default: today]")
@click.option("--lang", type=click.Choice(LANGS), default="en", show_default=True, help="Language of the answer.")
@json_option
def check_text(
    text: str | None, file: Path | None, markets: tuple[str, ...], evidence: Path | None, brand: str,
    medium: tuple[Path, ...], on_date: dt.date | None, lang: str, as_json: bool,
) -> None:  # fmt: skip
    """Read TEXT, or a file, against the rules of the markets and of the house.

    Of each finding: the quote, the rule, why, what evidence is missing. It never says that a text is lawful.

    Exit status 1 where something is found.

    \b
    Examples:
      leafmark claims check "A kettle of 1.7 litres"
      leafmark claims check "A kettle of 1.7 litres" --market eu --market uk --brand Kettleworks --json
    """
    from leafmark.products.claims import Claim, read_claim_evidence, report, report_content, text_of

    if (text is None) == (file is None):
        raise UnusableError("expected TEXT or --file FILE, one of them")
    with unusable(ValueError):
        held = read_claim_evidence(evidence) if evidence else ()
        said = text if file is None else _read(file)
        claim = Claim(said or "", brand, tuple(map(_read, medium)))
        with waiting("reading"):
            found = report(claim, held, on_date, markets or ("eu",))
    emit(report_content(found, lang), as_json, lambda: text_of(found, lang))
    if found.findings:
        raise CheckFailedError(f"{len(found.findings)} found in {file or 'the text'}")


@claims.command("rules", short_help="The rules a text is read against.")
@click.option("--market", "markets", multiple=True, metavar="M", help="Only rules of this market and the house; may be "
              "given several times.")  # fmt: skip
@click.option("--on", "on_date", type=Day(), help="Only rules in force on this day.")
@json_option
def list_rules(markets: tuple[str, ...], on_date: dt.date | None, as_json: bool) -> None:
    """List the rules: id, severity, first day, what lifts them, source.

    \b
    Example:
      leafmark claims rules --market eu
    """
    from leafmark.products.claims import MARKETS, rule_content, rules_for, shipped_rules

    with unusable(ValueError):
        asked = {rule.id for rule in rules_for(markets, dt.date.max)} if markets else None
    found = [
        rule
        for rule in shipped_rules()
        if (asked is None or rule.id in asked) and (on_date is None or rule.in_force(on_date))
    ]
    emit([rule_content(rule) for rule in found], as_json, lambda: _lines(found, MARKETS))


def _lines(rules: list[Rule], markets: dict[str, tuple[str, ...]]) -> str:
    rows = [("rule", "severity", "from", "source")]
    rows += [
        (rule.id, rule.severity, rule.valid_from.isoformat(), f"{rule.source.act}, {rule.source.article}")
        for rule in rules
    ]
    return f"{table(rows)}\n\nmarkets: {', '.join(markets)}"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not UTF-8 ({error}); save it as UTF-8") from error
