"""Facts of rented computing, in this package's own tables: each row names its source (`sources.csv`: repository, commit, file, licence).

    processors        W per vCPU idle and at full load, GB of memory for each chip measured, by microarchitecture
    instances         vCPUs, memory, microarchitecture and host of an instance type; kg CO2e that its host was made with
    gpus, disks       W of a GPU idle and at full load; GB of a managed disk's size
    pue, replication  energy of the data centre over that of its machines; copies that a service keeps
    regions           cloud region -> region of the grid that feeds it (country, province, state)
    constants         the rest: W per TB, kWh per GB, utilisation assumed, lifetime of a server

Not taken over from the sources, and why: AMD EPYC 5th Gen of AWS (3.68 W idle for a vCPU, five times its predecessor, and half its memory:
a unit of a server taken for one of a chip; the provider's average stands in); `NC64as T4 v3` of Azure has 64 vCPUs on a platform of 24
(the platform is the instance); Azure's constrained machines say the *share* of vCPUs that are switched on (the whole machine is reserved);
the largest T instance of AWS and the small E2, F1 and G1 of Google are no whole host; Google's column of platform emissions (220 t for a
server). All but the first are mended in `instances.csv`, whose rows a test compares with the sources.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import fmean
from typing import Final

from leafmark.inventory.cloud.energy import memory_beyond_gb

PROVIDERS: Final = ("aws", "azure", "gcp", "alibaba")
TYPICAL: Final = "typical"
_FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Processor:
    """W of one vCPU idle and at full load, and the GB of memory that were measured with each chip."""

    min_watts: float
    max_watts: float
    gb_per_chip: float


@dataclass(frozen=True, slots=True)
class Instance:
    """A machine that is rented: what is reserved of its host, and the host.

    `known` is False where the processor is the provider's average. `host` ends the key of the host's factor in the pack of hosts
    (`cloud.host.aws.m5`); it is `typical` where the median of the provider stands in.
    """

    provider: str
    type: str
    vcpus: float
    memory_gb: float
    architectures: tuple[str, ...]
    processor: Processor
    known: bool
    host_vcpus: float
    host_embodied_kg: float
    host: str
    memory_beyond_gb: float
    gpus: float
    gpu: tuple[float, float] | None
    source: str


@dataclass(frozen=True, slots=True)
class Copies:
    """How many copies a service keeps, where `service` and `usage` are found in a line of its bill."""

    service: re.Pattern[str]
    usage: re.Pattern[str]
    replication: float
    meaning: str


def rows(table: str) -> list[dict[str, str]]:
    """The rows of one of the tables, as written."""
    with (_FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache(maxsize=1)
def constants() -> Mapping[tuple[str, str], float]:
    """(name, provider) -> value; the provider is empty where all four have the same."""
    return {(row["name"], row["provider"]): float(row["value"]) for row in rows("constants")}


def constant(name: str, provider: str = "") -> float:
    """A constant by name; a provider that is not one of the four has what AWS has."""
    found = constants()
    return next(found[key] for key in ((name, provider), (name, ""), (name, "aws")) if key in found)


@lru_cache(maxsize=1)
def processors() -> Mapping[tuple[str, str], Processor]:
    """(provider, microarchitecture) -> watts and memory."""
    return {
        (row["provider"], row["architecture"]): Processor(
            float(row["min_watts_per_vcpu"]), float(row["max_watts_per_vcpu"]), float(row["gb_per_chip"])
        )
        for row in rows("processors")
    }


def average_processor(provider: str) -> Processor:
    """What stands in where the microarchitecture is not known."""
    return Processor(*(constant(name, provider) for name in ("cpu_min_watts", "cpu_max_watts", "gb_per_chip")))


def processor_of(provider: str, architectures: tuple[str, ...]) -> tuple[Processor, bool]:
    """The mean of the microarchitectures that a type runs on, and whether all of it is known; else the provider's average."""
    table = processors()
    found = [table[provider, name] for name in architectures if (provider, name) in table]
    if not found or len(found) < len(architectures):
        return average_processor(provider), False
    return Processor(
        fmean(each.min_watts for each in found),
        fmean(each.max_watts for each in found),
        fmean(each.gb_per_chip for each in found),
    ), True


@lru_cache(maxsize=1)
def instances() -> Mapping[tuple[str, str], Instance]:
    """(provider, type in lower case) -> instance."""
    gpus = {row["gpu"]: (float(row["min_watts"]), float(row["max_watts"])) for row in rows("gpus")}
    return {(row["provider"], row["type"].lower()): _instance(row, gpus) for row in rows("instances")}


