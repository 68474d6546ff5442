"""A meeting as it stands, worked out of its rows: nothing is kept beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from csmkit.meeting.plan import Plan

AGREED, CHANGED, PARKED, OPEN = "agreed", "changed", "parked", "open"
STATUSES = (AGREED, CHANGED, PARKED, OPEN)
YES = "yes"
_CAN_BE_UNDONE = frozenset({"decides", "agrees", "parks", "acts"})
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    """Something settled about a person: a decision, an agreement, a parking, an action.

    Attributes
    ----------
    kind : str
        decides, agrees, parks or acts.
    key : str
        The row's key, by which it is undone.
    number : int
        The row's number: later ones are larger.
    person_id : str
        Whom it is about.
    competency, before, after, reason, text, authorised_by : str
        As it was written; ``after`` of an action is the day it is due.
    at : Timestamp
        When, in UTC.
    undone : bool
        Whether a later row took it back.
    who : str
        Who wrote it; a decision's score is theirs.
    """

    kind: str
    key: str
    number: int
    person_id: str
    competency: str
    before: str
    after: str
    reason: str
    text: str
    authorised_by: str
    at: pd.Timestamp
    undone: bool
    who: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """One time that a person was on the screen.

    ``seconds`` are what the panel's own clock counted; where it never told, the time until the
    meeting's last row before the interruption, and ``whole`` is False. ``desk`` is the panel that
    showed the person.
    """

    person_id: str
    at: pd.Timestamp
    seconds: float
    whole: bool
    desk: str = ""


@dataclass(frozen=True)
class Meeting:
    """A meeting as its rows tell it.

    Attributes
    ----------
    id : str
        Its id in the cycle.
    plan : Plan
        What was settled before.
    facilitator : str
        Who leads it.
    participants : dict of str to bool
        Who takes part, in the order they were named, and whether they are there now.
    attended : frozenset of str
        Who was there at any time since the meeting began; before it, who is there.
    joined, gone : dict of str to Timestamp
        When each came first, where that was after the meeting began; when each left who did.
    recused : frozenset of tuple
        (participant, person) declared; one's own record is always among them.
    order : tuple of str
        Whom it is about, in order.
    why : dict of str to str
        Why each is on the agenda.
    sharing : str
        The participant who shares the screen.
    lead : str
        The panel that leads.
    here : str
        Who is on the screen.
    revealed : frozenset of str
        Of whom the pre-votes were shown.
    items : tuple of Item
        What was settled, in order, with what was taken back.
    visits : tuple of Visit
        Who was on the screen when, and how long.
    notes : tuple of dict
        Clock changes and edits from outside: kind, person_id, competency, old, value, text, at.
    signed : tuple of dict
        Each signing: by, digest, at.
    begun : Timestamp or None
        When the first person was shown.
    """

    id: str
    plan: Plan
    facilitator: str = ""
    participants: Mapping[str, bool] = field(default_factory=dict)
    attended: frozenset[str] = frozenset()
    joined: Mapping[str, pd.Timestamp] = field(default_factory=dict)
    gone: Mapping[str, pd.Timestamp] = field(default_factory=dict)
    recused: frozenset[tuple[str, str]] = frozenset()
    order: tuple[str, ...] = ()
    why: Mapping[str, str] = field(default_factory=dict)
    sharing: str = ""
    lead: str = ""
    here: str = ""
    revealed: frozenset[str] = frozenset()
    items: tuple[Item, ...] = ()
    visits: tuple[Visit, ...] = ()
    notes: tuple[Row, ...] = ()
    signed: tuple[Row, ...] = ()
    begun: pd.Timestamp | None = None

    def standing(self, kind: str, person: str = "") -> list[Item]:
        """Items of a kind that were not taken back, of one person or of all."""
        return [
            item
            for item in self.items
            if item.kind == kind and not item.undone and person in ("", item.person_id)
        ]

    def status(self, person: str) -> str:
        """Where a person stands: what was settled last of parking and agreeing, and any change."""
        if self.standing("decides", person):
            return CHANGED
        told = [*self.standing("parks", person), *self.standing("agrees", person)]
        if not told:
            return OPEN
        return PARKED if max(told, key=lambda item: item.number).kind == "parks" else AGREED

    def last(self, person: str) -> Item | None:
        """The latest item of a person that can be taken back."""
        mine = [i for i in self.items if i.person_id == person and not i.undone]
        return mine[-1] if mine else None

    def seconds(self, person: str) -> float:
        """How long a person was on the screen, over all visits."""
        return sum(visit.seconds for visit in self.visits if visit.person_id == person)

    def is_recused(self, rater: str, person: str) -> bool:
        """Whether a participant has no part in a person's rating."""
        return rater == person or (rater, person) in self.recused

    def recused_from(self, person: str) -> list[str]:
        """Who has no part in a person's rating: participants, and whoever was declared."""
        declared = sorted(rater for rater, of in self.recused if of == person)
        known = dict.fromkeys([*self.participants, *declared])
        return [rater for rater in known if self.is_recused(rater, person)]

    @property
    def skipped(self) -> list[str]:
        """Who is not shown while the one shares who shares now."""
        return [who for who in self.order if self.is_recused(self.sharing, who)]

    @property
    def pool(self) -> float:
        """Seconds saved, or overspent if below 0, on people who are done or were shown."""
        allowed = self.plan.minutes * 60
        done = [who for who in self.order if self.status(who) != OPEN and who != self.here]
        return sum(allowed - self.seconds(who) for who in done)


