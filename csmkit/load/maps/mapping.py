"""The map: which file and column fills which canonical column, and how values are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from rapidfuzz import process

from csmkit.errors import MapError
from csmkit.load.sources.layout import Layout
from csmkit.load.values.rules import Rules

Count = Literal["distinct", "rows"]
Gather = Literal["sum", "max", "mean"]


@dataclass(frozen=True, slots=True)
class Lookup:
    """A value taken from another sheet: the row whose ``match`` is the cell gives its ``take``."""

    sheet: str
    match: str
    take: str
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """How one canonical column is filled: from a column or a constant, and by which rules."""

    column: str | None = None
    const: str | None = None
    rules: Rules = field(default_factory=Rules)
    lookup: Lookup | None = None
    fallback: ColumnSpec | None = None
    count: Count | None = None
    gather: Gather | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One sheet that fills one canonical table.

    Attributes
    ----------
    table, file, sheet : str
        The canonical table, the file, and the sheet of a workbook (may be empty).
    columns : mapping of str to ColumnSpec
        How each canonical column is filled.
    where : mapping of str to tuple of str
        Only rows whose column holds one of the texts are used; the others are set aside.
    per : str
        ``month``: rows are gathered per account and month; empty: one row stays one row.
    key : str
        The file's own id column, looked through for repeats; may be empty.
    pattern : int
        The number of the map's source whose name with ``*`` meant this sheet; 0: it was named.
    """

    table: str
    file: str
    columns: Mapping[str, ColumnSpec]
    sheet: str = ""
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    per: str = ""
    key: str = ""
    pattern: int = 0


@dataclass(frozen=True, slots=True)
class Map:
    """A whole map.

    Attributes
    ----------
    name, sha256 : str
        The map's file name and hash.
    sources : tuple of Source
        In the order written.
    currency : str
        ISO code of the money columns; may be empty.
    layouts : mapping of str to Layout
        By file, or ``book.xlsx#Tab``; both may hold ``*``.
    aliases, merge : mapping of str to str
        Other names of people; accounts that are the same customer as another.
    """

    name: str
    sources: tuple[Source, ...]
    currency: str = ""
    sha256: str = ""
    layouts: Mapping[str, Layout] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    merge: Mapping[str, str] = field(default_factory=dict)


def steps(columns: Mapping[str, ColumnSpec]) -> Iterator[ColumnSpec]:
    """Every way in which columns are filled, fallbacks included."""
    for spec in columns.values():
        step: ColumnSpec | None = spec
        while step is not None:
            yield step
            step = step.fallback


def raise_faults(name: str, faults: list[str]) -> None:
    """Raise one `MapError` that lists all faults, if there are any."""
    if faults:
        listed = "\n".join(f"  - {fault}" for fault in faults)
        what = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise MapError(f"The map {name} has {what}:\n{listed}\n", "Correct the map and try again.")


def nearest(name: str, choices: Iterable[str], *, least: int = 60) -> str:
    """`` Did you mean 'x'?`` for the choice nearest to a name, or nothing if none is near."""
    hit = process.extractOne(name, list(choices), score_cutoff=least, processor=str.casefold)
    return f" Did you mean {hit[0]!r}?" if hit else ""
