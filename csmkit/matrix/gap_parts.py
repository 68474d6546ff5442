"""The team in parts: each competency's counts below green and below expected, as they are told."""

from __future__ import annotations

from typing import Any

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.matrix.held_back import OUT, parts_of, told
from csmkit.matrix.matrix import Matrix
from csmkit.matrix.shown import STEPS, shown_ratings
from csmkit.memo import per_cycle

MIN_GROUP = 5
TEAM, LEVEL, MANAGER, ROLE = "team", "level", "manager", "role"
DIVISIONS = (LEVEL, MANAGER, ROLE)
UNKNOWN = "unknown"
COUNTS = ("green_low", "green_high", "expected_low", "expected_high")
PART_COLUMNS = [*("competency", "part", "people"), *COUNTS]
_GREEN, _YELLOW, _NOTHING = "green", "yellow", "nothing"
_KINDS = {STEPS["green"]: _GREEN, STEPS["yellow"]: _YELLOW}


@per_cycle
def gap_parts(
    cycle: Cycle,
    matrix: Matrix,
    *,
    phase: str,
    min_group: int = MIN_GROUP,
    without: tuple[str, ...] = (),
    first: str = LEVEL,
) -> pd.DataFrame:
    """Everybody scored, the part they are in, and what is told of it.

    Parameters
    ----------
    cycle : Cycle
        The team.
    matrix : Matrix
        What it is scored by.
    phase : str
        ``manager``, ``self`` or ``final``.
    min_group : int
        The fewest people a part has.
    without : tuple of str
        Ids of people left out.
    first : str
        The division that parts follow first: ``level``, ``manager`` or ``role``.

    Returns
    -------
    DataFrame
        One row for each colour given: person_id, competency, level, manager, role, kind (what is
        expected: green, yellow or nothing), green (whether the colour is below it), expected
        (whether it is below what is expected), part (`csmkit.matrix.held_back.OUT` for none). Of
        the part, as they are told: green_low, green_high (how many of it are below green, at least
        and at most), expected_low, expected_high (below what is expected); missing where they are
        not told. People of whom nothing is expected are in no part where others are.

    Raises
    ------
    UsageError
        If there is no such phase or division.
    """
    if first not in DIVISIONS:
        raise UsageError(f"first is {first!r}.", f"It can be: {', '.join(DIVISIONS)}.")
    states = _states(cycle, matrix, phase, set(without))
    order = [first, *(name for name in DIVISIONS if name != first)]
    found = [_in_parts(of, order, min_group) for _, of in states.groupby("competency", sort=False)]
    if not found:
        blank = {"part": "int64", **dict.fromkeys(COUNTS, "float64")}
        return states.assign(**{name: pd.Series([], dtype=kind) for name, kind in blank.items()})
    return pd.concat(found)


def _states(cycle: Cycle, matrix: Matrix, phase: str, without: set[str]) -> pd.DataFrame:
    """One row for each colour given: whose, of which groups, and whether it is below."""
    people = cycle.subjects.drop_duplicates("person_id")
    people = people[~people["person_id"].isin(without)].rename(columns={"manager_id": MANAGER})
    people = people[["person_id", LEVEL, MANAGER, ROLE]].fillna(UNKNOWN)
    shown = shown_ratings(cycle, phase)
    shown = shown[shown["value"].isin(list(STEPS)) & shown["competency"].isin(matrix.ids)]
    states = shown[["person_id", "competency", "value"]].merge(people, on="person_id")
    wanted = {
        # Where nothing is expected of a level or a role, nobody is below it.
        (role, c.id, level): 0 if c.not_expected else STEPS.get(expected.colour, 0)
        for role in people[ROLE].unique()
        for c in matrix.for_role(role).competencies
        for level, expected in c.expected.items()
    }
    asked = zip(states[ROLE], states["competency"], states[LEVEL], strict=True)
    least = pd.Series([wanted.get(key, 0) for key in asked], states.index, dtype="int64")
    steps = states.pop("value").map(STEPS).astype("int64")
    states["kind"] = least.map(_KINDS).fillna(_NOTHING)
    states["green"], states["expected"] = steps < STEPS["green"], steps < least
    return states


def _in_parts(of: pd.DataFrame, order: list[str], min_group: int) -> pd.DataFrame:
    """The rows of one competency with their parts, and what is told of each."""
    # A figure over people of whom something is expected and others would tell of the others.
    asked = of["kind"].ne(_NOTHING)
    part = pd.Series(OUT, of.index, dtype="int64")
    for rows in (of[asked], of[~asked]):
        if len(rows) and part.eq(OUT).all():
            part[rows.index] = parts_of([rows[name].to_list() for name in order], min_group)
    of = of.assign(part=part)
    counts = {at: _told_of(inside) for at, inside in of[part.ne(OUT)].groupby("part")}
    for name in COUNTS:
        found = {at: one[name] for at, one in counts.items() if name in one}
        of[name] = part.map(found).astype("float64")
    return of


def _told_of(inside: pd.DataFrame) -> dict[str, Any]:
    kinds, people = set(inside["kind"]), len(inside)
    found: dict[str, Any] = {}
    # Green and yellow expected side by side: red or yellow, less below expected, would be those
    # of whom yellow is expected and who are yellow, and they may be few.
    if len(kinds) == 1:
        found["green_low"], found["green_high"] = told(int(inside["green"].sum()), people)
    if kinds != {_NOTHING}:
        found["expected_low"], found["expected_high"] = told(int(inside["expected"].sum()), people)
    return found
