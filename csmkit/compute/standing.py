"""A person's headline, and what to know about them before reading figures."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import pandas as pd

from csmkit.compute.arr import arr_residual, arr_source
from csmkit.compute.by_person import ByPerson
from csmkit.compute.composition import CLOSING, OWNED, book_accounts, health_known, measures_at
from csmkit.compute.customers import owned_accounts
from csmkit.compute.days import MONTH_DAYS, days_between, not_after, not_before, united
from csmkit.compute.ledger import ALWAYS, ledger, spells
from csmkit.compute.losses import ended_without_word
from csmkit.compute.outcomes import TOO_NEW_DAYS, outcomes
from csmkit.compute.readings import closing_lacks, no_loss_can_show, opening_lacks
from csmkit.compute.results import account_results
from csmkit.compute.sentences import count_of, money, notices, percent
from csmkit.cycle import DAY, Cycle
from csmkit.memo import per_cycle
from csmkit.text import day

INHERITED_DAYS = 180
NAMED = 8
"""How many accounts a sentence names."""
UNKNOWN = "not in the export"


def headline(cycle: Cycle, *, person_id: str | None = None) -> str:
    """One sentence that puts a person's outcome in the context of their book.

    Parameters
    ----------
    cycle : Cycle
        A cycle, or a book.
    person_id : str, optional
        Whose; a book needs none.

    Returns
    -------
    str
        Only figures that can be computed; says so where the opening or the health is unknown.
    """
    words = notices()
    if person_id is None and cycle.subjects.empty:
        return words["headline_nobody"]
    person = cycle.person(person_id or str(cycle.subjects["person_id"].iloc[0]))
    who = str(person["person_id"])
    at = measures_at(cycle, who, OWNED)
    accounts = count_of(at["accounts"], "account")
    if not arr_source(cycle):
        return words["headline_opening_no_arr"].format(name=person["name"], accounts=accounts) + "."
    if opening_lacks(cycle):
        return _opening_unknown(cycle, who, str(person["name"])) + "."
    if not at["arr"] > 0:
        return _without_opening(cycle, who, str(person["name"])) + "."
    parts = [
        words["headline_opening"].format(
            name=person["name"],
            accounts=accounts,
            arr=money(at["arr"], cycle.currency),
            largest=percent(at["largest_share"]),
        )
    ]
    parts.append(_risk(cycle, who, at["at_risk_share"]))
    result = outcomes(cycle)
    result = result[result["person_id"] == who]
    value = dict(zip(result["metric"], result["value"], strict=True))
    first = "; ".join(parts) + ". "
    if "nrr" not in value:
        return first.strip()
    growth = words["headline_growth_none"]
    if value["expansions"] > 0:
        single = value["expansion_largest_share"] > 0.999
        growth = words["headline_growth_single" if single else "headline_growth_spread"].format(
            count=int(value["expansions"]), share=percent(value["expansion_largest_share"])
        )
    kept = words["headline_outcome"].format(grr=percent(value["grr"]), nrr=percent(value["nrr"]))
    why = no_loss_can_show(cycle)
    if why:
        kept += ", and " + words["headline_no_loss"].format(why=why)
    return f"{first}{kept}; {growth}."


def _risk(cycle: Cycle, who: str, risk: float) -> str:
    """How much of the owned opening was in trouble, or how much of it anybody had scored."""
    words = notices()
    if pd.notna(risk):
        return words["headline_risk"].format(risk=percent(risk))
    book = book_accounts(cycle)
    known = health_known(book[(book["person_id"] == who) & (book["at"] == OWNED)])
    if known > 0:
        return words["headline_risk_partly"].format(known=percent(known))
    return words["headline_risk_unknown"]


def _opening_unknown(cycle: Cycle, who: str, name: str) -> str:
    """That nobody knows what the period began with, and what it ended with."""
    words, at = notices(), measures_at(cycle, who, CLOSING)
    said = words["headline_opening_unknown"].format(name=name, day=day(cycle.period.before))
    if closing_lacks(cycle):
        return said
    return said + words["headline_closing_known"].format(
        accounts=count_of(at["accounts"], "account"), arr=money(at["arr"], cycle.currency)
    )


def _without_opening(cycle: Cycle, who: str, name: str) -> str:
    """Why a person's NRR has nothing to stand on."""
    words = notices()
    results = account_results(cycle)
    _, late, lost = _late_over_opening(results[results["person_id"] == who])
    if not late > 0:
        return words["headline_no_opening"].format(name=name)
    said = words["headline_late_opening"].format(name=name, arr=money(late, cycle.currency))
    if lost > 0:
        said += words["headline_late_lost"].format(lost=money(lost, cycle.currency))
    return said


