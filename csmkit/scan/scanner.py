"""Looks through finished packets for what belongs to somebody else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

from csmkit.cycle import Cycle
from csmkit.scan.packed import TooMuch
from csmkit.scan.pieces import Piece
from csmkit.scan.shared_words import SharedWords
from csmkit.scan.spellings import spellings
from csmkit.scan.unwrapped import unwrapped
from csmkit.scan.whose import accounts_of, shared_values, told_apart
from csmkit.scan.written import beside_tag
from csmkit.terms import Found, Term, Terms, is_others, managers

_SHORT = 4
"""Shorter words come about by chance where text is only guessed at."""


class Scanner:
    """Scans files for the names, mails and ids of people and accounts of one cycle.

    Parameters
    ----------
    cycle : Cycle
        The whole team.
    ordinary : str
        Text of the kit's own that stands in every packet. A name of one word that occurs in it is
        looked for only where nothing but a name can stand; `left_out` lists such names.
    """

    def __init__(self, cycle: Cycle, *, ordinary: str = "") -> None:
        kept, shared = told_apart(cycle, ordinary=ordinary)
        self.left_out = tuple(sorted({term.text for term in shared}))
        self._managers = managers(cycle)
        self._index = Terms([*kept, *spellings(_of_managers(cycle, self._managers))])
        self._shared = SharedWords(shared, ordinary=ordinary, values=shared_values(cycle))
        self._cycle = cycle

    def scan(self, path: Path, person_id: str) -> list[str]:
        """What of others a finished file holds, its name included; empty when clean.

        Parameters
        ----------
        path : Path
            The file.
        person_id : str
            Whose packet it is.

        Returns
        -------
        list of str
            Each name, mail or id found, once; or what could not be looked through.
        """
        accounts = accounts_of(self._cycle, person_id)
        leaks: dict[str, None] = {}
        try:
            for text, terms in self._named(path):
                others = Found(0, 0, tuple(terms))
                if not any(t.owner in self._managers for t in terms) and is_others(
                    others, person_id=person_id, accounts=accounts
                ):
                    leaks[text] = None
        except TooMuch as why:
            leaks[f"{why}: it cannot be looked through"] = None
        return list(leaks)

    def _named(self, path: Path) -> Iterator[tuple[str, Iterable[Term]]]:
        """Every name in a file as it stands there, with whose it is."""
        known = set()
        for piece in chain([Piece(path.name)], unwrapped(path.read_bytes())):
            for terms in self._shared.find(piece):
                yield terms[0].text, terms
            if (said := replace(piece, field=None)) in known:
                continue
            known.add(said)
            for found in self._index.find(piece.text):
                if _counts(piece, found.start, found.end):
                    yield piece.text[found.start : found.end], found.terms


def _counts(piece: Piece, start: int, end: int) -> bool:
    """Whether what was found counts here, and not by chance, or where the text is read whole."""
    by_chance = piece.guessed and end - start < _SHORT
    return piece.has(start, end) and not by_chance and not beside_tag(piece, start, end)


def _of_managers(cycle: Cycle, ids: frozenset[str]) -> list[Term]:
    people = cycle.table("people")
    named = people[people["person_id"].isin(ids)][["person_id", "name", "email"]]
    return [
        Term(text, "person", str(row["person_id"]))
        for row in named.to_dict("records")
        for text in row.values()
        if isinstance(text, str)
    ]
