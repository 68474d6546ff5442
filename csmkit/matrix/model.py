"""Which matrix holds, and which scores stand."""

from __future__ import annotations

from functools import lru_cache
from typing import cast

import pandas as pd

from csmkit.cycle import Book, Context, Cycle
from csmkit.matrix.matrix import Matrix
from csmkit.matrix.read import parse_matrix, read_matrix
from csmkit.memo import per_cycle

_KNOWN = (__name__, "matrix_of")


def matrix_of(cycle: Cycle) -> Matrix:
    """The matrix a cycle is scored by: a packet's own, else the kit's.

    Parameters
    ----------
    cycle : Cycle
        A book knows the matrix its packet was made with; a team does not, and has the kit's own.
    """
    context = cycle.context if isinstance(cycle, Book) else Context()
    if not context.matrix:
        return read_matrix()
    if _KNOWN not in cycle.memo:
        cycle.memo[_KNOWN] = matrix_in(context)
    return cast(Matrix, cycle.memo[_KNOWN])


def matrix_in(context: Context) -> Matrix:
    """The matrix that a context names, else the kit's own.

    Raises
    ------
    csmkit.matrix.faults.MatrixError
        If there is something wrong with it.
    """
    return _parsed(context.matrix) if context.matrix else read_matrix()


def keep_matrix(book: Book, matrix: Matrix) -> None:
    """Keep the matrix of a book, whose text was read before."""
    book.memo[_KNOWN] = matrix


@lru_cache(maxsize=4)
def _parsed(text: str) -> Matrix:
    return parse_matrix(text)


@per_cycle
def ratings_of_cycle(cycle: Cycle) -> pd.DataFrame:
    """Ratings but for those given before the period began: they belong to an earlier cycle."""
    rows = cycle.table("ratings")
    return rows[rows["at"].isna() | (rows["at"] >= cycle.period.start)]


def managers_of(cycle: Cycle) -> pd.Series:
    """Each person's manager_id, by person_id."""
    people = cycle.table("people").drop_duplicates("person_id")
    return people.set_index("person_id")["manager_id"]


@per_cycle
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
