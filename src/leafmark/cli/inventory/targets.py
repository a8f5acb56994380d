"""`leafmark inventory targets`: actual against path, gap and trend; credits and Scope 3+ beside them, never in them."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leafmark.cli.inventory.compare import chart_options
from leafmark.cli.output import emit, json_option, note, table

if TYPE_CHECKING:
    from leafmark.inventory.targets import Cumulative, Progress, Row

WHY_NOT = {
    "too_few_years": "fewer than four years have actuals: no trend",
    "not_positive": "an actual is 0 or below: no trend of rates; trend = \"linear\" takes it",
}  # fmt: skip


@click.command(short_help="Targets: actual against path, gap, projection with range.")
@click.argument("folder", metavar="HISTORY", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("file", metavar="TARGETS", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--impact", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV of impact statements: the Scope 3+ ambition's cumulative actual, beside the targets.",
)  # fmt: skip
@click.option(
    "--credits", "credit_file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV of retired removals and offsets: shown beside gross emissions of the newest year, never subtracted.",
)  # fmt: skip
@chart_options[0]
@chart_options[1]
@json_option
def targets(
    folder: Path,
    file: Path,
    impact: Path | None,
    credit_file: Path | None,
    chart: Path | None,
    lang: str,
    as_json: bool,
) -> None:
    """Hold TARGETS (TOML: docs/inventory-targets.md) against the years of HISTORY.

    \b
    Examples:
      leafmark inventory targets history targets.toml
      leafmark inventory targets history targets.toml --impact impact.csv --credits credits.csv --json
      leafmark inventory targets history targets.toml --impact impact.csv --chart targets.html
    """
    from leafmark.inventory.targets import (
        ambition_figure,
        cumulative,
        path_figure,
        progress,
        read_credits,
        read_impact,
        read_targets,
        statement,
    )
    from leafmark.inventory.time import History, page
    from leafmark.inventory.time.history import BOTH

    history = History.open(folder)
    found = [progress(history, target) for target in read_targets(file)]
    reached = cumulative(read_impact(impact)) if impact else None
    credits = read_credits(credit_file) if credit_file else ()
    newest = history.newest(history.years()[-1]).inventory
    claims = {by: statement(newest, by, credits) for by in BOTH} if credit_file else {}
    others = sorted(Counter(credit.year for credit in credits if credit.year != newest.year).items())
    content = {
        "targets": [_content(each) for each in found],
        "scope_3_plus": None if reached is None else {**asdict(reached), "left_g": reached.left_g},
        "beside_gross": {by: [asdict(row) for row in rows] for by, rows in claims.items()},
        "credits_of_other_years": dict(others),
    }
    emit(content, as_json, lambda: _text(found, reached, claims))
    if others and not as_json:
        listed = ", ".join(f"{year}: {count:,}" for year, count in others)
        note(
            f"{credit_file}: credits of other years than {newest.year} stand in those years' statements, and not here ({listed})"
        )
    if chart is not None:
        figures = [path_figure(each, lang, f"target-{number}") for number, each in enumerate(found, 1)]
        figures += [ambition_figure(reached, lang)] if reached else []
        chart.write_text(page(str(newest.record["organisation"]["name"]), figures, lang), encoding="utf-8")
        note(f"written: {chart}")


def _content(found: Progress) -> dict[str, Any]:
    target = found.target
    return {
        "id": target.id, "name": target.name, "kind": target.kind, "scope2": target.statement, "scopes": target.scopes,
        "categories": target.categories, "entities": target.entities, "pathway": target.pathway,
        "per": target.denominator.said if target.denominator else None, "base_year": target.base_year, "base_ug": found.base_ug,
        "base_filed_ug": found.base_filed_ug, "target_year": target.target_year, "goal_ug": found.goal_ug, "on_path": found.on_path,
        "years": [
            {"year": each.year, "path_ug": each.path_ug, "actual_ug": each.actual_ug, "gap_ug": each.gap_ug} for each in found.years
        ],
        "projection": asdict(found.projection), "without_denominator": found.lacking,
    }  # fmt: skip


def _text(found: list[Progress], reached: Cumulative | None, claims: dict[Any, tuple[Row, ...]]) -> str:
    parts = [_target(each) for each in found]
    if reached is not None:
        parts.append(_reached(reached))
    from leafmark.inventory.targets import neutrality_rows

    for by, rows in claims.items():
        parts.append(
            f"Gross emissions of the newest year, Scope 2 by {by}; removals and offsets stand beside and lower nothing:"
        )
        parts.append(table(neutrality_rows(rows), right=(1,)))
    return "\n\n".join(parts)


def _target(found: Progress) -> str:
    from leafmark.inventory.time.words import figure, mass, unit_of

    target, scale_unit = found.target, unit_of(found.base_ug)
    scale, unit = scale_unit
    per = f" per {target.denominator.said}" if target.denominator else ""
    held = f"scopes {', '.join(map(str, target.scopes))}" + (
        f", categories {', '.join(map(str, target.categories))}" if target.categories else ""
    )
    held += f", entities {', '.join(target.entities)}" if target.entities else ""
    ahead = {each.year: each for each in found.projection.projected}
    rows: list[tuple[str, ...]] = [("year", "path", "actual", "gap", "projected", "95 % range")]
    for year in found.years:
        trend = ahead.get(year.year)
        rows.append((
            str(year.year), figure(year.path_ug / scale), "–" if year.actual_ug is None else figure(year.actual_ug / scale),
            "–" if year.gap_ug is None else figure(year.gap_ug / scale, True), "–" if trend is None else figure(trend.middle_ug / scale),
            "–" if trend is None else f"{figure(trend.low_ug / scale)} to {figure(trend.high_ug / scale)}",
        ))  # fmt: skip
    parts = [
        f"{target.name} ({target.id}): {target.kind}, {held}, Scope 2 by {target.statement}, {target.pathway}; {unit} CO2e{per}",
        table(rows, right=(1, 2, 3, 4, 5)),
    ]
    if found.base_ug != found.base_filed_ug:
        parts.append(
            f"The base year was recalculated: {mass(found.base_ug)}; as first filed {mass(found.base_filed_ug)}."
        )
    if found.projection.why_not:
        parts.append(f"Projection: {WHY_NOT[found.projection.why_not]}.")
    if found.lacking:
        parts.append(
            f"No amount of {target.denominator.name if target.denominator else '?'}: {', '.join(map(str, found.lacking))}."
        )
    return "\n".join(parts)


def _reached(found: Cumulative) -> str:
    from leafmark.inventory.targets.charts import G_UG
    from leafmark.inventory.time.words import mass

    rows: list[tuple[str, ...]] = [("year", "in the year", "cumulative", "of it assured")]
    for year in found.years:
        rows.append(
            (
                str(year.year),
                *(mass(each * G_UG) for each in (year.in_year_g, year.cumulative_g, year.cumulative_assured_g)),
            )
        )
    ambition = found.ambition
    said = f"Scope 3+: {mass(ambition.amount_g * G_UG)} from {ambition.first} to {ambition.last}; {mass(found.left_g * G_UG)} are left."
    return f"{said} No part of an inventory.\n{table(rows, right=(1, 2, 3))}"
