"""Skill gaps, trends, themes and a person's changes as text for a console."""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from csmkit.text import clean, count_of, missing

_NAME_WIDTH = 40


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(
        files("csmkit.view").joinpath("gap_lines.toml").read_text(encoding="utf-8")
    )


def gap_lines(gaps: pd.DataFrame, *, period: str) -> str:
    """The gaps of a team and its groups, a table each, as text.

    Parameters
    ----------
    gaps : DataFrame
        As `csmkit.growth.team.team_gaps` gives it.
    period : str
        The cycle's period.
    """
    words = _words()["gaps"]
    phase = _words()["phase"][gaps.attrs["phase"]]
    parts = [words["title"].format(period=period, phase=phase)]
    for (group, _), rows in gaps.groupby(["group", "value"], sort=False):
        label = _value(rows["label"].iloc[0])
        table = [list(words["head"]), *(_gap(row) for row in rows.to_dict("records"))]
        needs = set(rows["needs"])
        # A group of which nothing can be told says so once.
        said = columns(table) if len(needs) > 1 or "" in needs else [f"  {needs.pop()}"]
        parts.append("\n".join([words[str(group)].format(label=label), *said]))
    return "\n\n".join([*parts, *gaps.attrs["notes"]])


def _gap(row: dict[Any, Any]) -> list[str]:
    words, pillar = _words()["gaps"], clean(row["pillar"])
    name = clean(row["name"]) or words["whole"].format(pillar=pillar)
    if row["needs"]:
        return [name, row["needs"]]
    people = f"{int(row['people']):,}"
    if row["left_out"]:
        people = words["left_out"].format(people=people, left_out=f"{int(row['left_out']):,}")
    return [name, people, row["green_told"] or "–", row["expected_told"] or "–"]


def trend_lines(trend: pd.DataFrame, *, width: int = 88) -> str:
    """Whether gaps changed from cycle to cycle, as text.

    Parameters
    ----------
    trend : DataFrame
        As `csmkit.growth.trend.skill_trend` gives it.
    width : int
        Characters in a line.
    """
    words, phase = _words()["trend"], _words()["phase"][trend.attrs["phase"]]
    parts = []
    for (before, now), rows in trend.groupby(["before", "now"], sort=False):
        lines = [words["title"].format(before=before, now=now, phase=phase)]
        for row in rows.to_dict("records"):
            told = f"{clean(row['name'])}: {row['says']}"
            lines += textwrap.wrap(told, width, initial_indent="  ", subsequent_indent="    ")
        parts.append("\n".join(lines))
    return "\n\n".join([*parts, *trend.attrs["notes"]])


def theme_lines(themes: pd.DataFrame, *, width: int = 88) -> str:
    """Themes for the team's training, as text.

    Parameters
    ----------
    themes : DataFrame
        As `csmkit.growth.themes.training_themes` gives it.
    width : int
        Characters in a line.
    """
    words = _words()["themes"]
    lines = [words["title"]]
    for row in themes.to_dict("records"):
        lines.append(f"  {words['line'].format(name=clean(row['name']), told=row['told'])}")
        if row["practice"]:
            told = words["practice"].format(practice=clean(row["practice"]))
            lines += textwrap.wrap(told, width, initial_indent="    ", subsequent_indent="    ")
    for said in filter(None, (themes.attrs[name] for name in ("why", "more", "untold"))):
        lines += textwrap.wrap(said, width, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(lines)


def change_lines(changes: pd.DataFrame, goals: pd.DataFrame, *, name: str, before: str) -> str:
    """What changed for one person, and what became of what was agreed, as text.

    Parameters
    ----------
    changes, goals : DataFrame
        The person's rows of `csmkit.growth.changes.cycle_changes` and
        `csmkit.growth.goals.goals_kept`.
    name : str
        The person's.
    before : str
        The earlier period.
    """
    words = _words()["changes"]
    lines = [words["title"].format(name=clean(name), before=before)]
    lines += [f"  {_change(row)}" for row in changes.to_dict("records")]
    if changes.empty:
        lines.append(f"  {words['none']}")
    if len(goals):
        lines.append(f"  {words['goals']}")
    for row in goals.to_dict("records"):
        told = words["goal"].format(action=clean(row["action"]).rstrip("."), told=row["told"])
        note = f" ({clean(row['note'])})" if row["note"] else ""
        lines.append(f"    {told}{note}")
    return "\n".join(lines)


def _change(row: dict[Any, Any]) -> str:
    words = _words()["changes"]
    count = 0 if missing(row["cited"]) else int(row["cited"])
    cited = words["cited"].format(cited=count_of(count, "dated item")) if count else words["bare"]
    told = words[row["what"]].format(
        label=clean(row["label"]),
        phase=row["phase"],
        before=_value(row["before"]),
        now=_value(row["now"]),
        cited=cited,
    )
    return f"{told}. {row['note']}" if row["note"] else str(told)


def _value(value: str) -> str:
    return str(_words()["value"].get(value, clean(value))) or str(_words()["changes"]["blank"])


def cycle_lines(cycles: pd.DataFrame) -> str:
    """The cycles that a store holds, as text.

    Parameters
    ----------
    cycles : DataFrame
        As `csmkit.store.store.Store.cycles` gives it.
    """
    words = _words()["cycles"]
    if cycles.empty:
        return str(words["none"])
    names = ["cycle", "self", "manager", "final", "closed"]
    table = [[str(value) for value in row] for row in cycles[names].itertuples(index=False)]
    return "\n".join(columns([list(words["head"]), *table]))


def columns(table: Iterable[Sequence[str]]) -> list[str]:
    """Rows as lines whose columns stand below each other; a long first cell has its own line.

    Parameters
    ----------
    table : iterable of sequences of str
        The rows; short ones end early.
    """
    rows = [[clean(cell) for cell in row] for row in table]
    most = max(len(row) for row in rows)
    full = [row for row in rows if len(row) == most]
    widths = [max(len(row[at]) for row in full) for at in range(most)]
    first = min(_NAME_WIDTH, max((len(row[0]) for row in rows), default=0))
    lines = []
    for row in rows:
        rest = "  ".join(cell.ljust(widths[at]) for at, cell in enumerate(row[1:], start=1))
        if len(row[0]) > first:
            lines += [f"  {row[0]}", f"  {'':{first}}  {rest}".rstrip()]
        else:
            lines.append(f"  {row[0]:{first}}  {rest}".rstrip())
    return lines
