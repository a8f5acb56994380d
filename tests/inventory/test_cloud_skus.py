"""What a charge is: units in every spelling, machines by their names, and classes by the words of the four providers."""

from __future__ import annotations

import pytest

from leafmark.inventory.cloud import coefficients
from leafmark.inventory.cloud.machines import machine
from leafmark.inventory.cloud.quantities import measure
from leafmark.inventory.cloud.skus import Sku, meaning


@pytest.mark.parametrize(
    ("unit", "scale", "gb", "vcpus", "hours"),
    [
        ("Hours", 1, 0, 0, 1), ("Hrs", 1, 0, 0, 1), ("1 Hour", 1, 0, 0, 1), ("100 Hours", 100, 0, 0, 1), ("GB-Mo", 1, 1, 0, 730),
        ("GB-Months", 1, 1, 0, 730), ("GB/Month", 1, 1, 0, 730), ("100 GB/Month", 100, 1, 0, 730), ("GB-Hours", 1, 1, 0, 1),
        ("gibibyte month", 1, 2**30 / 1e9, 0, 730), ("GiBy.mo", 1, 2**30 / 1e9, 0, 730), ("byte-seconds", 1, 1e-9, 0, 1 / 3600),
        ("Seconds", 1, 0, 0, 1 / 3600), ("vCPU-Hours", 1, 0, 1, 1), ("OCPU Per Hour", 1, 0, 2, 1), ("ACU-Hours", 1, 0, 0.25, 1),
        ("Lambda-GB-Second", 1, 1, 0, 1 / 3600), ("GB", 1, 1, 0, 0), ("TB", 1, 1000, 0, 0), ("1K Requests", 1000, 0, 0, 0),
        ("小时", 1, 0, 0, 1), ("GB*小时", 1, 1, 0, 1),
    ],
)  # fmt: skip
def test_units(unit: str, scale: float, gb: float, vcpus: float, hours: float) -> None:
    found = measure(unit)
    assert (found.scale, found.vcpus) == (scale, vcpus)
    assert found.data_gb == pytest.approx(gb)
    assert found.hours == pytest.approx(hours)


EC2, VM = "Amazon Elastic Compute Cloud", "Virtual Machines"


@pytest.mark.parametrize(
    ("provider", "service", "description", "unit", "kind", "why"),
    [
        ("aws", EC2, "$0.34 per On Demand Linux c5.2xlarge Instance Hour", "Hrs", "compute", ""),
        ("aws", EC2, "BoxUsage:m7i-flex.large", "Hours", "compute", ""),
        ("aws", EC2, "$0.00 for 4245 Mbps per c6a.4xlarge instance-hour (or partial hour)", "Hours", "other", "no_coefficient"),
        ("aws", EC2, "$0.05 per GB-Month of snapshot data stored", "GB-Mo", "hdd", ""),
        ("aws", EC2, "$0.10 per GB-month of General Purpose SSD (gp2) provisioned storage", "GB-Mo", "ssd", ""),
        ("aws", EC2, "$0.005 per provisioned IOPS-month of gp3", "IOPS-Months", "other", "no_coefficient"),
        ("aws", EC2, "$0.04 per provisioned MiBps-month of gp3", "GiB/Second-Months", "other", "no_coefficient"),
        ("aws", EC2, "$0.000 per GB - data transfer in per month", "GB", "network", ""),
        ("aws", EC2, "$0.045 per GB Data Processed by NAT Gateways", "GB", "other", "no_coefficient"),
        ("aws", EC2, "USD0.02 per GB for  in Middle East (Bahrain)", "GB", "other", "no_direction"),
        ("aws", "Amazon Relational Database Service", "USD 0.023 per db.t3.micro Single-AZ instance hour", "Hours", "managed", ""),
        ("aws", "Red Hat OpenShift", "AWS Marketplace hourly software usage|us-east-1|m5.2xlarge", "Hours", "other", "no_hardware"),
        ("aws", "Amazon EKS", "something that runs by the hour", "Hours", "other", "no_machine"),
        ("azure", VM, "Virtual Machines Dv2/DSv2 Series - D11 v2/DS11 v2 - US East 2", "1 Hour", "compute", ""),
        ("azure", VM, "Standard_D2s_v3", "100 Hours", "compute", ""),
        ("azure", "Storage", "Premium SSD Managed Disks - P30 LRS - EU West", "1/Month", "ssd", ""),
        ("azure", "Storage", "Standard HDD Managed Disks - S10 LRS - EU West", "1/Month", "hdd", ""),
        ("azure", "Bandwidth", "Inter-Region - Intra Continent Data Transfer Out", "1 GB", "network", ""),
        ("gcp", "Compute Engine", "N2 Instance Core running in Oregon", "hour", "compute", ""),
        ("gcp", "Compute Engine", "N2 Instance Ram running in Oregon", "gibibyte hour", "memory", ""),
        ("gcp", "Compute Engine", "SSD backed PD Capacity", "gibibyte month", "ssd", ""),
        ("gcp", "Cloud Storage", "Standard Storage US Multi-region", "gibibyte month", "hdd", ""),
        ("gcp", "Compute Engine", "Network Internet Egress from Americas to Americas", "gibibyte", "network", ""),
        ("alibaba", "Elastic Compute Service", "ecs.g7.2xlarge", "Hours", "compute", ""),
        ("alibaba", "Elastic Compute Service", "cloud_essd disk", "GB*小时", "ssd", ""),
        ("alibaba", "Object Storage Service", "oss standard", "GB-Month", "hdd", ""),
        ("aws", "Amazon Simple Queue Service", "per million requests", "Requests", "other", "no_coefficient"),
        ("aws", EC2, "no unit at all", "", "other", "missing_unit"),
    ],
)  # fmt: skip
def test_what_a_charge_is(provider: str, service: str, description: str, unit: str, kind: str, why: str) -> None:
    found = meaning(Sku(provider, service, "", description, "", unit))
    assert (found.usage_class, found.unmapped) == (kind, why)


