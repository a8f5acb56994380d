"""Package sizes as a till prints them (``12 PK/12 OZ``, ``10/6.75 OZ``, bare ``GAL``) as amounts with a unit.

A size is read once into a `PackageSize`: what kind of amount it is (ounces, mass, volume, area, length, a bare count,
the loads of a detergent), how much one unit holds, and how many units there are. What an ounce is, the text does not
say: a weight rule of the mapping decides that (`mass_kg`), since 12 ounces of crisps are weighed and 12 ounces of cola
poured. A text that cannot be read keeps the reason; nothing is guessed from a number alone.

Everything here is pure and runs once per distinct text (3,705 in the panel), never once per line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

# Exact by definition (NIST Handbook 44, Appendix C).
OUNCE_KG: Final = 0.028349523125
POUND_KG: Final = 0.45359237
FLUID_OUNCE_L: Final = 0.0295735295625
GALLON_L: Final = 3.785411784
INCH_M: Final = 0.0254
FOOT_M: Final = 0.3048
HOUSEHOLD_ROLL_WIDTH_M: Final = 12 * INCH_M
"""Foil and wrap are sold 12 inches wide; a size in feet alone is taken at that width."""

PIECE_MASS_KG_MAX: Final = 25.0
"""No shopper takes home one piece heavier than a 50 lb bag (22.7 kg); more is an error or the shop's case."""
PIECE_MASS_KG_MIN: Final = 0.0002
"""Below a fifth of a gram the text is a dose or an error."""
SUM_EACH_OUNCES: Final = 36.0
"""`12 PK/300 OZ`: four or more units of over 36 oz (1 kg) each are not sold as a pack; the size is the whole pack's."""

_KINDS: Final[dict[str, tuple[str, float]]] = {
    "OZ": ("ounce", 1.0),
    "OZS": ("ounce", 1.0),
    "Z": ("ounce", 1.0),
    "LB": ("mass", POUND_KG),
    "LBS": ("mass", POUND_KG),
    "KG": ("mass", 1.0),
    "G": ("mass", 0.001),
    "GM": ("mass", 0.001),
    "GS": ("mass", 0.001),
    "FL OZ": ("volume", FLUID_OUNCE_L),
    "ML": ("volume", 0.001),
    "L": ("volume", 1.0),
    "LTR": ("volume", 1.0),
    "LRT": ("volume", 1.0),
    "PT": ("volume", GALLON_L / 8),
    "PTS": ("volume", GALLON_L / 8),
    "QT": ("volume", GALLON_L / 4),
    "GA": ("volume", GALLON_L),
    "GAL": ("volume", GALLON_L),
    "SQ FT": ("area", FOOT_M**2),
    "S FT": ("area", FOOT_M**2),
    "FT": ("length", FOOT_M),
    "YD": ("length", 3 * FOOT_M),
    "YDS": ("length", 3 * FOOT_M),
    "LOAD": ("loads", 1.0),
    "LOADS": ("loads", 1.0),
    "LD": ("loads", 1.0),
    "LDS": ("loads", 1.0),
    "USE": ("loads", 1.0),
    "USES": ("loads", 1.0),
}
_COUNTS: Final[dict[str, int]] = {
    "CT": 1, "PK": 1, "PKS": 1, "PC": 1, "PCS": 1, "P": 1, "CP": 1, "ROLL": 1, "DZ": 12, "DOZ": 12, "DZN": 12,
}  # fmt: skip
_BARE: Final[dict[str, str]] = {
    "GAL": "1 GAL", "HALF GAL": ".5 GAL", "HLF GAL": ".5 GAL", "QT": "1 QT", "PT": "1 PT",
    "L": "1 L", "DZ": "1 DZ", "DOZ": "1 DZ",
}  # fmt: skip
_FRACTIONS: Final = {"1/2", "1/3", "2/3", "1/4", "3/4", "1/8", "3/8", "5/8", "7/8"}

