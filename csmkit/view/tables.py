"""The tables of a packet: frames written out in the words and units a leader reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pandas as pd

from csmkit.text import by_unit, clean, day, inert, missing
from csmkit.view.labels import Label, label_of, money_shares, view_of, word_of
from csmkit.view.needs import plain_needs, why_empty
from csmkit.view.table import Cell, Group, Head, Notice, NoticeKind, Table
from csmkit.view.values import lists_of, records_of

__all__ = ["Notice", "Table", "note", "table_composition", "table_metrics", "table_rows"]

_IN_UNIT = {"value", "low", "middle", "high", "target"}
_FLAGS = {True: "Yes", False: "No"}
_TONES = {
    "green": "green",
    "held green": "green",
    "improved": "up",
    "yellow": "yellow",
    "red": "red",
    "worsened": "down",
}


def table_metrics(frame: pd.DataFrame, *, currency: str = "", caption: str = "") -> Table:
    """Figures in groups: value, what it is a part of, target, and what is missing where it is.

    Parameters
    ----------
    frame : DataFrame
        A metric frame (``csmkit.outcomes``, ``csmkit.practice``): group, label, value, unit,
        numerator, denominator, n, target, needs, note.
    currency : str, optional
        ISO code or sign for money.
    caption : str, optional
        What the table is.

    Returns
    -------
    Table
        A row per metric, in the frame's order; at a group's end the metrics that lack the same
        thing share a row. Target and note stand only where there are any.
    """
    if frame.empty:
        return _nothing(frame, caption)
    rows = records_of(frame)
    target = any(not missing(row.get("target")) for row in rows)
    remark = any(clean(row.get("note")) for row in rows)
    heads = [Head("Figure"), Head("Value", numeric=True)]
    heads += [Head("Target", numeric=True)] if target else []
    heads += [Head("Out of")]
    heads += [Head("Note")] if remark else []
    groups: dict[str, list[tuple[Cell, ...]]] = {}
    for row in _missing_together(rows):
        value, parts = _value_and_parts(row, currency)
        cells = [Cell(clean(row["label"])), value]
        if target:
            aim = by_unit(row.get("target"), row["unit"], currency=currency)
            cells.append(Cell(aim, "muted"))
        cells.append(parts)
        if remark:
            cells.append(Cell(clean(row.get("note")), "muted"))
        groups.setdefault(clean(row.get("group")), []).append(tuple(cells))
    return Table(
        heads=tuple(heads),
        groups=tuple(
            # A group on its own is what the heading above the table already says.
            Group(name if len(groups) > 1 else "", tuple(cells))
            for name, cells in groups.items()
        ),
        caption=clean(caption),
        kind="figures",
    )


def table_rows(
    frame: pd.DataFrame,
    *,
    currency: str = "",
    caption: str = "",
    columns: Sequence[str] | Mapping[str, str] | None = None,
    view: str = "",
    limit: int | None = None,
    ids: bool = False,
) -> Table:
    """Any tidy frame as a list, its columns labelled and formatted by ``columns.toml``.

    Parameters
    ----------
    frame : DataFrame
        A tidy frame. A column ``unit`` gives the unit of the columns ``value``, ``target``,
        ``low``, ``middle`` and ``high``; ``value`` is otherwise text.
    currency : str, optional
        ISO code or sign for money.
    caption : str, optional
        What the list is.
    columns : sequence of str, or mapping, optional
        Which columns to show, in this order, or their headings by name; all if not given.
    view : str, optional
        The name of a list in ``columns.toml`` that says which columns to show, and how; those
        the frame has not are left out.
    limit : int, optional
        Show no more rows than this, and say how many there are.
    ids : bool, optional
        Show columns of ids too.

    Returns
    -------
    Table
        A row per row of the frame, in its order; columns without any value are left out.
    """
    if frame.empty:
        return _nothing(frame, caption)
    shown = frame if limit is None else frame.head(limit)
    labels = view_of(view) if view else _labels(frame, columns, ids=ids)
    values = lists_of(shown, (*labels, "unit"))
    units = [clean(unit) for unit in values.get("unit", ())]
    heads, written = [], []
    for name, label in labels.items():
        column = values.get(name, ())
        if _blank(column):
            continue
        if units and name in _IN_UNIT:
            label = Label(label.label, "number")
            cells = [
                Cell(by_unit(value, unit, currency=currency))
                for value, unit in zip(column, units, strict=True)
            ]
        else:
            write = _FORMATS[label.format]
            cells = [write(value, currency, label) for value in column]
        heads.append(Head(label.label, numeric=label.numeric))
        written.append(_once(cells) if label.once else cells)
    left = len(frame) - len(shown)
    return Table(
        heads=tuple(heads),
        groups=(Group("", tuple(zip(*written, strict=True))),),
        caption=clean(caption),
        more=f"{len(shown)} of {len(frame)} rows shown." if left else "",
    )


def _once(cells: list[Cell]) -> list[Cell]:
    """Cells with those blank that say what the one above says."""
    same = [False, *(a == b for a, b in pairwise(cells))]
    return [Cell("") if again else cell for cell, again in zip(cells, same, strict=True)]


def _labels(
    frame: pd.DataFrame, columns: Sequence[str] | Mapping[str, str] | None, *, ids: bool
) -> dict[str, Label]:
    """The columns to show of a list without a view."""
    names = [str(name) for name in (frame.columns if columns is None else columns)]
    labels = {name: label_of(name) for name in names if ids or not label_of(name).hide}
    if isinstance(columns, Mapping):
        return {name: replace(label, label=columns[name]) for name, label in labels.items()}
    return labels


def table_composition(frame: pd.DataFrame, *, currency: str = "", caption: str = "") -> Table:
    """The book at its start and end: measures as rows, days as columns.

    Parameters
    ----------
    frame : DataFrame
        ``csmkit.composition``: at, measure, label, value, unit, needs.
    currency : str, optional
        ISO code or sign for money.
    caption : str, optional
        What the table is.

    Returns
    -------
    Table
        A row per measure in the frame's order.
    """
    if frame.empty:
        return _nothing(frame, caption)
    records = records_of(frame)
    days = list(dict.fromkeys(row["at"] for row in records))
    rows: dict[str, dict[str, Mapping[Any, Any]]] = {}
    for row in records:
        rows.setdefault(row["measure"], {})[row["at"]] = row
    body = []
    for cells in rows.values():
        label = next(iter(cells.values()))["label"]
        values = [_value(cells[d], currency) if d in cells else Cell("") for d in days]
        body.append((Cell(clean(label)), *values))
    return Table(
        heads=(Head("Measure"), *(Head(word_of(d), numeric=True) for d in days)),
        groups=(Group("", tuple(body)),),
        caption=clean(caption),
        kind="grid",
    )


def note(text: str, *, kind: NoticeKind = "info") -> Notice:
    """A sentence to show among charts and tables.

    Parameters
    ----------
    text : str
        The sentence; shown as it is, whatever characters it has.
    kind : {"info", "headline", "caution"}, optional
        ``headline`` is set large; ``caution`` is for what the data cannot tell.

    Returns
    -------
    Notice
        Shows itself as the last line of a notebook's cell.
    """
    return Notice(clean(text), kind)


def _nothing(frame: pd.DataFrame, caption: str) -> Table:
    return Table(caption=clean(caption), empty=why_empty(frame), heads=())


def _missing_together(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with those that lack the same thing made into one, at the end of their group."""
    known = [row for row in rows if not missing(row["value"])]
    lacking: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        if not missing(row["value"]):
            continue
        key = (clean(row.get("group")), clean(row.get("needs")))
        if key in lacking:
            label = f"{lacking[key]['label']} · {row['label']}"
            lacking[key] = {**lacking[key], "label": label, "target": None, "note": ""}
        else:
            lacking[key] = dict(row)
    order = list(dict.fromkeys(clean(row.get("group")) for row in rows))
    return sorted([*known, *lacking.values()], key=lambda row: order.index(clean(row.get("group"))))


