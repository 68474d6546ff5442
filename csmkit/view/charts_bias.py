"""The charts of the bias checks: coverage, attendance, funnel, severity."""

from __future__ import annotations

import textwrap
from typing import Any

import altair as alt
import pandas as pd

from csmkit.text import clean
from csmkit.view.chart_base import (
    MONTH_AXIS,
    WIDTH,
    chart,
    empty,
    in_order,
    row_axis,
    rows_of,
    tooltip,
)
from csmkit.view.labels import label_of
from csmkit.view.theme import PALETTE

_P = PALETTE
_ROW = 24
# A sign before every number but 0.
_SIGNED = {"format": "+", "labelExpr": "datum.value == 0 ? '0' : datum.label"}
_STATUS = {
    "evidence": _P["accent-soft"],
    "no evidence": _P["gap"],
    "away": _P["rule"],
    "not owned": _P["wash"],
    "no item": _P["gap"],
}
_STATUS_WORDS = {
    "evidence": "on record",
    "no evidence": "nothing on record",
    "away": "away",
    "not owned": "owned nothing",
    "no item": "no item (or not owned, or away)",
}
_PIXELS = (600, 330)
_LETTER, _LINE, _DOT = 6.6, 15, 6
_ALL_NAMED = 12


def chart_coverage(months: pd.DataFrame) -> alt.Chart:
    """How much evidence is on file for whom, month by month.

    Parameters
    ----------
    months : DataFrame
        ``csmkit.evidence_coverage`` with names (``csmkit.with_names``): name, month, items, status.

    Returns
    -------
    altair.Chart
        A square per person and month with the number of items; months without any stand out.
    """
    if months.empty:
        return empty(months)
    rows = rows_of(months, "name", "month", "items", "status")
    for row, first in zip(rows, months["month"], strict=True):
        row["until"] = f"{first + pd.offsets.MonthEnd():%Y-%m-%dT23:59:59}"
        row["middle"] = f"{first + pd.Timedelta(days=15):%Y-%m-%dT00:00:00}"
        row["label"] = str(row["items"]) if row["items"] else ""
        row["status"] = _STATUS_WORDS[row["status"]]
    names = in_order(months, "name")
    there = set(months["status"])
    none = {_STATUS_WORDS["no evidence"], _STATUS_WORDS["no item"]}
    bare = sum(row["status"] in none for row in rows)
    y = {
        "field": "name",
        "type": "nominal",
        "scale": {"domain": names},
        "axis": {"title": None, "labelLimit": 190},
    }
    tips = tooltip(
        ("name", "Name", "text"),
        ("month", "Month from", "date"),
        ("items", "Items", "number"),
        ("status", "Month", "text"),
    )
    return chart(
        f"Evidence on file of {len(names)} people over {months['month'].nunique()} months;"
        f" {bare} of their months have none.",
        rows,
        width=WIDTH,
        height=_ROW * len(names),
        layer=[
            {
                "mark": {"type": "rect", "stroke": _P["paper"], "strokeWidth": 2},
                "encoding": {
                    "x": {
                        "field": "month",
                        "type": "temporal",
                        "axis": MONTH_AXIS,
                        "scale": {"nice": False},
                    },
                    "x2": {"field": "until"},
                    "y": y,
                    "color": {
                        "field": "status",
                        "type": "nominal",
                        "scale": {
                            "domain": [_STATUS_WORDS[s] for s in _STATUS if s in there],
                            "range": [colour for s, colour in _STATUS.items() if s in there],
                        },
                    },
                    "tooltip": tips,
                },
            },
            {
                "mark": {"type": "text", "fontSize": 12, "color": _P["ink"]},
                "encoding": {
                    "x": {"field": "middle", "type": "temporal"},
                    "y": y,
                    "text": {"field": "label"},
                    "tooltip": tips,
                },
            },
        ],
    )


