"""Bar charts: how much of one fits on a slide, what its labels show, and its values in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from csmkit.render.deck.measure import LEADING, end_of, text_width, wrapped
from csmkit.render.deck.texts import says

SIZE = 12.0
LEGEND_ROW = SIZE * 1.6
_LABEL_SHARE = 0.34
_LABEL_LINES = 2
_BAR, _GAP = 18.0, 10.0
_LEAST_GAP = 4.0
"""Between bars, or their names, where there are many: they stand closer before they are split."""
_NARROWEST_LABEL = 3.0


@dataclass(frozen=True, slots=True)
class Bars:
    """A horizontal bar chart.

    Attributes
    ----------
    categories : tuple of str
        What each bar or group of bars is of, the first on top.
    series : mapping of str to sequence of float or None
        A value for each category; None where there is none.
    formats : mapping of str to str
        How values are shown, as Excel writes it, by series.
    colours : mapping of str to str
        By series, a name of the kit's palette; the theme's accents where none is given.
    stacked : bool
        Whether the series of a category follow each other.
    highest : float or None
        The value at the end of the axis; the largest if not given.
    """

    categories: tuple[str, ...]
    series: Mapping[str, Sequence[float | None]]
    formats: Mapping[str, str]
    colours: Mapping[str, str] = field(default_factory=dict)
    stacked: bool = False
    highest: float | None = None

    def part(self, first: int, end: int) -> Bars:
        """The categories from one to another, on the same scale as all."""
        return Bars(
            self.categories[first:end],
            {name: values[first:end] for name, values in self.series.items()},
            self.formats,
            self.colours,
            self.stacked,
            self.top,
        )

    @property
    def totals(self) -> list[float]:
        """What reaches farthest, for each category."""
        fold = sum if self.stacked else max
        return [
            float(fold([values[at] or 0.0 for values in self.series.values()]))
            for at in range(len(self.categories))
        ]

    @property
    def top(self) -> float:
        """The value at the end of the axis."""
        return self.highest or max([*self.totals, 0.0]) or 1.0

    @property
    def bottom(self) -> float:
        """The value at its beginning: 0, or the least if that is negative."""
        return min([0.0, *(v for values in self.series.values() for v in values if v is not None)])


def shown_label(text: str, width: float, lines: int = _LABEL_LINES) -> str:
    """A label cut to what its room holds; the whole is said elsewhere."""
    found = wrapped(text, width / SIZE)
    if len(found) <= lines:
        return text
    kept = text[: end_of(found[:lines], text) - 2]
    return says("cut", start=kept.rstrip())


def label_width(bars: Bars, width: float, wider: float) -> float:
    """The room for the names of categories, in points."""
    longest = max(text_width(one) for one in bars.categories) * SIZE * wider
    return min(longest + SIZE, width * _LABEL_SHARE)


def label_room(bars: Bars, width: float, wider: float) -> float:
    """The same without the space to the bars, for text as it is measured."""
    return (label_width(bars, width, wider) - SIZE / 2) / wider


def most_categories(bars: Bars, width: float, height: float, wider: float) -> int:
    """How many categories a chart of a size takes so that its bars and names can be read."""
    beside = 1 if bars.stacked else len(bars.series)
    room = label_room(bars, width, wider) / SIZE
    lines = min(_LABEL_LINES, max(len(wrapped(one, room)) for one in bars.categories))
    slot = max(_BAR * beside, lines * SIZE * LEADING) + _LEAST_GAP
    return max(1, int((height - legend_height(bars)) / slot))


def legend_height(bars: Bars) -> float:
    """The room for the legend, in points; one series needs none."""
    return LEGEND_ROW * 1.3 if len(bars.series) > 1 else 0.0


def height_wanted(bars: Bars) -> float:
    """The height at which bars are neither thin nor thick."""
    beside = 1 if bars.stacked else len(bars.series)
    slot = max(_BAR * 1.25 * beside, _LABEL_LINES * SIZE * LEADING) + _GAP
    return len(bars.categories) * slot + legend_height(bars)


def too_small(bars: Bars, width: float) -> dict[str, set[int]]:
    """The values of a stacked chart whose parts have no room for a label, by series."""
    if not bars.stacked:
        return {}
    points = width / bars.top
    return {
        name: {
            at
            for at, value in enumerate(values)
            if not value or value * points < _NARROWEST_LABEL * SIZE
        }
        for name, values in bars.series.items()
    }


def unlabelled(bars: Bars, width: float, wider: float) -> str:
    """The values that a stacked chart of a width shows without a label, in words."""
    points = [
        says(
            "point",
            category=bars.categories[at],
            values=says("value", series=name, value=_spoken(value, bars.formats[name])),
        )
        for name, silent in too_small(bars, width - label_width(bars, width, wider)).items()
        for at in sorted(silent)
        if (value := bars.series[name][at])
    ]
    return says("unlabelled", points="; ".join(points)) if points else ""


def described(bars: Bars) -> str:
    """All values of a chart in words."""
    points = []
    for at, category in enumerate(bars.categories):
        # Of a stacked bar the parts that are not there are not told.
        told = {name: values[at] for name, values in bars.series.items() if values[at] != 0}
        values = ", ".join(
            says("value", series=name, value=_spoken(value, bars.formats[name]))
            for name, value in (told or dict.fromkeys(bars.series, 0.0)).items()
        )
        points.append(says("point", category=category, values=values))
    return says("chart", said="; ".join(points))


_EXACT = 1000.0
"""From here on a figure is told in whole units."""


def _spoken(value: float | None, form: str) -> str:
    if value is None:
        return says("no_value")
    if "%" in form:
        return f"{value * 100:.{len(form.partition('.')[2].rstrip('% '))}f} %"
    # A number format as spreadsheets have it; what stands before or after the digits is a currency.
    whole = f"{abs(value):,.0f}" if abs(value) >= _EXACT else f"{abs(value):,.6g}"
    sign = "\N{MINUS SIGN}" if value < 0 else ""
    return f"{sign}{_currency(form)}{whole}"


def _currency(form: str) -> str:
    """The sign before the digits of a number format, such as ``"€"#,##0``."""
    before = form.split("#")[0].split("0")[0]
    return before.replace('"', "").replace("\\", "").strip("+-; ")
