"""What changed in a book lately, and what is still to be done in it: what a 1:1 looks at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from csmkit.compute.health import STEPS, health_movement
from csmkit.compute.open_escalations import open_escalations
from csmkit.compute.self_check import self_check
from csmkit.cycle import Cycle, Period
from csmkit.growth.plan_texts import colour_name, listed, says
from csmkit.memo import with_period
from csmkit.text import clean, day

_ASKED = ("unprepared", "prepared", "signal", "standing")
"""Kinds of lines of the self-check that ask for something, the most urgent first."""
_REVIEWS = 5
"""How many accounts without a business review are named."""
_MOVED = ("left", "worsened", "improved")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to look at.

    Attributes
    ----------
    topic, account, says, asks : str
        What it is about, the account's name, what is on file, and what is asked.
    """

    topic: str
    account: str
    says: str
    asks: str


def changes(
    cycle: Cycle, who: str, *, on: pd.Timestamp, since: pd.Timestamp
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """What changed in a person's book and is to be done in it, and what nobody can tell.

    Parameters
    ----------
    cycle : Cycle
        The person's part of the team, or their book.
    who : str
        The person's id.
    on, since : Timestamp
        The day, inside the period, and the first day that is looked at for movements of health.

    Returns
    -------
    tuple of Change
        Renewals in the next 90 days without preparation, open escalations, other lines of the
        self-check that ask for something, and accounts whose health moved or that left.
    tuple of str
        What the export does not tell, in sentences.
    """
    checked = self_check(cycle, csm=who, on=on)
    lines = {kind: checked[checked["kind"].eq(kind) & checked["asks"].ne("")] for kind in _ASKED}
    first = lines.pop("unprepared")
    found = (
        *_lines(first),
        *_escalations(cycle, who, on),
        *(one for of in lines.values() for one in _lines(of)),
        *_reviews(checked),
        *_moved(cycle, who, on, since),
    )
    return found, tuple(_untold(cycle, checked))


def _untold(cycle: Cycle, checked: pd.DataFrame) -> Iterator[str]:
    """What the export lacks to be told; of single accounts the self-check says it."""
    for row in checked[~checked["known"] & checked["account"].eq("")].to_dict("records"):
        yield clean(row["says"]).partition(": needs ")[0] + "."
    if cycle.missing("health"):
        yield says("sheet", "no_health")
    if cycle.missing("escalations"):
        yield says("sheet", "no_escalations")


def _lines(rows: pd.DataFrame) -> Iterator[Change]:
    for row in rows.to_dict("records"):
        yield Change(*(clean(row[name]) for name in ("topic", "account", "says", "asks")))


def _reviews(checked: pd.DataFrame) -> Iterator[Change]:
    """Accounts without a business review, in one line however many there are."""
    bare = checked[checked["kind"].eq("no_review")]
    whole = checked[checked["kind"].eq("reviews")]
    if bare.empty or whole.empty:
        return
    names = [clean(name) for name in bare["account"]]
    named = listed(names[:_REVIEWS])
    if len(names) > _REVIEWS:
        named = says("sheet", "reviews_more", accounts=named, more=f"{len(names) - _REVIEWS:,}")
    line = whole.iloc[0]
    yield Change(
        topic=clean(line["topic"]),
        account="",
        says=says("sheet", "reviews", says=clean(line["says"]), accounts=named),
        asks=clean(bare["asks"].iloc[0]),
    )


def _escalations(cycle: Cycle, who: str, on: pd.Timestamp) -> Iterator[Change]:
    rows = open_escalations(cycle, on=on)
    for row in rows[rows["person_id"].eq(who)].to_dict("records"):
        severity = clean(row["severity"])
        told = {"opened": day(row["opened"]), "severity": f", {severity}" if severity else ""}
        yield Change(
            topic=says("sheet", "escalations"),
            account=clean(row["account"]),
            says=says("sheet", "escalation", **told),
            asks=says("sheet", "escalation_asks"),
        )


def _moved(cycle: Cycle, who: str, on: pd.Timestamp, since: pd.Timestamp) -> Iterator[Change]:
    moved = health_movement(with_period(cycle, Period(since, on)))
    moved = moved[moved["person_id"].eq(who)]
    for kind in _MOVED:
        for row in moved[moved["movement"].eq(kind)].to_dict("records"):
            told = says("sheet", "left")
            if row["end_status"] in STEPS and kind != "left":
                told = says(
                    "sheet",
                    "movement",
                    before=colour_name(row["start_status"]),
                    since=day(row["start_date"]),
                    after=colour_name(row["end_status"]).lower(),
                    on=day(row["end_date"]),
                )
            yield Change(
                topic=says("sheet", "health"),
                account=clean(row["account"]),
                says=told,
                asks=says("sheet", "moved_up_asks" if kind == "improved" else "movement_asks"),
            )
