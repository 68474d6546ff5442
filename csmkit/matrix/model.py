"""Reads the matrix and lays a person's scores beside it."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import pandas as pd

from csmkit.cycle import Cycle

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


def matrix_scores(cycle: Cycle) -> pd.DataFrame:
    """The matrix with the values given to each person; blank until scored.

    Returns
    -------
    DataFrame
        person_id, pillar, competency, self, manager, final (red, yellow, green, not_observed;
        blank where nobody scored; where several managers did, the latest), evidence (items on
        file that name the competency).
    """
    ratings = cycle.table("ratings").sort_values("at", kind="stable")
    ratings = ratings[ratings["phase"].isin(PHASES)]
    keys = ["person_id", "competency"]
    values = ratings.groupby([*keys, "phase"])["value"].last().unstack("phase")
    values = values.reindex(columns=list(PHASES)).reset_index()
    matrix = read_matrix().rename(columns={"id": "competency"})
    grid = cycle.subjects[["person_id"]].merge(matrix, how="cross")
    grid = grid.merge(values, on=keys, how="left")
    evidence = cycle.table("evidence").dropna(subset=["competencies"])
    evidence = evidence[~evidence["private"].fillna(False)]
    named = evidence.assign(competency=evidence["competencies"].str.split(";")).explode(
        "competency"
    )
    named["competency"] = named["competency"].str.strip()
    count = named.groupby(keys).size().rename("evidence").reset_index()
    grid = grid.merge(count, on=keys, how="left")
    grid["evidence"] = grid["evidence"].fillna(0).astype("int64")
    return grid.drop(columns=["competency", "about", "book"]).rename(
        columns={"name": "competency"}
    )[["person_id", "pillar", "competency", *PHASES, "evidence"]]
