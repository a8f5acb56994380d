"""The command starts without pandas, though it is installed here; a library's caller keeps it."""

from __future__ import annotations

import subprocess
import sys

CHILD = """
import sys
from leafmark.cli.start import arrow_without_pandas
arrow_without_pandas()
import pyarrow
pyarrow.array(["a", None])
assert "pandas" not in sys.modules, "pyarrow imported it all the same"
import pandas
print(pandas.__name__)
"""


def test_the_first_array_does_not_bring_pandas() -> None:
    done = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("pandas", "")
