"""Containers: one container as full as possible, found by a block beam search (docs/containers.md).

    items x container --load--> placements (one row a piece) + unpacked rows with reasons

Its kernels are compiled at first use, and kept beside the package; `warm` does that ahead of time.
"""

from pathlib import Path

from leafmark.parcels.compiled import forget_stale
from leafmark.parcels.containers.container import FREIGHT, Container, ContainerError, container_named
from leafmark.parcels.containers.items import ITEMS_SCHEMA
from leafmark.parcels.containers.loading import OBJECTIVES, SECONDS, Load, load, warm

__all__ = [
    "FREIGHT",
    "ITEMS_SCHEMA",
    "OBJECTIVES",
    "SECONDS",
    "Container",
    "ContainerError",
    "Load",
    "container_named",
    "load",
    "warm",
]

forget_stale(Path(__file__).parent)
