"""The demo's page: one file, no script, nothing from outside; every figure is read from the runs."""

from __future__ import annotations

from html import escape
from typing import Any

from leafmark.engine.wording import between, mass

_CSS = """:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:70rem;margin:auto;padding:1rem}
table{border-collapse:collapse}td,th{padding:.2rem .6rem;text-align:left}td.n{text-align:right}
svg.chart{width:100%;height:auto;fill:currentColor}
.sheet{display:flex;flex-wrap:wrap;gap:1rem}
.sheet figure{margin:0;width:min(100%,360px)}.sheet svg{width:100%;height:auto}code{overflow-wrap:anywhere}
div.wide{overflow-x:auto}"""


def page(content: dict[str, Any], labels: dict[str, Any]) -> str:
    """The whole page as HTML."""
    ug = content["totals_ug"]
    bars = {name: group["co2e_ug"] for name, group in content["ten_largest"].items()}
    tiers = {name: group["co2e_ug"] for name, group in content["by_tier"].items()}
    sheet = "".join(f"<figure>{_bare(each['svg'])}</figure>" for each in labels["sheet"])
    asked = "".join(
        f"<li>{escape(each['name'])}, {mass(each['co2e_ug'])}: "
        f"<code>leafmark explain DIR/{each['run']} '{escape(each['id'])}'</code></li>"
        for each in labels["sheet"] if each["lang"] == "en"
    )  # fmt: skip
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Leafmark demo</title><style>{_CSS}</style>
</head><body><h1>Leafmark demo</h1><p>The data: {escape(content["data"])}, {content["orders"]:,} baskets.</p>
<p>{mass(ug["co2e_ug"])} CO2e, 95 % range {between(ug["low_ug"], ug["high_ug"])}.</p>
<h2>Ten largest categories</h2>{_chart(bars)}<h2>By tier</h2>{_chart(tiers)}
<h2>Rejected lines</h2>{_table({k: f"{v:,}" for k, v in content["rejected_by_reason"].items()})}
<h2>Labels</h2><p>Category estimates are typical of this category, not measured for this product. Home is household
goods: a grocery panel holds no furnishing. Televisions: use stage only. Declared footprints: as listed by Boavizta.</p>
{_table({f"{x['sector']}, {x['state'].replace('_', ' ')}": f"{x['count']:,}" for x in content["labels"]})}
<div class="sheet">{sheet}</div><h2>How to ask</h2><p>DIR is the folder of this page.</p><ul>{asked}</ul>
<h2>Products without a label</h2><details><summary>{len(content["products_not_labelled"])} reasons</summary>
{_table({k: f"{v:,}" for k, v in content["products_not_labelled"].items()})}</details>
<p>Factors as known on {content["known_on"]}; their sources and licences: DIR/orders/packs.</p></body></html>
"""


def _bare(svg: str) -> str:
    return svg[svg.index("<svg") :]


def _table(rows: dict[str, str]) -> str:
    body = "".join(f'<tr><td>{escape(k)}</td><td class="n">{v}</td></tr>' for k, v in rows.items())
    return f'<div class="wide"><table>{body}</table></div>'


def _chart(values: dict[str, int]) -> str:
    """Horizontal bars, with the same figures as a table."""
    most = max(values.values(), default=0) or 1
    bars = "".join(
        f'<text x="0" y="{n * 24 + 16}" font-size="12">{escape(name[:28])}</text>'
        f'<rect x="210" y="{n * 24 + 5}" width="{value / most * 300:.1f}" height="14"/>'
        f'<text x="{216 + value / most * 300:.1f}" y="{n * 24 + 16}" font-size="12">{mass(value)}</text>'
        for n, (name, value) in enumerate(values.items())
    )
    table = _table({name: mass(value) for name, value in values.items()})
    return (f'<svg class="chart" role="img" viewBox="0 0 600 {len(values) * 24 + 4}">{bars}</svg>'
            f"<details><summary>Table</summary>{table}</details>")  # fmt: skip