_NUMBER: Final = r"(?:\d+(?:\.\d+)?|\.\d+)"
_AMOUNT: Final = rf"(?:(?P<whole>\d+) )?(?P<num>\d+)/(?P<den>\d+)|(?P<plain>{_NUMBER})"
_UNIT: Final = "|".join(sorted(_KINDS, key=len, reverse=True))
_COUNT: Final = "|".join(sorted(_COUNTS, key=len, reverse=True))
# What may follow a size without changing it: a container, a case pack in brackets, a second statement of the same size.
_TAIL: Final = (
    r"(?: ?(?:BTL|BTLS|CAN|CANTR|PET|NR|LNNR|BAG|BOX|TUBE|JAR|TRAY|CUP|BOWL|POUCH|PLST|CN|AEROS|AERO|LOOSE|SNGAL|"
    r"SNGALS|SINGAL|GALASS|SS|TUB|TWN|FM|BIG BG|AVGWT|MILK|REFIL|ASST|ROLL|SET|C)|/NR|/CAN|/CS|/SET)?\.?\*?"
    r"(?: ?/?\(\d+(?: [A-Z]+)?\))?"
)
_SIMPLE: Final = re.compile(rf"(?:{_AMOUNT})[ -]?(?P<unit>{_UNIT}){_TAIL}")
_COUNT_ONLY: Final = re.compile(rf"(?P<n>\d+|1/2)[ -]?(?P<unit>{_COUNT}){_TAIL}")
_PACK: Final = re.compile(
    rf"(?P<n>\d+) ?(?:/|-|PK ?/?|P/|PK ?- ?|CT ?/) ?(?P<each>{_NUMBER}) ?(?P<unit>{_UNIT}){_TAIL}"
)
_REVERSED: Final = re.compile(
    rf"(?P<each>{_NUMBER}) ?(?P<unit>{_UNIT}) ?(?:/| ) ?(?P<n>\d+) ?(?P<word>PK|CT|P|C)\b{_TAIL}"
)
_NESTED: Final = re.compile(rf".+/(?P<last>(?:{_NUMBER}) ?(?:OZ|LB|Z))")
_POUND_AND_OUNCE: Final = re.compile(rf"(?P<lb>\d+) LB +(?P<oz>{_NUMBER}) OZ")
_CODE: Final = re.compile(r"(?P<code>\d{3,6}) +(?P<rest>\.?\d[\d./]* ?[A-Z].*)")
_PREFIX: Final = re.compile(
    r"^(?:(?:[A-Z]{1,5}|B D|A D|AB D|\([A-Z]\)) +(?=[\d.])|(?:KIOSK|ALL|E)(?=\d)|PK/(?=\d)|\(\d+\) (?=\d)|\d+\)(?=\d))"
)
_FUSED_CODE: Final = re.compile(r"\d{6,}(?:\.\d+)? [A-Z]+")
_FIRST: Final = re.compile(
    rf"(?P<first>(?:{_NUMBER})(?: ?/ ?{_NUMBER})?[ -]?(?:OZ|LB|QT|PT|ML|L|Z))\b(?: ?[/(-]| (?=\d)).*"
)
_CAPACITY: Final = re.compile(r"\d+ (?:CT|C)/(?:[\d.]+ )?(?:GAL|QT)|\d+ GAL/\d+ CT")
_DIMENSION: Final = re.compile(r".*\b(?:IN|INES|CM|MM|X ?\d|STEM|STEMS|DIOPT|SHEETS?|X\d.*)\b.*|.* X ?\d.*")


@dataclass(frozen=True, slots=True)
class PackageSize:
    """One distinct package size.

    kind : ``ounce`` (weight or fluid: the text does not say), ``mass`` (kg), ``volume`` (l), ``area`` (m2),
        ``length`` (m), ``loads``, ``count`` (pieces only) or ``none``.
    each : amount of one unit, in ounces or in the SI unit of the kind; 0 for ``count`` and ``none``.
    units : how many such units the package holds; for ``count``, the pieces.
    stated : ``pack`` if the text gives both the units and the amount of each, else ``one``. ``sum`` if the
        amount is the whole package's and the units are only named (``12 OZ/6 CT``).
    reason : why nothing was read; empty if something was.
    """

    text: str
    kind: str
    each: float = 0.0
    units: int = 1
    stated: str = "one"
    reason: str = ""