def latest_meeting(events: pd.DataFrame) -> str:
    """The id of the meeting planned last; blank if there is none."""
    plans = events.loc[events["kind"].eq("plan"), "meeting"]
    return str(plans.iloc[-1]) if len(plans) else ""


def meeting_of(events: pd.DataFrame, meeting: str = "") -> Meeting | None:
    """A meeting as it stands.

    Parameters
    ----------
    events : DataFrame
        The rows of a cycle's meetings, as `Store.events` gives them.
    meeting : str, optional
        Its id; the one planned last without it.

    Returns
    -------
    Meeting or None
        None if there is none.
    """
    asked = meeting or latest_meeting(events)
    rows = [
        {str(k): v for k, v in row.items()}
        for row in events[events["meeting"].eq(asked)].to_dict("records")
    ]
    plans = [row for row in rows if row["kind"] == "plan"]
    if not plans:
        return None
    by_kind: dict[str, list[Row]] = {}
    for row in rows:
        by_kind.setdefault(row["kind"], []).append(row)

    def _last(kind: str, column: str) -> str:
        told = by_kind.get(kind, ())
        return str(told[-1][column]) if told else ""

    agenda = sorted(by_kind.get("agenda", ()), key=lambda row: int(row["value"]))
    opened = by_kind.get("opens", ())
    begun = opened[0]["at"] if opened else None
    attends = by_kind.get("attends", ())
    return Meeting(
        id=asked,
        plan=Plan.of(plans[-1]["text"]),
        facilitator=_last("facilitates", "rater_id"),
        participants={row["rater_id"]: row["value"] == YES for row in attends},
        **_attendance(attends, begun),
        recused=_recused(by_kind.get("recused", ())),
        order=tuple(row["person_id"] for row in agenda),
        why={row["person_id"]: row["reason"] for row in agenda},
        sharing=_last("shares", "rater_id"),
        lead=_last("leads", "desk"),
        here=_last("opens", "person_id"),
        revealed=frozenset(row["person_id"] for row in by_kind.get("reveals", ())),
        items=tuple(_items(rows)),
        visits=tuple(_visits(rows)),
        notes=tuple(row for row in rows if row["kind"] in ("clock", "edited")),
        signed=tuple(
            {"by": row["rater_id"], "digest": row["value"], "at": row["at"]}
            for row in by_kind.get("signs", ())
        ),
        begun=begun,
    )


def _attendance(rows: Iterable[Row], begun: pd.Timestamp | None) -> dict[str, Any]:
    """Who was there at any time, and when they came or left, of rows in order."""
    there: dict[str, bool] = {}
    attended: set[str] = set()
    joined: dict[str, pd.Timestamp] = {}
    gone: dict[str, pd.Timestamp] = {}
    for row in rows:
        who, comes, late = row["rater_id"], row["value"] == YES, _is_after(row["at"], begun)
        if late and there.get(who):
            attended.add(who)
        if comes and late and who not in attended:
            joined.setdefault(who, row["at"])
        if comes:
            gone.pop(who, None)
        elif late and there.get(who):
            gone[who] = row["at"]
        there[who] = comes
    attended |= {who for who, comes in there.items() if comes}
    return {"attended": frozenset(attended), "joined": joined, "gone": gone}


def _is_after(at: pd.Timestamp, begun: pd.Timestamp | None) -> bool:
    return begun is not None and at > begun


def _recused(rows: Any) -> frozenset[tuple[str, str]]:
    latest = {(row["rater_id"], row["person_id"]): row["value"] for row in rows}
    return frozenset(pair for pair, value in latest.items() if value == YES)


def _items(rows: list[dict[str, Any]]) -> Iterator[Item]:
    gone = {row["value"] for row in rows if row["kind"] == "undoes"}
    for row in rows:
        if row["kind"] in _CAN_BE_UNDONE:
            yield Item(
                kind=row["kind"],
                key=row["key"],
                number=int(row["id"]),
                person_id=row["person_id"],
                competency=row["competency"],
                before=row["old"],
                after=row["value"],
                reason=row["reason"],
                text=row["text"],
                authorised_by=row["rater_id"],
                at=row["at"],
                undone=row["key"] in gone,
                who=row["who"],
            )


def _visits(rows: list[dict[str, Any]]) -> Iterator[Visit]:
    """Each opening with the leaving that follows it, or with what came before the next one."""
    opened: Row | None = None
    last = None
    for row in rows:
        if opened is not None and row["kind"] == "leaves":
            seconds = float(row["value"])
            yield Visit(opened["person_id"], opened["at"], seconds, True, opened["desk"])
            opened = None
        elif row["kind"] in ("opens", "leads"):
            if opened is not None:
                yield _cut_short(opened, last)
            opened = row if row["kind"] == "opens" else None
        last = row
    if opened is not None:
        yield _cut_short(opened, last)


def _cut_short(opened: Row, last: Row | None) -> Visit:
    until = last["at"] if last is not None else opened["at"]
    seconds = (until - opened["at"]).total_seconds()
    return Visit(opened["person_id"], opened["at"], seconds, False, opened["desk"])
