"""Does a map fit an export? And the map that an export in canonical form needs not be given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import PurePath
from types import MappingProxyType

import pandas as pd

from csmkit.errors import UnreadableInput
from csmkit.load.distinct import composed
from csmkit.load.findings import finding
from csmkit.load.maps.mapping import ColumnSpec, Map, Source, nearest, raise_faults, steps
from csmkit.load.sources.files import Export
from csmkit.schema import TABLES

CANONICAL = "canonical names"
"""What a map is called that was not read from a file."""
# Less alike, the name of a file is a guess that leads astray: ratings.csv is not actions.csv.
FILES_ALIKE = 85


def canonical_map(export: Export) -> Map | None:
    """The map of sheets named like canonical tables, their headers like canonical columns.

    Sheets of other names are left out; None if there is no such sheet.
    """
    sources = []
    for name, sheet in export.sheets.items():
        table = canonical_table(name)
        if table is None:
            continue
        try:
            headers = list(sheet.headers)
        except UnreadableInput:
            headers = list(TABLES[table].names)
        columns = {h.lower(): ColumnSpec(h) for h in headers if h.lower() in TABLES[table]}
        if columns:
            file, _, tab = name.partition("#")
            sources.append(Source(table, file, MappingProxyType(columns), tab))
    return Map(CANONICAL, tuple(sources)) if sources else None


def canonical_table(sheet: str) -> str | None:
    """The canonical table that a sheet's name says it is, if any."""
    file, _, tab = sheet.partition("#")
    name = (tab or PurePath(file).stem).strip().lower()
    return name if name in TABLES else None


def expanded(given: Map, export: Export) -> Map:
    """The map with a source for each sheet that a name with ``*`` means."""
    sources: list[Source] = []
    for number, source in enumerate(given.sources, 1):
        pattern = f"{source.file}#{source.sheet}" if source.sheet else source.file
        if "*" not in pattern:
            sources.append(source)
            continue
        hits = [
            name
            for name in export.sheets
            if fnmatchcase(name if source.sheet else name.partition("#")[0], composed(pattern))
        ]
        for name in hits:
            file, _, tab = name.partition("#")
            sources.append(replace(source, file=file, sheet=tab, pattern=number))
        if not hits:
            sources.append(source)
    return replace(given, sources=tuple(sources))


def check_fit(given: Map, export: Export) -> None:
    """Whether the export has every file and column that the map names.

    Raises
    ------
    MapError
        If it has not; the message lists every fault. Files that cannot be read are not looked
        into here.
    """
    faults = [fault for source in given.sources for fault in _faults(source, export)]
    faults += _misplaced(given, export)
    raise_faults(given.name, list(dict.fromkeys(faults)))


def _misplaced(given: Map, export: Export) -> Iterator[str]:
    """Layouts of files that are not there, and columns to fill down that no sheet of them has."""
    for pattern, layout in given.layouts.items():
        names = [
            name
            for name in [*export.sheets, *export.faults]
            if any(fnmatchcase(n, composed(pattern)) for n in (name, name.partition("#")[0]))
        ]
        if not names:
            there = ", ".join(list(export.sheets)[:8])
            near = nearest(pattern, list(export.sheets))
            yield f"[[file]] {pattern!r}: the export has no such file.{near} It has: {there}."
        for name in names:
            for column in layout.fill_down:
                yield from _lacking(export, name, [column], f"[[file]] {pattern!r}, fill_down")


def _faults(source: Source, export: Export) -> Iterator[str]:
    name = export.name_of(source.file, source.sheet)
    where = f"{source.table} from {name}"
    wanted = [*source.where, *filter(None, [source.key])]
    lookups: list[tuple[str, list[str]]] = []
    for spec in steps(source.columns):
        if spec.column is not None:
            wanted.append(spec.column)
        if spec.rules.currency_column:
            wanted.append(spec.rules.currency_column)
        if spec.lookup:
            lookups.append(
                (spec.lookup.sheet, [spec.lookup.match, spec.lookup.take, *spec.lookup.where])
            )
    yield from _lacking(export, name, wanted, where)
    for file, columns in lookups:
        yield from _lacking(export, export.name_of(file), columns, f"{where}, look-up")


def _lacking(export: Export, name: str, columns: list[str], where: str) -> Iterator[str]:
    if name.partition("#")[0] in export.faults:
        return
    if name not in export.sheets:
        yield _not_there(where, name, export)
        return
    try:
        headers = list(export.sheets[name].headers)
    except UnreadableInput:
        return
    for column in columns:
        if column not in headers:
            there = ", ".join(headers[:8]) + (" ..." if len(headers) > 8 else "")
            near = nearest(column, headers)
            yield f"{where}: {name} has no column {column!r}.{near} It has: {there}."


def _not_there(where: str, name: str, export: Export) -> str:
    """A file that the map names and the export has not; a guess only where one is much like it."""
    there = ", ".join(list(export.sheets)[:8])
    near = nearest(name, list(export.sheets), least=FILES_ALIKE)
    return (
        f"{where}: the export has no {name!r}.{near} The map names it: put it back, or delete its"
        f" [[source]] block. It has: {there}."
    )


def used_sheets(given: Map, export: Export) -> set[str]:
    """The names of the sheets that a map reads."""
    names = {export.name_of(s.file, s.sheet) for s in given.sources}
    for source in given.sources:
        names |= {export.name_of(c.lookup.sheet) for c in steps(source.columns) if c.lookup}
    return names


def unused_files(given: Map, export: Export) -> list[pd.DataFrame]:
    """A finding for every sheet that no source of the map reads."""
    used = used_sheets(given, export)
    return [
        finding(
            "info",
            "file_not_used",
            f"{name} is in the export and no source of the map reads it.",
            "Add a [[source]] for it if the packets should use it.",
            file=name,
        )
        for name in export.sheets
        if name not in used
    ]
