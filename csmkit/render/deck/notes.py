"""Speaker notes: a page for each slide, written at once and without looking through the file."""

from __future__ import annotations

from typing import Any

from pptx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.parts.slide import NotesSlidePart

from csmkit.render.deck.drawing import LANGUAGE, NAMESPACES, safe

_IMAGE = (
    '<p:sp><p:nvSpPr><p:cNvPr id="2" name="Slide"/><p:cNvSpPr>'
    '<a:spLocks noGrp="1" noRot="1" noChangeAspect="1"/></p:cNvSpPr>'
    '<p:nvPr><p:ph type="sldImg"{index}/></p:nvPr></p:nvSpPr><p:spPr/></p:sp>'
)
_BODY = (
    '<p:sp><p:nvSpPr><p:cNvPr id="3" name="Notes"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
    '<p:nvPr><p:ph type="body"{index}/></p:nvPr></p:nvSpPr><p:spPr/>'
    "<p:txBody><a:bodyPr/><a:lstStyle/>{lines}</p:txBody></p:sp>"
)


def put_notes(slide: Any, text: str, number: int) -> None:
    """Write the speaker's notes of a slide.

    Parameters
    ----------
    slide : pptx Slide
        It has no notes yet.
    text : str
        The notes; a line is a paragraph.
    number : int
        The slide's number, by which no other page of notes is called.
    """
    part, package = slide.part, slide.part.package
    master = package.presentation_part.notes_master_part
    lines = "".join(
        f'<a:p><a:r><a:rPr lang="{LANGUAGE}"/><a:t>{safe(line)}</a:t></a:r></a:p>'
        for line in text.split("\n")
    )
    image = _IMAGE.format(index=_index(master, "sldImg", ""))
    body = _BODY.format(index=_index(master, "body", ' idx="1"'), lines=lines)
    element = parse_xml(
        f"<p:notes {NAMESPACES}><p:cSld><p:spTree>"
        '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
        f"{image}{body}</p:spTree></p:cSld>"
        "<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:notes>"
    )
    name = PackURI(f"/ppt/notesSlides/notesSlide{number}.xml")
    notes = NotesSlidePart(name, CONTENT_TYPE.PML_NOTES_SLIDE, package, element)
    notes.relate_to(master, RELATIONSHIP_TYPE.NOTES_MASTER)
    notes.relate_to(part, RELATIONSHIP_TYPE.SLIDE)
    part.relate_to(notes, RELATIONSHIP_TYPE.NOTES_SLIDE)


def _index(master: Any, kind: str, usual: str) -> str:
    """How the template's notes call a place; as it is usual where they have none."""
    for one in master._element.iter(qn("p:ph")):
        if one.get("type") == kind:
            return f' idx="{one.get("idx")}"' if one.get("idx") else ""
    return usual
