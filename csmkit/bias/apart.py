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
from csmkit.memo import per_cycle

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
    rows = self_apart_rows(cycle, competencies=_fixed(competencies))
    listed = rows[rows["competency"].ne("")].reset_index(drop=True)
    return _told(listed, len(rows) == 0, SELF)


@per_cycle
def self_apart_rows(cycle: Cycle, *, competencies: tuple[str, ...] | None = None) -> pd.DataFrame:
    """The rows of `apart_from_manager`, and a blank one for who has both and is apart on none."""
    own = own_colours(cycle, competencies)
    # Votes before the meeting are nobody's to read.
    theirs = standing_colours(cycle, competencies, votes=False)
    both = own.merge(theirs, on=["person_id", "competency"])
    both = both.rename(columns={"value_x": "value_a", "value_y": "value_b"})
    return _with_blanks(_far(both, competencies)[APART_COLUMNS], both)


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
    if named:
        each = _rater_pairs(cycle, competencies)
        return _told(_far(each, competencies)[NAMED], each.empty, RATERS)
    rows = raters_apart_rows(cycle, competencies=_fixed(competencies))
    listed = rows[rows["count"] > 0].reset_index(drop=True)
    return _told(listed, len(rows) == 0, RATERS)


@per_cycle
def raters_apart_rows(cycle: Cycle, *, competencies: tuple[str, ...] | None = None) -> pd.DataFrame:
    """The rows of `raters_apart`, and one of none for who has two raters, nowhere apart."""
    each = _rater_pairs(cycle, competencies)
    found = _far(each, competencies).drop_duplicates(["person_id", "competency"])
    by = found.groupby("person_id")["competency"]
    listed = by.agg(count="size", competencies=" · ".join).reset_index()
    return _with_blanks(listed.reindex(columns=RATERS_APART), each).astype({"count": "int64"})


def _rater_pairs(cycle: Cycle, competencies: Sequence[str] | None) -> pd.DataFrame:
    """Each two raters who gave the same competency of a person a colour."""
    raters, _ = given_by_managers(cycle, competencies)
    raters = raters[raters["phase"] == "manager"]
    each = raters.merge(raters, on=["person_id", "competency"], suffixes=("_a", "_b"))
    each = each[each["rater_id_a"] < each["rater_id_b"]]
    return each.rename(columns={"rater_id_a": "rater_a", "rater_id_b": "rater_b"})


def _fixed(competencies: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if competencies is None else tuple(competencies)


def _with_blanks(listed: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """A list, with a row of blanks for each person of some pairs who is not in it."""
    others = pairs.loc[~pairs["person_id"].isin(listed["person_id"]), "person_id"]
    blank = pd.DataFrame(index=range(others.nunique()), columns=listed.columns).fillna("")
    blank = blank.assign(person_id=others.unique(), **({"count": 0} if "count" in listed else {}))
    return pd.concat([listed, blank.astype(listed.dtypes)], ignore_index=True)


def _told(listed: pd.DataFrame, nobody: bool, between: str) -> pd.DataFrame:
    """A list that says why it is empty: nobody to compare, or nothing far apart."""
    if nobody:
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
