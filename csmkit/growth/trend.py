"""Skill gaps over cycles: whether fewer people are below what is expected than before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from csmkit.bias.verdicts import ALPHA, CANNOT_TELL, holm
from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.growth.comparable import VERSION, asks_all_alike, not_comparable, without_later
from csmkit.growth.paired import Paired
from csmkit.growth.team import known_to
from csmkit.growth.team_texts import say
from csmkit.matrix.gap_parts import LEVEL, MIN_GROUP, gap_parts
from csmkit.matrix.gaps import check_group
from csmkit.matrix.held_back import OUT
from csmkit.matrix.matrix import Competency, Matrix
from csmkit.matrix.model import matrix_of
from csmkit.matrix.shown import PHASES, STEPS, shown_ratings
from csmkit.matrix.versions import matrix_note, version_label

FEWER, MORE = "fewer", "more"
COLUMNS = [*("before", "now", "pillar", "competency", "name", "verdict", "says")]


def skill_trend(
    cycles: Sequence[Cycle],
    matrices: Sequence[Matrix] | None = None,
    *,
    min_group: int = MIN_GROUP,
    first: str = LEVEL,
    phase: str = "",
    reader: str = "",
) -> pd.DataFrame:
    """Whether more or fewer people are below what is expected, from cycle to cycle.

    It gives a verdict, and no figures: those of the earlier cycle, counted again over today's
    people, could be subtracted from what was told then. For the same reason no p value is given.
    Only people whose level and role are the same in both cycles are compared: a team that was
    promoted is held against more, and is no worse for it.

    Parameters
    ----------
    cycles : sequence of Cycle
        Two or more of the same team, the earliest first, each with the levels and roles of its own
        time. One without any level, as `csmkit.store.store.Store.past` gives it, can be compared
        only in competencies that expect the same of every level and role.
    matrices : sequence of Matrix, optional
        What each was scored by; `csmkit.matrix_of` each if not given.
    min_group, first, reader
        As in `csmkit.growth.team.team_gaps`. Whom the reader knows in either cycle is in neither.
    phase : str
        ``self``, ``manager`` or ``final``; if blank, the last in which every cycle has colours.

    Returns
    -------
    DataFrame
        One row for each competency and each cycle but the first: before, now (the periods),
        pillar, competency (id), name, verdict (``fewer``, ``more`` or ``cannot tell``), says (the
        same in words, or why it cannot be told). The verdict is an exact sign test of those who
        moved (McNemar's), adjusted by Holm over the competencies; where it is not told how many
        moved, by the largest p that fits the counts as they are told. ``attrs`` has phase, and
        notes.

    Raises
    ------
    UsageError
        If there are fewer than two cycles, they are not in order, or as many matrices are not
        given; else as `csmkit.growth.team.team_gaps`.

    Examples
    --------
    >>> import csmkit as ck
    >>> team = ck.sample_team()
    >>> set(skill_trend([ck.sample_team(period="2025-07-01:2025-12-31"), team])["verdict"])
    {'cannot tell'}
    """
    check_group(min_group)
    known = [matrix_of(cycle) for cycle in cycles] if matrices is None else list(matrices)
    _refuse(cycles, known)
    who = str(cycles[-1].person(reader)["person_id"]) if reader else ""
    own = [*(without_later(one, other) for one, other in pairwise(cycles)), cycles[-1]]
    phase = phase or _common_phase(own)
    found, notes = [], list[str]()
    for at in range(1, len(own)):
        pair = _Pair.of(own[at - 1], own[at], known[at - 1], known[at])
        parts = pair.parts(phase, min_group, first, who)
        rows = [_row(c, parts, pair, min_group) for c in known[at]]
        names = {"before": str(own[at - 1].period), "now": str(own[at].period)}
        found.append(pd.DataFrame(_judged(rows, min_group)).assign(**names))
        notes += [*pair.notes, *own[at - 1].notes]
    notes += [matrix_note(c, m) for c, m in zip(own, known, strict=True)]
    table = pd.concat(found, ignore_index=True).reindex(columns=COLUMNS)
    table.attrs = {"phase": phase, "notes": [note for note in dict.fromkeys(notes) if note]}
    return table


def _refuse(cycles: Sequence[Cycle], matrices: Sequence[Matrix]) -> None:
    if len(cycles) < 2:
        raise UsageError("A trend needs two cycles.", "Give an earlier one as well.")
    if len(matrices) != len(cycles):
        raise UsageError(
            f"There are {len(matrices)} matrices for {len(cycles)} cycles.",
            "Give one for each cycle, in the same order.",
        )
    starts = [cycle.period.start for cycle in cycles]
    if any(one >= other for one, other in pairwise(starts)):
        raise UsageError("The cycles are not in order.", "Give the earliest first.")


def _common_phase(cycles: Sequence[Cycle]) -> str:
    for phase in reversed(PHASES):
        if all(shown_ratings(c, phase)["value"].isin(list(STEPS)).any() for c in cycles):
            return phase
    return "manager"


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two cycles, who and what of them is compared, and what is to be said of that."""

    cycles: tuple[Cycle, Cycle]
    matrices: tuple[Matrix, Matrix]
    changed: dict[str, str]
    moved: frozenset[str]
    has_levels: bool
    notes: tuple[str, ...]

    @classmethod
    def of(cls, before: Cycle, now: Cycle, then: Matrix, matrix: Matrix) -> _Pair:
        changed = not_comparable(then, matrix)
        notes = _matrix_notes(then, matrix, changed)
        if matrix_note(before, then):
            changed = {c.id: VERSION for c in matrix} | changed
        people, later = (
            c.table("people").drop_duplicates("person_id").set_index("person_id")
            for c in (before, now)
        )
        has_levels = bool(people["level"].notna().any()) or later["level"].isna().all()
        if not has_levels:
            own = before.table("people")
            levels = own["person_id"].map(later["level"]).astype("str")
            before = before.with_tables(people=own.assign(level=levels))
            notes.append(say("trend", "no_level"))
            # An export of then has managers at least, or there is nothing more to be had from one.
            if own["manager_id"].isna().all():
                notes.append(say("trend", "then"))
        both = people.index.intersection(later.index)
        compared = ["level", "role"] if has_levels else ["role"]
        same = [frame.loc[both, compared].fillna("") for frame in (people, later)]
        moved = frozenset(both[same[0].ne(same[1]).any(axis=1)])
        if has_levels:
            notes.append(say("trend", "moved"))
        return cls((before, now), (then, matrix), changed, moved, bool(has_levels), tuple(notes))

    def parts(
        self, phase: str, min_group: int, first: str, reader: str
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The parts of both cycles, without whom the reader knows in either."""
        known = set(self.moved)
        for cycle in self.cycles if reader else ():
            known |= known_to(cycle, reader)
        without, how = tuple(sorted(known)), {"phase": phase, "first": first}
        before, now = (
            gap_parts(cycle, matrix, min_group=min_group, without=without, **how)
            for cycle, matrix in zip(self.cycles, self.matrices, strict=True)
        )
        return before, now


def _matrix_notes(before: Matrix, now: Matrix, changed: dict[str, str]) -> list[str]:
    if before.digest == now.digest:
        return []
    labels = (version_label(one.name, one.version, one.digest) for one in (before, now))
    names = [now[c].name for c in changed] + [c.name for c in before if c.id not in now]
    told = ", ".join(names)
    return [say("trend", "matrix", before=next(labels), now=next(labels), names=told)]


def _row(
    competency: Competency,
    parts: tuple[pd.DataFrame, pd.DataFrame],
    pair: _Pair,
    min_group: int,
) -> dict[str, Any]:
    """A competency with its comparison, or with why there is none."""
    row = {"pillar": competency.pillar, "competency": competency.id, "name": competency.name}
    open_ = row | {"verdict": CANNOT_TELL}
    if competency.id in pair.changed:
        return open_ | {"says": say("trend", pair.changed[competency.id])}
    if not (pair.has_levels or asks_all_alike(competency)):
        return open_ | {"says": say("trend", "levels")}
    before, now = (of[of["competency"].eq(competency.id) & of["part"].ne(OUT)] for of in parts)
    if not all(len(of) and of["expected_low"].notna().all() for of in (before, now)):
        return open_ | {"says": say("trend", "alone")}
    paired = paired_of(before, now)
    if paired.both < min_group:
        return open_ | {"says": say("trend", "alone")}
    return row | {"paired": paired}


def _ends(of: pd.DataFrame) -> tuple[int, int]:
    """How many are below, at least and at most, as it is told of the parts."""
    each = of.drop_duplicates("part")
    return int(each["expected_low"].sum()), int(each["expected_high"].sum())


def paired_of(before: pd.DataFrame, now: pd.DataFrame) -> Paired:
    """Those counted in both of two cycles on one competency, as far as it is told how they moved.

    Parameters
    ----------
    before, now : DataFrame
        Rows of `csmkit.matrix.gap_parts.gap_parts` that are in a part, of one competency.
    """
    both = len(set(before["person_id"]) & set(now["person_id"]))
    ends = [_ends(of) for of in (before, now)]
    # Whoever is counted in one cycle only may be below there, or not.
    spans = [
        (max(0, low - (len(of) - both)), min(both, high))
        for (low, high), of in zip(ends, (before, now), strict=True)
    ]
    told = Paired(both, spans[0], spans[1])
    if _parts(before) != _parts(now) or any(low != high for low, high in ends):
        return told
    then, later = (of.set_index("person_id")["expected"] for of in (before, now))
    later = later.reindex(then.index)
    down, up, below = int((then & ~later).sum()), int((~then & later).sum()), int(then.sum())
    # That nobody or everybody of those who could moved one way would tell of each of them.
    if not (2 <= down <= below - 2 and 2 <= up <= both - below - 2):
        return told
    return Paired(both, spans[0], spans[1], down=down, up=up)


def _parts(of: pd.DataFrame) -> set[frozenset[str]]:
    return {frozenset(people) for _, people in of.groupby("part")["person_id"]}


def _judged(rows: list[dict[str, Any]], min_group: int) -> list[dict[str, Any]]:
    """The rows with verdicts and sentences, and without what they stand on."""
    adjusted = holm([row["paired"].p if "paired" in row else float("nan") for row in rows])
    found = []
    for row, p in zip(rows, adjusted, strict=True):
        paired: Paired | None = row.pop("paired", None)
        found.append(row if paired is None else row | _verdict(paired, p, min_group))
    return found


def _verdict(paired: Paired, p: float, min_group: int) -> dict[str, str]:
    if p >= ALPHA:
        return {"verdict": CANNOT_TELL, "says": say("trend", "open")}
    verdict = FEWER if paired.fewer[0] > 0 else MORE
    return {"verdict": verdict, "says": say("trend", verdict, least=min_group)}
