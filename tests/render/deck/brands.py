"""Company templates made up for tests: their own size, fonts, colours, places and sample slides."""

import io
import zipfile

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.util import Pt

THEME = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme"
SECRET = "Quarterly figures of Sampleshire"


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
