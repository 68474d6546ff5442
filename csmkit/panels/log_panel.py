"""A form with what was entered by it below: what is entered stays, dated, as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any

import traitlets

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.panels.answering import AnsweringPanel
from csmkit.panels.assets import script, style
from csmkit.store.model import cycle_key
from csmkit.text import day

TEXT_MOST = 10_000
"""How many characters a text may have."""

Rows = list[dict[str, Any]]


class LogPanel(AnsweringPanel):
    """A form and its log.

    The browser clears the form only when the kernel said that the store has what was entered; it
    may send the same entry again.

    Parameters
    ----------
    shown : dict
        title, about (str), lead, fields ([{name, label, kind (choice, day, line, text), value,
        options ([[value, label]]), most, help}]), button, empty, session (what tells this log from
        others).
    rows : callable
        What is in the log, newest first: [{head (str), text, tag}].
    add : callable
        Stores one entry, given by the fields' names; storing the same twice is one entry.
    """

    _esm = script("log_panel")
    _css = style(".csmkit-log", "log_panel")
    shown: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    rows: traitlets.List[Any] = traitlets.List().tag(sync=True)

    def __init__(
        self,
        shown: dict[str, Any],
        *,
        rows: Callable[[], Rows],
        add: Callable[[Mapping[str, str]], object],
    ) -> None:
        self._read, self._add = rows, add
        super().__init__(shown=shown, rows=rows())

    def _do(self, message: Mapping[str, Any]) -> dict[str, Any]:
        given = message.get("values", {})
        self._add({str(k): str(v) for k, v in given.items()})
        self.rows = self._read()
        return {"answer": "added", "rows": self.rows}


def form_state(
    said: Mapping[str, Any],
    cycle: Cycle,
    *,
    where: str,
    about: str,
    session: Sequence[str],
    fields: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """What a `LogPanel` shows.

    Parameters
    ----------
    said : mapping
        The panel's texts: title, lead, button, empty.
    cycle : Cycle
        The team, or one person's `Book`.
    where : str
        The store, or the folder, that entries go to.
    about : str
        Whose log it is.
    session : sequence of str
        What tells this log from others of the same place and cycle.
    fields : sequence of mapping, optional
        The fields, see `LogPanel`.
    """
    period = cycle.period
    return {
        **{part: said[part] for part in ("title", "lead", "button", "empty")},
        "about": f"{about} · {day(period.start)} to {day(period.end)}",
        "session": [mark_of(where), cycle_key(cycle), *session],
        "fields": list(fields),
    }


def text_field(said: Mapping[str, Any]) -> dict[str, Any]:
    """The field of a `LogPanel` for what is written down."""
    return {
        "name": "text",
        "label": said["text"],
        "kind": "text",
        "most": TEXT_MOST,
        "help": said["text_help"],
    }


def mark_of(where: str) -> str:
    """A store's place as a mark of its own: a notebook that is passed on names no folder."""
    return sha256(where.encode()).hexdigest()[:12]


def said_text(text: str, *, what: str) -> str:
    """Text that is there and not without end.

    Raises
    ------
    UsageError
        If it is blank, or longer than can be kept.
    """
    told = text.strip()
    if not told:
        raise UsageError(f"The {what} has no text.", "Write what was said, in a sentence or more.")
    if len(told) > TEXT_MOST:
        raise UsageError(
            f"The {what} has {len(told):,} characters; {TEXT_MOST:,} can be kept. Nothing of it"
            " was saved.",
            "Shorten it; it stays here until you do.",
        )
    return told
