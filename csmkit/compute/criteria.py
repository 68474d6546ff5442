"""What each overall level asks for, with the figures a person reads beside it; no verdict."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from csmkit.compute.drivers import drivers, losses
from csmkit.compute.evidence import evidence_timeline
from csmkit.compute.health import health_summary
from csmkit.compute.metrics import TARGETED, metrics
from csmkit.compute.outcomes import outcomes
from csmkit.compute.practice import practice
from csmkit.compute.sentences import count_of
from csmkit.compute.standing import headline
from csmkit.cycle import Cycle
from csmkit.memo import per_cycle
from csmkit.text import by_unit, clean, day

LEVELS = ("exceeds", "meets", "needs")
COLUMNS = ("level", "criterion", "figure", "needs", "beside")
EARLY_DAYS = 90
"""Renewals are tracked 90 to 180 days ahead: a risk raised later than that came late."""
_NAMED = 3
_LONGEST = 90


@cache
def criteria() -> Mapping[str, Any]:
    """All of ``criteria.toml``."""
    text = Path(__file__).with_name("criteria.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


def level_criteria(cycle: Cycle, person: str, *, case_mix: str = "") -> pd.DataFrame:
    """What each level asks of a person's role, and the person's figures for it.

    Nothing says whether a criterion is met: where a limit lies on this book is for people to say.

    Parameters
    ----------
    cycle : Cycle
        A cycle, or the person's book.
    person : str
        An id, a mail, or a name that one person has.
    case_mix : str
        What an average CSM would keep of this book, to stand beside the NRR; see
        `csmkit.case_mix_note`.

    Returns
    -------
    DataFrame
        level (exceeds, meets, needs), criterion, figure (in words), needs (what the export lacks
        for it; then the figure says "not computable"), beside (what it is read with).

    Raises
    ------
    UsageError
        If there is no such person.

    Examples
    --------
    >>> import csmkit as ck
    >>> team = ck.sample_team()
    >>> frame = level_criteria(team, team.subjects["person_id"][0])
    >>> list(frame["level"].unique())
    ['exceeds', 'meets', 'needs']
    """
    who = cycle.person(person)
    reader = _Reader(cycle, str(who["person_id"]), case_mix)
    asked = criteria().get(str(who["role"]), {})
    rows = [
        (level, criterion["text"], *reader.read(name))
        for level in LEVELS
        for criterion in asked.get(level, [])
        for name in criterion["reads"]
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


class _Reader:
    """Reads one person's figures as texts: figure, needs, beside."""

    def __init__(self, cycle: Cycle, who: str, case_mix: str) -> None:
        self.cycle, self.who, self.case_mix = cycle, who, case_mix
        self.metrics = _of(_all_metrics(cycle), who).set_index("metric")
        self.special: dict[str, Callable[[Mapping[str, str]], tuple[str, str, str]]] = {
            "growth_months": self._growth_months,
            "late_losses": self._late_losses,
            "references": self._references,
            "health_moves": self._health_moves,
        }

    def read(self, name: str) -> tuple[str, str, str]:
        if name not in self.special:
            return self._metric(name)
        said = criteria()["figure"][name]
        value, needs, beside = self.special[name](said)
        return _figure(said["label"], value, needs), needs, beside or said["beside"]

    def _metric(self, name: str) -> tuple[str, str, str]:
        words, row = criteria()["words"], self.metrics.loc[name]
        unit, currency = str(row["unit"]), self.cycle.currency
        value = by_unit(row["value"], unit, currency=currency)
        if pd.notna(row["denominator"]) and unit == "share":
            of = "money" if name in words["money_parts"] else "count"
            parts = {
                p: by_unit(row[p], of, currency=currency) for p in ("numerator", "denominator")
            }
            value = f"{value} ({words['parts'].format(**parts)})"
        needs = str(row["needs"])
        if name in TARGETED and not needs:
            target = by_unit(row["target"], unit, currency=currency)
            said = words["target"].format(target=target) if target else words["no_target"]
            value = f"{value}, {said}"
        meaning = criteria()["beside"].get(name, metrics()[name].meaning)
        beside = [str(row["note"]), meaning]
        if name == "nrr":
            beside = [str(row["note"]), headline(self.cycle, person_id=self.who), self.case_mix]
        return _figure(str(row["label"]), value, needs), needs, _joined(beside)

    def _growth_months(self, said: Mapping[str, str]) -> tuple[str, str, str]:
        grew = drivers(self.cycle)
        needs = str(grew.attrs.get("needs", ""))
        grew = grew[grew["person_id"].eq(self.who) & grew["kind"].eq("expansion")]
        period = self.cycle.period
        value = said["value"].format(
            months=grew["date"].dt.to_period("M").nunique(),
            of=len(pd.period_range(period.start, period.end, freq="M")),
            accounts=count_of(grew["account"].nunique(), "account"),
        )
        return value, needs, ""

    def _late_losses(self, said: Mapping[str, str]) -> tuple[str, str, str]:
        lost = losses(self.cycle)
        needs = str(lost.attrs.get("needs", ""))
        lost = lost[lost["person_id"].eq(self.who) & lost["kind"].isin(["churn", "won and lost"])]
        if lost.empty:
            return said["none"], needs, ""
        needs = needs or self.cycle.missing("renewals.risk_raised")
        ahead = (lost["date"] - lost["risk_raised"]).dt.days
        value = said["value"].format(
            losses=count_of(len(lost), "account"),
            days=EARLY_DAYS,
            early=int(ahead.ge(EARLY_DAYS).sum()),
            late=int(ahead.lt(EARLY_DAYS).sum()),
            never=int(ahead.isna().sum()),
        )
        return value, needs, _joined([_listed(lost["date"], lost["account"]), said["beside"]])

    def _references(self, said: Mapping[str, str]) -> tuple[str, str, str]:
        items = evidence_timeline(self.cycle)
        needs = "evidence" if items.attrs.get("needs") else ""
        items = items[items["person_id"].eq(self.who) & items["kind"].eq("advocacy")]
        if items.empty:
            return said["none"], needs, ""
        accounts = items.loc[items["account"] != "", "account"]
        value = said["value"].format(
            items=count_of(len(items), "item"), accounts=count_of(accounts.nunique(), "account")
        )
        return value, needs, _joined([_listed(items["date"], items["text"]), said["beside"]])

    def _health_moves(self, said: Mapping[str, str]) -> tuple[str, str, str]:
        moved = health_summary(self.cycle)
        needs = "health" if moved.attrs.get("needs") else ""
        count = _of(moved, self.who).set_index("movement")["accounts"]
        names = {"improved": "improved", "held green": "green", "worsened": "worsened"}
        names |= {"left": "left"}
        counts = {name: f"{count.get(kind, 0):.0f}" for kind, name in names.items()}
        return said["value"].format(**counts), needs, ""


@per_cycle
def _all_metrics(cycle: Cycle) -> pd.DataFrame:
    return pd.concat([outcomes(cycle), practice(cycle)], ignore_index=True)


def _of(frame: pd.DataFrame, who: str) -> pd.DataFrame:
    return frame[frame["person_id"] == who]


def _figure(label: str, value: str, needs: str) -> str:
    return f"{label}: {criteria()['words']['not_computable'] if needs else value}"


def _joined(parts: list[str]) -> str:
    return " ".join(f"{p[:1].upper()}{p[1:]}{'' if p[-1] in '.!?' else '.'}" for p in parts if p)


def _listed(days: pd.Series, texts: pd.Series) -> str:
    """The latest few by day and text, and how many more there are."""
    rows = sorted(zip(days, texts, strict=True), key=lambda row: row[0], reverse=True)
    told = [f"{day(on)}: {_short(clean(text))}" for on, text in rows[:_NAMED]]
    more = [f"{len(rows) - _NAMED} more"] if len(rows) > _NAMED else []
    return "; ".join([*told, *more])


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"
