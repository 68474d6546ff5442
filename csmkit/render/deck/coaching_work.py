"""The slides of a coaching deck on what a result is read with: the work, the losses, the credit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from csmkit.compute.drivers import losses as losses_of
from csmkit.compute.practice import practice as practice_of
from csmkit.compute.results import attribution_rules
from csmkit.render.deck.coaching_person import Person, said, slide
from csmkit.render.deck.plain import Grid, Slide
from csmkit.text import clean
from csmkit.view.table import Table
from csmkit.view.tables import table_metrics, table_rows

_WIDTHS = {
    **{"Figure": 3.0, "Value": 1.6, "Out of": 3.0, "Note": 2.6},
    **{"Account": 2.4, "Date": 1.9, "Kind": 1.9, "Amount": 1.6, "Reason": 3.0, "Controllable": 2.1},
    "Credit goes to": 4.4,
}
_WIDTH = 1.8
_OF_LOSSES = ("account", "date", "kind", "amount", "reason", "controllable")


def figures(frame: pd.DataFrame, wanted: Sequence[str], currency: str) -> Table:
    """The metrics that are wanted of a frame, in that order, each with what it is out of."""
    order = {name: place for place, name in enumerate(wanted)}
    frame = frame[frame["metric"].isin(wanted)]
    frame = frame.iloc[frame["metric"].map(order).argsort(kind="stable")]
    # In groups the order that is wanted would be lost.
    return table_metrics(frame.assign(group=""), currency=currency)


def with_out_of(grid: Grid, told: Mapping[str, str]) -> Grid:
    """A table of figures in which what some are out of, by their label, is said in other words.

    Parameters
    ----------
    grid : Grid
        From `grid_of` a table of `figures`.
    told : mapping of str to str
        By the label of a figure.
    """
    at = grid.columns.index("Out of")
    rows = ((*row[:at], told.get(str(row[0]), row[at]), *row[at + 1 :]) for row in grid.rows)
    return replace(grid, rows=tuple(rows))


def plain_counts(frame: pd.DataFrame) -> dict[str, str]:
    """That a figure is a count and out of nothing, by its label."""
    counts = frame["unit"].eq("count") & frame["value"].notna()
    counts &= frame["denominator"].isna() & frame["n"].isna()
    return dict.fromkeys(map(clean, frame.loc[counts, "label"]), str(said()["count"]))


def grid_of(table: Table, widths: Mapping[str, float] = _WIDTHS) -> Grid:
    """A table as a slide has it; a column that nobody has anything in is not there."""
    rows = (row for group in table.groups for row in group.rows)
    cells = tuple(tuple(cell.text or said()["none"] for cell in row) for row in rows)
    heads = tuple(head.text for head in table.heads)
    return Grid(heads, cells, tuple(widths.get(head, _WIDTH) for head in heads))


def practice(person: Person) -> list[Slide]:
    """What was done, whatever the book was like; no slide where the role has no such figures."""
    frame = practice_of(person.book)
    table = figures(frame, said()["practice"]["metrics"], person.book.currency)
    if not table.groups:
        return []
    grid = with_out_of(grid_of(table), plain_counts(frame))
    return [slide("practice", grid, lead=said()["practice"]["lead"])]


def losses(person: Person) -> list[Slide]:
    """What was lost, with the reason on record; no slide where nothing was."""
    found = losses_of(person.book)
    if found.empty:
        return []
    table = table_rows(found, columns=list(_OF_LOSSES), currency=person.book.currency, caption="")
    words = said()["losses"]
    beside = words["won_and_lost"] if found["kind"].eq("won and lost").any() else ""
    lead = " ".join(filter(None, (words["lead"], beside)))
    return [slide("losses", grid_of(table), lead=lead)]


def credit(person: Person) -> list[Slide]:
    """The same accounts credited in four ways; no slide where none of them has a figure."""
    rules = attribution_rules(person.book)
    if rules.empty or rules["nrr"].isna().all():
        return []
    table = table_rows(rules, currency=person.book.currency, caption="")
    return [slide("credit", grid_of(table), lead=said()["credit"]["lead"])]
