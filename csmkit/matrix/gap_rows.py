"""Figures of the team and its groups, each a sum over parts that lie in it whole."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from csmkit.matrix.gap_parts import COUNTS, DIVISIONS, LEVEL, TEAM
from csmkit.matrix.held_back import OUT
from csmkit.matrix.matrix import LEVELS, Matrix

ROWS = [
    *("group", "value", "pillar", "competency", "name", "people", "left_out", "of"),
    *(*COUNTS, "below_green", "below_expected", "needs"),
]
_WHOLE = [*("people", "left_out", "of"), *COUNTS]


@cache
def words() -> dict[str, str]:
    """Why figures are not there, from `gaps.toml`."""
    return tomllib.loads(Path(__file__).with_name("gaps.toml").read_text(encoding="utf-8"))


def gap_rows(parts: pd.DataFrame, matrix: Matrix, by: str, min_group: int) -> pd.DataFrame:
    """The team's figures, and those of each group of a division.

    Parameters
    ----------
    parts : DataFrame
        As `csmkit.matrix.gap_parts.gap_parts` gives it.
    matrix : Matrix
        What the team is scored by.
    by : str
        ``level``, ``manager`` or ``role``; ``team`` for the team alone.
    min_group : int
        The fewest people a part has.

    Returns
    -------
    DataFrame
        group (``team``, or the division), value (blank, or the group), pillar, competency (id) and
        name (both blank for a whole pillar), people (whom the figures are of), left_out (who is
        scored, and in no figure), of (colours counted), green_low, green_high (how many are red or
        yellow, at least and at most), expected_low, expected_high (how many are below what is
        expected), below_green, below_expected (the same as shares, where both ends are one), needs
        (why there is no figure). A pillar stands on those of its competencies that have one.
    """
    whole, scored = _parts(parts), _scored(parts, by)
    rows: list[dict[str, Any]] = []
    for group, value in [(TEAM, ""), *((by, value) for value in _values(parts, by))]:
        mine = [part for part in whole if group == TEAM or part.only.get(by) == value]
        for pillar in matrix.pillars:
            ids = {c.id: c.name for c in matrix.competencies if c.pillar == pillar}
            for competency, name in [*ids.items(), ("", "")]:
                wanted = {competency} if competency else set(ids)
                about = {"group": group, "value": value, "pillar": pillar}
                about |= {"competency": competency, "name": name}
                seen = _Seen.together(scored.get((value, c), _Seen()) for c in wanted)
                inside = [part for part in mine if part.competency in wanted]
                rows.append(about | _figures(seen, inside, min_group))
    frame = pd.DataFrame(rows, columns=ROWS)
    return _in_order(frame).astype(dict.fromkeys(_WHOLE, "Int64"))


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Each competency, and each pillar behind its own, with all groups one below the other."""
    order = rows.groupby(["pillar", "competency"], sort=False).ngroup().sort_values(kind="stable")
    return rows.loc[order.index].reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class _Seen:
    """Who of a group is scored, and whether anything is expected of any of them."""

    people: frozenset[str] = frozenset()
    asked: bool = False

    @classmethod
    def together(cls, found: Iterable[_Seen]) -> _Seen:
        found = list(found)
        people = frozenset[str]().union(*(one.people for one in found))
        return cls(people, any(one.asked for one in found))


def _scored(parts: pd.DataFrame, by: str) -> dict[tuple[str, str], _Seen]:
    """Who is scored on each competency: of the team (a blank value), and of each group."""
    people: dict[tuple[str, str], set[str]] = defaultdict(set)
    asked = set()
    groups = [""] * len(parts) if by == TEAM else parts[by]
    columns = (parts[name] for name in ("competency", "person_id", "kind"))
    for value, competency, person, kind in zip(groups, *columns, strict=True):
        for key in {("", competency), (value, competency)}:
            people[key].add(person)
            if kind != "nothing":
                asked.add(key)
    return {key: _Seen(frozenset(of), key in asked) for key, of in people.items()}


