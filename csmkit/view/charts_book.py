"""Charts of the book over time: what moved its ARR, and which account was owned when."""

from __future__ import annotations

from typing import Any

import pandas as pd

from csmkit.cycle import Period
from csmkit.text import clean, short_money
from csmkit.view.chart_base import (
    MONTH_AXIS,
    WIDTH,
    chart,
    empty,
    first_rows,
    in_order,
    money_expression,
    row_axis,
    rows_of,
    tooltip,
)
from csmkit.view.labels import word_of
from csmkit.view.quick_altair import alt
from csmkit.view.theme import PALETTE

_P = PALETTE
_STEP_COLOUR = {
    "new": _P["gain-soft"],
    "taken over": _P["faint"],
    "expansion": _P["gain"],
    "price uplift": _P["gain-soft"],
    "late renewal": _P["gain-soft"],
    "contraction": _P["loss-soft"],
    "churn": _P["loss"],
    "handed over": _P["faint"],
}


def chart_waterfall(arr_bridge: pd.DataFrame, *, currency: str = "") -> alt.Chart:
    """The way from opening to closing ARR, step by step, with the accounts that moved it.

    Parameters
    ----------
    arr_bridge : DataFrame
        ``csmkit.arr_bridge``: order, step, kind, amount, base, top.
    currency : str, optional
        ISO code or sign put before amounts.

    Returns
    -------
    altair.Chart
        One bar per step, in order, each labelled with its amount and kind.
    """
    if arr_bridge.empty:
        return empty(arr_bridge)
    steps = arr_bridge.sort_values("order", kind="stable").reset_index(drop=True)
    names = [clean(step) for step in steps["step"]]
    rows = rows_of(steps, "step", "kind", "amount", "base", "top")
    for number, row in enumerate(rows):
        ends = row["kind"] in ("opening", "closing")
        row["row"] = number
        row["label"] = short_money(row["amount"] or 0, currency=currency, signed=not ends) + (
            "" if ends else f" {row['kind']}"
        )
    y = {
        "field": "row",
        "type": "ordinal",
        "axis": row_axis(names),
        "scale": {"paddingInner": 0.34, "paddingOuter": 0.2},
    }
    # The labels stand right of the bars and need room of their own at any width. Opening and
    # closing are marks, not bars: the axis may start where the changes do, so that small ones show.
    x = {
        "type": "quantitative",
        "scale": {
            "zero": False,
            "nice": False,
            "range": [8, {"expr": "max(width - 150, width / 2)"}],
        },
    }
    first, last = rows[0], rows[-1]
    said = (
        f"ARR from {short_money(first['amount'] or 0, currency=currency)} ({first['step']}) to "
        f"{short_money(last['amount'] or 0, currency=currency)} ({last['step']}) "
        f"in {len(rows)} steps."
    )
    ends_only = "datum.kind == 'opening' || datum.kind == 'closing'"
    hover = tooltip(
        ("step", "Step", "text"),
        ("kind", "Kind", "text"),
        ("amount", "Amount", "money"),
        currency=currency,
    )
    axis = {
        "title": "ARR; the scale starts near the changes, not at 0",
        "titleAnchor": "start",
        "tickCount": 5,
        "labelExpr": money_expression("datum.value", currency),
    }
    moved = {
        "transform": [{"filter": f"!({ends_only})"}],
        "mark": {"type": "bar", "minBandSize": 2},
        "encoding": {
            "x": {"field": "base", **x},
            "x2": {"field": "top"},
            "color": {
                "field": "kind",
                "type": "nominal",
                "legend": None,
                "scale": {
                    "domain": list(_STEP_COLOUR),
                    "range": list(_STEP_COLOUR.values()),
                },
            },
            "tooltip": hover,
        },
    }
    return chart(
        said,
        rows,
        width=WIDTH,
        height=26 * len(rows),
        encoding={"y": y},
        layer=[
            {
                "transform": [{"filter": "datum.kind == 'opening'"}],
                "mark": {"type": "rule", "strokeDash": [3, 3], "color": _P["faint"]},
                "encoding": {"x": {"field": "top", **x, "axis": axis}, "y": None},
            },
            *([moved] if len(rows) > 2 else []),
            {
                "transform": [{"filter": ends_only}],
                "mark": {"type": "tick", "thickness": 5, "bandSize": 26, "color": _P["ink"]},
                "encoding": {"x": {"field": "top", **x}, "tooltip": hover},
            },
            {
                "transform": [
                    {
                        "calculate": f"{ends_only} ? datum.top : max(datum.base, datum.top)",
                        "as": "r",
                    }
                ],
                "mark": {
                    "type": "text",
                    "align": "left",
                    "dx": 8,
                    "fontWeight": {"expr": f"{ends_only} ? 600 : 400"},
                },
                "encoding": {"x": {"field": "r", **x}, "text": {"field": "label"}},
            },
        ],
    )


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
    ownership_timeline, title = first_rows(ownership_timeline, limit)
    accounts = in_order(ownership_timeline, "account_id")
    number = {account: i for i, account in enumerate(accounts)}
    names = {
        number[clean(key)]: clean(name)
        for key, name in zip(
            ownership_timeline["account_id"], ownership_timeline["account"], strict=True
        )
    }
    rows = rows_of(
        ownership_timeline,
        "account",
        "start",
        "end",
        "shown_from",
        "shown_to",
        "source",
        "before",
        "after",
    )
    for row, key in zip(rows, ownership_timeline["account_id"], strict=True):
        row["row"] = number[clean(key)]
        row["source"] = word_of(row["source"])
    day = {"type": "temporal", "scale": {"nice": False}}
    taken = sum(1 for row in rows if row["before"])
    given = sum(1 for row in rows if row["after"])
    marker = {"type": "point", "filled": True, "size": 75, "opacity": 1, "strokeWidth": 0}
    symbols = {
        "shape": {
            "domain": ["taken over", "handed over"],
            "range": ["triangle-right", "diamond"],
        },
        "color": {"domain": ["taken over", "handed over"], "range": [_P["gain"], _P["loss"]]},
    }

    def at(event: str, column: str, who: str, offset: int) -> dict[str, Any]:
        return {
            "transform": [{"filter": f"datum.{who} != null && datum.{who} != ''"}],
            "mark": {**marker, "xOffset": offset},
            "encoding": {
                "x": {"field": column, **day},
                "shape": {"datum": event, "type": "nominal", "scale": symbols["shape"]},
                "color": {"datum": event, "type": "nominal", "scale": symbols["color"]},
            },
        }

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
                "axis": row_axis([names[i] for i in range(len(accounts))]),
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
            *([_shaded(period, day)] if period else []),
            {
                "mark": {"type": "bar", "cornerRadius": 2, "color": _P["accent-soft"]},
                "encoding": {
                    "x": {"field": "shown_from", **day, "axis": MONTH_AXIS},
                    "x2": {"field": "shown_to"},
                },
            },
            *([at("taken over", "shown_from", "before", 6)] if taken else []),
            *([at("handed over", "shown_to", "after", -6)] if given else []),
        ],
    )


def _shaded(period: Period, day: dict[str, Any]) -> dict[str, Any]:
    """The review period as a band behind everything else."""
    edges = {"from": f"{period.start:%Y-%m-%d}", "to": f"{period.end:%Y-%m-%d}"}
    return {
        "data": {"values": [edges]},
        "mark": {"type": "rect", "color": _P["wash"], "opacity": 1},
        "encoding": {
            "x": {"field": "from", **day},
            "x2": {"field": "to"},
            "y": {"value": 0},
            "y2": {"value": {"expr": "height"}},
            "tooltip": {"value": None},
        },
    }
