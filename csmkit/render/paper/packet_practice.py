"""The third part of the packet on paper: health, practice, evidence, work that no metric shows."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from csmkit.compute.evidence import (
    agreements,
    evidence_coverage,
    evidence_timeline,
    months_without_evidence,
    unmetered_work,
)
from csmkit.compute.health import health_movement, health_summary
from csmkit.compute.practice import practice
from csmkit.compute.voice import csm_comments
from csmkit.cycle import Book
from csmkit.render.paper.packet_blocks import Block, Room, first_up, heading, note, table, texts
from csmkit.render.paper.packet_charts import evidence, health
from csmkit.render.paper.packet_outcomes import figures
from csmkit.text import by_unit
from csmkit.view.labels import word_of
from csmkit.view.tables import table_rows
from csmkit.view.values import records_of

_OF_WORK = ("date", "kind", "account", "text", "candidate")
_OF_TALKS = ("date", "kind", "text", "until", "was_kept")


def movement(book: Book, room: Room) -> Iterator[Block]:
    """Where the health of accounts went."""
    said = texts()["practice"]
    yield heading(said["title"], said["hint"])
    yield health(health_movement(book), book.currency, room)
    summary = health_summary(book)
    counts = [
        said["moved"].format(
            movement=first_up(word_of(row["movement"])),
            accounts=by_unit(row["accounts"], "count"),
            arr=by_unit(row["arr"], "money", currency=book.currency) or said["unknown"],
        )
        for row in records_of(summary)
    ]
    if counts:
        yield note(" · ".join(counts))


def practised(book: Book, room: Room) -> Iterator[Block]:
    """What was done, whatever the book was like."""
    said = texts()["practice"]
    yield heading(said["practice"], said["practice_hint"])
    yield from figures(practice(book), book.currency, room)


def on_record(book: Book, room: Room) -> Iterator[Block]:
    """What is on record, month by month, and the work that no metric shows."""
    said = texts()["practice"]
    yield heading(said["evidence"], said["evidence_hint"])
    yield evidence(evidence_timeline(book), evidence_coverage(book))
    yield note(months_without_evidence(book))
    yield heading(said["unmetered"], said["unmetered_hint"], level=3)
    yield from listed(unmetered_work(book), _OF_WORK, room)
    yield heading(said["agreements"], level=3)
    yield from listed(agreements(book), _OF_TALKS, room)


def own_words(book: Book, room: Room) -> Iterator[Block]:
    """What the person said of this packet; nothing where nothing was said."""
    told = csm_comments(book)
    if len(told):
        yield heading(texts()["matrix"]["said"])
        yield from listed(told, ("date", "kind", "about", "text"), room)


def listed(frame: pd.DataFrame, columns: tuple[str, ...], room: Room) -> Iterator[Block]:
    """The first rows of a list of events, their texts cut, with how many more there are."""
    shown = frame.head(room.rows)
    widths = ["1fr" if name == "text" else "auto" for name in columns]
    made = table_rows(shown if len(shown) else frame, columns=columns)
    if made.groups:
        kept = [head.text for head in made.heads]
        named = [table_rows(shown, columns=[name]).heads for name in columns]
        widths = [w for w, head in zip(widths, named, strict=True) if head and head[0].text in kept]
    yield table(made, room, widths=widths if made.groups else (), left=len(frame) - len(shown))
    if len(shown) and shown["text"].dropna().str.len().gt(room.letters).any():
        yield note(texts()["cut"])