def chart_attended(attended: pd.DataFrame) -> alt.Chart:
    """Ratings against attended calls, with the range that shuffles give.

    Parameters
    ----------
    attended : DataFrame
        ``csmkit.attended_ratings``: name, rater, attended (share of touchpoints, less what is
        usual for the person and the rater), steps (the rating, less what is usual), fitted, low,
        high (95 % of shuffles), in order of attended.

    Returns
    -------
    altair.Chart
        A dot per rater and person; the line of the data inside or outside the shuffles' band.
    """
    if attended.empty:
        return empty(attended)
    rows = rows_of(attended, "name", "rater", "attended", "steps", "fitted", "low", "high")
    x = {
        "field": "attended",
        "type": "quantitative",
        "axis": {
            "title": "Calls the rater joined: fewer (−) or more (+) of them than usual",
            **_SIGNED,
            "format": "+.0%",
            "grid": True,
            "tickCount": 8,
            "labelOverlap": "greedy",
        },
    }
    steps = {"title": "Score: lower or higher than usual, steps", "grid": True, **_SIGNED}
    return chart(
        f"{len(rows)} ratings against the share of calls the rater attended, both beyond what is"
        " usual for the person and the rater; the band holds 95 % of shuffles.",
        rows,
        width=WIDTH,
        height=280,
        title=_key(
            "● one rater and one person   ▬ these scores   ▒ where chance alone leads in 95 of 100",
            "Usual is what all raters together give and join for this person, and what this rater"
            " gives and joins for everybody. If scores followed calls, the dots would climb from"
            " lower left to upper right. A line that stays inside the grey cannot be told from"
            " chance.",
        ),
        layer=[
            {
                "mark": {"type": "area", "color": _P["rule"], "opacity": 0.8},
                "encoding": {
                    "x": x,
                    "y": {"field": "low", "type": "quantitative", "axis": steps},
                    "y2": {"field": "high"},
                },
            },
            {
                "mark": {"type": "line", "color": _P["loss"], "strokeWidth": 2},
                "encoding": {"x": x, "y": {"field": "fitted", "type": "quantitative"}},
            },
            {
                "mark": {"type": "circle", "size": 70, "color": _P["accent"], "opacity": 0.7},
                "encoding": {
                    "x": x,
                    "y": {"field": "steps", "type": "quantitative"},
                    "tooltip": tooltip(
                        ("name", "Name", "text"),
                        ("rater", "Rater", "text"),
                        ("steps", "Above the usual, steps", "number"),
                    ),
                },
            },
        ],
    )


