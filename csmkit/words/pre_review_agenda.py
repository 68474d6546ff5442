"""The talk of 30 minutes before the review, on one page: where the two sides part comes first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from csmkit.compute.part import part_of
from csmkit.cycle import Cycle
from csmkit.matrix.matrix import Matrix
from csmkit.text import clean, count_of, missing
from csmkit.words.facts import Row
from csmkit.words.one_page import ended, in_words, inert, minutes_of, with_more
from csmkit.words.pre_review import NOTHING, defining_moments
from csmkit.words.pre_review_topics import Topics, bold
from csmkit.words.score_differences import score_differences
from csmkit.words.text_files import text_file
from csmkit.words.unnamed import Unnamed

MINUTES, WORDS = 30, 450
"""How long the talk is, and what a page holds."""
_FIRST, _LAST = 5, 3
"""Minutes for the CSM's own list, and for what is written down."""
_WEIGHTS = {"losses": 2, "ahead": 1, "questions": 1, "actions": 1}
"""How much time one line of a list asks for beside the others; a moment and two steps ask for 2."""
_LIMITS = ((5, 20), (4, 18), (4, 14), (3, 14), (3, 11), (2, 11), (2, 8), (1, 8))
"""Items of a part and words of a text, from what is best to what fits in any case."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the talk: its lines, the most important first, and how much time it asks for."""

    lines: tuple[str, ...]
    weight: int
    closing: tuple[str, ...] = ()
    """Lines that stand below however many of the others do."""


def pre_review_agenda(
    cycle: Cycle,
    matrix: Matrix | None = None,
    *,
    csm: str,
    own: str = "",
    manager: str = "",
) -> str:
    """An agenda for the pre-review talk as Markdown: one page, the parts in minutes.

    Parameters
    ----------
    cycle : Cycle
        The team, or the person's book, with what a store holds laid over it.
    matrix : Matrix, optional
        What it is scored by, else `csmkit.matrix_of` the cycle.
    csm : str
        An id, a mail, or a name that one person has.
    own, manager : str
        The two lists, as `csmkit.words.pre_review.defining_moments` takes them.

    Returns
    -------
    str
        At most `WORDS` words, the minutes of all parts adding up to `MINUTES`. The person speaks
        first. Then come accounts and moments that one side does not name, scores two steps apart
        and one step apart, losses, renewals due soon, open questions of the inventory, and what was
        agreed before this cycle's scores were given. It says nowhere who is right. It is for the
        manager before the review is delivered: both sides' scores are in it, but no vote before the
        meeting, no final score and no private evidence.

    Raises
    ------
    UsageError
        If there is no such person, or a list is too long to be one.
    """
    agenda = _Agenda(cycle, matrix, csm, own, manager)
    for most, words in _LIMITS:
        text = agenda.text(most, words)
        if len(text.split()) <= WORDS:
            break
    return text


