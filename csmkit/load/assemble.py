"""All sources of a map put together: tables whose ids agree, findings, and where rows came from."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from csmkit.cycle import Period, Provenance, SourceFile
from csmkit.errors import UnreadableInput
from csmkit.load.apply import Applied, apply_source
from csmkit.load.checks import check_tables
from csmkit.load.files import Export
from csmkit.load.findings import ASIDE, FILE, ROW, SOURCE, finding, findings_of, join_findings
from csmkit.load.fit import check_fit, unused_files
from csmkit.load.gather import gather_months
from csmkit.load.mapping import Map, Source
from csmkit.load.people import (
    assume_roles,
    identify_people,
    link_managers,
    people_from_owners,
    resolver_of,
)
from csmkit.load.references import link_accounts, link_people
from csmkit.schema import TABLES

_UNIQUE = ("accounts",)
_ONE_RECORD = {"contracts": "contract_id", "evidence": "evidence_id"}
_CHOSEN_OUT = ("filtered_by_map",)


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
    check_fit(given, export)
    found = unused_files(given, export)
    applied: dict[int, Applied] = {}
    faults = []
    for number, source in enumerate(given.sources, 1):
        try:
            applied[number] = apply_source(source, number, export)
        except UnreadableInput as fault:
            faults.append(fault)
            found.append(_fault(fault, source))
    found += [a.findings for a in applied.values()]
    frames = _by_table(given, applied)
    _link(frames, found)
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


def _by_table(given: Map, applied: dict[int, Applied]) -> dict[str, pd.DataFrame]:
    parts: dict[str, list[pd.DataFrame]] = {}
    for number, one in applied.items():
        parts.setdefault(given.sources[number - 1].table, []).append(one.frame)
    return {
        name: frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
        for name, frames in parts.items()
    }


def _link(frames: dict[str, pd.DataFrame], found: list[pd.DataFrame]) -> None:
    """Make ids agree over all tables; rows that cannot agree leave, with a finding."""
    for name in _UNIQUE:
        if name in frames:
            frames[name], more = _unique(name, frames[name])
            found.append(more)
    for name, key in _ONE_RECORD.items():
        if name in frames and key in frames[name]:
            frames[name], more = _without_copies(name, key, frames[name])
            found.append(more)
    people, more = _people(frames)
    found.append(more)
    people, more = link_managers(people)
    found.append(more)
    resolver = resolver_of(people)
    accounts = frames.get("accounts")
    for name in [n for n in frames if n != "people"]:
        if accounts is not None and len(accounts):
            frames[name], more = link_accounts(name, frames[name], accounts)
            found.append(more)
        frames[name], more = link_people(name, frames[name], resolver)
        found.append(more)
        frames[name] = frames[name].reset_index(drop=True)
    listed = join_findings(found)
    unread = listed[
        (listed["table"] == "people")
        & (listed["column"] == "role")
        & (listed["kind"] == "unreadable_value")
    ]
    frames["people"], more = assume_roles(people, unread)
    found.append(more)
    if "ownership" in frames:
        frames["ownership"] = _with_source(frames["ownership"])


def _people(frames: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    people = frames.get("people")
    if people is not None and len(people):
        return identify_people(people)
    owners = [
        frames[table][column]
        for table, column in (("ownership", "person_id"), ("accounts", "owner"))
        if table in frames and column in frames[table]
    ]
    return people_from_owners(owners)


def _with_source(ownership: pd.DataFrame) -> pd.DataFrame:
    """A file of periods of which the map does not say what it is, was declared by somebody."""
    if "source" not in ownership:
        return ownership.assign(source="declared")
    return ownership.assign(source=ownership["source"].fillna("declared"))


def _unique(name: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    again = frame["account_id"].duplicated()
    found = findings_of(
        name,
        frame[again],
        "account_id",
        severity="warning",
        kind="duplicate_id",
        message=f"An earlier row has this id. {ASIDE}",
        remedy="Keep one row for each account.",
    )
    return frame[~again], found


def _without_copies(name: str, key: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    again = frame[key].duplicated() & frame[key].notna()
    same = frame.drop(columns=[FILE, ROW, SOURCE]).duplicated() & again
    found = [
        findings_of(
            name,
            frame[mask],
            key,
            severity="warning",
            kind="duplicate_id",
            message=message,
            remedy="Look at whether the export holds the same record twice.",
        )
        for mask, message in (
            (same, f"The same record was there before. {ASIDE}"),
            (again & ~same, "An earlier row has this id and differs. Both are kept."),
        )
    ]
    return frame[~same], join_findings(found)


def _kept(frames: dict[str, pd.DataFrame]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for frame in frames.values():
        for number, n in frame[SOURCE].value_counts().items():
            counts[int(number)] = int(n)  # type: ignore[call-overload]
    return counts


def _lost_all(applied: Applied, kept: int) -> bool:
    chosen_out = int(applied.findings["kind"].isin(_CHOSEN_OUT).sum())
    unmapped = applied.findings["kind"].eq("column_not_mapped").any()
    return not kept and applied.rows > chosen_out and not unmapped


def _nothing_kept(source: Source, applied: Applied) -> pd.DataFrame:
    return finding(
        "error",
        "nothing_kept",
        f"None of the {applied.rows:,} rows of {source.file} could be used for {source.table}.",
        "Look at the other findings of this file; the map may fit another file.",
        table=source.table,
        file=source.file,
    )


def _fault(fault: UnreadableInput, source: Source) -> pd.DataFrame:
    return finding(
        "error",
        "unreadable_file",
        fault.what,
        fault.remedy,
        table=source.table,
        file=source.file,
    )


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
