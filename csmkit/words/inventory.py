"""The inventory of a book before a review: what happened, what is on file, what is still asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from csmkit.compute.practice import QBR_TYPES
from csmkit.cycle import Cycle
from csmkit.text import clean, count_of, day, missing
from csmkit.words.facts import Person, Row, Tables, listed
from csmkit.words.facts_health import without_review
from csmkit.words.facts_voice import themes
from csmkit.words.inventory_escalations import at_own_accounts, escalations
from csmkit.words.inventory_growth import expansions
from csmkit.words.inventory_line import AFTER, Line
from csmkit.words.inventory_line import line as _line
from csmkit.words.inventory_line import near as _near
from csmkit.words.inventory_line import said as _said
from csmkit.words.inventory_onboardings import onboardings

COLUMNS = ("topic", "account", "day", "says", "on_file", "asks", "evidence_ids")
_LAST = pd.Timestamp.max


def inventory(cycle: Cycle, *, csm: str, tables: Tables | None = None) -> pd.DataFrame:
    """What happened in a book in the period, with what is on file of it, and what is not.

    Parameters
    ----------
    cycle : Cycle
        A cycle, or the person's book, with what a store holds laid over it.
    csm : str
        An id, a mail, or a name that one person has.
    tables : Tables, optional
        The frames of the same cycle, for whoever asks for many people.

    Returns
    -------
    DataFrame
        topic, account, day (missing where it is about the whole period), says, on_file (items of
        evidence in words), asks (what nobody wrote down yet; blank where nothing is missing),
        evidence_ids (with semicolons). By topic and day.

    Raises
    ------
    UsageError
        If there is no such person.
    """
    person = Person(tables or Tables(cycle), str(cycle.person(csm)["person_id"]))
    lines = [[getattr(line, name) for name in COLUMNS] for line in inventory_lines(person)]
    frame = pd.DataFrame(lines, columns=list(COLUMNS))
    texts = {name: "str" for name in COLUMNS if name != "day"}
    return frame.astype({**texts, "day": "datetime64[us]"})


def inventory_lines(person: Person, *, of_others: bool = True) -> list[Line]:
    """The rows of `inventory` for whoever needs no frame, in its order.

    Parameters
    ----------
    person : Person
        Whose.
    of_others : bool
        Whether escalations at the person's accounts that others handled are told too.
    """
    order = {name: at for at, name in enumerate(_said()["topics"].values())}
    finders = (*_FINDERS, at_own_accounts) if of_others else _FINDERS
    lines = [line for find in finders for line in find(person)]
    # What is of no day comes last, as in a frame that is sorted.
    return sorted(
        lines,
        key=lambda one: (order[one.topic], _LAST if missing(one.day) else one.day, one.account),
    )


def _due(person: Person, row: Row) -> str:
    """The day a renewal was due, and the day it was signed where that is another one."""
    due = day(row["due"])
    if row["outcome"] != "renewed" or missing(row["closed"]) or row["closed"] == row["due"]:
        return due
    before = " before the period" if row["closed"] < person.cycle.period.start else ""
    return f"{due}, signed {day(row['closed'])}{before}"


def _renewals(person: Person) -> Iterator[Line]:
    says, asks = _said()["says"], _said()["asks"]
    trouble = {(row["account_id"], row["due"]): row for row in person.rows("troubled")}
    for row in person.rows("renewals"):
        due, before, after = _due(person, row), row["arr_due"], row["arr_renewed"]
        items = _near(person, row["account_id"], row["due"])
        was = trouble.get((row["account_id"], row["due"]))
        asked = ""
        if row["outcome"] != "renewed":
            name = "open" if row["outcome"] == "open" else "lost"
            arr = "" if missing(before) else f", {person.money(before)}"
            text, asked = says[name].format(due=due, arr=arr), asks[name]
        elif missing(after):
            text = says["renewed_unknown"].format(due=due)
        elif missing(before) or before == after:
            text = says["renewed_flat"].format(arr=person.money(after), due=due)
        else:
            told = {"arr": person.money(after), "due": due, "before": person.money(before)}
            text, asked = (
                says["renewed"].format(**told),
                asks["grew" if after > before else "shrank"],
            )
        if was is not None:
            text += says["after_trouble"].format(
                trouble=was["trouble"], troubled=day(was["troubled"])
            )
            asked = asks["after_trouble"]
        yield _line(
            "renewals",
            text,
            asks="" if items else asked,
            account=row["account"],
            account_id=row["account_id"],
            on=row["due"],
            items=items,
        )


def _health(person: Person) -> Iterator[Line]:
    for row in person.rows("health"):
        if row["movement"] not in ("worsened", "improved"):
            continue
        items = [
            item
            for item in person.items(account=row["account_id"])
            if item["date"] >= row["start_date"]
        ]
        text = _said()["says"][row["movement"]].format(
            before=row["start_status"],
            first=day(row["start_date"]),
            after=row["end_status"],
            last=day(row["end_date"]),
        )
        yield _line(
            "health",
            text,
            asks="" if items else _said()["asks"][row["movement"]],
            account=row["account"],
            account_id=row["account_id"],
            on=row["end_date"],
            items=items,
        )


def _reviews(person: Person) -> Iterator[Line]:
    says, asks = _said()["says"], _said()["asks"]
    if person.cycle.missing("touchpoints"):
        return
    for row in person.rows("touches"):
        if row["type"] in QBR_TYPES:
            items = person.items("qbr", account=row["account_id"])
            near = [i for i in items if abs(i["date"] - row["date"]) <= AFTER]
            yield _line(
                "reviews",
                says["review"],
                account=row["account"],
                account_id=row["account_id"],
                on=row["date"],
                items=near,
            )
    if person.role == "csm":
        for name in without_review(person):
            yield _line("reviews", says["no_review"], asks=asks["no_review"], account=name)


def _voice(person: Person) -> Iterator[Line]:
    says, asks = _said()["says"], _said()["asks"]
    items = person.items("voice")
    for month, rows in themes(person).items():
        text = says["theme"].format(count=count_of(len(rows), "item"), month=month)
        yield _line("voice", text, asks=asks["theme"], on=rows[0]["date"], items=rows)
    yield from _listed("voice", items)
    if not items:
        yield _line("voice", says["none"], asks=asks["no_voice"])


def _turned_down(person: Person) -> Iterator[Line]:
    items = person.items("push_back")
    yield from _listed("turned_down", items)
    if not items:
        yield _line("turned_down", _said()["says"]["none"], asks=_said()["asks"]["no_refusal"])


def _advocacy(person: Person) -> Iterator[Line]:
    says, asks = _said()["says"], _said()["asks"]
    items = person.items("advocacy")
    if items:
        count = count_of(len(items), "act")
        yield _line("advocacy", says["acts"].format(count=count), items=items)
        return
    green = [clean(r["account"]) for r in person.rows("health") if r["movement"] == "held green"]
    asked = asks["no_advocacy"].format(names=listed(sorted(green))) if green else asks["no_green"]
    yield _line("advocacy", says["none"], asks=asked)


def _passed_on(person: Person) -> Iterator[Line]:
    items = person.items("playbook", "mentoring")
    yield from _listed("passed_on", items)
    if not items:
        yield _line("passed_on", _said()["says"]["none"], asks=_said()["asks"]["no_passed_on"])


def _listed(topic: str, items: list[Row]) -> Iterator[Line]:
    for row in items:
        account = clean(row["account"])
        asked = _said()["asks"]["item_account"] if topic == "voice" and not account else ""
        yield _line(
            topic,
            _said()["says"]["item"],
            asks=asked,
            account=account,
            account_id=row["account_id"],
            on=row["date"],
            items=[row],
        )


_FINDERS: tuple[Callable[[Person], Iterator[Line]], ...] = (
    _renewals,
    expansions,
    onboardings,
    _health,
    _reviews,
    escalations,
    _voice,
    _turned_down,
    _advocacy,
    _passed_on,
)