def _instance(row: Mapping[str, str], gpus: Mapping[str, tuple[float, float]]) -> Instance:
    provider, host_vcpus, host_memory = row["provider"], float(row["host_vcpus"]), float(row["host_memory_gb"])
    architectures = tuple(filter(None, row["architectures"].split("|")))
    processor, known = processor_of(provider, architectures)
    memory = float(row["memory_gb"])
    made = row["host_embodied_kg"]
    return Instance(
        provider, row["type"], float(row["vcpus"]), memory, architectures, processor, known, host_vcpus,
        float(made) if made else constant("host_embodied_kg", provider), row["host"],
        memory_beyond_gb(memory, host_memory, host_vcpus, processor.gb_per_chip, float(row["host_chips"] or 0)),
        float(row["gpus"] or 0), gpus.get(row["gpu"]), row["source"],
    )  # fmt: skip


def typical(provider: str, vcpus: float, memory_gb: float = 0.0, architectures: tuple[str, ...] = ()) -> Instance:
    """vCPUs of a machine that no table has: on the provider's median host, its memory within the CPU's coefficients."""
    processor, known = processor_of(provider, architectures)
    return Instance(
        provider, "", vcpus, memory_gb, architectures, processor, known and bool(architectures),
        max(vcpus, constant("host_vcpus", provider)), constant("host_embodied_kg", provider), TYPICAL, 0.0, 0.0, None, "constants",
    )  # fmt: skip


@lru_cache(maxsize=1)
def alibaba_families() -> Mapping[str, tuple[str, ...]]:
    """Family of an Alibaba instance (`ecs.g7`) -> microarchitectures."""
    return {row["family"]: tuple(row["architectures"].split("|")) for row in rows("alibaba_families")}


@lru_cache(maxsize=1)
def replications() -> Mapping[str, tuple[Copies, ...]]:
    """Provider -> its rules, the first that fits counts."""
    found: dict[str, list[Copies]] = {}
    for row in rows("replication"):
        found.setdefault(row["provider"], []).append(
            Copies(re.compile(row["service"]), re.compile(row["usage"]), float(row["replication"]), row["meaning"])
        )
    return {provider: tuple(rules) for provider, rules in found.items()}


def replication(provider: str, service: str, usage: str) -> tuple[float, str]:
    """Copies that a service keeps, and of what; 1 where none is known. Both texts in lower case."""
    for rule in replications().get(provider, ()):
        if rule.service.search(service) and rule.usage.search(usage):
            return rule.replication, rule.meaning
    return 1.0, ""


@lru_cache(maxsize=1)
def pues() -> Mapping[tuple[str, str], float]:
    """(provider, region) -> PUE; the region is empty for the provider's fleet."""
    return {(row["provider"], row["region"]): float(row["pue"]) for row in rows("pue")}


def pue(provider: str, region: str = "") -> float:
    """PUE of a region where it is published, else of the provider; of an unknown provider the highest of the four fleets."""
    found = pues()
    fleets = [value for (_, place), value in found.items() if not place]
    return found.get((provider, region), found.get((provider, ""), max(fleets)))


@lru_cache(maxsize=1)
def disks() -> Mapping[tuple[str, str], tuple[float, str]]:
    """(provider, size in lower case) -> GB of a managed disk that is billed by its size, and its class."""
    return {(row["provider"], row["disk"].lower()): (float(row["gb"]), row["class"]) for row in rows("disks")}


@lru_cache(maxsize=1)
def regions() -> Mapping[tuple[str, str], tuple[str, str]]:
    """(provider, region as any bill spells it, folded) -> region's own id and the region of its grid."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for row in rows("regions"):
        for spelling in (row["region"], *filter(None, row["spellings"].split("|"))):
            found[row["provider"], folded(spelling)] = row["region"], row["grid_region"]
    return found


def folded(spelling: str) -> str:
    """A region's name without case, blanks and full-width brackets: `East US 2` is `eastus2`."""
    return re.sub(r"\s+", "", spelling).lower().replace("（", "(").replace("）", ")")


def grid_region(provider: str, *spellings: str) -> tuple[str, str]:
    """Region id and grid region of the first spelling that is known; ("", "") where none is.

    A zone counts as its region (`us-east-1a`, `cn-hangzhou-g`), and so does a region for one branch (`cn-shanghai-finance-1`).
    """
    table = regions()
    for spelling in filter(None, spellings):
        name = folded(spelling)
        shorter = (
            name,
            name.rstrip("abcdef") if name[-1:].isalpha() and name[-2:-1].isdigit() else name,
            *_prefixes(name),
        )
        for each in shorter:
            if (provider, each) in table:
                return table[provider, each]
    return "", ""


def _prefixes(name: str) -> list[str]:
    parts = name.split("-")
    return ["-".join(parts[:count]) for count in range(len(parts) - 1, 1, -1)]