def parse_size(text: str) -> PackageSize:
    """Read one package size; never raises, an unreadable text comes back with kind ``none`` and its reason."""
    plain = _normalise(text)
    if _FUSED_CODE.fullmatch(plain):
        return PackageSize(text, "none", reason="an item code in place of the number, or run into it")
    if _CAPACITY.fullmatch(plain):
        return PackageSize(text, "none", reason="what a bag holds, not what it weighs")
    if plain in _BARE:
        plain = _BARE[plain]
    for pattern, build in ((_POUND_AND_OUNCE, _pound_and_ounce), (_SIMPLE, _simple), (_COUNT_ONLY, _count)):
        match = pattern.fullmatch(plain)
        if match and (size := build(text, match)):
            return size
    for pattern in (_PACK, _REVERSED):
        if match := pattern.fullmatch(plain):
            return _pack(text, plain, match)
    if (match := _NESTED.fullmatch(plain)) and (inner := _SIMPLE.fullmatch(match["last"])):
        size = _simple(text, inner)  # `51-60/16 OZ`, `4-6 OZ/1 LB`: a grade, then the size
        if size:
            return PackageSize(text, size.kind, size.each, 1, "sum")
    if (match := _FIRST.fullmatch(plain)) and (inner := _SIMPLE.fullmatch(match["first"].replace("-", " "))):
        size = _simple(text, inner)  # `10 OZ/320 ML`, `7 OZ 156174`: the size, then another statement of it or a code
        if size:
            return size
    return PackageSize(text, "none", reason=_why_not(plain))


def mass_kg(size: PackageSize, rule: str) -> tuple[float | None, str]:
    """Mass of one piece (package) in kg under a weight rule, and the reason if there is none.

    Rules: ``weight`` (an ounce is 28.35 g; a volume is taken at 1 kg/l), ``fluid`` or ``fluid:0.92`` (an ounce is
    29.57 ml; density in kg/l, 1 if not given), ``piece:0.0567`` (kg per piece of a count), ``area:0.036`` (kg per m2; a
    length is taken at `HOUSEHOLD_ROLL_WIDTH_M`).

    Raises
    ------
    ValueError
        if the rule is none of these.
    """
    name, _, argument = rule.partition(":")
    parameter = float(argument) if argument else 1.0
    if name not in {"weight", "fluid", "piece", "area"} or (name in {"piece", "area"} and not argument):
        raise ValueError(f"weight rule {rule!r}: expected weight, fluid[:kg/l], piece:kg or area:kg/m2")
    if size.kind == "none":
        return None, size.reason
    mass = _mass_by_rule(size, name, parameter)
    if mass is None:
        return None, f"the size is {_WORDS[size.kind]}, which tells no weight of it"
    if not PIECE_MASS_KG_MIN <= mass <= PIECE_MASS_KG_MAX:
        return None, f"absurd: {mass:.6g} kg in one piece"
    return mass, ""


_WORDS: Final = {
    "ounce": "in ounces", "mass": "a mass", "volume": "a volume", "area": "an area", "length": "a length",
    "loads": "in loads", "count": "a count of pieces",
}  # fmt: skip


def _mass_by_rule(size: PackageSize, name: str, parameter: float) -> float | None:
    total = size.each if size.stated == "sum" else size.each * size.units
    if name in {"weight", "fluid"}:
        density_kg_per_l = parameter if name == "fluid" else 1.0
        if size.kind == "ounce":
            return total * (OUNCE_KG if name == "weight" else FLUID_OUNCE_L * density_kg_per_l)
        if size.kind == "mass":
            return total
        return total * density_kg_per_l if size.kind == "volume" else None
    if name == "piece":
        return size.units * parameter if size.kind == "count" else None
    if size.kind == "length":
        return total * HOUSEHOLD_ROLL_WIDTH_M * parameter
    return total * parameter if size.kind == "area" else None