@dataclass(frozen=True, slots=True)
class _Part:
    """A part: its people, the groups that it lies in whole, and the ends of what is told of it."""

    competency: str
    people: frozenset[str]
    only: Mapping[str, str]
    ends: Mapping[str, tuple[int, int]]


def _parts(parts: pd.DataFrame) -> list[_Part]:
    inside = parts[parts["part"].ne(OUT)]
    found = []
    for (competency, _), rows in inside.groupby(["competency", "part"], sort=False):
        groups = {name: set(rows[name]) for name in DIVISIONS}
        only = {name: min(values) for name, values in groups.items() if len(values) == 1}
        told = rows.iloc[0]
        ends = {
            name: (int(told[f"{name}_low"]), int(told[f"{name}_high"]))
            for name in ("green", "expected")
            if not pd.isna(told[f"{name}_low"])
        }
        found.append(_Part(str(competency), frozenset(rows["person_id"]), only, ends))
    return found


def _values(parts: pd.DataFrame, by: str) -> list[str]:
    if by == TEAM:
        return []
    there = sorted(set(parts[by]))
    if by == LEVEL:
        there.sort(key=lambda level: LEVELS.index(level) if level in LEVELS else len(LEVELS))
    return there


def _figures(scored: _Seen, inside: list[_Part], min_group: int) -> dict[str, Any]:
    found: dict[str, Any] = dict.fromkeys(_WHOLE)
    found |= {"below_green": float("nan"), "below_expected": float("nan")}
    if not inside:
        people = None if scored.people else 0
        return found | {"people": people, "needs": _needs(scored, min_group)}
    # Of a pillar, competencies without an expectation are no part of a sum with one.
    inside = [part for part in inside if "expected" in part.ends] or inside
    people = len(frozenset[str]().union(*(part.people for part in inside)))
    of = sum(len(part.people) for part in inside)
    found |= {"people": people, "left_out": len(scored.people) - people, "of": of, "needs": ""}
    for name in ("green", "expected"):
        ends = [part.ends[name] for part in inside if name in part.ends]
        if len(ends) < len(inside):
            continue
        low, high = (sum(each) for each in zip(*ends, strict=True))
        found[f"{name}_low"], found[f"{name}_high"] = low, high
        if low == high:
            found[f"below_{name}"] = low / of
    return found


def _needs(scored: _Seen, min_group: int) -> str:
    if not scored.people:
        return words()["nobody"]
    if len(scored.people) < min_group:
        return words()["few"].format(min_group=min_group)
    if not scored.asked:
        return words()["nothing"]
    return words()["follow"].format(min_group=min_group)


def count_in_words(low: int, high: int, of: int) -> str:
    """A count as far as it is told.

    Examples
    --------
    >>> count_in_words(3, 3, 8), count_in_words(0, 1, 8), count_in_words(7, 8, 8)
    ('3 of 8', 'at most 1 of 8', 'at least 7 of 8')
    >>> count_in_words(3, 5, 24)
    '3 to 5 of 24'
    """
    if low == high:
        key = "exact"
    elif (low, high) == (0, 1):
        key = "none"
    else:
        key = "all" if high == of else "range"
    return words()[key].format(low=f"{low:,}", high=f"{high:,}", of=f"{of:,}")


def in_words(rows: pd.DataFrame) -> list[str]:
    """What is told of each row that has a figure, and no share; blank for the others."""
    return [_range_of(row) for row in rows.to_dict("records")]


def _range_of(row: dict[Any, Any]) -> str:
    said = {
        name: count_in_words(int(row[f"{name}_low"]), int(row[f"{name}_high"]), int(row["of"]))
        for name in ("green", "expected")
        if not pd.isna(row[f"{name}_low"])
    }
    if len(set(said.values())) == 2:
        return words()["both"].format(**said)
    if len(said) == 2:
        return words()["same"].format(told=said["green"])
    return "".join(words()["one"].format(which=words()[n], told=t) for n, t in said.items())
