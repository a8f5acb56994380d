"""The closed lists an import knows, and the words for them in English and Chinese."""

from __future__ import annotations

from typing import Final

from leafmark.methods.bill import STAGES

from ..footprint import BOUNDARIES
from .headers import fold

SECTORS: Final = ("food", "home", "consumer_electronics", "mother_and_baby")
"""The sections of the Low-carbon channel."""

DECLARED_UNITS: Final = ("item", "piece", "kg", "g100", "L", "m2", "pack", "pair")
"""The units a label has a word for in every language (`strings/*.toml`, table `unit`; a test holds them equal)."""

_SECTOR_WORDS = {
    "food": "grocery groceries 食品 食物 生鮮 生鲜",
    "home": "household furnishing 家居 居家 家庭",
    "consumer_electronics": "electronics 消费电子 消費電子 电子 電子 數碼 数码 3c 家電 家电",
    "mother_and_baby": "baby maternity mother&baby motherandbaby 母婴 母嬰 婴幼 嬰幼",
}
_STAGE_WORDS = {
    "materials": "material rawmaterials rawmaterial 原料 原材料 材料",
    "manufacturing": "production manufacture assembly 制造 製造 生产 生產 加工",
    "packaging": "package 包装 包裝",
    "transport": "transportation distribution logistics delivery 运输 運輸 物流 配送",
    "use": "usage useofproduct 使用",
    "end_of_life": "eol disposal waste 废弃 廢棄 報廢 报废 处置 處置 回收",
}
_UNIT_WORDS = {
    "item": "each unit ea pc pcs 件 个 個 台 臺 只 隻",
    "piece": "片 粒 块 塊",
    "kg": "kilogram 公斤 千克",
    "g100": "100g 100克",
    "L": "l litre liter 升",
    "m2": "sqm m² 平方米 平方公尺",
    "pack": "packet box bag 包 盒 袋",
    "pair": "pairs 双 雙 对 對",
}
_BOUNDARY_WORDS = {
    "cradle_to_grave": "摇篮到坟墓 搖籃到墳墓",
    "cradle_to_gate": "摇篮到大门 搖籃到大門",
}


def _choices(known: tuple[str, ...], words: dict[str, str]) -> dict[str, str]:
    folded = {fold(name): name for name in known}
    return folded | {fold(word): name for name, listed in words.items() for word in listed.split()}


SECTOR_CHOICES: Final = _choices(SECTORS, _SECTOR_WORDS)
STAGE_CHOICES: Final = _choices(STAGES, _STAGE_WORDS)
UNIT_CHOICES: Final = _choices(DECLARED_UNITS, _UNIT_WORDS)
BOUNDARY_CHOICES: Final = _choices(BOUNDARIES, _BOUNDARY_WORDS)
BOOL_CHOICES: Final = _choices(("true", "false"), {"true": "yes y 1 是 t", "false": "no n 0 否 f"})
KIND_CHOICES: Final = _choices(("credit",), {"credit": "抵扣 抵免"})
