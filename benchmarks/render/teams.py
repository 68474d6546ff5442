"""Teams of any size: the sample team again and again, each copy with names of its own."""

from __future__ import annotations

from itertools import islice, product

import pandas as pd

import csmkit as ck
from csmkit.cycle import Cycle
from csmkit.schema import TABLES
from csmkit.terms import Term, Terms, words_of

NAMES = {
    "people": ("person_id", "name", "email", "aliases"),
    "accounts": ("account_id", "name"),
    "contracts": ("contract_id",),
    "evidence": ("evidence_id",),
}
SYLLABLES = ["q" + "".join(pair) for pair in product("bcdfghjklmnprstwz", "aeiou")]
"""One for each copy; in no name of the sample team, and none is part of another."""
MOST = 24 * len(SYLLABLES)
_MARK = "\ue000"
_SHARED = "targets"


def team_of(people: int) -> Cycle:
    """The sample team, repeated until this many people have packets.

    Each copy is a team by itself, with its managers, accounts and every table. Behind every word
    of its names, mails and ids stands a syllable of the copy (``Amaraqba Dialloqba``), also where
    free text mentions them, so that no name of one copy is, or is part of, a name of another.
    Targets of the team and of segments are there once.

    Parameters
    ----------
    people : int
        How many have packets, from 1 to `MOST`. The others of the last copy stay, with accounts
        and all, but have no role and so no packet.
    """
    sample = ck.sample_team()
    copies = -(-people // len(sample.subjects))
    if not 1 <= copies <= len(SYLLABLES):
        raise ValueError(f"A team of {people} cannot be made: 1 to {MOST} people can.")
    marked = _marked(sample)
    tables = {
        name: pd.concat(
            [_filled(frame, syllable) for syllable in islice(SYLLABLES, copies)], ignore_index=True
        )
        for name, frame in marked.items()
    }
    tables[_SHARED] = tables[_SHARED].drop_duplicates(ignore_index=True)
    rows = tables["people"]
    spare = sample.with_tables(**tables).subjects["person_id"].iloc[people:]
    tables["people"] = rows.assign(role=rows["role"].mask(rows["person_id"].isin(spare)))
    return sample.with_tables(**tables)


def _marked(cycle: Cycle) -> dict[str, pd.DataFrame]:
    """All tables, with a mark behind every word of a name, wherever it stands."""
    index = Terms(
        Term(name.strip(), "person", "")
        for table, columns in NAMES.items()
        for column in columns
        for names in cycle.table(table)[column].dropna()
        for name in names.split(";")
    )
    marked = {}
    for table in cycle.tables:
        frame = cycle.table(table)
        for column in _texts(frame, table):
            marks = {text: _with_marks(text, index) for text in frame[column].dropna().unique()}
            frame[column] = frame[column].map(marks).astype("str")
        marked[table] = frame
    return marked


def _with_marks(text: str, index: Terms) -> str:
    parts: list[str] = []
    at = 0
    for found in index.find(text):
        # What follows the @ is the company's.
        name = text[found.start : found.end].partition("@")[0]
        for _, _, end in words_of(name):
            parts += [text[at : found.start + end], _MARK]
            at = found.start + end
    return "".join([*parts, text[at:]])


def _filled(frame: pd.DataFrame, syllable: str) -> pd.DataFrame:
    """A copy's rows: its syllable where the marks are."""
    texts: pd.DataFrame = frame.select_dtypes("str")
    filled = {str(name): texts[name].str.replace(_MARK, syllable) for name in texts}
    return frame.assign(**filled)


def _texts(frame: pd.DataFrame, table: str) -> list[str]:
    """The columns that may hold names."""
    kinds = {column.name: column.kind for column in TABLES[table].columns}
    return [name for name in map(str, frame) if kinds[name] in ("id", "ids", "text")]
