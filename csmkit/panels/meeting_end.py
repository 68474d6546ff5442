"""The end of a meeting: what it did, and the record that is signed and written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from csmkit.meeting.reproduce import meeting_record
from csmkit.panels.meeting_acts import Acts
from csmkit.panels.meeting_details import told_table
from csmkit.panels.meeting_room import Room
from csmkit.panels.meeting_scores import stands
from csmkit.panels.texts import texts
from csmkit.render.record import render_record
from csmkit.view.tables import table_rows

_SETTLES = ("agrees", "decides")
_SHOWN = {"label": "Figure", "sentence": "In words"}


def effects_state(room: Room) -> dict[str, Any]:
    """What the meeting did so far, as aggregates."""
    signed = meeting_record(room.cycle, room.matrix, store=room.store, meeting=room.here().id)
    rows: dict[str, list[str]] = {}
    for one in signed.record.content["effects"]:
        rows.setdefault(one["sentence"], []).append(one["label"])
    found = pd.DataFrame(
        {"label": [" · ".join(of) for of in rows.values()], "sentence": list(rows)}
    )
    table = table_rows(found, columns=_SHOWN)
    words = texts("meeting")["end"]
    return {"notes": list(words["notes"]), "tables": [told_table(table)]}


def sign(room: Room, acts: Acts, message: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Sign the record as it stands, and write it.

    Raises
    ------
    StoreError
        If the store does not take the signing; then nothing is written.
    UsageError
        If the meeting is signed already, or the files cannot be written.
    """
    by = acts.authority(message)
    acts.do({**message, "do": "leave"})
    _write_edits(room, acts)
    record = meeting_record(room.cycle, room.matrix, store=room.store, meeting=room.here().id)
    acts.do({"do": "sign", "by": by, "digest": record.record.digest, "key": message.get("key")})
    whole = meeting_record(room.cycle, room.matrix, store=room.store, meeting=room.here().id)
    files = render_record(whole, room.cycle, matrix=room.matrix, out=folder)
    words = texts("meeting")["end"]
    return {"text": words["written"].format(folder=folder.name), "files": [f.name for f in files]}


def _write_edits(room: Room, acts: Acts) -> None:
    """Write down which settled values are others by now, of anybody on the agenda."""
    room.look()
    meeting = room.here()
    for who in meeting.order:
        settled: dict[str, str] = {}
        for item in meeting.items:
            if item.person_id == who and not item.undone and item.kind in _SETTLES:
                settled[item.competency] = item.after
        told = {note["competency"] for note in meeting.notes if note["person_id"] == who}
        scores = room.scores(who) if settled else {}
        for competency, value in settled.items():
            now = stands(scores, competency)
            if now != value and competency not in told:
                edit = {"person": who, "competency": competency, "old": value, "value": now}
                acts.do({"do": "edited", **edit})
