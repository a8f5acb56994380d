"""Chinese names (simplified): composed from the parts of a key, each a term of `names/terms_zh.csv`.

Foods of Agribalyse bring their own name; spend takes `names/naics_zh.csv`, where an industry sells to shoppers or
shops. A part of a key that has no term stops the build: a name is given whole or not at all.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources
from pathlib import Path

from leafmark.factors.importers.base import Row

_NAMES = Path(__file__).parent / "names"
_BOUNDARIES = {
    "wtt": "油井到油箱", "upstream": "发电上游", "td_loss": "电网损耗", "td_loss_upstream": "电网损耗的上游",
    "life_cycle": "生命周期", "direct": "发电直接排放",
}  # fmt: skip
_LEADS = {
    "freight": "货运",
    "travel": "出行",
    "water": "水",
    "homeworking": "居家办公",
    "heat": "热力",
    "process": "工艺排放",
}
_SIZE_UNITS = {"dwt": "载重吨", "teu": "标箱", "ceu": "车位", "lm": "车道米", "m3": "立方米"}
_TOKENS_OF_GAS = re.compile(r"^(r\d+\w*|(hfc|hcfc|cfc|pfc)_.*|perfluorocyclopropane)$")


@cache
def _table(file: str, key: str) -> dict[str, str]:
    with (_NAMES / file).open(encoding="utf-8", newline="") as lines:
        return {record[key]: record["name_zh"] for record in csv.DictReader(lines)}


@cache
def _places() -> dict[str, str]:
    text = (resources.files("leafmark.factors") / "regions.csv").read_text(encoding="utf-8")
    return {row["region"]: row["name_zh_hans"] or row["name_en"] for row in csv.DictReader(text.splitlines())}


def _term(part: str) -> str:
    terms = _table("terms_zh.csv", "term")
    if part in terms:
        return terms[part]
    size = re.fullmatch(r"(\d+)_(?:to_(\d+)|plus)_(dwt|teu|ceu|lm|m3)(_100_plus_teu)?", part)
    if size:
        span = f"{size[1]}–{size[2]}" if size[2] else f"{size[1]} 以上"
        return f"{span} {_SIZE_UNITS[size[3]]}" + ("（100 标箱以上）" if size[4] else "")
    raise SystemExit(f"no Chinese term for {part!r}; add it to names/terms_zh.csv")


def with_name(row: Row) -> Row:
    """Return the row with `name_zh`, where there is one."""
    if row["name_zh"]:
        return row
    return {**row, "name_zh": _name(row) or None}


def _name(row: Row) -> str:
    theme, key, boundary = str(row["theme"]), str(row["key"]), str(row["boundary"])
    parts = key.split(".")
    if theme == "spend":
        name = _table("naics_zh.csv", "naics").get(parts[1].removeprefix("naics_"), "")
        return f"支出：{name}" if name else ""
    if key.startswith("electricity."):
        return _electricity(parts[1:], str(row["region"]), boundary)
    if theme == "cloud":
        return f"云服务器 {parts[1].upper()} {parts[2].replace('_', ' ')}，隐含排放"
    if theme == "refrigerant":
        return f"制冷剂 {_gas(parts[1])}" if _TOKENS_OF_GAS.match(parts[1]) else _term(parts[1])
    after = f"（{_BOUNDARIES[boundary]}）" if boundary in {"wtt", "td_loss", "td_loss_upstream"} else ""
    if theme == "fuel":
        return "".join(_term(part) for part in parts[1:]) + after
    if theme == "waste":
        return f"{_term(parts[2])}，{_term(parts[1])}"
    if key.startswith("travel.hotel"):
        return f"酒店住宿，{'伦敦' if key.endswith('london') else _places()[str(row['region'])]}"
    words = [_term(part) for part in parts[1:]]
    return "，".join([_LEADS[parts[0]], *words] if parts[0] in _LEADS else words) + after


def _gas(part: str) -> str:
    """Return a gas as people write it: HFC-134a, R410A."""
    family, _, number = part.partition("_")
    return f"{family.upper()}-{number.replace('_', '-')}" if number else part.upper()


def _electricity(parts: list[str], region: str, boundary: str) -> str:
    place = _places()[region]
    if parts[0] == "delivered":
        return f"到户电力碳足迹因子，{place}"
    if parts[0].startswith("td"):
        return f"输配电碳足迹，{place}，{'含线损' if parts[0].endswith('incl_line_loss') else '不含线损'}"
    if parts[0] != "grid":
        return f"{_term(parts[0])}，{place}，{_BOUNDARIES[boundary]}"
    kind = f"（{_term(parts[1])}）" if len(parts) > 1 else ""
    return f"电网电力{kind}，{place}，{_BOUNDARIES[boundary]}"
