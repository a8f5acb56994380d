"""Leafmark held to one thread: what its work costs where the second core does not slow the first.

The bound and pandas run on one thread. On a machine whose two cores share a memory bus, or are two threads of one core,
two busy threads cost more CPU seconds than one for the same work; this row says how much of a ratio is that.
"""

from __future__ import annotations

from bench import ours

if __name__ == "__main__":
    ours.main(threads=1)
