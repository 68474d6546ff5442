"""What a calibration meeting did to the ratings: aggregates, of which none could be one person's.

Levels and mean colours stand on one scale of 0 to 2 steps (needs 0, meets 1, exceeds 2; red 0,
yellow 1, green 2). Who argued for what is looked at nowhere. Formulas: docs/metrics.md.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csmkit.errors import UsageError
from csmkit.matrix.gaps import check_group
from csmkit.meeting.effects_counts import counts_of
from csmkit.meeting.effects_described import COLUMNS, count_rows, guideline_rows
from csmkit.meeting.effects_people import COLOURS, LEVEL, LEVELS, in_order, measure
from csmkit.meeting.effects_spread import spread_rows
from csmkit.meeting.effects_tested import tested_rows


def meeting_effects(
    discussed: pd.DataFrame,
    *,
    seed: int = 0,
    min_group: int = 5,
    guideline: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """What a calibration meeting did to the ratings, as aggregates only.

    People whom the meeting settled (agreed or changed) and who have a value before and after are
    compared; the clock looks at everybody who was on the screen. That the order was drawn by lot
    makes the tests of order exact; where somebody chose the order they say nothing.

    Parameters
    ----------
    discussed : DataFrame
        One row a person: person_id; position (1 to n, the order of discussion); seconds (active
        seconds on the screen; missing if it was interrupted); before, after (``exceeds``,
        ``meets``, ``needs``, or blank); colours_before, colours_after (the mean colour, steps from
        0 to 2; may be missing); status (``agreed``, ``changed``, ``parked``, ``open``).
    seed : int
        Where chance starts.
    min_group : int, default 5
        The fewest people anything is told of.
    guideline : mapping of str to float, optional
        Level to share of people, shown for information beside the counts; nothing follows from it.

    Returns
    -------
    DataFrame
        One row a figure, always in the same order: effect (key), label, value, low, high (95 %
        interval), unit (people, share, steps, minutes), p, p_adjusted (Holm over what was tested),
        n (people), verdict (of tested figures; blank for others), sentence, needs (what is lacking
        where it is not computable). Figures that may not be told are missing, and the sentence says
        why; values have the digits that are told, since more could give single people away.

    Raises
    ------
    UsageError
        If a column is lacking or a value is none of its column, ``min_group`` is under 5, or the
        guideline has other levels, or shares that are none.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"person_id": range(12), "position": range(1, 13)})
    >>> people["seconds"] = [600.0] * 7 + [300.0] * 5
    >>> people["before"], people["after"] = "meets", ["meets"] * 6 + ["exceeds"] * 6
    >>> people["colours_before"] = people["colours_after"] = 1.5
    >>> people["status"] = "agreed"
    >>> effects = meeting_effects(people).set_index("effect")
    >>> effects.loc["severity_level", ["value", "p"]].tolist()
    [0.5, 0.03125]
    >>> print(effects.loc["clock", "sentence"][:72])
    The last five had 5 minutes each on average, the others 10 minutes: 5 mi
    """
    check_group(min_group)
    _check(guideline or {})
    rows = in_order(discussed)
    levels, colours = measure(rows, LEVEL), measure(rows, COLOURS)
    counts = counts_of(rows, levels, min_group)
    table = [
        *count_rows(counts, min_group),
        *guideline_rows(guideline or {}, counts),
        *spread_rows(levels, whole=counts.whole, min_group=min_group, seed=seed),
        *spread_rows(colours, whole=True, min_group=min_group, seed=seed),
        *tested_rows(levels, colours, rows["seconds"], counts, min_group=min_group, seed=seed),
    ]
    return pd.DataFrame(table, columns=COLUMNS).astype({"n": "int64"})


def _check(guideline: Mapping[str, float]) -> None:
    other = [level for level in guideline if level not in LEVELS]
    if other:
        raise UsageError(
            f"guideline has the level {other[0]!r}.", f"Levels are: {', '.join(LEVELS)}."
        )
    shares = [float(share) for share in guideline.values()]
    if not all(0 <= share <= 1 for share in shares) or sum(shares) > 1 + 1e-9:
        raise UsageError(
            f"guideline has the shares {', '.join(map(str, shares))}.",
            "Give each level a share from 0 to 1, together at most 1.",
        )
