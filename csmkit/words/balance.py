"""The balance of a period: retention, expansion, practice, and whether churn was contained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from csmkit.compute.readings import no_loss_can_show
from csmkit.cycle import Book, Cycle
from csmkit.memo import per_cycle
from csmkit.text import by_unit, clean, missing
from csmkit.words.facts import Fact, Finder, Person, Row, Tables, accounts_of
from csmkit.words.facts_expansion import expansion
from csmkit.words.facts_retention import RAISED_EARLY_DAYS, saves
from csmkit.words.phrases import all_filled
from csmkit.words.text_files import text_file

_NEVER = pd.Timestamp.min


def balance(cycle: Cycle, *, csm: str = "") -> str:
    """One sentence on retention, expansion and practice, and on whether churn was contained.

    Each part is told in figures, or as what the export cannot tell; none is weighed
    against another.

    Parameters
    ----------
    cycle : Cycle
        A cycle, or the person's book.
    csm : str
        An id, a mail, or a name that one person has; not needed for a book, which has one.

    Returns
    -------
    str
        Figures and counts only: no account or person is named. Blank for whoever is no CSM.

    Raises
    ------
    UsageError
        If there is no such person.

    Examples
    --------
    >>> import csmkit as ck
    >>> ck.balance(ck.sample_team(), csm="kwame.mensah@northwind.example")[:45]
    'The balance: in retention, 3 of 3 renewals ke'
    """
    who = csm or (cycle.person_id if isinstance(cycle, Book) else "")
    rows = balance_rows(cycle)
    mine = rows.loc[rows["person_id"].eq(str(cycle.person(who)["person_id"])), "says"]
    return str(mine.iloc[0]) if len(mine) else ""


@per_cycle
def balance_rows(cycle: Cycle) -> pd.DataFrame:
    """The sentence of each CSM: person_id, says."""
    tables, people = Tables(cycle), cycle.subjects
    csms = people.loc[people["role"].eq("csm"), "person_id"]
    rows = [(who, balance_of(Person(tables, str(who)))) for who in csms]
    return pd.DataFrame(rows, columns=["person_id", "says"], dtype="str")


def all_of(parts: list[str]) -> str:
    """Parts of a sentence with commas, and the last with and."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def balance_of(person: Person) -> str:
    """The sentence of one person."""
    texts = text_file("drafts")["balance"]
    if not person.rows("owned"):
        return str(texts["no_account"])
    makers = {
        "retention": _retention,
        "expansion": _expansion,
        "practice": _practice,
        "churn": _churn,
    }
    order = texts[person.level if person.level in texts else "mid"]
    parts = "; ".join(makers[name](person, texts) for name in order)
    return str(texts["begins"].format(parts=parts))


def _facts(person: Person, find: Finder, scene: str) -> Iterator[Fact]:
    return (fact for fact in find(person) if fact.scene == scene and all_filled(fact))


def _retention(person: Person, texts: Mapping[str, Any]) -> str:
    rows = person.rows("renewals")
    if not rows:
        return str(texts["no_renewals"])
    won = sum(row["outcome"] == "renewed" for row in rows)
    parts = person.share("renewal_rate_arr")
    arr = ""
    if parts is not None and parts[1]:
        kept, due = (person.money(value) for value in parts)
        arr = texts["renewals_arr"].format(kept=kept, arr=due)
    said_of = texts["renewals"].format(won=f"{won:,}", due=f"{len(rows):,}", arr=arr)
    saved = len({fact.account for fact in _facts(person, saves, "save")})
    told = str(said_of + (texts["saves"].format(count=f"{saved:,}") if saved else ""))
    early = _signed_before(person, rows)
    return told + (texts["signed_before"].format(count=f"{early:,}") if early else "")


def _signed_before(person: Person, rows: list[Row]) -> int:
    """How many renewals were signed before the person took the account over."""
    began: dict[Any, Any] = {}
    for spell in person.rows("spells"):
        if spell["before"] and not missing(spell["start"]):
            began[spell["account_id"]] = max(spell["start"], began.get(spell["account_id"], _NEVER))
    return sum(
        row["outcome"] == "renewed"
        and not missing(row["closed"])
        and row["closed"] < began.get(row["account_id"], _NEVER)
        for row in rows
    )


def _expansion(person: Person, texts: Mapping[str, Any]) -> str:
    total = person.value("expansion_arr")
    few = next(_facts(person, expansion, "expansion_few"), None)
    if total != total:
        return str(texts["unknown_growth"])
    if few is None:
        return str(texts["no_growth"])
    slots = few.slots
    return str(texts["grown"].format(amount=slots["total"], accounts=slots["accounts"]))


def _practice(person: Person, texts: Mapping[str, Any]) -> str:
    parts = []
    qbrs, planned = (person.share(name) for name in ("qbr_coverage", "proactive_share"))
    if qbrs is not None and qbrs[1]:
        parts.append(texts["qbrs"].format(done=f"{qbrs[0]:,.0f}", of=f"{qbrs[1]:,.0f}"))
    if planned is not None and planned[1]:
        parts.append(
            texts["planned"].format(planned=f"{planned[0]:,.0f}", known=f"{planned[1]:,.0f}")
        )
    return str(texts["practice"].format(parts=all_of(parts)) if parts else texts["no_practice"])


def _churn(person: Person, texts: Mapping[str, Any]) -> str:
    every = person.rows("losses")
    lost = [row for row in every if row["kind"] != "contraction"]
    opening = person.share("nrr")
    if opening is None or (not lost and no_loss_can_show(person.cycle)):
        return str(texts["unknown_churn"])
    if not lost:
        return _cut(person, every, texts) if every else str(texts["contained"])
    amount = sum(abs(float(row["amount"])) for row in lost)
    churned = person.value("churned_arr")
    share = ""
    if churned == amount and opening[1]:
        share = texts["lost_share"].format(share=by_unit(amount / opening[1], "share"))
    names = {clean(row["account"]) for row in lost}
    told = texts["lost"].format(
        amount=person.money(amount), accounts=accounts_of(len(names)), share=share
    )
    told += _within_reach(person, lost, texts)
    if person.cycle.missing("renewals.risk_raised") == "":
        early = sum(
            not missing(row["risk_raised"])
            and (row["date"] - row["risk_raised"]).days >= RAISED_EARLY_DAYS
            for row in lost
        )
        key = "raised" if early else "raised_none"
        told += texts[key].format(early=f"{early:,}", count=f"{len(lost):,}")
    return str(told)


def _cut(person: Person, rows: list[Row], texts: Mapping[str, Any]) -> str:
    amount = person.money(sum(abs(float(row["amount"])) for row in rows))
    accounts = accounts_of(len({clean(row["account"]) for row in rows}))
    return str(texts["cut_only"].format(amount=amount, accounts=accounts))


def _within_reach(person: Person, lost: list[Row], texts: Mapping[str, Any]) -> str:
    """How much of a loss the record calls controllable, and how much not."""
    sums = dict.fromkeys(("ours", "theirs", "unsaid"), 0.0)
    for row in lost:
        known = row["controllable"]
        key = "unsaid" if missing(known) else "ours" if known else "theirs"
        sums[key] += abs(float(row["amount"]))
    there = [key for key, amount in sums.items() if amount]
    if there in (["unsaid"], []):
        return ""
    if len(there) == 1:
        return str(texts[f"all_{there[0]}"])
    parts = [texts[f"lost_{key}"].format(amount=person.money(sums[key])) for key in there]
    return str(texts["lost_of_it"].format(parts=all_of(parts)))
