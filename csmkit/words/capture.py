"""A sentence or note, jotted down in seconds, as an item of evidence that somebody confirms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.text import clean, day
from csmkit.words.accounts_near import Near, accounts_near
from csmkit.words.amounts import Amount, amounts, day_in, moved
from csmkit.words.facts import owned_by
from csmkit.words.patterns import any_of
from csmkit.words.text_files import text_file

LONGEST = 20_000
"""Characters of one note; a longer one is many moments."""
_MOST_COMPETENCIES = 4
_OWN = re.compile(
    r"\b(?:i|we)(?:'ve| have)? (?P<did>[^.;!?\n]{4,160})"
    r"|^(?P<bare>[a-z]+(?:ed|t)\b[^.;!?\n]{4,160})",
    re.IGNORECASE,
)
_SAID = re.compile(r"[\"“”][^\"“”]{12,}[\"“”]\s*(?:[-–—,]|said|wrote|says)", re.IGNORECASE)
"""Somebody is quoted, and by whom comes after."""
_LESSON = re.compile(
    r"\b(?:since|from now on|now i|next time|learned|so now|will)\b", re.IGNORECASE
)


def _said() -> Mapping[str, Any]:
    return text_file("capture")


@cache
def _patterns(part: str) -> Mapping[str, re.Pattern[str]]:
    return {name: any_of(words) for name, words in _said()[part].items()}


@dataclass(frozen=True)
class Captured:
    """What a note says, as far as its words say it; nothing is made up.

    Attributes
    ----------
    text : str
        The note, clean.
    date : Timestamp
        Its day; today where it names none.
    date_words : str
        What in the note says so; blank for today.
    kind : str
        What sort of moment; blank if its words do not say.
    accounts : tuple of Near
        The accounts it may be about, the likeliest first.
    amount : float or None
        The sum of money it is about: the one after, where there are two.
    before, after : str
        State or figure before and after.
    competencies : dict of str to str
        What it may show, each with the words that led to it.
    gaps : tuple of str
        What a stranger would still ask.
    doubts : tuple of str
        What does not fit the tables, or is not sure.
    """

    text: str
    date: pd.Timestamp
    date_words: str = ""
    kind: str = ""
    accounts: tuple[Near, ...] = ()
    amount: float | None = None
    before: str = ""
    after: str = ""
    competencies: Mapping[str, str] = field(default_factory=dict)
    gaps: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def account(self) -> Near | None:
        """The account, if it is sure; the likeliest of several is not."""
        return self.accounts[0] if self.accounts and self.accounts[0].sure else None

    @property
    def statement(self) -> str:
        """An achievement statement of what is known: what, the outcome, one's own part."""
        said = _said()["statement"]
        with_account, without = _said()["verbs"][self.kind]
        parts = [with_account.format(account=clean(self.account.name)) if self.account else without]
        outcome = ""
        if self.before and self.after:
            outcome = said["moved"].format(before=self.before, after=self.after)
        elif self.amount is not None:
            outcome = said["amount"].format(amount=f"{self.amount:,.0f}")
        if outcome:
            parts.append(said["outcome"].format(outcome=outcome))
        if action := _action(self.text):
            parts.append(said["contribution"].format(action=action))
        return f"{'; '.join(parts)} ({day(self.date)})."


def capture(
    text: str, *, cycle: Cycle | None = None, author: str = "", today: Any = None
) -> Captured:
    """What a note says: its day, account, amounts, what moved, its kind, what it may show.

    Parameters
    ----------
    text : str
        A sentence, or a pasted note or mail.
    cycle : Cycle, optional
        The data: accounts are known by name then, and amounts and days are held against it.
    author : str
        Whose note it is, by id, mail or name: accounts of the own book come first.
    today : date, optional
        The day it is written.

    Returns
    -------
    Captured
        To be confirmed by its author; nothing is stored.

    Raises
    ------
    UsageError
        If there is no text, or more than `LONGEST` characters of it.
    """
    plain = clean(text).strip()
    if not plain:
        raise UsageError("There is nothing to capture.", "Type a sentence, or paste a note.")
    if len(plain) > LONGEST:
        raise UsageError(
            f"The note has {len(plain):,} characters; one moment has {LONGEST:,} at most.",
            "Capture its moments one by one.",
        )
    now = pd.Timestamp.now().normalize() if today is None else pd.Timestamp(today).normalize()
    named = day_in(plain, now)
    before, after = moved(plain)
    sums = amounts(plain)
    kind = _kind(plain)
    found = Captured(
        plain,
        named.day if named else now,
        named.words if named else "",
        kind,
        _accounts(plain, cycle, author),
        _amount(after, sums),
        before,
        after,
        _competencies(plain),
    )
    doubts = [] if named is None or named.sure else [f"“{named.words}” is no single day."]
    doubts += _doubts(found, cycle, author)
    return replace(found, gaps=_gaps(found, named is not None), doubts=tuple(doubts))


def _amount(after: str, sums: list[Amount]) -> float | None:
    """The sum a note is about: what it came to, else the first it names."""
    told = amounts(after) or sums
    return told[0].value if told else None


