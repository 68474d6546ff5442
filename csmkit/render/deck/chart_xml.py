"""A bar chart as DrawingML: bars, labels, legend, and the frame of it on a slide."""

from __future__ import annotations

from csmkit.render.deck.charts import (
    LEGEND_ROW,
    SIZE,
    Bars,
    label_room,
    label_width,
    legend_height,
    shown_label,
    too_small,
)
from csmkit.render.deck.drawing import EMU, LANGUAGE, safe
from csmkit.render.deck.template_inks import Inks, as_fill
from csmkit.render.deck.workbook import column
from csmkit.view.theme import PALETTE, STATUS_INK

_HEADROOM = 1.18
_THEME = ("accent1", "accent2", "accent6", "accent3", "accent4", "accent5")
_NAMESPACES = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)


def chart_xml(bars: Bars, width: float, height: float, wider: float, inks: Inks) -> bytes:
    """The chart's part, for a frame of a size in points, as it is seen on a ground."""
    labels = label_width(bars, width, wider)
    shown = Bars(
        tuple(shown_label(one, label_room(bars, width, wider)) for one in bars.categories),
        *(bars.series, bars.formats, bars.colours, bars.stacked, bars.highest),
    )
    legend = legend_height(bars)
    left, top = labels / width, legend / height
    silent = too_small(bars, width - labels)
    series = "".join(
        _series(at, name, shown, silent.get(name, set()), inks)
        for at, name in enumerate(bars.series)
    )
    end = bars.top if bars.stacked else bars.top * _HEADROOM
    begin = bars.bottom * _HEADROOM
    grouping, overlap = ("stacked", 100) if bars.stacked else ("clustered", 0)
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace {_NAMESPACES}>'
        '<c:date1904 val="0"/><c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/>'
        '<c:plotArea><c:layout><c:manualLayout><c:layoutTarget val="inner"/>'
        '<c:xMode val="edge"/><c:yMode val="edge"/>'
        f'<c:x val="{left:.4f}"/><c:y val="{top:.4f}"/>'
        f'<c:w val="{1 - left - 0.005:.4f}"/><c:h val="{1 - top - 0.005:.4f}"/>'
        "</c:manualLayout></c:layout>"
        f'<c:barChart><c:barDir val="bar"/><c:grouping val="{grouping}"/><c:varyColors val="0"/>'
        f'{series}<c:gapWidth val="45"/><c:overlap val="{overlap}"/>'
        '<c:axId val="111"/><c:axId val="222"/></c:barChart>'
        '<c:catAx><c:axId val="111"/><c:scaling><c:orientation val="maxMin"/></c:scaling>'
        '<c:delete val="0"/><c:axPos val="l"/><c:majorTickMark val="none"/>'
        '<c:minorTickMark val="none"/><c:tickLblPos val="low"/>'
        f'<c:spPr><a:ln w="9525">{inks.line}</a:ln></c:spPr>{_text(inks.text)}'
        '<c:crossAx val="222"/><c:crosses val="autoZero"/><c:auto val="0"/>'
        '<c:lblAlgn val="ctr"/><c:lblOffset val="40"/><c:tickLblSkip val="1"/>'
        '<c:noMultiLvlLbl val="1"/></c:catAx>'
        '<c:valAx><c:axId val="222"/><c:scaling><c:orientation val="minMax"/>'
        f'<c:max val="{end!r}"/><c:min val="{begin!r}"/></c:scaling><c:delete val="1"/>'
        '<c:axPos val="t"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
        '<c:tickLblPos val="none"/><c:crossAx val="111"/><c:crosses val="autoZero"/>'
        '<c:crossBetween val="between"/></c:valAx>'
        f"</c:plotArea>{_legend(bars, height, inks)}"
        '<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        f"{_text(inks.text)}</c:chartSpace>"
    ).encode()


def frame_xml(
    number: int, name: str, alt: str, place: tuple[float, float, float, float], relation: str
) -> str:
    """The frame of a chart on its slide."""
    left, top, wide, high = (round(one * EMU) for one in place)
    space = "http://schemas.openxmlformats.org/drawingml/2006/chart"
    return (
        f'<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="{number}" name="{safe(name)}"'
        f' descr="{safe(alt)}"/><p:cNvGraphicFramePr><a:graphicFrameLocks noGrp="1"/>'
        "</p:cNvGraphicFramePr><p:nvPr/></p:nvGraphicFramePr>"
        f'<p:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{wide}" cy="{high}"/></p:xfrm>'
        f'<a:graphic><a:graphicData uri="{space}">'
        f'<c:chart xmlns:c="{space}" r:id="{relation}"/></a:graphicData></a:graphic>'
        "</p:graphicFrame>"
    )


