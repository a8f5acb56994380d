"""Rows of `sources.csv` for facts chosen from the tidy table, whose publishers' own files are not at hand."""

from __future__ import annotations

from leafmark.factors.importers.base import SOURCE_NAMES, Row, file_sha256
from pack.raw import SharedData

_OGL_NOTE = "Contains public sector information licensed under the Open Government Licence v3.0; scope 3 and WTT rows"
_MEE = "Ministry of Ecology and Environment and National Bureau of Statistics, China"
_TIDY: tuple[tuple[str | int, ...], ...] = (
    ("desnz-2021", "UK BEIS", "UK Government GHG Conversion Factors for Company Reporting 2021, flat file", 2021,
     "https://www.gov.uk/government/publications/greenhouse-gas-reporting-conversion-factors-2021", "OGL-UK-3.0",
     _OGL_NOTE),
    ("desnz-2025", "UK Department for Energy Security and Net Zero",
     "UK Government GHG Conversion Factors for Company Reporting 2025, flat file", 2025,
     "https://www.gov.uk/government/publications/greenhouse-gas-reporting-conversion-factors-2025", "OGL-UK-3.0",
     _OGL_NOTE),
    ("mee-cn-2021", _MEE, "2021 CO2 emission factors of electricity (announcement 2024 No. 12)", 2024,
     "https://www.mee.gov.cn/", "official announcement (facts)", "CO2 only"),
    ("mee-cn-2022", _MEE, "2022 CO2 emission factors of electricity (announcement 2024 No. 33)", 2024,
     "https://www.mee.gov.cn/", "official announcement (facts)", "CO2 only"),
    ("mee-cn-2023", _MEE, "2023 CO2 emission factors of electricity (announcement 2025 No. 47)", 2025,
     "https://www.mee.gov.cn/xxgk2018/xxgk/xxgk01/202512/t20251231_1139517.html", "official announcement (facts)",
     "CO2 only; Tibet, Hong Kong, Macao and Taiwan are not published"),
    ("mee-cn-footprint-2023", f"{_MEE}, with the National Energy Administration",
     "2023 carbon footprint factors of electricity (announcement 2025 No. 3)", 2025, "https://www.mee.gov.cn/",
     "official announcement (facts)",
     "kg CO2e per kWh, life cycle; the annex is not at hand, its figure was not compared with the text"),
    ("mee-cn-2024", _MEE, "2024 carbon footprint factors of electricity, national (announcement of 28 September 2025)",
     2025, "https://www.mee.gov.cn/", "official announcement (facts)", "kg CO2e per kWh, life cycle"),
    ("epa-egrid-2023", "US EPA", "eGRID2023, state output emission rates", 2025,
     "https://www.epa.gov/egrid/download-data", "US public domain", "read through codecarbon 3.3.2 (MIT)"),
    ("ipcc-2006-v2", "IPCC", "2006 Guidelines for National Greenhouse Gas Inventories, volume 2, chapter 1", 2006,
     "https://www.ipcc-nggip.iges.or.jp/public/2006gl/vol2.html", "official guidelines (facts)",
     "tables 1.2 and 1.3; read through bonsai_ipcc 0.5.3 (MIT)"),
    ("ipcc-2006-v3", "IPCC", "2006 Guidelines for National Greenhouse Gas Inventories, volume 3, chapter 2", 2006,
     "https://www.ipcc-nggip.iges.or.jp/public/2006gl/vol3.html", "official guidelines (facts)",
     "table 2.1, table 2.4 and equation 2.4; read through transcriptions of others, the publisher's file is not at hand"),
    ("ndrc-cn-2015", "National Development and Reform Commission, China",
     "Guidelines for accounting and reporting of greenhouse gas emissions of operators of public buildings (trial)", 2015,
     "https://www.ndrc.gov.cn/", "official guidelines (facts)",
     "one of the guidelines by sector, all with this default; read in a transcription of its text; GB/T 32150-2025 is said to keep it"),
    ("codecarbon-cloud", "codecarbon (mlco2)", "Cloud regions and their grids, impact.csv", 2026,
     "https://github.com/mlco2/codecarbon", "MIT", "Google Cloud's figures as Google publishes them"),
    ("ccf-coefficients", "Thoughtworks, Cloud Carbon Footprint", "Embodied emissions of servers", 2026,
     "https://github.com/cloud-carbon-footprint/ccf-coefficients", "Apache-2.0", "commit b0032d9"),
)  # fmt: skip
# The annexes the figures were compared with, one by one.
_ANNEXES = {"mee-cn-2023": "mee-china-grid-2023.pdf", "mee-cn-2024": "mee-china-footprint-2024.pdf"}
_FIELDS = ("source_id", "publisher", "title", "year", "url", "licence", "note")


def rows(data: SharedData) -> list[Row]:
    """Return the sources; `file_sha256` only where the publisher's own file was read."""
    made = []
    for values in _TIDY:
        known: Row = dict(zip(_FIELDS, values, strict=True))
        row: Row = {name: known.get(name) for name in SOURCE_NAMES}
        row["licence_class"] = "open"
        if str(known["source_id"]) in _ANNEXES:
            row["file_sha256"] = file_sha256(data.publisher(_ANNEXES[str(known["source_id"])]))
        made.append(row)
    return made
