"""The record of a meeting: worked out of the store alone, the same whenever it is asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.matrix.gaps import STEPS
from csmkit.matrix.matrix import Matrix
from csmkit.matrix.model import manager_ratings, ratings_of_cycle
from csmkit.meeting.state import Item, Meeting

FORMAT, VERSION = "csmkit calibration record", 1
OVERALL = "overall"
_OF_ITEM = ("person_id", "competency", "before", "after", "reason", "text", "authorised_by")
ACTION = {"acts": "actions", "parks": "parked", "agrees": "agreed", "decides": "decisions"}


@dataclass(frozen=True)
class Record:
    """What is signed.

    Attributes
    ----------
    content : dict
        Inputs, matrix, attendance, agenda, decisions, reasons, effects; ids, no names.
    """

    content: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """SHA-256 of the content; the same rows of the store give the same digest."""
        plain = json.dumps(self.content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(plain.encode("ascii")).hexdigest()


def record_of(
    meeting: Meeting, cycle: Cycle, key: str, effects: pd.DataFrame, *, revealed: Mapping[str, int]
) -> Record:
    """A meeting's record.

    Parameters
    ----------
    meeting : Meeting
        As it stood when it was signed.
    cycle : Cycle
        The team, for the period and the currency.
    key : str
        The cycle's key in the store.
    effects : DataFrame
        What the meeting did, from `csmkit.meeting.effects.meeting_effects`.
    revealed : mapping of str to int
        Of how many pre-votes each person's were shown.
    """
    plan = meeting.plan
    settled = {
        name: [_settled(item) for item in meeting.items if item.kind == kind]
        for kind, name in ACTION.items()
    }
    content: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "cycle": key,
        "period": str(cycle.period),
        "meeting": meeting.id,
        "kit": plan.kit,
        "matrix": {"digest": plan.matrix, "label": plan.matrix_label},
        "inputs": [{"name": name, "sha256": digest} for name, digest in plan.inputs],
        "plan": {
            "rule": plan.rule,
            "seed": plan.seed,
            "minutes": plan.minutes,
            "proposer_last": plan.proposer_last,
            "guideline": dict(plan.guideline),
        },
        "facilitator": meeting.facilitator,
        "attendance": [
            {
                "person_id": who,
                "there": who in meeting.attended,
                "joined": _moment(meeting.joined.get(who)),
                "left": _moment(meeting.gone.get(who)),
            }
            for who in meeting.participants
        ],
        "recused": sorted([rater, person] for rater, person in meeting.recused),
        "agenda": [_place(meeting, at, who, revealed) for at, who in enumerate(meeting.order, 1)],
        **settled,
        "notes": [
            {
                **{n: str(note[n]) for n in ("kind", "person_id", "competency", "old", "value")},
                "at": _moment(note["at"]),
            }
            for note in meeting.notes
        ],
        "begun": _moment(meeting.begun),
        "effects": _effects(effects),
    }
    return Record(content)


def _place(meeting: Meeting, at: int, who: str, revealed: Mapping[str, int]) -> dict[str, Any]:
    visits = [visit for visit in meeting.visits if visit.person_id == who]
    return {
        "position": at,
        "person_id": who,
        "why": meeting.why.get(who, ""),
        "status": meeting.status(who),
        "shown": len(visits),
        "seconds": round(meeting.seconds(who), 1),
        "whole": all(visit.whole for visit in visits),
        "recused": sorted(r for r in meeting.recused_from(who) if r != who),
        "prevotes": revealed.get(who, 0) if who in meeting.revealed else None,
    }


def _settled(item: Item) -> dict[str, Any]:
    told = {name: getattr(item, name) for name in _OF_ITEM}
    return {**told, "at": _moment(item.at), "undone": item.undone}


def _effects(frame: pd.DataFrame) -> list[dict[str, Any]]:
    # Through JSON, as pandas writes it: a missing figure is null, a number has 15 digits at most.
    rows: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", double_precision=10))
    return rows


def _moment(at: Any) -> str:
    return "" if at is None or at is pd.NaT else f"{at:%Y-%m-%dT%H:%M:%S.%fZ}"


def discussed(meeting: Meeting, before: Cycle, after: Cycle, matrix: Matrix) -> pd.DataFrame:
    """Everybody who was on the screen, in the order they were, for `meeting_effects`.

    Parameters
    ----------
    meeting : Meeting
        The meeting.
    before, after : Cycle
        The team with the scores as they stood when it began, and as they stand at its end.
    matrix : Matrix
        Whose competencies count.

    Returns
    -------
    DataFrame
        person_id, position (order of discussion, from 1), seconds (missing where the clock did
        not count it whole), before, after (overall level; blank if none), colours_before,
        colours_after (mean of red 0, yellow 1, green 2), status.
    """
    visits: dict[str, list[bool]] = {}
    for visit in meeting.visits:
        visits.setdefault(visit.person_id, []).append(visit.whole)
    people = [who for who in visits if who in meeting.order]
    levels = [_levels(cycle, meeting) for cycle in (before, after)]
    colours = [_colours(cycle, matrix) for cycle in (before, after)]
    return pd.DataFrame(
        {
            "person_id": pd.Series(people, dtype="str"),
            "position": pd.Series(range(1, len(people) + 1), dtype="int64"),
            "seconds": pd.Series(
                [meeting.seconds(p) if all(visits[p]) else None for p in people], dtype="float64"
            ),
            **{
                name: pd.Series([of.get(p, "") for p in people], dtype="str")
                for name, of in zip(("before", "after"), levels, strict=True)
            },
            **{
                f"colours_{name}": pd.Series([of.get(p) for p in people], dtype="float64")
                for name, of in zip(("before", "after"), colours, strict=True)
            },
            "status": pd.Series([meeting.status(p) for p in people], dtype="str"),
        }
    )


def _standing(cycle: Cycle) -> pd.DataFrame:
    """Of each cell the value that stands: final, else the manager's."""
    final = ratings_of_cycle(cycle)
    final = final[final["phase"].eq("final")].sort_values("at", kind="stable")
    rows = pd.concat([manager_ratings(cycle), final], ignore_index=True)
    return rows.drop_duplicates(["person_id", "competency"], keep="last")


def _levels(cycle: Cycle, meeting: Meeting) -> dict[str, str]:
    rows = _standing(cycle)
    rows = rows[rows["competency"].eq(OVERALL) & rows["person_id"].isin(meeting.order)]
    return dict(zip(rows["person_id"], rows["value"], strict=True))


def _colours(cycle: Cycle, matrix: Matrix) -> dict[str, float]:
    rows = _standing(cycle)
    rows = rows[rows["competency"].isin(matrix.ids) & rows["value"].isin(list(STEPS))]
    steps = rows["value"].map(STEPS).astype("float64")
    return {str(who): float(mean) for who, mean in steps.groupby(rows["person_id"]).mean().items()}
