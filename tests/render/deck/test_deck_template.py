"""A company's template: its look is taken, its own slides are not, and a broken one is told."""

import io
import zipfile

import pytest
from pptx import Presentation
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.util import Pt

from csmkit.errors import UsageError
from csmkit.render.deck.rollout import rollout_deck
from csmkit.render.deck.slides import Slides
from csmkit.render.deck.template import look_of
from tests.render.deck.boxes import crowded
from tests.render.deck.brands import (
    NAVY,
    PALE,
    SECRET,
    SPACES,
    brand,
    changed_brand,
    gradient,
    ground,
    panel,
    picture,
    saved,
    solid,
    titles,
    with_part,
    written_in,
)
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
    assert look.area.bottom <= look.feet.footer.place.top


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


def said(name: str) -> str:
    return f'<a:solidFill><a:schemeClr val="{name}"/></a:solidFill>'


def written(colour: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'


def test_a_template_with_nothing_in_the_way_is_taken_as_it_is(template):
    look = look_of(template(changed_brand()))
    assert (look.inks.text, look.inks.panel, look.panel, look.remarks) == (
        said("tx1"),
        "",
        None,
        (),
    )
    assert (look.title.worn.ink, look.title.worn.ground, look.title.moved) == ("", "", False)


def test_text_has_the_colour_that_the_master_writes_out(template):
    look = look_of(template(changed_brand(ground(solid(NAVY)), written_in(PALE))))
    assert look.inks.text == written(PALE)
    assert look.title.worn.ink == ""


def test_text_that_could_not_be_seen_has_another_colour_of_the_theme(template):
    # Black has 1.3 on navy, white 16.4.
    look = look_of(template(changed_brand(ground(solid(NAVY)))))
    assert look.inks.text == look.title.worn.ink == said("bg1")


def test_a_text_colour_under_four_and_a_half_is_not_taken(template):
    # On white 777777 has 4.48 and 767676 has 4.54.
    pale = look_of(template(changed_brand(written_in("777777")), "pale.pptx"))
    dark = look_of(template(changed_brand(written_in("767676")), "dark.pptx"))
    assert (pale.inks.text, dark.inks.text) == (said("tx1"), written("767676"))


def test_a_theme_s_dark_shade_counts_as_it_is_seen(template):
    # Half of the lightness of white: 808080, on which black has 5.3 and white 3.9.
    half = '<a:solidFill><a:schemeClr val="bg1"><a:lumMod val="{}"/></a:schemeClr></a:solidFill>'
    middle = look_of(template(changed_brand(ground(half.format(50000))), "middle.pptx"))
    dark = look_of(template(changed_brand(ground(half.format(20000))), "dark.pptx"))
    assert (middle.inks.text, dark.inks.text) == (said("tx1"), said("bg1"))


def test_all_of_a_gradient_counts(template):
    near = look_of(template(changed_brand(ground(gradient("102040", "0A3020"))), "near.pptx"))
    far = look_of(template(changed_brand(ground(gradient("000000", "FFFFFF"))), "far.pptx"))
    assert (near.inks.text, near.panel) == (said("bg1"), None)
    assert far.panel is not None
    assert far.title.worn.ground == said("bg1")


def test_on_a_picture_text_has_panels_and_that_is_said(template):
    look = look_of(template(changed_brand(ground(""))))
    assert look.inks.panel == look.title.worn.ground == said("bg1")
    assert look.subtitle.worn.ground == ""
    assert [one.split(" has ")[0] for one in look.remarks] == [
        "The template’s layout “Title Only”",
        "The template’s layout “Title Slide” for title slides",
    ]


def test_a_panel_is_drawn_under_the_content_and_says_nothing(template):
    deck = Slides("One", template=template(changed_brand(ground(""))))
    deck.text("One", ["Text."])
    first, title, text = list(Presentation(io.BytesIO(deck.save())).slides[0].shapes)[:3]
    assert (first.name, first.text_frame.text, title.name) == ("Panel", "", "Title")
    assert first.left < text.left
    assert first.top < text.top
    assert first._element.xpath(".//*[local-name()='decorative']/@val") == ["1"]


FAULTS = {
    "tiny": (titles(width=60, height=14), "too small"),
    "turned": (titles(rotation=90), "turned"),
    "upside down": (titles(rotation=180), "turned"),
    "off": (titles(left=600), "off the slide"),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_title_that_could_not_be_read_stands_in_a_box_of_the_kits_own(template, what):
    change, told = FAULTS[what]
    path = template(changed_brand(change))
    look = look_of(path)
    assert [told in one for one in look.remarks] == [True, True]
    deck = Slides("One", template=path)
    deck.title("One", "Two")
    deck.text("Three", ["Text."])
    for slide in Presentation(io.BytesIO(deck.save())).slides:
        title = slide.shapes.title
        assert title.rotation == 0
        assert abs(title.width - Pt(look.area.width)) <= 1
        assert title.top + title.height < Pt(look.area.top)


def test_a_layout_with_a_good_title_is_used_before_a_box_of_the_kits_own(template):
    made = Presentation(io.BytesIO(changed_brand()))
    only = made.slide_layouts[5].placeholders[0]
    only.left, only.top, only.width, only.height = Pt(10), Pt(10), Pt(60), Pt(20)
    look = look_of(template(saved(made)))
    assert (look.content, look.title.moved) == (1, False)
    assert look.remarks == (
        "The template’s layout “Title Only” has a title whose place is too small for text that"
        " can be read, so another layout is used.",
    )


def test_a_title_slide_whose_subtitle_is_turned_is_made_as_the_others_are(template):
    made = Presentation(io.BytesIO(changed_brand()))
    made.slide_layouts[0].placeholders[1].rotation = 90
    look = look_of(template(saved(made)))
    assert (look.cover, look.subtitle) == (look.content, None)
    assert [one.startswith("The template’s layout “Title Slide”") for one in look.remarks] == [True]


def test_content_stands_beside_a_picture_of_the_layout(template):
    look = look_of(template(changed_brand(picture(570, 140, 140, 300))))
    assert look.area.right <= 570
    assert look.panel is None
    assert look.remarks == ()


def test_content_stands_below_a_line_that_crosses_its_area(template):
    look = look_of(template(changed_brand(panel(40, 135, 640, 1, solid("FF0000")))))
    assert look.area.top >= 136


def test_a_picture_that_leaves_no_room_is_covered_and_named(template):
    look = look_of(template(changed_brand(picture(200, 200, 320, 200))))
    assert look.panel is not None
    assert look.remarks == (
        "On the template’s layout “Title Only”, “Harbour” lies where the content goes and leaves"
        " too little room beside it, so the content stands on a panel over it.",
    )


def test_a_layout_without_a_picture_is_used_before_one_with_it(template):
    look = look_of(template(changed_brand(picture(200, 200, 320, 200, layouts=[5]))))
    assert (look.content, look.panel) == (1, None)


def test_content_stands_on_a_card_of_the_template_and_is_told_from_it(template):
    card = panel(20, 120, 680, 370, solid("FFFFFF"))
    look = look_of(template(changed_brand(ground(solid(NAVY)), card)))
    assert look.inks.text == said("tx1")
    assert look.title.worn.ink == said("bg1")
    assert look.area.bottom <= 490
    assert look.panel is None


def test_a_layouts_own_map_of_colours_is_the_slides_too(template):
    made = Presentation(io.BytesIO(changed_brand()))
    names = dict(made.slide_master._element.find(qn("p:clrMap")).attrib)
    names |= {"bg1": "dk1", "tx1": "lt1"}
    over = made.slide_layouts[5]._element.find(qn("p:clrMapOvr"))
    over[:] = [over[0].makeelement(qn("a:overrideClrMapping"), names)]
    deck = Slides("One", template=template(saved(made)))
    deck.text("One", ["Text."])
    slide = Presentation(io.BytesIO(deck.save())).slides[0]
    (mapping,) = slide._element.iter(qn("a:overrideClrMapping"))
    assert (mapping.get("bg1"), mapping.get("tx1")) == ("dk1", "lt1")


def test_a_footer_that_is_turned_gives_way_to_one_of_the_kits_own(template):
    made = Presentation(io.BytesIO(changed_brand()))
    for layout in (made.slide_master, *made.slide_layouts):
        for one in layout.placeholders:
            if "Footer" in one.name and one._element.find(f".//{qn('a:xfrm')}") is not None:
                one.rotation = 90
    deck = Slides("One", template=template(saved(made)), footer="Confidential")
    deck.text("One", ["Text."])
    slide = Presentation(io.BytesIO(deck.save())).slides[0]
    (foot,) = [one for one in slide.shapes if one.text_frame.text == "Confidential"]
    assert not foot.is_placeholder
    assert foot.top > Pt(520)


def test_bars_and_lines_are_told_from_a_ground_of_their_own_colour(template):
    look = look_of(template(changed_brand(ground(said("accent1")))))
    assert look.inks.head_line == look.inks.text
    assert look.inks.outline("accent1") == f'<a:ln w="9525">{look.inks.text}</a:ln>'
    assert look.inks.outline("FFFFFF") == ""


def test_a_title_with_a_fill_of_its_own_is_told_from_that(template):
    made = Presentation(io.BytesIO(changed_brand()))
    made.slide_layouts[5].placeholders[0]._element.spPr.append(
        parse_xml(solid(NAVY).replace("Fill>", f"Fill {SPACES}>", 1))
    )
    look = look_of(template(saved(made)))
    assert (look.title.worn.ink, look.inks.text) == (said("bg1"), said("tx1"))


def test_what_is_in_a_group_is_seen_where_it_stands(template):
    made = Presentation(io.BytesIO(changed_brand(picture(285, 70, 70, 150, layouts=[5]))))
    tree = made.slide_layouts[5]._element.cSld.spTree
    frame = '<a:off x="0" y="0"/><a:ext cx="200" cy="200"/>'
    inner = '<a:chOff x="0" y="0"/><a:chExt cx="100" cy="100"/>'
    group = parse_xml(
        f'<p:grpSp {SPACES}><p:nvGrpSpPr><p:cNvPr id="79" name="Two"/><p:cNvGrpSpPr/><p:nvPr/>'
        f"</p:nvGrpSpPr><p:grpSpPr><a:xfrm>{frame}{inner}</a:xfrm></p:grpSpPr></p:grpSp>"
    )
    group.append(tree[-1])
    tree.append(group)
    # Twice as large as it is in the group: from 570 to 710 across.
    look = look_of(template(saved(made)))
    assert (look.content, look.area.right) == (5, 570 - 8)


def test_what_the_master_shows_counts_only_where_the_layout_shows_it(template):
    made = Presentation(io.BytesIO(changed_brand(panel(560, 0, 160, 540, solid("FF0000")))))
    beside = look_of(template(saved(made), "beside.pptx"))
    made.slide_layouts[5]._element.set("showMasterSp", "0")
    without = look_of(template(saved(made), "without.pptx"))
    assert (beside.area.right, without.area.right) == (pytest.approx(552), pytest.approx(676.8))


def test_a_title_longer_than_a_low_box_is_whole_below_it(template):
    deck = Slides("One", template=template(changed_brand(titles(height=34))))
    long = "A title that does not go into one line of a box that is as low as this one is, at all"
    deck.text(long, ["Text."])
    file = deck.save()
    slide = Presentation(io.BytesIO(file)).slides[0]
    assert slide.shapes.title.text.endswith(" …")
    assert slide.shapes[1].text_frame.paragraphs[0].text == long
    assert crowded(file) == []


def test_what_lies_between_the_ends_of_a_gradient_counts(template):
    # Black has 5.3 on the red and 6.0 on the green, but 3.1 on the brown between them.
    look = look_of(template(changed_brand(ground(gradient("FF0000", "00A000")))))
    assert look.panel is not None


def test_content_stands_beside_the_edge_of_a_frame(template):
    edge = f'<a:noFill/><a:ln w="12700">{solid("FF0000")}</a:ln>'
    look = look_of(template(changed_brand(panel(560, 100, 400, 500, edge))))
    assert look.area.right == 560 - 8
