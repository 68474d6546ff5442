"""The chart of ownership: which account was owned when, and where it changed hands."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from csmkit.cycle import Period
from csmkit.text import clean
from csmkit.view.chart_base import (
    MONTH_AXIS,
    WIDTH,
    chart,
    empty,
    first_rows,
    in_order,
    row_axis,
    rows_of,
    tooltip,
)
from csmkit.view.labels import word_of
from csmkit.view.theme import PALETTE

_P = PALETTE
_DAY = {"type": "temporal", "scale": {"nice": False}}
_HANDOVERS = ["taken over", "handed over"]


def chart_timeline(
    ownership_timeline: pd.DataFrame, *, period: Period | None = None, limit: int = 40
) -> alt.Chart:
    """Which account was owned when, one row per account, hand-overs marked.

    Parameters
    ----------
    ownership_timeline : DataFrame
        ``csmkit.ownership_timeline``: account, shown_from, shown_to, start, end, source, before,
        after; rows in the order to show them.
    period : Period, optional
        Shaded behind the bars.
    limit : int
        The most periods of ownership shown.

    Returns
    -------
    altair.Chart
        A bar per period of ownership.
    """
    if ownership_timeline.empty:
        return empty(ownership_timeline)
    shown, title = first_rows(ownership_timeline, limit)
    accounts = in_order(shown, "account_id")
    rows = _spell_rows(shown, accounts)
    taken = sum(row["taken"] for row in rows)
    given = sum(row["given"] for row in rows)
    return chart(
        f"Ownership of {len(accounts)} accounts over time: {taken} taken over from somebody "
        f"else, {given} handed over.",
        rows,
        **title,
        width=WIDTH,
        height=(20 if len(accounts) > 12 else 24) * len(accounts),
        encoding={
            "y": {
                "field": "row",
                "type": "ordinal",
                "axis": row_axis(_names_of(shown, accounts)),
                "scale": {"paddingInner": 0.4, "paddingOuter": 0.3},
            },
            "tooltip": tooltip(
                ("account", "Account", "text"),
                ("start", "Owned from", "date"),
                ("end", "Until", "date"),
                ("before", "Before", "text"),
                ("after", "After", "text"),
                ("source", "Known from", "text"),
            ),
        },
        layer=[
            *([_shaded(period)] if period else []),
            {
                "mark": {"type": "bar", "cornerRadius": 2, "color": _P["accent-soft"]},
                "encoding": {
                    "x": {"field": "shown_from", **_DAY, "axis": MONTH_AXIS},
                    "x2": {"field": "shown_to"},
                },
            },
            *([_handover("taken over", "shown_from", "taken", 6)] if taken else []),
            *([_handover("handed over", "shown_to", "given", -6)] if given else []),
        ],
    )


def _spell_rows(timeline: pd.DataFrame, accounts: list[str]) -> list[dict[str, Any]]:
    """The periods of ownership, each with the number of its account's row."""
    rows = rows_of(
        timeline,
        "account",
        "start",
        "end",
        "shown_from",
        "shown_to",
        "source",
        "before",
        "after",
    )
    number = {account: i for i, account in enumerate(accounts)}
    for row, key in zip(rows, timeline["account_id"], strict=True):
        row["row"] = number[clean(key)]
        row["source"] = word_of(row["source"])
        # A bar that is cut at the edge of what is shown did not change hands there.
        row["taken"] = bool(row["before"]) and row["start"] == row["shown_from"]
        row["given"] = bool(row["after"]) and row["end"] == row["shown_to"]
    return rows


def _names_of(timeline: pd.DataFrame, accounts: list[str]) -> list[str]:
    ids = [clean(key) for key in timeline["account_id"]]
    names = dict(zip(ids, (clean(name) for name in timeline["account"]), strict=True))
    return [names[account] for account in accounts]


def _handover(event: str, column: str, test: str, offset: int) -> dict[str, Any]:
    """A mark on each bar that begins (``taken``) or ends (``given``) with a hand-over."""
    shapes = {"domain": _HANDOVERS, "range": ["triangle-right", "diamond"]}
    colours = {"domain": _HANDOVERS, "range": [_P["gain"], _P["loss"]]}
    return {
        "transform": [{"filter": f"datum.{test}"}],
        "mark": {
            "type": "point",
            "filled": True,
            "size": 75,
            "opacity": 1,
            "strokeWidth": 0,
            "xOffset": offset,
        },
        "encoding": {
            "x": {"field": column, **_DAY},
            "shape": {"datum": event, "type": "nominal", "scale": shapes},
            "color": {"datum": event, "type": "nominal", "scale": colours},
        },
    }


def _shaded(period: Period) -> dict[str, Any]:
    """The review period as a band behind everything else."""
    edges = {"from": f"{period.start:%Y-%m-%d}", "to": f"{period.end:%Y-%m-%d}"}
    return {
        "data": {"values": [edges]},
        "mark": {"type": "rect", "color": _P["wash"], "opacity": 1},
        "encoding": {
            "x": {"field": "from", **_DAY},
            "x2": {"field": "to"},
            "y": {"value": 0},
            "y2": {"value": {"expr": "height"}},
            "tooltip": {"value": None},
        },
    }
