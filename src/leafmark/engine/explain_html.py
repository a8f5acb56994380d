"""An explanation as a page that stands by itself: no script, no outside file; <details> that keyboards can open."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from leafmark.engine import explain_sum_text
from leafmark.engine.explain_text import details, line_title, rejection, standing
from leafmark.engine.explain_text import title as title_of
from leafmark.engine.explain_tree import groups
from leafmark.engine.wording import between, grams_exact

_STYLE = """
:root{color-scheme:light dark;--ink:#1b1b1b;--paper:#fff;--quiet:#4a4a4a;--rule:#767676;--note:#8a5a00;--link:#0b57a4}
@media (prefers-color-scheme:dark){
:root{--ink:#eee;--paper:#16181b;--quiet:#b9bcc0;--rule:#8b8f94;--note:#d9a441;--link:#8ec2f5}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;margin:2rem auto;
padding:0 1rem}a{color:var(--link)}h1{font-size:1.4rem;margin:0}h2{font-size:1.1rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem}dt{color:var(--quiet)}
dd{margin:0;overflow-wrap:anywhere}details{border-left:2px solid var(--rule);padding-left:.8rem;margin:.3rem 0}
summary{cursor:pointer;display:flex;flex-wrap:wrap;gap:0 1rem}summary::before{content:"+";width:.6rem}
details[open]>summary::before{content:"-"}summary span:first-child{flex:1 1 14rem;overflow-wrap:anywhere}
.n{font-variant-numeric:tabular-nums;white-space:nowrap;margin-left:auto}ul{margin:.3rem 0;padding-left:1.2rem}
li{overflow-wrap:anywhere}.note{border:1px solid var(--note);padding:.5rem 1rem}
@media (max-width:30rem){details{padding-left:.5rem}}
@media print{details{break-inside:avoid}}
"""


def page(tree: dict[str, Any]) -> str:
    """The whole page, in English."""
    if "cuts" in tree:
        title = explain_sum_text.title(tree)
        body = "\n".join(_sum(tree, title))
    else:
        title = title_of(tree)
        body = "\n".join([*_head(tree, title), *_stages(tree), *_rejected(tree)])
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body><main>\n{body}\n</main></body></html>\n"
    )


def _head(tree: dict[str, Any], title: str) -> Iterator[str]:
    method = tree["method"]
    yield f"<h1>{escape(title)}</h1>"
    if tree["status"] != "complete":
        yield f'<p class="note">{escape(tree["status"].capitalize())}: {escape(standing(tree))}.</p>'
    facts = {
        "95 % range": "-" if tree["co2e_ug"] is None else between(tree["low_ug"], tree["high_ug"]),
        "Status": tree["status"],
        "Method": f"{method['id']}@{method['version']}: {method['title']}",
        "Clause": method["reference"],
        "Boundary": method["boundary"],
        "Not assessed": ", ".join(stage.replace("_", " ") for stage in tree["not_assessed"]),
        "Factors": ", ".join(f"{pack['id']} {pack['version']}" for pack in tree["packs"]),
        "As known on": tree["known_on"],
        "GWP set": tree["gwp"],
        "Run": tree["run_id"],
    }
    rows = (f"<dt>{name}</dt><dd>{escape(str(value))}</dd>" for name, value in facts.items() if value)
    yield f"<dl>{''.join(rows)}</dl>"
    yield from _changed(tree)


def _changed(tree: dict[str, Any]) -> Iterator[str]:
    for name in tree["inputs_changed"] + tree["packs_changed"]:
        yield f'<p class="note">Changed since the run: {escape(name)}.</p>'


def _row(name: str, ug: int | None) -> str:
    return f'<summary><span>{escape(name)}</span><span class="n">{escape(grams_exact(ug))}</span></summary>'


def _stages(tree: dict[str, Any]) -> Iterator[str]:
    yield f"<details open>{_row('Figure', tree['co2e_ug'])}"
    for name, group in groups(tree):
        yield f"<details open>{_row(name.replace('_', ' '), group['co2e_ug'])}"
        for line in group["lines"]:
            yield f"<details>{_row(line_title(line), line['co2e_ug'])}<ul>"
            for detail in details(line):
                yield f"<li>{_linked(detail.strip())}</li>"
            yield "</ul></details>"
        yield "</details>"
    yield "</details>"


def _sum(tree: dict[str, Any], title: str) -> Iterator[str]:
    """A sum: what stands above it, and each of its cuts."""
    yield f"<h1>{escape(title)}</h1>"
    rows = (
        f"<dt>{escape(name.capitalize())}</dt><dd>{escape(value)}</dd>" for name, value in explain_sum_text.about(tree)
    )
    yield f"<dl>{''.join(rows)}</dl>"
    yield from _changed(tree)
    for cut in tree["cuts"]:
        yield f"<h2>{escape(explain_sum_text.cut_title(cut).capitalize())}</h2>"
        yield f"<details open>{_row('Figure', tree['co2e_ug'])}"
        for part in cut["parts"]:
            yield from _part(part, tree["co2e_ug"])
        yield "</details>"


def _part(part: dict[str, Any], whole: int | None) -> Iterator[str]:
    yield f"<details>{_row(explain_sum_text.part_name(part), part['co2e_ug'])}<ul>"
    facts = [explain_sum_text.remarks(part, whole), *explain_sum_text.sources(part), part.get("command", "")]
    yield from (f"<li>{escape(fact)}</li>" for fact in facts if fact)
    yield "</ul>"
    for inner in part.get("parts", ()):
        yield from _part(inner, whole)
    yield "</details>"


def _linked(detail: str) -> str:
    if detail.startswith(("https://", "http://")):
        return f'<a href="{escape(detail)}" rel="noreferrer">{escape(detail)}</a>'
    return escape(detail)


def _rejected(tree: dict[str, Any]) -> Iterator[str]:
    if not tree["rejected"]:
        return
    yield "<h2>Rejected lines, not in the figure</h2><ul>"
    for line in tree["rejected"]:
        what, meaning = rejection(line)
        yield f"<li>{escape(f'{what}. {meaning}.')}</li>"
    yield "</ul>"
