"""The ratings of a cycle that count, and what was left out of them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from csmkit.bias.pairs import STEPS, Pairs, pairs_of
from csmkit.cycle import Cycle
from csmkit.matrix.model import ratings_of_cycle, read_matrix

NEEDS = "ratings.value, ratings.rater_id"
# Words of the schema that are no colour and yet no mistake on a competency.
BLANK = ("not_observed",)
_KEYS = ["person_id", "rater_id", "competency"]


def matrix_ids(competencies: Sequence[str] | None = None) -> list[str]:
    """The competencies rated: those given, else the kit's own."""
    return list(read_matrix()["id"]) if competencies is None else list(competencies)


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
    ordered = coloured.sort_values("at", kind="stable", na_position="first")
    latest = ordered.drop_duplicates([*_KEYS, "phase"], keep="last")
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
    rows = rows[~alone]
    rated = set(rows.loc[rows["phase"] == "manager", "person_id"])
    kept = (rows["phase"] == "manager") | ~rows["person_id"].isin(rated)
    return rows[kept].reset_index(drop=True), told


def managers_of(cycle: Cycle) -> pd.Series:
    """Each person's manager_id, by person_id."""
    people = cycle.table("people").drop_duplicates("person_id")
    return people.set_index("person_id")["manager_id"]


def rating_pairs(
    cycle: Cycle, competencies: Sequence[str] | None = None
) -> tuple[Pairs, dict[str, float]]:
    """What each rater gave each person, and what was left out; see `given_by_managers`."""
    rows, told = given_by_managers(cycle, competencies)
    return pairs_of(rows, managers_of(cycle), matrix_ids(competencies)), told
