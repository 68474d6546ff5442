"""Widgets that answer their messages: one at a time, and in words when something is refused."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import anywidget

from csmkit.errors import CsmkitError
from csmkit.store.errors import PhaseClosed, StoreError

_ECHO = ("key", "id", "competency", "month", "phase")


class AnsweringPanel(anywidget.AnyWidget):
    """A widget whose browser side sends messages and gets an answer to each.

    What is refused comes back with ``what`` and ``remedy``, whether the same may be sent ``again``,
    and ``closed``: who closed the phase, if that is why.

    Parameters
    ----------
    **state
        The widget's first state.
    """

    def __init__(self, **state: Any) -> None:
        self._lock = threading.RLock()
        super().__init__(**state)
        self.on_msg(self._take)

    def _take(self, _widget: Any, message: Mapping[str, Any], _buffers: Any) -> None:
        """One message of the browser; callbacks may come on another thread than the first did."""
        with self._lock:
            answer = self._answer(message)
            self.send(answer)
            self._after(message, answer)

    def _answer(self, message: Mapping[str, Any]) -> dict[str, Any]:
        echo = {k: message[k] for k in _ECHO if k in message}
        try:
            return {**echo, **self._do(message)}
        except CsmkitError as error:
            closed = self._closed(message) if isinstance(error, PhaseClosed) else ""
            again = isinstance(error, StoreError) and not closed
            told = self._told(error)
            return {**echo, "answer": "refused", "closed": closed, "again": again, **told}

    def _do(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """What a message asks for; gives the answer to it."""
        raise NotImplementedError

    def _after(self, message: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """What follows once an answer is sent."""

    def _closed(self, _message: Mapping[str, Any]) -> str:
        """Who closed the phase a message is about, in a sentence; blank where nobody can tell."""
        return ""

    def _told(self, error: CsmkitError) -> dict[str, Any]:
        return {"what": error.what, "remedy": error.remedy}
