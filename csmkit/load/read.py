"""The way in: an export becomes a `Cycle`, or findings that say exactly why not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from csmkit.cycle import Cycle, Period
from csmkit.errors import DataError, UsageError
from csmkit.load.assemble import Loaded, load
from csmkit.load.cache import Cache
from csmkit.load.checks.scores import scores_that_count
from csmkit.load.maps.fit import canonical_map
from csmkit.load.maps.map_file import map_beside
from csmkit.load.maps.mapping import Map
from csmkit.load.maps.reader import read_map
from csmkit.load.sources.files import Export, open_export
from csmkit.schema import TABLES

_FATAL = frozenset(
    {
        "no_accounts",
        "no_owner",
        "column_not_mapped",
        "mixed_currencies",
        "other_currency",
        "currency_not_mapped",
        "nothing_kept",
        "period_outside_data",
    }
)
"""Errors with which there is no cycle."""
_UNANSWERED = frozenset(
    {
        "ambiguous_date",
        "ambiguous_decimal",
        "ambiguous_percent",
        "ambiguous_scale",
        "ambiguous_currency",
    }
)
"""Errors with which there is none if a required column could not be read because of them."""


def read_export(
    path: str | Path,
    *,
    map: str | Path | None = None,
    period: tuple[object, object] | str | Period,
) -> Cycle:
    """Read an export into the canonical tables of one review cycle.

    Parameters
    ----------
    path : str or Path
        A folder, a CSV file, a workbook, a Parquet file, a zip of these, a DuckDB or SQLite file,
        or an SQLAlchemy URL.
    map : str or Path, optional
        The map. Without it ``map.toml`` in the folder is used, else files and headers must have
        canonical names (see ``docs/data-dictionary.md``).
    period : tuple, str or Period
        First and last day of the review period, both inclusive: two dates, or ``"A:B"``.

    Returns
    -------
    Cycle
        Tables, period, currency, findings that do not stand in the way, and provenance.

    Raises
    ------
    UnreadableInput
        If there is nothing to read, or a file of the map cannot be read.
    MapError
        If the map is not valid or does not fit the export.
    UsageError
        If the period is not valid, or there is no map and no canonical name.
    DataError
        If what was found makes a cycle impossible.
    """
    loaded, given = _examined(path, map, _period(period))
    if loaded.faults:
        raise loaded.faults[0]
    _refuse(loaded.findings)
    return _cycle(loaded, given, _period(period))


def check_export(
    path: str | Path,
    *,
    map: str | Path | None = None,
    period: tuple[object, object] | str | Period | None = None,
) -> pd.DataFrame:
    """Everything that is to be said about an export, at once.

    Parameters
    ----------
    path, map, period
        As for `read_export`; without a period nothing is said about it.

    Returns
    -------
    DataFrame
        One row for each finding, errors first: ``severity`` (error, warning, info), ``kind``,
        ``table``, ``file``, ``row`` (as a spreadsheet shows it), ``column``, ``value``,
        ``message``, ``remedy``. See `csmkit.summarise_findings`.

    Raises
    ------
    UnreadableInput, MapError, UsageError
        As `read_export`; a single file that cannot be read is a finding here.
    """
    return examine_export(path, map=map, period=period)[0]


def examine_export(
    path: str | Path,
    *,
    map: str | Path | None = None,
    period: tuple[object, object] | str | Period | None = None,
) -> tuple[pd.DataFrame, Cycle | None]:
    """The findings as `check_export`, and the cycle as `read_export`, from one reading.

    Without a period, or where what was found makes a cycle impossible, there is no cycle.
    """
    days = None if period is None else _period(period)
    loaded, given = _examined(path, map, days)
    possible = days is not None and not loaded.faults and not _fatal(loaded.findings).any()
    return loaded.findings, _cycle(loaded, given, days) if days and possible else None


def _examined(
    path: str | Path, map_file: str | Path | None, period: Period | None
) -> tuple[Loaded, Map | None]:
    export = open_export(path)
    given = _map_of(export, map_file)
    return _loaded(export, given, period), given


def _cycle(loaded: Loaded, given: Map | None, period: Period) -> Cycle:
    currency = given.currency if given else ""
    tables, told = dict(loaded.tables), ""
    if "ratings" in tables:
        tables["ratings"], told = scores_that_count(tables["ratings"], period)
    notes = (told,) if told else ()
    return Cycle(tables, period, currency, loaded.findings, loaded.provenance, notes)


def _loaded(export: Export, given: Map | None, period: Period | None) -> Loaded:
    """The export as far as it can be read; in a workspace, as it was read before if unchanged."""
    cache = Cache.of(export)
    if cache is None:
        return load(export, given or _own_map(export), period)
    key, kept = cache.find(export, given, period)
    if kept is None:
        kept = load(export, given or _own_map(export), period)
        if not kept.faults:
            cache.put(key, kept)
    return kept


def _period(period: tuple[object, object] | str | Period) -> Period:
    if isinstance(period, Period):
        return period
    if isinstance(period, str):
        return Period.parse(period)
    if not isinstance(period, tuple | list) or len(period) != 2:
        raise UsageError(
            f"The period {period!r} is not two days.",
            'Give ("2026-01-01", "2026-06-30") or "2026-01-01:2026-06-30".',
        )
    return Period.of(*period)


def _map_of(export: Export, given: str | Path | None) -> Map | None:
    """The map given, else the one in the export's folder, if there is one."""
    if given is not None:
        return read_map(given)
    beside = map_beside(export)
    return read_map(beside) if beside.is_file() else None


def _own_map(export: Export) -> Map:
    """The map of an export whose files and headers have canonical names."""
    found = canonical_map(export)
    if found is None:
        raise UsageError(
            f"There is no map for {export.path}, and none of its files is named like a canonical"
            f" table ({', '.join(list(TABLES)[:4])} ...).",
            "Make a map with the panel in notebook 01, or with `csmkit map EXPORT --review`, and"
            " give it.",
        )
    return found


def _fatal(findings: pd.DataFrame) -> pd.Series:
    """Which findings make a cycle impossible."""
    named = findings[["severity", "kind", "table", "column"]].itertuples(index=False)
    return pd.Series(
        [
            severity == "error"
            and (kind in _FATAL or (kind in _UNANSWERED and TABLES[table][column].required))
            for severity, kind, table, column in named
        ],
        index=findings.index,
        dtype="bool",
    )


def _refuse(findings: pd.DataFrame) -> None:
    fatal = _fatal(findings)
    if not fatal.any():
        return
    shown = findings[fatal].head(3)
    listed = "\n".join(
        f"  - {_where(f)}{f.message} {f.remedy}" for f in shown.itertuples(index=False)
    )
    raise DataError(
        f"No review can be made from this export: {_counted(findings, 'error')},"
        f" {_counted(findings, 'warning')}.\n{listed}\n",
        "Run `csmkit check` with the same export and map for every finding.",
    )


def _counted(findings: pd.DataFrame, severity: str) -> str:
    n = int((findings["severity"] == severity).sum())
    return f"{n:,} {severity}{'' if n == 1 else 's'}"


def _where(found: object) -> str:
    file, row = str(getattr(found, "file", "")), getattr(found, "row", pd.NA)
    if not file:
        return ""
    return f"{file}: " if pd.isna(row) else f"{file}, row {row}: "