def chart_funnel(people: pd.DataFrame, limits: pd.DataFrame) -> alt.Chart:
    """Losses of each book beside those expected of it, with the limits chance sets for its size.

    Parameters
    ----------
    people : DataFrame
        name, expected (losses an average CSM would have had with the same book), losses, beyond
        (losses less expected), outside (whether beyond the 95 % limits); ``attrs["says"]``: who is
        not drawn, and why.
    limits : DataFrame
        expected, low_95, high_95, low_998, high_998, in order of expected, on the scale of beyond.

    Returns
    -------
    altair.Chart
        A dot per person. Up to 12 people have their names at the dots, else those outside the
        inner funnel. Inside the outer funnel nothing is told apart from chance.
    """
    if people.empty or limits.empty:
        return empty(people)
    rows = rows_of(people, "name", "expected", "losses", "beyond", "outside")
    edges = rows_of(limits, *limits.columns)
    ends = [edge[f"{side}_998"] for edge in edges for side in ("low", "high")]
    heights = [*ends, *(row["beyond"] for row in rows)]
    x_domain = [0.0, max(edge["expected"] for edge in edges) * 1.09]
    y_domain = [min(heights) - 0.3, max(heights) + 0.3]
    x = {
        "field": "expected",
        "type": "quantitative",
        "scale": {"domain": x_domain, "nice": False},
        "axis": {
            "title": "Accounts an average CSM would lose of this book",
            "grid": False,
            "tickCount": 8,
        },
    }
    axis = {"title": "Accounts lost: fewer (−) or more (+) than that", "grid": True, **_SIGNED}
    y = {"type": "quantitative", "scale": {"domain": y_domain, "nice": False}, "axis": axis}
    layers = [
        *_limits(edges, "998", x, y, fill=_P["wash"], dash=[2, 3]),
        *_limits(edges, "95", x, y, fill=_P["rule"], dash=[]),
        {
            "data": {"values": [{"nil": 0}]},
            "mark": {"type": "rule", "color": _P["muted"]},
            "encoding": {"y": {"field": "nil", **y}},
        },
        {
            "data": {"values": rows},
            "mark": {"type": "circle", "size": 90, "color": _P["accent"], "opacity": 0.85},
            "encoding": {
                "x": x,
                "y": {"field": "beyond", **y},
                "tooltip": tooltip(
                    ("name", "Name", "text"),
                    ("losses", "Accounts lost", "number"),
                    ("expected", "Expected", "number"),
                ),
            },
        },
    ]
    named = rows if len(rows) <= _ALL_NAMED else [row for row in rows if row["outside"]]
    layers += [
        {
            "data": {"values": [label]},
            "mark": {"type": "text", "align": "left", "dx": label["dx"], "dy": label["dy"]},
            "encoding": {
                "x": x,
                "y": {"field": "beyond", **y},
                "text": {"field": "name"},
            },
        }
        for label in _labels(named, x_domain, y_domain)
    ]
    return chart(
        f"Losses of {len(rows)} books less those expected of each; inside the outer lines they"
        " cannot be told from chance.",
        width=WIDTH,
        height=_PIXELS[1],
        title=_key(
            "● one person: at 0 as many accounts were lost as expected, above it more",
            "Inside the lines of 95 % lie 19 of 20 books by chance alone, inside those of 99.8 %"
            " nearly all; the lowest line is that of books that lost no account."
            f" {clean(people.attrs.get('says'))}",
        ),
        layer=layers,
    )


def _limits(
    edges: list[dict[str, Any]],
    level: str,
    x: dict[str, Any],
    y: dict[str, Any],
    *,
    fill: str,
    dash: list[int],
) -> list[dict[str, Any]]:
    """The area between two limits, their lines, and what they are called at the upper one's end."""
    low, high = f"low_{level}", f"high_{level}"
    line = {"type": "line", "color": _P["faint"], "strokeWidth": 1.2, "strokeDash": dash}
    label = {"type": "text", "align": "left", "dx": 5, "color": _P["muted"]}
    said = {"95": "95 %", "998": "99.8 %"}[level]
    values = {"values": edges}
    return [
        {
            "data": values,
            "mark": {"type": "area", "color": fill, "opacity": 0.7},
            "encoding": {"x": x, "y": {"field": low, **y}, "y2": {"field": high}},
        },
        *(
            {"data": values, "mark": line, "encoding": {"x": x, "y": {"field": edge, **y}}}
            for edge in (low, high)
        ),
        {
            "data": {"values": edges[-1:]},
            "mark": label,
            "encoding": {"x": x, "y": {"field": high, **y}, "text": {"value": said}},
        },
    ]


