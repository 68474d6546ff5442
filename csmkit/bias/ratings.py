"""The ratings of a cycle that count, and what was left out of them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from csmkit.bias.pairs import STEPS, Pairs, pairs_of
from csmkit.cycle import Cycle
from csmkit.matrix.model import by_day, manager_ratings, managers_of, ratings_of_cycle
from csmkit.matrix.read import read_matrix

NEEDS = ("ratings.value", "ratings.rater_id")
NO_RATINGS = "scores on the matrix (the table ratings is missing or empty)"
BY_OTHERS = "ratings of the phase manager, by somebody other than the person rated"
OF_PEOPLE = "ratings of people with the role csm, onboarding or cs_ops"
THIS_CYCLE = "ratings given in the period or after it"
OF_MATRIX = "ratings.competency: ids of the matrix"
COLOURED = "ratings.value: red, yellow or green"
# Words of the schema that are no colour and yet no mistake on a competency.
BLANK = ("not_observed",)
_KEYS = ["person_id", "rater_id", "competency"]


def matrix_ids(competencies: Sequence[str] | None = None) -> list[str]:
    """The competencies rated: those given, else the kit's own."""
    return list(read_matrix().ids) if competencies is None else list(competencies)


def colours(
    cycle: Cycle, *phases: str, competencies: Sequence[str] | None = None
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Colours given in some phases, one for each person, rater and competency.

    Parameters
    ----------
    cycle : Cycle
        The team.
    *phases : str
        ``self``, ``manager``, ``prevote`` or ``final``.
    competencies : sequence of str, optional
        The matrix's ids; the kit's own without it.

    Returns
    -------
    tuple
        A frame (person_id, rater_id, competency, phase, value, at), the later of two values for
        the same cell; and how many were left out, by reason: ``repeated``, ``outside_scale``,
        ``earlier`` (given before the period). Only people with a packet's role are rated.
    """
    every = cycle.table("ratings")
    every = every[every["person_id"].isin(cycle.subjects["person_id"])]
    every = every[every["phase"].isin(phases) & every["competency"].isin(matrix_ids(competencies))]
    rows = every[every.index.isin(ratings_of_cycle(cycle).index)]
    coloured = rows[rows["value"].isin(list(STEPS))]
    outside = int((~rows["value"].isin([*STEPS, *BLANK])).sum())
    latest = by_day(coloured).drop_duplicates([*_KEYS, "phase"], keep="last")
    told = {
        "repeated": float(len(coloured) - len(latest)),
        "outside_scale": float(outside),
        "earlier": float(len(every) - len(rows)),
    }
    return latest[[*_KEYS, "phase", "value", "at"]].reset_index(drop=True), told


def given_by_managers(
    cycle: Cycle, competencies: Sequence[str] | None = None
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Colours that managers and second raters gave; those of the pre-vote for who has no others.

    Returns
    -------
    tuple
        The frame of `colours`, without raters who rated themselves; what was left out, with
        ``rated_themself``.
    """
    rows, told = colours(cycle, "manager", "prevote", competencies=competencies)
    alone = rows["person_id"] == rows["rater_id"]
    told["rated_themself"] = float(len(rows.loc[alone, ["person_id"]].drop_duplicates()))
    return _scores_before_votes(rows[~alone]).reset_index(drop=True), told


def standing_colours(
    cycle: Cycle, competencies: Sequence[str] | None = None, *, votes: bool = True
) -> pd.DataFrame:
    """The one colour that stands of each person and competency; see `manager_ratings`.

    Parameters
    ----------
    cycle : Cycle
        The team.
    competencies : sequence of str, optional
        The matrix's ids; the kit's own without it.
    votes : bool
        Whether the pre-vote stands for people who have no scores.

    Returns
    -------
    DataFrame
        person_id, rater_id, competency, phase, value.
    """
    phases = ("manager", "prevote") if votes else ("manager",)
    rows = pd.concat([manager_ratings(cycle, phase=phase) for phase in phases])
    rows = rows[rows["value"].isin(list(STEPS)) & rows["competency"].isin(matrix_ids(competencies))]
    rows = rows[rows["person_id"].isin(cycle.subjects["person_id"])]
    return _scores_before_votes(rows)[[*_KEYS, "phase", "value"]].reset_index(drop=True)


def _scores_before_votes(rows: pd.DataFrame) -> pd.DataFrame:
    """Scores of the phase ``manager``; pre-votes of people who have none."""
    scored = rows["phase"] == "manager"
    return rows[scored | ~rows["person_id"].isin(rows.loc[scored, "person_id"])]


def lacking(cycle: Cycle, competencies: Sequence[str] | None = None) -> str:
    """What the ratings lack for any check of them; empty where some are left to check.

    Says what takes away the last of them: that all were given by people to themselves, say.
    """
    if cycle.missing("ratings"):
        return NO_RATINGS
    if needs := cycle.missing(*NEEDS):
        return needs
    rows = cycle.table("ratings")
    of_cycle = rows.index.isin(ratings_of_cycle(cycle).index)
    asked = {
        BY_OTHERS: rows["phase"].isin(("manager", "prevote"))
        & rows["rater_id"].ne(rows["person_id"]),
        OF_PEOPLE: rows["person_id"].isin(cycle.subjects["person_id"]),
        THIS_CYCLE: pd.Series(of_cycle, index=rows.index),
        OF_MATRIX: rows["competency"].isin(matrix_ids(competencies)),
        COLOURED: rows["value"].isin(list(STEPS)),
    }
    for needs, holds in asked.items():
        rows = rows[holds.reindex(rows.index)]
        if rows.empty:
            return needs
    return ""


def rating_pairs(
    cycle: Cycle, competencies: Sequence[str] | None = None
) -> tuple[Pairs, dict[str, float]]:
    """What each rater gave each person, and what was left out; see `given_by_managers`.

    Kept with the cycle: most checks of ratings stand on it.
    """
    ids = matrix_ids(competencies)
    key = (__name__, "rating_pairs", tuple(ids))
    if key not in cycle.memo:
        rows, told = given_by_managers(cycle, ids)
        cycle.memo[key] = pairs_of(rows, managers_of(cycle), ids), told
    pairs, left_out = cycle.memo[key]
    return pairs, dict(left_out)
