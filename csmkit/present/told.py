"""What a server says while it runs, told to whoever presents: a sentence, never a traceback."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable

from nbclient.exceptions import CellExecutionError

SORRY = "This part of the page cannot be shown. Whoever presents sees why."
"""What the room reads in place of a cell that stopped."""


class Told(logging.Handler):
    """Errors of the server, each told once.

    Parameters
    ----------
    tell : callable
        Prints a sentence.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.ERROR)
        self._tell = tell
        self._hushed = False
        self._said: set[str] = set()

    def hush(self) -> None:
        """Tell nothing more: what is cut short when a server ends is no error."""
        self._hushed = True

    def emit(self, record: logging.LogRecord) -> None:
        """Tell what happened, in one line."""
        said = _sentence(record)
        if not self._hushed and said not in self._said:
            self._said.add(said)
            self._tell(said)


def listen_to_logs(told: logging.Handler) -> None:
    """Send what all parts of the server log to one handler, and there alone."""
    if os.environ.get("CSMKIT_DEBUG"):
        return
    root = logging.getLogger()
    root.handlers[:] = [told]
    for name in ("Presenter", "asyncio", "tornado", "traitlets"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def _sentence(record: logging.LogRecord) -> str:
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, CellExecutionError):
        return f"A cell of the notebook stopped ({error.ename}: {error.evalue})."
    what = f"{type(error).__name__}: {error}" if error else record.getMessage().splitlines()[0]
    return f"The server met an error ({what}). Set CSMKIT_DEBUG=1 to see where."
