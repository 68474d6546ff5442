"""Ratings as arrays: what each rater gave each person on each competency, in colour steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csmkit.bias.shuffle import Floats, Ints

STEPS = {"red": 0.0, "yellow": 1.0, "green": 2.0}


@dataclass(frozen=True, slots=True)
class Pairs:
    """One row for each rater of each person, in order of person.

    Attributes
    ----------
    people, raters, competencies : tuple of str
        Ids, in the order the indices below count them.
    person, rater : array of int, shape (pairs,)
        Who was rated, ascending, and by whom.
    own : array of bool, shape (pairs,)
        Whether the rater is the person's manager.
    values : array, shape (pairs, competencies)
        Colour steps (red 0, yellow 1, green 2); NaN where nothing was given.
    """

    people: tuple[str, ...]
    raters: tuple[str, ...]
    competencies: tuple[str, ...]
    person: Ints
    rater: Ints
    own: np.ndarray[tuple[int], np.dtype[np.bool_]]
    values: Floats

    @property
    def totals(self) -> Floats:
        """Colour steps of each pair on the whole matrix, from the competencies that were scored.

        A competency that all find hard, left out by one rater, would lift that rater's total; so
        each value counts against the mean of its competency.
        """
        if self.values.size == 0:
            return np.zeros(len(self.values))
        seen = ~np.isnan(self.values)
        items = _mean(self.values, seen, axis=0)
        gap = _mean(self.values - items, seen, axis=1)
        usual = float(items[seen.any(axis=0)].mean())
        return np.asarray((gap + usual) * len(self.competencies))

    @property
    def counts(self) -> dict[str, int]:
        """How many of what there is, for `csmkit.bias.verdicts.Found`."""
        return {
            "CSMs": len(np.unique(self.person)),
            "raters": len(np.unique(self.rater)),
            "ratings": len(self.person),
        }

    @property
    def of_one_manager(self) -> bool:
        """Whether all people rated are one manager's, and that manager rated every one of them."""
        managers, people = np.unique(self.rater[self.own]), np.unique(self.person[self.own])
        return len(managers) == 1 and len(people) == len(np.unique(self.person))

    def shared(self) -> Pairs:
        """The pairs of people whom at least two raters scored."""
        count = np.bincount(self.person, minlength=len(self.people))
        return self.where(count[self.person] >= 2)

    def where(self, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Pairs:
        """Some of the pairs; people and raters keep their numbers."""
        return Pairs(
            self.people,
            self.raters,
            self.competencies,
            self.person[kept],
            self.rater[kept],
            self.own[kept],
            self.values[kept],
        )


def _mean(
    values: Floats, seen: np.ndarray[tuple[int, int], np.dtype[np.bool_]], *, axis: int
) -> Floats:
    """Means of what is there; 0 where nothing is, which no caller reads."""
    count = seen.sum(axis=axis)
    total = np.where(seen, values, 0.0).sum(axis=axis)
    return np.asarray(total / np.maximum(count, 1))


def pairs_of(ratings: pd.DataFrame, managers: pd.Series, competencies: list[str]) -> Pairs:
    """Pairs from a ratings frame.

    Parameters
    ----------
    ratings : DataFrame
        person_id, rater_id, competency, value; one row for each person, rater and competency.
        Values other than red, yellow and green count as not given.
    managers : Series
        Each person's manager_id, by person_id.
    competencies : list of str
        The matrix, in order; ratings of others are left out.
    """
    rows = ratings[ratings["competency"].isin(competencies) & ratings["value"].isin(list(STEPS))]
    people = tuple(sorted(rows["person_id"].unique()))
    raters = tuple(sorted(rows["rater_id"].unique()))
    table = rows.assign(steps=rows["value"].map(STEPS).astype("float64")).pivot_table(
        index=["person_id", "rater_id"], columns="competency", values="steps", aggfunc="last"
    )
    table = table.reindex(columns=competencies).sort_index()
    who = table.index.get_level_values(0)
    by = table.index.get_level_values(1)
    own = np.asarray(who.map(managers.to_dict()) == by, dtype=bool)
    return Pairs(
        people,
        raters,
        tuple(competencies),
        pd.Index(people).get_indexer(who).astype(np.int64),
        pd.Index(raters).get_indexer(by).astype(np.int64),
        own,
        table.to_numpy(dtype=np.float64),
    )
