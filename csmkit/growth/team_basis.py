"""What a team's figures stand on: whose they are, by which matrix, and who is counted in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.growth.team import known_to
from csmkit.growth.told_counts import may_be_told
from csmkit.matrix.gap_parts import LEVEL, UNKNOWN, gap_parts
from csmkit.matrix.held_back import OUT
from csmkit.matrix.matrix import LEVELS, Matrix
from csmkit.matrix.shown import STEPS, shown_ratings
from csmkit.matrix.versions import other_versions, version_label

NO_COLOUR, NOTHING, SMALL = "no_colour", "nothing", "small"


@dataclass(frozen=True, slots=True)
class ScoredBy:
    """By which matrix the colours of a phase were given, beside the one in use.

    Attributes
    ----------
    used : str
        What the figures are held against.
    others : tuple of str
        Other versions, as the scores name them, that of most colours first.
    by_others, unnamed : float or None
        The share of the colours that were given by these, and that name no version; None where
        few people have such colours, or others.
    unknown : tuple of str
        Ids of competencies that have a colour, and that the one in use has not.
    unscored : tuple of str
        Names of the competencies in use that nobody has a colour for, where there are any colours.
    """

    used: str
    others: tuple[str, ...]
    by_others: float | None
    unnamed: float | None
    unknown: tuple[str, ...]
    unscored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many people a competency's figure is of, and why not of all.

    Attributes
    ----------
    people : int
        Whom packets are made for.
    fewest, most : int
        Who is counted in the competency with the fewest and the most; 0 where there is no figure.
    why : tuple of str
        Why some are not counted: ``no_colour``; ``nothing`` (is expected of them), ``small`` (their
        level).
    nowhere : mapping of str to int
        Who is counted in no competency, by why. Empty where one of these, or whoever is left
        beside a figure's people, would be few.
    levels : tuple of str
        The levels that people have, and ``unknown``.
    """

    people: int
    fewest: int = 0
    most: int = 0
    why: tuple[str, ...] = ()
    nowhere: Mapping[str, int] = field(default_factory=dict)
    levels: tuple[str, ...] = ()


def without_known(cycle: Cycle, reader: str) -> Cycle:
    """A cycle without the people whose colours somebody knows, and without their colours.

    Parameters
    ----------
    cycle : Cycle
        The team.
    reader : str
        Id, mail or name; see `csmkit.growth.team.known_to`.

    Raises
    ------
    UsageError
        If ``reader`` is nobody of the export.
    """
    known = known_to(cycle, str(cycle.person(reader)["person_id"]))
    known &= set(cycle.subjects["person_id"])
    people, ratings = (
        rows[~rows["person_id"].isin(known)].reset_index(drop=True)
        for rows in (cycle.table("people"), cycle.table("ratings"))
    )
    return cycle.with_tables(people=people, ratings=ratings)


def scored_by(cycle: Cycle, matrix: Matrix, *, phase: str, min_group: int = 5) -> ScoredBy:
    """By which matrix the colours that stand were given, and what of it is left out.

    Parameters
    ----------
    cycle : Cycle
        The team.
    matrix : Matrix
        What the figures are held against.
    phase : str
        Whose colours: ``manager``, ``final`` or ``self``.
    min_group : int, default 5
        How many people a share is given from.

    Examples
    --------
    >>> import csmkit as ck
    >>> found = scored_by(ck.sample_team(), ck.read_matrix(), phase="manager")
    >>> found.others, found.by_others, found.unknown
    ((), 0.0, ())
    """
    rows = shown_ratings(cycle, phase)
    people = cycle.subjects["person_id"]
    rows = rows[rows["value"].isin(list(STEPS)) & rows["person_id"].isin(people)]
    others = tuple(other_versions(cycle.with_tables(ratings=rows), matrix)["matrix"])
    given = set(rows["competency"])
    return ScoredBy(
        version_label(matrix.name, matrix.version, matrix.digest),
        others,
        _share(rows, rows["matrix"].isin(others), min_group),
        _share(rows, rows["matrix"].isna(), min_group),
        tuple(sorted(given - set(matrix.ids))),
        tuple(c.name for c in matrix if c.id not in given) if given else (),
    )


def _share(rows: pd.DataFrame, which: pd.Series, min_group: int) -> float | None:
    """The share of some colours, where neither they nor the others are of few people."""
    if not which.any():
        return 0.0
    sides = (rows.loc[which, "person_id"], rows.loc[~which, "person_id"])
    if not all(may_be_told(side.nunique(), min_group) for side in sides):
        return None
    return float(which.mean())


def counted(
    cycle: Cycle, matrix: Matrix, *, phase: str, measure: str = "expected", min_group: int = 5
) -> Counted:
    """How many people the figures of competencies are of, and why not of all.

    Parameters
    ----------
    cycle, matrix, phase, min_group
        As `csmkit.growth.team.team_gaps` takes them.
    measure : str
        ``expected`` or ``green``: which figures.

    Examples
    --------
    >>> import csmkit as ck
    >>> found = counted(ck.sample_team(), ck.read_matrix(), phase="manager")
    >>> found.people, found.most
    (24, 22)
    """
    subjects = cycle.subjects.drop_duplicates("person_id")
    levels = _in_order(set(subjects[LEVEL].fillna(UNKNOWN)))
    rows = gap_parts(cycle, matrix, phase=phase, min_group=min_group)
    inside = rows[rows["part"].ne(OUT)]
    told = inside[f"{measure}_low"].notna().groupby(inside["competency"]).transform("all")
    inside = inside[told.astype(bool)]
    if inside.empty:
        return Counted(len(subjects), levels=levels)
    of = inside.groupby("competency").size()
    scored = rows[rows["competency"].isin(of.index)]
    out = scored[scored["part"].eq(OUT)]
    asked = out["competency"].isin(inside.loc[inside["kind"].ne(NOTHING), "competency"])
    nothing = asked & out["kind"].eq(NOTHING)
    reasons = {
        NO_COLOUR: bool((scored.groupby("competency").size() < len(subjects)).any()),
        NOTHING: bool(nothing.any()),
        SMALL: bool((~nothing).any()),
    }
    nowhere = _nowhere(len(subjects), rows, inside, min_group)
    why = tuple(name for name, holds in reasons.items() if holds)
    return Counted(len(subjects), int(of.min()), int(of.max()), why, nowhere, levels)


def _nowhere(
    people: int, rows: pd.DataFrame, inside: pd.DataFrame, min_group: int
) -> Mapping[str, int]:
    """Who is in no figure, where nothing of few follows from it and from any figure."""
    unseen = rows[~rows["person_id"].isin(inside["person_id"])]
    small = unseen.loc[unseen["kind"].ne(NOTHING), "person_id"].nunique()
    found = {
        NO_COLOUR: people - rows["person_id"].nunique(),
        NOTHING: unseen["person_id"].nunique() - small,
        SMALL: small,
    }
    # Less these and whoever a figure is of, the rest of the team lacks a colour just there.
    rests = people - sum(found.values()) - inside.groupby("competency").size()
    told = all(may_be_told(int(n), min_group) for n in (*found.values(), *rests))
    return found if told else {}


def _in_order(levels: set[str]) -> tuple[str, ...]:
    known = [one for one in LEVELS if one in levels]
    return (*known, *sorted(levels - set(known)))