def _accounts(text: str, cycle: Cycle | None, author: str) -> tuple[Near, ...]:
    if cycle is None:
        return ()
    table = cycle.table("accounts")
    every = list(zip(table["account_id"].astype("str"), table["name"].astype("str"), strict=True))
    if not author:
        return tuple(accounts_near(text, every))
    mine = owned_by(cycle, str(cycle.person(author)["person_id"]))
    own = accounts_near(text, [one for one in every if one[0] in mine])
    if own and own[0].sure:
        return tuple(own)
    others = accounts_near(text, [one for one in every if one[0] not in mine])
    return (*own, *(near for near in others if near.sure))


def _kind(text: str) -> str:
    """The kind with the most words in a note; of several the one that is listed first."""
    if _SAID.search(text):
        return "voice"
    counts = {name: len(pattern.findall(text)) for name, pattern in _patterns("kinds").items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else ""


def _competencies(text: str) -> dict[str, str]:
    found = {
        name: [hit[0] for hit in pattern.finditer(text)]
        for name, pattern in _patterns("competencies").items()
    }
    most = sorted((n for n in found if found[n]), key=lambda n: -len(found[n]))
    return {
        name: ", ".join(dict.fromkeys(word.lower() for word in found[name]))
        for name in most[:_MOST_COMPETENCIES]
    }


def _action(text: str) -> str:
    """What the author says they did, in their own words; blank if they do not."""
    found = _OWN.search(text)
    return " ".join((found["did"] or found["bare"]).split()) if found else ""


_NEEDS = {
    "win": ("account", "after", "action"),
    "save": ("account", "before", "after", "action"),
    "miss": ("account", "lesson"),
    "churn": ("account", "after", "lesson"),
    "voice": ("account", "theme"),
    "playbook": ("adopted",),
    "mentoring": ("after",),
    "advocacy": ("account", "after"),
    "sponsor": ("account", "after"),
    "push_back": ("account", "after"),
    "qbr": ("account", "after"),
    "": ("account", "after", "action"),
}


def _gaps(found: Captured, has_day: bool) -> tuple[str, ...]:
    has = {
        "account": found.account is not None,
        "before": bool(found.before),
        "after": bool(found.after) or found.amount is not None,
        "action": bool(_action(found.text)),
        "lesson": bool(_LESSON.search(found.text)),
        "adopted": bool(re.search(r"\b(?:use[sd]?|using|both)\b", found.text, re.IGNORECASE)),
        "theme": bool(re.search(r"\b(?:both|and|two|three|same)\b", found.text, re.IGNORECASE)),
    }
    texts = _said()["gaps"]
    asked = [texts[name] for name in _NEEDS[found.kind] if not has[name]]
    return tuple(asked if has_day else [*asked, texts["day"]])


def _doubts(found: Captured, cycle: Cycle | None, author: str) -> list[str]:
    """What the tables say otherwise: the account's owner, the day, the amount."""
    doubts: list[str] = []
    if found.accounts and not found.accounts[0].sure:
        names = " or ".join(clean(near.name) for near in found.accounts[:3])
        doubts.append(f"“{found.accounts[0].words}” may be {names}: which?")
    if len(found.accounts) > 1 and found.accounts[0].sure:
        rest = ", ".join(clean(near.name) for near in found.accounts[1:4])
        doubts.append(f"It names {rest} too: the item is kept with the first.")
    near = found.account
    if cycle is None:
        return doubts
    period = cycle.period
    if not period.start <= found.date <= period.end:
        doubts.append(f"{day(found.date)} is outside the period ({period}).")
    if near is None:
        return doubts
    name = clean(near.name)
    if author:
        who = str(cycle.person(author)["person_id"])
        mine = owned_by(cycle, who).get(near.account_id)
        if mine is None:
            doubts.append(f"{name} is not in this book in the period.")
        elif not mine[0] <= found.date <= mine[1] and period.start <= found.date <= period.end:
            doubts.append(f"{name} was not owned on {day(found.date)}.")
    known = _known_amounts(cycle, near.account_id)
    for one in amounts(found.text):
        closest = min(known, key=lambda value: abs(value - one.value), default=None)
        off = closest is not None and abs(closest - one.value) > _TOLERANCE * max(
            closest, one.value
        )
        if off:
            doubts.append(
                f"{found.text[one.start : one.end]} is not in the tables of {name}; the nearest is"
                f" {closest:,.0f}."
            )
    return doubts


_TOLERANCE = 0.03
"""Amounts are jotted down rounded: so far from the table's is still the same."""


def _known_amounts(cycle: Cycle, account: str) -> list[float]:
    """Every amount the tables have of an account: ARR, renewals, opportunities, what changed."""
    values: list[float] = []
    for table, columns in {
        "contracts": ("arr",),
        "arr_snapshots": ("arr",),
        "renewals": ("arr_due", "arr_renewed"),
        "opportunities": ("amount",),
        "movements": ("amount",),
    }.items():
        rows = cycle.table(table)
        rows = rows[rows["account_id"].eq(account)]
        for column in columns:
            values += [abs(float(value)) for value in rows[column].dropna()]
    ladder = sorted(set(values))
    return [*ladder, *(abs(a - b) for a in ladder for b in ladder if a > b)]
