"""The page's look: one style sheet, light and dark, screen and paper; colours by contrast, not by taste.

Ground and ink, and each text on its ground, hold 4.5 to 1 in both schemes; bars, dots and ranges 3 to 1 (WCAG 2.2).
"""

from __future__ import annotations

import base64
import hashlib

LIGHT = {
    "ground": "#ffffff",
    "ink": "#1b1b1b",
    "soft": "#4a4a4a",
    "rule": "#c9c9c9",
    "link": "#12395b",
    "panel": "#f3f1ec",
}
DARK = {
    "ground": "#16181b",
    "ink": "#ececec",
    "soft": "#b9bec4",
    "rule": "#4b5157",
    "link": "#9cc7ee",
    "panel": "#22262b",
}
BAR = "#3d78a8"
PARTS = ((BAR, "#ffffff"), ("#c27a17", "#1b1b1b"), ("#7c5c9b", "#ffffff"), ("#6f6f6f", "#ffffff"))
"""Fill of a part of a whole, and the text on it."""


def _variables(colours: dict[str, str]) -> str:
    return ";".join(f"--{name}:{value}" for name, value in colours.items())


_PARTS = "".join(f"svg .s{n}{{fill:{fill}}}svg .t{n}{{fill:{text}}}" for n, (fill, text) in enumerate(PARTS))

CSS = (
    f":root{{color-scheme:light dark;{_variables(LIGHT)}}}"
    f"@media (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}"
    + """
*{box-sizing:border-box}
body{margin:0;font:1rem/1.55 system-ui,-apple-system,"Segoe UI","Noto Sans",sans-serif;color:var(--ink);background:var(--ground)}
main{max-width:46rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .75rem}
h2{font-size:1.25rem;line-height:1.3;margin:3rem 0 .75rem}
h3{font-size:1rem;margin:1.5rem 0 .5rem}
p,ul,ol{margin:.5rem 0;max-width:42rem}li{margin:.3rem 0}
a{color:var(--link)}
.soft,figcaption,caption{color:var(--soft)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,18rem),1fr));gap:.75rem;margin:1.5rem 0}
.facts div{background:var(--panel);padding:.75rem 1rem;border-radius:.4rem}
.facts dt{color:var(--soft);font-size:.875rem}.facts dd{margin:0}
.facts .big{font-size:1.5rem;font-weight:700;line-height:1.3}
.note{background:var(--panel);padding:.75rem 1rem;border-radius:.4rem}
.note h2{margin:.25rem 0 .5rem}
.note ul{margin:.25rem 0;padding-left:1.1rem}
figure{margin:1rem 0}
svg.chart{display:block;overflow:visible;font-size:14px;fill:var(--ink);margin:.75rem 0}
svg .small{font-size:12px}svg .end{text-anchor:end}svg .mid{text-anchor:middle}
svg .bar{fill:#3d78a8}svg .ring{fill:var(--ground);stroke:var(--ink);stroke-width:2}svg .dot{fill:#3d78a8;fill-opacity:.75}
svg .rule{stroke:var(--rule)}svg .range{stroke:var(--ink);stroke-width:1.5}svg .cap{overflow:visible}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:0;font-size:.875rem}
.legend li{display:flex;align-items:center;gap:.4rem;margin:0}
table{border-collapse:collapse;width:100%;font-size:.875rem;margin:.75rem 0}
caption{text-align:left;padding:.25rem 0}
th,td{padding:.3rem .5rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule);overflow-wrap:break-word}
.wrap th,.wrap td{overflow-wrap:anywhere}
th{font-weight:600}tbody th{font-weight:400}
th:first-child,td:first-child{padding-left:0}th:last-child,td:last-child{padding-right:0}
.n{text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:normal}
td.n{white-space:nowrap}.wrap td.n{white-space:normal}
summary{cursor:pointer;padding:.4rem 0;color:var(--link);text-decoration:underline}
code{font-size:.875em;overflow-wrap:anywhere}
.sheet{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,18rem),1fr));gap:1.25rem;align-items:start}
.sheet figure{margin:0}.sheet svg{display:block;width:100%;height:auto}
footer{margin-top:3rem;border-top:1px solid var(--rule);padding-top:1rem}
@media (max-width:30rem){.odd{display:none}main{padding-top:1rem}h1{font-size:1.5rem}
th,td{padding:.3rem .25rem}table{font-size:.8125rem}td.n{white-space:normal}}
@media print{:root{""" + _variables(LIGHT) + """}body{font-size:10pt}main{max-width:none;padding:0}
h2{break-after:avoid}figure,tr,.facts div{break-inside:avoid}
svg .bar,svg .dot,svg [class^=s]{print-color-adjust:exact}
details::details-content{content-visibility:visible;block-size:auto}a{color:inherit}}
"""
    + _PARTS
)  # fmt: skip

_HASH = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"
"""The page's own content security policy: this style sheet by its hash, and nothing else from anywhere."""
