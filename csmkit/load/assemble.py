"""All sources of a map put together: tables whose ids agree, findings, and where rows came from."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import pandas as pd

from csmkit.cycle import Period, Provenance, SourceFile
from csmkit.errors import UnreadableInput
from csmkit.load.apply import Applied, apply_source, columns_read
from csmkit.load.checks.tables import check_tables
from csmkit.load.copies import Earlier
from csmkit.load.distinct import composed, decoded, stacked
from csmkit.load.findings import FILE, SOURCE, finding, join_findings
from csmkit.load.gather import gather_months
from csmkit.load.linking.tables import link_tables
from csmkit.load.maps.fit import check_fit, expanded, unused_files
from csmkit.load.maps.mapping import Map, Source, steps
from csmkit.load.row_currency import unused_currency
from csmkit.load.sources.files import Export
from csmkit.load.values.currencies import compared
from csmkit.schema import TABLES


@dataclass(frozen=True, slots=True)
class Loaded:
    """An export as far as it could be read.

    Attributes
    ----------
    tables : dict of str to DataFrame
        Canonical tables.
    findings : DataFrame
        All findings.
    provenance : Provenance
        Every source with its rows, kept and set aside.
    faults : tuple of UnreadableInput
        Files of the map that could not be read.
    """

    tables: dict[str, pd.DataFrame]
    findings: pd.DataFrame
    provenance: Provenance
    faults: tuple[UnreadableInput, ...]


def load(export: Export, given: Map, period: Period | None) -> Loaded:
    """Read an export by a map, as far as it goes.

    Parameters
    ----------
    export : Export
        The export.
    given : Map
        The map.
    period : Period, optional
        The review period; with it the data are looked at for covering it.

    Raises
    ------
    MapError
        If the map does not fit the export.
    """
    export = export.laid_out(given.layouts)
    given = expanded(given, export)
    check_fit(given, export)
    found = [export.notes, *unused_files(given, export)]
    _read_together(given, export)
    applied: dict[int, Applied] = {}
    faults = []
    earlier: dict[int, Earlier] = {}
    for number, source in enumerate(given.sources, 1):
        others = earlier.setdefault(source.pattern, []) if source.pattern else None
        try:
            applied[number] = apply_source(source, number, export, others)
        except UnreadableInput as fault:
            faults.append(fault)
            found.append(_fault(fault, source.file, source.table))
    named = {composed(source.file) for source in given.sources}
    found += [_fault(f, name) for name, f in export.faults.items() if name not in named]
    found += [a.findings for a in applied.values()]
    for number in applied:
        source = given.sources[number - 1]
        sheet = export.sheet(export.name_of(source.file, source.sheet))
        found.append(unused_currency(source, sheet, given))
    if not given.currency:
        found += compared(one for a in applied.values() for one in a.amounts)
    frames = _by_table(given, applied)
    frames, more = link_tables(
        frames, aliases=given.aliases, merge=given.merge, unread=join_findings(found)
    )
    found.append(more)
    frames = {name: _decoded(frame) for name, frame in frames.items()}
    kept = _kept(frames)
    found += [
        _nothing_kept(given.sources[n - 1], a)
        for n, a in applied.items()
        if _lost_all(a, kept.get(n, 0))
    ]
    frames = gather_months(frames, given)
    found.append(check_tables(frames, period))
    return Loaded(
        {name: TABLES[name].conform(frame) for name, frame in frames.items()},
        join_findings(found),
        _provenance(given, export, applied, kept),
        tuple(faults),
    )


def _read_together(given: Map, export: Export) -> None:
    """Read each sheet once, with the columns that all its sources and look-ups want."""
    wanted: dict[str, set[str]] = {}
    for source in given.sources:
        name = export.name_of(source.file, source.sheet)
        wanted.setdefault(name, set()).update(columns_read(source))
        for spec in steps(source.columns):
            if spec.lookup:
                other = wanted.setdefault(export.name_of(spec.lookup.sheet), set())
                other |= {spec.lookup.match, spec.lookup.take, *spec.lookup.where}
    for name, columns in wanted.items():
        # What cannot be read is told by the source that needs it.
        with contextlib.suppress(UnreadableInput):
            export.sheet(name).columns(columns)


def _by_table(given: Map, applied: dict[int, Applied]) -> dict[str, pd.DataFrame]:
    parts: dict[str, list[pd.DataFrame]] = {}
    for number, one in applied.items():
        parts.setdefault(given.sources[number - 1].table, []).append(one.frame)
    return {name: stacked(frames) for name, frames in parts.items()}


def _decoded(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with every column of text as ``str``; the file's name stays as it is."""
    return frame.assign(
        **{
            str(c): decoded(frame[c])
            for c in frame
            if c != FILE and isinstance(frame[c].dtype, pd.CategoricalDtype)
        }
    )


def _kept(frames: dict[str, pd.DataFrame]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for frame in frames.values():
        for number, n in frame[SOURCE].value_counts().items():
            counts[int(number)] = int(n)  # type: ignore[call-overload]
    return counts


def _lost_all(applied: Applied, kept: int) -> bool:
    unmapped = applied.findings["kind"].eq("column_not_mapped").any()
    return not kept and applied.rows > applied.chosen_out and not unmapped


def _nothing_kept(source: Source, applied: Applied) -> pd.DataFrame:
    return finding(
        "error",
        "nothing_kept",
        f"None of the {applied.rows:,} rows of {source.file} could be used for {source.table}.",
        "Look at the other findings of this file; the map may fit another file.",
        table=source.table,
        file=source.file,
    )


def _fault(fault: UnreadableInput, file: str, table: str = "") -> pd.DataFrame:
    return finding("error", "unreadable_file", fault.what, fault.remedy, table=table, file=file)


def _provenance(
    given: Map, export: Export, applied: dict[int, Applied], kept: dict[int, int]
) -> Provenance:
    names = [export.name_of(s.file, s.sheet) for s in given.sources]
    files = []
    for number, one in applied.items():
        name, source = names[number - 1], given.sources[number - 1]
        used = kept.get(number, 0)
        files.append(
            SourceFile(
                f"{name} ({source.table})" if names.count(name) > 1 else name,
                export.sheets[name].sha256,
                one.rows,
                used,
                one.rows - used,
            )
        )
    return Provenance(tuple(files), given.name, given.sha256)
