"""The bridge's arithmetic over all lines at once: one statement of DuckDB, no row in Python.

Amounts are summed as decimals, so that their order does not matter; every formula reads the same with the years swapped, and floats are
added in the same order then, so that the parts turn their sign to the bit. What is left to whole micrograms is added in 128 bits.
"""

from __future__ import annotations

from typing import Final

from leafmark.factors.columns import BOUNDARIES

_BOUNDARY: Final = (
    "CASE WHEN regexp_extract(factor_id, ':([^:]+):[^:]*$', 1) IN ("
    + ", ".join(f"'{each}'" for each in BOUNDARIES)
    + ") THEN regexp_extract(factor_id, ':([^:]+):[^:]*$', 1) ELSE '' END"
)
"""What of the activity a factor counts: a key has several (tank to wheel, well to tank; upstream, losses) over the same amount."""
_YEAR: Final = f"""
    SELECT entity_id, site_id, template, key, scope, COALESCE(category, 0) AS category, {_BOUNDARY} AS boundary, SUM(co2e_ug)::HUGEINT AS ug,
      CASE WHEN COUNT(TRY_CAST(amount AS DECIMAL(38, 9))) = COUNT(*) AND COUNT(DISTINCT COALESCE(unit, '')) = 1
        THEN SUM(TRY_CAST(amount AS DECIMAL(38, 9)))::DOUBLE END AS amount,
      CASE WHEN COUNT(TRY_CAST(amount AS DECIMAL(38, 9))) = COUNT(*) AND COUNT(DISTINCT COALESCE(unit, '')) = 1
        THEN SUM(TRY_CAST(amount AS DECIMAL(38, 9))) END AS exact_amount,
      MIN(COALESCE(unit, '')) AS unit, SUM(activities)::DOUBLE AS activities,
      string_agg(DISTINCT method_id || ' v' || method_version, ', ' ORDER BY method_id || ' v' || method_version) AS methods,
      string_agg(DISTINCT factor_id, ', ' ORDER BY factor_id) AS factors, {{loses}} AS loses, {{untold}} AS untold
    FROM {{table}} WHERE {{{{where}}}} GROUP BY ALL"""

