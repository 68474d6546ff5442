"""By which version of the matrix scores were given, where it is not the one in use."""

from __future__ import annotations

import re
from collections.abc import Collection

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.matrix.matrix import Matrix
from csmkit.matrix.model import matrix_of, ratings_of_cycle
from csmkit.matrix.standing import VALUES

_DIGEST = re.compile(r"\(([0-9a-f]{12})\)$")


def version_label(name: str, version: str, digest: str) -> str:
    """How a version of a matrix is called wherever scores name it.

    Examples
    --------
    >>> version_label("Customer success matrix", "1", "0123456789ab")
    'Customer success matrix 1 (0123456789ab)'
    """
    return f"{name} {version} ({digest})"


def other_versions(cycle: Cycle, matrix: Matrix | None = None) -> pd.DataFrame:
    """Scores of the cycle that were given by another version of the matrix than the one in use.

    Parameters
    ----------
    cycle : Cycle
        The team, or one person's book.
    matrix : Matrix, optional
        What is in use, else `csmkit.matrix_of` the cycle.

    Returns
    -------
    DataFrame
        matrix (as the scores name it), scores (how many; of competencies, not observed among
        them), unknown (how many are of competencies that the one in use has not).
    """
    matrix = matrix or matrix_of(cycle)
    rows = ratings_of_cycle(cycle)
    rows = rows[rows["value"].isin(VALUES) & rows["matrix"].notna()]
    rows = rows[~rows["matrix"].isin(_names(matrix))]
    rows = rows.assign(unknown=~rows["competency"].isin(matrix.ids))
    counts = rows.groupby("matrix").agg(scores=("value", "size"), unknown=("unknown", "sum"))
    return counts.reset_index().sort_values("scores", ascending=False, ignore_index=True)


def matrix_note(cycle: Cycle, matrix: Matrix | None = None) -> str:
    """A sentence on scores given by another version of the matrix; blank if there are none.

    Parameters
    ----------
    cycle, matrix
        As `other_versions` takes them.
    """
    matrix = matrix or matrix_of(cycle)
    if set(ratings_of_cycle(cycle)["matrix"].dropna()).issubset(_names(matrix)):
        return ""
    others = other_versions(cycle, matrix)
    if others.empty:
        return ""
    given = ", ".join(
        f"{n:,} score{'' if n == 1 else 's'} by {label}"
        for label, n in zip(others["matrix"], others["scores"], strict=True)
    )
    in_use = version_label(matrix.name, matrix.version, matrix.digest)
    unknown = int(others["unknown"].sum())
    left = f" {unknown:,} are of competencies it has not, and are not shown." if unknown else ""
    return (
        f"Given by another version of the matrix: {given}. Indicators and expectations are shown"
        f" as {in_use} has them, so a colour may have meant something else.{left}"
    )


def to_use_others(
    cycle: Cycle, matrix: Matrix | None = None, *, store: str, kept: Collection[str]
) -> str:
    """The sentence of `matrix_note`, and how to use the version that most scores were given by.

    Only versions that the store keeps can be used.

    Parameters
    ----------
    cycle, matrix
        As `other_versions` takes them.
    store : str
        Where the scores are.
    kept : collection of str
        The digests of the matrices that the store keeps.
    """
    told = matrix_note(cycle, matrix)
    named = map(_DIGEST.search, other_versions(cycle, matrix)["matrix"])
    digest = next((found[1] for found in named if found and found[1] in kept), "")
    if not digest:
        return told
    return (
        f"{told} To show that version: csmkit store matrix {store} --digest {digest}"
        " --out matrix.yaml, then --matrix matrix.yaml, or matrix in cycle.toml."
    )


def _names(matrix: Matrix) -> list[str]:
    """All that stands for the matrix in use; an export may leave the digest out."""
    named = f"{matrix.name} {matrix.version}"
    return [version_label(matrix.name, matrix.version, matrix.digest), named, matrix.digest]
