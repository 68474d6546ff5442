"""The chart of evidence: what is on record when, and the months that have nothing."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from csmkit.view.chart_base import MONTH_AXIS, WIDTH, chart, empty, rows_of, tooltip
from csmkit.view.labels import word_of
from csmkit.view.theme import PALETTE

_P = PALETTE


def chart_evidence(evidence_timeline: pd.DataFrame, evidence_coverage: pd.DataFrame) -> alt.Chart:
    """What is on record when, by kind, and the months that have nothing.

    Parameters
    ----------
    evidence_timeline : DataFrame
        ``csmkit.evidence_timeline``: date, kind, text, account.
    evidence_coverage : DataFrame
        ``csmkit.evidence_coverage``: month, items, status.

    Returns
    -------
    altair.Chart
        A dot per item of evidence; months without any are shaded and say so.
    """
    if evidence_timeline.empty and evidence_coverage.empty:
        return empty(evidence_timeline if "needs" in evidence_timeline.attrs else evidence_coverage)
    dots, months = _dots(evidence_timeline), _months(evidence_coverage)
    kinds = list(dict.fromkeys(dot["kind"] for dot in dots)) or ["No evidence on record"]
    gaps = [m for m in months if m["status"] == "no evidence"]
    away = [m for m in months if m["status"] == "away"]
    return chart(
        f"{len(dots)} items of evidence over {len(months)} months; "
        f"{len(gaps)} months without evidence, {len(away)} months away.",
        width=WIDTH,
        height=max(116, 30 * len(kinds)),
        layer=[
            *_shade(months, "no evidence", fill=_P["gap"], ink=_P["loss"]),
            *_shade(months, "away", fill=_hatch(), ink=_P["muted"]),
            *_shade(months, "not owned", fill=_P["wash"], ink=_P["muted"]),
            _circles(dots, kinds, _span(months, dots)),
        ],
    )


def _dots(timeline: pd.DataFrame) -> list[dict[str, Any]]:
    if timeline.empty:
        return []
    dots = rows_of(timeline, "date", "kind", "text", "account")
    for dot in dots:
        dot["kind"] = word_of(dot["kind"])
    return dots


def _circles(
    dots: list[dict[str, Any]], kinds: list[str], span: list[dict[str, int]]
) -> dict[str, Any]:
    """A circle per item of evidence, in the row of its kind."""
    return {
        "data": {"values": dots},
        "mark": {
            "type": "circle",
            "size": 110,
            "opacity": 0.75,
            "color": _P["accent"],
            "stroke": _P["paper"],
            "strokeWidth": 1,
        },
        "encoding": {
            "x": {
                "field": "date",
                "type": "temporal",
                "scale": {"nice": False, "domain": span},
                "axis": MONTH_AXIS,
            },
            "y": {
                "field": "kind",
                "type": "nominal",
                "scale": {"domain": kinds},
                "axis": {"title": None, "grid": True},
            },
            "tooltip": tooltip(
                ("date", "Date", "date"),
                ("kind", "Kind", "text"),
                ("account", "Account", "text"),
                ("text", "What happened", "text"),
            ),
        },
    }


def _shade(
    months: list[dict[str, Any]], status: str, *, fill: str | dict[str, Any], ink: str
) -> list[dict[str, Any]]:
    """The months of one status as bands that say so; nothing where there are none."""
    shaded = [month for month in months if month["status"] == status]
    if not shaded:
        return []
    band = {
        "x": {"field": "month", "type": "temporal"},
        "x2": {"field": "until"},
        "tooltip": tooltip(("month", "Month from", "date"), ("status", "Status", "text")),
    }
    words = {
        "type": "text",
        "angle": 270,
        "align": "right",
        "baseline": "middle",
        "text": status,
        "fontSize": 11,
        "color": ink,
        "dx": -6,
    }
    place = {"x": {"field": "middle", "type": "temporal"}, "y": {"value": 0}}
    return [
        {"data": {"values": shaded}, "mark": {"type": "rect", "color": fill}, "encoding": band},
        {"data": {"values": shaded}, "mark": words, "encoding": place},
    ]


def _months(coverage: pd.DataFrame) -> list[dict[str, Any]]:
    if coverage.empty:
        return []
    rows = rows_of(coverage, "month", "items", "status")
    for row, first in zip(rows, coverage["month"], strict=True):
        row["until"] = f"{first + pd.offsets.MonthEnd():%Y-%m-%dT23:59:59}"
        row["middle"] = f"{first + pd.Timedelta(days=15):%Y-%m-%dT00:00:00}"
    return rows


def _span(months: list[dict[str, Any]], dots: list[dict[str, Any]]) -> list[dict[str, int]]:
    """The first and the last day shown, as Vega-Lite date-times."""
    days = [m["month"] for m in months] + [m["until"] for m in months] + [d["date"] for d in dots]
    return [
        {
            "year": int(day[:4]),
            "month": int(day[5:7]),
            "date": int(day[8:10]),
            "hours": int(day[11:13]),
        }
        for day in (min(days), max(days))
    ]


def _hatch() -> dict[str, Any]:
    """Diagonal stripes: a gradient of hard edges, for Vega has no patterns."""
    stripes = 20
    stops = [
        {"offset": (i + edge) / stripes, "color": _P["wash"] if i % 2 else _P["rule"]}
        for i in range(stripes)
        for edge in (0, 1)
    ]
    return {"gradient": "linear", "x1": 0, "y1": 0, "x2": 1, "y2": 1, "stops": stops}
