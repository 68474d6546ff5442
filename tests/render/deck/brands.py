"""Company templates made up for tests: their own size, fonts, colours, places and sample slides."""

import io
import zipfile

from PIL import Image
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.util import Pt

THEME = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme"
SECRET = "Quarterly figures of Sampleshire"
SPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
NAVY, PALE = "0B1F3A", "F2F2F2"
STRETCHED = "<a:stretch><a:fillRect/></a:stretch>"


def saved(made) -> bytes:
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def brand(*, width=720, height=540, font="Verdana", dark=True, title_size="3600") -> bytes:
    """4:3, dark, in a wide font, with sample slides, notes, a chart and a section list."""
    made = Presentation()
    made.slide_width, made.slide_height = Pt(width), Pt(height)
    master = made.slide_master
    theme = master.part.part_related_by(THEME)
    theme._blob = theme.blob.replace(b'typeface="Calibri"', f'typeface="{font}"'.encode())
    style = next(master._element.iter(qn("p:titleStyle"))).find(qn("a:lvl1pPr"))
    style.find(qn("a:defRPr")).set("sz", title_size)
    if dark:
        mapping = next(master._element.iter(qn("p:clrMap")))
        for name, other in (("bg1", "dk1"), ("tx1", "lt1"), ("bg2", "dk2"), ("tx2", "lt2")):
            mapping.set(name, other)
    for layout in (master, *made.slide_layouts):
        for frame in layout._element.iter(qn("a:xfrm")):
            off, ext = frame.find(qn("a:off")), frame.find(qn("a:ext"))
            off.set("x", str(int(off.get("x")) * width // 720))
            ext.set("cx", str(int(ext.get("cx")) * width // 720))
            off.set("y", str(int(off.get("y")) * height // 540))
            ext.set("cy", str(int(ext.get("cy")) * height // 540))
    _samples(made)
    return saved(made)


def _samples(made) -> None:
    data = CategoryChartData()
    data.categories = ["North"]
    data.add_series(SECRET, (1,))
    for layout in (0, 1, 5):
        slide = made.slides.add_slide(made.slide_layouts[layout])
        slide.shapes.title.text = SECRET
        slide.notes_slide.notes_text_frame.text = SECRET
    slide.shapes.add_chart(XL_CHART_TYPE.PIE, 0, 0, Pt(200), Pt(200), data)
    first = made.slides[0]
    link = made.slide_layouts[5].part.relate_to(first.part, RELATIONSHIP_TYPE.SLIDE)
    name = made.slide_layouts[5].placeholders[0]._element.nvSpPr.cNvPr
    space = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    rel = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    jump = 'action="ppaction://hlinksldjump"'
    name.append(parse_xml(f'<a:hlinkClick {space} {rel} r:id="{link}" {jump}/>'))
    ids = [one.get("id") for one in made.slides._sldIdLst]
    section = "http://schemas.microsoft.com/office/powerpoint/2010/main"
    listed = "".join(f'<p14:sldId id="{one}"/>' for one in ids)
    made.part._element.append(
        parse_xml(
            '<p:extLst xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main">'
            '<p:ext uri="{521415D9-36F7-43E2-AB2F-B90AF26B5E84}">'
            f'<p14:sectionLst xmlns:p14="{section}"><p14:section name="Samples"'
            f' id="{{6F5B1A2E-0000-4000-8000-000000000001}}"><p14:sldIdLst>{listed}</p14:sldIdLst>'
            "</p14:section></p14:sectionLst></p:ext></p:extLst>"
        )
    )
    about = made.core_properties
    about.author, about.last_modified_by, about.comments = "Dana Brandt", "Dana Brandt", SECRET


def changed_brand(*changes) -> bytes:
    """python-pptx's empty 4:3 presentation, 720 × 540 points, after some changes to it."""
    made = Presentation()
    for change in changes:
        change(made)
    return saved(made)


def solid(colour: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'


def gradient(*colours: str) -> str:
    ends = "".join(
        f'<a:gs pos="{at * 100000 // (len(colours) - 1)}"><a:srgbClr val="{one}"/></a:gs>'
        for at, one in enumerate(colours)
    )
    return f'<a:gradFill><a:gsLst>{ends}</a:gsLst><a:lin ang="5400000"/></a:gradFill>'


def ground(fill: str):
    """Gives the master a background of its own, with colours written out."""

    def change(made):
        common = made.slide_master._element.cSld
        common.remove(common.find(qn("p:bg")))
        said = fill or f'<a:blipFill><a:blip r:embed="{image(made.slide_master)}"/>{STRETCHED}'
        said += "" if fill else "</a:blipFill>"
        common.insert(0, parse_xml(f"<p:bg {SPACES}><p:bgPr>{said}<a:effectLst/></p:bgPr></p:bg>"))

    return change


def written_in(colour: str):
    """Writes the colour of all text of the master out."""

    def change(made):
        for holder in (made.slide_master, *made.slide_layouts):
            for run in holder._element.iter(qn("a:defRPr")):
                for fill in run.findall(qn("a:solidFill")):
                    fill[:] = [parse_xml(f'<a:srgbClr {SPACES} val="{colour}"/>')]

    return change


def titles(**frame):
    """Turns, moves or shrinks the places for titles of the master and all layouts, in points."""

    def change(made):
        for holder in (made.slide_master, *made.slide_layouts):
            for shape in holder.placeholders:
                kind = shape._element.find(f".//{qn('p:ph')}").get("type")
                placed = shape._element.find(f".//{qn('a:xfrm')}") is not None
                if placed and kind in ("title", "ctrTitle"):
                    for name, value in frame.items():
                        setattr(shape, name, value if name == "rotation" else Pt(value))

    return change


def picture(left, top, width, height, layouts=range(1, 11)):
    """Puts a picture on layouts, in points."""

    def change(made):
        for at in layouts:
            layout = made.slide_layouts[at]
            place = (
                f'<a:off x="{Pt(left)}" y="{Pt(top)}"/><a:ext cx="{Pt(width)}" cy="{Pt(height)}"/>'
            )
            layout._element.cSld.spTree.append(
                parse_xml(
                    f'<p:pic {SPACES}><p:nvPicPr><p:cNvPr id="77" name="Harbour"/><p:cNvPicPr/>'
                    f'<p:nvPr/></p:nvPicPr><p:blipFill><a:blip r:embed="{image(layout)}"/>'
                    f"{STRETCHED}</p:blipFill><p:spPr><a:xfrm>{place}</a:xfrm>"
                    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr></p:pic>'
                )
            )

    return change


def panel(left, top, width, height, fill, form="rect"):
    """Puts a filled form on the master, in points."""

    def change(made):
        made.slide_master._element.cSld.spTree.insert(
            2,
            parse_xml(
                f'<p:sp {SPACES}><p:nvSpPr><p:cNvPr id="78" name="Card"/><p:cNvSpPr/><p:nvPr/>'
                f'</p:nvSpPr><p:spPr><a:xfrm><a:off x="{Pt(left)}" y="{Pt(top)}"/>'
                f'<a:ext cx="{Pt(width)}" cy="{Pt(height)}"/></a:xfrm>'
                f'<a:prstGeom prst="{form}"><a:avLst/></a:prstGeom>{fill}</p:spPr></p:sp>'
            ),
        )

    return change


def image(holder) -> str:
    """The relation of a master or layout to a picture from black to white."""
    file = io.BytesIO()
    Image.linear_gradient("L").save(file, "PNG")
    return holder.part.get_or_add_image_part(io.BytesIO(file.getvalue()))[1]


def hostile() -> dict[str, bytes]:
    """Templates on which text is easily lost, by what is wrong with them."""
    return {
        "plain": changed_brand(),
        "dark theme": brand(),
        "dark master": changed_brand(ground(solid(NAVY)), written_in(PALE)),
        "dark ground alone": changed_brand(ground(solid(NAVY))),
        "gradient": changed_brand(ground(gradient("102040", "0A3020")), written_in(PALE)),
        "gradient over all": changed_brand(ground(gradient("000000", "FFFFFF"))),
        "picture behind": changed_brand(ground("")),
        "tiny title": changed_brand(titles(width=60, height=14)),
        "turned title": changed_brand(titles(rotation=90)),
        "title off the slide": changed_brand(titles(left=600)),
        "picture at the side": changed_brand(picture(570, 140, 140, 300)),
        "picture in the middle": changed_brand(picture(200, 200, 320, 200)),
        "card on dark": changed_brand(
            ground(solid(NAVY)), panel(20, 120, 680, 370, solid("FFFFFF"))
        ),
    }


def with_part(data: bytes, name: str, change) -> bytes:
    """A file with one part changed, or added where it is not there."""
    made, done = io.BytesIO(), False
    with zipfile.ZipFile(io.BytesIO(data)) as parts, zipfile.ZipFile(made, "w") as whole:
        for one in parts.namelist():
            content = parts.read(one)
            if one == name:
                content, done = change(content), True
            whole.writestr(one, content, zipfile.ZIP_DEFLATED)
        if not done:
            whole.writestr(name, change(b""), zipfile.ZIP_DEFLATED)
    return made.getvalue()
