"""Names that are ordinary words of the packets too: looked for where only a name can stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from csmkit.scan.pieces import Piece
from csmkit.terms import Term

_OF_ACCOUNTS = re.compile(r"^account(?!s)|^customer(?!s)", re.IGNORECASE)
_CELL = re.compile(
    r"<t([dh])\b([^<>]*)>\s*(?:<[^<>]*>\s*)*([^<>]{1,80}?)\s*(?:<[^<>]*>\s*)*</t[dh]>",
    re.IGNORECASE,
)
_LABEL = re.compile(r'data-label="([^"]*)"')
_QUOTED = re.compile(r'"([^"\n]{1,80})"')


class SharedWords:
    """Names that also stand in the kit's text, or are a segment, stage or type of touchpoint.

    In running text they cannot be told from the word. They are found as a whole value (a cell, an
    entry of a chart's data) unless the kit or the export has such values of its own, and then
    still in a column of accounts.

    Parameters
    ----------
    terms : iterable of Term
        The names.
    ordinary : str
        The kit's own text.
    values : iterable of str
        What segments, stages and types of touchpoint are called.
    """

    def __init__(self, terms: Iterable[Term], *, ordinary: str, values: Iterable[str]) -> None:
        self._terms: dict[str, list[Term]] = {}
        for term in terms:
            for written in {term.text, term.text.upper()}:
                self._terms.setdefault(written, []).append(term)
        self._values = {value.casefold() for value in (*_labels(ordinary), *values)}

    def find(self, piece: Piece) -> Iterator[list[Term]]:
        """The names that a piece has as a whole value, each with whose it is."""
        if not self._terms:
            return
        if piece.field is not None:
            yield from self._is_one(piece.text.strip(), piece.field)
        # A cell's name stands in the text as it is.
        if "</t" in piece.text and any(name in piece.text for name in self._terms):
            for field, text in _cells(piece.text):
                yield from self._is_one(text, field)

    def _is_one(self, text: str, field: str) -> Iterator[list[Term]]:
        terms = self._terms.get(text)
        if terms and (_OF_ACCOUNTS.search(field) or text.casefold() not in self._values):
            yield terms


def _labels(ordinary: str) -> Iterator[str]:
    """What the kit itself writes as a whole value: headings, labels, months."""
    yield from _QUOTED.findall(ordinary)
    for line in ordinary.splitlines():
        said = line.strip(" #*-_|.")
        yield said
        yield said.partition(": ")[2]
        if len(words := said.split()) == 2:
            yield from words


def _cells(markup: str) -> Iterator[tuple[str, str]]:
    """The cells of tables, each with what its column is called."""
    for table in markup.split("<table"):
        first = None
        for kind, attributes, text in _CELL.findall(table):
            label = _LABEL.search(attributes)
            if first is None and kind in "hH":
                first = text
            yield (label[1] if label else first or "" if kind in "hH" else ""), text
