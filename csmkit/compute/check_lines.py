"""The lines of a self-check: each topic of one person, from frames of the whole cycle."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from csmkit.compute.accounts import with_account_names
from csmkit.compute.customers import owned_accounts
from csmkit.compute.ledger import ledger
from csmkit.compute.metrics import metrics
from csmkit.compute.open_escalations import open_escalations
from csmkit.compute.practice import QBR_OWNED_DAYS, QBR_TYPES, touches, work_on_accounts
from csmkit.compute.renewals_ahead import (
    KINDS,
    SOURCES,
    TRACKED_DAYS,
    dues_need,
    preparation_seen,
    renewals_ahead,
)
from csmkit.compute.use_signals import STALE_DAYS, Rule, not_judged, standing_below, use_signals
from csmkit.cycle import DAY, Cycle, Period
from csmkit.memo import with_period
from csmkit.text import by_unit, clean, count_of, day, missing, money

TOPICS = {"reviews": "qbr_coverage", "use": "licence_use", "renewals": "renewal_rate"}
"""Each topic of a book, and the metric whose roles it is for."""
LARGEST = 3
"""So many of the largest renewals ahead are named, whatever is on file of them."""
_HANDLES = "cs_ops"
"""The role that has escalations and no book."""
_NARROW = "\N{NARROW NO-BREAK SPACE}"
_KEYS = ["person_id", "account_id"]
Row = Mapping[str, Any]


class Line(NamedTuple):
    """One line of a self-check; the fields are its columns."""

    person_id: str
    topic: str
    kind: str
    account_id: str
    account: str
    day: Any
    says: str
    asks: str
    known: bool
    needs: str


@cache
def said() -> Mapping[str, Any]:
    """All of ``self_check.toml``."""
    text = Path(__file__).with_name("self_check.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


class Check:
    """A check of a cycle on a day; the frames are worked out once for everybody.

    Parameters
    ----------
    cycle : Cycle
        A cycle, a book, or one person's part.
    rule : Rule
        The day, and when use is a signal.
    ahead : int
        Renewals due in so many days are looked at.
    """

    def __init__(self, cycle: Cycle, rule: Rule, ahead: int) -> None:
        # Owners do not depend on the period: kept here, they are not worked out for each window.
        ledger(cycle)
        self.cycle, self.rule = cycle, rule
        self.so_far = with_period(cycle, Period(cycle.period.start, rule.on))
        owned = owned_accounts(self.so_far)
        self.owned = owned[owned["last"] >= rule.on]
        self.accounts = self.owned.groupby("person_id").size()
        self.reviews = _by_person(self._reviewed())
        self.falls = _by_person(use_signals(cycle, rule))
        self.standing = _by_person(standing_below(cycle, rule))
        self.unjudged = _by_person(not_judged(cycle, rule))
        self.due = _by_person(renewals_ahead(cycle, on=rule.on, ahead=ahead))
        # What the export lacks is the same for everybody.
        self.no_touches = cycle.missing("touchpoints")
        self.no_use = cycle.missing("usage.active", "usage.expected")
        self.no_resolved = cycle.missing("escalations.resolved")
        self.open = _by_person(open_escalations(cycle, on=rule.on))
        self.no_dues, self.no_renewals = dues_need(cycle), cycle.missing("renewals")
        self.seen = preparation_seen(cycle)
        self.told = {
            "on": day(rule.on),
            "since": day(cycle.period.start),
            "until": day(rule.on + ahead * DAY),
            "stale": day(rule.on - STALE_DAYS * DAY),
            "below": f"{round(rule.below * 100, 1):g}{_NARROW}%",
            "within": count_of(rule.within, "day"),
            "week": str(rule.week),
            "tracked": count_of(TRACKED_DAYS, "day"),
        }

    def lines(self, who: str, role: str) -> Iterator[Line]:
        """All of one person, by topic; of each topic the line that counts comes first."""
        finders = {"reviews": self._reviews, "use": self._use, "renewals": self._renewals}
        if role == _HANDLES:
            yield from self._escalations(who)
            return
        asked = [name for name, metric in TOPICS.items() if role in metrics()[metric].roles]
        if not asked:
            yield self._line(who, "book", "no_topics")
        elif who not in self.accounts.index:
            yield self._line(who, "book", "no_accounts")
        else:
            for name in asked:
                yield from finders[name](who)

    def _line(
        self,
        who: str,
        topic: str,
        kind: str,
        row: Row | None = None,
        /,
        *,
        on: Any = pd.NaT,
        asks: str = "",
        needs: str = "",
        **fill: str,
    ) -> Line:
        """A line whose texts are those of its kind; it is known where nothing is needed."""
        of = row or {}
        return Line(
            person_id=who,
            topic=said()["topics"][topic],
            kind=kind,
            account_id=str(of.get("account_id", "")),
            account=clean(of.get("account", "")),
            day=on,
            says=said()["says"][kind].format(**{**self.told, "needs": needs, **fill}),
            asks=said()["asks"].get(asks or kind, ""),
            known=not needs,
            needs=needs,
        )

    def _reviewed(self) -> pd.DataFrame:
        """Accounts owned long enough by the period's end if they stay, and whether each had one."""
        left = (self.cycle.period.end - self.rule.on).days
        # Nobody is expected to have seen an account on days away.
        work = work_on_accounts(self.so_far).groupby(_KEYS, as_index=False)[["days"]].sum()
        owned = self.owned.drop(columns="days").merge(work, on=_KEYS)
        long = with_account_names(self.cycle, owned[owned["days"] + left >= QBR_OWNED_DAYS])
        seen = touches(self.so_far)
        held = pd.MultiIndex.from_frame(seen.loc[seen["type"].isin(QBR_TYPES), _KEYS])
        had = pd.MultiIndex.from_frame(long[_KEYS]).isin(held)
        return long.assign(had=had).sort_values("account")

    def _reviews(self, who: str) -> Iterator[Line]:
        if needs := self.no_touches:
            yield self._line(who, "reviews", "reviews_needs", needs=needs)
            return
        rows = self.reviews.get(who, [])
        done = sum(bool(row["had"]) for row in rows)
        kind = "reviews" if rows else "reviews_none"
        yield self._line(who, "reviews", kind, done=f"{done:,}", of=count_of(len(rows), "account"))
        for row in rows:
            if not row["had"]:
                yield self._line(who, "reviews", "no_review", row)

    def _use(self, who: str) -> Iterator[Line]:
        if needs := self.no_use:
            yield self._line(who, "use", "use_needs", needs=needs)
            return
        falls, unjudged = self.falls.get(who, []), self.unjudged.get(who, [])
        if falls:
            acted = sum(not missing(row["acted"]) for row in falls)
            times = count_of(len(falls), "time")
            yield self._line(who, "use", "use", count=times, acted=f"{acted:,}")
            yield self._line(who, "use", "use_looked")
        elif len(unjudged) < self.accounts[who]:
            yield self._line(who, "use", "use_none")
        else:
            needs = "; ".join(dict.fromkeys(row["needs"] for row in unjudged))
            yield self._line(who, "use", "use_untold", needs=needs)
        for row in falls:
            if missing(row["acted"]):
                yield self._fall(who, row)
        for row in self.standing.get(who, []):
            began = row["first"] <= self.cycle.period.start
            when = said()["says"]["when_began" if began else "when_taken"]
            told = _figures(row)
            yield self._line(who, "use", "standing", row, on=row["read"], when=when, **told)
        for row in unjudged:
            yield self._line(who, "use", row["why"], row, needs=row["needs"])

    def _fall(self, who: str, row: Row) -> Line:
        says, asks = said()["says"], "signal"
        told = {"until": day(row["until"]), "over": "", "handed": "", "week_told": ""}
        if row["read"] < row["judged"]:
            told["week_told"] = says["signal_week"].format(**self.told, judged=day(row["judged"]))
        if not missing(row["over"]):
            told["over"], asks = says["signal_over"].format(over=day(row["over"])), "signal_over"
        if row["handed"]:
            told["handed"], asks = says["signal_handed"], "signal_handed"
        told |= _figures(row)
        return self._line(who, "use", "signal", row, on=row["judged"], asks=asks, **told)

    def _renewals(self, who: str) -> Iterator[Line]:
        if needs := self.no_dues:
            yield self._line(who, "renewals", "renewals_needs", needs=needs)
            return
        rows, seen = self.due.get(who, []), self.seen
        count = count_of(len(rows), "renewal")
        if rows and not any(seen.values()):
            needs = " or ".join(need for of in SOURCES.values() for need in of)
            yield self._line(who, "renewals", "preparation_needs", needs=needs, count=count)
            return
        words = said()
        by = words["says"]["renewals_contracts"] if self.no_renewals else ""
        done = sum(bool(row["prepared"]) for row in rows)
        kind = "renewals" if rows else "renewals_none"
        yield self._line(who, "renewals", kind, count=count, prepared=f"{done:,}", by=by)
        if rows:
            looked = ", ".join(words["looked"][name] for name, there in seen.items() if there)
            lacks = [words["lacks"][name] for name, there in seen.items() if not there]
            text = words["says"]["not_exported"].format(lacking=" and no ".join(lacks))
            lacking = text if lacks else ""
            yield self._line(who, "renewals", "renewals_looked", looked=looked, lacking=lacking)
        largest = {row["account_id"] for row in sorted(rows, key=_arr, reverse=True)[:LARGEST]}
        for row in rows:
            late = not missing(row["plan_due"])
            if not row["prepared"] or late or row["account_id"] in largest:
                yield self._renewal(who, row, late=late)

    def _renewal(self, who: str, row: Row, *, late: bool) -> Line:
        """A renewal ahead: amount, due day, what is on file, and a plan that is past due."""
        words, arr = said(), row["arr_due"]
        amount = "" if missing(arr) else money(float(arr), currency=self.cycle.currency)
        told = {"due": day(row["due"]), "arr": f", {amount}" if amount else ""}
        if not row["prepared"]:
            since = day(row["since"])
            return self._line(
                who, "renewals", "unprepared", row, on=row["due"], since=since, **told
            )
        shown = words["on_file"]
        found = [
            shown[kind].format(day=day(row[kind]))
            for kind in KINDS
            if not missing(row[kind]) and not (kind == "plan" and late)
        ]
        if late:
            found.append(shown["plan_due"].format(day=day(row["plan_due"])))
        asks = "plan_due" if late else ""
        told |= {"found": ", ".join(found)}
        return self._line(who, "renewals", "prepared", row, on=row["due"], asks=asks, **told)

    def _escalations(self, who: str) -> Iterator[Line]:
        """What somebody of CS operations has open."""
        if needs := self.no_resolved:
            yield self._line(who, "escalations", "escalations_needs", needs=needs)
            return
        rows, on = self.open.get(who, []), self.rule.on
        count = count_of(len(rows), "escalation")
        kind = "escalations" if rows else "escalations_none"
        yield self._line(who, "escalations", kind, count=count)
        for row in rows:
            severity = clean(row["severity"])
            again = "" if missing(row["recurrence_of"]) else said()["says"]["escalation_again"]
            told = {
                "opened": day(row["opened"]),
                "days": count_of((on - row["opened"]).days, "day"),
                "severity": f", {severity}" if severity else "",
                "again": again,
            }
            yield self._line(who, "escalations", "escalation", row, on=row["opened"], **told)


def _arr(row: Row) -> float:
    """What orders renewals by size; without an amount nobody knows how large one is."""
    return -1.0 if missing(row["arr_due"]) else float(row["arr_due"])


def _figures(row: Row) -> dict[str, str]:
    """The slots of a reading."""
    return {
        "active": f"{row['active']:,.0f}",
        "expected": f"{row['expected']:,.0f}",
        "read": day(row["read"]),
        "share": by_unit(1 - row["active"] / row["expected"], "share"),
    }


def _by_person(frame: pd.DataFrame) -> dict[str, list[Row]]:
    return {
        str(who): [{str(k): v for k, v in row.items()} for row in rows.to_dict("records")]
        for who, rows in frame.groupby("person_id", sort=False)
    }
