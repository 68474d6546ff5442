"""A map proposed from headers and values, with how sure it is of each column."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from csmkit.load.assistant.draft import Draft, open_draft
from csmkit.load.sources.files import Export

_NAMES = (
    "sheet", "header", "table", "column", "confidence", "active", "reason", "examples", "rules"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed map.

    Attributes
    ----------
    columns : DataFrame
        One row for each header that fits something: ``sheet``, ``header``, ``table``, ``column``,
        ``confidence`` (0 to 1), ``active`` (whether the map uses it), ``reason``, ``examples`` and
        ``rules`` (what the map says beside the column, as a dict).
    text : str
        The map as TOML: sure columns as lines, unsure ones as comments.
    """

    columns: pd.DataFrame
    text: str


def propose_map(path: str | Path | Export) -> Proposal:
    """Propose a map for an export; nothing unsure is applied.

    Parameters
    ----------
    path : str, Path or Export
        A folder of CSV files and workbooks, a workbook, one CSV file, or an opened export.

    Raises
    ------
    UnreadableInput
        If there is nothing to read.

    Examples
    --------
    >>> print(propose_map("exports/").text)  # doctest: +SKIP
    """
    return proposal_of(open_draft(path))


def proposal_of(draft: Draft) -> Proposal:
    """The proposal that a draft is."""
    return Proposal(_columns(draft), draft.text())


def _columns(draft: Draft) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    for part in draft.parts:
        for line in part.lines:
            if line.guess is None:
                continue
            active = bool(line.column) and draft.in_force(part) and not draft.waits(part, line)
            guess = line.guess
            what = (part.sheet, line.header, part.table, guess.column)
            why = (guess.confidence, active, guess.reason)
            rows.append((*what, *why, "; ".join(line.examples), dict(guess.rules)))
    return pd.DataFrame(rows, columns=list(_NAMES))
