"""Which machine a line of a bill speaks of: a type in the SKU, the resource type, or the words of the charge.

    AWS      m5.large, db.r5.2xlarge, BoxUsage:c5.9xlarge, cache.m6g.large
    Azure    D11 v2/DS11 v2, Standard_D2s_v3, E16-4as v4
    Google   n2-standard-4; or a family sold by the core: `N2 Instance Core running in Oregon`
    Alibaba  ecs.g7.2xlarge

A type that is in no table is still a machine where its name tells its size; its processor and host are then the provider's average, and
say so (`known`, `host`).
"""

from __future__ import annotations

import dataclasses
import re
from functools import lru_cache
from typing import Final

from leafmark.inventory.cloud.coefficients import Instance, alibaba_families, instances, typical

_AWS: Final = re.compile(
    r"\b(?:(?:db|cache|dax|ml|kafka|search|es)\.)?((?:u-)?[a-z][a-z0-9-]*)\.(nano|micro|small|medium|x?large|\d+xlarge|metal(?:-\d+xl)?)\b"
)
_AZURE: Final = re.compile(
    r"(?<![a-z0-9])(?:(?:standard|basic)[ _])?((?:[a-z]{1,3}\d+(?:-\d+)?[a-z]*)(?:[ _](?:t4|a100))?(?:[ _]?v\d)?(?: promo)?)(?![a-z0-9])"
)
_GCP: Final = re.compile(
    r"\b([a-z]\d[a-z]?-(?:standard|highmem|highcpu|highgpu|megagpu|ultramem|megamem|micro|small|medium)(?:-\d+g?)?)\b"
)
_GCP_FAMILY: Final = re.compile(r"\b(e2|n1|n2d|n2|n4|t2d|t2a|c2d|c2|c3d|c3|c4a|c4|m1|m2|m3|a2|a3|g2|z3|h3|f1|g1)\b")
_GCP_KINDS: Final = (
    ("compute optimized", "c2"),
    ("compute-optimized", "c2"),
    ("memory-optimized", "m1"),
    ("custom", "n1"),
)
_ALIBABA: Final = re.compile(r"\b(?:rds\.|redis\.|polar\.)?((?:ecs\.)[a-z0-9-]+)\.(small|medium|x?large|\d+xlarge)\b")
_SIZES: Final = {"nano": 2.0, "micro": 2.0, "small": 1.0, "medium": 1.0, "large": 2.0, "xlarge": 4.0}
"""vCPUs of a size by name, of types that no table has: AWS and Alibaba alike."""


@lru_cache(maxsize=65536)
def machine(provider: str, text: str) -> Instance | None:
    """The machine that a text names (lower case), or None."""
    find = {"aws": _aws, "azure": _azure, "gcp": _gcp, "alibaba": _alibaba}.get(provider)
    return find(text) if find else None


def _aws(text: str) -> Instance | None:
    for found in _AWS.finditer(text):
        family, size = found[1], found[2]
        known = instances().get(("aws", f"{family}.{size}"))
        if known:
            return known
        vcpus = _vcpus(size)
        if vcpus and any(character.isdigit() for character in family):
            return dataclasses.replace(typical("aws", vcpus), type=f"{family}.{size}")
    return None


@lru_cache(maxsize=1)
def _azure_types() -> dict[str, Instance]:
    return {re.sub(r"[ _]", "", name): each for (provider, name), each in instances().items() if provider == "azure"}


def _azure(text: str) -> Instance | None:
    for found in _AZURE.finditer(text):
        known = _azure_types().get(re.sub(r"[ _]", "", found[1]))
        if known:
            return known
    return None


def _gcp(text: str) -> Instance | None:
    for found in _GCP.finditer(text):
        known = instances().get(("gcp", found[1]))
        if known:
            return known
    return None


@lru_cache(maxsize=4096)
def gcp_family(text: str) -> Instance | None:
    """One vCPU of the family that is sold by the core: the largest of its standard type, a vCPU's share of it."""
    found = _GCP_FAMILY.search(text)
    family = found[1] if found else next((name for words, name in _GCP_KINDS if words in text), "")
    of_family = [
        each for (provider, name), each in instances().items() if provider == "gcp" and name.startswith(f"{family}-")
    ]
    if not family or not of_family:
        return None
    largest = max(of_family, key=lambda each: ("standard" in each.type, each.vcpus))
    share = 1 / largest.vcpus
    return dataclasses.replace(
        largest,
        type=f"{family} vCPU",
        vcpus=1.0,
        memory_gb=largest.memory_gb * share,
        memory_beyond_gb=largest.memory_beyond_gb * share,
    )


def _alibaba(text: str) -> Instance | None:
    found = _ALIBABA.search(text)
    if not found:
        return None
    vcpus = _vcpus(found[2])
    if not vcpus:
        return None
    each = typical("alibaba", vcpus, architectures=alibaba_families().get(found[1], ()))
    return dataclasses.replace(each, type=f"{found[1]}.{found[2]}")


def _vcpus(size: str) -> float:
    many = re.fullmatch(r"(\d+)xlarge", size)
    return 4.0 * int(many[1]) if many else _SIZES.get(size, 0.0)
