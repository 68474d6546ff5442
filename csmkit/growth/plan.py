"""The development plan: where a level is expected to show more, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from csmkit.cycle import DAY, Cycle
from csmkit.errors import UsageError
from csmkit.growth.plan_goals import FULL, checks_of, goal_of, shows
from csmkit.growth.plan_lacking import Sorted, lacking
from csmkit.growth.plan_parts import Check, DevelopmentPlan, Gap, Goal, Item, Look, Strength
from csmkit.growth.plan_texts import a_day, at_weekend, says, texts, working_day
from csmkit.growth.plan_values import PHASES, Value, values_of
from csmkit.matrix.gaps import STEPS
from csmkit.matrix.matrix import NOT_OBSERVED, Competency, Matrix
from csmkit.matrix.model import matrix_of
from csmkit.matrix.versions import matrix_note, other_versions
from csmkit.text import clean, day

WITHOUT_BOOK = "cs_ops"

__all__ = [
    "Check",
    "DevelopmentPlan",
    "Gap",
    "Goal",
    "Item",
    "Look",
    "Strength",
    "development_plan",
]


def development_plan(
    cycle: Cycle,
    *,
    csm: str,
    matrix: Matrix | None = None,
    most: int = 2,
    start: Any = None,
    notes: bool = False,
) -> DevelopmentPlan:
    """A development plan for one person, from the matrix and what it says of them.

    Of each competency the final value counts, else the manager's, else the person's own; it is a
    gap where it lies below the colour that the matrix expects of the person's level and role. What
    is not observed, not scored or not expected is no gap, and `lacking` says so. Which gaps come
    first: those furthest below, then those that stand on dated items, then the matrix's order.

    Parameters
    ----------
    cycle : Cycle
        The person's book, whose texts name no colleague; or the team, for who may see all of it.
    csm : str
        An id, a mail, or a name that one person has.
    matrix : Matrix, optional
        What it is scored by, else `csmkit.matrix_of` the cycle.
    most : int, default 2
        How many gaps the plan has goals for; the others are named.
    start : str or date, optional
        The plan's first day, as YYYY-MM-DD. The first working day after the period, if not given.
    notes : bool, default False
        Whether what others wrote beside their scores is shown. The person's own notes are.

    Returns
    -------
    DevelopmentPlan
        With blanks where only the two who agree on it can say something.

    Raises
    ------
    UsageError
        If there is no such person or they have no packet, ``start`` is no day, or ``most`` is
        below 1.

    Examples
    --------
    >>> import csmkit as ck
    >>> plan = development_plan(ck.sample_team(), csm="Kwame Mensah")
    >>> plan.start, [check.day for check in plan.checks]
    ('2026-07-01', ['2026-07-31', '2026-08-31', '2026-09-29'])
    """
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise UsageError(f"most is {most!r}.", "Give a whole number, 1 or more; 2 is usual.")
    person = cycle.subject(csm)
    who, name = str(person["person_id"]), clean(person["name"])
    role, level = clean(person["role"]), clean(person["level"])
    away = cycle.table("absences")
    away = away[away["person_id"].eq(who)]
    asked = cycle.period.end + DAY if start is None else a_day(start, "start")
    first = working_day(asked, away)
    file = matrix or matrix_of(cycle)
    note = matrix_note(cycle, file)
    others = map(clean, other_versions(cycle, file)["matrix"]) if note else ()
    values = values_of(cycle, who)
    telling = _Telling(level, role != WITHOUT_BOOK, notes, frozenset(others))
    found = _sort(file.for_role(role), values, telling)
    gaps = sorted(found.gaps, key=lambda gap: (-gap.steps, gap.cited == 0))
    goals = tuple(goal_of(gap, name=name, start=first) for gap in gaps[:most])
    names = cycle.table("people").drop_duplicates("person_id").set_index("person_id")["name"]
    manager = clean(names.get(person["manager_id"], ""))
    return DevelopmentPlan(
        person_id=who,
        name=name,
        role=role,
        level=level,
        manager=manager,
        period=cycle.period,
        strengths=tuple(found.strengths),
        gaps=tuple(gaps[:most]),
        more_gaps=tuple(gaps[most:]),
        goals=goals,
        checks=checks_of(goals, cycle, start=first, away=away),
        lacking=lacking(cycle, found, goals, name=name, level=level, manager=manager),
        start=f"{first:%Y-%m-%d}",
        moved="" if start is None else _moved(asked, first, name=name),
        whose=_whose(values, found),
        chosen=says("chosen", "order") if gaps else "",
        notes=tuple(filter(None, (note, *map(clean, cycle.notes)))),
    )


@dataclass(frozen=True, slots=True)
class _Telling:
    """The level, and what is told of a value: the book, raters' notes, other versions by name."""

    level: str
    with_book: bool
    notes: bool
    others: frozenset[str]


def _moved(asked: pd.Timestamp, first: pd.Timestamp, *, name: str) -> str:
    """That a day that somebody asked for is none to begin on; blank where it is."""
    if asked == first:
        return ""
    fill = {"given": day(asked), "weekday": asked.day_name(), "start": day(first), "name": name}
    return says("start", "weekend" if at_weekend(asked) else "away", **fill)


def _sort(matrix: Matrix, values: dict[str, Value], telling: _Telling) -> Sorted:
    """Each competency in the place it has in a plan."""
    level = telling.level
    found = Sorted(scored=bool(values), unknown=[one for one in values if one not in matrix])
    for one in matrix:
        value, expected = values.get(one.id), one.expected.get(level)
        if one.not_expected:
            found.not_expected.append(one.name)
        elif not level:
            continue
        elif expected is None:
            found.no_expectation.append(one.name)
        elif expected.colour == NOT_OBSERVED:
            found.nothing_yet.append(one.name)
        elif value is None:
            found.unscored.append(one.name)
        elif value.value not in STEPS:
            found.not_observed.append(one.name)
        elif STEPS[value.value] < STEPS[expected.colour]:
            found.gaps.append(_gap(one, value, telling))
        elif value.lowest and STEPS[value.lowest] < STEPS[expected.colour]:
            found.seen_lower.append(one.name)
        elif value.items:
            found.strengths.append(
                Strength(one, value.value, value.standing, value.items, value.apart)
            )
        else:
            found.bare.append(one.name)
    return found


def _gap(competency: Competency, value: Value, telling: _Telling) -> Gap:
    expected = competency.expected[telling.level]
    other = value.matrix if value.matrix in telling.others else ""
    return Gap(
        competency=competency,
        value=value.value,
        expected=expected,
        standing=value.standing,
        cited=len(value.items),
        steps=STEPS[expected.colour] - STEPS[value.value],
        seen=shows(competency, value.value),
        full=shows(competency, FULL),
        items=value.items,
        note=value.note if telling.notes or value.phase == "self" else "",
        caution=texts()["book"].get(competency.book, "") if telling.with_book else "",
        apart=value.apart,
        version=says("goal", "version", matrix=other) if other else "",
    )


def _whose(values: dict[str, Value], found: Sorted) -> str:
    """Whose values the plan stands on."""
    phases = {value.phase for name, value in values.items() if name not in found.unknown}
    if not phases:
        return ""
    if phases == {"self"}:
        return says("values_of", "only_self")
    named = "; ".join(texts()["values_of"][phase] for phase in PHASES if phase in phases)
    return says("values_of", "lead", found=named)
