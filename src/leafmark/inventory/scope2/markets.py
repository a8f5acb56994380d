"""Markets of contracts: within which borders a certificate may be used.

A market is a country with all its regions unless the company says otherwise: markets that trade one certificate under one law may be
given one name (`{"DE": "EECS", "FR": "EECS"}`), and a region that is a market of its own may be given its own (Scope 2 Guidance,
quality criterion 5).
"""

from __future__ import annotations

from collections.abc import Mapping

from leafmark.factors import regions


def market_of(region: str, markets: Mapping[str, str] | None = None) -> str | None:
    """The market a region lies in: what `markets` says of it or of the nearest region around it, else its country.

    A region that is larger than a country and in no market is one by itself; an unknown region is in none (None).
    """
    if not regions.known(region):
        return None
    for place in (region, *regions.parents(region)):
        if markets and place in markets:
            return markets[place]
    country = regions.country(region)
    return region if country == regions.WORLD else country
