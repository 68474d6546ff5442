"""The chart of evidence: what is on record when, and the months that have nothing."""

from __future__ import annotations

from typing import Any

import pandas as pd

from csmkit.view.chart_base import MONTH_AXIS, WIDTH, chart, empty, rows_of, tooltip
from csmkit.view.labels import word_of
from csmkit.view.quick_altair import alt
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
    dots = (
        rows_of(evidence_timeline, "date", "kind", "text", "account")
        if len(evidence_timeline)
        else []
    )
    for dot in dots:
        dot["kind"] = word_of(dot["kind"])
    months = _months(evidence_coverage)
    kinds = list(dict.fromkeys(dot["kind"] for dot in dots)) or ["No evidence on record"]
    gaps = [m for m in months if m["status"] == "no evidence"]
    away = [m for m in months if m["status"] == "away"]
    band = {
        "x": {"field": "month", "type": "temporal"},
        "x2": {"field": "until"},
        "tooltip": tooltip(("month", "Month from", "date"), ("status", "Status", "text")),
    }

    def shade(status: str, mark: dict[str, Any], words: str, colour: str) -> list[dict[str, Any]]:
        shaded = [month for month in months if month["status"] == status]
        if not shaded:
            return []
        chosen: dict[str, Any] = {"data": {"values": shaded}}
        return [
            {**chosen, "mark": {"type": "rect", **mark}, "encoding": band},
            {
                **chosen,
                "mark": {
                    "type": "text",
                    "angle": 270,
                    "align": "right",
                    "baseline": "middle",
                    "text": words,
                    "fontSize": 11,
                    "color": colour,
                    "dx": -6,
                },
                "encoding": {
                    "x": {"field": "middle", "type": "temporal"},
                    "y": {"value": 0},
                },
            },
        ]

    return chart(
        f"{len(dots)} items of evidence over {len(months)} months; "
        f"{len(gaps)} months without evidence, {len(away)} months away.",
        width=WIDTH,
        height=max(116, 30 * len(kinds)),
        layer=[
            *shade("no evidence", {"color": _P["gap"]}, "no evidence", _P["loss"]),
            *shade("away", {"color": _hatch()}, "away", _P["muted"]),
            *shade("not owned", {"color": _P["wash"]}, "not owned", _P["muted"]),
            {
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
                        "scale": {"nice": False, "domain": _span(months, dots)},
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
            },
        ],
    )


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
