"""Draws what a deck says: plain slides become slides of native text, tables and charts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from csmkit.render.deck.blocks import Block
from csmkit.render.deck.plain import Beside, Chart, Grid, Opening, Passage, Slide, Words
from csmkit.render.deck.slides import Slides
from csmkit.text import symbol

_SHARE = "0%"
_WHOLE = 1.0
_IN_THOUSANDS = 100_000.0


def drawn(
    slides: Sequence[Slide], *, title: str, template: str | Path | None = None, footer: str = ""
) -> bytes:
    """A deck as a PowerPoint file.

    Parameters
    ----------
    slides : sequence of Slide
        What it says.
    title : str
        What the file is known by.
    template : str or Path, optional
        A company's PowerPoint file whose look is taken.
    footer : str, optional
        What stands at the foot of every slide.

    Raises
    ------
    UsageError
        If the template cannot be used.
    """
    deck = Slides(title, template=template, footer=footer)
    for slide in slides:
        _draw(deck, slide)
    return deck.save()


def _draw(deck: Slides, slide: Slide) -> None:
    content, title, notes = slide.content, slide.title, slide.notes
    lead = [Block(slide.lead, "lead")] if slide.lead else []
    if isinstance(content, Opening):
        deck.title(title, content.subtitle, notes)
    elif isinstance(content, Words):
        told = [block for passage in content.passages for block in _blocks(passage)]
        deck.text(title, [*lead, *told], notes)
    elif isinstance(content, Beside):
        after = [Block(slide.lead, "quiet")] if slide.lead else []
        deck.two(title, _blocks(content.left), [*_blocks(content.right), *after], notes)
    elif isinstance(content, Grid):
        deck.table(
            title, content.columns, content.rows, notes, widths=content.widths, lead=slide.lead
        )
    else:
        _draw_chart(deck, slide, content)


def _draw_chart(deck: Slides, slide: Slide, chart: Chart) -> None:
    shares = chart.unit == "share"
    deck.bars(
        slide.title,
        chart.categories,
        dict(chart.series),
        slide.notes,
        lead=slide.lead,
        number_format=_SHARE if shares else money_format(chart.currency, _largest(chart)),
        colours=dict(zip((name for name, _ in chart.series), chart.colours, strict=True)),
        stacked=True,
        highest=_WHOLE if shares else None,
    )


def _largest(chart: Chart) -> float:
    return max((value for _, values in chart.series for value in values), default=0.0)


def _blocks(passage: Passage) -> list[Block]:
    heading = [Block(passage.heading, "head")] if passage.heading else []
    lines = [Block(one, "bullet") if isinstance(one, str) else one for one in passage.lines]
    return [*heading, *lines]


def money_format(currency: str, largest: float) -> str:
    """Excel's format of amounts in a currency; of large ones, in thousands.

    Parameters
    ----------
    currency : str
        ISO code; may be blank.
    largest : float
        The largest amount.

    Examples
    --------
    >>> money_format("EUR", 8000.0), money_format("", 1200000.0)
    ('"€"#,##0', '#,##0,"k"')
    """
    sign = symbol(currency).replace('"', "")
    number = '#,##0,"k"' if largest >= _IN_THOUSANDS else "#,##0"
    return f'"{sign}"{number}' if sign else number
