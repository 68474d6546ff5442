"""What the coaching decks of one team share, worked out once, and the slice each is made from."""

from __future__ import annotations

from collections import Counter
from functools import cached_property, partial
from typing import Any, cast

import pandas as pd

from csmkit.bias.expected import expected_retention
from csmkit.bias.guard import Stopped, attempted
from csmkit.compute.team import role_bands
from csmkit.cycle import Book, Context, Cycle
from csmkit.growth.plan import development_plan
from csmkit.matrix.matrix import Matrix
from csmkit.matrix.model import keep_matrix
from csmkit.memo import keep
from csmkit.render.deck.coaching_findings import Findings
from csmkit.render.deck.coaching_person import Person
from csmkit.render.deck.coaching_scan import DeckScan
from csmkit.render.figures import FIGURES, Figures
from csmkit.render.slice_files import frame_as_it_was
from csmkit.render.slices import book_of
from csmkit.text import clean

_NOT_SHOWN = {
    *("against_targets", "balance_rows", "inventory_rows"),
    *("outcomes_without_recent", "pillars_beside_book"),
}
"""Figures of packets that no deck has; they take a third of the time of all."""


class Team:
    """A team whose coaching decks are made.

    Parameters
    ----------
    cycle : Cycle
        The team. A deck is made from a slice of it, with counts of what loading it found.
    matrix : Matrix, optional
        What it is scored by; the kit's own, if not given.
    """

    def __init__(self, cycle: Cycle, matrix: Matrix | None = None) -> None:
        self._cycle, self._matrix = cycle, matrix
        self._asked = 0

    def person(self, person_id: str) -> Person:
        """One person's slice, with their plan.

        Parameters
        ----------
        person_id : str
            Their id.
        """
        book = book_of(self._cycle, person_id, context=self._context)
        if self._matrix:
            keep_matrix(book, self._matrix)
        # For one person it is quicker to work out their slice, for several to share.
        if self._asked:
            self._share(book)
        self._asked += 1
        plan = development_plan(book, csm=person_id)
        return Person(book, plan, self._findings.of(book), self._mail(person_id))

    @cached_property
    def scan(self) -> DeckScan:
        """What looks through decks before they are drawn."""
        return DeckScan(self._cycle, self._matrix)

    @cached_property
    def _findings(self) -> Findings:
        return Findings(self._cycle)

    def _mail(self, person_id: str) -> str:
        """What tells a person from another of the same name; blank where nobody else has it."""
        person = self._cycle.person(person_id)
        if self._names[_called(person["name"])] < 2:
            return ""
        return clean(person["email"]) or person_id

    @cached_property
    def _names(self) -> Counter[str]:
        """How many people have each name."""
        return Counter(map(_called, self._cycle.table("people")["name"]))

    @cached_property
    def _context(self) -> Context:
        expected = attempted(lambda: expected_retention(self._cycle))
        return Context(
            bands=role_bands(self._cycle),
            # What cannot be expected is left out, as in a packet.
            expected=pd.DataFrame() if isinstance(expected, Stopped) else expected,
            matrix=self._matrix.text if self._matrix else "",
        )

    @cached_property
    def _figures(self) -> Figures:
        return Figures(self._cycle, context=self._context, only=FIGURES.keys() - _NOT_SHOWN)

    def _share(self, book: Book) -> None:
        for name, table in self._figures.of(book).items():
            keep(book, FIGURES[name], partial(frame_as_it_was, table))


def _called(name: Any) -> str:
    """A name as people tell names apart."""
    return clean(name).strip().casefold()


def team_of(cycle: Cycle, matrix: Matrix | None) -> Team:
    """The team of a cycle, the same one whenever it is asked for with the same matrix."""
    key = (__name__, matrix.text if matrix else "")
    if key not in cycle.memo:
        cycle.memo[key] = Team(cycle, matrix)
    return cast(Team, cycle.memo[key])
