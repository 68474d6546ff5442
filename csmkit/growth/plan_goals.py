"""Goals of a plan, and what is looked at after 30, 60 and 90 days."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from csmkit.cycle import DAY, Cycle
from csmkit.growth.plan_parts import Check, Gap, Goal, Look
from csmkit.growth.plan_texts import says, working_day
from csmkit.matrix.matrix import COLOURS, Colour, Competency
from csmkit.text import clean, day

CHECK_DAYS = (30, 60, 90)
FULL = "green"


def goal_of(gap: Gap, *, name: str, start: pd.Timestamp) -> Goal:
    """A goal for a gap: the matrix's words, and blanks for the person's own.

    Parameters
    ----------
    gap : Gap
        What it is for.
    name : str
        The person's name.
    start : Timestamp
        The plan's first day.
    """
    of = gap.competency
    return Goal(
        competency=of,
        aim=gap.expected.text,
        own_words=says("goal", "own_words", start=day(start), name=clean(name)),
        kept_when=shows(of, FULL) if gap.expected.colour == FULL else (),
        practise=of.practice,
        ask=of.ask,
        progress=of.progress,
        evidence=of.evidence,
        version=gap.version,
    )


def shows(competency: Competency, value: str) -> tuple[str, ...]:
    """The indicators of a colour; none of what is no colour."""
    colours: dict[str, Colour] = {colour: colour for colour in COLOURS}
    return competency.indicators(colours[value]) if value in colours else ()


def checks_of(
    goals: tuple[Goal, ...], cycle: Cycle, *, start: pd.Timestamp, away: pd.DataFrame | None = None
) -> tuple[Check, ...]:
    """The days on which goals are looked at, and what at; without any, one that the two choose.

    Parameters
    ----------
    goals : tuple of Goal
        What was agreed.
    cycle : Cycle
        Says which tables there are to look into.
    start : Timestamp
        The plan's first day; checks are so many days later, or on the next working day.
    away : DataFrame, optional
        The person's absences, which are no working days.
    """
    found = []
    for days in CHECK_DAYS:
        on = working_day(start + days * DAY, away)
        looks = tuple(
            Look(goal.competency.name, _asked(goal, days), _data(goal.competency, cycle, start, on))
            for goal in goals
        )
        if not goals:
            looks = (Look(says("check", "own_goal"), _asked_of_any(days), ()),)
        found.append(Check(days, f"{on:%Y-%m-%d}", says("check", f"days_{days}"), looks))
    return tuple(found)


def _asked_of_any(days: int) -> str:
    """What is asked of a goal that the matrix does not name."""
    return (
        says("check", "begun", ask="").strip()
        if days == CHECK_DAYS[0]
        else says("check", "sign_none")
    )


def _asked(goal: Goal, days: int) -> str:
    if days == CHECK_DAYS[0]:
        return says("check", "begun", ask=goal.ask).strip()
    if days == CHECK_DAYS[1]:
        name = "sign" if goal.progress else "sign_none"
        return says("check", name, progress=goal.progress)
    shown = " ".join(goal.kept_when) or goal.aim
    return says("check", "holds", shows=shown) if shown else says("check", "sign_none")


def _data(
    competency: Competency, cycle: Cycle, start: pd.Timestamp, on: pd.Timestamp
) -> tuple[str, ...]:
    """Where the check finds something to look at, in sentences."""
    tables = list(dict.fromkeys(proof.table for proof in competency.evidence))
    if not tables:
        return (says("check", "no_data"),)
    absent = [name for name in tables if cycle.missing(name)]
    there = [name for name in tables if name not in absent]
    told = []
    if there:
        span = {"since": day(start), "until": day(on)}
        told.append(says("check", "look", tables=_named(there), **span))
    if absent:
        told.append(says("check", "absent", tables=_named(absent)))
    return tuple(told)


def _named(tables: Iterable[str]) -> str:
    """Tables as people say them."""
    return ", ".join(name.replace("_", " ") for name in tables)
