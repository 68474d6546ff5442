"""The sheet of a 1:1: what was agreed, what changed, one competency to talk about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from csmkit.compute.follow_up import follow_up
from csmkit.compute.part import part_of
from csmkit.cycle import DAY, Cycle
from csmkit.growth.plan import development_plan
from csmkit.growth.plan_parts import Goal
from csmkit.growth.plan_texts import a_day, says, shown_text
from csmkit.growth.since import Change, changes
from csmkit.matrix.matrix import Matrix
from csmkit.text import clean, day

SINCE_DAYS, FEEDBACK_DAYS = 30, 90
"""How many days back changes, and feedback, are looked for."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """A behaviour change that was agreed and is due.

    Attributes
    ----------
    text, agreed, due, kept : str
        What; the days, as YYYY-MM-DD; yes, partly, no, not_yet, or blank: not answered.
    action_id : str
        What the answer is written down by.
    """

    text: str
    agreed: str
    due: str
    kept: str
    action_id: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """Something said to the person: the day, as YYYY-MM-DD; by whom; what."""

    date: str
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class OneToOne:
    """What a 1:1 can begin with; what is said in it is written into the space it leaves.

    Attributes
    ----------
    person_id, name, manager : str
        Whose; the manager's name is blank where the export does not know it.
    day : str
        The day, as YYYY-MM-DD.
    agreed : tuple of Agreed
        Agreed actions that are due and not settled: not answered, or answered “not yet”.
    changes : tuple of Change
        What changed lately or is still to be done, the most urgent kind first.
    goal : Goal or None
        The first of the development plan: its question, its practice.
    feedback : tuple of Feedback
        Given in the last 90 days, the latest first.
    log : str
        The command by which what was said goes into the feedback log.
    lacking : tuple of str
        Why something is not there.
    notes : tuple of str
        What must be said wherever scores are shown.
    """

    person_id: str
    name: str
    manager: str
    day: str
    agreed: tuple[Agreed, ...]
    changes: tuple[Change, ...]
    goal: Goal | None
    feedback: tuple[Feedback, ...]
    log: str
    lacking: tuple[str, ...]
    notes: tuple[str, ...]


def one_to_one(cycle: Cycle, *, csm: str, on: Any = None, matrix: Matrix | None = None) -> OneToOne:
    """What a 1:1 with one person can begin with.

    Parameters
    ----------
    cycle : Cycle
        The person's book, whose texts name no colleague; or the team, for who may see all of it.
    csm : str
        An id, a mail, or a name that one person has.
    on : str or date, optional
        The day, as YYYY-MM-DD; today if not given. What the export tells is looked at as of the
        period's last day if that is earlier; scores given later do not count.
    matrix : Matrix, optional
        What people are scored by, else `csmkit.matrix_of` the cycle.

    Raises
    ------
    UsageError
        If there is no such person, or ``on`` is no day.

    Examples
    --------
    >>> import csmkit as ck
    >>> sheet = one_to_one(ck.sample_team(), csm="Kwame Mensah", on="2026-07-15")
    >>> sheet.manager, sheet.goal.competency.name
    ('Deepa Krishnan', 'Value realisation')
    """
    person = cycle.person(csm)
    who, name = str(person["person_id"]), clean(person["name"])
    today = pd.Timestamp.now().normalize().as_unit("us") if on is None else a_day(on, "on")
    part, lacking = part_of(cycle, who), list[str]()
    plan = development_plan(_as_of(cycle, today), csm=who, matrix=matrix, start=today)
    agreed = _agreed(part, who, today, lacking)
    changed = _changes(part, who, today, lacking)
    given = _feedback(part, who, today, lacking)
    goal = plan.goals[0] if plan.goals else None
    if goal is None:
        lacking.append(says("sheet", "no_competency", name=name))
    elif not goal.ask:
        lacking.append(says("sheet", "no_ask"))
    return OneToOne(
        person_id=who,
        name=name,
        manager=plan.manager,
        day=f"{today:%Y-%m-%d}",
        agreed=agreed,
        changes=changed,
        goal=goal,
        feedback=given,
        log=says("sheet", "log", about=who, date=f"{today:%Y-%m-%d}"),
        lacking=tuple(lacking),
        notes=plan.notes,
    )


def _as_of(cycle: Cycle, today: pd.Timestamp) -> Cycle:
    """The cycle without scores given after a day: what is not decided yet is not told."""
    ratings = cycle.table("ratings")
    later = ratings["at"] > today
    return cycle.with_tables(ratings=ratings[~later]) if later.any() else cycle


def _agreed(cycle: Cycle, who: str, today: pd.Timestamp, lacking: list[str]) -> tuple[Agreed, ...]:
    due = follow_up(cycle, on=today)
    rows = due[due["person_id"].eq(who) & due["kept"].isin(["", "not_yet"])]
    if due.attrs.get("needs"):
        lacking.append(says("sheet", "no_actions"))
    elif rows.empty:
        following = due.attrs.get("next_due", "")
        name = "none_due_next" if following else "none_due"
        lacking.append(says("sheet", name, day=day(following)))
    return tuple(
        Agreed(
            text=shown_text(row["action"]),
            agreed=f"{row['agreed']:%Y-%m-%d}",
            due=f"{row['due']:%Y-%m-%d}",
            kept=str(row["kept"]),
            action_id=clean(row["action_id"]),
        )
        for row in rows.to_dict("records")
    )


def _changes(cycle: Cycle, who: str, today: pd.Timestamp, lacking: list[str]) -> tuple[Change, ...]:
    period = cycle.period
    if today < period.start:
        lacking.append(says("sheet", "before", start=day(period.start)))
        return ()
    on = min(today, period.end)
    if on < today:
        lacking.append(says("sheet", "after", on=day(on)))
    since = max(on - SINCE_DAYS * DAY, period.start)
    found, untold = changes(cycle, who, on=on, since=since)
    lacking += untold
    if not found:
        lacking.append(says("sheet", "nothing_else" if untold else "nothing", since=day(since)))
    return found


def _feedback(
    cycle: Cycle, who: str, today: pd.Timestamp, lacking: list[str]
) -> tuple[Feedback, ...]:
    since = today - FEEDBACK_DAYS * DAY
    rows = cycle.table("feedback")
    rows = rows[rows["person_id"].eq(who) & rows["date"].between(since, today)]
    if cycle.missing("feedback"):
        lacking.append(says("sheet", "no_feedback_table"))
    elif rows.empty:
        lacking.append(says("sheet", "no_feedback", since=day(since), until=day(today)))
    people = cycle.table("people").drop_duplicates("person_id").set_index("person_id")["name"]
    latest = rows.sort_values("date", ascending=False, kind="stable")
    return tuple(
        Feedback(
            date=f"{row['date']:%Y-%m-%d}",
            by=clean(people.get(row["given_by"], row["given_by"])),
            text=shown_text(row["text"]),
        )
        for row in latest.to_dict("records")
    )
