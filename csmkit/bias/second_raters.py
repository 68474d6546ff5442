"""Which people a second manager should score, so that raters can be told apart from those rated."""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from csmkit.bias.blocks import MIN_SHARED
from csmkit.bias.proximity import attended
from csmkit.bias.ratings import given_by_managers
from csmkit.bias.verdicts import ALPHA
from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.matrix.model import managers_of

COLUMNS = ["person_id", "second_rater_id", "why"]
# How many checks of ratings a p value is adjusted for at most.
CHECKS = 7


@cache
def _texts() -> dict[str, Any]:
    path = Path(__file__).with_name("second_raters.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@dataclass
class _Design:
    """Who shares people with whom so far, and how much work everybody has."""

    managers: list[str]
    group: dict[str, str] = field(default_factory=dict)
    shared: Counter[str] = field(default_factory=Counter)
    work: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.group = {manager: manager for manager in self.managers}

    def share(self, raters: list[str]) -> None:
        """Raters who scored the same person."""
        known = [rater for rater in raters if rater in self.group]
        self.shared.update(known)
        groups = {self.group[rater] for rater in known}
        for manager in self.managers:
            if self.group[manager] in groups:
                self.group[manager] = min(groups)

    @property
    def connected(self) -> bool:
        """Whether all managers can be compared, directly or through others."""
        return len(set(self.group.values())) <= 1


def plan_second_raters(cycle: Cycle, *, people: int = MIN_SHARED) -> pd.DataFrame:
    """Whom a second manager should score, blind, so that severity and proximity can be tested.

    Managers are first joined into one design in which each can be compared with every other,
    directly or through colleagues; then people are added until enough have two raters. The work is
    shared out; a second rater who attended some of the person's touchpoints goes before one who
    attended none, and people of managers with many reports before others. Nobody scores themself
    or their own report twice. Second ratings that are on record count.

    Parameters
    ----------
    cycle : Cycle
        The team.
    people : int
        How many people should have two raters in the end, 6 or more; more are proposed where
        joining all managers takes more.

    Returns
    -------
    DataFrame
        person_id, second_rater_id, why. ``attrs``: ``needs`` (what is lacking; then no rows),
        ``shared`` (people with two raters after the plan), ``smallest_p`` (the smallest p value
        that many can give), ``connected``, ``says`` (in words).

    Raises
    ------
    UsageError
        If ``people`` is below 6.
    """
    if people < MIN_SHARED:
        raise UsageError(
            f"people is {people}; with fewer than {MIN_SHARED} nothing can be tested.",
            f"Ask for {MIN_SHARED} or more.",
        )
    reports = _reports(cycle)
    managers = sorted(reports["manager_id"].unique())
    if len(managers) < 2:
        return _plan([], needs=_texts()["needs"], had=0, shared=0, connected=False)
    design = _Design(managers)
    rated = _rated(cycle)
    for raters in rated.values():
        if len(raters) >= 2:
            design.share(raters)
    twice = {person for person, raters in rated.items() if len(raters) >= 2}
    rows, had = [], len(twice & set(reports["person_id"]))
    shared = had
    options = _options(cycle, reports[~reports["person_id"].isin(twice)], managers)
    while options and (shared < people or not design.connected):
        chosen = min((queue[-1] for queue in options), key=lambda option: _worth(option, design))
        if shared >= people and not _joins(chosen, design):
            break
        rows.append(_row(chosen, joins=_joins(chosen, design)))
        design.share([chosen["manager_id"], chosen["second"]])
        design.work[chosen["second"]] += 1
        shared += 1
        options = _without(options, chosen["person_id"])
    unscored = sum(row["person_id"] not in rated for row in rows)
    plan = _plan(rows, needs="", had=had, shared=shared, connected=design.connected)
    plan.attrs["says"] += _first_scores(rated, unscored)
    return plan


def _reports(cycle: Cycle) -> pd.DataFrame:
    """People to be rated who have a manager: person_id, manager_id, reports of the manager."""
    people = cycle.subjects.dropna(subset=["manager_id"]).drop_duplicates("person_id")
    people = people[people["manager_id"] != people["person_id"]]
    count = people.groupby("manager_id")["person_id"].transform("size")
    return people[["person_id", "manager_id"]].assign(reports=count)


def _rated(cycle: Cycle) -> dict[str, list[str]]:
    rows, _ = given_by_managers(cycle)
    pairs = rows[["person_id", "rater_id"]].drop_duplicates()
    return {str(p): sorted(r) for p, r in pairs.groupby("person_id")["rater_id"]}


def _options(
    cycle: Cycle, reports: pd.DataFrame, managers: list[str]
) -> list[list[dict[str, Any]]]:
    """What may be proposed: one list for two managers, the person to take first at its end."""
    boss = managers_of(cycle).to_dict()
    seen = attended(cycle).set_index(["person_id", "rater_id"])["attended"].to_dict()
    each: list[dict[str, Any]] = [
        {
            **{str(key): value for key, value in row.items()},
            "second": second,
            "attended": float(seen.get((row["person_id"], second), 0.0)),
        }
        for row in reports.to_dict("records")
        for second in managers
        # Nobody scores themself, their own report again, or their own manager.
        if second not in (row["person_id"], row["manager_id"])
        and boss.get(second) != row["person_id"]
    ]
    queues: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for option in sorted(each, key=_within, reverse=True):
        queues.setdefault((option["manager_id"], option["second"]), []).append(option)
    return list(queues.values())


def _joins(option: dict[str, Any], design: _Design) -> bool:
    return design.group[option["manager_id"]] != design.group[option["second"]]


def _worth(option: dict[str, Any], design: _Design) -> tuple[Any, ...]:
    """What to take first: the smallest."""
    return (
        not _joins(option, design),
        design.work[option["second"]],
        design.shared[option["manager_id"]] + design.shared[option["second"]],
        option["attended"] == 0,
        -option["reports"],
        *_within(option),
    )


def _within(option: dict[str, Any]) -> tuple[Any, ...]:
    """What to take first between the same two managers: the smallest."""
    return -option["attended"], option["person_id"], option["second"]


def _without(options: list[list[dict[str, Any]]], person: str) -> list[list[dict[str, Any]]]:
    left = ([o for o in queue if o["person_id"] != person] for queue in options)
    return [queue for queue in left if queue]


def _row(option: dict[str, Any], *, joins: bool) -> dict[str, str]:
    words = _texts()["why"]
    knows = words["attended"] if option["attended"] else words["unseen"]
    reason = [words["joins"] if joins else words["more"], knows]
    return {
        "person_id": option["person_id"],
        "second_rater_id": option["second"],
        "why": " ".join(reason).format(attended=f"{option['attended']:.0%}".replace("%", " %")),
    }


def _plan(
    rows: list[dict[str, str]], *, needs: str, had: int, shared: int, connected: bool
) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=COLUMNS, dtype="str")
    smallest = min(1.0, 2 / 2**shared)
    key = "short"
    if shared >= MIN_SHARED and connected:
        key = "done" if not rows else "join" if had >= MIN_SHARED else "enough"
    says = _texts()["says"][key].format(
        had=had, shared=shared, strength=_strength(smallest), fewest=MIN_SHARED
    )
    frame.attrs = {
        "needs": needs,
        "shared": shared,
        "smallest_p": smallest,
        "connected": connected,
        "says": "" if needs else says,
    }
    return frame


def _strength(smallest: float) -> str:
    """What so many people with two raters can show, in words."""
    words = _texts()["says"]
    key = "strong" if smallest < 0.001 else "clear" if smallest * CHECKS < ALPHA else "weak"
    # Two raters of a person are dealt in two ways: so many people give 2 ** people teams.
    least = math.ceil(math.log2(2 * CHECKS / ALPHA))
    return str(words[key].format(teams=f"{round(1 / smallest):,}", least=least))


def _first_scores(rated: dict[str, list[str]], unscored: int) -> str:
    """What to know of people whom nobody scored yet; blank where all named were."""
    words = _texts()["says"]
    if not unscored:
        return ""
    return " " + str(
        words["some_unscored"].format(count=unscored) if rated else words["none_scored"]
    )
