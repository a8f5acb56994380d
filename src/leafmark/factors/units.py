"""Units: what one unit of an activity is, and how it converts to the unit of a factor.

A unit is a *name of a closed list*, not an expression: `kWh`, `t_km`, `USD_2021_purchaser`. Each name belongs to one
dimension, and only names of one dimension convert. The trick is in what is kept apart: energy at net and at gross
calorific value are two dimensions (a gross kWh of gas is about 10 % less fuel than a net one, so no factor of
conversion exists without knowing the fuel), and each currency of each year and price basis is a dimension of its own
(money of another year goes through `price_ratio` first, knowingly). So a mistake of this kind is an error with a
hint, never a silent number.

Definitions are exact fractions of base units, read once on first use; results are cached, so a table of a million
lines costs one dictionary look-up per distinct pair of units. The tests hold every unit and every pair against pint,
which once did this work here: a third of a second and five packages in each process, for 150 names (docs/decisions/0012).

Sources of the constants: BIPM SI Brochure, 9th ed. (2019), tables 8 (t, L, h, d); NIST Special Publication 811 (2008),
appendix B.8 (international mile, pound, US gallon, British thermal unit IT, barrel, calorie IT); IEA/OECD toe = 10
Gcal_IT = 41.868 GJ.
"""

from __future__ import annotations

import csv
import difflib
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from importlib import resources

_MAX_UNIT_CHARS = 64

# A line is `name = [base dimension]` or `name = term * term`, where a term is a fraction, a name above it, or `name ** power`.
_BASE_DEFINITIONS = """
kg = [mass]
g = 1/1000 * kg
mg = 1/1000000 * kg
ug = 1/1000000000 * kg
t = 1000 * kg
kt = 1000000 * kg
Mt = 1000000000 * kg
lb = 45359237/100000000 * kg
oz = 45359237/1600000000 * kg
short_ton = 2000 * lb
long_ton = 2240 * lb
m = [length]
mm = 1/1000 * m
cm = 1/100 * m
km = 1000 * m
inch = 254/10000 * m
ft = 3048/10000 * m
mile = 1609344/1000 * m
nautical_mile = 1852 * m
m2 = m ** 2
cm2 = 1/10000 * m2
km2 = 1000000 * m2
ha = 10000 * m2
ft2 = ft ** 2
m3 = m ** 3
L = 1/1000 * m3
dL = 1/10 * L
cL = 1/100 * L
mL = 1/1000 * L
kL = 1000 * L
ML = 1000000 * L
gal_us = 3785411784/1000000000 * L
gal_uk = 454609/100000 * L
quart_us = 1/4 * gal_us
pint_us = 1/8 * gal_us
fl_oz_us = 1/128 * gal_us
bbl = 42 * gal_us
ft3 = ft ** 3
scf = [standard_gas_volume]
ccf_standard = 100 * scf
mscf = 1000 * scf
s = [time]
minute = 60 * s
hour = 3600 * s
day = 24 * hour
week = 7 * day
year = 36525/100 * day
item = [item]
dozen = 12 * item
vehicle = [vehicle]
passenger = [passenger]
person = [person]
fte = [full_time_equivalent]
room = [room]
night = [night]
trip = [trip]
meal = [meal]
receipt = [receipt]
parcel = [parcel]
order = [order]
cycle = [cycle]
server = [server]
instance = [instance]
vcpu = [vcpu]
container_teu = [container]
byte = [data]
MB = 1000000 * byte
GB = 1000000000 * byte
TB = 1000000000000 * byte
t_km = t * km
kg_km = kg * km
t_mile = t * mile
short_ton_mile = short_ton * mile
t_nautical_mile = t * nautical_mile
teu_km = container_teu * km
passenger_km = passenger * km
passenger_mile = passenger * mile
vehicle_km = vehicle * km
vehicle_mile = vehicle * mile
room_night = room * night
person_night = person * night
person_trip = person * trip
fte_hour = fte * hour
vcpu_hour = vcpu * hour
instance_hour = instance * hour
server_hour = server * hour
server_year = server * year
GB_hour = GB * hour
GB_month = 1/12 * GB * year
TB_hour = TB * hour
m2_day = m2 * day
m2_year = m2 * year
m3_day = m3 * day
item_year = item * year
kg_day = kg * day
t_day = t * day
"""

