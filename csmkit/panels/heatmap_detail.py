"""What stands beside the heatmap: a cell's indicators and evidence, and the team's gaps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from csmkit.matrix.gaps import skill_gaps
from csmkit.panels.heatmap_board import Board
from csmkit.panels.heatmap_words import words
from csmkit.panels.scoring_state import split_ids
from csmkit.text import clean, missing

_LONGEST = 4000
_CUT = " … (cut; the whole stands on the person's own panel)"
_MOST = 30
_COLOURS = ("red", "yellow", "green")


def detail_of(board: Board, message: Mapping[str, Any], *, masked: bool) -> dict[str, Any]:
    """One cell: the indicators, what the level is expected to show, who gave what, and on what.

    Masked, it holds no text anybody wrote, and nothing of the person's role or level.
    """
    phase, person, name = board.place(message)
    role, level = board.people.roles[person], board.people.levels[person]
    matrix = board.matrix if masked else board.matrix.for_role(role)
    competency = matrix[name]
    wanted = None if masked else competency.expected.get(level)
    given = board.given(phase, person, name)
    return {
        "about": competency.about,
        "not_expected": "" if masked else competency.not_expected,
        "expected": {"colour": wanted.colour, "text": wanted.text} if wanted else None,
        **{colour: list(getattr(competency, colour)) for colour in _COLOURS},
        "given": [_rating(board, row, masked=masked) for row in given.to_dict("records")],
        "of_self": _of_self(board, person, name, masked=masked) if phase != "self" else [],
        "hidden": words()["masked"]["text"] if masked else "",
    }


def _of_self(board: Board, person: str, name: str, *, masked: bool) -> list[dict[str, Any]]:
    rows = board.given("self", person, name).to_dict("records")
    return [_rating(board, row, masked=masked) for row in rows]


def _rating(board: Board, row: Mapping[Any, Any], *, masked: bool) -> dict[str, Any]:
    person, ids = str(row["person_id"]), split_ids(row["evidence_ids"])
    dated = board.dated(person, row["evidence_ids"])
    rater = str(row["rater_id"])
    return {
        "who": board.people.label(rater, masked=masked),
        "mine": rater == board.viewer,
        "manager": rater == board.people.managers[person],
        "value": row["value"],
        "day": "" if pd.isna(row["at"]) else f"{row['at']:%Y-%m-%d}",
        "note": "" if masked else _cut(row["note"]),
        "cited": len(ids),
        "dated": len(dated),
        "items": [] if masked else _items(board, person, ids),
    }


def _items(board: Board, person: str, ids: list[str]) -> list[dict[str, str]]:
    """The cited items a leader may read, the newest first."""
    items = board.laid.table("evidence")
    items = items[items["person_id"].eq(person) & items["evidence_id"].isin(ids)]
    items = items[~items["private"].fillna(False).astype(bool)]
    accounts = board.laid.table("accounts").drop_duplicates("account_id")
    names = accounts.set_index("account_id")["name"]
    items = items.assign(account=items["account_id"].map(names))
    return [
        {
            "date": "" if pd.isna(row["date"]) else f"{row['date']:%Y-%m-%d}",
            "text": _cut(row["text"]),
            "account": clean(row["account"]),
            "source": clean(row["source"]),
        }
        for row in items.sort_values("date", ascending=False).head(_MOST).to_dict("records")
    ]


def _cut(value: Any) -> str:
    text = "" if missing(value) else clean(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + _CUT


def gaps_of(board: Board, phase: str) -> list[dict[str, Any]]:
    """The team's gaps for the browser, without the row of whoever looks."""
    frame = skill_gaps(board.current(), board.matrix, phase=phase, without=[board.viewer])
    return [
        {
            "group": row["value"] or row["group"],
            "pillar": row["pillar"],
            "competency": row["competency"],
            "people": None if missing(row["people"]) else int(row["people"]),
            "green": _share(row["below_green"]),
            "expected": _share(row["below_expected"]),
            "needs": row["needs"],
        }
        for row in frame.to_dict("records")
    ]


def _share(value: Any) -> float | None:
    return None if missing(value) else round(float(value), 4)
