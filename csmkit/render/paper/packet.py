"""A packet on paper: two to four pages of the same frames that the packet's page shows."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import Any

from csmkit.cycle import Book
from csmkit.growth.plan import WITHOUT_BOOK
from csmkit.render.paper import packet_book, packet_matrix, packet_outcomes, packet_practice
from csmkit.render.paper.packet_blocks import Block, Room, texts
from csmkit.render.paper.typeset import ends_at, typeset

MOST_PAGES = 4
_LITTLE, _ROWS_OF_SHORT = 0.3, 24
_CHARTS = ("timeline", "bridge", "health")
BALANCED = "csm"
"""The role whose period is told as a balance."""
_TEMPLATE = "packet.typ"
_ROOMS = (
    Room(),
    Room(chart=7, rows=4, letters=140, apart=False),
    Room(chart=6, rows=3, matrix=20, letters=80, apart=False),
    Room(chart=4, rows=2, matrix=12, letters=40, apart=False),
)
"""How much is shown: the first with which all is on `MOST_PAGES`, else the last."""


def packet_pdf(book: Book, *, edition: str, version: str = "", paper: str = "a4") -> bytes:
    """One person's packet as PDF.

    Parameters
    ----------
    book : Book
        The person's slice: all that can get onto the pages.
    edition : str
        What the edition is called on the pages.
    version : str, optional
        The kit's.
    paper : str
        ``a4`` or ``us-letter``.

    Returns
    -------
    bytes
        Tagged, with fonts embedded; at most `MOST_PAGES` pages unless single texts are longer than
        any room for them. Long lists are cut and say how many more there are. The same book gives
        the same bytes.

    Raises
    ------
    UsageError
        If a letter is in no font.

    Examples
    --------
    >>> from csmkit.samples import sample_team
    >>> from csmkit.render.slices import book_of
    >>> book = book_of(sample_team(), "kwame.mensah@northwind.example")
    >>> packet_pdf(book, edition="Committee edition")[:5]
    b'%PDF-'
    """
    owner = book.owner
    name, role = str(owner["name"]), str(owner["role"])
    head = {
        "paper": paper,
        "name": name,
        "edition": edition,
        "period": str(book.period),
        "said": {key: texts()[key] for key in ("confidential",)},
        "made": texts()["made"].format(version=version) if version else "",
        "foot": texts()["foot"].format(name=name, edition=edition, period=book.period),
    }

    def laid(room: Room) -> tuple[dict[str, Any], int, float]:
        parts = packet_parts(book, room, role=role)
        apart = room.apart and role != WITHOUT_BOOK and _is_short(parts)
        facts = {**head, "apart": apart, "parts": parts}
        return facts, *ends_at(_TEMPLATE, facts, title=name)

    for room in _ROOMS:
        facts, pages, down = laid(room)
        if pages <= MOST_PAGES:
            break
    if facts["apart"] and down < _LITTLE:
        # A page of its own for the outcomes is not worth a last page with next to nothing on it.
        closer, fewer, _ = laid(replace(room, apart=False))
        facts = closer if fewer < pages else facts
    return typeset(_TEMPLATE, facts, title=name)


def packet_parts(book: Book, room: Room, *, role: str) -> list[list[Block]]:
    """What the pages show, part by part, before anything is typeset.

    Parameters
    ----------
    book : Book
        The person's slice.
    room : Room
        How much of each thing there is room for.
    role : str
        The person's.
    """
    committee = book.edition == "committee"
    first = [packet_book.who(book, room)]
    second = [packet_outcomes.came_of_it(book, room, with_book=role != WITHOUT_BOOK)]
    third = [packet_practice.on_record(book, room)]
    last = [packet_matrix.scored(book, room)]
    if role != WITHOUT_BOOK:
        first = [
            packet_book.said_first(book, balanced=role == BALANCED),
            *first,
            packet_book.owned(book, room),
            packet_book.made_up(book, room),
        ]
        second += [packet_outcomes.in_context(book, room), packet_outcomes.moved(book, room)]
        third = [
            packet_practice.movement(book, room),
            packet_practice.practised(book, room),
            *third,
        ]
    if committee:
        last += [packet_matrix.to_talk_about(book), packet_matrix.checked(book, room)]
    last += [packet_practice.own_words(book, room), packet_matrix.limits(book, room)]
    return [list(chain.from_iterable(part)) for part in (first, second, third, last)]


def _is_short(parts: list[list[Block]]) -> bool:
    """Whether charts leave room for a page that begins before the last one is full."""
    charts = (block for part in parts for block in part if block["kind"] in _CHARTS)
    return sum(len(block["rows"]) for block in charts) <= _ROWS_OF_SHORT
