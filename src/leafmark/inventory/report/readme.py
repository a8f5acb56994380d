"""What the auditor reads first: what lies in the pack, how the sample was drawn, and the commands, in their order."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

import leafmark
from leafmark.engine.explain_address import TOTAL, command, subject_argument
from leafmark.engine.wording import grams_exact
from leafmark.inventory.report.facts import Facts
from leafmark.inventory.report.packed_runs import PackedRun
from leafmark.inventory.report.sampling import CELLS, RULE, ZEROS, Drawn
from leafmark.inventory.report.words import tonnes


def readme(given: Facts, drawn: Drawn, left_out: Sequence[str], runs: Sequence[PackedRun]) -> str:
    """The text, in English.

    Parameters
    ----------
    left_out : folders of runs whose tables are not in the pack.
    runs : those that are in it.
    """
    record = given.record
    location, market = given.totals["location"], given.totals["market"]
    omitted = (
        f"   Some runs and what they read were too large for this pack; of them run.json alone is here: {', '.join(left_out)}. left-out.txt beside it names\n"
        "   the files of sample/ that explain lines of it. Ask the company for the inventory's folder, and give the same commands there.\n"
        if left_out else ""
    )  # fmt: skip
    return f"""\
AUDITOR'S PACK of the greenhouse gas inventory {given.inventory.year} of {record["organisation"]["name"]}
{record["from"]} to the day before {record["until"]}; {record.get("approach")}; GWP {record.get("gwp")}; made by Leafmark {record.get("leafmark")}, packed by {leafmark.__version__}

TOTALS
   Scope 2 by location: {tonnes(location.co2e_ug)} t CO2e ({grams_exact(location.co2e_ug)})
   Scope 2 by market:   {tonnes(market.co2e_ug)} t CO2e ({grams_exact(market.co2e_ug)})
   Two statements of one year; they are never added. Offsets and removals are in neither.

WHAT TO DO
1. The pack as a whole. Compare its hash with the one that the company gave you by another way, then let it check itself:
   sha256sum auditors-pack.zip
   leafmark inventory verify auditors-pack.zip{_inputs_of(runs)}
   It recomputes the totals from the {given.lines:,} lines, holds every file and every byte to its hash, draws the sample again, makes each run
   again whose inputs are here, and says what could be verified, what could not, and why. Exit status 0: no fault. It needs only this file and Leafmark.
2. Without Leafmark. Unzip the pack into an empty folder; all that follows is said there:
   unzip auditors-pack.zip
   sha256sum -c SHA256SUMS
   Lines are inventory/lines.parquet: a total is the sum of co2e_ug where outside is empty and statement is both or the one asked for.
3. Any figure, from the sum to the activity row, the factor, and the publisher's table and row. Of a run the whole, and its largest group:
{_explained(runs)}
   Every part names the command that goes on from it. A line of inventory/lines.parquet is of the run whose run_id it has (inventory/inventory.json
   names its folder) and of a group that inventory/groups.parquet names: site, month, origin. Each activity row is told with the company's own file
   and row that it was made of: ask for that file, and for the invoice behind it. By market a row is of a group's sum: its activity rows are
   told by the same group in inventory/runs/electricity. Lines of other rooms, whose run_id is in no run of the record, are explained there.
{omitted}4. The runs, made again one by one from what they read:
{_replayed(runs)}
5. The sample. sample/NNN.txt walks a line back as step 3 does. Hold the activity rows against invoices and meters; hold factors against the
   publishers' tables. Draw your own sample with your own seed:
   leafmark inventory report inventory --out own-sample --format pack --seed YOUR-SEED --sample {drawn.size}
6. The index of required content is the first table of report/. An item without content is marked missing there.

THE SAMPLE ({RULE})
   seed {drawn.seed!r}, {drawn.size} hits, of {drawn.population:,} lines that hold {grams_exact(drawn.population_ug)} in absolute value; an interval of {grams_exact(drawn.interval_ug)}.
   Each line is hashed: sha256 of the seed and the cells {", ".join(CELLS)}, as text joined by the control character U+001F
   (an empty cell is empty text). In the order of the hashes the absolute micrograms are laid end to end; the first hit is
   int(sha256(seed)) modulo the interval, each next one an interval further. So a line's chance is its share of the grams, and a line as
   large as the interval is always drawn. The {ZEROS} lines of 0 g with the least hashes are drawn besides, since no hit can find them.
   Both statements of Scope 2, and what stands outside the scopes, are in the population.

WHAT LIES HERE
   inventory/           record, lines, flags (refused and doubted rows), completeness, tables of other rooms, runs
   packs/               the factor packs that the runs pinned, with sources and licences
   methods/             the methods' fields, of which their hashes are made
   inputs.json          what each run read: name, sha256, rows
   sample/, totals.json, report/
   SHA256SUMS           the hash of every other file
"""


def _explained(runs: Sequence[PackedRun]) -> str:
    """The commands that explain the runs in the pack."""
    commands = []
    for run in runs:
        folder = f"inventory/{run.folder}"
        commands.append(f"{command(folder, TOTAL)}{_inputs(run)}")
        if run.subject is not None:
            commands.append(f"{command(folder, subject_argument(run.subject))}{_inputs(run)}")
    return "\n".join(f"   {each}" for each in commands) or "   (no run is here whole)"


def _replayed(runs: Sequence[PackedRun]) -> str:
    """The commands that make the runs in the pack again."""
    found = [f"   leafmark replay {shlex.quote(f'inventory/{run.folder}')}{_inputs(run)}" for run in runs]
    return "\n".join(found) or "   (no run is here whole)"


def _inputs_of(runs: Sequence[PackedRun]) -> str:
    """What is said of the inputs that are not in the pack, and the option that names where they are."""
    missing = sorted({name for run in runs for name in run.missing})
    if not missing:
        return ""
    return f" --inputs FOLDER\n   FOLDER: where you put what the runs read and this pack has not (inputs.json has the hashes): {', '.join(missing)}"


def _inputs(run: PackedRun) -> str:
    return "".join(f" --input {shlex.quote(f'FOLDER/{name}')}" for name in run.missing)
