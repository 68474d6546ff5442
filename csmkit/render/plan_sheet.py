"""The sheet of a 1:1 laid out as a document of one page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from csmkit.growth.one_to_one import Agreed, Feedback, OneToOne
from csmkit.growth.plan_parts import Goal
from csmkit.growth.since import Change
from csmkit.render.plan_blocks import (
    Block,
    Document,
    Facts,
    Heading,
    Space,
    Words,
    fact,
    line,
    points,
    says,
    texts,
)
from csmkit.text import day

_AGREED, _CHANGES, _FEEDBACK = 3, 6, 3
"""How many of each a page has room for; how many more there are is said. Changes take the room
that the others leave."""
_SPACE, _WITHOUT_GOAL = 7, 4
"""Lines to write on, and how many more of them, and of changes, where no goal takes the room."""


def sheet_document(sheet: OneToOne) -> Document:
    """A 1:1 sheet as its files show it.

    Parameters
    ----------
    sheet : OneToOne
        From `csmkit.growth.one_to_one.one_to_one`.
    """
    manager = says("says", "manager", manager=sheet.manager) if sheet.manager else ""
    return Document(
        kind=texts()["kinds"]["sheet"],
        title=line(says("sheet", "title", name=sheet.name)),
        about=tuple(filter(None, (line(manager), says("says", "on", day=day(sheet.day))))),
        lead="",
        blocks=tuple(_blocks(sheet)),
        name=sheet.name,
        person_id=sheet.person_id,
        ending=f"one-to-one.{sheet.day}",
        tight=True,
    )


def _blocks(sheet: OneToOne) -> Iterator[Block]:
    for note in sheet.notes:
        yield Words(line(note), note=True)
    yield from _listed(
        "agreed", [_agreed(one) for one in sheet.agreed], _AGREED, "more_agreed", sheet
    )
    free = 0 if sheet.goal else _WITHOUT_GOAL
    others = ((sheet.agreed, _AGREED), (sheet.feedback, _FEEDBACK))
    room = _CHANGES + free + sum(max(0, most - len(of)) for of, most in others)
    yield from _listed("changes", [_change(c) for c in sheet.changes], room, "more", sheet)
    if sheet.goal is not None:
        yield from _goal(sheet.goal)
    yield from _listed(
        "feedback", [_given(one) for one in sheet.feedback], _FEEDBACK, "more_feedback", sheet
    )
    if sheet.lacking:
        yield Words(line(" ".join(sheet.lacking)), note=True)
    yield Heading(says("sheet", "space"))
    yield Space(_SPACE + free)
    yield Words(line(f"{says('sheet', 'space_lead')} {sheet.log}"), note=True)
    if sheet.agreed:
        yield Words(says("sheet", "answer"), note=True)


def _listed(
    name: str, lines: Sequence[str], most: int, more: str, sheet: OneToOne
) -> Iterator[Block]:
    """A heading and what stands below it, as far as a page has room."""
    if not lines:
        return
    yield Heading(says("sheet", name))
    yield from points(tuple(lines[:most]))
    if len(lines) > most:
        left = f"{len(lines) - most:,}"
        yield Words(line(says("sheet", more, more=left, who=sheet.person_id)), note=True)


def _agreed(one: Agreed) -> str:
    return says(
        "sheet",
        "agreed_line",
        text=line(one.text),
        agreed=day(one.agreed),
        due=day(one.due),
        kept=says("sheet", "kept_not_yet" if one.kept else "kept_none"),
    )


def _change(one: Change) -> str:
    name = "change" if one.account else "change_bare"
    return says("sheet", name, account=line(one.account), says=line(one.says), asks=line(one.asks))


def _given(one: Feedback) -> str:
    return says("sheet", "feedback_line", date=day(one.date), by=line(one.by), text=line(one.text))


def _goal(goal: Goal) -> Iterator[Block]:
    yield Heading(line(says("sheet", "goal", name=goal.competency.name)))
    yield Facts(
        (
            *fact(says("sheet", "goal_asks"), goal.aim),
            *fact(says("plan", "ask"), goal.ask),
            *fact(says("plan", "practise"), goal.practise),
            *fact(says("plan", "version"), goal.version),
        )
    )
