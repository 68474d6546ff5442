"""A company's template: its look is taken, its own slides are not, and a broken one is told."""

import io
import zipfile

import pytest
from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.util import Pt

from csmkit.errors import UsageError
from csmkit.render.deck.rollout import rollout_deck
from csmkit.render.deck.slides import Slides
from csmkit.render.deck.template import look_of
from tests.render.deck.brands import SECRET, brand, saved, with_part
from tests.render.deck.matrices import twelve

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TYPES = "[Content_Types].xml"
DECK = b"presentationml.presentation.main+xml"


OPEN_XML = b"http://schemas.openxmlformats.org/officeDocument/2006"
STRICT = b"http://purl.oclc.org/ooxml/officeDocument"


@pytest.fixture
def template(tmp_path):
    """Writes a template's file and gives its path."""

    def write(data, name="brand.pptx"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def without_titles() -> bytes:
    made = Presentation()
    for layout in made.slide_layouts:
        for one in list(layout._element.iter(qn("p:ph"))):
            if one.get("type") in ("title", "ctrTitle"):
                shape = one.getparent().getparent().getparent()
                shape.getparent().remove(shape)
    return saved(made)


def packed(parts) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as whole:
        for name, content in parts.items():
            whole.writestr(name, content)
    return file.getvalue()


def refused(path) -> str:
    with pytest.raises(UsageError) as told:
        look_of(path)
    return str(told.value)


def test_the_companys_layouts_size_and_fonts_are_used(template):
    path = template(brand(font="Verdana"))
    made = Presentation(io.BytesIO(rollout_deck(twelve(), template=path)))
    assert (made.slide_width, made.slide_height) == (Pt(720), Pt(540))
    assert made.slides[0].slide_layout.name == "Title Slide"
    assert made.slides[1].slide_layout.name == "Title Only"
    assert len(made.slide_layouts) == 11


def test_titles_keep_the_templates_place(template):
    path = template(brand())
    made = Presentation(io.BytesIO(rollout_deck(twelve(), template=path)))
    title = made.slides[1].shapes.title
    assert title._element.spPr.find(qn("a:xfrm")) is None
    assert title.top == made.slides[1].slide_layout.placeholders[0].top


def test_the_templates_own_slides_and_author_do_not_come_along(template):
    deck = rollout_deck(twelve(), template=template(brand()))
    with zipfile.ZipFile(io.BytesIO(deck)) as parts:
        assert not parts.testzip()
        names = parts.namelist()
        assert len(names) == len(set(names))
        # The way it was looked at last may lead to its slides.
        assert "ppt/viewProps.xml" not in names
        for name in names:
            content = parts.read(name)
            assert SECRET.encode() not in content, name
            assert b"Brandt" not in content, name
        assert b"sectionLst" not in parts.read("ppt/presentation.xml")


def test_who_worked_on_a_shared_template_does_not_come_along(template):
    kind = b"http://schemas.microsoft.com/office/2016/11/relationships/changesInfo"
    at = b"changesInfos/changesInfo1.xml"
    link = b'<Relationship Id="rId77" Type="' + kind + b'" Target="' + at + b'"/></Relationships>'
    sort = (
        b'<Override PartName="/ppt/'
        + at
        + b'" ContentType="application/vnd.ms-powerpoint.changesinfo+xml"/></Types>'
    )
    shared = with_part(
        brand(),
        "ppt/_rels/presentation.xml.rels",
        lambda one: one.replace(b"</Relationships>", link),
    )
    shared = with_part(shared, TYPES, lambda one: one.replace(b"</Types>", sort))
    shared = with_part(
        shared, f"ppt/{at.decode()}", lambda _: b'<pc:chgInfo xmlns:pc="x" name="Bea Brandt"/>'
    )
    deck = rollout_deck(twelve(), template=template(shared))
    with zipfile.ZipFile(io.BytesIO(deck)) as parts:
        assert not [name for name in parts.namelist() if "changesInfo" in name]


def test_a_wide_font_gets_more_room(template):
    narrow = look_of(template(brand(font="Calibri"), "narrow.pptx"))
    wide = look_of(template(brand(font="Verdana"), "wide.pptx"))
    assert (narrow.wider, wide.wider) == (1.0, 1.16)


def test_content_stays_between_title_and_footer(template):
    look = look_of(template(brand()))
    assert look.area.top >= look.title.place.bottom
    assert look.area.bottom <= look.footer[1].top


def test_a_potx_is_taken_too(template):
    potx = with_part(
        brand(),
        TYPES,
        lambda one: one.replace(DECK, DECK.replace(b".presentation.", b".template.")),
    )
    with pytest.raises(ValueError, match="not a PowerPoint file"):
        Presentation(io.BytesIO(potx))
    Presentation(io.BytesIO(rollout_deck(twelve(), template=template(potx, "brand.potx"))))


def test_a_template_without_footers_still_says_confidential(template):
    made = Presentation()
    for layout in (made.slide_master, *made.slide_layouts):
        for one in list(layout._element.iter(qn("p:ph"))):
            if one.get("type") in ("ftr", "sldNum", "dt"):
                shape = one.getparent().getparent().getparent()
                shape.getparent().remove(shape)
    deck = Slides("One", template=template(saved(made)), footer="Confidential")
    deck.text("One", ["Text."])
    slide = Presentation(io.BytesIO(deck.save())).slides[0]
    assert "Confidential" in [one.text_frame.text for one in slide.shapes]


def test_the_same_template_gives_the_same_bytes(template):
    path = template(brand())
    assert rollout_deck(twelve(), template=path) == rollout_deck(twelve(), template=path)


BROKEN = {
    "nothing in it": (b"", "is empty"),
    "a picture": (b"\x89PNG\r\n", "it does not begin as one"),
    "an old ppt": (OLD_OFFICE + bytes(600), "PowerPoint 97–2003"),
    "a password": (
        OLD_OFFICE + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "protected with a password",
    ),
    "cut short": (brand()[:20000], "cut short or damaged"),
    "some zip": (packed({"a.txt": "a"}), "something else made by Office"),
    "a workbook": (
        packed({TYPES: '<Types ContentType="spreadsheetml.sheet.main+xml"/>'}),
        "something else made by Office",
    ),
    "macros": (with_part(brand(), "ppt/vbaProject.bin", lambda _: b"x"), "holds macros"),
    "no title": (without_titles(), "has a title that leaves room"),
    "small slides": (brand(width=300, height=200), "too small for text that can be read"),
    "broken xml": (
        with_part(brand(), "ppt/slideMasters/slideMaster1.xml", lambda one: one[:900]),
        "cannot be used",
    ),
    "strict": (
        with_part(brand(), "_rels/.rels", lambda one: one.replace(OPEN_XML, STRICT)),
        "not Strict Open XML",
    ),
    "a part missing": (
        packed({TYPES: b'<Types ContentType="' + DECK + b'"/>'}),
        "cannot be used",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_template_is_told(template, what):
    data, said = BROKEN[what]
    told = refused(template(data))
    assert said in told
    assert "brand.pptx" in told


def test_a_zip_bomb_is_not_unpacked(template, monkeypatch):
    monkeypatch.setattr("csmkit.render.deck.template_file._MOST_MB", 1)
    bomb = with_part(brand(), "ppt/media/image1.png", lambda _: bytes(5 << 20))
    assert "MB when unpacked, and 1 MB is the most" in refused(template(bomb))


def test_a_template_that_is_not_there_is_told(tmp_path):
    assert refused(tmp_path / "none.pptx").startswith("There is no template")


def test_a_folder_is_no_template(tmp_path):
    assert "is a folder, and a template is a file" in refused(tmp_path)
