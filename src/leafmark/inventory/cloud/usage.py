"""From a bill's groups to energy: every row is counted, unmapped or no usage, and each with its cost.

A group of usage becomes kilowatt-hours of its class, in its region, and a share of hosts (their making). Utilisation is the measured one of
the part whose resource was measured and an assumed one of the rest; which part is which is kept. Reserved hours draw power whether they
were used or not. Nothing that is not usage, and nothing negative, makes grams or takes any away.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from leafmark.inventory.cloud import energy
from leafmark.inventory.cloud.bill import Bill, Group
from leafmark.inventory.cloud.bill_columns import CATEGORIES, folded
from leafmark.inventory.cloud.coefficients import PROVIDERS, constant, grid_region, pue
from leafmark.inventory.cloud.skus import Meaning, Sku, meaning

WORLD: Final = "WORLD"
AMOUNT_MAX: Final = 1e12
"""kWh, or hosts, of rows alike: more than all data centres use in a year, and more than the method takes."""
_PROVIDER_WORDS: Final = (
    ("aws", ("aws", "amazon")),
    ("azure", ("microsoft", "azure")),
    ("gcp", ("google", "gcp")),
    ("alibaba", ("alibaba", "aliyun", "alicloud", "阿里")),
)


@dataclass(frozen=True, slots=True)
class Usage:
    """A group of usage with energy, kWh by component and in all; `servers` are whole hosts over their whole life.

    `utilisation` is the mean that was counted with, `measured` the share of the quantity it was measured for (None: no CPU in it).
    """

    provider: str
    service: str
    region: str
    grid_region: str
    usage_class: str
    period: dt.datetime | None
    hourly: bool
    machine: str
    host: str
    quantity: float
    unit: str
    vcpu_hours: float
    utilisation: float | None
    measured: float | None
    replication: float
    pue: float
    cpu_kwh: float
    gpu_kwh: float
    memory_kwh: float
    storage_kwh: float
    network_kwh: float
    servers: float
    rows: int
    cost: Decimal
    currency: str
    assumed: tuple[str, ...]

    @property
    def kwh(self) -> float:
        """All of its energy, the data centre's overhead in it."""
        return self.cpu_kwh + self.gpu_kwh + self.memory_kwh + self.storage_kwh + self.network_kwh

    @property
    def usage_id(self) -> str:
        """What its entries are of: provider/service/region/class/month."""
        month = self.period.strftime("%Y-%m") if self.period else "undated"
        return "/".join((self.provider, self.service, self.region or "anywhere", self.usage_class, month))


@dataclass(frozen=True, slots=True)
class Listed:
    """A group without energy: `status` unmapped or not_usage, and why."""

    status: str
    reason: str
    provider: str
    service: str
    description: str
    unit: str
    rows: int
    cost: Decimal
    currency: str
    first_row: int


@dataclass(frozen=True, slots=True)
class Accounted:
    """All rows of a bill: what has energy, and what has none and why."""

    usage: list[Usage]
    listed: list[Listed]
    assumed_utilisation: float

    def rows_and_cost(self) -> dict[str, tuple[int, dict[str, Decimal]]]:
        """Of `mapped`, `unmapped`, `not_usage`: rows, and cost by currency. Together they are the bill."""
        found: dict[str, tuple[int, dict[str, Decimal]]] = {
            name: (0, {}) for name in ("mapped", "unmapped", "not_usage")
        }
        parts: Iterable[tuple[str, int, Decimal, str]] = (
            *(("mapped", each.rows, each.cost, each.currency) for each in self.usage),
            *((each.status, each.rows, each.cost, each.currency) for each in self.listed),
        )
        for status, rows, cost, currency in parts:
            known, costs = found[status]
            costs[currency] = costs.get(currency, Decimal(0)) + cost
            found[status] = known + rows, costs
        return found