def _late_over_opening(own: pd.DataFrame) -> tuple[int, float, float]:
    """A person's accounts whose late renewal spans the opening, their ARR, and what was lost."""
    back = own["late_renewal"].to_numpy() > 0
    if not back.any():
        return 0, 0.0, 0.0
    mine = own[back]
    late = mine[mine["calendar_opening"] == 0]
    return len(late), float(late["late_renewal"].sum()), float(late["lapsed_and_lost"].sum())


@per_cycle
def profile(cycle: Cycle) -> pd.DataFrame:
    """Who each person is: role, level, manager, time in the role, working time, days owned.

    Returns
    -------
    DataFrame
        person_id, item, value (text); items the export does not know say so.
    """
    names = cycle.table("people").set_index("person_id")["name"]
    owned = owned_accounts(cycle).groupby("person_id").size()
    rows: list[tuple[str, str, str]] = []
    for person in cycle.subjects.to_dict("records"):
        who, start = str(person["person_id"]), person["start_date"]
        level, fte = person["level"], person["fte"]
        said = {
            "Role": notices()[f"role_{person['role']}"],
            "Level": level if isinstance(level, str) else UNKNOWN,
            "Manager": names.get(person["manager_id"], UNKNOWN),
            "In the role since": UNKNOWN if pd.isna(start) else _since(start, cycle.period.end),
            "Working time": percent(fte) if pd.notna(fte) else UNKNOWN,
            "Accounts owned in the period": f"{owned.get(who, 0):,}",
        }
        rows += [(who, item, value) for item, value in said.items()]
    return pd.DataFrame(rows, columns=["person_id", "item", "value"])


def _since(start: pd.Timestamp, end: pd.Timestamp) -> str:
    if start > end:
        return f"{day(start)}, after the period"
    return f"{day(start)}, {(end - start).days / MONTH_DAYS:.0f} months at the period's end"


def standing(cycle: Cycle) -> pd.DataFrame:
    """What to know about each person before reading figures: tenure, days away, part time, gaps.

    Returns
    -------
    DataFrame
        person_id, name, topic (too new, starts inside, starts after, before start, away, part
        time, opening unknown, no calendar opening, counted as lost, no loss can show, late
        opening, inherited, assumed owner, residual, scores), message.
    """
    told = standing_by_tables(cycle)
    if not cycle.notes:
        return told
    people = cycle.subjects.drop_duplicates("person_id")
    noted = people[["person_id", "name"]].merge(
        pd.DataFrame({"topic": "scores", "message": list(cycle.notes)}), how="cross"
    )
    table = pd.concat([told, noted], ignore_index=True)
    order = pd.Index(people["person_id"]).get_indexer(table["person_id"])
    return table.take(order.argsort(kind="stable")).reset_index(drop=True)


@per_cycle
def standing_by_tables(cycle: Cycle) -> pd.DataFrame:
    """What `standing` says of each person that the tables tell, without what scores hold back."""
    of, rows = _Parts.of(cycle), list[tuple[str, str, str, str]]()
    for person in cycle.subjects.to_dict("records"):
        who, name = str(person["person_id"]), str(person["name"])
        said = [
            *_tenure(cycle, of, person),
            *_time(of, person),
            *_book(cycle, of, who, name),
        ]
        rows += [(who, name, topic, message) for topic, message in said]
    return pd.DataFrame(rows, columns=["person_id", "name", "topic", "message"])


@dataclass(frozen=True, slots=True)
class _Parts:
    """What tells of people, taken apart once: each person's by their id; and what is of all."""

    away: Mapping[str, int]
    stretches: ByPerson
    results: ByPerson
    unsaid: ByPerson
    taken: ByPerson
    odd: pd.DataFrame
    odd_accounts: frozenset[str]
    arr_source: str
    opening_lacks: str
    no_loss_can_show: str

    @classmethod
    def of(cls, cycle: Cycle) -> Self:
        """The parts of a team, or of a book."""
        stretches, since = ledger(cycle), cycle.period.start - pd.Timedelta(days=INHERITED_DAYS)
        taken = spells(cycle)
        taken = taken[taken["before"] != ""]
        odd = arr_residual(cycle)
        return cls(
            away=_days_away(cycle),
            stretches=ByPerson(stretches[stretches["start"] <= cycle.period.end]),
            results=ByPerson(account_results(cycle)),
            unsaid=ByPerson(ended_without_word(cycle)),
            taken=ByPerson(taken[taken["start"].between(since, cycle.period.end)]),
            odd=odd,
            odd_accounts=frozenset(odd["account_id"]),
            arr_source=arr_source(cycle),
            opening_lacks=opening_lacks(cycle),
            no_loss_can_show=no_loss_can_show(cycle),
        )


