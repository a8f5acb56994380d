"""Made-up products, schemes' evidence and benchmarks: small, and named so that nobody takes them for real ones."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from leafmark.products import (
    BenchmarkTable,
    Evidence,
    LabelData,
    Method,
    Scheme,
    footprint_from,
    freeze,
    get_scheme,
    label_data,
    saving_panel,
)

KG = 10**9
ON = date(2026, 11, 23)
METHOD = Method("product.bill", "1.0", "ISO 14067:2018")
BASE = "https://id.example.org"
GTIN = "9506000134352"  # GS1's own example GTIN in the Digital Link standard


STAGE_COLUMNS = ("materials_ug", "manufacturing_ug", "packaging_ug", "transport_ug", "use_ug", "end_of_life_ug")


def product(**changes: Any) -> dict[str, Any]:
    """Give the machine's row with changes; stages and whole keep adding up unless both are given."""
    row: dict[str, Any] = {
        "product_id": "wm-1",
        "status": "complete",
        "co2e_ug": 412 * KG,
        "low_ug": 338 * KG,
        "high_ug": 497 * KG,
        "materials_ug": 78 * KG,
        "manufacturing_ug": 29 * KG,
        "packaging_ug": 4 * KG,
        "transport_ug": 8 * KG,
        "use_ug": 281 * KG,
        "end_of_life_ug": 12 * KG,
        "lines": 41,
        "rejected_lines": 0,
        "primary_ug": 255 * KG,
    }
    row |= changes
    if "co2e_ug" in changes and row["co2e_ug"] is not None:
        if not isinstance(row["co2e_ug"], int) or set(STAGE_COLUMNS) & set(changes):
            return row
        whole, rest = 412 * KG, row["co2e_ug"]
        for column in STAGE_COLUMNS[:-1]:
            row[column] = row[column] * changes["co2e_ug"] // whole
            rest -= row[column]
        row[STAGE_COLUMNS[-1]] = rest
    elif set(STAGE_COLUMNS) & set(changes):
        row["co2e_ug"] = sum(row[column] or 0 for column in STAGE_COLUMNS)
        row |= {"low_ug": row["co2e_ug"] * 338 // 412, "high_ug": row["co2e_ug"] * 497 // 412} | {
            field: changes[field] for field in ("low_ug", "high_ug") if field in changes
        }
    return row


def catalogue(**changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": {
            "en": "Example Wash 8 kg, front loader",
            "zh-Hans": "示例洗衣机 8 公斤",
            "zh-Hant": "示例洗衣機 8 公斤",
        },
        "gtin": GTIN,
        "category": "washing_machine",
        "category_name": {"en": "washing machines", "zh-Hans": "洗衣机", "zh-Hant": "洗衣機"},
        "declared_unit": {"en": "machine", "zh-Hans": "台", "zh-Hant": "台"},
        "functional_unit": "2,200 washes of 8 kg",
        "lifetime_years": 10,
        "use_region": "EU",
        "scenario": {
            "en": "10 years × 220 washes, EU grid mix 2026",
            "zh-Hans": "10 年 × 每年 220 次洗涤、欧盟电网 2026",
            "zh-Hant": "10 年 × 每年 220 次洗滌、歐盟電網 2026",
        },
        "verified_by": "Example Cert (demo)",
        "valid_until": "2027-11-30",
    }
    return row | changes


def evidence(scheme: Scheme, **changes: Any) -> list[Evidence]:
    return [
        Evidence(
            **(
                {
                    "requirement": requirement,
                    "scheme_id": scheme.id,
                    "scheme_version": scheme.version,
                    "expires_on": date(2027, 6, 30),
                    "url": f"https://scheme.example.org/{requirement}",
                    "issued_by": "Example Watch (demo)",
                    "independent_of": frozenset({"owner", "trader"}),
                }
                | changes
            )
        )
        for requirement in scheme.evidence_required
    ]


def benchmarks(count: int = 1284, **changes: Any) -> BenchmarkTable:
    """Give a table of `count` machines, 250 to 980 kg, median about 535 kg."""
    spread = [250 + 730 * (place / (count - 1)) ** 1.36 for place in range(count)]
    rows = [
        footprint_from(
            product(product_id=f"b{place}", co2e_ug=round(kg * KG), low_ug=None, high_ug=None),
            catalogue(**changes),
            method_version="product.bill@1.0",
            gwp_set="AR6",
        )
        for place, kg in enumerate(spread)
    ]
    return freeze(rows, table_id="leafmark.category", version="2026.1", frozen_on=date(2026, 9, 1), run_hash="0" * 64)


def make(
    scheme_id: str = "leafmark.declared",
    *,
    certified: bool = True,
    compared: bool = True,
    base: str | None = BASE,
    product_changes: dict[str, Any] | None = None,
    catalogue_changes: dict[str, Any] | None = None,
    **extra: Any,
) -> LabelData:
    """Give a label, by default the washing machine of every example."""
    scheme = get_scheme(scheme_id)
    row, about = product(**(product_changes or {})), catalogue(**(catalogue_changes or {}))
    footprint = footprint_from(row, about, method_version="product.bill@1.0", gwp_set="AR6")
    return label_data(
        row,
        about,
        scheme,
        method=METHOD,
        factor_vintage="2026.2",
        on_date=ON,
        benchmark=TABLE.for_basis(footprint.basis) if compared else None,
        evidence=[*(evidence(scheme) if certified else []), *extra.pop("more_evidence", [])],
        link_base=base,
        **extra,
    )


def saving(**changes: Any) -> Any:
    return saving_panel(
        **(
            {
                "reference_model": {"en": "Example Old 500", "zh-Hans": "示例旧款 500", "zh-Hant": "示例舊款 500"},
                "reference_kwh_per_year": 190.0,
                "kwh_per_year": 121.0,
                "years": 10,
                "use": {
                    "en": "220 washes a year at 40 °C",
                    "zh-Hans": "每年 220 次 40 °C 洗涤",
                    "zh-Hant": "每年 220 次 40 °C 洗滌",
                },
                "grid_region": "EU",
                "grid_vintage": "2026",
                "grid_factor_id": "electricity.grid@EU:life_cycle:2026",
                "grid_kg_per_kwh": 0.25,
                "grid_gsd": 1.1,
            }
            | changes
        )
    )


TABLE = benchmarks()


@pytest.fixture(scope="session")
def table() -> BenchmarkTable:
    return TABLE
