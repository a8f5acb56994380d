"""A small sound pack, as rows of text, for tests to damage one cell at a time."""

from __future__ import annotations

import csv
from pathlib import Path

from leafmark.factors.columns import FACTOR_COLUMNS, SOURCE_COLUMNS

TOML = """id = "small"
version = "1"
title = "A small pack"
licence_note = "open"
gwp_note = "native sets kept"
"""
Row = dict[str, str]


def factor(**cells: object) -> Row:
    """UK grid electricity of 2023 (DESNZ: 0.207074 kg/kWh), with any cell replaced; the id follows the cells."""
    row: Row = {column.name: "" for column in FACTOR_COLUMNS}
    row |= {
        "key": "electricity.grid",
        "theme": "grid",
        "name_en": "Electricity, grid average",
        "name_zh": "电网电力",
        "region": "GB",
        "boundary": "direct",
        "unit": "kWh",
        "co2e_kg": "0.207074",
        "co2_kg": "0.20496",
        "ch4_fossil_kg": "2.857e-05",
        "n2o_kg": "4.96e-06",
        "gwp_set": "AR5",
        "data_year": "2021",
        "valid_from": "2023-01-01",
        "valid_to": "2024-01-01",
        "published_on": "2023-06-28",
        "gsd": "1.0287",
        "gsd_basis": "default:grid_statutory",
        "source_id": "desnz-2023",
        "locator": "UK electricity, electricity generated, row 1",
    }
    row |= {name: str(value) for name, value in cells.items()}
    row["factor_id"] = row["factor_id"] or f"{row['key']}@{row['region']}:{row['boundary']}:{row['data_year']}"
    return row


def total_only(**cells: object) -> Row:
    """A factor of which only the total is published."""
    return factor(**({"co2_kg": "", "ch4_fossil_kg": "", "n2o_kg": ""} | cells))


def source(**cells: object) -> Row:
    """UK DESNZ 2023, with any cell replaced."""
    row: Row = {column.name: "" for column in SOURCE_COLUMNS}
    row |= {
        "source_id": "desnz-2023",
        "publisher": "UK DESNZ",
        "title": "Greenhouse gas reporting: conversion factors 2023",
        "year": "2023",
        "licence": "OGL-UK-3.0",
        "licence_class": "open",
    }
    return row | {name: str(value) for name, value in cells.items()}


def write_pack(folder: Path, factors: list[Row], sources: list[Row] | None = None, toml: str = TOML) -> Path:
    """Write rows of text as a pack folder, with no check at all."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.toml").write_text(toml, encoding="utf-8")
    for name, columns, rows in (
        ("factors.csv", FACTOR_COLUMNS, factors),
        ("sources.csv", SOURCE_COLUMNS, [source()] if sources is None else sources),
    ):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [column.name for column in columns], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return folder
