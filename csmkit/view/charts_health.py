"""The chart of health: where each account stood at the start, and where it stands at the end."""

from __future__ import annotations

from typing import Any

import pandas as pd

from csmkit.text import clean
from csmkit.view.chart_base import WIDTH, chart, empty, first_rows, row_axis, rows_of, tooltip
from csmkit.view.labels import word_of
from csmkit.view.quick_altair import alt
from csmkit.view.theme import PALETTE, STATUS_INK, STATUS_LETTER

_P = PALETTE
_STATUSES = ["unknown", "red", "yellow", "green"]
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
    rows = rows_of(
        shown,
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
    used = {row[key] for row in rows for key in ("start_status", "end_status")}
    columns = [s for s in _STATUSES if s != "unknown" or s in used]
    x_scale = {"domain": [*columns, "movement"]}
    moved = "datum.start_status != datum.end_status"
    known = "datum.start_status != 'unknown' && datum.end_status != 'unknown'"
    towards_green = (
        f"indexof({_STATUSES}, datum.end_status) > indexof({_STATUSES}, datum.start_status)"
    )

    def chip(column: str, size: int, test: str, *, filled: bool) -> list[dict[str, Any]]:
        place = {"x": {"field": column, "type": "ordinal", "scale": x_scale}}
        colours = {
            "field": column,
            "type": "nominal",
            "legend": None,
            "scale": {"domain": _STATUSES, "range": [_P[s] for s in _STATUSES]},
        }
        return [
            {
                "transform": [{"filter": test}],
                "mark": {
                    "type": "point",
                    "size": size,
                    "opacity": 1,
                    "strokeWidth": 2,
                    **({"filled": True} if filled else {"fill": _P["paper"]}),
                },
                "encoding": {**place, "color" if filled else "stroke": colours},
            },
            *(
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
            ),
        ]

    def head(shape: str, offset: int, test: str, colour: str) -> dict[str, Any]:
        return {
            "transform": [{"filter": f"{moved} && {known} && {test}"}],
            "mark": {
                "type": "point",
                "shape": shape,
                "filled": True,
                "opacity": 1,
                "size": 70,
                "xOffset": offset,
                "color": colour,
            },
            "encoding": {"x": {"field": "end_status", "type": "ordinal", "scale": x_scale}},
        }

    counts = health_movement["movement"].value_counts()
    return chart(
        "Health from start to end: "
        + ", ".join(f"{count} {clean(name)}" for name, count in counts.items())
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
            {
                "mark": {"type": "rule", "color": _P["rule"]},
                "encoding": {
                    "x": {
                        "datum": columns[0],
                        "type": "ordinal",
                        "scale": x_scale,
                        "axis": {
                            "title": None,
                            "orient": "top",
                            "labelAngle": 0,
                            "labelExpr": "upper(slice(datum.label, 0, 1)) + slice(datum.label, 1)",
                        },
                    },
                    "x2": {"datum": "green"},
                },
            },
            {
                "transform": [{"filter": moved}],
                "mark": {"type": "rule", "strokeWidth": 2.5},
                "encoding": {
                    "x": {"field": "start_status", "type": "ordinal", "scale": x_scale},
                    "x2": {"field": "end_status"},
                    "color": {
                        "condition": [
                            {"test": f"datum.movement == '{name}'", "value": colour}
                            for name, colour in _MOVED_COLOUR.items()
                        ],
                        "value": _P["faint"],
                    },
                },
            },
            head("triangle-right", -14, towards_green, _P["gain"]),
            head("triangle-left", 14, f"!({towards_green})", _P["loss"]),
            *chip("start_status", 190, moved, filled=False),
            *chip("end_status", 260, "true", filled=True),
            {
                "mark": {
                    "type": "text",
                    "fontSize": 11,
                    # The scores are left out where there is no room for them.
                    "text": {"expr": "width < 420 ? datum.moved : datum.said"},
                },
                "encoding": {
                    "x": {"datum": "movement", "type": "ordinal", "scale": x_scale},
                    "color": {
                        "condition": [
                            {"test": f"datum.movement == '{name}'", "value": colour}
                            for name, colour in _MOVED_COLOUR.items()
                        ],
                        "value": _P["muted"],
                    },
                },
            },
        ],
    )
