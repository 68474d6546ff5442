"""What can go wrong with a store; whatever is raised, the change was not acknowledged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csmkit.errors import CsmkitError

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from csmkit.store.model import Score


class StoreError(CsmkitError):
    """Base of the errors of a store."""


class Conflict(StoreError):
    """The cell holds something newer than the writer had seen.

    Attributes
    ----------
    theirs : Score
        What the store holds; revision 0 when it holds nothing.
    """

    def __init__(self, theirs: Score) -> None:
        super().__init__(
            f"{theirs.place} is now {theirs.value or 'blank'!r}, saved by {theirs.who or 'nobody'}"
            f" at {theirs.at:%Y-%m-%d %H:%M:%S} UTC; your change was not saved.",
            "Look at both, and save the one that is right.",
        )
        self.theirs = theirs


class PhaseClosed(StoreError):
    """The phase takes no more changes."""


class NotLeading(StoreError):
    """Another panel leads the meeting now."""

    def __init__(self, who: str, at: datetime) -> None:
        super().__init__(
            f"Another window leads this meeting, since {at:%H:%M:%S} UTC (taken by {who})."
            " Nothing was saved.",
            "Take the lead here first, if that is agreed.",
        )


class StoreBusy(StoreError):
    """Another program holds the store longer than can be waited for."""


class StoreFull(StoreError):
    """There is no room left to write."""


class StoreReadOnly(StoreError):
    """The store, or its folder, cannot be written."""


class NotAllowed(StoreError):
    """The server does not let this user do that."""


class Kept(StoreError):
    """Rows are not to be removed: a hold stands on them, or their day has not come."""


class StoreLost(StoreError):
    """The store is not there, not reached, or no longer where it was."""


class StoreNewer(StoreError):
    """A newer csmkit made the store."""


class NotAStore(StoreError):
    """There is something else at that place."""


class StoreCorrupt(StoreError):
    """The file is damaged, or no database."""


class ImportRefused(StoreError):
    """A file of scores has rows that cannot be taken in; nothing was.

    Attributes
    ----------
    findings : DataFrame
        Each row's number, place and fault.
    """

    exit_code = 1

    def __init__(self, what: str, remedy: str, findings: pd.DataFrame) -> None:
        super().__init__(what, remedy)
        self.findings = findings
