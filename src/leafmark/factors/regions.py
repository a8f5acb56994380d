"""Regions: which place lies in which, so that a look-up can fall from a place to its country and to the world.

A region is a code: ISO 3166-1 alpha-2 (`CN`), ISO 3166-2 and anything under it (`CN-ZJ`, `CN-ZJ-HZ`), a named grid
(`egrid:CAMX`, `cngrid:east`), a cloud region (`aws:eu-west-1`) or `WORLD`. The parent of a code with a prefix is the
code without its last part; the parent of a named region is a column of `regions.csv`. So the chain has any depth, and
always ends in `WORLD`.

`regions.csv` holds facts: ISO 3166-1 and 3166-2 codes (the subdivisions of China and the United States in full; those
of other countries are accepted by form), names from Unicode CLDR in English, Simplified and Traditional Chinese
(Unicode licence; Chinese names of provinces and states are the customary ones), the subregions of US EPA eGRID, the
regional grids of China's MEE, and the region identifiers the cloud providers publish. `CN-HK`, `CN-MO`, `CN-TW` and
`US-PR` and its like fall to the alpha-2 code of the same place, which is where grids publish their factors. `XK` is
the user-assigned code in general use for Kosovo.
"""

from __future__ import annotations

import csv
import difflib
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

WORLD = "WORLD"
_MAX_DEPTH = 8
_CUSTOMARY = {"uk": "GB", "el": "GR", "global": "WORLD", "glo": "WORLD", "row": "WORLD", "usa": "US", "europe": "EU"}
"""What publishers and people write for a code: proposed, never taken. `EL` is Eurostat's Greece, `GLO` ecoinvent's world."""
_SUBDIVISION = re.compile(r"^[A-Z]{2}(-[A-Z0-9]{1,6}){1,4}$")


class RegionError(ValueError):
    """A region is not known. The message proposes what was meant."""


@dataclass(frozen=True, slots=True)
class Region:
    """One row of `regions.csv`.

    `kind` is `world`, `group`, `country`, `subdivision`, `grid` or `cloud`; `alpha3` and `numeric` are given for
    countries; `name_zh_hans` and `name_zh_hant` may be empty.
    """

    region: str
    kind: str
    parent: str
    alpha3: str
    numeric: str
    name_en: str
    name_zh_hans: str
    name_zh_hant: str


@cache
def table() -> dict[str, Region]:
    """Return all listed regions by code."""
    text = (resources.files(__package__) / "regions.csv").read_text(encoding="utf-8")
    rows = {row["region"]: Region(**row) for row in csv.DictReader(text.splitlines())}
    for row in rows.values():
        if row.parent and row.parent not in rows:
            raise RegionError(f"regions.csv: parent {row.parent!r} of {row.region!r} is not a row")
    return rows


@cache
def _closed_countries() -> frozenset[str]:
    """Countries whose subdivisions are all listed: another code of the same form is a mistake."""
    return frozenset(row.region[:2] for row in table().values() if row.kind == "subdivision")


def known(region: str) -> bool:
    """Say whether a region is listed, or is a well-formed part of a listed one."""
    try:
        parents(region)
    except RegionError:
        return False
    return True


@lru_cache(maxsize=65536)
def parents(region: str) -> tuple[str, ...]:
    """Return the chain above a region, nearest first, ending in `WORLD`; the region itself is not in it.

    `parents("CN-ZJ")` is `("CN", "WORLD")`, `parents("WORLD")` is `()`.

    Raises
    ------
    RegionError
        The region is not known; the message proposes close codes.
    """
    chain: list[str] = []
    place = region
    while place != WORLD:
        place = _parent(place, region)
        chain.append(place)
        if len(chain) > _MAX_DEPTH:
            raise RegionError(f"region {region!r} lies more than {_MAX_DEPTH} levels deep: {' < '.join(chain)}")
    return tuple(chain)


def _parent(place: str, asked: str) -> str:
    row = table().get(place)
    if row is not None:
        return row.parent
    if _SUBDIVISION.match(place):
        above = place.rsplit("-", 1)[0]
        if above in table() and not (len(above) == 2 and above in _closed_countries()):
            return above
        if len(above) > 2 and _SUBDIVISION.match(above):
            return above
    raise RegionError(f"region {asked!r} is not known; {proposal(asked)}")


def proposal(region: str) -> str:
    """Return what to write instead of a region that is not known: the code of a name, close codes, or which codes there are."""
    by_name = _codes_by_name().get(region.strip().casefold())
    if by_name:
        return f"did you mean {by_name}?"
    by_alpha3 = _alpha3_codes().get(region.strip().upper())
    if by_alpha3:
        return f"{region.strip().upper()} is alpha-3: write {by_alpha3}"
    folded = {code.casefold(): code for code in table()}
    close = difflib.get_close_matches(region.casefold(), folded, n=3, cutoff=0.7)
    if close:
        return "did you mean " + " or ".join(folded[code] for code in close) + "?"
    return "use ISO 3166-1 alpha-2 (CN), ISO 3166-2 (CN-ZJ), a code of regions.csv (egrid:CAMX, aws:eu-west-1) or WORLD"


@cache
def _codes_by_name() -> dict[str, str]:
    """Codes by the names of places in three languages; where two have one name, that of the wider stands."""
    codes = dict(_CUSTOMARY)
    for row in table().values():
        for text in (row.name_en, row.name_zh_hans, row.name_zh_hant):
            if text:
                codes.setdefault(text.casefold(), row.region)
    return codes


@cache
def _alpha3_codes() -> dict[str, str]:
    return {row.alpha3: row.region for row in table().values() if row.alpha3}


def alpha2(code: str) -> str:
    """Return the ISO 3166-1 alpha-2 code of an alpha-3 code; an alpha-2 code or `WORLD` comes back as it is.

    Publishers mix the two (`CHN` in one, `CN` in another): a look-up that does not bring them together falls to the
    world's factor.

    Raises
    ------
    RegionError
        The code is neither.
    """
    if code in _alpha3_codes():
        return _alpha3_codes()[code]
    row = table().get(code)
    if row is not None and row.kind in ("country", "world"):
        return code
    raise RegionError(f"{code!r} is neither an ISO 3166-1 alpha-3 nor an alpha-2 code")


def country(region: str) -> str:
    """Return the country a region lies in, or `WORLD` for the world and for groups of countries.

    Raises
    ------
    RegionError
        The region is not known.
    """
    for place in (region, *parents(region)):
        row = table().get(place)
        if row is not None and row.kind == "country":
            return place
    return WORLD


def name(region: str, language: str = "en") -> str:
    """Return the name of a region; one without a name in the language gives the English one, else its code.

    Parameters
    ----------
    region : str
        A code.
    language : str
        `en`, `zh-Hans` or `zh-Hant`.
    """
    row = table().get(region)
    if row is None:
        return region
    names = {"en": row.name_en, "zh-Hans": row.name_zh_hans, "zh-Hant": row.name_zh_hant}
    if language not in names:
        raise RegionError(f"no names in language {language!r}; expected en, zh-Hans or zh-Hant")
    return names[language] or row.name_en or region