class _Agenda:
    """What the agenda tells, worked out once; written with as many words as there is room for."""

    def __init__(
        self, cycle: Cycle, matrix: Matrix | None, csm: str, own: str, manager: str
    ) -> None:
        row = cycle.person(csm)
        self.who, self.name = str(row["person_id"]), inert(row["name"])
        self.cycle = cycle
        people = cycle.table("people").drop_duplicates("person_id").set_index("person_id")
        self.manager = inert(people["name"].get(row["manager_id"]))
        self.topics = Topics(part_of(cycle, self.who), Unnamed(cycle, self.who))
        self.moments = defining_moments(
            cycle, csm=self.who, own=own, manager=manager, matrix=matrix
        )
        self.scores = score_differences(cycle, matrix, csm=self.who)

    def text(self, most: int, words: int) -> str:
        """The agenda with so many items in a part, and texts of so many words."""
        said = _said("agenda")
        parts = {
            name: part
            for name, part in (
                ("moments", self._of_moments(most, words)),
                ("scores", self._of_scores(most)),
                *((name, self._lines(name, most, words)) for name in _WEIGHTS),
            )
            if part is not None
        }
        left = MINUTES - _FIRST - _LAST
        minutes = minutes_of({name: part.weight for name, part in parts.items()}, total=left)
        about = said["about"].format(
            minutes=MINUTES,
            period=self.cycle.period,
            manager=self.manager or said["nobody"],
        )
        blocks = [
            f"# {said['title'].format(name=self.name)}",
            about,
            f"*{said['secret']}*",
            self._head("first", _FIRST),
            self._first(most),
        ]
        for name, part in parts.items():
            items = _with_more(part.lines, most)
            blocks.append(self._head(name, minutes[name]))
            blocks.append("\n".join(f"- {line}" for line in (*items, *part.closing)))
        blocks += [self._head("last", _LAST), said["last"]["text"]]
        return "\n\n".join(blocks) + "\n"

    def _head(self, part: str, minutes: int) -> str:
        head = _said("agenda")["heads"][part].format(name=self.name)
        return f"## {head} ({minutes} min)"

    def _first(self, most: int) -> str:
        said = _said("agenda")
        sides = {"own": self.name, "manager": said["heads"]["manager"]}
        told = [
            said["from"][self.moments.attrs[f"{side}_from"]].format(side=name)
            for side, name in sides.items()
        ]
        both = self.moments[self.moments["apart"].eq(False).fillna(False)]
        named = [inert(row["account"]) or in_words(row["own"], 8) for row in _records(both)]
        if named:
            names = ", ".join(_with_more(tuple(named), 2 * most))
            told.append(said["first"]["both"].format(names=names))
        return " ".join([said["first"]["text"], *told])

    def _of_moments(self, most: int, words: int) -> _Part:
        said = _said("agenda")["moments"]
        cannot = NOTHING in (self.moments.attrs["own_from"], self.moments.attrs["manager_from"])
        apart = [row for row in _records(self.moments) if row["apart"] is not False]
        lines = tuple(self._moment(row, words) for row in apart)
        if cannot:
            return _Part(lines, 4, (said["cannot"],))
        return _Part(lines or (said["none"],), 2 * min(len(lines), most) or 1)

    def _moment(self, row: Row, words: int) -> str:
        said = _said("agenda")["moments"]
        side = "own" if row["own"] else "manager"
        told = [said[side].format(name=self.name, text=ended(in_words(row[side], words)))]
        if row["account"]:
            told = [bold(row["account"]), *told]
            told.append(said["known"].format(text=ended(in_words(row["known"], words))))
        if row["remark"]:
            told.append(in_words(row["remark"], words))
        return " ".join(told)

    def _of_scores(self, most: int) -> _Part:
        said = _said("agenda")["scores"]
        if self.scores.attrs["why"]:
            return _Part((), 2, (self.scores.attrs["why"], said["cannot"]))
        rows = _records(self.scores)
        far = [row for row in rows if not missing(row["apart"]) and abs(row["apart"]) >= 2]
        near = [_score(row, "one") for row in rows if abs(row["apart"]) == 1]
        bare = [_score(row, "open_one") for row in rows if missing(row["apart"])]
        lines = tuple(self._far(row) for row in far)
        closing = []
        for name, listed in (("one_step", near), ("open", bare)):
            if listed:
                names = ", ".join(_with_more(tuple(listed), most + 1))
                closing.append(said[name].format(names=names))
        weight = 2 * min(len(far), most) + min(len(near), most) + bool(bare)
        return _Part(lines, max(weight, 1), tuple(closing or ([] if far else [said["none"]])))

    def _far(self, row: Row) -> str:
        said = _said("agenda")["scores"]
        cites = {
            side: count_of(len(text.split("\n")), "item") if (text := row[f"{side}_cites"]) else ""
            for side in ("self", "manager")
        }
        told = said["cites"].format(**{k: v or said["items"] for k, v in cites.items()})
        return _score(row, "apart", cites=told, bold=True)

    def _lines(self, name: str, most: int, words: int) -> _Part | None:
        """A part that is a list alone; none if there is nothing in it."""
        if name == "losses":
            lines = self.topics.losses(self.moments, name=self.name, words=words)
        elif name == "ahead":
            lines = self.topics.ahead()
        elif name == "questions":
            lines = self.topics.questions(words=words)
        else:
            lines = self.topics.actions(words=words)
        return _Part(lines, _WEIGHTS[name] * min(len(lines), most)) if lines else None


def _said(name: str) -> Mapping[str, Any]:
    said: Mapping[str, Any] = text_file("pre_review")[name]
    return said


def _records(frame: pd.DataFrame) -> list[Row]:
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def _score(row: Row, name: str, *, cites: str = "", bold: bool = False) -> str:
    """A competency with what both sides gave."""
    colours = {side: clean(row[side]).replace("_", " ") for side in ("self", "manager")}
    title = f"**{inert(row['name'])}**" if bold else inert(row["name"])
    says = clean(row["says"])
    told = _said("agenda")["scores"][name]
    return str(told.format(name=title, says=says[:1].lower() + says[1:], cites=cites, **colours))


def _with_more(lines: tuple[str, ...], most: int) -> list[str]:
    return with_more(lines, most, more=_said("agenda")["more"])
