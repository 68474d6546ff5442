"""Team-wide skill gaps: shares of people per competency, never of so few that one could be told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.matrix.matrix import Matrix
from csmkit.matrix.model import by_day, manager_ratings, ratings_of_cycle
from csmkit.memo import per_cycle

PHASES = ("self", "manager", "final")
STEPS = {"red": 0, "yellow": 1, "green": 2}
TEAM, LEVEL, UNKNOWN = "team", "level", "unknown"
COLUMNS = [
    *("group", "value", "pillar", "competency", "name", "people"),
    *("below_green", "below_expected", "needs"),
]
NOBODY = "nobody scored"


@per_cycle
def shown_ratings(cycle: Cycle, phase: str = "manager") -> pd.DataFrame:
    """The value that stands for each person and competency in a phase.

    Parameters
    ----------
    cycle : Cycle
        The team.
    phase : str
        ``self``, ``manager`` or ``final``.

    Returns
    -------
    DataFrame
        The columns of ratings. Of several managers as `manager_ratings` says; else the latest.

    Raises
    ------
    UsageError
        If it is no such phase; pre-votes have no value that stands.
    """
    if phase not in PHASES:
        raise UsageError(f"phase is {phase!r}.", f"It can be: {', '.join(PHASES)}.")
    if phase == "manager":
        return manager_ratings(cycle)
    rows = by_day(ratings_of_cycle(cycle))
    rows = rows[rows["phase"].eq(phase)]
    return rows.drop_duplicates(["person_id", "competency"], keep="last")


def skill_gaps(
    cycle: Cycle,
    matrix: Matrix,
    *,
    min_group: int = 5,
    phase: str = "manager",
    without: Iterable[str] = (),
) -> pd.DataFrame:
    """Where a team as a whole is below green, and below what its levels are expected to show.

    Parameters
    ----------
    cycle : Cycle
        The team.
    matrix : Matrix
        What it is scored by; a person is held against the variant of their role.
    min_group : int, default 5
        How many people scored a share is given from. Where one level is too small, others of that
        competency are held back too, so that the small one cannot be worked out from the rest.
    phase : str
        ``manager``, ``self`` or ``final``.
    without : iterable of str
        Ids of people left out: whoever looks must not work out their own colours.

    Returns
    -------
    DataFrame
        group (``team``, ``level``), value (blank, or the level), pillar, competency (id) and name
        (both blank for a whole pillar), people (who have a colour; not observed is none; missing
        where it is held back), below_green (share of colours that are red or yellow),
        below_expected (share below the colour expected of the person's level), needs (why there
        is no share).

    Raises
    ------
    UsageError
        If ``min_group`` is under 2, or there is no such phase.
    """
    if min_group < 2:
        raise UsageError(f"min_group is {min_group}.", "Give 2 or more; 5 is usual.")
    cells = _cells(cycle, matrix, phase, set(without))
    levels = [*dict.fromkeys(cells["level"])]
    known = [level for level in ("ramping", "mid", "senior", UNKNOWN) if level in levels]
    rows: list[dict[str, Any]] = []
    for pillar in matrix.pillars:
        mine = cells[cells["pillar"].eq(pillar)]
        ones = [c for c in matrix.competencies if c.pillar == pillar]
        each = {c.id: _counts(mine[mine["competency"].eq(c.id)], known) for c in ones}
        held = {c: _held_back(counts, min_group) for c, counts in each.items()}
        for c in ones:
            about = {"pillar": pillar, "competency": c.id, "name": c.name}
            of_one = mine[mine["competency"].eq(c.id)]
            rows += _rows(of_one, known, about, held[c.id], min_group)
        rows += _rows(
            mine, known, {"pillar": pillar, "competency": "", "name": ""},
            _pillar_held_back(mine, known, each, held, min_group), min_group,
        )  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS).astype({"people": "Int64"})


def _cells(cycle: Cycle, matrix: Matrix, phase: str, without: set[str]) -> pd.DataFrame:
    """One row for each colour given: whose, of which level, and whether it is below."""
    people = cycle.subjects.drop_duplicates("person_id")
    people = people[~people["person_id"].isin(without)][["person_id", "role", "level"]]
    shown = shown_ratings(cycle, phase)
    shown = shown[shown["value"].isin(list(STEPS)) & shown["competency"].isin(matrix.ids)]
    cells = shown[["person_id", "competency", "value"]].merge(people, on="person_id")
    cells["level"] = cells["level"].fillna(UNKNOWN)
    cells["pillar"] = cells["competency"].map({c.id: c.pillar for c in matrix.competencies})
    expected = {
        # Where nothing is expected of a level or a role, nobody is below it.
        (role, c.id, level): 0 if c.not_expected else STEPS.get(wanted.colour, 0)
        for role in people["role"].unique()
        for c in matrix.for_role(role).competencies
        for level, wanted in c.expected.items()
    }
    asked = zip(cells["role"], cells["competency"], cells["level"], strict=True)
    wanted_steps = pd.Series([expected.get(key) for key in asked], cells.index, dtype="float64")
    steps = cells["value"].map(STEPS).astype("float64")
    cells["below_green"] = (steps < STEPS["green"]).astype("float64")
    cells["below_expected"] = (steps < wanted_steps).astype("float64").where(wanted_steps.notna())
    return cells


def _counts(cells: pd.DataFrame, levels: list[str]) -> dict[str, int]:
    """How many people of each level have a colour."""
    by_level = cells.groupby("level")["person_id"].nunique()
    return {level: int(by_level.get(level, 0)) for level in levels}


def _held_back(counts: dict[str, int], min_group: int) -> set[str]:
    """Levels that get no share, so that nothing about fewer people follows from the others."""
    held = {level for level, n in counts.items() if 0 < n < min_group}
    rest = sorted((level for level in counts if counts[level] >= min_group), key=counts.__getitem__)
    # What is held back together follows from the team less the others: it must be many as well.
    while held and rest and (len(held) == 1 or sum(counts[x] for x in held) < min_group):
        held.add(rest.pop(0))
    return held


def _pillar_held_back(
    cells: pd.DataFrame,
    levels: list[str],
    each: dict[str, dict[str, int]],
    held: dict[str, set[str]],
    min_group: int,
) -> set[str]:
    """Levels whose whole pillar gets no share; ``team`` among them if the team's gets none.

    A pillar is the sum of its competencies, so one that is held back would follow from it.
    """
    whole = {c: sum(counts.values()) for c, counts in each.items()}
    found = {TEAM} if any(0 < n < min_group for n in whole.values()) else set()
    if any(held.values()) or found:
        return found | set(levels)
    return found | _held_back(_counts(cells, levels), min_group)


def _rows(
    cells: pd.DataFrame, levels: list[str], about: dict[str, str], held: set[str], min_group: int
) -> list[dict[str, Any]]:
    team = {"group": TEAM, "value": "", **about, **_shares(cells, TEAM in held, min_group)}
    return [
        team,
        *(
            {
                "group": LEVEL,
                "value": level,
                **about,
                **_shares(cells[cells["level"].eq(level)], level in held, min_group),
            }
            for level in levels
        ),
    ]


def _shares(cells: pd.DataFrame, held: bool, min_group: int) -> dict[str, Any]:
    people = int(cells["person_id"].nunique())
    blank = {"below_green": float("nan"), "below_expected": float("nan")}
    if not people:
        return {"people": 0, **blank, "needs": NOBODY}
    if people < min_group:
        needs = f"cannot tell: fewer than {min_group} people scored"
        return {"people": None, **blank, "needs": needs}
    if held:
        needs = f"cannot tell: fewer than {min_group} people would follow from it"
        return {"people": None, **blank, "needs": needs}
    # A share over the few who have an expectation would again be one of few people.
    with_level = cells.loc[cells["below_expected"].notna(), "person_id"].nunique()
    whole = with_level == people
    return {
        "people": people,
        "below_green": float(cells["below_green"].mean()),
        "below_expected": float(cells["below_expected"].mean()) if whole else float("nan"),
        "needs": "",
    }
