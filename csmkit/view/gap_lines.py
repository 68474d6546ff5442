"""Skill gaps, trends, themes and a person's changes as text for a console."""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from csmkit.bias.verdicts import CANNOT_TELL
from csmkit.text import clean, count_of, missing

_NAME_WIDTH = 40


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(
        files("csmkit.view").joinpath("gap_lines.toml").read_text(encoding="utf-8")
    )


def gap_lines(gaps: pd.DataFrame, *, period: str, width: int = 88) -> str:
    """The gaps of a team and its groups, a table each, as text.

    What cannot be told is a line for each reason; groups of which nothing can be stand together.

    Parameters
    ----------
    gaps : DataFrame
        As `csmkit.growth.team.team_gaps` gives it.
    period : str
        The cycle's period.
    width : int
        Characters in a line of what cannot be told.
    """
    words = _words()["gaps"]
    phase = _words()["phase"][gaps.attrs["phase"]]
    together: dict[tuple[str, str, str], list[str]] = {}
    for (group, value), rows in gaps.groupby(["group", "value"], sort=False):
        body = "\n".join([*_figures(rows), *_untold(rows, width)])
        # Figures are each group's own, even where two groups have the same.
        own = str(value) if rows["needs"].eq("").any() else ""
        together.setdefault((str(group), own, body), []).append(_value(rows["label"].iloc[0]))
    parts = [words["title"].format(period=period, phase=phase)]
    for (group, _, body), labels in together.items():
        head = textwrap.wrap(words[group].format(label=_listed(labels)), width)
        parts.append("\n".join([*head, body]))
    return "\n\n".join([*parts, *gaps.attrs["notes"]])


def _figures(rows: pd.DataFrame) -> list[str]:
    told = rows[rows["needs"].eq("")].to_dict("records")
    return columns([list(_words()["gaps"]["head"]), *map(_gap, told)]) if told else []


def _untold(rows: pd.DataFrame, width: int) -> list[str]:
    """Each reason why there is no figure, once, with the competencies it is about."""
    lines = []
    # A pillar has none only if none of its competencies has.
    rows = rows[rows["competency"].ne("")]
    for needs, of in rows[rows["needs"].ne("")].groupby("needs", sort=False):
        names = _listed(map(clean, of["name"]))
        words = str(needs)
        if len(of) < len(rows):
            words = _words()["gaps"]["untold"].format(needs=needs, names=names)
        lines += textwrap.wrap(words, width, initial_indent="  ", subsequent_indent="    ")
    return lines


def _listed(names: Iterable[str]) -> str:
    return "; ".join(names)


def _named(row: dict[Any, Any]) -> str:
    whole = _words()["gaps"]["whole"]
    return clean(row["name"]) or str(whole.format(pillar=clean(row["pillar"])))


def _gap(row: dict[Any, Any]) -> list[str]:
    words = _words()["gaps"]
    people = f"{int(row['people']):,}"
    if row["left_out"]:
        people = words["left_out"].format(people=people, left_out=f"{int(row['left_out']):,}")
    return [_named(row), people, row["green_told"] or "–", row["expected_told"] or "–"]


def trend_lines(trend: pd.DataFrame, *, width: int = 88) -> str:
    """Whether gaps changed from cycle to cycle, as text; what reads the same stands together.

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
        # What is told comes before what cannot be.
        rows = rows.sort_values("verdict", key=lambda of: of.eq(CANNOT_TELL), kind="stable")
        for says, of in rows.groupby("says", sort=False):
            names = _listed(map(clean, of["name"]))
            of_some = str(words["some"]).format(says=str(says).rstrip("."), names=names)
            told = f"{names}: {says}" if len(of) == 1 else of_some
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
    return "\n".join([*columns([list(words["head"]), *table]), "", words["exports"]])


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