def account(bill: Bill, utilisation: float | None = None, provider: str = "") -> Accounted:
    """Work out every group of a bill.

    Parameters
    ----------
    utilisation : 0 to 1, assumed where none is measured; 0.5 by default, as Cloud Carbon Footprint does.
    provider : of rows that name none (a provider's own export).

    Raises
    ------
    EnergyError : the assumed utilisation is no share.
    """
    assumed = constant("utilisation") if utilisation is None else utilisation
    energy.cpu_watts(assumed, 0.0, 1.0)
    usage: list[Usage] = []
    listed: list[Listed] = []
    known: dict[tuple[str, ...], Meaning] = {}
    for group in bill.groups:
        whose = provider_of(group.word("provider")) or provider
        why = _not_usage(group)
        if why:
            listed.append(_listed(group, whose, "not_usage", why))
            continue
        words = (whose, *(group.word(name) for name in ("service", "resource", "description", "sku", "unit")))
        if words not in known:
            known[words] = meaning(Sku(*words)) if whose in PROVIDERS else Meaning("other", "unknown_provider")
        found = known[words]
        region, grid = _region(whose, group.word("region"))
        why = _unmapped(group) or found.unmapped or ("" if grid else "unknown_region")
        if why:
            listed.append(_listed(group, whose, "unmapped", why))
            continue
        used = _used(group, whose, found, region, grid, assumed)
        if max(used.kwh, used.servers) > AMOUNT_MAX:
            listed.append(_listed(group, whose, "unmapped", "above_bound"))
        else:
            usage.append(used)
    return Accounted(usage, listed, assumed)


def provider_of(word: str) -> str:
    """One of the four providers by any of its names, else the name folded."""
    name = word.lower()
    return next((key for key, words in _PROVIDER_WORDS if any(each in name for each in words)), folded(word))


def _not_usage(group: Group) -> str:
    kind = CATEGORIES.get(folded(group.word("category")), "other_charge")
    if kind != "usage":
        return kind
    if folded(group.word("charge_class")) == "correction":
        return "correction_charge"
    if folded(group.word("commitment")) == "unused":
        return "unused_commitment"
    return "negative_usage" if group.state == "negative" else ""


def _unmapped(group: Group) -> str:
    if group.state == "unreadable":
        return "unreadable"
    return "missing_quantity" if group.state == "missing" else ""


def _region(provider: str, word: str) -> tuple[str, str]:
    """Region and grid region; the world's grid where the bill names none or says it is everywhere, and no grid of an unknown one."""
    if re.fullmatch(r"|global|all|any|unassigned|intercontinental|aws global", word.strip().lower()):
        return "", WORLD
    return grid_region(provider, word)


def _used(group: Group, provider: str, found: Meaning, region: str, grid: str, assumed: float) -> Usage:
    quantity, copies, overhead = group.quantity, found.replication, pue(provider, region)
    vcpu_hours, machine = quantity * found.vcpu_hours, found.machine
    mean, measured = _utilisation(group, assumed)
    cpu = gpu = servers = 0.0
    if machine is not None:
        watts = machine.processor
        cpu = energy.cpu_kwh(vcpu_hours, mean, watts.min_watts, watts.max_watts, overhead, copies)
        servers = copies * energy.host_share(vcpu_hours, constant("lifetime_hours"), 1.0, machine.host_vcpus)
        if machine.gpu:
            gpu = energy.cpu_kwh(quantity * found.gpu_hours, mean, *machine.gpu, overhead, copies)
    watts_per_tb = constant(f"{found.usage_class}_watts_per_tb") if found.tb_hours else 0.0
    doubts = (
        *found.assumed,
        *(("region",) if grid == WORLD else ()),
        *(("utilisation",) if machine and measured < 1 else ()),
    )
    return Usage(
        provider, group.word("service"), region, grid, found.usage_class, group.period, group.hourly, machine.type if machine else "",
        machine.host if machine else "", quantity, group.word("unit"), vcpu_hours, mean if machine else None, measured if machine else None,
        copies, overhead, cpu, gpu,
        energy.memory_kwh(quantity * found.memory_gb_hours, constant("memory_kwh_per_gb_hour"), overhead, copies),
        energy.storage_kwh(quantity * found.tb_hours, watts_per_tb, overhead, copies),
        energy.network_kwh(quantity * found.network_gb, constant("network_kwh_per_gb"), overhead),
        servers, group.rows, group.cost, group.word("currency"), doubts,
    )  # fmt: skip


def _utilisation(group: Group, assumed: float) -> tuple[float, float]:
    """Mean utilisation of a group, weighed by quantity, and the share of it that was measured.

    The unused part of a capacity reservation is hardware that stands by, and the bill says so (FOCUS 1.1, CapacityReservationStatus).
    """
    if folded(group.word("reservation")) == "unused":
        return 0.0, 1.0
    if not group.quantity:
        return assumed, 0.0
    share = min(1.0, group.measured / group.quantity)
    mean = (group.measured_x_use + (group.quantity - group.measured) * assumed) / group.quantity
    return min(1.0, max(0.0, mean)), share


def _listed(group: Group, provider: str, status: str, reason: str) -> Listed:
    return Listed(
        status, reason, provider, group.word("service"), group.word("description"), group.word("unit"), group.rows, group.cost,
        group.word("currency"), group.first_row,
    )  # fmt: skip