def _tenure(cycle: Cycle, of: _Parts, person: dict[Hashable, Any]) -> Iterator[tuple[str, str]]:
    name, start, period = person["name"], person["start_date"], cycle.period
    if pd.isna(start):
        return
    fill = {"name": name, "date": day(start)}
    days = int((period.end - start).days) + 1
    if days < TOO_NEW_DAYS or start > period.start:
        key = "too_new" if days < TOO_NEW_DAYS else "starts_inside"
        key = key if days > 0 else "starts_after"
        yield key.replace("_", " "), notices()[key].format(days=days, **fill)
    mine = of.stretches[str(person["person_id"])]
    began = mine["start"].to_numpy()
    early = (began >= ALWAYS + DAY) & (began <= start - DAY)
    if early.any():
        accounts = count_of(mine["account_id"][early].nunique(), "account")
        yield "before start", notices()["before_start"].format(accounts=accounts, **fill)


def _time(of: _Parts, person: dict[Hashable, Any]) -> Iterator[tuple[str, str]]:
    name = person["name"]
    if days := of.away.get(str(person["person_id"]), 0):
        yield "away", notices()["away"].format(name=name, days=days)
    if pd.notna(person["fte"]) and person["fte"] < 1:
        yield "part time", notices()["part_time"].format(name=name, share=percent(person["fte"]))


def _days_away(cycle: Cycle) -> dict[str, int]:
    """Days of the period that each person's absences take."""
    away = united(cycle.table("absences"))
    first = not_before(away["start"], cycle.period.start)
    last = not_after(away["end"], cycle.period.end)
    days = (days_between(first, last) + 1).clip(lower=0).groupby(away["person_id"]).sum()
    return {str(who): int(count) for who, count in days.items()}


def _book(cycle: Cycle, of: _Parts, who: str, name: str) -> Iterator[tuple[str, str]]:
    words, mine, own = notices(), of.stretches[who], of.results[who]
    if len(mine) and of.opening_lacks:
        before = day(cycle.period.before)
        yield "opening unknown", words["opening_unknown"].format(name=name, day=before)
    elif of.arr_source and len(mine) and own["calendar_opening"].sum() == 0:
        zero = money(0, cycle.currency)
        yield "no calendar opening", words["no_calendar_opening"].format(name=name, zero=zero)
    yield from _about_losses(of, who)
    count, late, lost = _late_over_opening(own)
    if count:
        said = words["late_opening"].format(
            arr=money(late, cycle.currency), accounts=count_of(count, "account")
        )
        if lost > 0:
            said += words["late_opening_lost"].format(lost=money(lost, cycle.currency))
        yield "late opening", said
    assumed = bool(mine["source"].eq("assumed").any())
    if own["owned_opening"].sum() > 0 and not assumed:
        yield "inherited", _inherited(of.taken[who], own)
    if assumed:
        yield "assumed owner", words["assumed_owner"]
    if not of.odd_accounts.isdisjoint(own["account_id"]):
        odd = of.odd[of.odd["account_id"].isin(own["account_id"])]
        worst = odd.iloc[int(odd["residual"].abs().argmax())]
        names = own.set_index("account_id")["account"]
        yield (
            "residual",
            words["residual"].format(
                accounts=count_of(odd["account_id"].nunique(), "account"),
                largest=money(abs(worst["residual"]), cycle.currency),
                account=names[worst["account_id"]],
            ),
        )


def _about_losses(of: _Parts, who: str) -> Iterator[tuple[str, str]]:
    """Losses that stand on a contract's end alone, and retention that could not be lower."""
    words = notices()
    if names := list(of.unsaid[who]["account"]):
        said = ", ".join(names[:NAMED])
        if len(names) > NAMED:
            said = words["and_more"].format(named=said, count=len(names) - NAMED)
        yield "counted as lost", words["counted_as_lost"].format(accounts=said)
    why = of.no_loss_can_show
    if why and of.results[who]["owned_opening"].sum() > 0:
        yield "no loss can show", words["no_loss_can_show"].format(share=percent(1), why=why)


def _inherited(taken: pd.DataFrame, own: pd.DataFrame) -> str:
    """How much of the owned opening somebody else had looked after until lately."""
    opening = own["owned_opening"]
    came = opening[own["account_id"].isin(taken["account_id"]) & (opening > 0)]
    if came.empty:
        return notices()["not_inherited"].format(days=INHERITED_DAYS)
    return notices()["inherited"].format(
        share=percent(came.sum() / opening.sum()),
        accounts=count_of(len(came), "account"),
        days=INHERITED_DAYS,
    )
