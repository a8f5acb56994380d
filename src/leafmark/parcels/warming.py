"""Compile every kernel of the room before somebody waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable


def warm_all(progress: Callable[[int, int, str], None] | None = None) -> dict[str, float]:
    """Compile the kernels, or load them from the cache: part -> seconds that it took."""
    from leafmark.parcels import containers, fulfilment, packing, suites

    parts: dict[str, Callable[[], object]] = {
        "packing": packing.warmup, "containers": containers.warm, "suites": suites.warmup, "fulfilment": fulfilment.warmup,
    }  # fmt: skip
    took = {}
    for done, (name, warm) in enumerate(parts.items()):
        if progress is not None:
            progress(done, len(parts), "kernels compiled")
        began = time.perf_counter()
        warm()
        took[name] = time.perf_counter() - began
    return took
