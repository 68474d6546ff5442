"""Whether an agreed action was kept: each answer a row, of which the latest stands."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import insert, select

from csmkit.errors import UsageError
from csmkit.names import with_action_ids
from csmkit.schema import TABLES
from csmkit.store.database import Database
from csmkit.store.model import needed, new_key, one_of, stamp, storable
from csmkit.store.scores import frame_of
from csmkit.store.tables import answers
from csmkit.text import clean

KEPT = TABLES["actions"]["kept"].values
"""What can be answered."""
_ACTION = ["person_id", "action_id"]


def one_action(actions: pd.DataFrame, action_id: str, person: str = "") -> dict[str, Any]:
    """The action that an id stands for, in capitals or small letters.

    Parameters
    ----------
    actions : DataFrame
        The canonical table, each row with its id.
    action_id : str
        The id; blanks around it do not count.
    person : str, optional
        Whose action it is, by id.

    Raises
    ------
    UsageError
        If there is none, or several people's have that id.
    """
    wanted = needed("id of the action", action_id).strip().lower()
    found = actions[actions["action_id"].str.lower().eq(wanted)]
    if person:
        found = found[found["person_id"].eq(person)]
    if found.empty:
        whose = f" of {clean(person)}" if person else ""
        raise UsageError(
            f"No agreed action{whose} has the id {clean(action_id)!r}.",
            "csmkit follow-up lists the agreed actions with their ids.",
        )
    if found["person_id"].nunique() > 1:
        raise UsageError(
            f"Actions of several people have the id {clean(action_id)!r}:"
            f" {', '.join(found['person_id'].unique())}.",
            "Say whose it is.",
        )
    return {str(name): value for name, value in found.iloc[0].items()}


def add_answer(
    database: Database,
    cycle: str,
    action: dict[str, Any],
    *,
    kept: str,
    day: str,
    note: str,
    who: str,
) -> None:
    """Add an answer; what the latest one says already is not added again.

    See `csmkit.store.store.Store.answer_action`.
    """
    agreed = f"{action['at']:%Y-%m-%d}"
    if day < agreed:
        raise UsageError(
            f"The answer is of {day}, and the action was agreed on {agreed}.",
            "Give the day it was looked at again.",
        )
    row = {
        "cycle": cycle,
        "person_id": str(action["person_id"]),
        "action_id": str(action["action_id"]),
        "kept": one_of("answer", kept, KEPT),
        "date": day,
        "note": storable(note.strip()),
        "who": needed("writer", who),
    }
    place = (answers.c[name] == row[name] for name in ("cycle", *_ACTION))
    latest = select(answers).where(*place).order_by(answers.c.id.desc()).limit(1)

    def _once() -> None:
        with database.writing() as connection:
            last = connection.execute(latest).mappings().first()
            if last is None or any(last[name] != value for name, value in row.items()):
                connection.execute(insert(answers), {**row, "key": new_key(), "at": stamp()})

    database.twice(_once)


def answers_frame(database: Database, cycle: str, person: str | None) -> pd.DataFrame:
    """Every answer, in the order of writing."""
    query = select(answers).where(answers.c.cycle == cycle).order_by(answers.c.id)
    if person is not None:
        query = query.where(answers.c.person_id == person)
    frame = frame_of(database, query, answers)
    frame["date"] = pd.to_datetime(frame["date"], format="%Y-%m-%d").dt.as_unit("us")
    frame["at"] = pd.to_datetime(frame["at"], format="ISO8601", utc=True).dt.as_unit("us")
    return frame[[*_ACTION, "kept", "date", "note", "at", "who"]]


def answered(actions: pd.DataFrame, given: pd.DataFrame) -> pd.DataFrame:
    """Agreed actions, each with its id and the latest answer there is to it.

    Parameters
    ----------
    actions : DataFrame
        The canonical table.
    given : DataFrame
        As `answers_frame` gives it. What the table says of an action that was answered in the
        store does not count.
    """
    known = with_action_ids(actions)
    last = given.drop_duplicates(_ACTION, keep="last").set_index(_ACTION)[["kept", "note"]]
    place = pd.MultiIndex.from_frame(known[_ACTION])
    said = last.reindex(place).set_axis(known.index)
    there = place.isin(last.index)
    note = said["note"].replace("", None)
    return TABLES["actions"].conform(
        known.assign(
            kept=said["kept"].where(there, known["kept"]), note=note.where(there, known["note"])
        )
    )
