"""Values taken from another sheet, and rows chosen by their text."""

from __future__ import annotations

import pandas as pd

from csmkit.load.distinct import decoded, once
from csmkit.load.findings import join_findings
from csmkit.load.maps.mapping import Lookup
from csmkit.load.sources.files import Export
from csmkit.load.values.remarks import Remarks


def matches(text: pd.Series, wanted: tuple[str, ...]) -> pd.Series:
    """Which cells hold one of the texts, upper and lower case alike; "" is a blank cell."""
    texts = {w.strip().casefold() for w in wanted}
    hit = once(text, lambda cells: cells.str.casefold().isin(texts - {""}).astype(bool))
    return hit | text.isna() if "" in texts else hit


def look_up(
    text: pd.Series, lookup: Lookup, export: Export, target: str, remarks: Remarks
) -> tuple[pd.Series, pd.DataFrame]:
    """What each cell stands for in another sheet; blank, with a finding, if not exactly one text.

    Parameters
    ----------
    text : Series of str or category
        The cells.
    lookup : Lookup
        The sheet to look in, and its columns.
    export : Export
        The export.
    target : str
        The canonical column that is filled.
    remarks : Remarks
        Makes the findings.
    """
    sheet = export.sheet(export.name_of(lookup.sheet))
    pair = list(dict.fromkeys([lookup.match, lookup.take]))
    frame = sheet.columns([*pair, *lookup.where])
    for column, wanted in lookup.where.items():
        frame = frame[matches(frame[column], wanted)]
    frame = pd.DataFrame({c: decoded(frame[c]) for c in pair}).dropna().drop_duplicates()
    answers = pd.Series(frame[lookup.take].to_numpy(), index=frame[lookup.match], dtype="str")
    twice = answers.index[answers.index.duplicated()].unique()
    answers = answers[~answers.index.isin(twice)]
    result = once(text, lambda cells: cells.map(answers).astype("str"))
    several = once(text, lambda cells: cells.isin(twice))
    missed = result.isna() & text.notna() & ~several
    found = [
        remarks.rows(
            text[cells],
            kind,
            f"The look-up of {text.name} in {sheet.name} has {why}; {target} stays blank.",
            f"Look at {lookup.match} in {sheet.name}, or give the look-up a where.",
            column=target,
        )
        for cells, kind, why in (
            (several, "lookup_ambiguous", "more than one answer"),
            (missed, "lookup_missed", "no answer"),
        )
    ]
    return result, join_findings(found)
