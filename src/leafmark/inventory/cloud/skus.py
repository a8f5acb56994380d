"""What a line of a bill is, worked out once for each distinct SKU and never for a row: its class, its driver, and how much of it a unit is.

    compute   instance hours: vCPUs (and GPUs, and memory beyond the CPU's) of a machine that is named
    managed   the same of databases, caches, functions and containers that the provider runs
    memory    GB hours sold apart from a CPU
    ssd, hdd  GB months, copies counted
    network   GB sent; what is received was counted where it was sent

Everything else is unmapped and says why: nothing is spread over what is known. Words are looked for in service, resource type, SKU and
description together, in lower case; the order of the rules is the order of this file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from leafmark.inventory.cloud.coefficients import Instance, disks, replication, typical
from leafmark.inventory.cloud.machines import gcp_family, machine
from leafmark.inventory.cloud.quantities import Measure, measure
from leafmark.inventory.reasons import REASONS

CLASSES: Final = ("compute", "managed", "memory", "ssd", "hdd", "network", "other")

_NO_GRAMS: Final = (
    "no_hardware", "no_machine", "no_coefficient", "no_direction", "unknown_provider", "missing_quantity", "missing_unit",
)  # fmt: skip
UNMAPPED: Final[dict[str, str]] = {
    **{reason: REASONS[reason] for reason in _NO_GRAMS},
    "unknown_region": "the region is not in the list: no grid to feed it",
    "unreadable": "a quantity or a cost that is no number",
    "above_bound": "more electricity or hosts than all data centres have: another unit?",
}
"""Why a line of usage has no grams: reason -> what it means, for a bill. Listed with its share of the cost, never spread."""

_NO_USAGE: Final = (
    "tax_charge", "purchase_charge", "adjustment_charge", "credit_charge", "correction_charge", "unused_commitment", "negative_usage",
    "other_charge",
)  # fmt: skip
NOT_USAGE: Final[dict[str, str]] = {reason: REASONS[reason] for reason in _NO_USAGE}
"""Why a line is no usage: reason -> what it means."""

_SOFTWARE: Final = re.compile(
    r"software usage|marketplace|licen[cs]e|extended support|\bsupport\b|subscription|defender|surcharge|savings ?plan(?:s)? for|rulesets?\b"
)
_NO_HARDWARE_OF_OWN: Final = re.compile(
    r"mbps per|\bnat gateway|load ?balancer|\blcu\b|public ip|ip address|idle address|vpn|eks cluster|kubernetes cluster management|"
    r"web acl|provisioned iops|iops-month|provisioned throughput|mibps|performance units|capacity unit|request units?|metric|alarm|endpoint hour|"
    r"transitgateway-hours|free event|per 1 million i/o|million i/o requests"
)
_PROCESSED: Final = re.compile(
    r"data processed|ingested|processed by|scanned|reads? \(|throughput (?:reads|writes)|retrieval"
)
_RECEIVED: Final = re.compile(
    r"data transfer in\b|transfer from|in-bytes|ingress|data transfer in to|inbound|\bdata in\b|download to|流入"
)
_SENT: Final = re.compile(
    r"transfer out|out-bytes|regional data transfer|regional-bytes|transfer to|egress|inter-region|intra continent|geo-replication|"
    r"data transfer|outbound|internet|peering|inter zone|流出|公网"
)
_MEMORY: Final = re.compile(r"\bmemory\b|\bram\b|cache|redis|内存")
_MANAGED: Final = re.compile(
    r"\bdb\.|relational database|\brds\b|aurora|documentdb|neptune|elasticache|cache\.|redshift|opensearch|elasticsearch|kafka|lambda|"
    r"fargate|container service|functions|cloud run|cloud sql|sql|cosmos|spanner|bigquery|memorystore|redis|mysql|postgres|app service|"
    r"machine learning|sagemaker|polardb|函数|apsaradb"
)
_SSD: Final = re.compile(
    r"\bssd\b|\bgp[23]\b|\bio[12]\b|piops|general purpose|premium|aurora|dynamodb|documentdb|elastic file|\befs\b|nvme|hyperdisk|"
    r"pd-(?:ssd|balanced|extreme)|balanced pd|cloud_essd|cloud_ssd|essd|cosmos|mysql|postgres|sql database|neptune|fsx|spanner"
)
_HDD: Final = re.compile(
    r"magnetic|\bst1\b|\bsc1\b|\bhdd\b|snapshot|backup|simple storage|storage used|blob|\btables?\b|\bfiles?\b|\bqueues?\b|glacier|"
    r"archive|infrequent access|log storage|cloudwatch|cloud storage|nearline|coldline|standard storage|container registry|\becr\b|"
    r"timedstorage|pd capacity|storage pd|\boss\b|object|cloud_efficiency|data stored|对象"
)
_TIMES: Final = frozenset({"month", "months", "mo", "hour", "hours"})
"""A second time in a unit (`GiB/Second-Months`) makes it a rate."""

LAMBDA_GB_PER_VCPU: Final = 1.769
"""GB of memory at which a function has one vCPU (AWS, Lambda developer guide, memory and computing power: 1,769 MB)."""


@dataclass(frozen=True, slots=True)
class Sku:
    """The words of a charge that decide what it is; as billed, None where absent."""

    provider: str
    service: str
    resource: str
    description: str
    sku: str
    unit: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one unit of a charge's quantity is. All amounts 0 where they do not apply.

    `vcpu_hours`, `gpu_hours`, `memory_gb_hours` (beyond the CPU's), `tb_hours`, `network_gb`: per unit. `host_hours`: hours x vCPUs of the
    host share. `assumed`: which of its facts are stand-ins.
    """

    usage_class: str
    unmapped: str = ""
    vcpu_hours: float = 0.0
    gpu_hours: float = 0.0
    memory_gb_hours: float = 0.0
    tb_hours: float = 0.0
    network_gb: float = 0.0
    replication: float = 1.0
    machine: Instance | None = None
    assumed: tuple[str, ...] = ()


