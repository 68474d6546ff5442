"""Whether a note tells of a moment that is on file already; in doubt it is another one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from csmkit.terms import UNSPACED, words_of
from csmkit.text import count_of, missing
from csmkit.words.capture import Captured
from csmkit.words.text_files import text_file

NEAR_DAYS = 3
"""A moment that is told again is dated so near; weekly calls in the same words are not one."""
_ALIKE_SAME_DAY, _ALIKE = 0.85, 0.95
_LEAST_WORDS = 5
"""Fewer words on two days are two short notes of two moments."""
_LEAST_LETTERS, _TYPO, _TELLING_TYPO = 5, 85.0, 90.0
_SLIP = 0.2
"""What a slip of the pen counts, where another word counts 1."""
_MOST_SHOWN = 3
_ALIKE_LETTERS = 0.95


@dataclass(frozen=True, slots=True)
class Same:
    """An item that a note tells of again.

    Attributes
    ----------
    evidence_id : str
        Which.
    why : str
        What they share: the words and the day.
    likeness : float
        The share of the words that are the same, from 0 to 1.
    """

    evidence_id: str
    why: str
    likeness: float


def same_moment(
    note: Captured, items: Iterable[Mapping[str, Any]], *, by: str, account: str | None = None
) -> Same | None:
    """The item on file that a note tells of again; None if it is a moment of its own.

    It is the same person, the same account or none on one side, a day at most `NEAR_DAYS` apart,
    and the same words but for slips of the pen. Another figure, state, name or day is another
    moment: two business reviews of one account in one month are two.

    Parameters
    ----------
    note : Captured
        From `csmkit.words.capture.capture`.
    items : iterable of mapping
        Rows of the evidence table.
    by : str
        The id of the note's author.
    account : str, optional
        The id of the account that the author says it is about; blank for none.

    Returns
    -------
    Same or None
        The likeliest one, the first of several.

    Examples
    --------
    >>> on_file = {"evidence_id": "e1", "person_id": "ana", "date": pd.Timestamp("2026-03-02")}
    >>> on_file |= {"text": "Acme renewed early, no discount", "account_id": None}
    >>> note = Captured("Acme renewd early, no discount.", pd.Timestamp("2026-03-02"))
    >>> same_moment(note, [on_file], by="ana").why
    'nearly the same words (renewd) on the same day'
    """
    if account is None:
        account = note.account.account_id if note.account else ""
    mine = _words(note.text)
    found = [
        same
        for row in items
        if row["person_id"] == by and _one_account(account, row["account_id"])
        if (same := _same(mine, note, row)) is not None
    ]
    return max(found, key=lambda same: same.likeness, default=None)


def _one_account(account: str, other: Any) -> bool:
    return not account or missing(other) or other in ("", account)


def _same(mine: list[str], note: Captured, row: Mapping[str, Any]) -> Same | None:
    if missing(row["date"]) or missing(row["text"]):
        return None
    days = abs((note.date.normalize() - pd.Timestamp(row["date"]).normalize()).days)
    theirs = _words(str(row["text"])) if days <= NEAR_DAYS else []
    longest = max(len(mine), len(theirs))
    if not theirs or (days and longest < _LEAST_WORDS):
        return None
    differ = _differing(mine, theirs)
    if differ is None:
        return None
    unspaced = UNSPACED.search(note.text) is not None
    least = _ALIKE_LETTERS if unspaced else _ALIKE if days else _ALIKE_SAME_DAY
    likeness = 1 - sum(weight for _, weight in differ) / max(longest, 1)
    if likeness < least:
        return None
    return Same(str(row["evidence_id"]), _why([word for word, _ in differ], days), likeness)


def _words(text: str) -> list[str]:
    """The words that count, without case and accents; of scripts without spaces the letters."""
    words = [word for word, _, _ in words_of(text)]
    apart = [list(word) if UNSPACED.search(word) else [word] for word in words]
    every = [word for part in apart for word in part]
    return [word for word in every if word not in _listed("little")] or every


def _differing(mine: list[str], theirs: list[str]) -> list[tuple[str, float]] | None:
    """The words that only one has, each with its weight; None where one of them tells apart."""
    from rapidfuzz.distance import Levenshtein

    found: list[tuple[str, float]] = []
    for step in Levenshtein.opcodes(mine, theirs):
        if step.tag == "equal":
            continue
        here = mine[step.src_start : step.src_end]
        there = theirs[step.dest_start : step.dest_end]
        for word, slip in _paired(here, there):
            if not slip and _tells(word):
                return None
            found.append((word, _SLIP if slip else 1.0))
    return found


def _paired(here: list[str], there: list[str]) -> Iterator[tuple[str, bool]]:
    """Words that differ, and whether the other side has the same with a slip of the pen."""
    from rapidfuzz import fuzz

    if len(here) != len(there):
        yield from ((word, False) for word in (*here, *there))
        return
    for one, other in zip(here, there, strict=True):
        long = min(len(one), len(other)) >= _LEAST_LETTERS
        least = _TELLING_TYPO if _tells(one) or _tells(other) else _TYPO
        figures = any(letter.isdigit() for letter in one + other)
        if long and not figures and fuzz.ratio(one, other) >= least:
            yield one, True
        else:
            yield from ((one, False), (other, False))


def _tells(word: str) -> bool:
    return any(letter.isdigit() for letter in word) or word in _listed("telling")


def _why(differ: list[str], days: int) -> str:
    said = text_file("same_moment")
    shown = ", ".join(differ[:_MOST_SHOWN])
    words = said["nearly"].format(differ=shown) if differ else said["same"]
    when = said["days"].format(days=count_of(days, "day")) if days else said["same_day"]
    return f"{words}, {when}" if days else f"{words} {when}"


@cache
def _listed(name: str) -> frozenset[str]:
    return frozenset(text_file("same_moment")[name])
