"""The workbook behind a chart, from which PowerPoint edits its numbers: texts stay texts."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO

from csmkit.render.deck.drawing import safe

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FIXED = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_SHEETS}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


def workbook(categories: Sequence[str], series: Mapping[str, Sequence[float | None]]) -> bytes:
    """A workbook of one sheet: categories in column A, a column for each series.

    Examples
    --------
    >>> workbook(["a"], {"n": [1.0]})[:2]
    b'PK'
    """
    rows: list[list[str | float | None]] = [["", *series]]
    rows += [
        [name, *(values[at] for values in series.values())] for at, name in enumerate(categories)
    ]
    body = "".join(
        f'<row r="{at}">'
        + "".join(_cell(f"{column(to)}{at}", one) for to, one in enumerate(row))
        + "</row>"
        for at, row in enumerate(rows, start=1)
    )
    sheet = f'<worksheet xmlns="{_SHEETS}"><sheetData>{body}</sheetData></worksheet>'
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as parts:
        for name, text in {**_FIXED, "xl/worksheets/sheet1.xml": sheet}.items():
            parts.writestr(
                zipfile.ZipInfo(name, _FIRST_DAY), (_HEAD + text).encode(), zipfile.ZIP_DEFLATED
            )
    return made.getvalue()


def column(number: int) -> str:
    """The letters of a column, from 0.

    Examples
    --------
    >>> column(0), column(25), column(26)
    ('A', 'Z', 'AA')
    """
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _cell(place: str, value: str | float | None) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return (
            f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{safe(value)}</t></is></c>'
        )
    return f'<c r="{place}"><v>{value!r}</v></c>'