def meaning(sku: Sku) -> Meaning:
    """What a charge is, by its words."""
    text = " ".join(filter(None, (sku.service, sku.resource, sku.sku, sku.description))).lower()
    if not sku.unit:
        return Meaning("other", "missing_unit")
    unit = measure(sku.unit)
    if _SOFTWARE.search(text):
        return Meaning("other", "no_hardware")
    disk = _disk(sku, text, unit)
    if disk:
        return _copied(disk, sku, text)
    if (_NO_HARDWARE_OF_OWN.search(text) and not unit.vcpus) or (unit.word and not unit.data_gb) or unit.word in _TIMES:
        return Meaning("other", "no_coefficient")
    if "lambda" in text and not unit.vcpus and unit.hours and "storage" not in text:
        return _function(sku, unit)
    if unit.data_gb and unit.hours:
        return _copied(_kept(sku, text, unit), sku, text)
    if unit.data_gb:
        return _moved(text, unit)
    if unit.hours:
        return _copied(_run(sku, text, unit), sku, text)
    return Meaning("other", "no_coefficient")


def _disk(sku: Sku, text: str, unit: Measure) -> Meaning | None:
    """A managed disk, billed by its size's name and the month (Azure)."""
    if sku.provider != "azure" or "disk" not in text or unit.data_gb or not unit.hours:
        return None
    found = re.search(r"\b([pes]\d+)\b", text)
    size = disks().get(("azure", found[1])) if found else None
    return Meaning(size[1], tb_hours=unit.scale * unit.hours * size[0] / 1000) if size else None


def _function(sku: Sku, unit: Measure) -> Meaning:
    """GB seconds of a function: its memory buys its share of a vCPU, and is within the CPU's coefficients."""
    hours = unit.scale * unit.hours * (unit.data_gb or 1.0)
    return Meaning(
        "managed",
        vcpu_hours=hours / LAMBDA_GB_PER_VCPU,
        machine=typical(sku.provider, 1.0),
        assumed=("processor", "host"),
    )


