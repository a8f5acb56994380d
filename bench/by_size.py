"""The command of a bench that measures one size at a time and keeps the last results of each."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Results = dict[str, Any]
"""By size, as text."""


def run(
    about: str | None, size: int, measured: Callable[[int], Results], page: Callable[[Results], str], results: Path, shown: Path
) -> int:  # fmt: skip
    """Measure, keep the results and their page, and print what was found.

    Parameters
    ----------
    about : says in `--help` what is measured. size : of what, where `--size` says nothing.
    results, shown : files for all results as JSON, and for their page in Markdown; `--dry` writes neither.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=size)
    parser.add_argument("--dry", action="store_true", help="print only")
    options = parser.parse_args()
    found = measured(options.size)
    if not options.dry:
        known = json.loads(results.read_text()) if results.exists() else {}
        known[str(options.size)] = found
        results.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
        shown.write_text(page(known))
    print(page({str(options.size): found}))
    return 0