def _blank(column: Sequence[Any]) -> bool:
    return all(missing(v) or v == "" for v in column)


def _value(row: Mapping[Any, Any], currency: str) -> Cell:
    if missing(row["value"]):
        needs = plain_needs(row.get("needs"))
        said = f"not computable: needs {needs}" if needs else "not computable"
        return Cell(said, "muted missing")
    return Cell(by_unit(row["value"], row["unit"], currency=currency))


def _value_and_parts(row: Mapping[Any, Any], currency: str) -> tuple[Cell, Cell]:
    if missing(row["value"]):
        needs = plain_needs(row.get("needs"))
        return Cell("not computable", "muted"), Cell(f"needs {needs}" if needs else "", "muted")
    value = Cell(by_unit(row["value"], row["unit"], currency=currency))
    part, whole, count = row.get("numerator"), row.get("denominator"), row.get("n")
    if missing(whole):
        cases = "case" if count == 1 else "cases"
        said = "" if missing(count) else f"from {by_unit(count, 'count')} {cases}"
        return value, Cell(said, "muted")
    amounts = row["unit"] == "money" or clean(row.get("metric")) in money_shares()
    unit = "money" if amounts else "count"
    said = f"of {by_unit(whole, unit, currency=currency)}"
    if not missing(part):
        said = f"{by_unit(part, unit, currency=currency)} {said}"
    return value, Cell(said, "muted")


