"""Units of a bill, read as what they measure: a scale, a thing and a time.

    `GB-Mo`, `GB/Month`, `100 GB/Month`, `gibibyte month`, `byte-seconds`, `1 Hour`, `vCPU-Hours`, `OCPU Per Hour`, `Lambda-GB-Second`

FOCUS has a form for units (`GB-Months`, `Gb`, `Units/3 Months`; attribute Unit Format of 1.0 to 1.2), every provider its own, and no two
write it alike. In FOCUS's form alone a small b after a capital is bits: `Gb` is a gigabit, `GB` a gigabyte; all small (`gb`) is a provider's
own spelling of bytes. What is no hardware (requests, keys, alarms) is kept as a word, so that a line can say what it was billed by.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from leafmark.inventory.cloud.energy import HOURS_PER_MONTH

_GB: Final = {
    "b": 1e-9, "byte": 1e-9, "kb": 1e-6, "kilobyte": 1e-6, "mb": 1e-3, "megabyte": 1e-3, "gb": 1.0, "gigabyte": 1.0, "tb": 1e3,
    "terabyte": 1e3, "pb": 1e6, "eb": 1e9, "kib": 2**10 / 1e9, "kibibyte": 2**10 / 1e9, "mib": 2**20 / 1e9, "mebibyte": 2**20 / 1e9,
    "gib": 2**30 / 1e9, "gibibyte": 2**30 / 1e9, "tib": 2**40 / 1e9, "tebibyte": 2**40 / 1e9,
    "pib": 2**50 / 1e9, "eib": 2**60 / 1e9,
    "by": 1e-9, "miby": 2**20 / 1e9, "giby": 2**30 / 1e9, "tiby": 2**40 / 1e9,
}  # fmt: skip
"""GB of a unit of data. A provider that writes GB and means GiB is taken at its word: 7 % less."""

_HOURS: Final = {
    "s": 1 / 3600, "sec": 1 / 3600, "second": 1 / 3600, "min": 1 / 60, "minute": 1 / 60, "h": 1.0, "hr": 1.0, "hour": 1.0, "day": 24.0,
    "mo": HOURS_PER_MONTH, "mp": HOURS_PER_MONTH, "month": HOURS_PER_MONTH, "year": 12 * HOURS_PER_MONTH,
}  # fmt: skip
_VCPUS: Final = {"vcpu": 1.0, "vcore": 1.0, "core": 1.0, "cpu": 1.0, "ocpu": 2.0, "acu": 0.25}
"""vCPUs of a unit: an OCPU is a core of two threads; an Aurora capacity unit 2 GB, an eighth of it in vCPUs (CCF, methodology)."""

_BITS: Final = re.compile(r"[KMGTPE]i?b|b")
"""A data size in bits as FOCUS writes it."""
_BITS_PER_BYTE: Final = 8

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
    text = unit.strip()
    for written, word in _ZH:
        text = text.replace(written, f" {word} ")
    number = re.match(r"([\d,]*\.?\d+)\s*([km])?(?![a-z])", text, re.IGNORECASE)
    scale, data, vcpus, hours, interval, rest = 1.0, 0.0, 0.0, 0.0, 1, []
    if number:
        scale = float(number[1].replace(",", "")) * {"k": 1e3, "m": 1e6, "": 1.0}[(number[2] or "").lower()]
        text = text[number.end() :]
    for written in re.split(r"[\s\-/*_.()]+", text):
        part = written.lower()
        word = part if part in ("s", "hrs") else part.removesuffix("s")
        word = "hr" if word == "hrs" else word
        if part.isdecimal() and not hours:
            interval = int(part)
        elif word in _GB and not data:
            data = _GB[word] / (_BITS_PER_BYTE if _BITS.fullmatch(written) else 1)
        elif word in _VCPUS and not vcpus:
            vcpus = _VCPUS[word]
        elif word in _HOURS and not hours:
            hours = _HOURS[word] * interval
        elif word not in _IGNORED:
            rest.append(part)
    return Measure(scale, data, vcpus, hours, " ".join(rest))
