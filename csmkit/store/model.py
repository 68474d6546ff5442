"""What is stored: a place in the matrix, a change to it, and the row that came of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import uuid4

from csmkit.cycle import Cycle, Period
from csmkit.errors import UsageError
from csmkit.schema import TABLES

PHASES = TABLES["ratings"]["phase"].values
LEVELS = ("exceeds", "meets", "needs")
COLOURS = tuple(v for v in TABLES["ratings"]["value"].values if v not in LEVELS)
OVERALL = "overall"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Place:
    """One cell of one rater's matrix.

    Attributes
    ----------
    cycle : str
        The cycle's key, as `cycle_key` gives it.
    phase : str
        self, manager, prevote or final.
    person_id, rater_id : str
        Who is rated, and by whom.
    competency : str
        A competency's id, or ``overall``.
    """

    cycle: str
    phase: str
    person_id: str
    rater_id: str
    competency: str

    def __str__(self) -> str:
        return f"{self.competency} of {self.person_id} by {self.rater_id} ({self.phase})"


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody wants to store.

    Attributes
    ----------
    place : Place
        The cell.
    value : str
        red, yellow, green or not_observed; exceeds, meets or needs for ``overall``; blank takes
        the value away.
    evidence_ids : tuple of str
        The items it stands on.
    note : str
        Any text.
    seen : int
        The revision the writer looked at; 0 for a cell without one.
    who : str
        Who writes; the rater if blank.
    matrix : str
        Digest of the matrix that was scored by.
    key : str
        The writer's own id of this change: the same key twice is one change.
    """

    place: Place
    value: str
    evidence_ids: tuple[str, ...] = ()
    note: str = ""
    seen: int = 0
    who: str = ""
    matrix: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """One stored row; ``old`` is the value before, ``at`` a time in UTC."""

    place: Place
    value: str
    evidence_ids: tuple[str, ...]
    note: str
    revision: int
    at: datetime
    who: str
    matrix: str
    old: str


def cycle_key(cycle: Cycle | Period | str) -> str:
    """A cycle's key in the store: its first and last day.

    Parameters
    ----------
    cycle : Cycle, Period or str
        The cycle, its period, or the key itself.

    Raises
    ------
    UsageError
        If a text is not two days.

    Examples
    --------
    >>> cycle_key(Period.of("2026-01-01", "2026-06-30"))
    '2026-01-01:2026-06-30'
    """
    if isinstance(cycle, str):
        return _key_of(cycle)
    period = cycle.period if isinstance(cycle, Cycle) else cycle
    return f"{period.start:%Y-%m-%d}:{period.end:%Y-%m-%d}"


# Every change names its cycle, and reading two days costs a third of storing it.
@lru_cache(maxsize=64)
def _key_of(text: str) -> str:
    return cycle_key(Period.parse(text))


def values_of(competency: str) -> tuple[str, ...]:
    """The values a competency, or ``overall``, may take."""
    return LEVELS if competency == OVERALL else COLOURS


def storable(text: str) -> str:
    r"""Text that every database takes: NUL and halves of letters become a replacement mark.

    Examples
    --------
    >>> storable("a\x00b")
    'a�b'
    """
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def checked(change: Change) -> Change:
    """The change with its key and writer filled in and its text storable.

    Raises
    ------
    UsageError
        If it names no place of a matrix, or a value that such a place cannot take.
    """
    place = change.place
    place = Place(
        cycle_key(place.cycle),
        one_of("phase", place.phase, PHASES),
        needed("person", place.person_id),
        needed("rater", place.rater_id),
        needed("competency", place.competency),
    )
    if change.value:
        one_of(f"value of {place.competency}", change.value, values_of(place.competency))
    if change.seen < 0:
        raise UsageError(f"A change has seen revision {change.seen}.", "Give 0 or more.")
    return replace(
        change,
        place=place,
        evidence_ids=tuple(one_id(e) for e in change.evidence_ids),
        note=storable(change.note),
        who=needed("writer", change.who or place.rater_id),
        matrix=storable(change.matrix),
        key=storable(change.key) or new_key(),
    )


def new_key() -> str:
    """A new id of a change."""
    return uuid4().hex


def needed(name: str, text: str) -> str:
    """Text that must not be blank."""
    if not isinstance(text, str) or not text.strip():
        raise UsageError(f"The {name} is {text!r}.", f"Give the {name} as text.")
    return storable(text)


def one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    """A value that must be one of a few."""
    if value not in allowed:
        raise UsageError(f"The {name} is {value!r}.", f"It can be: {', '.join(allowed)}.")
    return value


def one_id(text: str) -> str:
    """An id that can stand in a list of ids."""
    if ";" in needed("id", text):
        raise UsageError(
            f"The id {text!r} has a semicolon, which parts ids in a list.", "Give one id at a time."
        )
    return storable(text).strip()


def stamp(after: str = "") -> str:
    """The time in UTC with microseconds, later than ``after`` even if the clock was set back."""
    now = datetime.now(UTC)
    if after:
        now = max(now, moment(after) + timedelta(microseconds=1))
    return written(now)


def written(at: datetime) -> str:
    """A moment as it is stored: ``2026-01-31T14:02:11.000123Z``."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def moment(text: str) -> datetime:
    """A stored moment as a time in UTC."""
    return datetime.fromisoformat(text)