# Energy comes three times: final energy (electricity, heat, steam), and fuel at net and at gross calorific value.
_ENERGY_JOULES = {
    "J": Fraction(1),
    "kJ": Fraction(10**3),
    "MJ": Fraction(10**6),
    "GJ": Fraction(10**9),
    "TJ": Fraction(10**12),
    "PJ": Fraction(10**15),
    "Wh": Fraction(3600),
    "kWh": Fraction(3600 * 10**3),
    "MWh": Fraction(3600 * 10**6),
    "GWh": Fraction(3600 * 10**9),
    "TWh": Fraction(3600 * 10**12),
    "kcal": Fraction("4186.8"),
    "Btu": Fraction("1055.05585262"),
    "mmBtu": Fraction("1055.05585262") * 10**6,
    "therm": Fraction("1055.05585262") * 10**5,
    "toe": Fraction("41868000000"),
    "tce": Fraction("29307600000"),
}
_ENERGY_KINDS = {"": "energy", "_net": "energy_net", "_gross": "energy_gross"}

# Publishers' and people's spellings of the names above. Nothing here guesses: each is a spelling, not a reading.
_SPELLINGS = {
    "kWh-ncv": "kWh_net", "kWh-gcv": "kWh_gross", "TJ-ncv": "TJ_net", "TJ-gcv": "TJ_gross", "GJ-ncv": "GJ_net",
    "GJ-gcv": "GJ_gross", "mmBtu-hhv": "mmBtu_gross", "mmBtu-lhv": "mmBtu_net", "kWh (Net CV)": "kWh_net",
    "kWh (Gross CV)": "kWh_gross", "t.km": "t_km", "tonne.km": "t_km", "tkm": "t_km", "p.km": "passenger_km",
    "pkm": "passenger_km", "passenger.km": "passenger_km", "p.mile": "passenger_mile", "vehicle.mile": "vehicle_mile",
    "vehicle.km": "vehicle_km", "short-ton": "short_ton", "short-ton.mile": "short_ton_mile", "gal-us": "gal_us",
    "room.night": "room_night", "Room per night": "room_night", "fte.hour": "fte_hour",
    "per FTE Working Hour": "fte_hour", "person.trip": "person_trip", "tonne": "t", "tonnes": "t", "litre": "L",
    "litres": "L", "liter": "L", "l": "L", "ml": "mL", "cubic metres": "m3", "m^3": "m3", "m²": "m2", "m³": "m3",
    "kilogram": "kg", "gram": "g", "miles": "mile", "kwh": "kWh", "h": "hour", "d": "day", "piece": "item",
    "pieces": "item", "items": "item", "min": "minute", "million litres": "ML",
}  # fmt: skip

# Words that are no spelling of one unit alone, or that people must choose themselves: proposed, never taken.
_WORDS = {
    "kilowatt hour": ("kWh",), "kilowatt-hour": ("kWh",), "kilowatthour": ("kWh",), "kw": ("kWh",), "kw/h": ("kWh",),
    "pound": ("lb",), "ounce": ("oz", "fl_oz_us"), "foot": ("ft",), "feet": ("ft",), "inche": ("inch",),
    "gallon": ("gal_us", "gal_uk"), "ton": ("t", "short_ton", "long_ton"), "kilo": ("kg",), "barrel": ("bbl",),
    "unit": ("item",), "each": ("item",), "ea": ("item",), "pc": ("item",), "pce": ("item",), "metre": ("m",),
    "meter": ("m",), "kilometre": ("km",), "kilometer": ("km",), "cubic metre": ("m3",), "cubic meter": ("m3",),
    "公斤": ("kg",), "千克": ("kg",), "克": ("g",), "吨": ("t",), "噸": ("t",), "升": ("L",), "度": ("kWh",),
    "千瓦时": ("kWh",), "千瓦時": ("kWh",), "公里": ("km",), "件": ("item",), "个": ("item",), "個": ("item",),
}  # fmt: skip

