"""What the browser is told: the sheet that stays, the room as it stands, one person at a time."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

from csmkit.meeting.plan import RULES, reasons
from csmkit.meeting.state import OPEN, STATUSES, Item, Meeting
from csmkit.panels.heatmap_state import shortened
from csmkit.panels.meeting_details import DETAILS
from csmkit.panels.meeting_room import Room
from csmkit.panels.texts import texts
from csmkit.store.meetings import REASONS
from csmkit.store.model import COLOURS, LEVELS, OVERALL
from csmkit.terms import managers
from csmkit.text import clean, day

DAYS_AHEAD = 30


def sheet_state(room: Room) -> dict[str, Any]:
    """What stays as it is: the competencies, the words, what can be chosen."""
    said = texts("meeting")
    return {
        "columns": [
            {"id": c.id, "name": c.name, "head": shortened(c.name), "pillar": c.pillar}
            for c in room.matrix.competencies
        ],
        "pillars": list(room.matrix.pillars),
        "overall": OVERALL,
        "values": {"competency": list(COLOURS), "overall": list(LEVELS)},
        "words": said["words"],
        "reasons": [[name, said["reasons"][name]] for name in REASONS],
        "why": said["why"],
        "statuses": {name: said["statuses"][name] for name in STATUSES},
        "details": [[name, said["details"][name]["title"]] for name in DETAILS],
        "help": said["help"],
        "keys": [[k["keys"], k["does"]] for k in said["keys"]],
        "period": f"{day(room.cycle.period.start)} to {day(room.cycle.period.end)}",
        "days_ahead": DAYS_AHEAD,
    }


def room_state(room: Room, *, masked: bool, news: str = "") -> dict[str, Any]:
    """The room as it stands; before a meeting is planned, what can be planned."""
    meeting = room.meeting
    told: dict[str, Any] = {
        "stage": "prepare" if meeting is None else "signed" if meeting.signed else "meet",
        "masked": masked,
        "news": news,
        "writes": bool(room.by),
        "by": _label(room, room.by, masked),
        "closed": _closed(room),
        "empty": "" if len(room.people.ids) else texts("meeting")["words"]["nobody"],
    }
    return told if meeting is None else {**told, **_meeting(room, meeting, masked)}


def _meeting(room: Room, meeting: Meeting, masked: bool) -> dict[str, Any]:
    skipped = set(meeting.skipped)
    order = [
        {
            "key": room.people.keys.get(who, ""),
            "label": _label(room, who, masked),
            "skipped": who in skipped,
            **(_NOTHING if who in skipped else _place(room, meeting, who)),
        }
        for who in meeting.order
    ]
    here = meeting.order.index(meeting.here) if meeting.here in meeting.order else -1
    left = [who for who in meeting.order if meeting.status(who) == OPEN]
    return {
        "id": meeting.id,
        "lead": {"mine": room.leads, "anybody": bool(meeting.lead)},
        "facilitator": _label(room, meeting.facilitator, masked),
        "sharing": _key(room, meeting.sharing),
        "people": [_participant(room, meeting, who, masked) for who in meeting.participants],
        "order": order,
        "here": here,
        "begun": meeting.begun is not None,
        "minutes": meeting.plan.minutes,
        "pool": round(meeting.pool),
        "used": round(sum(meeting.seconds(who) for who in meeting.order)),
        "left": len(left),
        "counts": {s: [meeting.status(who) for who in meeting.order].count(s) for s in STATUSES},
        "rule": meeting.plan.rule,
        "seed": meeting.plan.seed,
        "proposer_last": meeting.plan.proposer_last,
        "guideline": dict(meeting.plan.guideline),
        "signed": [
            {"by": _label(room, one["by"], masked), "at": f"{one['at']:%Y-%m-%d %H:%M} UTC"}
            for one in meeting.signed
        ],
    }


_NOTHING: dict[str, Any] = {"status": "", "seconds": 0, "why": []}
"""What is told of somebody on whom whoever shares the screen has no part."""


def _place(room: Room, meeting: Meeting, who: str) -> dict[str, Any]:
    # The page that shows a person counts what it is showing by itself.
    counting = [
        visit
        for visit in meeting.visits[-1:]
        if not visit.whole and visit.desk == room.desk and visit.person_id == who == meeting.here
    ]
    seconds = meeting.seconds(who) - sum(visit.seconds for visit in counting)
    return {
        "status": meeting.status(who),
        "seconds": round(seconds),
        "why": [key for key in meeting.why.get(who, "").split(";") if key],
    }


def _participant(room: Room, meeting: Meeting, who: str, masked: bool) -> dict[str, Any]:
    joined = meeting.joined.get(who)
    return {
        "key": _key(room, who),
        "label": _label(room, who, masked),
        "there": meeting.participants[who],
        "late": f"{joined:%H:%M} UTC" if joined is not None else "",
        "recused": bool(meeting.here) and meeting.is_recused(who, meeting.here),
        "declared": (who, meeting.here) in meeting.recused,
        "facilitates": who == meeting.facilitator,
    }


def person_told(room: Room, at: int, *, masked: bool) -> dict[str, Any]:
    """One person of the agenda, by their place; nothing of them where they are skipped."""
    meeting = room.here()
    who = meeting.order[at]
    label = _label(room, who, masked)
    told: dict[str, Any] = {"at": at, "label": label, **_place(room, meeting, who)}
    if who in meeting.skipped:
        told |= _NOTHING
        sharing = _label(room, meeting.sharing, masked)
        words = texts("meeting")["words"]
        why = words["own"] if who == meeting.sharing else words["skipped"]
        return {**told, "skipped": why.format(name=label, sharing=sharing)}
    facts = room.facts(who)
    state = {
        **facts,
        "about": [pair for pair in facts["about"] if not masked or pair[2]],
        "scores": room.scores(who),
        "votes": room.votes(who),
        "voters": room.voters(who),
        "speaking": _speaking(room, meeting, who, masked),
        "items": [_item(room, item, masked) for item in meeting.items if item.person_id == who],
    }
    return {**told, "skipped": "", **(room.mask.state(state) if masked else state)}


def _speaking(room: Room, meeting: Meeting, who: str, masked: bool) -> list[str]:
    """Who speaks in turn: drawn by lot for each person, the proposer last where that was wanted."""
    there = [one for one in meeting.participants if meeting.participants[one]]
    there = [one for one in there if not meeting.is_recused(one, who)]
    random.Random(f"{meeting.plan.seed} {who}").shuffle(there)  # noqa: S311 - no secret
    proposer = room.people.managers.get(who, "")
    if meeting.plan.proposer_last:
        there.sort(key=lambda one: one == proposer)
    return [_label(room, one, masked) for one in there]


def _item(room: Room, item: Item, masked: bool) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "competency": item.competency,
        "before": item.before,
        "after": item.after,
        "reason": item.reason,
        "text": clean(item.text),
        "by": _label(room, item.authorised_by, masked),
        "at": f"{item.at:%H:%M} UTC",
        "undone": item.undone,
    }


def preparation(room: Room, *, masked: bool) -> dict[str, Any]:
    """What can be planned: who may take part, and how many people each agenda holds."""
    why = reasons(room.live, room.matrix) if room.people.ids else {}
    leads = managers(room.cycle)
    everybody = room.cycle.table("people")["person_id"].drop_duplicates()
    return {
        "people": [
            {"key": _key(room, who), "label": _label(room, who, masked), "manager": who in leads}
            for who in map(str, everybody)
        ],
        "by": _key(room, room.by),
        "rules": {
            rule: sum(1 for keys in why.values() if keys or rule == RULES[0]) for rule in RULES
        },
        "why": {key: sum(key in keys for keys in why.values()) for key in texts("meeting")["why"]},
    }


def _key(room: Room, who: str) -> str:
    """A number that stands for somebody, whether names are masked or not."""
    return room.people.label(who, masked=True).removeprefix("Person ") if who else ""


def _label(room: Room, who: str, masked: bool) -> str:
    return room.people.label(who, masked=masked) if who else ""


def _closed(room: Room) -> str:
    state = room.store.phases(room.cycle).set_index("phase")
    if state["state"]["final"] != "closed":
        return ""
    return str(texts("meeting")["words"]["closed"])


def ids_of(room: Room, keys: Iterable[Any]) -> list[str]:
    """The ids that numbers stand for; what stands for nobody is left out."""
    everybody = map(str, room.cycle.table("people")["person_id"].drop_duplicates())
    known = {_key(room, who): who for who in everybody}
    return [known[str(key)] for key in keys if str(key) in known]
