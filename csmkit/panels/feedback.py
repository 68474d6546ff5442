"""The feedback log: what was said to a person in a 1:1, dated, by whom."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import pandas as pd

from csmkit.cycle import Cycle, Period
from csmkit.errors import UsageError
from csmkit.panels.log_panel import TEXT_MOST, LogPanel, Rows, mark_of, said_text
from csmkit.store.model import cycle_key
from csmkit.text import clean, day

if TYPE_CHECKING:
    from csmkit.store.store import Store

CycleLike = Cycle | Period | str


@cache
def _words() -> dict[str, str]:
    text = (files("csmkit.panels") / "feedback_texts.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def feedback_panel(cycle: Cycle, *, store: Store, by: str, about: str = "") -> LogPanel:
    """Write down what was said to a person, and see what was written down before.

    Parameters
    ----------
    cycle : Cycle
        The team.
    store : Store
        From `open_store`.
    by : str
        Who gave the feedback: an id or a mail. The panel shows what this person logged.

    about : str, optional
        Who is chosen at first: an id or a mail.

    Returns
    -------
    LogPanel
        A widget for JupyterLab.

    Raises
    ------
    UsageError
        If nobody has that id or mail.
    StoreError
        If the store cannot be read.

    Examples
    --------
    >>> ck.feedback_panel(cycle, store=store, by="mk@example.com")  # doctest: +SKIP
    """
    people, said = known_people(store, cycle), _words()
    giver = _person(people, by, what="by")
    first = _person(people, about, what="about") if about else ""
    others = sorted((n, i) for i, n in people.items() if i != giver)
    shown = {
        "title": said["title"],
        "about": f"{people[giver]} · {cycle.period}",
        "lead": said["lead"],
        "button": said["button"],
        "empty": said["empty"],
        "session": [mark_of(store.where), cycle_key(cycle), "feedback", giver, first],
        "fields": [
            {
                "name": "about",
                "label": said["person"],
                "kind": "choice",
                "options": [["", said["choose"]], *([i, n] for n, i in others)],
                "value": first,
            },
            {"name": "date", "label": said["date"], "kind": "day", "value": "today"},
            {
                "name": "text",
                "label": said["text"],
                "kind": "text",
                "most": TEXT_MOST,
                "help": said["text_help"],
            },
        ],
    }

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
        To whom it was said and by whom: ids or mails.
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
    people = known_people(store, cycle)
    person, giver = _person(people, about, what="about"), _person(people, by, what="by")
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
    """Names by id: the cycle's people, and those whom the store knows in this cycle by id alone."""
    people: dict[str, str] = {}
    if isinstance(cycle, Cycle):
        table = cycle.table("people").drop_duplicates("person_id")
        people = {str(i): clean(n) for i, n in zip(table["person_id"], table["name"], strict=True)}
    log, scores = store.feedback(cycle), store.scores(cycle)
    earlier = [log["person_id"], log["given_by"], scores["person_id"], scores["rater_id"]]
    for person in pd.concat([*earlier, store.evidence(cycle)["person_id"]]):
        people.setdefault(str(person), clean(person))
    return people


def _person(people: Mapping[str, str], text: str, *, what: str) -> str:
    wanted = text.strip().lower()
    hits = [i for i, name in people.items() if wanted in (i.lower(), name.lower())]
    if len(hits) == 1:
        return hits[0]
    if hits:
        raise UsageError(
            f"{what} is {text!r}, and {len(hits)} people have that name.",
            f"Use an id or mail: {', '.join(hits)}.",
        )
    near = get_close_matches(wanted, list(people), n=3, cutoff=0.4) or list(people)[:3]
    raise UsageError(
        f"{what} is {text!r}, and nobody of this cycle has that id or mail.",
        f"Did you mean: {', '.join(near)}?" if near else "Give the export that has the people.",
    )


def _day(text: str, today: dt.date) -> pd.Timestamp:
    on = Period.of(text, text).start if text else None
    if on is None or on.date() > today:
        ahead = f"{text}, which lies ahead" if text else "blank"
        raise UsageError(
            f"The day of the feedback is {ahead}.",
            f"Give the day it was said, {today:%Y-%m-%d} or before.",
        )
    return on


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
