"""The first part of the packet on paper: who, the headline, cautions, ownership, the book."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from csmkit.compute.composition import composition, composition_mix
from csmkit.compute.drivers import ownership_timeline
from csmkit.compute.standing import headline, profile, standing
from csmkit.compute.team import team_bands
from csmkit.cycle import Book
from csmkit.render.paper.packet_blocks import (
    Block,
    Room,
    cut,
    first_up,
    heading,
    more_of,
    note,
    pairs,
    table,
    texts,
)
from csmkit.render.paper.packet_charts import mix, timeline
from csmkit.text import by_unit, clean, short_money
from csmkit.view.labels import label_of
from csmkit.view.table import Cell, Group, Head, Table
from csmkit.view.tables import table_composition
from csmkit.view.values import records_of
from csmkit.words.balance import balance

_WIDTHS = ("1.4fr", "0.9fr", "0.9fr", "0.9fr", "1.5fr")
"""Of the composition: what is not computable says so in as many words."""


def who(book: Book, room: Room) -> Iterator[Block]:
    """Who it is, and what to know before any figure."""
    facts = profile(book)
    items = zip(facts["item"], facts["value"], strict=True)
    yield pairs([(clean(item), first_up(value)) for item, value in items], columns=3)
    cautions = standing(book)
    if cautions.empty:
        return
    topic = label_of("topic")
    yield heading(texts()["who"]["cautions"])
    yield {
        "kind": "cautions",
        "rows": [
            [topic.read(row["topic"]), cut(row["message"], 2 * room.letters)]
            for row in records_of(cautions.head(room.rows))
        ],
    }
    if left := more_of(len(cautions) - room.rows):
        yield note(left)


def said_first(book: Book, *, balanced: bool) -> Iterator[Block]:
    """The headline, which puts the result in its context, and the balance of the period."""
    yield {"kind": "lead", "text": headline(book)}
    if balanced and (told := balance(book)):
        yield note(told)


def owned(book: Book, room: Room) -> Iterator[Block]:
    """Which account was owned when."""
    yield heading(texts()["who"]["timeline"])
    yield timeline(ownership_timeline(book), book.period, room)


def made_up(book: Book, room: Room) -> Iterator[Block]:
    """The book at its openings and its closing, beside the team where five people stand there."""
    said = texts()["book"]
    bands = team_bands(book) if book.edition == "committee" else pd.DataFrame()
    yield heading(said["title"], said["hint" if bands.empty else "hint_bands"])
    frame = composition(book)
    made = table_composition(frame, currency=book.currency)
    if not bands.empty and made.groups:
        made = _with_bands(made, list(dict.fromkeys(frame["measure"])), bands, book.currency)
    yield table(made, room, widths=_WIDTHS[: len(made.heads)])
    if not bands.empty:
        yield note(said["bands_note"].format(people=int(bands["people"].max())))
    yield heading(said["mix"], level=3)
    yield mix(composition_mix(book), room)


def _with_bands(made: Table, measures: list[str], bands: pd.DataFrame, currency: str) -> Table:
    """The composition with a column for the team's median and its middle half."""
    of_team = {row["measure"]: _band(row, currency) for row in records_of(bands)}
    rows = zip(measures, made.groups[0].rows, strict=True)
    body = tuple((*row, Cell(of_team.get(measure, ""), "muted")) for measure, row in rows)
    heads = (*made.heads, Head(texts()["book"]["bands"], numeric=True))
    return Table(heads=heads, groups=(Group("", body),), caption=made.caption, kind=made.kind)


def _band(row: dict[str, object], currency: str) -> str:
    edges = [
        short_money(float(str(row[key])), currency=currency)
        if row["unit"] == "money"
        else by_unit(row[key], str(row["unit"]))
        for key in ("middle", "low", "high")
    ]
    return "{} ({} to {})".format(*edges)
