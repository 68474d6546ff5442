"""The chart of the book's ARR: what moved it from the opening to the closing."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from csmkit.text import clean, short_money
from csmkit.view.chart_base import (
    WIDTH,
    chart,
    empty,
    money_expression,
    row_axis,
    rows_of,
    tooltip,
)
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
_ENDS = "datum.kind == 'opening' || datum.kind == 'closing'"
# The labels stand right of the bars and need room of their own at any width. Opening and
# closing are marks, not bars: the axis may start where the changes do, so that small ones show.
_ARR = {
    "type": "quantitative",
    "scale": {
        "zero": False,
        "nice": False,
        "range": [8, {"expr": "max(width - 150, width / 2)"}],
    },
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
    rows = _step_rows(steps, currency)
    hover = tooltip(
        ("step", "Step", "text"),
        ("kind", "Kind", "text"),
        ("amount", "Amount", "money"),
        currency=currency,
    )
    y = {
        "field": "row",
        "type": "ordinal",
        "axis": row_axis([clean(step) for step in steps["step"]]),
        "scale": {"paddingInner": 0.34, "paddingOuter": 0.2},
    }
    return chart(
        _said_of_steps(rows, currency),
        rows,
        width=WIDTH,
        height=26 * len(rows),
        encoding={"y": y},
        layer=[
            _opening_line(currency),
            *([_bars(hover)] if len(rows) > 2 else []),
            _end_marks(hover),
            _step_labels(),
        ],
    )


def _step_rows(steps: pd.DataFrame, currency: str) -> list[dict[str, Any]]:
    rows = rows_of(steps, "step", "kind", "amount", "base", "top")
    for number, row in enumerate(rows):
        ends = row["kind"] in ("opening", "closing")
        row["row"] = number
        row["label"] = short_money(row["amount"] or 0, currency=currency, signed=not ends) + (
            "" if ends else f" {row['kind']}"
        )
    return rows


def _said_of_steps(rows: list[dict[str, Any]], currency: str) -> str:
    first, last = rows[0], rows[-1]
    return (
        f"ARR from {short_money(first['amount'] or 0, currency=currency)} ({first['step']}) to "
        f"{short_money(last['amount'] or 0, currency=currency)} ({last['step']}) "
        f"in {len(rows)} steps."
    )


def _opening_line(currency: str) -> dict[str, Any]:
    """A dashed line down from the opening; it carries the axis of the whole chart."""
    axis = {
        "title": "ARR: each bar is a change; the scale need not start at 0",
        "titleAnchor": "start",
        "tickCount": 5,
        "labelExpr": money_expression("datum.value", currency),
    }
    return {
        "transform": [{"filter": "datum.kind == 'opening'"}],
        "mark": {"type": "rule", "strokeDash": [3, 3], "color": _P["faint"]},
        "encoding": {"x": {"field": "top", **_ARR, "axis": axis}, "y": None},
    }


def _bars(hover: list[dict[str, Any]]) -> dict[str, Any]:
    """A bar per step between the opening and the closing."""
    return {
        "transform": [{"filter": f"!({_ENDS})"}],
        "mark": {"type": "bar", "minBandSize": 2},
        "encoding": {
            "x": {"field": "base", **_ARR},
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


def _end_marks(hover: list[dict[str, Any]]) -> dict[str, Any]:
    """The opening and the closing: marks, not bars."""
    return {
        "transform": [{"filter": _ENDS}],
        "mark": {"type": "tick", "thickness": 5, "bandSize": 26, "color": _P["ink"]},
        "encoding": {"x": {"field": "top", **_ARR}, "tooltip": hover},
    }


def _step_labels() -> dict[str, Any]:
    """The amount and the kind, right of each step."""
    right = f"{_ENDS} ? datum.top : max(datum.base, datum.top)"
    return {
        "transform": [{"calculate": right, "as": "r"}],
        "mark": {
            "type": "text",
            "align": "left",
            "dx": 8,
            "fontWeight": {"expr": f"{_ENDS} ? 600 : 400"},
        },
        "encoding": {"x": {"field": "r", **_ARR}, "text": {"field": "label"}},
    }
