"""Builds a deck slide by slide: what does not fit goes on on the next, and never over an edge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from csmkit.render.deck.blocks import Band, Block, Blocks, Column, as_blocks
from csmkit.render.deck.charts import Bars
from csmkit.render.deck.drawing import LANGUAGE, tidy
from csmkit.render.deck.flow import cards_beside, put_bands, put_bars, put_table
from csmkit.render.deck.packed import packed, told_of
from csmkit.render.deck.stage import SUBTITLE_SIZES, TITLE_SIZES, Stage, fitted
from csmkit.render.deck.template import look_of
from csmkit.render.deck.texts import says


class Slides:
    """A deck that is being made.

    Parameters
    ----------
    title : str
        The deck's title, which its file is known by.
    template : str or Path, optional
        A company's .pptx or .potx; the kit's own look if not given.
    footer : str, optional
        What stands at the foot of every slide.

    Raises
    ------
    UsageError
        If the template cannot be used.

    Examples
    --------
    >>> deck = Slides("A deck")
    >>> deck.text("One thing", ["It is so."], notes="Say it.")
    >>> deck.save()[:2]
    b'PK'
    """

    def __init__(self, title: str, *, template: str | Path | None = None, footer: str = "") -> None:
        self._stage = Stage(look_of(template), tidy(footer))
        told_of(self._stage.deck, tidy(title), LANGUAGE)

    def title(self, title: str, subtitle: str = "", notes: str = "") -> None:
        """A title slide."""
        look, title, subtitle = self._stage.look, tidy(title), tidy(subtitle)
        if look.subtitle is None:
            self.text(title, [Block(subtitle, "lead")] if subtitle else [], notes)
            return
        shown, size, cut = fitted(title, look.cover_title, TITLE_SIZES)
        below, small, cut_below = fitted(subtitle, look.subtitle, SUBTITLE_SIZES)
        self._stage.cover(shown, size, below, small, notes)
        if cut or cut_below:
            # What was cut is said whole on the next slide.
            self.text(shown, [Block(title, "lead"), *([subtitle] if subtitle else [])], notes)

    def section(self, title: str, lead: str = "", notes: str = "") -> None:
        """A slide that begins a part of the deck."""
        self.title(title, lead, notes)

    def text(self, title: str, blocks: Blocks, notes: str = "") -> None:
        """Paragraphs below each other."""
        self.bands(title, [[Column(blocks)]], notes)

    def two(
        self,
        title: str,
        left: Blocks,
        right: Blocks,
        notes: str = "",
        *,
        shares: tuple[float, float] = (1, 1),
    ) -> None:
        """Paragraphs in two columns, each of which goes on below its own beginning."""
        self.bands(title, [[Column(left, shares[0]), Column(right, shares[1])]], notes)

    def matrix(
        self,
        title: str,
        groups: Mapping[str, Blocks],
        notes: str = "",
        *,
        lead: str = "",
        per_row: int = 5,
    ) -> None:
        """Cards side by side, each with a heading: pillars with what belongs to them."""
        cards = [
            Column([Block(heading, "head"), *as_blocks(blocks)], wash=True)
            for heading, blocks in groups.items()
        ]
        rows = -(-len(cards) // cards_beside(self._stage, cards, per_row)) or 1
        each = -(-len(cards) // rows) or 1
        bands: list[Band] = [[Column([Block(lead, "lead")])]] if lead else []
        for at in range(0, len(cards), each):
            row = cards[at : at + each]
            bands.append(row + [Column([])] * (each - len(row)))
        self.bands(title, bands, notes)

    def bands(self, title: str, bands: Sequence[Band], notes: str = "") -> None:
        """Rows of columns, top to bottom, in the largest type with the fewest slides."""
        put_bands(self._stage, tidy(title), bands, notes)

    def table(
        self,
        title: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[str | Block]],
        notes: str = "",
        *,
        widths: Sequence[float] | None = None,
        right: Sequence[int] = (),
        lead: str = "",
        empty: str = "",
        after: Blocks = (),
    ) -> None:
        """A table with a header; its rows are split over slides, and a long cell goes on.

        Parameters
        ----------
        title, notes : str
            Of the slides.
        columns : sequence of str
            What the header says.
        rows : sequence of sequences
            A text or block for each column.
        widths : sequence of float, optional
            Relative widths of columns; by what is in them if not given.
        right : sequence of int
            The numbers of the columns that are aligned right.
        lead, after
            What stands above the table and below it.
        empty : str
            What is said where there are no rows.
        """
        if not rows:
            said = [lead] if lead else []
            self.text(title, [*said, empty or says("nothing"), *after], notes)
            return
        put_table(
            *(self._stage, tidy(title), [tidy(one) for one in columns], rows, notes),
            widths=widths,
            right=right,
            lead=lead,
            after=after,
        )

    def bars(
        self,
        title: str,
        categories: Sequence[str],
        series: Mapping[str, Sequence[float | None]],
        notes: str = "",
        *,
        lead: str = "",
        number_format: str | Mapping[str, str] = "0",
        colours: Mapping[str, str] | None = None,
        stacked: bool = False,
        alt: str = "",
        aside: Blocks = (),
        empty: str = "",
        highest: float | None = None,
    ) -> None:
        """A native chart of horizontal bars, with its numbers in a workbook of its own.

        Parameters
        ----------
        title, notes : str
            Of the slides.
        categories : sequence of str
            What each bar is of, the first on top; many go on on further slides.
        series : mapping of str to sequence of float or None
            A value for each category.
        lead : str
            What stands above.
        number_format : str or mapping
            Excel's format of the labels, for all or by series.
        colours : mapping, optional
            By series, a name of the kit's palette.
        stacked : bool
            Whether the series of a category follow each other.
        alt : str
            What a screen reader says before the values.
        aside : sequence of Block or str
            What stands beside the chart.
        empty : str
            What is said where there is no value.
        highest : float, optional
            The value at the end of the axis.
        """
        if not any(value is not None for values in series.values() for value in values):
            said = [lead] if lead else []
            self.text(title, [*said, empty or says("nothing"), *aside], notes)
            return
        names = {tidy(name): list(values) for name, values in series.items()}
        formats = (
            dict.fromkeys(names, number_format)
            if isinstance(number_format, str)
            else {tidy(name): form for name, form in number_format.items()}
        )
        chart = Bars(
            tuple(tidy(one) for one in categories),
            names,
            formats,
            {tidy(name): one for name, one in (colours or {}).items()},
            stacked,
            highest,
        )
        put_bars(self._stage, tidy(title), chart, notes, lead=lead, alt=tidy(alt), aside=aside)

    def save(self) -> bytes:
        """The deck's file: the same bytes for the same slides, with no author, time or path."""
        return packed(self._stage.deck)
