"""The feedback log: what was said to a person in a 1:1, dated, by whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from csmkit.compute.people import with_names
from csmkit.cycle import Cycle, Period
from csmkit.errors import UsageError
from csmkit.names import nearest
from csmkit.panels.log_panel import LogPanel, Rows, form_state, said_text, text_field
from csmkit.panels.scoring_state import somebody
from csmkit.panels.texts import texts
from csmkit.text import clean, day

if TYPE_CHECKING:
    from csmkit.store.store import Store

CycleLike = Cycle | Period | str


def feedback_panel(cycle: Cycle, *, store: Store, by: str, about: str = "") -> LogPanel:
    """Write down what was said to a person, and see what was written down before.

    Parameters
    ----------
    cycle : Cycle
        The team.
    store : Store
        From `open_store`.
    by : str
        Who gave the feedback: an id, a mail or a name. The panel shows what this person logged.
    about : str, optional
        Who is chosen at first: an id, a mail or a name.

    Returns
    -------
    LogPanel
        A widget for JupyterLab.

    Raises
    ------
    UsageError
        If nobody has that id, mail or name.
    StoreError
        If the store cannot be read.

    Examples
    --------
    >>> ck.feedback_panel(cycle, store=store, by="mk@example.com")  # doctest: +SKIP
    """
    people, said = known_people(store, cycle), texts("feedback")
    giver = person_of(store, cycle, by, what="by")
    first = person_of(store, cycle, about, what="about") if about else ""
    others = sorted((n, i) for i, n in people.items() if i != giver)
    fields = [
        {
            "name": "about",
            "label": said["person"],
            "kind": "choice",
            "options": [["", said["choose"]], *([i, n] for n, i in others)],
            "value": first,
        },
        {"name": "date", "label": said["date"], "kind": "day", "value": "today"},
        text_field(said),
    ]
    name, session = people[giver], ("feedback", giver, first)
    shown = form_state(said, cycle, where=store.where, about=name, session=session, fields=fields)

    def add(values: Mapping[str, str]) -> None:
        about, date, text = (values.get(name, "") for name in ("about", "date", "text"))
        add_feedback(store, cycle, by=giver, about=about, date=date, text=text)

    return LogPanel(shown, rows=lambda: _rows(store, cycle, people, giver), add=add)


def add_feedback(
    store: Store,
    cycle: CycleLike,
    *,
    about: str,
    by: str,
    date: str,
    text: str,
    today: dt.date | None = None,
) -> bool:
    """Put into the log what was said to a person; the same twice is one entry.

    Parameters
    ----------
    store : Store
        From `open_store`.
    cycle : Cycle, Period or str
        The team; without one, only people whom the store knows from earlier can be named.
    about, by : str
        To whom it was said and by whom: ids, mails or names.
    date : str
        The day it was said, as YYYY-MM-DD.
    text : str
        What was said.
    today : date, optional
        The last day it can be; the machine's, if not given.

    Returns
    -------
    bool
        Whether it is new.

    Raises
    ------
    UsageError
        If somebody is unknown, the day lies ahead, or there is no text.
    StoreError
        If the store does not take it.
    """
    person = person_of(store, cycle, about, what="about")
    giver = person_of(store, cycle, by, what="by")
    if person == giver:
        raise UsageError(
            f"{person} is named as giver and receiver of the feedback.", "Name two people."
        )
    told, on = said_text(text, what="entry"), _day(date, today or dt.date.today())
    log = store.feedback(cycle, person)
    same = log["given_by"].eq(giver) & log["date"].eq(on) & log["text"].eq(told)
    if same.any():
        return False
    store.add_feedback(
        cycle, person=person, date=f"{on:%Y-%m-%d}", given_by=giver, text=told, who=giver
    )
    return True


def known_people(store: Store, cycle: CycleLike) -> dict[str, str]:
    """Names by id: the cycle's people, told apart, and whoever the store knows by id alone."""
    people: dict[str, str] = {}
    if isinstance(cycle, Cycle):
        ids = cycle.table("people")[["person_id"]].drop_duplicates()
        named = with_names(cycle, ids)
        people = {str(i): clean(n) for i, n in zip(named["person_id"], named["name"], strict=True)}
    log, scores = store.feedback(cycle), store.scores(cycle)
    earlier = [log["person_id"], log["given_by"], scores["person_id"], scores["rater_id"]]
    for person in pd.concat([*earlier, store.evidence(cycle)["person_id"]]):
        people.setdefault(str(person), clean(person))
    return people


def person_of(store: Store, cycle: CycleLike, text: str, *, what: str) -> str:
    """The id of whoever an argument names: anybody of the cycle, else an id the store knows.

    Raises
    ------
    UsageError
        If nobody is named so, or several people are.
    """
    known, wanted = known_people(store, cycle), text.strip().lower()
    for person in known:
        if person.lower() == wanted:
            return person
    if isinstance(cycle, Cycle):
        return str(somebody(cycle, text, what=what)["person_id"])
    near = nearest(wanted, known)
    raise UsageError(
        f"{what} is {text!r}, and the store knows nobody of that id in this cycle.",
        f"Did you mean: {', '.join(near)}?" if near else "Give the export that has the people.",
    )


def _day(text: str, today: dt.date) -> pd.Timestamp:
    on = _read_day(text) if text else None
    if on is None or on.date() > today:
        ahead = f"{text}, which lies ahead" if text else "blank"
        raise UsageError(
            f"The day of the feedback is {ahead}.",
            f"Give the day it was said, {today:%Y-%m-%d} or before.",
        )
    return on


def _read_day(text: str) -> pd.Timestamp:
    try:
        return Period.of(text, text).start
    except UsageError:
        raise UsageError(
            f"The day of the feedback is {text!r}, which is not a day.",
            "Write it as YYYY-MM-DD, for example 2026-03-02.",
        ) from None


def _rows(store: Store, cycle: Cycle, people: Mapping[str, str], giver: str) -> Rows:
    log = store.overlay(cycle).table("feedback")
    log = (
        log[log["given_by"] == giver].iloc[::-1].sort_values("date", ascending=False, kind="stable")
    )
    return [
        {
            "head": f"{day(row['date'])} · {people.get(row['person_id'], row['person_id'])}",
            "text": clean(row["text"]),
            "tag": "",
        }
        for row in log.to_dict("records")
    ]
