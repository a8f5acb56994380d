"""The tables of facts against the files they were read from, and the errors in those files that were not taken over."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from leafmark.factors import regions as known_regions
from leafmark.factors.check import check
from leafmark.factors.model import Pack
from leafmark.inventory.cloud import coefficients as facts
from leafmark.inventory.cloud.grids import KG_PER_KWH_MAX, GridError, kg_per_kwh
from leafmark.inventory.cloud.run import HOSTS


def published(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "cloud" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_processors_are_the_published_ones(shared_data: Path) -> None:
    theirs = {
        (row["provider"], row["architecture"]): [
            float(row[name]) for name in ("min_watts_per_vcpu", "max_watts_per_vcpu", "gb_per_chip")
        ]
        for row in published(shared_data, "cloud_coefficients.csv")
    }
    ours = {
        key: [p.min_watts, p.max_watts, p.gb_per_chip] for key, p in facts.processors().items() if key[0] != "alibaba"
    }
    left_out = set(theirs) - set(ours)
    assert left_out == {("aws", "EPYC 5th Gen")}
    assert all(ours[key] == theirs[key] for key in ours)


def test_the_processor_left_out_is_the_odd_one(shared_data: Path) -> None:
    """Idle watts of AWS's EPYC 5th Gen are over four times those of any other server processor since 2015."""
    rows = published(shared_data, "cloud_coefficients.csv")
    idle = {row["architecture"]: float(row["min_watts_per_vcpu"]) for row in rows if row["provider"] == "aws"}
    odd = idle.pop("EPYC 5th Gen")
    modern = [watts for name, watts in idle.items() if name not in ("Ivy Bridge", "Sandy Bridge", "Haswell")]
    assert odd > 3 * max(modern)
    assert not facts.instances()["aws", "m8a.large"].known


@pytest.mark.parametrize(
    ("provider", "file", "type_column", "vcpus", "memory"),
    [
        ("aws", "data_aws-instances-latest-2026.csv", "Instance Type", "vCPUs", "Memory (GiB)"),
        ("gcp", "data_gcp-instances-latest-2026.csv", "Instance Type", "Instance vCPU", "Instance Memory"),
        ("azure", "data_azure-instances.csv", "Virtual Machine", "Instance vCPUs", "Instance Memory"),
    ],
)
def test_instances_are_the_published_ones(
    shared_data: Path, provider: str, file: str, type_column: str, vcpus: str, memory: str
) -> None:
    seen = 0
    for row in published(shared_data, file):
        ours = facts.instances().get((provider, row[type_column].lower()))
        if ours is None:
            assert re.search(r" v\d \d$", row[type_column]), (
                f"{row[type_column]} is missing"
            )  # footnotes of Azure's tables
            continue
        if row.get("Series") == "Constrained vCPUs capable":
            assert ours.vcpus == float(row["Platform vCPUs (highest vCPU possible)"])  # the file gives a share
        else:
            assert ours.vcpus == float(row[vcpus])
        assert ours.memory_gb == float(row[memory])
        seen += 1
    assert seen > 300


def test_hosts_are_the_published_ones(shared_data: Path) -> None:
    theirs = {
        ("aws", row["type"]): float(row["total"])
        for row in published(shared_data, "output_coefficients-aws-embodied.csv")
    }
    theirs |= {
        ("gcp", row["type"]): float(row["total_mean"])
        for row in published(shared_data, "output_coefficients-gcp-embodied-mean.csv")
    }
    checked = 0
    for key, kg in theirs.items():
        ours = facts.instances().get(key)
        if ours is not None and ours.host != facts.TYPICAL:
            assert ours.host_embodied_kg == kg, key
            checked += 1
    assert checked > 450


def test_the_hosts_are_a_sound_pack_of_the_same_figures() -> None:
    assert check(HOSTS) == []
    pack = Pack.load(HOSTS)
    kg = dict(zip(pack.factors.column("key").to_pylist(), pack.factors.column("co2e_kg").to_pylist(), strict=True))
    for (provider, _), each in facts.instances().items():
        assert kg[f"cloud.host.{provider}.{each.host}"] == each.host_embodied_kg
    for provider in facts.PROVIDERS:
        assert kg[f"cloud.host.{provider}.typical"] == facts.constant("host_embodied_kg", provider)