LINES_SQL: Final = f"""
CREATE TEMP TABLE b AS {_YEAR.format(loses="{before_loses}", untold="{untold}", table="before_lines")};
CREATE TEMP TABLE a AS {_YEAR.format(loses="{after_loses}", untold="{untold}", table="after_lines")};
CREATE TEMP TABLE bridge_lines AS
WITH joined AS (
    SELECT entity_id, site_id, template, key, scope, category, boundary, b.ug IS NULL AS is_new, a.ug IS NULL AS is_gone,
      COALESCE(b.ug, 0)::HUGEINT AS ug0, COALESCE(a.ug, 0)::HUGEINT AS ug1, b.amount AS amount0, a.amount AS amount1,
      b.exact_amount AS exact0, a.exact_amount AS exact1, COALESCE(b.unit, a.unit) AS unit, b.unit AS unit0, a.unit AS unit1,
      COALESCE(b.activities, 0) AS n0, COALESCE(a.activities, 0) AS n1, b.methods AS methods0, a.methods AS methods1,
      b.factors AS factors0, a.factors AS factors1, COALESCE(b.untold, 0) + COALESCE(a.untold, 0) AS untold,
      CASE WHEN b.ug IS NULL OR a.ug IS NULL THEN 0 ELSE round((a.loses - b.loses) / 2) END::HUGEINT AS gwp
    FROM b FULL OUTER JOIN a USING (entity_id, site_id, template, key, scope, category, boundary)),
kin AS (
    SELECT *, bool_or(NOT is_new) OVER k AND is_new OR bool_or(NOT is_gone) OVER k AND is_gone AS other_boundary,
      max(methods0) OVER k AS kin0, max(methods1) OVER k AS kin1
    FROM joined WINDOW k AS (PARTITION BY entity_id, site_id, template, key, scope, category)),
stated AS (
    SELECT *, CASE
        WHEN is_new AND entity_id NOT IN (SELECT entity_id FROM b) THEN 'began'
        WHEN is_gone AND entity_id NOT IN (SELECT entity_id FROM a) THEN 'ended'
        WHEN other_boundary THEN 'boundary'
        WHEN is_new THEN 'new' WHEN is_gone THEN 'gone' ELSE 'matched' END AS state,
      COALESCE(kin0 <> kin1, FALSE) AS other_method,
      -- the middle of both GWP sets: what is left of the change has one set
      ug0::DOUBLE + gwp::DOUBLE / 2 AS g0, ug1::DOUBLE - gwp::DOUBLE / 2 AS g1
    FROM kin),
told AS (
    SELECT *, state IN ('matched', 'new', 'gone')
      AND (is_new OR (amount0 IS NOT NULL AND (amount0 > 0 OR (amount0 = 0 AND ug0 = 0))))
      AND (is_gone OR (amount1 IS NOT NULL AND (amount1 > 0 OR (amount1 = 0 AND ug1 = 0))))
      AND (is_new OR is_gone OR unit0 = unit1) AND NOT (is_new AND amount1 = 0) AND NOT (is_gone AND amount0 = 0) AS split,
      COALESCE(amount0, 0) AS a0, COALESCE(amount1, 0) AS a1
    FROM stated),
grouped AS (
    SELECT *,
      SUM(CASE WHEN split THEN COALESCE(exact0, 0) END) OVER w::DOUBLE AS q0,
      SUM(CASE WHEN split THEN COALESCE(exact1, 0) END) OVER w::DOUBLE AS q1
    FROM told WINDOW w AS (PARTITION BY template, unit, scope, category, boundary)),
shares AS (
    SELECT *, CASE WHEN a0 > 0 THEN g0 / a0 WHEN a1 > 0 THEN g1 / a1 ELSE 0 END AS f0,
      CASE WHEN a1 > 0 THEN g1 / a1 WHEN a0 > 0 THEN g0 / a0 ELSE 0 END AS f1,
      CASE WHEN q0 > 0 THEN a0 / q0 WHEN q1 > 0 THEN a1 / q1 ELSE 0 END AS s0,
      CASE WHEN q1 > 0 THEN a1 / q1 WHEN q0 > 0 THEN a0 / q0 ELSE 0 END AS s1
    FROM grouped),
shapley AS (
    SELECT *,
      CASE WHEN split THEN (q1 - q0) * ((s1 * f1 + s0 * f0) / 3 + (s1 * f0 + s0 * f1) / 6) ELSE 0 END AS x,
      CASE WHEN split THEN (s1 - s0) * ((q1 * f1 + q0 * f0) / 3 + (q1 * f0 + q0 * f1) / 6) ELSE 0 END AS y,
      -- every activity was rounded to a microgram: a factor's difference of no more than that is none
      CASE WHEN NOT split OR a0 = 0 OR a1 = 0 OR (factors0 = factors1 AND NOT other_method AND gwp = 0 AND
        abs(f1 - f0) <= n0 / a0 + n1 / a1) THEN 0
        ELSE (f1 - f0) * ((q1 * s1 + q0 * s0) / 3 + (q1 * s0 + q0 * s1) / 6) END AS z
    FROM shares),
rounded AS (
    SELECT *, round(x)::HUGEINT AS x_ug, round(y)::HUGEINT AS y_ug, round(z)::HUGEINT AS z_ug,
      ug1 - ug0 - gwp - round(x)::HUGEINT - round(y)::HUGEINT - round(z)::HUGEINT AS left_ug
    FROM shapley),
whole AS (
    SELECT * EXCLUDE (x_ug, y_ug, z_ug),
      x_ug + CASE WHEN abs(x) >= abs(y) AND abs(x) >= abs(z) THEN left_ug ELSE 0 END AS x_ug,
      y_ug + CASE WHEN abs(y) > abs(x) AND abs(y) >= abs(z) THEN left_ug ELSE 0 END AS y_ug,
      z_ug + CASE WHEN abs(z) > abs(x) AND abs(z) > abs(y) THEN left_ug ELSE 0 END AS z_ug
    FROM rounded)
SELECT entity_id, site_id, template, key, scope, category, NULLIF(boundary, '') AS boundary, state, NULLIF(unit, '') AS unit, amount0, amount1, methods0, methods1,
  factors0, factors1, ug0, ug1, untold,
  CASE WHEN state = 'boundary' THEN CASE WHEN other_method THEN 'method' ELSE 'boundary' END
    WHEN state <> 'matched' OR (split AND z_ug = 0) THEN NULL WHEN other_method THEN 'method' WHEN NOT split THEN NULL
    WHEN factors0 <> factors1 THEN 'vintage' ELSE 'revised' END AS cause,
  CASE WHEN state IN ('began', 'ended') THEN ug1 - ug0 ELSE 0 END::HUGEINT AS structure,
  CASE WHEN split THEN x_ug ELSE 0 END::HUGEINT AS activity,
  CASE WHEN split THEN y_ug ELSE 0 END::HUGEINT AS mix,
  CASE WHEN split AND NOT other_method THEN z_ug WHEN state = 'boundary' AND NOT other_method THEN ug1 - ug0 ELSE 0 END::HUGEINT AS factor,
  CASE WHEN split AND other_method THEN z_ug
    WHEN state IN ('matched', 'boundary') AND other_method THEN ug1 - ug0 - gwp ELSE 0 END::HUGEINT AS method,
  gwp,
  CASE WHEN NOT split AND state IN ('matched', 'new', 'gone') AND NOT other_method THEN ug1 - ug0 - gwp ELSE 0 END::HUGEINT AS unsplit
FROM whole;
"""
"""`{where}`, `{before_loses}`, `{after_loses}` and `{untold}` are filled in; makes `bridge_lines`."""