def _kept(sku: Sku, text: str, unit: Measure) -> Meaning:
    """GB over time: memory, or a disk."""
    gb_hours = unit.scale * unit.data_gb * unit.hours
    if _MEMORY.search(text) and not re.search(r"storage|backup|snapshot", text):
        return _memory(sku, text, gb_hours)
    kind = "ssd" if _SSD.search(text) else "hdd" if _HDD.search(text) else ""
    if re.search(r"snapshot|backup|infrequent|archive", text):
        kind = "hdd"
    return Meaning(kind or "ssd", tb_hours=gb_hours / 1000, assumed=() if kind else ("disk",))


def _memory(sku: Sku, text: str, gb_hours: float) -> Meaning:
    """GB hours of memory sold apart. Beside cores of a family (Google), the part that the CPU's coefficients do not hold."""
    family = gcp_family(text) if sku.provider == "gcp" and re.search(r"\bram\b", text) else None
    beyond = family.memory_beyond_gb / family.memory_gb if family and family.memory_gb else 1.0
    kind = "managed" if _MANAGED.search(text) else "memory"
    return Meaning(kind, memory_gb_hours=gb_hours * beyond, assumed=() if family else ("memory",))


def _moved(text: str, unit: Measure) -> Meaning:
    """Gigabytes: sent, received, or only looked at."""
    if _PROCESSED.search(text):
        return Meaning("other", "no_coefficient")
    if _RECEIVED.search(text):
        return Meaning("network")
    if _SENT.search(text):
        return Meaning("network", network_gb=unit.scale * unit.data_gb)
    return Meaning("other", "no_direction")


def _run(sku: Sku, text: str, unit: Measure) -> Meaning:
    """Hours of vCPUs, or of a machine that is named."""
    hours = unit.scale * unit.hours
    kind = "managed" if _MANAGED.search(text) else "compute"
    if unit.vcpus:
        return _vcpus(sku, kind, hours * unit.vcpus)
    if re.search(r"fargate|container instances|container service", text):
        return _container(sku, text, hours)
    if sku.provider == "gcp" and re.search(r"\bcore\b|\bvcpu\b", text):
        return _machine(gcp_family(text), kind, hours)
    if sku.provider == "gcp" and re.search(r"\bgpu\b", text):
        return Meaning("other", "no_coefficient")
    return _machine(machine(sku.provider, text), kind, hours)


def _container(sku: Sku, text: str, hours: float) -> Meaning:
    """Containers without machines: vCPUs and GB of memory in rows of their own, both written as hours."""
    if "vcpu" in text or "cpu" in text:
        return _vcpus(sku, "managed", hours)
    return _memory(sku, text, hours) if _MEMORY.search(text) else Meaning("other", "no_machine")


def _vcpus(sku: Sku, kind: str, vcpu_hours: float) -> Meaning:
    each = typical(sku.provider, 1.0)
    return Meaning(kind, vcpu_hours=vcpu_hours, machine=each, assumed=("processor", "host"))


def _machine(found: Instance | None, kind: str, hours: float) -> Meaning:
    if found is None:
        return Meaning("other", "no_machine")
    assumed = [name for name, known in (("processor", found.known), ("host", found.host != "typical")) if not known]
    if found.gpus and not found.gpu:
        assumed.append("gpu")
    return Meaning(
        kind, vcpu_hours=hours * found.vcpus, gpu_hours=hours * found.gpus if found.gpu else 0.0,
        memory_gb_hours=hours * found.memory_beyond_gb, machine=found, assumed=tuple(assumed),
    )  # fmt: skip


def _copied(found: Meaning, sku: Sku, text: str) -> Meaning:
    """With the copies that the service keeps; of machines only where a second one runs (Multi-AZ, high availability)."""
    if found.unmapped:
        return found
    copies, _ = replication(sku.provider, sku.service.lower(), text)
    if found.machine is not None and not re.search(r"multi-az|high availability|\bregional\b|autopilot", text):
        copies = 1.0
    return replace(found, replication=copies)
