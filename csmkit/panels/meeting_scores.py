"""One person's scores for the room: what stands, self beside manager, last cycle, pre-votes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from csmkit.cycle import Book
from csmkit.matrix.levels import levels_given
from csmkit.matrix.model import by_day, manager_ratings
from csmkit.matrix.standing import matrix_standing
from csmkit.panels.texts import texts
from csmkit.store.model import OVERALL
from csmkit.text import clean, day, missing

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix

_PHASES = ("self", "manager", "final")


def scores_state(book: Book, matrix: Matrix) -> dict[str, Any]:
    """What was given to a person, cell by cell, and the overall levels.

    Returns
    -------
    dict
        cells ({competency: {self, manager, final, stands, last, apart, dated, expected,
        not_expected}}), levels ({self, manager, final, stands, last}), scored (int), unsupported
        (int), last (day of the last cycle's scores, or a sentence that there is none).
    """
    before = _last_cycle(book)
    cells = {
        row["competency"]: _cell(row, before) for row in _rows(book, matrix).to_dict("records")
    }
    levels = _levels(book, before)
    said = texts("meeting")["scores"]
    return {
        "cells": cells,
        "levels": levels,
        "scored": sum(cell["stands"] != "" for cell in cells.values()),
        "unsupported": sum(not cell["dated"] and cell["colour"] for cell in cells.values()),
        "last": said["last"].format(day=day(before["at"].max()))
        if len(before)
        else said["no_last"],
    }


def stands(scores: Mapping[str, Any], competency: str) -> str:
    """The value that stands for a competency, or the overall level, of `scores_state`; or blank."""
    of = scores["levels"] if competency == OVERALL else scores["cells"].get(competency, {})
    return str(of.get("stands", ""))


def _rows(book: Book, matrix: Matrix) -> pd.DataFrame:
    rows = matrix_standing(book, matrix, phase="manager")
    final = matrix_standing(book, matrix, phase="final")
    # What a value stands on is asked of the one that stands.
    changed = final["final"].notna()
    rows["cited"] = rows["cited"].mask(changed, final["cited"])
    return rows


def _cell(row: Mapping[Any, Any], before: pd.DataFrame) -> dict[str, Any]:
    given = {name: "" if missing(row[name]) else str(row[name]) for name in _PHASES}
    value = given["final"] or given["manager"]
    last = before.loc[before["competency"].eq(row["competency"]), "value"]
    return {
        **given,
        "stands": value,
        "colour": value not in ("", "not_observed"),
        "last": str(last.iloc[-1]) if len(last) else "",
        "apart": 0 if missing(row["apart"]) else int(row["apart"]),
        "dated": int(row["cited"]) > 0,
        "expected": clean(row["expected"]),
        "not_expected": clean(row["not_expected"]),
    }


def _levels(book: Book, before: pd.DataFrame) -> dict[str, str]:
    given = levels_given(book).drop_duplicates("phase", keep="last")
    value = dict(zip(given["phase"], given["value"], strict=True))
    # Of several managers the own one counts, as for colours and in all that is worked out of them.
    rows = manager_ratings(book)
    own = rows.loc[rows["competency"].eq(OVERALL), "value"]
    value["manager"] = str(own.iloc[-1]) if len(own) else ""
    last = before.loc[before["competency"].eq(OVERALL), "value"]
    told = {name: str(value.get(name, "")) for name in _PHASES}
    return {
        **told,
        "stands": told["final"] or told["manager"],
        "last": str(last.iloc[-1]) if len(last) else "",
    }


def _last_cycle(book: Book) -> pd.DataFrame:
    """The values of an earlier cycle: final ones before managers', the latest of each cell."""
    rows = book.table("ratings")
    rows = by_day(rows[rows["at"] < book.period.start])
    rows = rows[rows["phase"].isin(["manager", "final"])]
    order = rows["phase"].map({"manager": 0, "final": 1})
    latest = rows.assign(_order=order).sort_values("_order", kind="stable")
    return latest.drop_duplicates("competency", keep="last")
