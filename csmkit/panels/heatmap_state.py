"""What the browser is told of a heatmap: its columns, and its rows with their signs."""

from __future__ import annotations

from typing import Any

import pandas as pd

from csmkit.panels.heatmap_board import NONE, Board
from csmkit.panels.heatmap_words import words
from csmkit.panels.scoring_words import words as scoring_words
from csmkit.text import clean, day

PHASE_OF = {"manager": "manager", "self": "self", "final": "final", "beside": "manager"}
"""Each view, and the phase whose values it shows."""
_HEAD = 38


def sheet_state(board: Board) -> dict[str, Any]:
    """What stays as it is: the competencies and the words."""
    said = words()
    return {
        "columns": [
            {"id": c.id, "name": c.name, "head": shortened(c.name), "pillar": c.pillar}
            for c in board.matrix.competencies
        ],
        "pillars": list(board.matrix.pillars),
        "views": [[view, said["views"][view]] for view in PHASE_OF],
        "help": said["help"],
        "keys": [[k["keys"], k["does"]] for k in said["keys"]],
        "period": f"{day(board.cycle.period.start)} to {day(board.cycle.period.end)}",
    }


def table_state(board: Board, view: str, *, masked: bool) -> dict[str, Any]:
    """Everything that changes with the view and the mask; masked, it names nobody."""
    phase = PHASE_OF[view]
    order = board.people.in_order(masked=masked)
    signs = board.rows(phase, order)
    closed = closed_text(board, phase, masked=masked)
    return {
        "view": view,
        "phase": phase,
        "masked": masked,
        "readonly": readonly_text(board, view) or closed,
        "closed": closed,
        "by": "" if masked else board.people.label(board.viewer, masked=False),
        "rows": [
            {
                **board.people.row(i, masked=masked),
                "leads": "1" if board.people.managers[i] == board.viewer else NONE,
                "na": "" if masked else _not_expected(board, i),
                **signs[i],
            }
            for i in order
        ],
    }


def _not_expected(board: Board, person: str) -> str:
    """A 1 for each competency that the person's role is not scored on."""
    matrix = board.matrix.for_role(board.people.roles[person])
    return "".join("1" if c.not_expected else NONE for c in matrix.competencies)


def readonly_text(board: Board, view: str) -> str:
    """Why nothing can be changed in a view; blank where it can."""
    said = words()["readonly"]
    if view in ("self", "beside"):
        return str(said[view])
    return "" if board.viewer else str(said["viewer"])


def closed_text(board: Board, phase: str, *, masked: bool) -> str:
    """Who closed a phase and when, in a sentence; blank while it is open."""
    phases = board.store.phases(board.cycle)
    row = phases[phases["phase"].eq(phase) & phases["state"].eq("closed")]
    if row.empty:
        return ""
    by, at = row.iloc[-1][["who", "at"]]
    told = f"{day(at)}, {pd.Timestamp(at):%H:%M} UTC"
    who = board.people.label(str(by), masked=masked)
    return str(scoring_words()["refused"]["closed"].format(who=who, day=told))


def shortened(name: str) -> str:
    """A column's head: the name, cut at a word where it is longer than two lines hold.

    Examples
    --------
    >>> shortened("QBR craft")
    'QBR craft'
    >>> shortened("Renewal, escalation and expansion process across regions")
    'Renewal, escalation and expansion …'
    """
    text = clean(name)
    if len(text) <= _HEAD:
        return text
    return text[: _HEAD - 1].rsplit(" ", 1)[0][: _HEAD - 2] + " …"
