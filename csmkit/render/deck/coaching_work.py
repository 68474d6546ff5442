"""The slides of a coaching deck on what a result is read with: the work, the losses, the credit."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from csmkit.compute.drivers import losses as losses_of
from csmkit.compute.practice import practice as practice_of
from csmkit.compute.results import attribution_rules
from csmkit.render.deck.coaching_person import Person, said, slide
from csmkit.render.deck.plain import Grid, Slide
from csmkit.text import clean
from csmkit.view.table import Table
from csmkit.view.tables import table_metrics, table_rows

_WIDTHS = {"Figure": 3.0, "Value": 1.6, "Out of": 3.0, "Note": 2.6}
_OF_LOSSES = ("account", "date", "kind", "amount", "reason", "controllable")
_MOST = 8


def figures(frame: pd.DataFrame, wanted: Sequence[str], currency: str) -> Table:
    """The metrics that are wanted of a frame, in that order, each with what it is out of."""
    order = {name: place for place, name in enumerate(wanted)}
    frame = frame[frame["metric"].isin(wanted)]
    frame = frame.iloc[frame["metric"].map(order).argsort(kind="stable")]
    # In groups the order that is wanted would be lost.
    return table_metrics(frame.assign(group=""), currency=currency)


def grid_of(table: Table, widths: Sequence[float]) -> Grid:
    """A table as a slide has it."""
    rows = (row for group in table.groups for row in group.rows)
    cells = tuple(tuple(cell.text or said()["none"] for cell in row) for row in rows)
    return Grid(tuple(head.text for head in table.heads), cells, tuple(widths))


def practice(person: Person) -> list[Slide]:
    """What was done, whatever the book was like; no slide where the role has no such figures."""
    frame = practice_of(person.book)
    table = figures(frame, said()["practice"]["metrics"], person.book.currency)
    if not table.groups:
        return []
    grid = grid_of(table, [_WIDTHS[head.text] for head in table.heads])
    return [slide("practice", grid, lead=said()["practice"]["lead"])]


def losses(person: Person) -> list[Slide]:
    """What was lost, with the reason on record; no slide where nothing was."""
    found = losses_of(person.book)
    if found.empty:
        return []
    table = table_rows(
        found, columns=list(_OF_LOSSES), currency=person.book.currency, limit=_MOST, caption=""
    )
    lead = " ".join(filter(None, (said()["losses"]["lead"], clean(table.more))))
    return [slide("losses", grid_of(table, (2.4, 1.9, 1.9, 1.6, 3.0, 2.1)), lead=lead)]


def credit(person: Person) -> list[Slide]:
    """The same accounts credited in four ways; no slide where none of them has a figure."""
    rules = attribution_rules(person.book)
    if rules.empty or rules["nrr"].isna().all():
        return []
    table = table_rows(rules, currency=person.book.currency, caption="")
    widths = (4.4, *(1.8 for _ in table.heads[1:]))
    return [slide("credit", grid_of(table, widths), lead=said()["credit"]["lead"])]
