"""`leafmark inventory cloud-what-if | schedule`: what a change to computing would do, and when to run what can wait."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leafmark.cli.endings import unusable
from leafmark.cli.inputs import BUILTIN, GWP_SETS, Day, load_packs
from leafmark.cli.output import emit, json_option, note, table, waiting

if TYPE_CHECKING:
    from leafmark.inventory.cloud_planning import Report

REFUSED_SHOWN = 10


@click.command("cloud-what-if", short_help="What another region, cooling, battery or number of machines would do.")
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--pack",
    "packs",
    multiple=True,
    metavar="FOLDER",
    help=f"Pack with the refrigerants' factors.  [default: {BUILTIN}]",
)
@click.option("--known-on", type=Day(), help="Only factors published by this day count.  [default: today]")
@click.option(
    "--gwp", type=click.Choice(GWP_SETS), default="AR6", show_default=True, help="Set of global warming potentials."
)
@json_option
def cloud_what_if(file: Path, packs: tuple[str, ...], known_on: dt.date | None, gwp: str, as_json: bool) -> None:
    """Compare a year of computing now with changes to it, from FILE (TOML: docs/inventory-cloud-planning.md).

    Each change gives what it does before and after, the difference with its 95 % range (what both sides share is drawn once), and
    every number it rests on, with its source. Litres of water stay litres.

    \b
    Examples:
      leafmark inventory cloud-what-if cloud.toml --known-on 2026-09-30
      leafmark inventory cloud-what-if cloud.toml --known-on 2026-09-30 --json
    """
    from leafmark.inventory.cloud_planning import PlanningError, read_what_ifs

    with unusable(PlanningError):
        reports = read_what_ifs(file, load_packs(packs), known_on or dt.date.today(), gwp)
    emit([_content(each) for each in reports], as_json, lambda: "\n\n".join(_text(each) for each in reports))


def _content(report: Report) -> dict[str, Any]:
    import dataclasses

    rows = [{**dataclasses.asdict(row), "relation": row.relation} for row in report.rows]
    return {
        "title": report.title, "rows": rows, "assumed": [dataclasses.asdict(each) for each in report.assumed], "notes": list(report.notes),
    }  # fmt: skip


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:,.5g}"


def _text(report: Report) -> str:
    rows: list[tuple[str, ...]] = [("", "before", "after", "difference", "95 % range", "")]
    for row in report.rows:
        plain = [f"{each:,.0f}" for each in (row.before, row.after)]
        rows.append((
            f"{row.measure}, {row.unit}", *plain, f"{row.difference:+,.0f}", f"{row.low:+,.0f} to {row.high:+,.0f}", row.relation,
        ))  # fmt: skip
    rests = [
        f"  {each.name}: {_plain(each.value)} {each.unit}"
        + (f" ({_plain(each.low)} to {_plain(each.high)})" if each.low < each.high else "")
        + f"; {each.source}"
        + (f" [{each.licence_class}]" if each.licence_class == "cite-only" else "")
        for each in report.assumed
    ]
    return "\n".join([report.title, table(rows, right=(1, 2, 3, 4)), *report.notes, "rests on", *rests])


@click.command("schedule", short_help="When to run what can wait: least grams, and a bound on the peak.")
@click.argument("jobs", metavar="JOBS", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--grid",
    "grids",
    multiple=True,
    required=True,
    metavar="[NAME=]FILE",
    help="Hourly carbon intensity of a region (CSV, also gzip); may be given several times.",
)
@click.option("--peak-kw", type=float, help="Bound of the peak of each region, in kW.")
@click.option(
    "--within",
    type=float,
    metavar="PERCENT",
    help="The least peak with at most so many per cent more grams than the least.",
)
@click.option("--price", type=float, metavar="G_PER_KW", help="Grams that a kW of the peak is worth.")
@click.option(
    "--seconds",
    type=click.FloatRange(0.1, 3600),
    default=0.5,
    show_default=True,
    help="Time for jobs that run through.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the plan there: a row a job and hour (CSV or Parquet).",
)
@click.option(
    "--chart", type=click.Path(dir_okay=False, path_type=Path), help="Write the load by hour there, as an HTML page."
)
@json_option
def schedule_verb(
    jobs: Path, grids: tuple[str, ...], peak_kw: float | None, within: float | None, price: float | None, seconds: float,
    out: Path | None, chart: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Schedule JOBS (CSV or Parquet) over hourly carbon intensity: the same energy, fewer grams, and a peak that is kept.

    Columns of JOBS: job_id, earliest, latest, power_kw, hours or kwh; interruptible (yes or no) and regions (A|B) where wanted. With
    carbon alone all jobs crowd into the same clean hours, so give one of --peak-kw, --within and --price. A bound that no plan keeps
    ends with status 2 and says which job and hour, and what bound would do.

    \b
    Examples:
      leafmark inventory schedule wait.csv --grid hours.csv
      leafmark inventory schedule wait.csv --grid hours.csv --peak-kw 90 --chart load.html --out plan.csv
      leafmark inventory schedule wait.csv --grid hours.csv --within 5 --json
    """
    from leafmark.inventory.cloud_planning import PlanningError, content, plan_table, read_grid, read_jobs, schedule

    with unusable(PlanningError), waiting("scheduling"):
        sound, refused = read_jobs(jobs)
        found = schedule(sound, read_grid(grids), peak_kw, within, price, seconds)
    told = content(found, refused)
    emit(told, as_json, lambda: _schedule_text(told))
    if out is not None:
        _write(plan_table(found.problem, found.after), out)
        note(f"written: {out}")
    if chart is not None:
        from leafmark.cli.chart_page import write_chart
        from leafmark.inventory.cloud_planning.drawing import load_figure

        write_chart(chart, "load", load_figure(found))
        note(f"written: {chart}")


