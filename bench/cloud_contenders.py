"""The same bill by a plain pandas twin, row by row as Cloud Carbon Footprint goes, and the machine's limit: the columns read and measured.

Each answers with the bill's energy in microwatt-hours. The twin knows only the lines of the sample, books no entries, checks nothing and
lists nothing; ours does, and its time is with the engine's run and the lines of the inventory.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import Any

COLUMNS = ["ProviderName", "ServiceName", "ChargeDescription", "RegionId", "ConsumedQuantity", "ConsumedUnit", "ChargeCategory", "BilledCost",
           "ChargePeriodStart"]  # fmt: skip
UWH_PER_KWH = 1e9
NOT_SENT = re.compile(r"processed|ingested|reads|per gb for  in|transfer in|transfer from|in-bytes")


def ours(path: Path) -> float:
    from leafmark.cli.start import arrow_without_pandas

    arrow_without_pandas()  # as the command `leafmark` begins; pandas is here for its own turn alone
    from leafmark.inventory.cloud.run import run_bill
    from leafmark.inventory.cloud.summary import summary
    from leafmark.inventory.cloud.tables import lines_of

    with tempfile.TemporaryDirectory(prefix="leafmark-bench-") as folder:
        found = run_bill([path], Path(folder) / "run")
        lines_of(found, "own", "cloud")
        return float(summary(found)["kwh"]) * UWH_PER_KWH


def pandas(path: Path) -> float:
    import pandas as pd

    from leafmark.inventory.cloud.coefficients import instances

    machines = instances()
    bill = (
        pd.read_parquet(path, columns=COLUMNS)
        if path.suffix == ".parquet"
        else pd.read_csv(path, usecols=COLUMNS, dtype=str)
    )
    bill["ConsumedQuantity"] = pd.to_numeric(bill["ConsumedQuantity"], errors="coerce").fillna(0.0)

    def kwh(row: Any) -> float:
        provider = {"AWS": "aws", "Microsoft": "azure"}.get(row.ProviderName)
        text, unit, amount = str(row.ChargeDescription).lower(), row.ConsumedUnit, row.ConsumedQuantity
        if provider is None or row.ChargeCategory != "Usage" or amount < 0:
            return 0.0
        overhead = 1.135 if provider == "aws" else 1.185
        return overhead * _it_kwh(text, str(unit), str(row.ServiceName), provider, float(amount), machines)

    return float(sum(kwh(row) for row in bill.itertuples(index=False))) * UWH_PER_KWH


def _it_kwh(text: str, unit: str, service: str, provider: str, amount: float, machines: Any) -> float:
    """kWh of a row before the data centre's overhead, by the first rule that fits."""
    average = 0.74 + 0.5 * (3.5 - 0.74)
    named = re.search(r"(?:linux|per) (?:db\.)?(\S+\.\S+) (?:single-az )?instance.hour", text)
    if named and "mbps" not in text and "software" not in text:
        each = machines[provider, named[1]]
        watts = each.processor.min_watts + 0.5 * (each.processor.max_watts - each.processor.min_watts)
        gpu = each.gpus * (each.gpu[0] + 0.5 * (each.gpu[1] - each.gpu[0])) if each.gpu else 0.0
        return float(amount * ((each.vcpus * watts + gpu) / 1000 + each.memory_beyond_gb * 0.000392))
    if "lambda-gb-second" in text or "total compute" in text:
        return amount / 3600 / 1.769 * average / 1000
    if "fargate" in text:
        return amount * (average / 1000 if "vcpu" in text else 0.000392)
    if unit == "ACU-Hours":
        return amount / 4 * average / 1000
    if "managed disks" in text:
        return amount * 730 * (32 if "p4 lrs" in text else 64) / 1000 * 1.2 / 1000 * 3
    if unit in ("GB-Months", "GB/Month"):
        solid = "snapshot" not in text and (
            any(w in text for w in ("gp2", "gp3", "aurora", "mysql")) or service == "Amazon DynamoDB"
        )
        copies = (
            6 if "aurora" in text or service == "Amazon Simple Storage Service"
            else 3 if "snapshot" in text or provider == "azure" or "File System" in service or "Registry" in service
            else 2 if "Elastic Compute" in service or "Dynamo" in service else 1
        )  # fmt: skip
        return amount * 0.73 * (1.2 if solid else 0.65) / 1000 * copies
    return amount * 0.001 if unit == "GB" and not NOT_SENT.search(text) else 0.0


def scan(path: Path) -> float:
    import duckdb

    source = f"read_parquet('{path}')" if path.suffix == ".parquet" else (
        f"read_csv('{path}', all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"')"
    )  # fmt: skip
    lengths = ", ".join(f'SUM(length("{name}"))' for name in COLUMNS)
    return float(duckdb.sql(f"SELECT COUNT(*), {lengths} FROM {source}").fetchall()[0][0])


def peak_mb() -> float:
    """Peak memory of this process alone: what a parent hands down at fork, `ru_maxrss` counts too."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    print(round({"ours": ours, "pandas": pandas, "scan": scan}[sys.argv[1]](Path(sys.argv[2]))), peak_mb())
