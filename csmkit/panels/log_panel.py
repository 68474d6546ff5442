"""A form with what was entered by it below: what is entered stays, dated, as it was."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

import anywidget
import traitlets

from csmkit.errors import CsmkitError, UsageError
from csmkit.panels.assets import script, style
from csmkit.store.errors import StoreError

TEXT_MOST = 10_000
"""How many characters a text may have."""

Rows = list[dict[str, Any]]


class LogPanel(anywidget.AnyWidget):
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
        self._lock = threading.RLock()
        self._read, self._add = rows, add
        super().__init__(shown=shown, rows=rows())
        self.on_msg(self._take)

    def _take(self, _widget: Any, message: Mapping[str, Any], _buffers: Any) -> None:
        """One message of the browser; callbacks may come on another thread than the first did."""
        with self._lock:
            self.send(self._answer(message))

    def _answer(self, message: Mapping[str, Any]) -> dict[str, Any]:
        key = message.get("key", "")
        try:
            given = message.get("values", {})
            self._add({str(k): str(v) for k, v in given.items()})
            self.rows = self._read()
        except CsmkitError as error:
            again = isinstance(error, StoreError)
            told = {"what": error.what, "remedy": error.remedy}
            return {"key": key, "answer": "refused", "again": again, **told}
        return {"key": key, "answer": "added", "rows": self.rows}


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
