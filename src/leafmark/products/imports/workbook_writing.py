"""A workbook of one sheet of texts (ECMA-376 Part 1, 18.3.1.53 inline strings): codes keep their zeros, nothing is computed."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape

ROWS_MAX = 1_048_576
"""Rows of a sheet (Microsoft, Excel specifications and limits); what is more goes into further sheets."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def write_workbook(path: Path, lines: Iterable[list[str]]) -> None:
    """Write lines of texts as a workbook; the first line is repeated on top of every sheet.

    Characters that XML cannot hold become U+FFFD.
    """
    rest = iter(lines)
    header = next(rest, [])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        sheets, more = 0, True
        while more:
            sheets += 1
            with archive.open(f"xl/worksheets/sheet{sheets}.xml", "w", force_zip64=True) as part:
                part.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>{_row(1, header)}'.encode())
                number, more = 1, False
                for line in rest:
                    number += 1
                    part.write(_row(number, line).encode("utf-8", "replace"))
                    if number == ROWS_MAX:
                        more = True
                        break
                part.write(b"</sheetData></worksheet>")
        _frame(archive, sheets)


def _row(number: int, cells: list[str]) -> str:
    inside = "".join(
        f'<c r="{_letters(place)}{number}" t="inlineStr"><is><t xml:space="preserve">{_xml(cell)}</t></is></c>'
        for place, cell in enumerate(cells)
        if cell
    )
    return f'<row r="{number}">{inside}</row>'


def _xml(text: str) -> str:
    return escape(_NO_XML.sub("\ufffd", text)).replace("\r", "&#13;")


def _letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def _frame(archive: zipfile.ZipFile, sheets: int) -> None:
    """The parts that say where the sheets are (ECMA-376 Part 2, 8 and 9)."""
    places = range(1, sheets + 1)
    override = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for n in places
    )
    archive.writestr(
        "[Content_Types].xml",
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f"{override}</Types>",
    )
    archive.writestr(
        "_rels/.rels",
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    )
    listed = "".join(f'<sheet name="rejected {n}" sheetId="{n}" r:id="rId{n}"/>' for n in places)
    archive.writestr(
        "xl/workbook.xml",
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>',
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in places
    )
    archive.writestr(
        "xl/_rels/workbook.xml.rels", f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
    )
