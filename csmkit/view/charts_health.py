"""The chart of health: where each account stood at the start, and where it stands at the end."""

from __future__ import annotations

from collections import Counter
from typing import Any

import altair as alt
import pandas as pd

from csmkit.text import clean
from csmkit.view.chart_base import WIDTH, chart, empty, first_rows, row_axis, rows_of, tooltip
from csmkit.view.labels import word_of
from csmkit.view.theme import PALETTE, STATUS_INK, STATUS_LETTER

_P = PALETTE
_STATUSES = ["unknown", "red", "yellow", "green"]
_MOVED = "datum.start_status != datum.end_status"
_KNOWN = "datum.start_status != 'unknown' && datum.end_status != 'unknown'"
_TOWARDS_GREEN = (
    f"indexof({_STATUSES}, datum.end_status) > indexof({_STATUSES}, datum.start_status)"
)
_MOVED_COLOUR = {"improved": _P["gain"], "worsened": _P["loss"]}


def chart_health(
    health_movement: pd.DataFrame, *, currency: str = "", limit: int = 40
) -> alt.Chart:
    """Where each account's health stood at the start and stands at the end.

    Parameters
    ----------
    health_movement : DataFrame
        ``csmkit.health_movement``: account, arr, start_status, start_score, end_status, end_score,
        movement, stale_days; rows in the order to show them.
    currency : str, optional
        ISO code or sign put before amounts.
    limit : int
        The most accounts shown.

    Returns
    -------
    altair.Chart
        A row per account; the column is the status, an arrow leads from the start to the end.
    """
    if health_movement.empty:
        return empty(health_movement)
    shown, title = first_rows(health_movement, limit)
    rows = _account_rows(shown)
    used = {row[key] for row in rows for key in ("start_status", "end_status")}
    columns = [s for s in _STATUSES if s != "unknown" or s in used]
    scale = {"domain": [*columns, "movement"]}
    counts = Counter(health_movement["movement"].dropna().tolist())
    return chart(
        "Health from start to end: "
        + ", ".join(f"{count} {clean(name)}" for name, count in counts.most_common())
        + ".",
        rows,
        **title,
        width=WIDTH,
        height=(24 if len(rows) <= 12 else 22) * len(rows),
        encoding={
            "y": {
                "field": "row",
                "type": "ordinal",
                "axis": row_axis([row["account"] or "" for row in rows]),
            },
            "tooltip": tooltip(
                ("account", "Account", "text"),
                ("arr", "ARR", "money"),
                ("start_status", "At start", "text"),
                ("start_score", "Score", "number"),
                ("end_status", "At end", "text"),
                ("end_score", "Score", "number"),
                ("movement", "Movement", "text"),
                ("stale_days", "Days since scored", "number"),
                currency=currency,
            ),
        },
        layer=[
            _row_line(columns[0], scale),
            _way(scale),
            _arrow_head("triangle-right", -14, _TOWARDS_GREEN, _P["gain"], scale),
            _arrow_head("triangle-left", 14, f"!({_TOWARDS_GREEN})", _P["loss"], scale),
            *_chips("start_status", 190, _MOVED, scale, filled=False),
            *_chips("end_status", 260, "true", scale, filled=True),
            _movement_words(scale),
        ],
    )


def _account_rows(movement: pd.DataFrame) -> list[dict[str, Any]]:
    rows = rows_of(
        movement,
        "account",
        "arr",
        "start_status",
        "start_score",
        "end_status",
        "end_score",
        "movement",
        "stale_days",
    )
    for number, row in enumerate(rows):
        row["row"] = number
        row["start_status"] = row["start_status"] or "unknown"
        row["end_status"] = row["end_status"] or "unknown"
        row["said"] = row["moved"] = word_of(row["movement"])
        if row["start_score"] is not None and row["end_score"] is not None:
            row["said"] += f"  {row['start_score']:.0f} → {row['end_score']:.0f}"
    return rows


def _row_line(first: str, scale: dict[str, Any]) -> dict[str, Any]:
    """A faint line along each row, from the first column to green; it carries the axis."""
    axis = {
        "title": None,
        "orient": "top",
        "labelAngle": 0,
        "labelExpr": "upper(slice(datum.label, 0, 1)) + slice(datum.label, 1)",
    }
    return {
        "mark": {"type": "rule", "color": _P["rule"]},
        "encoding": {
            "x": {"datum": first, "type": "ordinal", "scale": scale, "axis": axis},
            "x2": {"datum": "green"},
        },
    }


def _way(scale: dict[str, Any]) -> dict[str, Any]:
    """The line from the start to the end, where they differ."""
    return {
        "transform": [{"filter": _MOVED}],
        "mark": {"type": "rule", "strokeWidth": 2.5},
        "encoding": {
            "x": {"field": "start_status", "type": "ordinal", "scale": scale},
            "x2": {"field": "end_status"},
            "color": _colour_of_movement(_P["faint"]),
        },
    }


def _arrow_head(
    shape: str, offset: int, test: str, colour: str, scale: dict[str, Any]
) -> dict[str, Any]:
    """The head of the arrow beside the end's chip."""
    return {
        "transform": [{"filter": f"{_MOVED} && {_KNOWN} && {test}"}],
        "mark": {
            "type": "point",
            "shape": shape,
            "filled": True,
            "opacity": 1,
            "size": 70,
            "xOffset": offset,
            "color": colour,
        },
        "encoding": {"x": {"field": "end_status", "type": "ordinal", "scale": scale}},
    }


def _chips(
    column: str, size: int, test: str, scale: dict[str, Any], *, filled: bool
) -> list[dict[str, Any]]:
    """A disc in the status's colour, and the status's letter on it."""
    place = {"x": {"field": column, "type": "ordinal", "scale": scale}}
    colours = {
        "field": column,
        "type": "nominal",
        "legend": None,
        "scale": {"domain": _STATUSES, "range": [_P[s] for s in _STATUSES]},
    }
    disc = {
        "transform": [{"filter": test}],
        "mark": {
            "type": "point",
            "size": size,
            "opacity": 1,
            "strokeWidth": 2,
            **({"filled": True} if filled else {"fill": _P["paper"]}),
        },
        "encoding": {**place, "color" if filled else "stroke": colours},
    }
    letters = [
        {
            "transform": [{"filter": f"{test} && datum.{column} == '{status}'"}],
            "mark": {
                "type": "text",
                "text": STATUS_LETTER[status],
                "fontSize": 10,
                "fontWeight": "bold",
                "color": STATUS_INK[status] if filled else _P["ink"],
            },
            "encoding": place,
        }
        for status in _STATUSES
    ]
    return [disc, *letters]


def _movement_words(scale: dict[str, Any]) -> dict[str, Any]:
    """What the movement is called, in a column of its own."""
    return {
        "mark": {
            "type": "text",
            "fontSize": 11,
            # The scores are left out where there is no room for them.
            "text": {"expr": "width < 420 ? datum.moved : datum.said"},
        },
        "encoding": {
            "x": {"datum": "movement", "type": "ordinal", "scale": scale},
            "color": _colour_of_movement(_P["muted"]),
        },
    }


def _colour_of_movement(other: str) -> dict[str, Any]:
    return {
        "condition": [
            {"test": f"datum.movement == '{name}'", "value": colour}
            for name, colour in _MOVED_COLOUR.items()
        ],
        "value": other,
    }
