"""What of a product is of another market than the one it is read in: its official class, and the grid that its use is calculated on.

The published figure stays what it is. Where the run holds the market's grid, and the catalogue the product's own kilowatt-hours and
years, the figure on that grid is shown beside it, as a what-if.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from leafmark.products import LabelData
from leafmark.products.grids import Grid, what_if
from leafmark.products.i18n import mass_unit, plain, significant
from leafmark.products.markets import Market, of_grid, of_mark
from leafmark.products.sentences import Sentences
from leafmark.web.languages import pick, say, span
from leafmark.web.shelf.labels import mark_of
from leafmark.web.shelf.models import MarketGrid, Product
from leafmark.web.shelf.state import version


@dataclass(frozen=True)
class Elsewhere:
    """Sentences in one language; empty where there is nothing to say. `grid`: run and factor of the what-if, for a link."""

    mark: str
    mark_source: str
    region: str
    figure: str
    likely: str
    how: str
    factor_id: str


def elsewhere(product: Product, label: LabelData, market: Market, lang: str) -> Elsewhere | None:
    """What to say of other markets. `label` is the product's whole label, before a market took its marks away."""
    mark, source = _mark(product, label, market, lang)
    region, shown = _region(product, market, lang)
    if not mark and not region:
        return None
    return Elsewhere(mark, source, region, *(shown or ("", "", "", "")))


def _mark(product: Product, label: LabelData, market: Market, lang: str) -> tuple[str, str]:
    scheme = mark_of(product.published)
    home = None if scheme is None else of_mark(scheme)
    if label.official is None or home is None or home.code == market.code:
        return "", ""
    named, source = Sentences(label, lang).official
    return say(lang, "market.mark", home=pick(home.names, lang), market=pick(market.names, lang), named=named), source


def _region(product: Product, market: Market, lang: str) -> tuple[str, tuple[str, str, str, str] | None]:
    publication = product.published
    used_in = publication.catalogue.get("use_region")
    if not used_in or publication.co2e_ug is None or used_in == market.grid:
        return "", None
    home = of_grid(used_in)
    place = pick(home.names, lang) if home else str(used_in)
    chosen = pick(market.names, lang)
    said = say(lang, "market.region", place=place, market=chosen)
    kwh, years = (publication.catalogue.get(name) for name in ("kwh_per_year", "lifetime_years"))
    kept = _kept_grid(publication.run_id, market.grid, product.stamp or version()) if market.grid else None
    if kept is None or not _positive(kwh) or not _positive(years):
        return f"{said} {say(lang, 'market.no_grid', market=chosen)}", None
    grid = Grid(kept.region, kept.kg_per_kwh, kept.relative_sd, kept.factor_id, kept.data_year)
    found = what_if(grid, float(kwh), float(years))
    scale, unit = mass_unit(found.co2e_ug)
    figure = say(lang, "market.what_if", market=chosen, figure=f"{significant(found.co2e_ug / scale)} {unit} CO₂e")
    likely = say(lang, "market.likely", range=span(found.low_ug, found.high_ug, found.co2e_ug))
    how = say(
        lang, "market.how", kwh=plain(found.kwh_per_year), years=plain(found.years), kg=significant(grid.kg_per_kwh),
        year=grid.data_year,
    )  # fmt: skip
    return said, (figure, likely, how, "" if ", " in grid.factor_id else grid.factor_id)


@lru_cache(maxsize=1_024)
def _kept_grid(run: int, region: str, stamp: str) -> MarketGrid | None:
    """A run's grid, as long as the shelf has one stamp."""
    return MarketGrid.objects.filter(run_id=run, region=region).first()


def _positive(value: object) -> bool:
    return isinstance(value, int | float) and value > 0
