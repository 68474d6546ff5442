"""One check that cannot be made stops neither the others nor a packet."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from csmkit.bias.verdicts import Found
from csmkit.errors import CsmkitError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why something could not be worked out.

    Attributes
    ----------
    reason : str
        What was said.
    fault : bool
        Whether the kit itself is at fault: the error is none that it raises on purpose.
    """

    reason: str
    fault: bool


def attempted(make: Callable[[], T]) -> T | Stopped:
    """What a function gives, or why it stopped.

    With the environment variable CSMKIT_DEBUG set, an error the kit does not raise on purpose is
    raised on.
    """
    try:
        return make()
    except CsmkitError as error:
        return Stopped(str(error), fault=False)
    except Exception as error:  # whatever it is, the rest does not depend on it
        if os.environ.get("CSMKIT_DEBUG"):
            raise
        return Stopped(f"{type(error).__name__}: {error}", fault=True)


def found_or_why(check: str, made: Found | Stopped) -> Found:
    """What a check found, or a finding that says why it stopped."""
    if isinstance(made, Found):
        return made
    return Found(check, fault=made.reason) if made.fault else Found(check, needs=made.reason)
