"""Looks through finished packets for what belongs to somebody else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from csmkit.cycle import Cycle
from csmkit.scan.allowance import TooMuch
from csmkit.scan.pieces import Piece
from csmkit.scan.shared_words import SharedWords
from csmkit.scan.spellings import spellings
from csmkit.scan.unwrapped import unwrapped
from csmkit.scan.whose import accounts_of, shared_values, told_apart
from csmkit.scan.written import beside_tag
from csmkit.terms import Term, Terms, managers

_LOT = 1 << 20
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
        return self.packet(person_id).leaks(path.name, path.read_bytes())

    def packet(self, person_id: str) -> PacketScan:
        """For the files of one packet: what several of them hold is looked through once.

        Parameters
        ----------
        person_id : str
            Whose packet it is.
        """
        accounts = accounts_of(self._cycle, person_id)
        own = Own(person_id, accounts, self._managers)
        return PacketScan(self._index, self._shared, own)


@dataclass(frozen=True, slots=True)
class Own:
    """What may stand in one person's packet."""

    person_id: str
    accounts: frozenset[str]
    managers: frozenset[str]

    def has(self, term: Term) -> bool:
        """Whether a term is a manager's, the person's own, or of an account of theirs."""
        if term.owner in self.managers:
            return True
        own = self.accounts if term.kind == "account" else (self.person_id,)
        return term.owner in own


class PacketScan:
    """Scans the files of one packet, from `Scanner.packet`."""

    def __init__(self, index: Terms, shared: SharedWords, own: Own) -> None:
        self._index, self._shared, self._own = index, shared, own
        self._known: set[Piece | bytes] = set()
        self._said: set[tuple[str, bool, int, int | None]] = set()

    def leaks(self, name: str, data: bytes) -> list[str]:
        """What of others a file holds, its name included; empty when clean.

        Parameters
        ----------
        name, data : str, bytes
            The file's name and content.

        Returns
        -------
        list of str
            Each name, mail or id found, once; or what could not be looked through.
        """
        leaks: dict[str, None] = {}
        try:
            for pieces in self._lots(name, data):
                for text, terms in self._named(pieces):
                    if not any(map(self._own.has, terms)):
                        leaks[text] = None
        except TooMuch as why:
            leaks[f"{why}: it cannot be looked through"] = None
        if leaks:
            # What this file holds is told again of the next one.
            self._known, self._said = set(), set()
        return list(leaks)

    def _lots(self, name: str, data: bytes) -> Iterator[list[Piece]]:
        """All pieces of a file, so many at a time that searching them at once pays."""
        lot: list[Piece] = []
        size = 0
        try:
            for piece in chain([Piece(name)], unwrapped(data, known=self._known)):
                lot.append(piece)
                size += len(piece.text)
                if size > _LOT:
                    yield lot
                    lot, size = [], 0
        except TooMuch:
            yield lot
            raise
        yield lot

    def _named(self, pieces: list[Piece]) -> Iterator[tuple[str, Iterable[Term]]]:
        """Every name in some pieces as it stands there, with whose it is, but for most of own."""
        new = [self._is_new(piece) for piece in pieces]
        searched = [at for at, is_new in enumerate(new) if is_new]
        texts = [pieces[at].text for at in searched]
        suspects = {searched[i] for i in self._index.suspects(texts, self._passes)}
        for at, piece in enumerate(pieces):
            for terms in self._shared.find(piece):
                yield terms[0].text, terms
            for found in self._index.find(piece.text) if at in suspects else ():
                if _counts(piece, found.start, found.end):
                    yield piece.text[found.start : found.end], found.terms

    def _is_new(self, piece: Piece) -> bool:
        said = (piece.text, piece.guessed, piece.start, piece.end)
        is_new = said not in self._said
        self._said.add(said)
        return is_new

    def _passes(self, terms: tuple[Term, ...], sure: bool) -> bool:
        """Whether words that are one of these terms are surely no leak."""
        return (any if sure else all)(map(self._own.has, terms))


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
