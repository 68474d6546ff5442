"""Memory that was freed goes back to the system, where the allocator would hold on to it."""

from __future__ import annotations

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Give back what is free, after work that took much for a short while.

    Only glibc (Linux) has something to ask for it; elsewhere nothing happens.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