def _series(at: int, name: str, bars: Bars, silent: set[int], inks: Inks) -> str:
    colour = bars.colours.get(name, "")
    shown = _shown(colour, at)
    fill = as_fill(shown) + inks.outline(shown)
    label = inks.text
    if bars.stacked:
        label = inks.upon(shown, STATUS_INK[colour].lstrip("#") if colour in STATUS_INK else "bg1")
    values = bars.series[name]
    rows = len(bars.categories) + 1
    letter = column(at + 1)
    categories = "".join(
        f'<c:pt idx="{to}"><c:v>{safe(one)}</c:v></c:pt>' for to, one in enumerate(bars.categories)
    )
    points = "".join(
        f'<c:pt idx="{to}"><c:v>{float(one)!r}</c:v></c:pt>'
        for to, one in enumerate(values)
        if one is not None
    )
    form = safe(bars.formats[name])
    count = f'<c:ptCount val="{len(bars.categories)}"/>'
    return (
        f'<c:ser><c:idx val="{at}"/><c:order val="{at}"/><c:tx><c:strRef>'
        f"<c:f>Sheet1!${letter}$1</c:f><c:strCache>"
        f'<c:ptCount val="1"/><c:pt idx="0"><c:v>{safe(name)}</c:v></c:pt>'
        f'</c:strCache></c:strRef></c:tx><c:spPr>{fill}</c:spPr><c:invertIfNegative val="0"/>'
        f"{_labels(bars, label, form, silent)}"
        f"<c:cat><c:strRef><c:f>Sheet1!$A$2:$A${rows}</c:f><c:strCache>{count}{categories}"
        "</c:strCache></c:strRef></c:cat>"
        f"<c:val><c:numRef><c:f>Sheet1!${letter}$2:${letter}${rows}</c:f><c:numCache>"
        f"<c:formatCode>{form}</c:formatCode>{count}{points}</c:numCache></c:numRef></c:val>"
        "</c:ser>"
    )


def _labels(bars: Bars, ink: str, form: str, silent: set[int]) -> str:
    without = "".join(
        f'<c:dLbl><c:idx val="{at}"/><c:delete val="1"/></c:dLbl>' for at in sorted(silent)
    )
    where = "ctr" if bars.stacked else "outEnd"
    return (
        f'<c:dLbls>{without}<c:numFmt formatCode="{form}" sourceLinked="0"/>'
        f"<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{_text(ink, wraps=False)}"
        f'<c:dLblPos val="{where}"/><c:showLegendKey val="0"/><c:showVal val="1"/>'
        '<c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/>'
        '<c:showBubbleSize val="0"/></c:dLbls>'
    )


def _legend(bars: Bars, height: float, inks: Inks) -> str:
    if len(bars.series) < 2:
        return ""
    return (
        '<c:legend><c:legendPos val="t"/><c:layout><c:manualLayout><c:xMode val="edge"/>'
        '<c:yMode val="edge"/><c:x val="0"/><c:y val="0"/><c:w val="1"/>'
        f'<c:h val="{LEGEND_ROW / height:.4f}"/></c:manualLayout></c:layout>'
        f'<c:overlay val="0"/>{_text(inks.text)}</c:legend>'
    )


def _text(fill: str, *, wraps: bool = True) -> str:
    body = "<a:bodyPr/>" if wraps else '<a:bodyPr wrap="none"/>'
    return (
        f'<c:txPr>{body}<a:lstStyle/><a:p><a:pPr><a:defRPr sz="{round(SIZE * 100)}" b="0">'
        f'{fill}</a:defRPr></a:pPr><a:endParaRPr lang="{LANGUAGE}"/></a:p></c:txPr>'
    )


def _shown(colour: str, at: int) -> str:
    """A bar's colour: the name of one of the theme's, or RRGGBB."""
    if colour and colour != "accent":
        return PALETTE[colour].lstrip("#")
    return _THEME[0 if colour else at % len(_THEME)]
