"""What a team could train together: competencies in which many are below what is expected."""

from __future__ import annotations

import math

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.growth.team import team_gaps
from csmkit.growth.team_texts import say
from csmkit.matrix.gap_parts import LEVEL, MIN_GROUP
from csmkit.matrix.gap_rows import count_in_words
from csmkit.matrix.matrix import Matrix
from csmkit.matrix.model import matrix_of
from csmkit.text import by_unit

COLUMNS = [
    *("pillar", "competency", "name", "low", "high", "of", "told"),
    *("ask", "practice", "progress"),
]


def training_themes(
    cycle: Cycle,
    matrix: Matrix | None = None,
    *,
    min_group: int = MIN_GROUP,
    share: float = 1 / 3,
    most: int = 5,
    first: str = LEVEL,
    phase: str = "",
    reader: str = "",
) -> pd.DataFrame:
    """Competencies in which many people are below what is expected, with the matrix's practices.

    It stands on the figures of `team_gaps` alone, so it tells nothing that these do not.

    Parameters
    ----------
    cycle, matrix, min_group, first, phase, reader
        As in `csmkit.growth.team.team_gaps`.
    share : float
        The smallest share of the people counted that makes a theme. At least ``min_group`` of them
        are below in any case.

    most : int, default 5
        How many themes are given; further ones are named in ``attrs["more"]``.

    Returns
    -------
    DataFrame
        pillar, competency (id), name, low, high (how many are below, at least and at most), of (how
        many are counted), told (the same in words), ask, practice, progress (the matrix's words);
        the largest share first. ``attrs`` has why (a sentence where there is no theme), more (one
        on further themes), untold (one on competencies of which it cannot be told; each may be
        blank), phase and notes.

    Raises
    ------
    UsageError
        If ``share`` is not above 0 and at most 1, or ``most`` is under 1; else as `team_gaps`.

    Examples
    --------
    >>> import csmkit as ck
    >>> bool((training_themes(ck.sample_team())["low"] >= 5).all())
    True
    """
    if not 0 < share <= 1:
        raise UsageError(f"share is {share}.", "Give a share of 1, such as 0.33.")
    if most < 1:
        raise UsageError(f"most is {most}.", "Give 1 or more.")
    matrix = matrix or matrix_of(cycle)
    gaps = team_gaps(cycle, matrix, first=first, min_group=min_group, phase=phase, reader=reader)
    each = gaps[gaps["competency"].ne("")]
    told = each[each["expected_low"].notna()]
    rows = []
    for row in told.to_dict("records"):
        low, high, of = (int(row[name]) for name in ("expected_low", "expected_high", "of"))
        if low >= max(min_group, math.ceil(share * of - 1e-9)):
            one = matrix[row["competency"]]
            about = (row["pillar"], one.id, one.name, low, high, of)
            rows.append(
                (*about, count_in_words(low, high, of), one.ask, one.practice, one.progress)
            )
    found = pd.DataFrame(rows, columns=COLUMNS)
    order = (-(found["low"] + found["high"]) / found["of"]).astype("float64")
    found = found.loc[order.sort_values(kind="stable").index].reset_index(drop=True)
    more = found["name"].tolist()[most:]
    found = found.head(most)
    names = each.loc[each["expected_low"].isna(), "name"].tolist()
    why = "none" if len(told) else "none_told"
    none = say("themes", why, fewest=min_group, share=by_unit(share, "share"))
    found.attrs = dict(gaps.attrs) | {
        "why": "" if len(found) else none,
        "more": say("themes", "more", names=", ".join(more)) if more else "",
        "untold": say("themes", "untold", names=", ".join(names)) if names else "",
    }
    return found
