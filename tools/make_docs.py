"""The generated pages of docs/: methods, category rules, acts, reason codes, those of the ledger, the rules on claims, and
the command line, each from the object that the code runs.

python tools/make_docs.py            # writes what changed
python tools/make_docs.py --check    # writes nothing; exit status 1 if a page is stale
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from leafmark.actions import reference as acts
from leafmark.cli import main as leafmark
from leafmark.engine.schema import REASONS, WHAT_TO_DO
from leafmark.ledger import rows as ledger
from leafmark.methods import LIBRARY
from leafmark.methods.category_rules import RULES
from leafmark.methods.reference import page
from leafmark.parcels.reasons import REASONS as PARCEL_REASONS
from leafmark.products.claims import Rule, shipped_rules
from leafmark.products.claims.sentences import strings

DOCS = Path(__file__).resolve().parents[1] / "docs"
MADE = "<!-- Made by tools/make_docs.py; edit the code, then `make docs`. -->"


def pages() -> dict[str, str]:
    """Every generated page: path below docs/ -> its text."""
    made = {f"methods/{identity}.md": _method(identity) for identity in sorted({m.id for m in LIBRARY})}
    made["methods/README.md"] = _methods()
    made["category-rules.md"] = _category_rules()
    made["reasons.md"] = _reasons()
    made["actions.md"] = f"{MADE}\n\n{acts.page()}"
    made["ledger-reasons.md"] = _ledger_reasons()
    made["claims.md"] = _claims(_read(DOCS / "claims.md") or "")
    made["parcel-reasons.md"] = _parcel_reasons()
    made["cli.md"] = "\n".join(_cli()) + "\n"
    return made


def stale() -> list[str]:
    """Generated pages that are missing, out of date, or of a method that is no more."""
    wanted = pages()
    wrong = [name for name, text in wanted.items() if _read(DOCS / name) != text]
    gone = [f"methods/{path.name}" for path in (DOCS / "methods").glob("*.md") if f"methods/{path.name}" not in wanted]
    return sorted(wrong + gone)


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _method(identity: str) -> str:
    """All versions of a method, the newest first."""
    versions = sorted((m for m in LIBRARY if m.id == identity), key=lambda m: -m.version)
    return f"{MADE}\n\n" + "\n".join(page(m) for m in versions)


def _methods() -> str:
    rows = "\n".join(
        f"| [`{m.name}`]({m.id}.md) | {m.title} | {m.title_zh} | {m.book} |"
        for m in sorted(LIBRARY, key=lambda m: (m.id, -m.version))
    )
    return (
        f"{MADE}\n\n# Methods\n\nHow an activity becomes grams. A shipped method never changes: "
        "a change is a new version.\n\n"
        f"| method | title | | book |\n|---|---|---|---|\n{rows}\n"
    )


def _category_rules() -> str:
    out = [
        f"{MADE}\n\n# Category rules\n\nWhat products of one category must share before their footprints may stand "
        "side by side: versioned data, TOML in\n`leafmark/methods/rules`, read by `parse_rules`. They are Leafmark's "
        "defaults; published rules of a programme\noperator go first, and a site writes and freezes its own "
        "([operate.md](operate.md)).\nNo verb applies them to a run: whoever makes a bill keeps to them, "
        "and names them by `id@version` and hash.\n"
    ]
    for rules in RULES:
        rows = {
            "functional unit": rules.functional_unit,
            "reference flow": rules.reference_flow,
            "boundary": rules.boundary.replace("_", " "),
            "cut-off": f"{rules.cut_off_each:.0%} each, {rules.cut_off_total:.0%} together",
            "allocation, in order": ", ".join(rules.allocation_order),
            "end of life": rules.end_of_life_method,
            "use scenario": rules.use_scenario or "none: the boundary ends before use",
            "lifetime": "-" if rules.lifetime_years is None else f"{rules.lifetime_years:g} years",
            "sources": rules.reference,
            "identity": f"`{rules.hash}`",
        }
        body = "\n".join(f"| {what} | {text} |" for what, text in rows.items())
        out.append(f"## `{rules.name}`\n\n| | |\n|---|---|\n{body}\n")
    return "\n".join(out)


def _reasons() -> str:
    rows = "\n".join(f"| `{code}` | {meaning} | {WHAT_TO_DO[code]} |" for code, meaning in REASONS.items())
    return (
        f"{MADE}\n\n# Reason codes\n\nWhy a line was rejected. The list is closed. A rejected line is never counted "
        "as zero: it stands in `rejected.parquet` with its\nfile, row, field, reason, what was found and what was "
        "expected ([formats.md](formats.md)); `leafmark explain` shows it\nbeside the product or order it belongs to. Mend the "
        "line, or the pack, and run again: a product with a rejected line is\n`unknown` until then.\n\n"
        f"| reason | meaning | an example, and what to do |\n|---|---|---|\n{rows}\n"
    )


def _ledger_reasons() -> str:
    rows = "\n".join(
        f"| `{code}` | {meaning} | {ledger.WHAT_TO_DO[code]} |" for code, meaning in ledger.REASONS.items()
    )
    return (
        f"{MADE}\n\n# Reasons of the ledger\n\nWhy an act or a command was refused: the closed list of [ledger.md](ledger.md). "
        "A receipt, and the file of `--refused`, say it\nwith the field, what was found and what was expected.\n\n"
        f"| reason | meaning | what to do |\n|---|---|---|\n{rows}\n"
    )


def _parcel_reasons() -> str:
    rows = "\n".join(f"| `{code}` | {meaning} |" for code, meaning in PARCEL_REASONS.items())
    return (
        f"{MADE}\n\n# Reasons of parcels\n\nWhy a row of orders, cartons, demand, lanes or pools was refused, or a piece left "
        f"where it was.\n\n| code | meaning |\n|---|---|\n{rows}\n"
    )


def _claims(page_now: str) -> str:
    """The hand-written page of claims with its table of rules and kinds of evidence made anew."""
    rules = "\n".join(_claims_row(rule) for rule in shipped_rules())
    words = strings("en")
    kinds = "\n".join(
        f"| `{key.partition('.')[2]}` | {text} |" for key, text in words.items() if key.startswith("evidence.")
    )
    table = (
        f"{MADE}\n\n| rule | severity | from | lifted by | source | read |\n|---|---|---|---|---|---|\n{rules}\n\n"
        f"| kind of evidence | what it is |\n|---|---|\n{kinds}\n"
    )
    before, _, rest = page_now.partition("<!-- rules -->")
    return f"{before}<!-- rules -->\n{table}<!-- /rules -->{rest.partition('<!-- /rules -->')[2]}"


def _claims_row(rule: Rule) -> str:
    ways = " or ".join(" + ".join(f"`{kind}`" for kind in way) for way in rule.lifted_by)
    ways = ways or ("words on the medium" if rule.lifted_by_topics else "-" if rule.topics else "a piece that holds")
    url = rule.source.url
    act = f"[{rule.source.act}]({url})" if url.startswith("https:") else rule.source.act
    read = "yes" if rule.source.read else "no"
    return f"| `{rule.id}` | {rule.severity} | {rule.valid_from} | {ways} | {act}, {rule.source.article} | {read} |"


def verbs(command: click.Command = leafmark, path: str = "leafmark") -> Iterator[tuple[str, click.Command]]:
    """Every command of the tree with its full name, groups before what they hold."""
    yield path, command
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from verbs(command.commands[name], f"{path} {name}")


def _cli() -> Iterator[str]:
    yield from (MADE, "", "# The command line", "")
    yield "What the environment changes is in [settings.md](settings.md)."
    for path, command in verbs():
        ctx = click.Context(command, info_name=path)
        yield from ("", f"{'##' if path.count(' ') < 2 else '###'} `{path}`", "")
        yield f"    {' '.join([path, *command.collect_usage_pieces(ctx)])}"
        yield from ("", _paragraphs(inspect.cleandoc(command.help or "")))  # Python 3.13 strips docstrings itself
        options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
        if options:
            yield from ("", "| option | default | meaning |", "|---|---|---|")
            yield from (_option(option, ctx) for option in options)
        if isinstance(command, click.Group):
            yield from ("", "| verb | |", "|---|---|")
            for name in sorted(command.commands):
                yield f"| `{name}` | {_cell(command.commands[name].get_short_help_str(200))} |"


def _paragraphs(text: str) -> str:
    """Help as Markdown; a paragraph that click keeps as it is (its \\b) becomes a block."""
    out = []
    for paragraph in text.strip().split("\n\n"):
        if paragraph.lstrip().startswith("\b"):
            out.append("\n".join("    " + line for line in paragraph.replace("\b", "").strip("\n").splitlines()))
        else:
            out.append(" ".join(paragraph.split()))
    return "\n\n".join(out)


def _option(option: click.Option, ctx: click.Context) -> str:
    names = ", ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
    value = "" if option.is_flag else f" {_cell(option.make_metavar(ctx))}"
    text, _, default = (option.help or "").partition("[default: ")
    if option.show_default and not default:
        default = "" if option.default is None else str(option.default)
    if option.required:
        default = "required"
    return f"| {names}{value} | {_cell(default.rstrip(']'))} | {_cell(text)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def main() -> int:
    """Write the pages, or say which are stale."""
    wrong = stale()
    if "--check" in sys.argv[1:]:
        for name in wrong:
            print(f"stale: docs/{name}")
        return 1 if wrong else 0
    made = pages()
    for name in wrong:
        target = DOCS / name
        if name in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(made[name], encoding="utf-8")
        else:
            target.unlink()
        print(f"{'written' if name in made else 'removed'}: docs/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