def _text(value: Any, _: str, label: Label) -> Cell:
    return Cell(label.read(value) if isinstance(value, str) else _number(value))


def _needs(value: Any, _: str, __: Label) -> Cell:
    return Cell(plain_needs(value))


def _date(value: Any, _: str, __: Label) -> Cell:
    return Cell(day(value), "date")


def _month(value: Any, _: str, __: Label) -> Cell:
    return Cell("" if missing(value) else f"{pd.Timestamp(value):%b %Y}", "date")


def _flag(value: Any, _: str, __: Label) -> Cell:
    return Cell("" if missing(value) else _FLAGS.get(bool(value), clean(value)))


def _status(value: Any, _: str, label: Label) -> Cell:
    text = clean(value)
    return Cell(label.read(text), f"chip {_TONES.get(text, 'plain')}" if text else "")


def _p(value: Any, _: str, __: Label) -> Cell:
    if missing(value):
        return Cell("")
    return Cell("< 0.001" if value < 0.001 else f"{value:.3f}")


def _few(value: Any, _: str, __: Label) -> Cell:
    """A number of which a little is not none: with one decimal, or below 0.1."""
    if missing(value):
        return Cell("")
    return Cell("< 0.1" if 0 < value < 0.1 else f"{value:,.1f}")


def _in(unit: str) -> Callable[[Any, str, Label], Cell]:
    def write(value: Any, currency: str, _: Label) -> Cell:
        if isinstance(value, str):
            return Cell(inert(value))
        return Cell(by_unit(value, unit, currency=currency))

    return write


_FORMATS: Mapping[str, Callable[[Any, str, Label], Cell]] = {
    "text": _text,
    "date": _date,
    "month": _month,
    "money": _in("money"),
    "share": _in("share"),
    "number": _in("count"),
    "few": _few,
    "days": _in("days"),
    "flag": _flag,
    "status": _status,
    "needs": _needs,
    "p": _p,
}


def _number(value: Any) -> str:
    if isinstance(value, (pd.Timestamp,)):
        return day(value)
    if isinstance(value, float):
        return by_unit(value, "count")
    return clean(value)