@pytest.mark.parametrize(
    ("unit", "gb", "hours"),
    [("Gb", 0.125, 0), ("GB", 1, 0), ("Mb-Seconds", 0.000125, 1 / 3600), ("Gib-Hours", 2**30 / 8e9, 1), ("EB", 1e9, 0), ("PiB", 2**50 / 1e9, 0),
     ("B", 1e-9, 0), ("b", 1.25e-10, 0), ("gb", 1, 0), ("GB/3 Months", 1, 3 * 730), ("Units/3 Months", 0, 3 * 730), ("GB/Hour", 1, 1)],
)  # fmt: skip
def test_units_in_focus_form(unit: str, gb: float, hours: float) -> None:
    """FOCUS 1.2, attribute Unit Format: a small b is bits, a whole number before a time is an interval. All small letters are no FOCUS unit."""
    found = measure(unit)
    assert (found.data_gb, found.hours) == (pytest.approx(gb), pytest.approx(hours))


def test_amounts_of_a_unit_by_hand() -> None:
    disk = meaning(Sku("azure", "Storage", "", "Premium SSD Managed Disks - P30 LRS - EU West", "", "1/Month"))
    assert (disk.tb_hours, disk.replication) == (pytest.approx(1.024 * 730), 3)
    hundred = meaning(Sku("azure", VM, "", "Standard_D2s_v3", "", "100 Hours"))
    assert hundred.vcpu_hours == 200
    core = meaning(Sku("gcp", "Compute Engine", "", "N2 Instance Core running in Oregon", "", "hour"))
    assert core.vcpu_hours == 1
    assert core.machine is not None
    assert core.machine.host == "n2_standard"
    ram = meaning(Sku("gcp", "Compute Engine", "", "N2 Instance Ram running in Oregon", "", "GB-Hours"))
    host = coefficients.instances()["gcp", "n2-standard-128"]
    assert ram.memory_gb_hours == pytest.approx(host.memory_beyond_gb / host.memory_gb)
    function = meaning(Sku("aws", "AWS Lambda", "", "AWS Lambda - Total Compute", "", "Seconds"))
    assert function.vcpu_hours == pytest.approx(1 / 3600 / 1.769)
    multi = meaning(
        Sku("aws", "Amazon Relational Database Service", "", "db.m5.large Multi-AZ instance hour", "", "Hours")
    )
    assert multi.replication == 2
    received = meaning(Sku("aws", EC2, "", "data transfer in per month", "", "GB"))
    assert (received.usage_class, received.network_gb) == ("network", 0)


@pytest.mark.parametrize(
    ("provider", "text", "kind", "vcpus", "known"),
    [
        ("aws", "boxusage:c5.9xlarge", "c5.9xlarge", 36, True),
        ("aws", "per db.r5.2xlarge instance hour", "r5.2xlarge", 8, True),
        ("aws", "m99.4xlarge", "m99.4xlarge", 16, False),  # a type of tomorrow: its name tells its size
        ("aws", "u-6tb1.metal", "u-6tb1.metal", 448, True),
        ("azure", "standard_d2s_v3", "D2s v3", 2, True),
        ("azure", "virtual machines bs series - b2s - eu west", "B2S", 2, False),
        ("azure", "e16-4as v4", "E16-4as v4", 16, False),  # constrained to 4: all 16 are reserved
        ("gcp", "n2-standard-4", "n2-standard-4", 4, True),
        ("alibaba", "ecs.g6.xlarge", "ecs.g6.xlarge", 4, True),
    ],
)
def test_machines(provider: str, text: str, kind: str, vcpus: float, known: bool) -> None:
    found = machine(provider, text)
    assert found is not None
    assert (found.type, found.vcpus, found.known) == (kind, vcpus, known)


@pytest.mark.parametrize(
    ("provider", "text"), [("aws", "queries"), ("azure", "tables lrs"), ("gcp", "egress"), ("oracle", "m5.large")]
)
def test_no_machine_where_none_is_named(provider: str, text: str) -> None:
    assert machine(provider, text) is None
