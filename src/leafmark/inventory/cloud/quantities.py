"""Units of a bill, read as what they measure: a scale, a thing and a time.

    `GB-Mo`, `GB/Month`, `100 GB/Month`, `gibibyte month`, `byte-seconds`, `1 Hour`, `vCPU-Hours`, `OCPU Per Hour`, `Lambda-GB-Second`

FOCUS has a form for units (`GB-Months`), every provider its own, and no two write it alike. What is no hardware (requests, keys, alarms) is
kept as a word, so that a line can say what it was billed by.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from leafmark.inventory.cloud.energy import HOURS_PER_MONTH

_GB: Final = {
    "b": 1e-9, "byte": 1e-9, "kb": 1e-6, "kilobyte": 1e-6, "mb": 1e-3, "megabyte": 1e-3, "gb": 1.0, "gigabyte": 1.0, "tb": 1e3,
    "terabyte": 1e3, "pb": 1e6, "kib": 2**10 / 1e9, "kibibyte": 2**10 / 1e9, "mib": 2**20 / 1e9, "mebibyte": 2**20 / 1e9,
    "gib": 2**30 / 1e9, "gibibyte": 2**30 / 1e9, "tib": 2**40 / 1e9, "tebibyte": 2**40 / 1e9,
    "by": 1e-9, "miby": 2**20 / 1e9, "giby": 2**30 / 1e9, "tiby": 2**40 / 1e9,
}  # fmt: skip
"""GB of a unit of data. A provider that writes GB and means GiB is taken at its word: 7 % less."""

_HOURS: Final = {
    "s": 1 / 3600, "sec": 1 / 3600, "second": 1 / 3600, "min": 1 / 60, "minute": 1 / 60, "h": 1.0, "hr": 1.0, "hour": 1.0, "day": 24.0,
    "mo": HOURS_PER_MONTH, "mp": HOURS_PER_MONTH, "month": HOURS_PER_MONTH, "year": 12 * HOURS_PER_MONTH,
}  # fmt: skip
_VCPUS: Final = {"vcpu": 1.0, "vcore": 1.0, "core": 1.0, "cpu": 1.0, "ocpu": 2.0, "acu": 0.25}
"""vCPUs of a unit: an OCPU is a core of two threads; an Aurora capacity unit 2 GB, an eighth of it in vCPUs (CCF, methodology)."""

_ZH: Final = (
    ("小时", "hour"),
    ("秒", "second"),
    ("个月", "month"),
    ("月", "month"),
    ("天", "day"),
    ("个", ""),
    ("次", "request"),
)
_IGNORED: Final = frozenset({"", "per", "lambda", "fargate", "pay", "provisioned"})


@dataclass(frozen=True, slots=True)
class Measure:
    """What one unit is: `data_gb` GB, `vcpus` vCPUs or neither, for `hours` (0: not by time); `word`, what else it counts."""

    scale: float
    data_gb: float
    vcpus: float
    hours: float
    word: str


@lru_cache(maxsize=4096)
def measure(unit: str) -> Measure:
    """Read a unit, in any spelling."""
    text = unit.strip().lower()
    for written, word in _ZH:
        text = text.replace(written, f" {word} ")
    number = re.match(r"([\d,]*\.?\d+)\s*([km])?(?![a-z])", text)
    scale, data, vcpus, hours, rest = 1.0, 0.0, 0.0, 0.0, []
    if number:
        scale = float(number[1].replace(",", "")) * {"k": 1e3, "m": 1e6, None: 1.0}[number[2]]
        text = text[number.end() :]
    for part in re.split(r"[\s\-/*_.()]+", text):
        word = part if part in ("s", "hrs") else part.removesuffix("s")
        word = "hr" if word == "hrs" else word
        if word in _GB and not data:
            data = _GB[word]
        elif word in _VCPUS and not vcpus:
            vcpus = _VCPUS[word]
        elif word in _HOURS and not hours:
            hours = _HOURS[word]
        elif word not in _IGNORED:
            rest.append(part)
    return Measure(scale, data, vcpus, hours, " ".join(rest))
