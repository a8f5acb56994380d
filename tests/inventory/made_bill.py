"""Bills made for tests: rows of a FOCUS export given as a few columns, the rest filled in plainly; and a plain twin of the whole way."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

HEADER = (
    "ProviderName", "ServiceName", "ResourceType", "ResourceId", "ChargeDescription", "RegionId", "RegionName", "ConsumedQuantity",
    "ConsumedUnit", "BilledCost", "BillingCurrency", "ChargeCategory", "ChargeClass", "CommitmentDiscountStatus", "CapacityReservationStatus",
    "ChargePeriodStart",
)  # fmt: skip
_PLAIN = {
    "ProviderName": "AWS", "ServiceName": "Amazon Elastic Compute Cloud", "ResourceType": "instance", "ResourceId": "i-1",
    "ChargeDescription": "$0.096 per On Demand Linux m5.large Instance Hour", "RegionId": "us-west-2", "RegionName": "US West (Oregon)",
    "ConsumedQuantity": "10", "ConsumedUnit": "Hours", "BilledCost": "0.96", "BillingCurrency": "USD", "ChargeCategory": "Usage",
    "ChargeClass": "NULL", "CommitmentDiscountStatus": "NULL", "CapacityReservationStatus": "NULL", "ChargePeriodStart": "2024-09-03 07:00:00",
}  # fmt: skip


def made_bill(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """A bill as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows({**_PLAIN, **row} for row in rows)
    return path


def twin(path: Path, tables: Path, use: Mapping[str, float] | None = None) -> dict[str, float]:
    """kWh of a bill by class, and servers, row by row in plain Python: an oracle for the AWS and Azure rows of the sample.

    It shares no code with the room: coefficients are read from the tables, units and words are told by rules of its own, as simple as the
    sample allows.
    """

    def read(name: str) -> list[dict[str, str]]:
        with (tables / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    watts = {(r["provider"], r["architecture"]): r for r in read("processors")}
    machines = {(r["provider"], r["type"].lower()): r for r in read("instances")}
    gpus = {r["gpu"]: r for r in read("gpus")}
    mean = {"aws": (0.74, 3.5, 80.69, 1744.29, 96.0), "azure": (0.74, 3.54, 80.47, 1742.68, 64.0)}
    overhead = {"aws": 1.135, "azure": 1.185}
    sums = dict.fromkeys(("compute", "managed", "ssd", "hdd", "network", "servers"), 0.0)

    def run(provider: str, name: str, hours: float, share: float, kind: str) -> None:
        row = machines[provider, name]
        found = [watts.get((provider, each)) for each in row["architectures"].split("|")]
        low, high, chip, _, _ = mean[provider]
        if found and all(found):
            low, high, chip = (
                sum(float(each[column]) for each in found if each) / len(found)
                for column in ("min_watts_per_vcpu", "max_watts_per_vcpu", "gb_per_chip")
            )
        vcpus, memory, host_vcpus, host_memory = (
            float(row[c]) for c in ("vcpus", "memory_gb", "host_vcpus", "host_memory_gb")
        )
        chips = float(row["host_chips"] or 0) or -(-host_vcpus // 96)
        kwh = hours * vcpus * (low + share * (high - low)) / 1000
        kwh += hours * 0.000392 * max(0.0, host_memory - chips * chip) * memory / host_memory
        if row["gpu"]:
            idle, full = float(gpus[row["gpu"]]["min_watts"]), float(gpus[row["gpu"]]["max_watts"])
            kwh += hours * float(row["gpus"]) * (idle + share * (full - idle)) / 1000
        sums[kind] += kwh * overhead[provider]
        sums["servers"] += hours / 35040 * vcpus / host_vcpus

    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            provider = {"AWS": "aws", "Microsoft": "azure"}.get(row["ProviderName"])
            text, unit, service = row["ChargeDescription"].lower(), row["ConsumedUnit"], row["ServiceName"]
            if provider is None or row["ChargeCategory"] != "Usage" or float(row["ConsumedQuantity"]) < 0:
                continue
            amount, share = float(row["ConsumedQuantity"]), (use or {}).get(row["ResourceId"], 0.5)
            named = re.search(r"(?:linux|per) (?:db\.)?(\S+\.\S+) (?:single-az )?instance.hour", text)
            if named and "mbps" not in text and "software" not in text:
                run(provider, named[1], amount, share, "managed" if "db." in text else "compute")
            elif "lambda-gb-second" in text or "total compute" in text:
                low, high = mean["aws"][:2]
                vcpu_hours = amount / 3600 / 1.769
                sums["managed"] += vcpu_hours * (low + share * (high - low)) / 1000 * 1.135
                sums["servers"] += vcpu_hours / 35040 / 96
            elif "fargate" in text:
                if "vcpu" in text:
                    low, high = mean["aws"][:2]
                    sums["managed"] += amount * (low + share * (high - low)) / 1000 * 1.135
                    sums["servers"] += amount / 35040 / 96
                else:
                    sums["managed"] += amount * 0.000392 * 1.135
            elif unit == "ACU-Hours":
                low, high = mean["aws"][:2]
                sums["managed"] += amount / 4 * (low + share * (high - low)) / 1000 * 1.135
                sums["servers"] += amount / 4 / 35040 / 96
            elif "managed disks" in text:
                gb = {"p4": 32, "p6": 64}[next(w for w in ("p4", "p6") if f"{w} lrs" in text)]
                sums["ssd"] += amount * 730 * gb / 1000 * 1.2 / 1000 * 3 * 1.185
            elif unit in ("GB-Months", "GB/Month") and "throughput" not in text.replace("elastic throughput", ""):
                solid = any(w in text for w in ("gp2", "gp3", "aurora", "mysql")) or service == "Amazon DynamoDB"
                solid &= "snapshot" not in text
                copies = (
                    6 if "aurora" in text or service == "Amazon Simple Storage Service"
                    else 3 if "snapshot" in text or provider == "azure" or "File System" in service or "Registry" in service
                    else 2 if "Elastic Compute" in service or "Dynamo" in service else 1
                )  # fmt: skip
                sums["ssd" if solid else "hdd"] += (
                    amount * 0.73 * (1.2 if solid else 0.65) / 1000 * copies * overhead[provider]
                )
            elif unit == "GB" and not re.search(
                r"processed|ingested|reads|per gb for  in|transfer in|transfer from|in-bytes", text
            ):
                sums["network"] += amount * 0.001 * overhead[provider]
    return sums
