"""A plan as a Word document: real headings, tables of labels and lines, space to write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from csmkit.render.draft_docx import add_runs, describe, packed
from csmkit.render.draft_docx_styles import styled
from csmkit.render.plan_blocks import (
    Block,
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

_LABEL_WIDTH, _WIDTH = 38, 160
"""Of labels, and of a page without its margins, in millimetres."""
_LETTER, _EDGES, _FIGURES = 1.9, 4, (16, 30)
"""What a letter and a cell's edges take, and what a column of figures has at least and at most."""
_FEWEST = 20
"""How many letters a column of texts is taken to have in a row at least."""
_TOGETHER = 1_500
"""How many letters a list may have that stays on one page, with its heading."""


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
        _points(file, block)
    elif isinstance(block, Facts):
        _facts(file, block)
    elif isinstance(block, Grid):
        _grid(file, block)
    elif isinstance(block, Space):
        _space(file, block)


def _points(file: Doc, points: Points) -> None:
    before = file.paragraphs[-1:]
    items = [_add(file, item, "List Bullet") for item in points.items]
    if sum(map(len, points.items)) <= _TOGETHER:
        _keep([*before, *items])


def _space(file: Doc, space: Space) -> None:
    before = file.paragraphs[-1:]
    lines = [file.add_paragraph() for _ in range(space.lines)]
    for one in lines:
        _ruled(one)
    _keep([*before, *lines])


def _keep(paragraphs: Sequence[Paragraph]) -> None:
    """Paragraphs on one page."""
    for one in paragraphs:
        one.paragraph_format.keep_together = True
    for one in paragraphs[:-1]:
        one.paragraph_format.keep_with_next = True


def _facts(file: Doc, facts: Facts) -> None:
    table = file.add_table(rows=0, cols=2)
    for row in facts.rows:
        label, said = table.add_row().cells
        _fact(label, said, row)
    _widths(table, (_LABEL_WIDTH, _WIDTH - _LABEL_WIDTH))
    _whole_rows(table)
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
    _widths(table, _grid_widths(grid))
    _whole_rows(table)
    # The first row comes again on each page.
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    _after(file)


def _grid_widths(grid: Grid) -> list[float]:
    """Figures have room for themselves; texts share the rest by how much they say."""
    columns = list(zip(grid.heads, *grid.rows, strict=True))
    least, most = _FIGURES
    figures = {
        at: min(max(least, _LETTER * max(map(len, columns[at])) + _EDGES), most)
        for at in grid.right
    }
    said = {
        at: max(sum(map(len, column)) / len(column), _FEWEST)
        for at, column in enumerate(columns)
        if at not in figures
    }
    rest = _WIDTH - sum(figures.values())
    texts = {at: rest * letters / sum(said.values()) for at, letters in said.items()}
    return [(figures | texts)[at] for at in range(len(columns))]


def _widths(table: Table, widths: Sequence[float]) -> None:
    """Set each column's width; programs read it from the column or from its cells."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def _whole_rows(table: Table) -> None:
    """Rows that a page has room for are not parted between two."""
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


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


def _add(file: Doc, text: str, style: str) -> Paragraph:
    paragraph = file.add_paragraph(style=style)
    add_runs(paragraph, text)
    return paragraph