_MONEY = re.compile(r"^([A-Z]{3})_((?:19|20)\d\d)_(purchaser|producer)$")
_MONEY_SPELLING = re.compile(r"^([A-Z]{3})[ _-]?((?:19|20)\d\d)[ _-](purchaser|producer)$")
_DIMENSION_NAMES = {
    "[length] ** 2": "area",
    "[length] ** 3": "volume",
    "[length] * [mass]": "mass_distance",
    "[length] * [passenger]": "passenger_distance",
    "[length] * [vehicle]": "vehicle_distance",
}


class UnitError(ValueError):
    """A unit is not known, or two units do not measure the same thing. The message says what to write instead."""


@dataclass(frozen=True, slots=True)
class _Measure:
    """A unit in base units: how many, and of what; `t_km` is 1,000,000 of `[length]` and `[mass]`."""

    ratio: Fraction
    powers: tuple[tuple[str, int], ...]


@cache
def _measures() -> dict[str, _Measure]:
    """All units but money, by name: exact, and no prefixes (`kkWh` is unknown)."""
    found: dict[str, _Measure] = {}
    for line in _BASE_DEFINITIONS.strip().splitlines():
        name, _, definition = line.partition(" = ")
        found[name] = _product(definition, found)
    for suffix, kind in _ENERGY_KINDS.items():
        for name, joules in _ENERGY_JOULES.items():
            found[f"{name}{suffix}"] = _Measure(joules, ((f"[{kind}]", 1),))
    return found


def _product(definition: str, known: dict[str, _Measure]) -> _Measure:
    """What the right side of a definition is, from the units above it."""
    if definition.startswith("["):
        return _Measure(Fraction(1), ((definition, 1),))
    ratio, powers = Fraction(1), dict[str, int]()
    for term in definition.split(" * "):
        if term[0].isdigit():
            ratio *= Fraction(term)
            continue
        name, _, power = term.partition(" ** ")
        times = int(power or 1)
        ratio *= known[name].ratio ** times
        for base, own in known[name].powers:
            powers[base] = powers.get(base, 0) + own * times
    return _Measure(ratio, tuple(sorted(powers.items())))


def unit_names() -> tuple[str, ...]:
    """Return the names of all units but money, in alphabetical order."""
    return tuple(sorted(_measures()))


@lru_cache(maxsize=4096)
def canonical(unit: str) -> str:
    """Return the one name of a unit for any spelling of it.

    Raises
    ------
    UnitError
        The unit is not known; the message proposes close names, or says what money needs.
    """
    name = unit.strip()[: _MAX_UNIT_CHARS + 1]
    if name in _measures() or _MONEY.match(name):
        return name
    if name in _SPELLINGS and _SPELLINGS[name] in _measures():
        return _SPELLINGS[name]
    if money := _MONEY_SPELLING.match(name):
        return "_".join(money.groups())
    raise UnitError(f"unit {name!r} is not known; {proposal(name)}")


def proposal(name: str) -> str:
    """Return what to write instead of a unit that is not known: close names, what money needs, or where the list is."""
    if name.strip().casefold().rstrip("s") in _WORDS:
        return f"did you mean {' or '.join(_WORDS[name.strip().casefold().rstrip('s')])}?"
    if re.match(r"^[A-Z]{3}([ _-]?(19|20)\d\d)?$", name) or re.match(r"^[A-Z]{3}[ _-]?\d{4}", name):
        return "money needs currency, price year and price basis: USD_2021_purchaser or USD_2021_producer"
    folded = {known.casefold(): known for known in _measures()} | {key.casefold(): to for key, to in _SPELLINGS.items()}
    close = [folded[found] for found in difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=0.6)]
    if close:
        return "did you mean " + " or ".join(dict.fromkeys(close)) + "?"
    return "docs/factors.md lists all units"


def known(unit: str) -> bool:
    """Say whether a unit is known, in any spelling."""
    try:
        canonical(unit)
    except UnitError:
        return False
    return True