def _normalise(text: str) -> str:
    """Upper case, single spaces; item codes and promotion letters before the size taken off."""
    plain = " ".join(text.upper().split())
    if match := _CODE.fullmatch(plain):
        plain = match["rest"]
    plain = _PREFIX.sub("", plain, count=1) if not plain.startswith(("SIZE", "MEN", "HD ", "OVER", "EACH")) else plain
    plain = re.sub(r"(?<=\d)\.O(?= )", ".0", plain)  # `4/1.O OZ`: the letter for the digit
    plain = re.sub(r"(?<=\d)\.(?= )", "", plain)
    return re.sub(r"^(\d+) 00 (?=OZ)", r"\1 ", plain)  # `15 00 OZ`: a lost decimal point


def _amount(match: re.Match[str]) -> tuple[float, int, str]:
    """Amount of one unit, units, and how it was stated; ``10/6.75`` is ten of 6.75, ``3/4`` is a fraction."""
    if match["plain"] is not None:
        return float(match["plain"]), 1, "one"
    fraction = f"{match['num']}/{match['den']}"
    if match["whole"] is not None:
        return int(match["whole"]) + int(match["num"]) / max(int(match["den"]), 1), 1, "one"
    if fraction in _FRACTIONS:
        return int(match["num"]) / int(match["den"]), 1, "one"
    return float(match["den"]), int(match["num"]), "pack"


def _simple(text: str, match: re.Match[str]) -> PackageSize | None:
    kind, factor = _KINDS[match["unit"]]
    each, units, stated = _amount(match)
    if each == 0 or units == 0:
        return PackageSize(text, "none", reason="a size of zero")
    return PackageSize(text, kind, each * factor, units, stated)


def _count(text: str, match: re.Match[str]) -> PackageSize | None:
    pieces = round((0.5 if match["n"] == "1/2" else int(match["n"])) * _COUNTS[match["unit"]])
    return PackageSize(text, "count", 0.0, pieces) if pieces else None


def _pound_and_ounce(text: str, match: re.Match[str]) -> PackageSize:
    return PackageSize(text, "mass", int(match["lb"]) * POUND_KG + float(match["oz"]) * OUNCE_KG)


def _pack(text: str, plain: str, match: re.Match[str]) -> PackageSize:
    """`6 PK/8 OZ` is six of eight; `8 CT/16 OZ` is sixteen in all; `18-22 LB` is a grade of melons."""
    kind, factor = _KINDS[match["unit"]]
    units, each = int(match["n"]), float(match["each"])
    if units == 0 or each == 0:
        return PackageSize(text, "none", reason="a size of zero")
    hyphen = bool(re.match(r"\d+ ?-", plain))
    if hyphen and (kind != "ounce" or (units < each <= 1.5 * units and units > 4)):
        return PackageSize(text, "none", reason="a range or a pack: the text does not say")
    named = re.search(r"CT|\dC\b| C$", plain) is not None
    too_much = kind == "ounce" and units >= 4 and each > SUM_EACH_OUNCES
    stated = "sum" if named or too_much else "pack"
    return PackageSize(text, kind, each * factor, units, stated)


def _why_not(plain: str) -> str:
    if plain in {"LB", "OZ"}:
        return "sold by weight: a unit without an amount"
    if re.fullmatch(r"\d*-?\d* ?CTN|CTN", plain):
        return "a carton, its content not stated"
    if "REC OZ" in plain:
        return "ounces when made up, not what is in the box"
    if _DIMENSION.fullmatch(plain):
        return "a dimension or a number of stems or sheets, not an amount"
    if re.search(r"\d+-\d+", plain):
        return "a range"
    if not re.search(r"\d", plain):
        return "a word without an amount"
    return "not understood"
