"""The inventory of a book on a page: rows that say the same are one, items on file are short."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import Any

import pandas as pd

from csmkit.compute.evidence import evidence_timeline
from csmkit.compute.part import part_of
from csmkit.cycle import Book, Cycle
from csmkit.text import count_of, day, missing
from csmkit.words.facts import listed, sentence
from csmkit.words.inventory_line import Line
from csmkit.words.inventory_rows import lines_of
from csmkit.words.text_files import text_file

_NAMES, _ITEMS, _LETTERS = 12, 3, 120
"""Names in one row, items in one cell, and letters of one item."""


@dataclass(frozen=True, slots=True)
class _Shown:
    topic: str
    account: str
    says: str
    on_file: str
    asks: str


def inventory_in_short(cycle: Cycle, *, csm: str = "") -> pd.DataFrame:
    """What is on file of a book, and what is still asked, short enough for a page.

    Parameters
    ----------
    cycle : Cycle
        A cycle, or the person's book.
    csm : str
        An id, a mail, or a name that one person has; not needed for a book, which has one.

    Returns
    -------
    DataFrame
        topic, account, says (with its day), on_file, asks, as `csmkit.words.inventory.inventory`
        has them. Accounts of which the same is asked, and of no day, are one row, such as all those
        without a business review; so are, by topic, events of which nothing is on file and nothing
        asked. Items on file are cut to their first words, and stand once. Without any row
        ``attrs["why"]`` says so.

    Raises
    ------
    UsageError
        If there is no such person.
    """
    who = csm or (cycle.person_id if isinstance(cycle, Book) else "")
    who = str(cycle.person(who)["person_id"])
    part = part_of(cycle, who)
    items = _Items(part, who)
    found = []
    for _, of in groupby(lines_of(part, who), key=lambda line: line.topic):
        for line in folded(list(of)):
            told = items.told(line.evidence_ids)
            says = with_day(replace(line, on_file=told))
            found.append(asdict(_Shown(line.topic, line.account, says, told, line.asks)))
    frame = pd.DataFrame(found, columns=[*_Shown.__dataclass_fields__], dtype="str")
    if frame.empty:
        frame.attrs["why"] = text_file("inventory_short")["none"]
    return frame


def folded(lines: list[Line]) -> Iterator[Line]:
    """The rows of one topic; those that say the same, and those that ask nothing, are one each."""
    said = text_file("inventory_short")
    alike: dict[tuple[str, str], list[Line]] = {}
    quiet: list[Line] = []
    for line in lines:
        if line.account and not line.asks and not line.evidence_ids:
            quiet.append(line)
        elif missing(line.day) and line.account and not line.evidence_ids:
            alike.setdefault((line.says, line.asks), []).append(line)
        else:
            yield line
    for same in alike.values():
        if len(same) == 1:
            yield same[0]
            continue
        says = said["folded"].format(says=same[0].says, names=_names(same))
        yield replace(same[0], says=says, account=count_of(len(same), "account"))
    if quiet:
        count = count_of(len(quiet), "more event")
        says = said["nothing_asked"].format(count=count, names=_names(quiet))
        yield replace(quiet[0], account="", day=pd.Timestamp("NaT"), says=says)


def _names(lines: list[Line]) -> str:
    return listed(list(dict.fromkeys(line.account for line in lines)), most=_NAMES)


def with_day(line: Line) -> str:
    """What a row says, with its day where neither it nor the item on file tells that."""
    told = missing(line.day) or day(line.day) in f"{line.says} {line.on_file}"
    return line.says if told else _said("dated", day=day(line.day), says=line.says)


class _Items:
    """Items of a person in short; one that was told before stands above."""

    def __init__(self, part: Cycle, who: str) -> None:
        items = evidence_timeline(part)
        own = items[items["person_id"].eq(who)].to_dict("records")
        self._rows = {str(row["evidence_id"]): row for row in own}
        self._told: set[str] = set()

    def told(self, ids: str) -> str:
        known = [one for one in ids.split("; ") if one in self._rows]
        shown = " ".join(self._one(one) for one in known[:_ITEMS])
        left = len(known) - _ITEMS
        return shown if left <= 0 else _said("more", told=shown, count=f"{left:,}")

    def _one(self, evidence_id: str) -> str:
        row = self._rows[evidence_id]
        if evidence_id in self._told:
            return _said("as_above", day=day(row["date"]))
        self._told.add(evidence_id)
        return f"{day(row['date'])}: {cut(sentence(row['text']), _LETTERS)}"


def _said(name: str, **told: str) -> str:
    said: Mapping[str, Any] = text_file("inventory_short")
    return str(said[name]).format(**told)


def cut(text: str, letters: int) -> str:
    """The beginning of a text, cut between words.

    Examples
    --------
    >>> cut("Met the new lead on site", 16)
    'Met the new lead…'
    >>> cut("Met the new lead", 16)
    'Met the new lead'
    """
    if len(text) <= letters:
        return text
    # A text without spaces is cut where it is.
    whole, space, _ = text[: letters + 1].rpartition(" ")
    return f"{(whole if space else text[:letters]).rstrip(' ,;:')}…"
