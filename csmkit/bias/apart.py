"""Competencies that two people see two colours apart: lists to talk about."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from csmkit.bias.judge import texts
from csmkit.bias.pairs import STEPS
from csmkit.bias.ratings import given_by_managers, matrix_ids, standing_colours
from csmkit.bias.self_manager import own_colours
from csmkit.cycle import Cycle
from csmkit.matrix.read import read_matrix

APART_COLUMNS = ["person_id", "competency", "value_a", "value_b"]
RATERS_APART = ["person_id", "count", "competencies"]
NAMED = ["person_id", "competency", "rater_a", "value_a", "rater_b", "value_b"]
RATERS, SELF = "raters", "self and manager"
NEEDS = {
    RATERS: "scores of the same people by two raters",
    SELF: "a self-assessment and a manager’s scores of the same people",
}


def apart_from_manager(cycle: Cycle, *, competencies: Sequence[str] | None = None) -> pd.DataFrame:
    """Competencies that a person sees red and the manager green, or the other way: to talk about.

    Returns
    -------
    DataFrame
        person_id, competency (its name), value_a (the person's colour), value_b (the manager's
        that stands; see `csmkit.matrix.model.manager_ratings`).
    """
    own = own_colours(cycle, competencies)
    # Votes before the meeting are nobody's to read.
    theirs = standing_colours(cycle, competencies, votes=False)
    both = own.merge(theirs, on=["person_id", "competency"])
    both = both.rename(columns={"value_x": "value_a", "value_y": "value_b"})
    return _told(_far(both, competencies)[APART_COLUMNS], both, SELF)


def raters_apart(
    cycle: Cycle, *, competencies: Sequence[str] | None = None, named: bool = False
) -> pd.DataFrame:
    """Competencies of a person that one rater sees red and another green: what to talk about.

    Parameters
    ----------
    cycle : Cycle
        The team.
    competencies : sequence of str, optional
        The matrix's ids; the kit's own without it.
    named : bool
        Whether raters are told: who of them is apart from whom is no matter of one list, so by
        default they are not.

    Returns
    -------
    DataFrame
        person_id, count (of competencies), competencies (their names). Named: person_id,
        competency, rater_a, value_a, rater_b, value_b, a row for each two raters.
    """
    raters, _ = given_by_managers(cycle, competencies)
    raters = raters[raters["phase"] == "manager"]
    each = raters.merge(raters, on=["person_id", "competency"], suffixes=("_a", "_b"))
    each = each[each["rater_id_a"] < each["rater_id_b"]]
    each = each.rename(columns={"rater_id_a": "rater_a", "rater_id_b": "rater_b"})
    found = _far(each, competencies)
    if named:
        return _told(found[NAMED], each, RATERS)
    found = found.drop_duplicates(["person_id", "competency"])
    by = found.groupby("person_id")["competency"]
    listed = by.agg(count="size", competencies=" · ".join).reset_index()
    return _told(listed.reindex(columns=RATERS_APART), each, RATERS)


def _told(listed: pd.DataFrame, pairs: pd.DataFrame, between: str) -> pd.DataFrame:
    """A list that says why it is empty: nobody to compare, or nothing far apart."""
    if pairs.empty:
        listed.attrs["needs"] = NEEDS[between]
    elif listed.empty:
        listed.attrs["why"] = texts()["agreement"]["none_apart"]
    return listed


def _far(pairs: pd.DataFrame, competencies: Sequence[str] | None) -> pd.DataFrame:
    """Those of some pairs of colours that are red and green, by person, competencies by name."""
    a, b = (pairs[column].map(STEPS).astype("float64") for column in ("value_a", "value_b"))
    found = pairs[(a - b).abs() >= max(STEPS.values())]
    order = {name: i for i, name in enumerate(matrix_ids(competencies))}
    found = found.assign(place=found["competency"].map(order))
    found = found.sort_values(["person_id", "place"], kind="stable").reset_index(drop=True)
    called = {c.id: c.name for c in read_matrix()}
    found["competency"] = found["competency"].map(called).fillna(found["competency"])
    return found
