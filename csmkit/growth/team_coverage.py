"""How much of a team is scored, and how much of that stands on dated evidence."""

from __future__ import annotations

from dataclasses import dataclass

from csmkit.cycle import Cycle
from csmkit.growth.told_counts import told_count
from csmkit.matrix.gaps import STEPS, check_group
from csmkit.matrix.matrix import Matrix
from csmkit.matrix.standing import matrix_standing

NO_COLOURS, FEW_COLOURS = "no_colours", "few_colours"


@dataclass(frozen=True, slots=True)
class TeamCoverage:
    """How much of a team is scored. A count, of which or of whose rest there are few, is None.

    Attributes
    ----------
    people : int
        Whom packets are made for.
    by_manager, by_self : int or None
        Who has a value of a manager, and of themself.
    share_dated : float
        Of the colours of the phase, the share that cite an item that can be shown and is
        dated inside the period. Of how many colours is not told: less those of each competency, it
        could be those of few people.
    why : str
        Why there is no such share: ``no_colours``, or ``few_colours`` (of too few people).
    """

    people: int
    by_manager: int | None
    by_self: int | None
    share_dated: float
    why: str = ""


def team_coverage(
    cycle: Cycle, matrix: Matrix | None = None, *, min_group: int = 5, phase: str = "manager"
) -> TeamCoverage:
    """How many of a team are scored, and how many of the colours stand on evidence.

    Parameters
    ----------
    cycle : Cycle
        The team.
    matrix : Matrix, optional
        What it is scored by; the kit's own, if not given.
    min_group : int, default 5
        The fewest people anything is told of, themselves or by subtraction from the team.
    phase : str
        Whose colours the share on dated items is of: ``manager``, ``final`` or ``self``.

    Raises
    ------
    UsageError
        If ``min_group`` is under 5, or there is no such phase.

    Examples
    --------
    >>> import csmkit as ck
    >>> team_coverage(ck.sample_team()).people
    24
    """
    check_group(min_group)
    rows = matrix_standing(cycle, matrix, phase=phase)
    people = cycle.subjects["person_id"].nunique()
    scored, themselves = (
        rows.loc[rows[phase].notna(), "person_id"].nunique() for phase in ("manager", "self")
    )
    colours = rows[rows["value"].isin(list(STEPS))]
    enough = colours["person_id"].nunique() >= min_group
    return TeamCoverage(
        people,
        told_count(scored, people, min_group),
        told_count(themselves, people, min_group),
        float((~colours["unsupported"]).mean()) if enough else float("nan"),
        "" if enough else NO_COLOURS if colours.empty else FEW_COLOURS,
    )
