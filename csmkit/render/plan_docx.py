"""A plan as a Word document: real headings, tables of labels and lines, space to write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from csmkit.render.draft_docx import add_runs, describe, packed
from csmkit.render.draft_docx_styles import styled
from csmkit.render.plan_blocks import (
    Block,
    Break,
    Document,
    Fact,
    Facts,
    Grid,
    Heading,
    Points,
    Space,
    Words,
    says,
)
from csmkit.render.plan_pages import colour_word

if TYPE_CHECKING:
    from docx.document import Document as Doc
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

_LABEL_WIDTH, _FIRST_WIDTH, _WIDTH = 38, 60, 160
"""Of labels, of a table's first column, and of the page between its margins, in millimetres."""


def plan_docx(document: Document) -> bytes:
    """A document as a Word file: the same bytes for the same plan, no author and no time in it.

    Parameters
    ----------
    document : Document
        What to write.
    """
    file = docx.Document()
    styled(file, footer=says("says", "made"), page=says("says", "page"))
    describe(file, title=document.title, subject=document.kind)
    _add(file, document.title, "Title")
    if document.about:
        _add(file, " · ".join(document.about), "Subtitle")
    if document.lead:
        _add(file, document.lead, "For the writer")
    for block in document.blocks:
        _block(file, block)
    return packed(file)


def _block(file: Doc, block: Block) -> None:
    if isinstance(block, Heading):
        _add(file, block.text, f"Heading {block.level}")
    elif isinstance(block, Words):
        _add(file, block.text, "Note" if block.note else "Normal")
    elif isinstance(block, Points):
        for item in block.items:
            _add(file, item, "List Bullet")
    elif isinstance(block, Facts):
        _facts(file, block)
    elif isinstance(block, Grid):
        _grid(file, block)
    elif isinstance(block, Space):
        for _ in range(block.lines):
            _ruled(file.add_paragraph())
    elif isinstance(block, Break):
        file.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _facts(file: Doc, facts: Facts) -> None:
    table = file.add_table(rows=0, cols=2)
    for row in facts.rows:
        label, said = table.add_row().cells
        _fact(label, said, row)
    _widths(table, (_LABEL_WIDTH, _WIDTH - _LABEL_WIDTH))
    _after(file)


def _fact(label: _Cell, said: _Cell, row: Fact) -> None:
    _small(label.paragraphs[0], row.label, bold=True)
    paragraph = said.paragraphs[0]
    if row.colour:
        _small(paragraph, f"{colour_word(row.colour)}. ", bold=True)
    if len(row.lines) == 1:
        _small(paragraph, row.lines[0])
        return
    for at, one in enumerate(row.lines):
        _small(said.add_paragraph() if at or row.colour else paragraph, f"• {one}")


def _grid(file: Doc, grid: Grid) -> None:
    table = file.add_table(rows=1, cols=len(grid.heads))
    for cell, text in zip(table.rows[0].cells, grid.heads, strict=True):
        _small(cell.paragraphs[0], text, bold=True)
    for row in grid.rows:
        for at, (cell, text) in enumerate(zip(table.add_row().cells, row, strict=True)):
            _small(cell.paragraphs[0], text)
            if at in grid.right:
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    # The first column says what a row is; the others share what is left.
    others = (_WIDTH - _FIRST_WIDTH) / max(len(grid.heads) - 1, 1)
    _widths(table, (_FIRST_WIDTH, *[others] * (len(grid.heads) - 1)))
    # The first row comes again on each page.
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    _after(file)


def _widths(table: Table, widths: Sequence[float]) -> None:
    """Set each column's width; programs read it from the column or from its cells."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def _after(file: Doc) -> None:
    """A table that another follows would be one with it."""
    paragraph = file.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(2)
    paragraph.paragraph_format.line_spacing = Pt(4)


def _small(paragraph: Paragraph, text: str, *, bold: bool = False) -> None:
    paragraph.paragraph_format.space_after = Pt(2)
    for run in add_runs(paragraph, text):
        run.font.size = Pt(10)
        run.font.bold = bold


def _ruled(paragraph: Paragraph) -> None:
    """An empty paragraph with a line below it, to write on."""
    paragraph.paragraph_format.space_after = Pt(6)
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "4"), ("space", "1"), ("color", "B8C0C8")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    # What stands between paragraphs of like borders is drawn once, not below each.
    between = OxmlElement("w:between")
    for name, value in line.attrib.items():
        between.set(name, value)
    borders.append(between)
    paragraph._p.get_or_add_pPr().append(borders)


def _add(file: Doc, text: str, style: str) -> None:
    add_runs(file.add_paragraph(style=style), text)