def test_no_machine_is_larger_than_its_host_and_memory_beyond_is_within_it() -> None:
    for key, each in facts.instances().items():
        assert 0 < each.vcpus <= each.host_vcpus, key
        assert 0 <= each.memory_beyond_gb <= each.memory_gb, key
        assert each.processor.min_watts <= each.processor.max_watts, key
        assert 800 < each.host_embodied_kg < 60_000, key  # the largest hold 37 TB of memory


def test_every_row_names_a_source_that_is_there() -> None:
    sources = {row["source"] for row in facts.rows("sources")}
    for table in ("processors", "instances", "gpus", "disks", "pue", "replication", "constants", "alibaba_families"):
        rows = facts.rows(table)
        assert rows
        assert {row["source"] for row in rows} <= sources, table
    assert all(row["licence"] == "Apache-2.0" and row["commit"] for row in facts.rows("sources"))


def test_constants_are_the_methodology() -> None:
    """Cloud Carbon Footprint, the constants of its four packages."""
    assert facts.constant("ssd_watts_per_tb") == 1.2
    assert facts.constant("hdd_watts_per_tb") == 0.65
    assert facts.constant("memory_kwh_per_gb_hour") == 0.000392
    assert facts.constant("network_kwh_per_gb") == 0.001
    assert facts.constant("utilisation") == 0.5
    assert facts.constant("lifetime_hours") == 4 * 365 * 24
    assert [facts.pue(name) for name in facts.PROVIDERS] == [1.135, 1.185, 1.1, 1.3]
    assert facts.pue("gcp", "us-east4") == 1.08
    assert facts.pue("gcp", "us-west1") == 1.1
    assert facts.replication("aws", "amazon simple storage service", "storage used")[0] == 6
    assert facts.replication("aws", "amazon elastic compute cloud", "ebs:snapshotusage")[0] == 3
    assert facts.replication("azure", "storage accounts", "hot grs data stored")[0] == 6
    assert facts.replication("azure", "storage accounts", "hot zrs data stored")[0] == 3
    assert facts.replication("gcp", "cloud storage", "standard storage us multi-region")[0] == 2
    assert facts.replication("alibaba", "oss", "standard storage")[0] == 1


def test_regions_lead_to_grids_that_the_factor_packs_know() -> None:
    for row in facts.rows("regions"):
        assert known_regions.known(row["grid_region"]), row
    assert facts.grid_region("aws", "us-west-2") == ("us-west-2", "US-OR")
    assert facts.grid_region("azure", "East US 2") == facts.grid_region("azure", "eastus2") == ("eastus2", "US-VA")
    assert facts.grid_region("azure", "EU West") == ("westeurope", "NL")
    assert facts.grid_region("aws", "us-east-1a") == ("us-east-1", "US-VA")
    assert facts.grid_region("gcp", "us-west1") == ("us-west1", "gcp:us-west1")
    assert (
        facts.grid_region("alibaba", "华东1（杭州）")
        == facts.grid_region("alibaba", "cn-hangzhou-g")
        == ("cn-hangzhou", "CN-ZJ")
    )
    assert facts.grid_region("aws", "atlantis-1") == ("", "")


def test_no_region_of_china_is_fed_by_the_world_or_the_nation_alone() -> None:
    """China's regions take MEE's factor of their province, which the pack has."""
    china = [
        row
        for row in facts.rows("regions")
        if row["region"].startswith(("cn-", "china")) and row["region"] != "cn-hongkong"
    ]
    assert len(china) > 15
    assert all(row["grid_region"].startswith("CN-") for row in china)


def test_trap_a_lost_decimal_point_in_a_grid_table_is_found(shared_data: Path) -> None:
    """Trap 5: two rows of the Azure table say 000402 and 000077 t per kWh: 402,000 kg. The others are within what grids are."""
    refused = {}
    for provider in ("aws", "azure", "gcp"):
        for number, row in enumerate(published(shared_data, f"data_grid-emissions-factors-{provider}.csv"), 1):
            try:
                kg_per_kwh(row["CO2e (metric ton/kWh)"], f"{provider}, row {number}", 1000)
            except GridError as fault:
                refused[row["Region"]] = str(fault)
    assert set(refused) == {"Germany West Central", "Finland Central"}
    assert "lost decimal point" in refused["Germany West Central"]
    assert "'000402'" in refused["Germany West Central"]


def test_bounds_of_a_factor() -> None:
    assert kg_per_kwh("0", "here") == 0
    assert kg_per_kwh(str(KG_PER_KWH_MAX), "here") == 3
    for text in ("-0.1", "3.01", "nan", "inf", "much"):
        with pytest.raises(GridError, match="here"):
            kg_per_kwh(text, "here")
