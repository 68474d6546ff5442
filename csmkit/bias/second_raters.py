"""Which people a second manager should score, so that raters can be told apart from those rated."""

from __future__ import annotations

import math
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from csmkit.bias.blocks import MIN_SHARED
from csmkit.bias.proximity import attended
from csmkit.bias.ratings import given_by_managers
from csmkit.bias.second_design import CHECKS, ENOUGH, Design
from csmkit.bias.verdicts import ALPHA
from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.matrix.model import managers_of

VERY_RARE = 0.001
COLUMNS = ["person_id", "second_rater_id", "why"]


@cache
def _texts() -> dict[str, Any]:
    path = Path(__file__).with_name("second_raters.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def plan_second_raters(cycle: Cycle, *, people: int = ENOUGH) -> pd.DataFrame:
    """Whom a second manager should score, blind, so that severity and proximity can be tested.

    Managers are first joined into one design in which each can be compared with every other,
    directly or through colleagues; then people are added until enough have two raters. Each manager
    shares as many own people as people of others, as far as the team allows: with own people alone,
    severity looks the same as kindness to own reports. The work is shared out; a second rater who
    attended some of the person's touchpoints goes before one who attended none, and people of
    managers with many reports before others. Nobody scores themself or their own report twice.
    Second ratings that are on record count.

    Parameters
    ----------
    cycle : Cycle
        The team.
    people : int
        How many people should have two raters in the end, 6 or more. 9 are the fewest with which
        a signal is possible, of one rater only where two managers score; 6 to 8 can show that a
        difference is small. More are proposed where joining all managers takes more, or those on
        record are of one manager; fewer where the team has no more.

    Returns
    -------
    DataFrame
        person_id, second_rater_id, why. ``attrs``: ``needs`` (what is lacking; then no rows),
        ``shared`` (people with two raters after the plan), ``smallest_p`` (the smallest p value
        that many can give a check of all raters together), ``smallest_p_of_one`` (what the rater
        who shares most people can give severity, halo and central tendency), ``connected``,
        ``spread`` (whether they are of several managers), ``says`` (in words).

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
        return _plan([], Design(managers), had=0, needs=_texts()["needs"])
    design, rated = Design(managers), _rated(cycle)
    twice = {person: raters for person, raters in rated.items() if len(raters) >= 2}
    boss = reports.set_index("person_id")["manager_id"].to_dict()
    for person, raters in twice.items():
        design.share(raters, boss.get(person, ""))
    rows, had = [], design.people
    options = _options(cycle, reports[~reports["person_id"].isin(twice)], managers)
    while wanted := _wanted([queue[-1] for queue in options], design, people):
        chosen = min(wanted, key=lambda option: _worth(option, design))
        rows.append(_row(chosen, joins=_joins(chosen, design)))
        design.share([chosen["manager_id"], chosen["second"]], chosen["manager_id"])
        design.work[chosen["second"]] += 1
        options = _without(options, chosen["person_id"])
    plan = _plan(rows, design, had=had)
    unscored = sum(row["person_id"] not in rated for row in rows)
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


def _wanted(options: list[dict[str, Any]], design: Design, people: int) -> list[dict[str, Any]]:
    """What may be proposed next: anything while people are too few, then what joins or spreads."""
    if design.people < people:
        return options
    if joins := [option for option in options if _joins(option, design)]:
        return joins
    most, _ = design.most
    return [] if design.spread else [o for o in options if o["manager_id"] != most]


def _joins(option: dict[str, Any], design: Design) -> bool:
    return design.group[option["manager_id"]] != design.group[option["second"]]


def _worth(option: dict[str, Any], design: Design) -> tuple[Any, ...]:
    """What to take first: the smallest."""
    return (
        not _joins(option, design),
        design.leaning(option["manager_id"], option["second"]),
        design.work[option["second"]],
        design.shares(option["manager_id"]) + design.shares(option["second"]),
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


def _plan(rows: list[dict[str, str]], design: Design, *, had: int, needs: str = "") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=COLUMNS, dtype="str")
    frame.attrs = {
        "needs": needs,
        "shared": design.people,
        "smallest_p": design.smallest_p,
        "smallest_p_of_one": design.smallest_p_of_one,
        "connected": design.connected,
        "spread": design.spread,
        "says": "" if needs else _says(design, had=had, planned=len(rows)),
    }
    return frame


def _says(design: Design, *, had: int, planned: int) -> str:
    """What a design can tell, in words."""
    words, shared = _texts()["says"], design.people
    key = "short"
    if shared >= MIN_SHARED and design.connected:
        key = "done" if not planned else "join" if had >= ENOUGH else "enough"
    told = [
        words[key].format(had=had, shared=shared, strength=_strength(design), fewest=MIN_SHARED)
    ]
    if key != "short" and not design.spread:
        told.append(words["one_manager" if shared == design.most[1] else "mostly_one"])
    return " ".join(told)


def _strength(design: Design) -> str:
    """What so many people with two raters can show, in words."""
    words, teams = _texts()["says"], f"{round(1 / design.smallest_p):,}"
    if design.smallest_p * CHECKS >= ALPHA:
        return str(words["weak"].format(teams=teams, least=ENOUGH))
    if design.smallest_p_of_one * CHECKS >= ALPHA:
        count = len(design.managers)
        needed = math.ceil(count * ENOUGH / 2)
        return str(words["together"].format(count=count, each=ENOUGH, needed=needed))
    key = "strong" if design.smallest_p < VERY_RARE else "clear"
    return str(words[key].format(teams=teams))


def _first_scores(rated: dict[str, list[str]], unscored: int) -> str:
    """What to know of people whom nobody scored yet; blank where all named were."""
    words = _texts()["says"]
    if not unscored:
        return ""
    return " " + str(
        words["some_unscored"].format(count=unscored) if rated else words["none_scored"]
    )
