"""The charts of the bias checks: coverage, attendance, funnel, severity."""

from __future__ import annotations

from typing import Any

import pandas as pd

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
from csmkit.view.quick_altair import alt
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
}
_STATUS_WORDS = {
    "evidence": "on record",
    "no evidence": "nothing on record",
    "away": "away",
    "not owned": "owned nothing",
}


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
    bare = sum(row["status"] == _STATUS_WORDS["no evidence"] for row in rows)
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
                            "domain": [_STATUS_WORDS[s] for s in _STATUS],
                            "range": list(_STATUS.values()),
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
            "title": "Share of calls attended, beyond what is usual for this person and rater",
            **_SIGNED,
            "format": "+.0%",
            "grid": True,
            "tickCount": 8,
            "labelOverlap": "greedy",
        },
    }
    steps = {"title": "Rating beyond the usual, steps", "grid": True, **_SIGNED}
    return chart(
        f"{len(rows)} ratings against the share of calls the rater attended, both beyond what is"
        " usual for the person and the rater; the band holds 95 % of shuffles.",
        rows,
        width=WIDTH,
        height=280,
        title=_key("● one rater and person   ▬ these ratings   ▒ where 95 % of shuffles lie"),
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
                        ("steps", "Beyond the usual, steps", "number"),
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
        name, expected (losses an average CSM would have had with the same book), ratio (losses
        over expected), losses.
    limits : DataFrame
        expected, low_95, high_95, low_998, high_998, in order of expected.

    Returns
    -------
    altair.Chart
        A dot per person. Inside the outer funnel nothing is told apart from chance.
    """
    if people.empty or limits.empty:
        return empty(people)
    rows = rows_of(people, "name", "expected", "losses", "ratio")
    top = max([*(row["ratio"] for row in rows), 2.0]) * 1.08
    x = {
        "field": "expected",
        "type": "quantitative",
        "scale": {"nice": False, "zero": False},
        "axis": {"title": "Losses expected of this very book", "grid": False},
    }
    ratio = {"title": "Losses, as a multiple of those expected", "grid": True, "format": ".1~f"}
    y = {"type": "quantitative", "scale": {"domain": [0, top], "clamp": True}, "axis": ratio}
    bands = [
        {
            "data": {"values": rows_of(limits, "expected", "low_998", "high_998")},
            "mark": {"type": "area", "color": _P["wash"], "clip": True},
            "encoding": {"x": x, "y": {"field": "low_998", **y}, "y2": {"field": "high_998"}},
        },
        {
            "data": {"values": rows_of(limits, "expected", "low_95", "high_95")},
            "mark": {"type": "area", "color": _P["rule"], "clip": True},
            "encoding": {"x": x, "y": {"field": "low_95", **y}, "y2": {"field": "high_95"}},
        },
    ]
    dots = {
        "type": "circle",
        "size": 90,
        "color": _P["accent"],
        "opacity": 0.85,
        "stroke": _P["paper"],
    }
    return chart(
        f"Losses of {len(rows)} books over those expected of each; inside the outer band they"
        " cannot be told from chance.",
        width=WIDTH,
        height=320,
        title=_key("● one person   ▒ 95 % and 99.8 % of what chance gives a book of that size"),
        layer=[
            *bands,
            {
                "data": {"values": [{"one": 1}]},
                "mark": {"type": "rule", "color": _P["muted"], "strokeDash": [4, 3]},
                "encoding": {"y": {"field": "one", **y}},
            },
            {
                "data": {"values": rows},
                "mark": dots,
                "encoding": {
                    "x": x,
                    "y": {"field": "ratio", **y},
                    "tooltip": tooltip(
                        ("name", "Name", "text"),
                        ("losses", "Losses", "number"),
                        ("expected", "Expected", "number"),
                    ),
                },
            },
        ],
    )


def _key(text: str) -> dict[str, Any]:
    """What the marks of a chart are, above it."""
    return {
        "text": text,
        "fontSize": 12,
        "fontWeight": "normal",
        "color": _P["muted"],
        "offset": 10,
    }


def chart_gaps(lines: pd.DataFrame) -> alt.Chart:
    """Each rater's gap to colleagues on the people both scored, with its interval.

    Parameters
    ----------
    lines : DataFrame
        name, effect, low, high (steps), n: lines of one check from ``csmkit.bias_lines``.

    Returns
    -------
    altair.Chart
        A dot and a line per rater; a line that reaches over 0 cannot be told from no difference.
    """
    if lines.empty:
        return empty(lines)
    rows = rows_of(lines, "name", "effect", "low", "high", "n")
    for place, row in enumerate(rows):
        row["row"] = place
    y = {"field": "row", "type": "ordinal", "axis": row_axis([row["name"] for row in rows])}
    x = {
        "type": "quantitative",
        "axis": {"title": "Steps to colleagues on the same people", "grid": True, **_SIGNED},
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
        "Gap of each rater to colleagues on the same people, with 95 % intervals: "
        + "; ".join(f"{row['name']} {row['effect']:+.1f}" for row in rows)
        + " steps.",
        rows,
        width=WIDTH,
        height=40 * len(rows) + 10,
        layer=layers,
    )
