"""What values stand on: the items that each cites, and the values that cite none."""

from __future__ import annotations

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.matrix.gaps import STEPS
from csmkit.matrix.matrix import Matrix
from csmkit.matrix.standing import KEYS, dated_items, last_values, matrix_standing
from csmkit.memo import per_cycle
from csmkit.names import one_id_a_row

CITED = [
    *("person_id", "pillar", "competency", "value", "indicators"),
    *("date", "account_id", "text", "note"),
]
UNCITED = ["person_id", "pillar", "competency", "value", "indicators", "cites", "note"]
_UNSCORED = "Nothing is scored yet."
_NONE = "No value cites a dated item that can be shown."
_NOTHING = "Nothing is cited for any colour given."
_FEW = 3
_ALL = "Every value cites a dated item."


def evidence_cited(cycle: Cycle, matrix: Matrix | None = None, *, phase: str = "") -> pd.DataFrame:
    """What colours stand on: the indicators they were given by, and the items cited for them.

    Parameters
    ----------
    cycle, matrix, phase
        As `csmkit.matrix_standing` takes them.

    Returns
    -------
    DataFrame
        One row for each item cited that can be shown and is dated inside the period: person_id,
        pillar, competency (its name), value, indicators (of the colour, one a line), date,
        account_id, text, note (of the value). Values without one are in `values_without_item`.
    """
    found = cited_rows(cycle, matrix, phase=phase)
    found.attrs["why"] = _NONE if len(_scored(cycle, matrix, phase)) else _UNSCORED
    return found


@per_cycle
def cited_rows(cycle: Cycle, matrix: Matrix | None = None, *, phase: str = "") -> pd.DataFrame:
    """The rows of `evidence_cited`, without a word on why there are none."""
    items = dated_items(cycle)[["person_id", "evidence_id", "date", "account_id", "text"]]
    told = _each_cited(cycle, phase).merge(items.drop_duplicates(["person_id", "evidence_id"]))
    told = told.sort_values("date", kind="stable").drop(columns="evidence_id")
    return _named(_scored(cycle, matrix, phase).merge(told, on=KEYS), CITED)


def values_without_item(
    cycle: Cycle, matrix: Matrix | None = None, *, phase: str = ""
) -> pd.DataFrame:
    """Values given that cite no dated item that can be shown, with their indicators and notes.

    Parameters
    ----------
    cycle, matrix, phase
        As `csmkit.matrix_standing` takes them.

    Returns
    -------
    DataFrame
        person_id, pillar, competency (its name), value, indicators (of the colour, one a line),
        cites (whether it cites anything), note.
    """
    found = uncited_rows(cycle, matrix, phase=phase)
    found.attrs["why"] = _ALL if len(_scored(cycle, matrix, phase)) else _UNSCORED
    return found


@per_cycle
def uncited_rows(cycle: Cycle, matrix: Matrix | None = None, *, phase: str = "") -> pd.DataFrame:
    """The rows of `values_without_item`, without a word on why there are none."""
    every = _scored(cycle, matrix, phase)
    rows = every[every["cited"].eq(0)]
    citing = _each_cited(cycle, phase).set_index(KEYS).index
    rows = rows.assign(cites=rows.set_index(KEYS).index.isin(citing))
    return _named(rows, UNCITED)


def without_item_note(cycle: Cycle, matrix: Matrix | None = None, *, phase: str = "") -> str:
    """In a sentence or two: which colours of a person stand on no dated item.

    Parameters
    ----------
    cycle, matrix, phase
        As `csmkit.matrix_standing` takes them; the cycle is one person's book.
    """
    rows = values_without_item(cycle, matrix, phase=phase)
    bare = rows[rows["value"].isin(list(STEPS))]
    if bare.empty:
        return str(rows.attrs["why"]) if rows.empty else "Every colour cites a dated item."
    nothing, something = bare[~bare["cites"]], bare[bare["cites"]]
    every = matrix_standing(cycle, matrix, phase=phase)
    held = every[every["value"].isin(list(STEPS)) & ~every["unsupported"]]["name"]
    if len(nothing) == len(bare) and len(held) <= _FEW < len(bare):
        return f"Nothing is cited but for {', '.join(held)}." if len(held) else _NOTHING
    told = []
    if len(nothing):
        told.append(f"Nothing is cited for {', '.join(nothing['competency'])}.")
    if len(something):
        names = ", ".join(something["competency"])
        told.append(f"Nothing that can be shown and is dated in the period is cited for {names}.")
    return " ".join(told)


def _scored(cycle: Cycle, matrix: Matrix | None, phase: str) -> pd.DataFrame:
    rows = matrix_standing(cycle, matrix, phase=phase)
    return rows[rows["value"].notna()]


@per_cycle
def _each_cited(cycle: Cycle, phase: str) -> pd.DataFrame:
    """One row for each item that a value cites, on file or not."""
    given = last_values(cycle, phase).reset_index()
    return one_id_a_row(given, "evidence_ids", name="evidence_id")[[*KEYS, "evidence_id"]]


def _named(rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    named = rows.drop(columns="competency").rename(columns={"name": "competency"})
    return named[columns].reset_index(drop=True)
