"""The two sets of matrix scores side by side: a person's own, and the manager's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from csmkit.compute.part import part_of
from csmkit.cycle import Cycle
from csmkit.matrix.cited import evidence_cited
from csmkit.matrix.gaps import STEPS, shown_ratings
from csmkit.matrix.levels import OVERALL
from csmkit.matrix.matrix import Matrix
from csmkit.matrix.model import managers_of
from csmkit.matrix.standing import matrix_standing
from csmkit.text import clean, count_of, day
from csmkit.words.text_files import text_file
from csmkit.words.unnamed import Unnamed

SIDES = ("self", "manager")
"""Phases that are looked at: no vote before the meeting, and nothing that is final."""
COLUMNS = ("pillar", "competency", "name", *SIDES, "apart", "says")
CITES = ("self_cites", "manager_cites", "given_by")
_LEVELS = {"needs": 0, "meets": 1, "exceeds": 2}
_UNSEEN = "not_observed"


def score_differences(cycle: Cycle, matrix: Matrix | None = None, *, csm: str) -> pd.DataFrame:
    """A person's own scores beside the manager's, what lies furthest apart first.

    Parameters
    ----------
    cycle : Cycle
        The team, or the person's book, with what a store holds laid over it.
    matrix : Matrix, optional
        What it is scored by, else `csmkit.matrix_of` the cycle.
    csm : str
        An id, a mail, or a name that one person has.

    Returns
    -------
    DataFrame
        pillar, competency (id; ``overall`` for the overall level), name, self, manager (blank where
        nothing was given), apart (steps that self lies above manager; missing unless both gave a
        colour or a level), says (that in words, and who gave none or could not observe it),
        self_cites and manager_cites (the dated items each side cites, one a line), given_by (who
        gave the manager's, where that is not the person's own manager). What the role is not scored
        on is there if somebody scored it. ``attrs["why"]`` says which side scored nothing.

    Raises
    ------
    UsageError
        If there is no such person.

    Examples
    --------
    >>> import csmkit as ck
    >>> team = ck.sample_team()
    >>> found = score_differences(team, csm="kwame.mensah@northwind.example")
    >>> found.loc[0, ["name", "self", "manager", "says"]].tolist()
    ['Book strategy and prioritisation', 'yellow', 'green', 'The manager 1 step higher']
    """
    who = str(cycle.person(csm)["person_id"])
    part = part_of(cycle, who)
    rows = matrix_standing(part, matrix)
    rows = rows[rows["person_id"].eq(who)]
    scored = rows["self"].notna() | rows["manager"].notna()
    rows = rows[scored | rows["not_expected"].eq("")]
    frame = pd.DataFrame([*_overall(part, who), *rows.to_dict("records")])
    frame = frame.reindex(columns=list(COLUMNS))
    frame["says"] = [_says(row) for row in frame.to_dict("records")]
    frame[[*SIDES]] = frame[[*SIDES]].astype("str").fillna("")
    frame["apart"] = frame["apart"].astype("float64")
    # What cannot be held against the other comes last, in the order of the matrix.
    steps = frame["apart"].abs()
    frame = frame.loc[steps.sort_values(ascending=False, kind="stable", na_position="last").index]
    unnamed = Unnamed(cycle, who)
    for side, column in zip(SIDES, CITES[:2], strict=True):
        cited = _cites(part, matrix, who, side, unnamed)
        frame[column] = [cited.get(name, "") for name in frame["name"]]
    givers = _given_by(part, who)
    frame["given_by"] = [givers.get(name, "") for name in frame["competency"]]
    frame = frame.reset_index(drop=True)
    frame.attrs["why"] = " ".join(_lacking(frame))
    return frame


def _said() -> Mapping[str, Any]:
    said: Mapping[str, Any] = text_file("pre_review")["scores"]
    return said


def _of(part: Cycle, who: str, side: str) -> pd.DataFrame:
    rows = shown_ratings(part, side)
    return rows[rows["person_id"].eq(who)]


def _overall(part: Cycle, who: str) -> Iterator[dict[str, Any]]:
    """The overall levels, if anybody gave one."""
    given: dict[str, Any] = {}
    for side in SIDES:
        rows = _of(part, who, side)
        values = rows.loc[rows["competency"].eq(OVERALL), "value"]
        given[side] = str(values.iloc[-1]) if len(values) else None
    if not any(given.values()):
        return
    mine, theirs = (_LEVELS.get(str(given[side])) for side in SIDES)
    apart = None if mine is None or theirs is None else float(mine - theirs)
    yield {"pillar": "", "competency": OVERALL, "name": _said()["overall"], **given, "apart": apart}


def _says(row: Mapping[Any, Any]) -> str:
    """How the two lie to each other, in words."""
    said, apart = _said(), row["apart"]
    if apart == apart and apart is not None:
        if not apart:
            return str(said["same"])
        side = said["sides"]["self" if apart > 0 else "manager"]
        return str(said["higher"].format(side=side, steps=count_of(abs(apart), "step")))
    told = []
    for side in SIDES:
        value = clean(row[side])
        if value not in STEPS and value not in _LEVELS:
            kind = "unseen" if value == _UNSEEN else "missing"
            told.append(said[kind].format(side=said["by"][side]))
    text = "; ".join(told)
    return text[:1].upper() + text[1:]


def _cites(
    part: Cycle, matrix: Matrix | None, who: str, side: str, unnamed: Unnamed
) -> dict[str, str]:
    """The dated items that can be shown, by the name of the competency they are cited for."""
    rows = evidence_cited(part, matrix, phase=side)
    rows = rows[rows["person_id"].eq(who)]
    found: dict[str, list[str]] = {}
    for row in rows.to_dict("records"):
        text = unnamed.text(" ".join(clean(row["text"]).split()))
        found.setdefault(str(row["competency"]), []).append(f"{day(row['date'])}: {text}")
    return {name: "\n".join(dict.fromkeys(items)) for name, items in found.items()}


def _given_by(part: Cycle, who: str) -> dict[str, str]:
    """Who gave the manager's values that the person's own manager did not give, by name."""
    rows = _of(part, who, "manager")
    rows = rows[rows["rater_id"].ne(str(managers_of(part).get(who)))]
    people = part.table("people").drop_duplicates("person_id").set_index("person_id")["name"]
    names = rows["rater_id"].map(people).fillna(rows["rater_id"])
    return {str(c): clean(n) for c, n in zip(rows["competency"], names, strict=True)}


def _lacking(frame: pd.DataFrame) -> Iterator[str]:
    for side in SIDES:
        if frame[side].eq("").all():
            yield str(_said()["nothing"].format(side=_said()["sides"][side]))
