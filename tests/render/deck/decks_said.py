"""What a deck says, read back from its file: titles, texts, tables, charts and notes."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from pptx import Presentation

from csmkit.matrix.matrix import Matrix
from csmkit.matrix.read import parse_matrix


def slides_of(deck: bytes):
    return list(Presentation(BytesIO(deck)).slides)


def titles_of(deck: bytes) -> list[str]:
    return [slide.shapes.title.text_frame.text for slide in slides_of(deck)]


def notes_of(deck: bytes) -> list[str]:
    return [slide.notes_slide.notes_text_frame.text for slide in slides_of(deck)]


def tables_of(deck: bytes, title: str) -> list[list[str]]:
    """The rows of all tables under a title, header rows included."""
    return [
        [cell.text_frame.text for cell in row.cells]
        for slide in slides_of(deck)
        if slide.shapes.title.text_frame.text.startswith(title)
        for shape in slide.shapes
        if shape.has_table
        for row in shape.table.rows
    ]


def charts_of(deck: bytes):
    return [shape.chart for slide in slides_of(deck) for shape in slide.shapes if shape.has_chart]


def texts_of(deck: bytes) -> str:
    """Every text of a deck, a line each."""
    return "\n".join(_texts(deck))


def _texts(deck: bytes) -> Iterator[str]:
    for slide in slides_of(deck):
        yield slide.notes_slide.notes_text_frame.text
        for shape in slide.shapes:
            yield shape._element._nvXxPr.cNvPr.get("descr") or ""
            if shape.has_text_frame:
                yield shape.text_frame.text
            if shape.has_table:
                yield from (cell.text_frame.text for row in shape.table.rows for cell in row.cells)
            if shape.has_chart:
                plot = shape.chart.plots[0]
                yield from (*map(str, plot.categories), *(series.name for series in plot.series))


def matrix_with(number: int, *, about: str = "", name: str = "Skill", ask: str = "") -> Matrix:
    """A company's own matrix of so many competencies in four pillars; 20 have the kit's ids."""
    lines = ["name: Ours", 'version: "1"', "competencies:"]
    for at in range(number):
        lines += [
            f"  - id: skill_{at}",
            f"    pillar: Pillar {at % 4}",
            f"    name: {name} {at}",
            f"    about: {about or 'What it is.'}",
            f"    red: [{about or 'Nothing is there.'}]",
            f"    yellow: [{about or 'Some of it is there.'}]",
            f"    green: [{about or 'All of it is there.'}]",
            *([f"    coaching: {{ask: {ask}}}"] if ask else []),
            "    expected:",
            *(
                f"      {level}: {{colour: green, text: {about or 'Does it.'}}}"
                for level in ("ramping", "mid", "senior")
            ),
        ]
    return parse_matrix("\n".join(lines))
