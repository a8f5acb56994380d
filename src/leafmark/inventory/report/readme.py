"""What the auditor reads first: what lies in the pack, how the sample was drawn, and the commands, in their order."""

from __future__ import annotations

from collections.abc import Sequence

import leafmark
from leafmark.engine.wording import grams_exact
from leafmark.inventory.report.facts import Facts
from leafmark.inventory.report.sampling import CELLS, RULE, ZEROS, Drawn
from leafmark.inventory.report.words import tonnes


def readme(given: Facts, drawn: Drawn, left_out: Sequence[str]) -> str:
    """The text, in English."""
    record = given.record
    location, market = given.totals["location"], given.totals["market"]
    runs = (
        "\n".join(f"   leafmark replay inventory/{run['folder']}" for run in record.get("runs", ())) or "   (no runs)"
    )
    omitted = (
        f"\nThe runs' tables and inputs were too large for this pack; run.json alone is here of: {', '.join(left_out)}. Ask for the inventory's folder.\n"
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
   leafmark inventory verify auditors-pack.zip
   It recomputes the totals from the {given.lines:,} lines, holds every file and every byte to its hash, draws the sample again, and says
   what could be verified, what could not, and why. Exit status 0: no fault. It needs only this file and Leafmark.
2. Without Leafmark: unzip the pack, then
   sha256sum -c SHA256SUMS
   Lines are inventory/lines.parquet: a total is the sum of co2e_ug where outside is empty and statement is both or the one asked for.
3. The runs. What they read lies in inventory/prepared where the inventory was made from a company's folder, and step 1 makes each of them
   again from it. Else put the files named in inputs.json into a folder:
   leafmark inventory verify auditors-pack.zip --inputs FOLDER
   or, in the company's own inventory folder, one by one:
{runs}
4. The sample. sample/NNN.txt walks a line back to its activity rows, its factor, the publisher's table and row, and its method. Hold the
   activity rows against invoices and meters; hold factors against the publishers' tables. Draw your own sample with your own seed:
   leafmark inventory report FOLDER --format pack --seed YOUR-SEED --sample {drawn.size}
5. The index of required content is the first table of report/. An item without content is marked missing there.
{omitted}
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
