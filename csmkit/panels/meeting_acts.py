"""What is done in a meeting, message by message: each becomes rows of the store, or is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from csmkit.meeting.plan import agenda, new_seed
from csmkit.meeting.state import YES, Item
from csmkit.panels.meeting_room import Room
from csmkit.panels.meeting_scores import stands
from csmkit.panels.meeting_told import DAYS_AHEAD, ids_of
from csmkit.panels.scoring_state import split_ids
from csmkit.panels.texts import refused, texts
from csmkit.store.meetings import Event
from csmkit.store.model import LEVELS, OVERALL, Change, Place, cycle_key, new_key
from csmkit.text import clean

_FINAL = "final"
_MOST = 4000
_FAR = 1e6
_ROUNDED = 0.01
"""Three thirds, each cut to a whole per cent, are a whole."""
Message = Mapping[str, Any]


class Acts:
    """The acts of one panel.

    Parameters
    ----------
    room : Room
        Where they are done.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self.known: Mapping[str, Callable[[Message], None]] = {
            name.removeprefix("do_"): getattr(self, name)
            for name in dir(self)
            if name.startswith("do_")
        }

    def do(self, message: Message) -> None:
        """Do what a message asks for, and read what the store holds then.

        Raises
        ------
        UsageError
            If it cannot be done as it was asked.
        StoreError
            If the store does not take it: another panel leads, a value moved on, a phase is
            closed.
        """
        if not self._room.by:
            raise refused("meeting", "reader")
        if message.get("do") != "plan" and self._room.meeting is None:
            raise refused("meeting", "unplanned")
        what = str(message.get("do"))
        if what != "plan" and self._room.here().signed:
            raise refused("meeting", "signed")
        self.known[what](message)
        self._room.look()

    # ---- before -------------------------------------------------------------------------------

    def do_plan(self, message: Message) -> None:
        """Plan a meeting; the agenda is shuffled with a seed that is kept."""
        room = self._room
        if room.meeting is not None and not room.meeting.signed:
            # The order is drawn once: nobody draws again until it pleases.
            raise refused("meeting", "running")
        participants = ids_of(room, message.get("participants", ()))
        facilitator = (ids_of(room, [message.get("facilitator")]) or [room.by])[0]
        if facilitator not in participants:
            participants.insert(0, facilitator)
        plan = room.plan(
            rule=str(message.get("rule")),
            seed=int(message.get("seed") or new_seed()),
            minutes=_number(message.get("minutes")),
            proposer_last=bool(message.get("proposer_last")),
            guideline=_guideline(message.get("guideline")),
        )
        people = agenda(room.live, room.matrix, rule=plan.rule, seed=plan.seed)
        if people.empty:
            raise refused("meeting", "nobody")
        meeting = f"m-{new_key()[:8]}"
        events = [
            self._event("plan", meeting=meeting, text=plan.text, key=str(message.get("key", ""))),
            self._event("facilitates", meeting=meeting, rater_id=facilitator),
            self._event("shares", meeting=meeting, rater_id=facilitator),
            *(self._event("attends", meeting=meeting, rater_id=p, value=YES) for p in participants),
            *(
                self._event("recused", meeting=meeting, rater_id=r, person_id=p, value=YES)
                for r, p in self._pairs(message.get("recused", ()))
            ),
            *(
                self._event(
                    "agenda",
                    meeting=meeting,
                    person_id=str(row["person_id"]),
                    value=str(row["position"]),
                    reason=str(row["why"]),
                )
                for row in people.to_dict("records")
            ),
            self._event("leads", meeting=meeting),
        ]
        room.store.add_events(room.cycle, events)

    def _pairs(self, pairs: Any) -> list[tuple[str, str]]:
        found = [ids_of(self._room, pair) for pair in pairs]
        return [(pair[0], pair[1]) for pair in found if len(pair) == 2]

    # ---- the room -----------------------------------------------------------------------------

    def do_lead(self, _message: Message) -> None:
        """Take the lead: from here on this panel writes, and any other follows."""
        self._add(self._event("leads"))

    def do_attend(self, message: Message) -> None:
        """Somebody comes or goes."""
        for who in ids_of(self._room, [message.get("who")]):
            self._add(self._event("attends", rater_id=who, value=YES if message["there"] else "no"))

    def do_recuse(self, message: Message) -> None:
        """A participant declares, or takes back, that they have no part in a person's rating."""
        person = self._person(message)
        for who in ids_of(self._room, [message.get("who")]):
            value = YES if message["yes"] else "no"
            self._add(self._event("recused", rater_id=who, person_id=person, value=value))

    def do_share(self, message: Message) -> None:
        """Another participant shares the screen."""
        for who in ids_of(self._room, [message.get("who")]):
            self._add(self._event("shares", rater_id=who))

    def do_open(self, message: Message) -> None:
        """Show a person; how long the one before was shown is written with it."""
        meeting = self._room.here()
        person = self._at(message)
        if person in meeting.skipped:
            self._leave(message)
            return
        self._add(
            *self._leaving(message), self._event("opens", person_id=person, key=_key(message))
        )

    def do_leave(self, message: Message) -> None:
        """The screen shows nobody any more."""
        self._leave(message)

    def _leave(self, message: Message) -> None:
        if leaving := self._leaving(message):
            self._add(*leaving)

    def _leaving(self, message: Message) -> list[Event]:
        meeting = self._room.here()
        shown = meeting.visits[-1] if meeting.visits else None
        if not meeting.here or shown is None or shown.whole or "seconds" not in message:
            return []
        seconds = max(0.0, _number(message["seconds"]))
        return [self._event("leaves", person_id=meeting.here, value=f"{seconds:.1f}")]

    def do_clock(self, message: Message) -> None:
        """The machine's clock was set to another time."""
        self._add(self._event("clock", value=f"{_number(message['seconds']):.0f}"))

    def do_edited(self, message: Message) -> None:
        """A value of the person on the screen was changed from outside."""
        self._add(
            self._event(
                "edited",
                person_id=str(message.get("person") or self._room.here().here),
                competency=str(message["competency"]),
                old=str(message["old"]),
                value=str(message["value"]),
            )
        )

    # ---- one person ---------------------------------------------------------------------------

    def do_reveal(self, message: Message) -> None:
        """Show all pre-votes of a person at once; with the first, the phase ends for everybody."""
        person, store = self._person(message), self._room.store
        # First what only the panel that leads may write: the vote is never ended by another one.
        self._add(self._event("reveals", person_id=person))
        phases = store.phases(self._room.cycle).set_index("phase")
        if not phases["revealed"]["prevote"]:
            store.reveal(self._room.cycle, who=self._room.by)

    def do_agree(self, message: Message) -> None:
        """What was proposed stands."""
        person = self._person(message)
        level = self._stands(person, OVERALL)
        if str(message.get("before", level)) != level:
            raise refused("meeting", "moved", now=_word(level))
        if not level and not self._room.scores(person)["scored"]:
            raise refused("meeting", "unscored")
        self._add(
            self._event(
                "agrees",
                person_id=person,
                competency=OVERALL,
                old=level,
                value=level,
                text=_text(message),
                key=_key(message),
            )
        )

    def do_park(self, message: Message) -> None:
        """Nothing is decided now, for a reason."""
        person, text = self._person(message), _text(message)
        if not text:
            raise refused("meeting", "park")
        self._add(self._event("parks", person_id=person, text=text, key=_key(message)))

    def do_act(self, message: Message) -> None:
        """A behaviour change that is agreed, with the day it is looked at again."""
        person, text = self._person(message), _text(message)
        if not text:
            raise refused("meeting", "act")
        due = str(message.get("due") or "") or _in_30_days()
        self._add(self._event("acts", person_id=person, text=text, value=due, key=_key(message)))

    def do_decide(self, message: Message) -> None:
        """A value is changed: what it was, what it is, why, in words, and on whose authority."""
        room, person = self._room, self._person(message)
        competency, value = str(message.get("competency")), str(message.get("value"))
        before = self._stands(person, competency)
        if str(message.get("before", before)) != before:
            raise refused("meeting", "moved", now=_word(before))
        if not _text(message):
            raise refused("meeting", "comment")
        by = self.authority(message)
        if room.here().is_recused(by, person):
            raise refused("meeting", "recused", name=room.people.label(by, masked=False))
        change = self._change(person, competency, value, _text(message), f"{_key(message)} score")
        self._add(
            self._event(
                "decides",
                person_id=person,
                rater_id=by,
                competency=competency,
                old=before,
                value=value,
                reason=str(message.get("reason")),
                text=_text(message),
                key=_key(message),
            ),
            changes=[change],
        )

    def authority(self, message: Message) -> str:
        """Who authorises or signs: a participant who is there, named and not taken for granted."""
        by = (ids_of(self._room, [message.get("by")]) or [""])[0]
        if not self._room.here().participants.get(by):
            raise refused("meeting", "authority")
        return by

    def do_undo(self, message: Message) -> None:
        """Take the last settled thing of a person back; the row stays, one more says so."""
        person = self._person(message)
        item = self._room.here().last(person)
        if item is None:
            raise refused("meeting", "nothing")
        score = f"{_key(message)} score"
        changes = [self._back(item, score)] if item.kind == "decides" else []
        self._add(
            self._event("undoes", person_id=person, value=item.key, key=_key(message)),
            changes=changes,
        )

    def do_sign(self, message: Message) -> None:
        """Somebody signs the record, by its digest."""
        self._add(
            self._event(
                "signs",
                rater_id=str(message["by"]),
                value=str(message["digest"]),
                key=_key(message),
            )
        )

    # ---- how they are written -----------------------------------------------------------------

    def _stands(self, person: str, competency: str) -> str:
        return stands(self._room.scores(person), competency)

    def _place(self, person: str, competency: str) -> Place:
        return Place(cycle_key(self._room.cycle), _FINAL, person, self._room.by, competency)

    def _own(self, person: str, competency: str, *, rater: str = "") -> list[dict[str, Any]]:
        """The final rows of a cell by one rater, the panel's own if none is named, in order."""
        rows = self._room.store.history(
            self._room.cycle, person=person, rater=rater or self._room.by, phase=_FINAL
        )
        rows = rows[rows["competency"].eq(competency)]
        return [{str(k): v for k, v in row.items()} for row in rows.to_dict("records")]

    def _change(self, person: str, competency: str, value: str, note: str, key: str) -> Change:
        own = self._own(person, competency)
        given = self._room.live.table("ratings")
        cited = given[
            given["person_id"].eq(person)
            & given["competency"].eq(competency)
            & given["phase"].isin(["manager", _FINAL])
        ]["evidence_ids"].dropna()
        ids = [one for text in cited for one in split_ids(text)]
        return Change(
            self._place(person, competency),
            value,
            evidence_ids=tuple(dict.fromkeys(ids)),
            note=note,
            seen=int(own[-1]["revision"]) if own else 0,
            who=self._room.by,
            matrix=self._room.here().plan.matrix,
            key=key,
        )

    def _back(self, item: Item, key: str) -> Change:
        """The change that takes a decision's score back, if it stands as the decision left it.

        The value of before comes back with its note and what it stood on.
        """
        own = self._own(item.person_id, item.competency, rater=item.who)
        at = next((i for i, row in enumerate(own) if row["key"] == f"{item.key} score"), -1)
        if at < 0 or own[-1]["value"] != item.after:
            raise refused("meeting", "changed_since")
        before = own[at - 1] if at else {"value": "", "evidence_ids": "", "note": ""}
        return Change(
            Place(cycle_key(self._room.cycle), _FINAL, item.person_id, item.who, item.competency),
            str(before["value"]),
            evidence_ids=tuple(split_ids(before["evidence_ids"])),
            note=str(before["note"] or ""),
            seen=int(own[-1]["revision"]),
            who=self._room.by,
            matrix=str(own[-1]["matrix"]),
            key=key,
        )

    def _person(self, message: Message) -> str:
        """Whom a message is about: the person on the screen, whom the browser names by place."""
        meeting, person = self._room.here(), self._at(message)
        if person != meeting.here:
            raise refused("meeting", "elsewhere")
        if person in meeting.skipped:
            raise refused("meeting", "skipped")
        return person

    def _at(self, message: Message) -> str:
        order = self._room.here().order
        at = message.get("at")
        if not isinstance(at, int) or not 0 <= at < len(order):
            raise refused("meeting", "place")
        return order[at]

    def _event(self, kind: str, *, meeting: str = "", **values: str) -> Event:
        room = self._room
        return Event(
            meeting or room.here().id,
            kind,
            room.by,
            desk=room.desk,
            **values,
        )

    def _add(self, *events: Event, changes: list[Change] | None = None) -> None:
        self._room.store.add_events(self._room.cycle, events, changes=changes or ())


