"""The data of one review cycle: `Cycle` for a team, `Book` for one person's slice of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Self

import pandas as pd

from csmkit.errors import UsageError
from csmkit.names import nearest
from csmkit.on_demand import OnDemand
from csmkit.schema import PACKET_ROLES, TABLES

DAY = pd.Timedelta(days=1)
_OWNER = (__name__, "owner")
_SUBJECTS = (__name__, "subjects")


@dataclass(frozen=True, slots=True)
class Period:
    """A review period: two days, both inclusive.

    Examples
    --------
    >>> Period.of("2026-01-01", "2026-06-30").days
    181
    """

    start: pd.Timestamp
    end: pd.Timestamp

    @classmethod
    def of(cls, start: Any, end: Any) -> Self:
        """A period from two dates (text as YYYY-MM-DD, or date objects).

        Raises
        ------
        UsageError
            If a date cannot be read, or the period ends before it starts.
        """
        days: list[pd.Timestamp] = []
        day: pd.Timestamp | None
        for value in (start, end):
            try:
                day = _iso(value) if isinstance(value, str) else pd.Timestamp(value)
            except (ValueError, TypeError):
                day = None
            if day is None or pd.isna(day):
                raise UsageError(
                    f"The period has the date {value!r}, which is not a day.",
                    "Write both days as YYYY-MM-DD, for example 2026-01-01:2026-06-30.",
                )
            days.append(day.normalize().as_unit("us"))
        if days[1] < days[0]:
            raise UsageError(
                f"The period ends on {days[1]:%Y-%m-%d}, before it starts on {days[0]:%Y-%m-%d}.",
                "Put the first day first.",
            )
        return cls(*days)

    @classmethod
    def parse(cls, text: str) -> Self:
        """A period from ``START:END``, for example ``2026-01-01:2026-06-30``."""
        start, colon, end = text.partition(":")
        if not colon:
            raise UsageError(
                f"The period {text!r} is not two days.",
                "Write it as START:END, for example 2026-01-01:2026-06-30.",
            )
        return cls.of(start.strip(), end.strip())

    @property
    def before(self) -> pd.Timestamp:
        """The day before the period: its close is the opening."""
        return self.start - DAY

    @property
    def previous(self) -> Period:
        """The period just before, as long: in months, where this one has whole months.

        Examples
        --------
        >>> str(Period.of("2026-01-01", "2026-06-30").previous)
        '2025-07-01 to 2025-12-31'
        """
        whole = self.start.is_month_start and self.end.is_month_end
        months = 12 * (self.end.year - self.start.year) + self.end.month - self.start.month + 1
        length = pd.DateOffset(months=months) if whole else self.days * DAY
        return Period(self.start - length, self.before)

    @property
    def days(self) -> int:
        """How many days the period has."""
        return int((self.end - self.start).days) + 1

    @property
    def scored_by(self) -> pd.Timestamp:
        """The last day on which a score is taken to be of this period and of no later one.

        Half its length after its end, and no less than 60 days.
        """
        return self.end + max(self.days // 2 * DAY, 60 * DAY)

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d} to {self.end:%Y-%m-%d}"


def _iso(text: str) -> pd.Timestamp:
    return pd.to_datetime(text, format="%Y-%m-%d")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file that was read: its name, SHA-256 and how its rows fared."""

    name: str
    sha256: str
    rows: int
    kept: int
    set_aside: int


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the data came from."""

    files: tuple[SourceFile, ...] = ()
    map_name: str = ""
    map_sha256: str = ""


@dataclass(frozen=True)
class Cycle:
    """The canonical tables of one review cycle; frozen, for selection only.

    Attributes
    ----------
    tables : mapping of str to DataFrame
        Canonical tables by name, as `csmkit.schema.TABLES` describes them. Read with `table`.
    period : Period
        The review period.
    currency : str
        ISO code of the money columns; empty where the map names none.
    findings : DataFrame
        What loading found; see `csmkit.check_export`.
    provenance : Provenance
        Files read, with their hashes.
    notes : tuple of str
        Sentences that must be said wherever the scores are shown: what of them is held back.
    exported : mapping of str to DataFrame
        The tables that a store was laid over, as they were before; empty where none was.
    memo : dict
        What was already worked out from this cycle, mostly frames; see `csmkit.memo`.
    """

    tables: Mapping[str, pd.DataFrame]
    period: Period
    currency: str = ""
    findings: pd.DataFrame = field(default_factory=pd.DataFrame)
    provenance: Provenance = field(default_factory=Provenance)
    notes: tuple[str, ...] = ()
    exported: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)
    memo: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("tables", "exported"):
            held = getattr(self, name)
            fixed = held if isinstance(held, OnDemand) else dict(held)
            object.__setattr__(self, name, MappingProxyType(fixed))

    @property
    def bare(self) -> Self:
        """The cycle without what a store laid over it; itself where none did."""
        if not self.exported:
            return self
        return dataclasses.replace(self, tables={**self.tables, **self.exported}, exported={})

    def table(self, name: str) -> pd.DataFrame:
        """A canonical table; without rows if the export had none.

        What the caller does to the frame does not change the cycle.

        Raises
        ------
        UsageError
            If there is no canonical table of that name.
        """
        if name not in TABLES:
            raise UsageError(
                f"There is no table {name!r}.", f"The tables are: {', '.join(TABLES)}."
            )
        frame = self.tables.get(name)
        return TABLES[name].empty() if frame is None else frame.copy(deep=False)

    def missing(self, *needs: str) -> str:
        """What of ``needs`` the data lack, in words; empty when nothing is missing.

        Parameters
        ----------
        *needs : str
            ``table``, ``table.column`` or ``table.column=value``. A table is there when it has a
            row, a column when it has a value, a value when a row has it. For a column of days,
            ``table.column=A..B`` is there when a row has a day from A to B; either may be blank.
        """
        return ", ".join(n for n in needs if not self._has(n))

    def _has(self, need: str) -> bool:
        name, _, rest = need.partition(".")
        column, _, value = rest.partition("=")
        frame = self.table(name)
        if not column or frame.empty:
            return bool(len(frame))
        first, dots, last = value.partition("..")
        if dots:
            day = frame[column].dropna()
            day = day[day >= pd.Timestamp(first)] if first else day
            return bool((day <= pd.Timestamp(last)).any() if last else len(day))
        return bool((frame[column].eq(value) if value else frame[column].notna()).any())

    @property
    def subjects(self) -> pd.DataFrame:
        """The people a packet is made for: those with role csm, onboarding or cs_ops."""
        people = self.table("people")
        return people[people["role"].isin(PACKET_ROLES)].reset_index(drop=True)

    def person(self, person_id: str) -> dict[str, Any]:
        """One person's row of ``people`` as a dictionary.

        Parameters
        ----------
        person_id : str
            An id, a mail, or a name that only one person has; case does not matter.

        Raises
        ------
        UsageError
            If nobody has it, or several people have that name.
        """
        people = self.table("people")
        wanted = person_id.strip().lower()
        hit = people[people["person_id"] == person_id]
        for column in ("person_id", "email", "name"):
            if hit.empty:
                hit = people[people[column].str.lower() == wanted]
        if len(hit) > 1:
            raise UsageError(
                f"{len(hit)} people have the name {person_id!r}.",
                f"Use an id or mail: {', '.join(hit['person_id'])}.",
            )
        if hit.empty:
            known = [*self.subjects["person_id"], *self.subjects["name"]]
            near = nearest(person_id, known)
            raise UsageError(
                f"Nobody in this export has the id, mail or name {person_id!r}.",
                f"Did you mean: {', '.join(near)}?" if near else "Give one that it has.",
            )
        return {str(k): v for k, v in hit.iloc[0].items()}

    def subject(self, person_id: str) -> dict[str, Any]:
        """As `person`, of somebody a packet is made for.

        Raises
        ------
        UsageError
            Also if their role has no review.
        """
        person = self.person(person_id)
        if person["role"] not in PACKET_ROLES:
            raise UsageError(
                f"{person['name']} has the role {person['role'] or 'none'} and is not scored on the"
                " matrix.",
                f"Name somebody with one of the roles {', '.join(PACKET_ROLES)}.",
            )
        return person

    def with_tables(self, **tables: pd.DataFrame) -> Self:
        """A new cycle with some tables replaced, `bare` too; this one stays as it is."""
        exported = {name: tables.get(name, frame) for name, frame in self.exported.items()}
        return dataclasses.replace(self, tables={**self.tables, **tables}, exported=exported)


@dataclass(frozen=True)
class Context:
    """What a packet knows of the team beyond its own slice; see `csmkit.team_context`.

    Attributes
    ----------
    bands : DataFrame
        The middle half of each role on each measure; empty in the CSM's edition.
    expected : DataFrame
        What an average CSM would keep of each book; in a packet the person's own row.
    checks : DataFrame
        The team's bias checks, without lines of managers; empty in the CSM's edition.
    matrix : str
        The matrix of the cycle as its file has it; empty for the kit's own.
    """

    bands: pd.DataFrame = field(default_factory=pd.DataFrame)
    expected: pd.DataFrame = field(default_factory=pd.DataFrame)
    checks: pd.DataFrame = field(default_factory=pd.DataFrame)
    matrix: str = ""


@dataclass(frozen=True)
class Book(Cycle):
    """One person's slice of a cycle: their rows only, everybody else unnamed.

    Made by `csmkit.render.slices.book_of`; whatever takes a `Cycle` takes a `Book`.

    Attributes
    ----------
    person_id : str
        Whose book it is.
    edition : str
        ``committee`` or ``csm``.
    context : Context
        What the packet knows of the team.
    available : frozenset of str
        What the whole export has, as `missing` asks for it.
    """

    person_id: str = ""
    edition: str = "committee"
    context: Context = field(default_factory=Context)
    available: frozenset[str] = frozenset()

    def _has(self, need: str) -> bool:
        # A book without an escalation had none; a team without the table is another matter. What a
        # store laid over the book is there in any case.
        laid = need.partition(".")[0] in self.exported
        return need in self.available or (laid and super()._has(need))

    @property
    def subjects(self) -> pd.DataFrame:
        """The one person the book belongs to."""
        if _SUBJECTS not in self.memo:
            people = self.table("people")
            mine = people[people["person_id"] == self.person_id]
            self.memo[_SUBJECTS] = mine.reset_index(drop=True)
        kept: pd.DataFrame = self.memo[_SUBJECTS]
        return kept.copy(deep=False)

    @property
    def owner(self) -> dict[str, Any]:
        """The person's row of ``people`` as a dictionary."""
        return self.person(self.person_id)

    def person(self, person_id: str) -> dict[str, Any]:
        """As of a cycle; the book's own is looked up once."""
        if person_id != self.person_id or len(self.subjects) != 1:
            return super().person(person_id)
        if _OWNER not in self.memo:
            row = self.subjects.iloc[0]
            self.memo[_OWNER] = {str(name): value for name, value in row.items()}
        return dict(self.memo[_OWNER])
