"""A draft as a Word document: real headings, a numbered list of sources, links there and back."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.run import Run

from csmkit.render.draft_docx_styles import LANGUAGE, styled
from csmkit.render.draft_layout import Chapter, Laid, Said, Source, says

if TYPE_CHECKING:
    from docx.document import Document as Doc
    from docx.text.paragraph import Paragraph

_LONGEST_TITLE = 255
"""A longer one is no property of a document."""
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
# Hebrew, Arabic and their neighbours, with the spaces between words of theirs.
_LETTER = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
_RIGHT_TO_LEFT = re.compile(f"({_LETTER}+(?:[ \u00a0]{_LETTER}+)*)")
_OTHERS = ("thumbnail", "customXml", "stylesWithEffects", "extended-properties")
"""Parts of the template that say nothing of this document."""


def draft_docx(laid: Laid) -> bytes:
    """The whole file: the same bytes for the same draft, with no author and no time in it."""
    document = Document()
    styled(document, footer=says("made"), page=says("page"))
    describe(document, title=laid.title, subject=laid.kind)
    _add(document, laid.kind, "Kind")
    _add(document, laid.title, "Title")
    if laid.about:
        _add(document, laid.about, "Subtitle")
    _add(document, f"{says('confidential')} {laid.words}. {laid.missing}", "Note")
    bookmarks = _Bookmarks()
    for chapter in laid.chapters:
        _chapter(document, chapter, bookmarks)
    if not laid.chapters:
        _add(document, says("nothing"), "Note")
    _add(document, says("stands_on"), "Heading 1")
    _add(document, says("stands_on_lead" if laid.sources else "stands_on_nothing"), "Note")
    for source in laid.sources:
        _source(document, source, bookmarks)
    return packed(document)


class _Bookmarks:
    """Places that links lead to; each has a number of its own in the document."""

    def __init__(self) -> None:
        self._next = 0

    def around(self, name: str, first: Any, last: Any) -> None:
        """Mark what stands from one element to another as a place."""
        begin, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for element in (begin, end):
            element.set(qn("w:id"), str(self._next))
        begin.set(qn("w:name"), name)
        first.addprevious(begin)
        last.addnext(end)
        self._next += 1


def describe(document: Doc, *, title: str, subject: str) -> None:
    """Say what a document is, and neither who made it nor when."""
    about = document.core_properties
    about.title = title[:_LONGEST_TITLE]
    about.subject = subject
    about.language = LANGUAGE
    about.author, about.comments, about.last_modified_by = "csmkit", "", ""
    # When it was made is nobody's business but its owner's.
    for name in ("created", "modified"):
        element = about._element.find(qn(f"dcterms:{name}"))
        if element is not None:
            about._element.remove(element)


def _chapter(document: Doc, chapter: Chapter, bookmarks: _Bookmarks) -> None:
    _add(document, chapter.heading, "Heading 1")
    if chapter.lead:
        _add(document, f"{says('for_writer')}: {chapter.lead}", "For the writer")
    for part in chapter.parts:
        if part.title:
            _add(document, part.title, "Heading 2")
        if part.said:
            paragraph = document.add_paragraph()
            for at, one in enumerate(part.said):
                if at:
                    add_runs(paragraph, " ")
                _sentence(paragraph, one, bookmarks)


def _sentence(paragraph: Paragraph, one: Said, bookmarks: _Bookmarks) -> None:
    if one.gap:
        missing = add_runs(paragraph, f"{says('missing')}: ", "Missing")
        runs = missing + add_runs(paragraph, one.text, "Missing")
    else:
        # A bookmark needs something to stand around, even where a sentence says nothing.
        runs = add_runs(paragraph, one.text) or [paragraph.add_run()]
    bookmarks.around(f"sentence_{one.number}", runs[0]._r, runs[-1]._r)
    for at, source in enumerate(one.sources):
        if at:
            add_runs(paragraph, ", ", "Number")
        _link(paragraph, str(source), f"source_{source}")


def _source(document: Doc, source: Source, bookmarks: _Bookmarks) -> None:
    paragraph = document.add_paragraph(style="List Number")
    runs = add_runs(paragraph, source.text) or [paragraph.add_run()]
    bookmarks.around(f"source_{source.number}", runs[0]._r, runs[-1]._r)
    for at, number in enumerate(source.said_in, start=1):
        paragraph.add_run(" ")
        told = f"↑{at if len(source.said_in) > 1 else ''}"
        _link(paragraph, told, f"sentence_{number}", says("back", number=number))


def _add(document: Doc, text: str, style: str) -> None:
    add_runs(document.add_paragraph(style=style), text)


def add_runs(paragraph: Paragraph, text: str, style: str | None = None) -> list[Run]:
    """Add a text; what is written from right to left is said to be so."""
    runs = []
    for at, part in enumerate(_RIGHT_TO_LEFT.split(text)):
        if part:
            run = paragraph.add_run(part, style=style)
            run.font.rtl = True if at % 2 else None
            if style == "Missing":
                # A style cannot say so.
                run.font.highlight_color = WD_COLOR_INDEX.YELLOW
            runs.append(run)
    return runs


def _link(paragraph: Paragraph, text: str, to: str, tip: str = "") -> None:
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), to)
    link.set(qn("w:history"), "1")
    if tip:
        link.set(qn("w:tooltip"), tip)
    run = paragraph.add_run(text, style="Number" if not tip else "Back")
    link.append(run._r)
    paragraph._p.append(link)


def packed(document: Doc) -> bytes:
    """The document's file, without what only its template or the clock has to say."""
    package = document.part.package
    for relations in (package.rels, document.part.rels):
        for name in [n for n, one in relations.items() if one.reltype.rsplit("/")[-1] in _OTHERS]:
            del relations[name]
    made, anew = BytesIO(), BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(anew, "w") as whole:
        for name in parts.namelist():
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            whole.writestr(entry, parts.read(name), zipfile.ZIP_DEFLATED)
    return anew.getvalue()