@lru_cache(maxsize=4096)
def dimension(unit: str) -> str:
    """Return a stable text of what a unit measures: `mass`, `energy_net`, `mass_distance`, `USD_2021_purchaser`.

    Two units convert if and only if their dimensions are equal.

    Raises
    ------
    UnitError
        The unit is not known.
    """
    name = canonical(unit)
    if _MONEY.match(name):
        return name
    text = " * ".join(base if power == 1 else f"{base} ** {power}" for base, power in _measures()[name].powers)
    if text in _DIMENSION_NAMES:
        return _DIMENSION_NAMES[text]
    return text.replace("[", "").replace("]", "").replace(" ** ", "^").replace(" * ", "_x_")


@lru_cache(maxsize=65536)
def factor_between(unit_from: str, unit_to: str) -> float:
    """Return how many `unit_to` one `unit_from` is: amounts are multiplied by it, values per unit divided.

    Parameters
    ----------
    unit_from, unit_to : str
        Names (or spellings) of units.

    Returns
    -------
    float
        The exact ratio, correctly rounded once to a double: `factor_between("kWh", "MJ")` is 3.6.

    Raises
    ------
    UnitError
        A unit is not known, or the two measure different things (net and gross energy, money of two years).
    """
    source, target = canonical(unit_from), canonical(unit_to)
    if source == target:
        return 1.0
    measured, wanted = dimension(source), dimension(target)
    if measured != wanted:
        raise UnitError(f"{source} ({measured}) does not convert to {target} ({wanted}); {_why_not(source, target)}")
    return float(_measures()[source].ratio / _measures()[target].ratio)


def _why_not(source: str, target: str) -> str:
    money_from, money_to = _MONEY.match(source), _MONEY.match(target)
    if money_from and money_to:
        if money_from[1] != money_to[1]:
            return "currencies need an exchange rate of the year: convert the amount before"
        if money_from[3] != money_to[3]:
            return "purchaser and producer prices differ by margins and taxes: use a factor of the same price basis"
        return "money of another year goes through price_ratio(currency, year_from, year_to) first"
    kinds = {dimension(source), dimension(target)}
    if kinds <= {"energy", "energy_net", "energy_gross"}:
        return "say the calorific value on both sides (_net or _gross): they differ by 5 to 11 % with the fuel"
    return f"give the amount in a unit of {dimension(target)}"


def is_money(unit: str) -> bool:
    """Say whether a unit is money of a currency, year and price basis."""
    return known(unit) and _MONEY.match(canonical(unit)) is not None


def money_parts(unit: str) -> tuple[str, int, str]:
    """Return (currency, price year, price basis) of a unit of money.

    Raises
    ------
    UnitError
        The unit is not money.
    """
    match = _MONEY.match(canonical(unit))
    if match is None:
        raise UnitError(f"unit {unit!r} is not money; expected for example USD_2021_purchaser")
    return match[1], int(match[2]), match[3]


@cache
def _price_index() -> dict[str, dict[int, float]]:
    table: dict[str, dict[int, float]] = {}
    text = (resources.files(__package__) / "price_index.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        table.setdefault(row["currency"], {})[int(row["year"])] = float(row["index"])
    return table


def price_ratio(currency: str, year_from: int, year_to: int) -> float:
    """Return what one unit of money of `year_from` is worth in money of `year_to`, by consumer prices.

    Formula: `index(year_to) / index(year_from)`, annual averages of `price_index.csv` (USD: CPI-U, US city average,
    all items, 1982-84 = 100, US Bureau of Labor Statistics, series CUUR0000SA0). It moves purchaser prices between
    years; it does not turn purchaser prices into producer prices, nor follow the price of one good.

    Raises
    ------
    UnitError
        The table has no index for this currency or year.
    """
    years = _price_index().get(currency)
    if years is None:
        raise UnitError(f"no price index for {currency!r}; there is one for {', '.join(sorted(_price_index()))}")
    for year in (year_from, year_to):
        if year not in years:
            raise UnitError(f"no {currency} price index for {year}; the table holds {min(years)} to {max(years)}")
    return years[year_to] / years[year_from]
