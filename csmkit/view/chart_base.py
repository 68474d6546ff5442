"""What the kit's charts share: a chart made of a plain spec, its rows, and its empty form."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from csmkit.text import clean, missing, symbol
from csmkit.view.needs import why_empty
from csmkit.view.theme import PALETTE, SCHEMA, config

WIDTH = 720
"""Pixels of a chart in a notebook, labels included; a packet's page fits it to the window."""

MONTH_AXIS: dict[str, Any] = {
    "title": None,
    "orient": "top",
    "tickCount": {"interval": "month", "step": 1},
    "labelExpr": "timeFormat(datum.value,"
    " datum.index == 0 || month(datum.value) == 0 ? '%b %Y' : '%b')",
    "labelOverlap": "greedy",
    "labelAlign": "left",
    "labelPadding": 4,
}


class SpecChart(alt.Chart):
    """An Altair chart whose spec is plain dictionaries, written out as they are.

    Altair checks every part of a chart against its schema each time it is shown, which costs more
    than all the rest of a packet; the specs of the kit are checked in its tests instead.
    """

    def to_dict(
        self,
        validate: bool = True,  # noqa: ARG002 - Altair's own methods pass it
        *,
        format: str = "vega-lite",
        ignore: list[str] | None = None,
        context: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The chart as a Vega-Lite spec."""
        parts = {
            key: value.to_dict() if isinstance(value, alt.SchemaBase) else value
            for key, value in self._kwds.items()
            if value is not alt.Undefined and key not in (ignore or ())
        }
        if (context or {}).get("top_level", True):
            parts = {"$schema": SCHEMA, "config": config(), **parts}
        if format == "vega":
            import vl_convert

            return dict(vl_convert.vegalite_to_vega(parts))
        return parts


def chart(description: str, rows: Sequence[Mapping[str, Any]] = (), **spec: Any) -> alt.Chart:
    """A chart of literal rows: nothing but ``rows`` is written into it."""
    parts: dict[str, Any] = {"description": clean(description), **spec}
    if "vconcat" not in spec:
        parts["autosize"] = {"type": "fit-x", "contains": "padding"}
    if rows:
        parts["data"] = {"values": list(rows)}
    made = SpecChart(**parts)
    # Altair numbers every chart of a session; a packet must be the same file each time.
    made._kwds["name"] = alt.Undefined
    return made


def first_rows(frame: pd.DataFrame, limit: int) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The frame's first rows, and the title that says how many are not shown, if any."""
    if len(frame) <= limit:
        return frame, {}
    text = f"{limit} of {len(frame)} shown, those that changed first"
    return frame.head(limit), {"title": {"text": text, "fontWeight": "normal", "fontSize": 12}}


def empty(frame: pd.DataFrame) -> alt.Chart:
    """One line of text in the place of a chart that has no rows."""
    text = why_empty(frame)
    return chart(
        text,
        [{}],
        usermeta={"empty": True},
        width=WIDTH,
        height=18 * len(textwrap.wrap(text, 52)) + 8,
        mark={
            "type": "text",
            "text": textwrap.wrap(text, 52),
            "align": "left",
            "baseline": "top",
            "fontSize": 13,
            "lineHeight": 18,
            "color": PALETTE["muted"],
        },
        encoding={"x": {"value": 0}, "y": {"value": 4}},
    )


def rows_of(frame: pd.DataFrame, *columns: str) -> list[dict[str, Any]]:
    """The named columns as a list of dictionaries that JSON can hold.

    Dates become local midnights: a bare date would be read as one in Greenwich and shown a day
    early west of it.
    """
    return [
        dict(zip(columns, row, strict=True))
        for row in zip(*(_plain(frame[name]) for name in columns), strict=True)
    ]


def _plain(column: pd.Series[Any]) -> list[Any]:
    values = column.tolist()
    if column.dtype.kind == "M":
        return [None if missing(v) else f"{v.date()}T00:00:00" for v in values]
    if column.dtype.kind in "biuf":
        return [None if missing(v) else v for v in values]
    return [None if missing(v) else clean(v) for v in values]


def in_order(frame: pd.DataFrame, column: str) -> list[str]:
    """The values of a column in the order in which they first stand there."""
    return list(dict.fromkeys(map(clean, frame[column].tolist())))


def row_axis(names: list[str]) -> dict[str, Any]:
    """An axis that writes a name at each row number: two accounts of one name stay two rows.

    Names stand in it as they are, without escapes for letters or line breaks, so that a search of
    a packet for a name finds it here too.
    """
    lines = {str(i): " ".join(name.split()) for i, name in enumerate(names)}
    table = json.dumps(lines, ensure_ascii=False)
    return {"title": None, "labelExpr": f"({table})[datum.value]"}


def quoted(text: str) -> str:
    """Text as a literal of Vega's expression language."""
    safe = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ")
    return f"'{safe}'"


def money_expression(value: str, currency: str) -> str:
    """A Vega expression that writes an amount in three figures with the currency's sign."""
    size = f"replace(format(abs({value}), '.3~s'), 'G', 'B')"
    return f"({value} < 0 ? '−' : '') + {quoted(symbol(currency))} + {size}"


def tooltip(*fields: tuple[str, str, str], currency: str = "") -> list[dict[str, Any]]:
    """Tooltip entries of (field, title, type); the type ``money`` or a Vega-Lite type."""
    entries = []
    for field, title, kind in fields:
        entry: dict[str, Any] = {"field": field, "title": title, "type": "nominal"}
        if kind == "date":
            entry |= {"type": "temporal", "format": "%-d %b %Y"}
        elif kind == "money":
            entry |= {"type": "quantitative", "format": ",.0f"}
            if currency:
                entry["title"] = f"{title} ({clean(currency)})"
        elif kind == "number":
            entry |= {"type": "quantitative", "format": ",.1~f"}
        entries.append(entry)
    return entries
