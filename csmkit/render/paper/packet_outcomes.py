"""The second part of the packet on paper: outcomes, and other ways to credit them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import ceil

import pandas as pd

from csmkit.bias.context import case_mix, case_mix_note
from csmkit.bias.corrections import leave_one_out, outcomes_without_recent
from csmkit.compute.drivers import arr_bridge, losses
from csmkit.compute.outcomes import against_targets, outcomes
from csmkit.compute.results import attribution_rules
from csmkit.cycle import Book
from csmkit.render.paper.packet_blocks import (
    Block,
    Room,
    beside,
    heading,
    note,
    table,
    texts,
)
from csmkit.render.paper.packet_charts import bridge
from csmkit.text import clean
from csmkit.view.needs import plain_needs
from csmkit.view.table import Cell, Group, Head, Table
from csmkit.view.tables import table_metrics, table_rows

_LEAST = {"Value": 17.0, "Target": 11.0, "Out of": 24.0}
"""Millimetres of the columns beside a figure's name, which has the rest."""
_LETTER, _AROUND, _WIDEST = 1.45, 2.2, 30.0
"""Millimetres that a digit takes in small print, the blanks beside a cell, a column at most."""
_LACKING = 600
_OF_LOSSES = ("account", "date", "kind", "amount", "reason", "controllable", "days_owned")


def came_of_it(book: Book, room: Room, *, with_book: bool) -> Iterator[Block]:
    """All outcomes of the role, each with what it is out of, in two stacks."""
    said = texts()["outcomes"]
    yield heading(said["title"], said["hint" if with_book else "hint_work"])
    frame = outcomes(book)
    if with_book and len(frame):
        # Targets have a table of their own below, with the day until which they hold.
        frame = frame.assign(target=float("nan"))
    yield from figures(frame, book.currency, room)


def figures(frame: pd.DataFrame, currency: str, room: Room) -> Iterator[Block]:
    """The figures of a frame in two stacks, remarks on them, and those that lack something.

    Parameters
    ----------
    frame : DataFrame
        A metric frame, as `csmkit.view.tables.table_metrics` takes it.
    currency : str
        Put before amounts.
    room : Room
        What a cell may hold.
    """
    if frame.empty:
        yield table(table_metrics(frame), room)
        return
    known = frame["value"].notna()
    if known.any():
        yield stacked(table_metrics(frame[known].assign(note=""), currency=currency), room)
    for text, labels in _together(frame[known], "note").items():
        if text:
            yield note(f"{' · '.join(labels)}: {text}")
    lacking = _together(frame[~known], "needs")
    if lacking:
        said = texts()["outcomes"]
        rows = tuple(
            (Cell(" · ".join(labels)), Cell(plain_needs(needs) or said["no_case"], "muted"))
            for needs, labels in lacking.items()
        )
        heads = Head(said["lacking"]), Head(said["needs"])
        made = Table(heads=heads, groups=(Group("", rows),))
        yield table(made, replace(room, letters=_LACKING), widths=["1fr", "1fr"])


def _together(frame: pd.DataFrame, column: str) -> dict[str, list[str]]:
    """The labels of figures by what a column says of them."""
    told: dict[str, list[str]] = {}
    for label, says in zip(frame["label"], frame[column], strict=True):
        told.setdefault(clean(says), []).append(clean(label))
    return told


def stacked(made: Table, room: Room) -> Block:
    """A table of figures as two stacks of about the same height, in the table's order."""
    widths = _widths(made)
    groups: list[list[Group]] = [[], []]
    half = sum(len(group.rows) for group in made.groups) / 2
    before = 0
    for group in made.groups:
        at = max(0, min(len(group.rows), ceil(half - before)))
        parts = (group.rows[:at], group.rows[at:])
        for side, rows in zip(groups, parts, strict=True):
            if rows:
                side.append(Group(group.name, rows))
        before += len(group.rows)
    if not all(groups):
        return table(made, room, widths=widths)
    left, right = (Table(heads=made.heads, groups=tuple(one), kind=made.kind) for one in groups)
    return beside([table(left, room, widths=widths)], [table(right, room, widths=widths)])


def _widths(made: Table) -> list[str]:
    """As wide as the longest amount, which nothing may break, and no less than looks well."""
    rows = [row for group in made.groups for row in group.rows]
    longest = [
        max((len(w) for row in rows for w in row[at].text.split(" ")), default=0)
        for at in range(len(made.heads))
    ]
    return [
        f"{min(_WIDEST, max(_LEAST[head.text], letters * _LETTER + _AROUND)):.1f}mm"
        if head.text in _LEAST
        else "1fr"
        for head, letters in zip(made.heads, longest, strict=True)
    ]


def in_context(book: Book, room: Room) -> Iterator[Block]:
    """What an average CSM would keep, targets, and how else the same accounts may be credited."""
    said, money = texts()["outcomes"], book.currency
    yield heading(said["case_mix"], case_mix_note(book), level=3)
    yield table(table_rows(case_mix(book), view="case_mix", currency=money), room)
    aims = against_targets(book)
    if len(aims):
        yield heading(said["targets"], said["targets_hint"], level=3)
        shown = table_rows(aims, currency=money, limit=room.rows)
        yield table(shown, room, left=len(aims) - room.rows)
    yield heading(said["rules"], said["rules_hint"], level=3)
    yield table(table_rows(attribution_rules(book), currency=money), room)
    yield heading(said["without"], level=3)
    recent, one = outcomes_without_recent(book), leave_one_out(book)
    yield table(table_rows(recent, view="without_recent", currency=money), room)
    yield table(table_rows(one, view="without_one", currency=money), room)


def moved(book: Book, room: Room) -> Iterator[Block]:
    """What moved the ARR from the opening to the closing, and what was lost."""
    said = texts()["outcomes"]
    yield heading(said["bridge"], level=3)
    yield bridge(arr_bridge(book), book.currency)
    yield heading(said["losses"], said["losses_hint"], level=3)
    lost = losses(book)
    shown = table_rows(lost, columns=_OF_LOSSES, currency=book.currency, limit=room.rows)
    yield table(shown, room, left=len(lost) - room.rows)
    if len(lost) and lost["reason"].dropna().str.len().gt(room.letters).any():
        yield note(texts()["cut"])