def _write(plan: Any, out: Path) -> None:
    if out.suffix == ".parquet":
        import pyarrow.parquet as pq

        pq.write_table(plan, out, compression="zstd")
    else:
        import pyarrow.csv as pc

        pc.write_csv(plan, out)


def _schedule_text(told: dict[str, Any]) -> str:
    rows: list[tuple[str, ...]] = [("", "kWh", "kg CO2e", "peak kW", "peak at (UTC)")]
    plans = [("as soon as it may", "before"), ("carbon only", "carbon_only"), (told["wish"], "after")]
    for name, said in plans[:2] if told["wish"] == "carbon only" else plans:
        each = told[said]
        where = each["peak_at"]
        rows.append(
            (
                name,
                f"{each['kwh']:,.1f}",
                f"{each['co2e_ug'] / 1e9:,.3f}",
                f"{each['peak_kw']:,.1f}",
                f"{where['hour']} {where['region']}",
            )
        )
    saved = told["before"]["co2e_ug"] - told["after"]["co2e_ug"]
    most = told["before"]["co2e_ug"] - told["carbon_only"]["co2e_ug"]
    share = f", {saved / most:.0%} of what carbon only would save" if most > 0 else ""
    proof = (
        "No plan with this wish does better by more than 0.1 %."
        if told["proven"]
        else f"This plan is at most {told['gap']:.1%} from what no plan can go below; give more --seconds for a closer one."
    )
    parts = [
        f"{told['jobs']} jobs", table(rows, right=(1, 2, 3)), f"Saved: {saved / 1e9:,.3f} kg CO2e{share}. {proof}", *told["caveats"],
    ]  # fmt: skip
    if told["refused"]:
        why: list[tuple[str, ...]] = [("row", "job", "field", "reason", "found", "expected")]
        why += [
            tuple(str(each[name]) for name in ("row", "job_id", "field", "reason", "found", "expected"))
            for each in told["refused"]
        ]
        parts.append(f"refused: {len(told['refused'])}\n{table(why[: REFUSED_SHOWN + 1], right=(0,))}")
    return "\n".join(parts)
