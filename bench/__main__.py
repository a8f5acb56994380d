"""`python -m bench WORK --size N`: measure, print one table, write bench/results.json and docs/speed.md.

python -m bench bill --size 500000 --repeats 5
python -m bench orders --size 10000000
python -m bench ranges
python -m bench fragment      # docs/speed.md again, from results.json
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from bench import measure

SPEED = Path(__file__).parent.parent / "docs" / "speed.md"
DEFAULT_SIZE = {"bill": 500_000, "orders": 10_000_000}
HEAD = """# Speed

Made by `python -m bench`; each table is one run, the contenders interleaved, medians of whole processes. What each of
them does is in `bench/README.md`: the *bound* is one compiled pass over dense arrays with fallback, validity and units
resolved beforehand; *pandas* and *polars* do the same work as ours; *empty* is a process that does nearly nothing.
"""


def write_fragment(known: dict) -> None:
    """Write docs/speed.md from all results."""
    tables = [measure.table(result) for _, result in sorted(known.items())]
    SPEED.parent.mkdir(exist_ok=True)
    SPEED.write_text("\n\n".join([HEAD.strip(), *tables]) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", choices=("bill", "orders", "ranges", "fragment"))
    parser.add_argument("--size", type=int, help="products of bills, or order lines")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="contenders, separated by commas")
    parser.add_argument("--dry", action="store_true", help="print only; leave results.json and docs/speed.md alone")
    options = parser.parse_args()
    if options.work == "ranges":
        return subprocess.call([sys.executable, "-m", "bench.ranges"])
    if options.work != "fragment":
        size = options.size or DEFAULT_SIZE[options.work]
        only = tuple(options.only.split(",")) if options.only else None
        result = measure.measure(options.work, size, options.repeats, options.seed, only)
        print(measure.table(result))
        if options.dry:
            return 0
        measure.save(result)
    write_fragment(json.loads(measure.RESULTS.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