def _labels(
    rows: list[dict[str, Any]], x_domain: list[float], y_domain: list[float]
) -> list[dict[str, Any]]:
    """Names beside their dots, moved up or down, or to the left, until none lies on another."""
    wide, high = _PIXELS
    left, right = x_domain
    bottom, top = y_domain
    at = [
        (
            (row["expected"] - left) / (right - left) * wide,
            (top - row["beyond"]) / (top - bottom) * high,
        )
        for row in rows
    ]
    # What a name must not lie on: the line at 0, the dots, then the names that have their place.
    nil = top / (top - bottom) * high
    taken = [(0.0, float(wide), nil, _LINE / 2)]
    taken += [(across - _DOT, across + _DOT, down, _LINE) for across, down in at]
    placed = []
    for row, (across, down) in zip(rows, at, strict=True):
        length = len(row["name"]) * _LETTER
        sides = [
            (dx, dy)
            for dy in (0, -_LINE, _LINE, -2 * _LINE, 2 * _LINE, 3 * _LINE)
            for dx in (_DOT + 2, -_DOT - 2 - length)
            if 0 <= across + dx <= wide - length
        ]
        free = [
            (dx, dy)
            for dx, dy in sides
            if not any(
                abs(down + dy - other) < apart
                and across + dx < end
                and start < across + dx + length
                for start, end, other, apart in taken
            )
        ]
        dx, dy = (free or sides or [(_DOT, 0)])[0]
        taken.append((across + dx, across + dx + length, down + dy, _LINE))
        placed.append({**row, "dx": dx, "dy": dy})
    return placed


def _key(text: str, reading: str = "") -> dict[str, Any]:
    """What the marks of a chart are, above it, and how to read it."""
    return {
        "text": text,
        "subtitle": textwrap.wrap(reading, 112),
        "subtitleColor": _P["muted"],
        "subtitlePadding": 6,
        "fontSize": 12,
        "fontWeight": "normal",
        "color": _P["ink"],
        "offset": 10,
    }


def chart_gaps(lines: pd.DataFrame) -> alt.Chart:
    """The gap of the rater who stands out to colleagues on the people both scored.

    Parameters
    ----------
    lines : DataFrame
        name, effect, low, high (steps), n; check and raters (how many were compared) if there:
        ``csmkit.bias_lines`` with names.

    Returns
    -------
    altair.Chart
        A dot and a line for each; a line that reaches over 0 cannot be told from no difference.
    """
    if lines.empty:
        return empty(lines)
    rows = rows_of(lines, "name", "effect", "low", "high", "n")
    checks = [label_of("check").read(check) for check in lines.get("check", [])]
    for place, row in enumerate(rows):
        row["row"] = place
        if len(set(checks)) > 1:
            row["name"] = f"{row['name']}: {checks[place].lower()}"
    compared = f"{int(lines['raters'].max())} raters were compared. " if "raters" in lines else ""
    y = {"field": "row", "type": "ordinal", "axis": row_axis([row["name"] for row in rows])}
    x = {
        "type": "quantitative",
        "axis": {
            "title": "Steps more (+) or less (−) than colleagues gave the same people",
            "grid": True,
            "tickCount": 8,
            **_SIGNED,
        },
    }
    tips = tooltip(
        ("name", "Name", "text"),
        ("effect", "Difference, steps", "number"),
        ("low", "From", "number"),
        ("high", "To", "number"),
        ("n", "People", "number"),
    )
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": [{"nil": 0}]},
            "mark": {"type": "rule", "color": _P["muted"]},
            "encoding": {"x": {"field": "nil", **x}},
        },
        {
            "mark": {"type": "rule", "color": _P["accent"], "strokeWidth": 3},
            "encoding": {"y": y, "x": {"field": "low", **x}, "x2": {"field": "high"}},
        },
        {
            "mark": {"type": "circle", "size": 130, "color": _P["accent"], "opacity": 1},
            "encoding": {"y": y, "x": {"field": "effect", **x}, "tooltip": tips},
        },
    ]
    return chart(
        "Gap of the rater who stands out to colleagues on the same people, with its 95 % interval: "
        + "; ".join(f"{row['name']} {row['effect']:+.1f}" for row in rows)
        + " steps.",
        rows,
        width=WIDTH,
        height=40 * len(rows) + 10,
        title=_key(
            f"{compared}● the one who stands out most   ▬ 95 % interval",
            "At 0 the rater gives the same people as much as colleagues do. Nothing is said of the"
            " others: the one drawn here is among their colleagues.",
        ),
        layer=layers,
    )
