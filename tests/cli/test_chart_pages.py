"""Charts of parcels as pages of their own: every point of the result stands in the table under its chart."""

from __future__ import annotations

import json
import re
from pathlib import Path

from newcomer import Call


def cells(page: str) -> list[list[str]]:
    return [re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", page)]


def test_a_suites_curve(call: Call) -> None:
    done = call(
        "suite", "history.csv", "sizes.csv", "--sizes", "2", "--held-out", "0", "--chart", "sizes.html", "--json"
    )
    assert done.exit_code == 0, done.stderr
    page = Path("sizes.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 1
    assert [row[0] for row in cells(page)[1:]] == [str(p["sizes"]) for p in json.loads(done.stdout)["curve"]]
    refused = call("suite", "history.csv", "sizes.csv", "--objective", "volume", "--chart", "x.html")
    assert refused.exit_code == 2
    assert "--chart" in refused.stderr


def test_the_curve_of_cost_against_grams(call: Call) -> None:
    done = call("allocate", "demand.csv", "stock.csv", "lanes.csv", "--pareto", "--chart", "curve.html", "--json")
    assert done.exit_code == 0, done.stderr
    assert len(cells(Path("curve.html").read_text(encoding="utf-8"))) == 1 + len(json.loads(done.stdout)["points"])
    assert call("allocate", "demand.csv", "stock.csv", "lanes.csv", "--chart", "x.html").exit_code == 2
