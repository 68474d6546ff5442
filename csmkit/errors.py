"""Errors a person can act on: each says what is wrong, where, and what to do."""

from __future__ import annotations


class CsmkitError(Exception):
    """Base of all errors the kit raises on purpose.

    Parameters
    ----------
    what : str
        What is wrong and where, in one sentence.
    remedy : str
        What to do about it, in one sentence.
    """

    exit_code = 2

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}".strip())
        self.what = what
        self.remedy = remedy

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows in place of a traceback."""
        return [f"{self.what} {self.remedy}".strip()]


class UnreadableInput(CsmkitError):
    """A file, folder or workbook that cannot be read."""


class MapError(CsmkitError):
    """A column map that is not valid, or does not fit the export."""


class UsageError(CsmkitError):
    """An argument that is not valid: a period, a person, an edition."""


class DataError(CsmkitError):
    """Data that was read but cannot be used as it is; the findings say why."""

    exit_code = 1
