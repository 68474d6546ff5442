"""Whether a note tells of a moment that is on file already; in doubt it is another one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
_LEAST_LETTERS = 5
"""In a shorter word one letter makes another word: lost, cost; won, own."""
_SLIP = 0.2
"""What a word with a slip of the pen takes from the likeness of one word."""
_MOST_SHOWN = 3


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


@dataclass(frozen=True, slots=True)
class _Word:
    """A word without case and accents, and whether it is written with a capital."""

    plain: str
    capital: bool


def same_moment(
    note: Captured, items: Iterable[Mapping[str, Any]], *, by: str, account: str | None = None
) -> Same | None:
    """The item on file that a note tells of again; None if it is a moment of its own.

    It is the same person, the same account or none on one side, a day at most `NEAR_DAYS` apart,
    and the same words but for slips of the pen and little words. Any other word, figure or name is
    another moment: two business reviews of one account in one month are two. A word with a capital
    may be a name, and one letter makes another name: Hansen is not Hanson.

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


def _same(mine: list[_Word], note: Captured, row: Mapping[str, Any]) -> Same | None:
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
    likeness = 1 - _SLIP * len(differ) / longest
    if likeness < (_ALIKE if days else _ALIKE_SAME_DAY):
        return None
    return Same(str(row["evidence_id"]), _why(differ, days), likeness)


def _words(text: str) -> list[_Word]:
    """The words that count, without case and accents; of scripts without spaces the letters."""
    every = [
        _Word(part, text[start].isupper())
        for word, start, _ in words_of(text)
        for part in (word if UNSPACED.search(word) else [word])
    ]
    return [word for word in every if word.plain not in _listed("little")] or every


def _differing(mine: list[_Word], theirs: list[_Word]) -> list[str] | None:
    """The words that have a slip on one side; None where any word is another one."""
    if len(mine) != len(theirs):
        return None
    pairs = [(a, b) for a, b in zip(mine, theirs, strict=True) if a.plain != b.plain]
    return [one.plain for one, _ in pairs] if all(_is_slip(a, b) for a, b in pairs) else None


def _is_slip(one: _Word, other: _Word) -> bool:
    """Whether two words are one, with a letter wrong, too many, missing or out of its place."""
    from rapidfuzz.distance import OSA

    a, b = one.plain, other.plain
    if min(len(a), len(b)) < _LEAST_LETTERS or a[0] != b[0] or one.capital or other.capital:
        return False
    if any(letter.isdigit() for letter in a + b):
        return False
    telling = a in _listed("telling") or b in _listed("telling")
    return OSA.distance(a, b) == 1 and (len(a) != len(b) or not telling)


def _why(differ: list[str], days: int) -> str:
    said = text_file("same_moment")
    shown = ", ".join(differ[:_MOST_SHOWN])
    words = said["nearly"].format(differ=shown) if differ else said["same"]
    when = said["days"].format(days=count_of(days, "day")) if days else said["same_day"]
    return f"{words}, {when}" if days else f"{words} {when}"


@cache
def _listed(name: str) -> frozenset[str]:
    return frozenset(text_file("same_moment")[name])
