"""Files a brand might send, made up; and a workbook written part by part, since no writer would make a broken one."""

from __future__ import annotations

import zipfile
from pathlib import Path

HEADER = "product_id,gtin,name_en,name_zh_hant,sector,mass_kg\n"
CHAIR = "chair,9506000134352,Oak chair,橡木椅,home,6.2\n"
OATS = "oats,96385074,Oat drink,燕麥飲,food,1.03\n"
BILL_HEADER = "product_id,stage,key,amount,unit,region,date\n"
CHAIR_LINES = "chair,materials,material.wood,6.0,kg,GB,2025-05-03\nchair,packaging,material.corrugated_board,0.8,kg,GB,2025-05-03\n"
OATS_LINES = "oats,materials,food.oatmeal,0.12,kg,,2025-05-03\n"

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    "</Types>"
)


def save(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def workbook(path: Path, sheet_data: str, more: dict[str, bytes] | None = None) -> Path:
    """A workbook of one sheet with the given rows of XML, and other parts."""
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/>'
            "</sheets></workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{_RELATIONS}/worksheet" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{_MAIN}"><sheetData>{sheet_data}</sheetData></worksheet>',
        )
        for name, data in (more or {}).items():
            archive.writestr(name, data)
    return path


def cell(address: str, value: object) -> str:
    if isinstance(value, str):
        return f'<c r="{address}" t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'
    return f'<c r="{address}"><v>{value}</v></c>'


def rows(*lines: tuple[object, ...]) -> str:
    """Rows of cells from A1 on."""
    return "".join(
        f'<row r="{number}">'
        + "".join(cell(f"{chr(65 + place)}{number}", value) for place, value in enumerate(line) if value is not None)
        + "</row>"
        for number, line in enumerate(lines, 1)
    )
