"""Opens a company's template, says what is wrong with it, and takes its own slides out."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.exc import PythonPptxError
from pptx.oxml.ns import qn

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MOST_MB, _MOST_PARTS = 400, 8000
_TYPES, _RELATIONS = "[Content_Types].xml", "_rels/.rels"
_STRICT = b"purl.oclc.org/ooxml"
_TEMPLATE, _DECK = b"presentationml.template.main+xml", b"presentationml.presentation.main+xml"
_SHOW = b"presentationml.slideshow.main+xml"
_DROPPED = (
    *("thumbnail", "extended-properties", "custom-properties", "printerSettings"),
    *("classificationlabels", "digital-signature/origin", "customXml"),
)
"""Parts that say who made the template, where or how, and nothing of how it looks."""
_OF_DECK = (
    "slide",
    "commentAuthors",
    "printerSettings",
    "customXml",
    "tags",
    "authors",
    "viewProps",
    "changesInfo",
    "revisionInfo",
)
_OF_SLIDES = ("custShowLst", "extLst")
"""Lists of the presentation that name slides: sections and custom shows."""


class Unusable(Exception):
    """A template cannot be used; ``reason`` is a key of ``[template]`` in ``deck.toml``."""

    def __init__(self, reason: str, **facts: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


def opened(data: bytes) -> Any:
    """A template as python-pptx has it.

    Raises
    ------
    Unusable
        If it is no presentation, protected, too large, damaged, or holds macros.
    """
    if not data:
        raise Unusable("empty")
    if data.startswith(_OLD_OFFICE):
        raise Unusable("password" if _ENCRYPTED in data else "old")
    if not data.startswith(b"PK"):
        raise Unusable("other", why=_why("not_zip"))
    try:
        return Presentation(BytesIO(_as_deck(data)))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
        raise Unusable("other", why=_why("torn")) from None
    except (KeyError, ValueError, SyntaxError, PythonPptxError, AttributeError) as error:
        raise Unusable("damaged") from error
    except RuntimeError:
        raise Unusable("password") from None


def stripped(made: Any) -> None:
    """Take out of a presentation its slides and what tells of its maker."""
    part, package = made.part, made.part.package
    ids = made.slides._sldIdLst
    for one in list(ids):
        ids.remove(one)
    for name in _OF_SLIDES:
        for found in part._element.findall(qn(f"p:{name}")):
            part._element.remove(found)
    for relations, names in ((package, _DROPPED), (part, _OF_DECK)):
        rels = relations._rels
        for key in [k for k, one in rels.items() if one.reltype.rsplit("/")[-1] in names]:
            rels.pop(key)
    for master in made.slide_masters:
        for one in (master, *master.slide_layouts):
            _without_slides(one)


def _without_slides(layout: Any) -> None:
    """Take out links from a layout to slides: they would keep the slides in the file."""
    rels = layout.part._rels
    for key in [k for k, one in rels.items() if one.reltype.rsplit("/")[-1] == "slide"]:
        for link in layout._element.xpath(f'.//*[@r:id="{key}"]'):
            link.getparent().remove(link)
        rels.pop(key)


def _as_deck(data: bytes) -> bytes:
    """The file, with a template's content type made that of a deck."""
    with zipfile.ZipFile(BytesIO(data)) as parts:
        listed = parts.infolist()
        size = sum(one.file_size for one in listed)
        if size > _MOST_MB << 20 or len(listed) > _MOST_PARTS:
            raise Unusable("large", size=f"{size / (1 << 20):,.0f}", limit=_MOST_MB)
        if any(one.flag_bits & 1 for one in listed):
            raise Unusable("password")
        if _TYPES not in parts.namelist():
            raise Unusable("other", why=_why("no_slides"))
        types = parts.read(_TYPES)
        if b"macroEnabled" in types or any("vbaProject" in one.filename for one in listed):
            raise Unusable("macros")
        if parts.testzip() is not None:
            raise Unusable("other", why=_why("torn"))
        if _RELATIONS in parts.namelist() and _STRICT in parts.read(_RELATIONS):
            raise Unusable("strict")
        if _DECK in types:
            return data
        if _TEMPLATE not in types and _SHOW not in types:
            raise Unusable("other", why=_why("no_slides"))
        made = BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as whole:
            for one in listed:
                content = parts.read(one)
                if one.filename == _TYPES:
                    content = content.replace(_TEMPLATE, _DECK).replace(_SHOW, _DECK)
                whole.writestr(one.filename, content)
    return made.getvalue()


def _why(name: str) -> str:
    from csmkit.render.deck.texts import deck_text

    return str(deck_text()["template"][name])
