"""The mid-period self-check: reviews not held, use nobody acted on, renewals, escalations."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from csmkit.compute.check_lines import Check, Line, said
from csmkit.compute.part import part_of
from csmkit.compute.use_signals import Rule
from csmkit.cycle import Cycle, Period
from csmkit.errors import UsageError
from csmkit.text import day

COLUMNS = Line._fields


def self_check(
    cycle: Cycle,
    *,
    csm: str = "",
    on: Any = None,
    week: int = 6,
    below: float = 0.4,
    ahead: int = 90,
    within: int = 7,
) -> pd.DataFrame:
    """What is still to be done in a book in the middle of a period, with what is asked of it.

    Looked for are accounts without a business review so far, falls of use nobody acted on, and
    renewals ahead with nothing on file; of the largest, and of those whose success plan is past
    due, what is on file is told. People of CS operations, who have no book, get the escalations
    they have open. What happened after the day is not looked at.

    Parameters
    ----------
    cycle : Cycle
        A cycle, or the person's book.
    csm : str
        An id, a mail, or a name that one person has; blank for everybody with a packet.
    on : str or date, optional
        The day of the check, inside the period. The earlier of today and the period's last day.
    week : int
        The week of an account, from its onboarding or contract, in which its use is first judged.
    below : float
        So far below expected use, as a share of it, a reading is a signal.
    ahead : int
        Renewals due in so many days are looked at.
    within : int
        A signal was acted on if something is on file within so many days of it.

    Returns
    -------
    DataFrame
        person_id, topic, kind (what sort of line it is, for whoever groups them), account_id,
        account, day (blank where it is about no day), says, asks (blank where nothing is to be
        asked), known (False where the export cannot tell), needs (tables or columns it lacks).
        Each person has at least one line of each topic of their role; the first of a topic counts,
        those of kind ``use_looked`` and ``renewals_looked`` say what was looked for.

    Raises
    ------
    UsageError
        If there is no such person, the day is not in the period, or a figure makes no sense.

    Examples
    --------
    >>> import csmkit as ck
    >>> found = self_check(ck.sample_team(), csm="Kwame Mensah", on="2026-03-31")
    >>> found["topic"].unique().tolist()
    ['Business reviews', 'Use of the product', 'Renewals ahead']
    """
    _whole(week, "week", 1, 104)
    _whole(ahead, "ahead", 0, 365)
    _whole(within, "within", 0, 365)
    if not 0 < below < 1:
        raise _refused("below", value=below)
    rule = Rule(day_in(cycle.period, on), week, below, within)
    people = cycle.subjects
    if csm:
        who = str(cycle.person(csm)["person_id"])
        cycle = part_of(cycle, who)
        people = cycle.table("people")
        people = people[people["person_id"].eq(who)].head(1)
    check = Check(cycle, rule, ahead)
    lines = [
        line
        for who, role in zip(people["person_id"], people["role"], strict=True)
        for line in check.lines(str(who), str(role))
    ]
    frame = pd.DataFrame(lines, columns=list(COLUMNS))
    texts = {name: "str" for name in COLUMNS if name not in ("day", "known")}
    return frame.astype({**texts, "day": "datetime64[us]", "known": "bool"})


def day_in(period: Period, on: Any = None) -> pd.Timestamp:
    """A day of the period; without one the earlier of today and its last day.

    Raises
    ------
    UsageError
        If it is no day, or the period has not that day.
    """
    if on is None:
        today = pd.Timestamp(_today()).as_unit("us")
        if today < period.start:
            raise _refused("not_begun", period=period, day=day(today))
        return min(today, period.end)
    given: Any
    try:
        given = pd.to_datetime(on, format="%Y-%m-%d") if isinstance(on, str) else pd.Timestamp(on)
    except (ValueError, TypeError):
        raise _refused("on", day=on) from None
    if pd.isna(given):
        raise _refused("on", day=on)
    found: pd.Timestamp = given.tz_localize(None).normalize().as_unit("us")
    if not period.start <= found <= period.end:
        raise _refused("outside", day=f"{found:%Y-%m-%d}", period=period)
    return found


def _today() -> dt.date:
    return dt.date.today()


def _whole(value: Any, name: str, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise _refused(name, value=value)


def _refused(why: str, **fill: Any) -> UsageError:
    texts = said()["refused"]
    return UsageError(texts[why].format(**fill), texts[f"{why}_remedy"].format(**fill))
