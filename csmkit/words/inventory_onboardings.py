"""Onboardings as rows of an inventory: begun, milestones, time to value, CSAT."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from csmkit.text import count_of, day, missing
from csmkit.words.facts import Person, Row, days_from
from csmkit.words.inventory_line import AFTER, Line, items_between, line, said

_MILESTONE_DAYS = 45
"""Without a first milestone for so long an onboarding is asked what holds it up."""
_LOW_CSAT = 3.0
_OLDEST = pd.Timedelta(days=365)
"""One that began so long before the period, and has no day in it, is asked about no more."""
_STEPS = {"first_milestone": "milestone", "first_value": "value", "completed": "completed"}


def onboardings(person: Person) -> Iterator[Line]:
    """Each onboarding of the period, and the time to value of all of them."""
    rows = [row for row in person.rows("onboardings") if _is_of(person, row)]
    for row in rows:
        yield _one(person, row)
    if rows and (told := _time_to_value(person)):
        yield line("onboardings", told)


def _is_of(person: Person, row: Row) -> bool:
    """Whether it was open in the period, or has a day in it."""
    period = person.cycle.period
    if any(_by(row[name], period.end) and row[name] >= period.start for name in ("start", *_STEPS)):
        return True
    is_open = missing(row["completed"]) and not person.cycle.missing("onboardings.completed")
    return is_open and period.start - _OLDEST <= row["start"] <= period.end and _stays(person, row)


def _stays(person: Person, row: Row) -> bool:
    left = _left(person, row)
    return left is None or left >= person.cycle.period.start


def _by(on: pd.Timestamp, end: pd.Timestamp) -> bool:
    return not missing(on) and on <= end


def _left(person: Person, row: Row) -> pd.Timestamp | None:
    """The day on which the account left in the period, if it did while this was open."""
    days = [
        move["date"]
        for move in person.rows("movements")
        if move["account_id"] == row["account_id"]
        and move["kind"] == "churn"
        and move["date"] >= row["start"]
    ]
    return min(days, default=None)


def _one(person: Person, row: Row) -> Line:
    says = said()["says"]
    end = person.cycle.period.end
    done = _by(row["completed"], end)
    left = None if done else _left(person, row)
    until = end if left is None else left
    so_far = days_from(row["start"], until) or 0
    told = [says["begun"].format(day=day(row["start"]))]
    for name, step in _STEPS.items():
        if _by(row[name], end):
            days = count_of(days_from(row["start"], row[name]) or 0, "day")
            told.append(says[step].format(day=day(row[name]), days=days))
        elif not done and not person.cycle.missing(f"onboardings.{name}"):
            told.append(says[f"no_{step}"].format(days=count_of(so_far, "day")))
            # What comes after a step that was not reached was not reached either.
            break
    if left is not None:
        told.append(says["left"].format(day=day(left)))
    text = ", ".join(told)
    if done and not missing(row["csat"]):
        text += says["csat"].format(score=f"{float(row['csat']):.1f}".removesuffix(".0"))
    last = row["completed"] if done else until
    items = items_between(person, row["account_id"], row["start"] - AFTER, last + AFTER)
    return line(
        "onboardings",
        text,
        asks="" if items else said()["asks"][_asked(person, row, done, left is not None, so_far)],
        account=row["account"],
        account_id=row["account_id"],
        on=row["start"],
        items=items,
    )


def _asked(person: Person, row: Row, done: bool, left: bool, so_far: int) -> str:
    """Which question an onboarding asks of which nothing is on file."""
    if left:
        return "lost"
    if not done:
        reached = _by(row["first_milestone"], person.cycle.period.end)
        unknown = person.cycle.missing("onboardings.first_milestone")
        late = not reached and not unknown and so_far >= _MILESTONE_DAYS
        return "no_milestone" if late else "open"
    if missing(row["csat"]):
        return "no_csat" if not person.cycle.missing("onboardings.csat") else "onboarded"
    return "low_csat" if float(row["csat"]) <= _LOW_CSAT else "onboarded"


def _time_to_value(person: Person) -> str:
    """The median of the period, with how many it is of, the person's own before, the target."""
    says = said()["says"]
    now = person.figure("time_to_value_days")
    if now is None:
        return ""

    def of(row: Row) -> dict[str, str]:
        days, number = float(row["value"]), float(row["n"])
        return {
            "days": count_of(round(days), "day"),
            "count": count_of(number, "onboarding"),
        }

    told = says["time_to_value"].format(**of(now))
    if (before := person.figure("time_to_value_before")) is not None:
        told += says["value_before"].format(**of(before))
    if not missing(now["target"]):
        told += says["value_target"].format(days=count_of(round(float(now["target"])), "day"))
    return str(told)
