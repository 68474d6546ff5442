"""Charts of the book's make-up: its parts at start and end, and the team around it."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from csmkit.text import by_unit, short_money
from csmkit.view.chart_base import WIDTH, chart, empty, money_expression, rows_of, tooltip
from csmkit.view.labels import word_of
from csmkit.view.theme import PALETTE

_P = PALETTE


def chart_mix(
    composition_mix: pd.DataFrame, *, currency: str = "", start: str = "owned opening"
) -> alt.Chart:
    """How the book was made up at its start and at its end, part by part.

    Parameters
    ----------
    composition_mix : DataFrame
        ``csmkit.composition_mix``: at, dimension, level, accounts, arr, share_accounts, share_arr.
    currency : str, optional
        ISO code or sign put before amounts.
    start : str, optional
        Which opening stands beside the closing: ``owned opening`` or ``calendar opening``.

    Returns
    -------
    altair.Chart
        Per part a broad bar for its share of ARR at the start and a narrow one for the end; shares
        of the accounts where no ARR is known.
    """
    rows = _level_rows(composition_mix, {start, "closing"})
    if not rows:
        return empty(composition_mix)
    known = any(row["share_arr"] is not None for row in rows)
    share, of = ("share_arr", "ARR") if known else ("share_accounts", "accounts")
    for row in rows:
        del row["share_accounts" if known else "share_arr"]
    widest = max((row[share] or 0 for row in rows), default=1) or 1
    dimensions = list(dict.fromkeys(row["dimension"] for row in rows))
    x = {"field": share, "type": "quantitative", "scale": {"domain": [0, widest]}}
    hover = tooltip(
        ("dimension", "Split by", "text"),
        ("level", "Part", "text"),
        ("at", "When", "text"),
        ("accounts", "Accounts", "number"),
        ("arr", "ARR", "money"),
        currency=currency,
    )
    return chart(
        f"Share of {of} by {', '.join(d.lower() for d in dimensions)}: "
        f"{word_of(start).lower()} beside closing.",
        usermeta={"fit": "concat", "outside": 140},
        spacing=10,
        vconcat=[
            {
                **_part(dimension, rows, x, hover, last=dimension == dimensions[-1]),
                "layer": _pair(start),
            }
            for dimension in dimensions
        ],
    )


def _level_rows(mix: pd.DataFrame, shown: set[str]) -> list[dict[str, Any]]:
    """The parts of the book on the days shown, with their shares of ARR and of accounts."""
    if mix.empty:
        return []
    rows = rows_of(
        mix, "at", "dimension", "level", "accounts", "arr", "share_arr", "share_accounts"
    )
    rows = [row for row in rows if row["at"] in shown]
    for row in rows:
        level = word_of(row["level"])
        row["level"] = level[:1].upper() + level[1:]
        row["dimension"] = (row["dimension"] or "").capitalize()
    return rows


def _part(
    dimension: str,
    rows: list[dict[str, Any]],
    x: dict[str, Any],
    hover: list[dict[str, Any]],
    *,
    last: bool,
) -> dict[str, Any]:
    """One split of the book, without its bars; the last carries the labels of the axis."""
    mine = [row for row in rows if row["dimension"] == dimension]
    levels = list(dict.fromkeys(row["level"] for row in mine))
    axis = {"title": None, "format": ".0%", "tickCount": 5, **({} if last else {"labels": False})}
    return {
        "data": {"values": mine},
        "title": {"text": dimension, "fontSize": 12, "offset": 6},
        "width": WIDTH - 150,
        "height": 22 * len(levels),
        "encoding": {
            "y": {
                "field": "level",
                "type": "nominal",
                "sort": levels,
                "axis": {"title": None, "minExtent": 110, "maxExtent": 110},
            },
            "x": {**x, "axis": axis},
            "tooltip": hover,
        },
    }


def _pair(start: str) -> list[dict[str, Any]]:
    """A broad bar for the start, and a narrow one for the end on it."""
    scale = {
        "domain": [word_of(start), "Closing"],
        "range": [_P["accent-soft"], _P["accent"]],
    }
    return [
        {
            "transform": [{"filter": f"datum.at == '{at}'"}],
            "mark": {"type": "bar", "height": size, "cornerRadiusEnd": 1},
            "encoding": {"color": {"datum": word_of(at), "type": "nominal", "scale": scale}},
        }
        for at, size in ((start, 14), ("closing", 6))
    ]


def chart_bands(team_bands: pd.DataFrame, *, currency: str = "") -> alt.Chart:
    """One person's book beside the team's: own value, the team's middle half, its median.

    Parameters
    ----------
    team_bands : DataFrame
        ``csmkit.team_bands``: label, unit, value, low, middle, high, people (5 or more).
    currency : str, optional
        ISO code or sign put before amounts.

    Returns
    -------
    altair.Chart
        One small scale per measure, each in its own unit.
    """
    if team_bands.empty:
        return empty(team_bands)
    rows = rows_of(team_bands, "label", "unit", "value", "low", "middle", "high", "people")
    return chart(
        "This person's book beside the team: "
        + "; ".join(
            f"{row['label']} {by_unit(row['value'], row['unit'], currency=currency) or 'unknown'}"
            f", team median {by_unit(row['middle'], row['unit'], currency=currency)}"
            for row in rows
        )
        + ".",
        usermeta={"fit": "concat", "outside": 40},
        title={
            "text": "● this person   ▬ middle half of the team   ❘ team median",
            "fontSize": 12,
            "fontWeight": "normal",
            "color": _P["muted"],
            "offset": 10,
        },
        spacing=14,
        vconcat=[_band(row, currency) for row in rows],
    )


def _band(row: dict[str, Any], currency: str) -> dict[str, Any]:
    unit = row.pop("unit")
    own, low, middle, high = (
        "unknown"
        if row[key] is None
        else short_money(row[key], currency=currency)
        if unit == "money"
        else by_unit(row[key], unit)
        for key in ("value", "low", "middle", "high")
    )
    axis: dict[str, Any] = {"title": None, "tickCount": 4, "grid": False, "labelPadding": 2}
    if unit == "money":
        axis["labelExpr"] = money_expression("datum.value", currency)
    else:
        axis["format"] = ".0%" if unit == "share" else ",.4~r"
    x = {"type": "quantitative", "scale": {"zero": False, "padding": 24, "nice": False}}
    dot = {
        "mark": {
            "type": "point",
            "filled": True,
            "size": 130,
            "opacity": 1,
            "color": _P["accent"],
            "stroke": _P["paper"],
            "strokeWidth": 1.5,
        },
        "encoding": {"x": {"field": "value", **x}},
    }
    return {
        "data": {"values": [row]},
        "width": WIDTH - 40,
        "height": 26,
        "title": {
            "text": f"{row['label']}: {own}",
            "subtitle": f"team median {middle}, middle half {low} to {high} "
            f"({row['people']:.0f} people)",
            "offset": 2,
        },
        "layer": [
            {
                "mark": {"type": "bar", "height": 12, "color": _P["accent-soft"]},
                "encoding": {"x": {"field": "low", **x, "axis": axis}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "tick", "thickness": 2, "size": 20, "color": _P["muted"]},
                "encoding": {"x": {"field": "middle", **x}},
            },
            *([dot] if row["value"] is not None else []),
        ],
    }
