"""What the data cannot tell, and where what they tell comes from."""

from __future__ import annotations

import pandas as pd

from csmkit import __version__
from csmkit.compute.arr import LATE_DAYS, arr_source
from csmkit.compute.metrics import metrics
from csmkit.compute.practice import planned_rule
from csmkit.compute.readings import first_day_is_opening
from csmkit.compute.results import LAG_DAYS, RULES
from csmkit.compute.sentences import notices
from csmkit.cycle import Cycle
from csmkit.schema import TABLES


def cannot_tell(cycle: Cycle) -> pd.DataFrame:
    """What the export does not allow to be said, and which table or column would.

    Returns
    -------
    DataFrame
        what (figures that are missing), needs and column (what would give them; view says the
        first in plain words), for the roles in the cycle.
    """
    roles = set(cycle.subjects["role"])
    rows = [
        (metric.label, lacks)
        for metric in metrics().values()
        if roles & set(metric.roles) and (lacks := metric.lacks(cycle))
    ]
    others = {
        "Months and accounts without evidence": "evidence",
        "Which customer calls the manager joined": "touchpoints.attendees",
        "What was said in feedback": "feedback",
        "Targets": "targets",
        "Days away": "absences",
        "Scores on the matrix": "ratings",
        "What was taken over from or handed on to somebody else": "ownership",
        "Health movement": "health",
    }
    rows += [(what, lacks) for what, need in others.items() if (lacks := cycle.missing(need))]
    by: dict[str, list[str]] = {}
    for what, lacks in rows:
        by.setdefault(lacks, []).append(what)
    told = [(", ".join(what), lacks, lacks) for lacks, what in by.items()]
    return pd.DataFrame(told, columns=["what", "needs", "column"])


def provenance(cycle: Cycle) -> pd.DataFrame:
    """Files, hashes, choices and version behind every figure.

    Returns
    -------
    DataFrame
        item, value (text).
    """
    origin = cycle.provenance
    rows = [
        ("Period", f"{cycle.period}, both days included"),
        ("Credit", f"{RULES['outcome']}; beside it: {'; '.join(list(RULES.values())[1:])}"),
        ("ARR taken from", _arr_taken_from(cycle)),
        ("Currency", cycle.currency or "not named in the map"),
        ("Late renewal", f"back within {LATE_DAYS} days is a late renewal, not a churn"),
        (
            "Lagged credit",
            f"the {LAG_DAYS} days before an outcome, from the account's first day on",
        ),
        ("Planned touchpoints", planned_rule()),
    ]
    rows += [
        (
            f"File {f.name}",
            f"{f.rows:,} rows, {f.kept:,} kept, {f.set_aside:,} set aside; SHA-256 {f.sha256[:16]}",
        )
        for f in origin.files
    ]
    if origin.map_name:
        rows.append((f"Map {origin.map_name}", f"SHA-256 {origin.map_sha256[:16]}"))
    rows.append(("csmkit", f"version {__version__}"))
    return pd.DataFrame(rows, columns=["item", "value"])


def _arr_taken_from(cycle: Cycle) -> str:
    source = arr_source(cycle) or "no table of the export has it"
    if not first_day_is_opening(cycle):
        return source
    said = notices()["first_day_is_opening"]
    return f"{source}; {said.format(day=f'{cycle.period.start:%Y-%m-%d}')}"


def files_read(cycle: Cycle) -> pd.DataFrame:
    """Each file that was read: file, rows, rows_kept, set_aside."""
    files = cycle.provenance.files
    return pd.DataFrame(
        [(f.name, f.rows, f.kept, f.set_aside) for f in files],
        columns=["file", "rows", "rows_kept", "set_aside"],
    )


def tables_read(cycle: Cycle) -> pd.DataFrame:
    """Each canonical table: table, rows, first and last day of its main date."""
    rows = []
    for table in TABLES.values():
        frame = cycle.table(table.name)
        dates = [c.name for c in table.columns if c.kind == "date" and c.required]
        day = frame[dates[0]] if dates and len(frame) else pd.Series(dtype="datetime64[us]")
        rows.append((table.name, len(frame), day.min(), day.max()))
    return pd.DataFrame(rows, columns=["table", "rows", "first_day", "last_day"])