def _key(message: Message) -> str:
    """The browser's own id of what it sent: sent twice it is done once."""
    return str(message.get("key") or new_key())


def _text(message: Message) -> str:
    return clean(str(message.get("text") or ""))[:_MOST].strip()


def _number(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise refused("meeting", "number", name=value) from None
    if number != number or abs(number) > _FAR:
        raise refused("meeting", "number", name=value)
    return number


def _guideline(given: Any) -> dict[str, float]:
    """The share of each level that somebody suggests, from percentages; blank: no guideline."""
    told = given if isinstance(given, dict) else {}
    texts_of = {name: str(told.get(name) or "").strip() for name in LEVELS}
    if not any(texts_of.values()):
        return {}
    if not all(texts_of.values()):
        raise refused("meeting", "guideline", said="a level has none")
    shares = {name: _number(text) / 100 for name, text in texts_of.items()}
    total = sum(shares.values())
    if min(shares.values()) < 0 or not 1 - _ROUNDED <= total <= 1 + 1e-9:
        raise refused("meeting", "guideline", said=f"they come to {total * 100:.4g} %")
    return shares


def _in_30_days() -> str:
    return f"{datetime.now(UTC) + timedelta(days=DAYS_AHEAD):%Y-%m-%d}"


def _word(value: str) -> str:
    return str(texts("meeting")["values"].get(value, value))
