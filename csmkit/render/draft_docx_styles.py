"""How a draft looks in Word: page, fonts, colours, and styles of the kit's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from csmkit.view.theme import PALETTE

if TYPE_CHECKING:
    from docx.document import Document as Doc
    from docx.styles.style import CharacterStyle, ParagraphStyle
    from docx.text.paragraph import Paragraph

LANGUAGE = "en-GB"
_FONT = "Calibri"
_INK, _MUTED, _ACCENT = (
    RGBColor.from_string(PALETTE[name].lstrip("#").upper()) for name in ("ink", "muted", "accent")
)
_BODY = 11.0


def styled(document: Doc, *, footer: str, page: str) -> None:
    """Give a new document the kit's look, its language, and a footer with the page's number."""
    _page(document)
    _language(document)
    _paragraphs(document)
    _characters(document)
    _footer(document, footer, page)


def _page(document: Doc) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin = section.bottom_margin = Mm(22)
    settings = document.settings.element
    for zoom in settings.iter(qn("w:zoom")):
        # Word asks for a number here, and the template has none.
        zoom.set(qn("w:percent"), "100")
    for setting in settings.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            # An older one is shown as such in the title of Word's window.
            setting.set(qn("w:val"), "15")


def _language(document: Doc) -> None:
    for element in document.styles.element.iter(qn("w:lang")):
        element.set(qn("w:val"), LANGUAGE)


def _paragraphs(document: Doc) -> None:
    _look(document, "Normal", size=_BODY, after=8, line=1.25)
    _look(document, "Title", size=22, colour=_INK, bold=True, after=6, line=1.1)
    _look(document, "Subtitle", size=13, colour=_MUTED, after=6)
    _look(document, "Heading 1", size=16, colour=_ACCENT, bold=True, before=20, after=6)
    _look(document, "Heading 2", size=12.5, colour=_INK, bold=True, before=12, after=3)
    _look(document, "List Number", size=10, after=4, line=1.15)
    for name, size, colour in (("Kind", 10, _ACCENT), ("Note", 10, _MUTED)):
        _new(document, name)
        _look(document, name, size=size, colour=colour, bold=name == "Kind", after=6)
    _new(document, "For the writer")
    _look(document, "For the writer", size=10, colour=_MUTED, italic=True, after=8)
    _style(document, "For the writer").paragraph_format.left_indent = Mm(6)
    _style(document, "Kind").paragraph_format.keep_with_next = True
    # The template underlines the title, and writes it and the subtitle with wide letters.
    for name in ("Title", "Subtitle"):
        for tag in ("w:pBdr", "w:spacing", "w:kern"):
            _without(_style(document, name).element, tag)


def _characters(document: Doc) -> None:
    missing = _letters(document, "Missing")
    missing.font.bold = missing.font.cs_bold = True
    missing.font.color.rgb = RGBColor(0, 0, 0)
    number = _letters(document, "Number")
    number.font.superscript = True
    number.font.color.rgb = _ACCENT
    _letters(document, "Back").font.color.rgb = _ACCENT


def _footer(document: Doc, text: str, page: str) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.style = _style(document, "Note")
    paragraph.add_run(f"{text} {page}")
    _field(paragraph, "PAGE")


def _field(paragraph: Paragraph, code: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    field.append(paragraph.add_run("1")._r)
    paragraph._p.append(field)


def _new(document: Doc, name: str) -> None:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]


def _letters(document: Doc, name: str) -> CharacterStyle:
    return cast("CharacterStyle", document.styles.add_style(name, WD_STYLE_TYPE.CHARACTER))


def _style(document: Doc, name: str) -> ParagraphStyle:
    return cast("ParagraphStyle", document.styles[name])


def _look(
    document: Doc,
    name: str,
    *,
    size: float,
    colour: RGBColor = _INK,
    bold: bool = False,
    italic: bool = False,
    before: float = 0,
    after: float = 0,
    line: float = 1.15,
) -> None:
    style = _style(document, name)
    _font(style)
    style.font.size, style.font.color.rgb = Pt(size), colour
    style.font.bold = style.font.cs_bold = bold
    style.font.italic = style.font.cs_italic = italic
    _other_scripts(style, size)
    spacing = style.paragraph_format
    spacing.space_before, spacing.space_after, spacing.line_spacing = Pt(before), Pt(after), line


def _font(style: ParagraphStyle) -> None:
    """Name the font: a theme's font in a style would win over a name."""
    style.font.name = _FONT
    fonts: Any = style.element.rPr.rFonts
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.attrib.pop(qn(f"w:{script}Theme"), None)
    fonts.attrib.pop(qn("w:cstheme"), None)
    fonts.set(qn("w:cs"), _FONT)


def _other_scripts(style: ParagraphStyle, size: float) -> None:
    """Arabic and Hebrew letters have a size of their own, in half points."""
    letters: Any = style.element.get_or_add_rPr()
    for old in letters.findall(qn("w:szCs")):
        letters.remove(old)
    element = OxmlElement("w:szCs")
    element.set(qn("w:val"), str(round(2 * size)))
    letters.find(qn("w:sz")).addnext(element)


def _without(style: Any, tag: str) -> None:
    for parent in (style.pPr, style.rPr):
        # The space between lines has the same tag as that between letters.
        if parent is not None and not (parent is style.pPr and tag == "w:spacing"):
            for element in parent.findall(qn(tag)):
                parent.remove(element)
