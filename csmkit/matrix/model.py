"""Reads the matrix and lays a person's scores beside it."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.names import one_id_a_row

PHASES = ("self", "manager", "final")


@cache
def _entries() -> tuple[dict[str, str], ...]:
    text = Path(__file__).with_name("competencies.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["competency"])


def read_matrix() -> pd.DataFrame:
    """The kit's 20 competencies: id, pillar, name, about, book (text), in order.

    ``book`` is linked where a strong book at hand-over makes its owner look strong, independent
    where it does not, mixed where it may do either.
    """
    return pd.DataFrame(list(_entries()))[["id", "pillar", "name", "about", "book"]]


def ratings_of_cycle(cycle: Cycle) -> pd.DataFrame:
    """Ratings but for those given before the period began: they belong to an earlier cycle."""
    rows = cycle.table("ratings")
    return rows[rows["at"].isna() | (rows["at"] >= cycle.period.start)]


def managers_of(cycle: Cycle) -> pd.Series:
    """Each person's manager_id, by person_id."""
    people = cycle.table("people").drop_duplicates("person_id")
    return people.set_index("person_id")["manager_id"]


def manager_ratings(cycle: Cycle, *, phase: str = "manager") -> pd.DataFrame:
    """The manager's value that stands, for each person and competency.

    Parameters
    ----------
    cycle : Cycle
        A cycle, or a book.
    phase : str
        ``manager``, or ``prevote``.

    Returns
    -------
    DataFrame
        The columns of ratings. Where several scored a competency, the person's own manager counts,
        and where that one did not, the latest; of the same day, the last on file. What people gave
        themselves in this phase is no manager's and is left out.
    """
    rows = by_day(ratings_of_cycle(cycle))
    rows = rows[rows["phase"].eq(phase) & rows["rater_id"].ne(rows["person_id"])]
    own = rows["person_id"].map(managers_of(cycle)).eq(rows["rater_id"])
    ordered = rows.assign(own=own).sort_values("own", kind="stable")
    return ordered.drop_duplicates(["person_id", "competency"], keep="last").drop(columns="own")


def by_day(ratings: pd.DataFrame) -> pd.DataFrame:
    """Ratings from the earliest to the latest; those without a day come before all others."""
    return ratings.sort_values("at", kind="stable", na_position="first")


def matrix_scores(cycle: Cycle) -> pd.DataFrame:
    """The matrix with the values given to each person; blank until scored.

    Returns
    -------
    DataFrame
        person_id, pillar, competency, self, manager, final (red, yellow, green, not_observed;
        blank where nobody scored; of several managers the person's own, else the latest), evidence
        (items on file that name the competency).
    """
    ratings = by_day(ratings_of_cycle(cycle))
    alone = ratings[ratings["phase"].isin(("self", "final"))]
    ratings = pd.concat([alone, manager_ratings(cycle)])
    keys = ["person_id", "competency"]
    values = ratings.groupby([*keys, "phase"])["value"].last().unstack("phase")
    values = values.reindex(columns=list(PHASES)).reset_index()
    matrix = read_matrix().rename(columns={"id": "competency"})
    grid = cycle.subjects[["person_id"]].merge(matrix, how="cross")
    grid = grid.merge(values, on=keys, how="left")
    evidence = cycle.table("evidence").dropna(subset=["competencies"])
    evidence = evidence[~evidence["private"].fillna(False)]
    named = one_id_a_row(evidence, "competencies", name="competency")
    count = named.groupby(keys).size().rename("evidence").reset_index()
    grid = grid.merge(count, on=keys, how="left")
    grid["evidence"] = grid["evidence"].fillna(0).astype("int64")
    return grid.drop(columns=["competency", "about", "book"]).rename(
        columns={"name": "competency"}
    )[["person_id", "pillar", "competency", *PHASES, "evidence"]]
