"""A sentence or note, jotted down in seconds, as an item of evidence that somebody confirms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, cast

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.text import clean, day
from csmkit.words.accounts_near import Names, Near
from csmkit.words.amounts import Amount, Day, amounts, day_in, moved
from csmkit.words.capture_doubts import doubts_of, doubts_of_day
from csmkit.words.facts import owned_by
from csmkit.words.language import is_foreign
from csmkit.words.patterns import any_of
from csmkit.words.text_files import text_file

LONGEST = 20_000
"""Characters of one note; a longer one is many moments."""
_MOST_COMPETENCIES = 4
_KEPT = (__name__, "names")
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
    foreign : bool
        Whether it is in another language; its words are kept and not read then.
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
    foreign: bool = False

    @property
    def account(self) -> Near | None:
        """The account, if it is sure; the likeliest of several is not."""
        return self.accounts[0] if self.accounts and self.accounts[0].sure else None

    @property
    def statement(self) -> str:
        """An achievement statement of what is known: what, the outcome, one's own part."""
        if self.foreign:
            return f"{self.text.rstrip('.')} ({day(self.date)})."
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
    text: str,
    *,
    cycle: Cycle | None = None,
    author: str = "",
    today: Any = None,
    account: str | None = None,
    date: Any = None,
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
    account : str, optional
        The id of the account it is about, where its author says so; blank for none.
    date : date, optional
        The day it is about, where its author says so.

    Returns
    -------
    Captured
        To be confirmed by its author; nothing is stored.

    Raises
    ------
    UsageError
        If there is no text, or more than `LONGEST` characters of it, or no such account.
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
    named = day_in(plain, now) if date is None else Day(pd.Timestamp(date).normalize(), "")
    before, after = moved(plain)
    foreign = is_foreign(plain)
    found = Captured(
        plain,
        named.day if named else now,
        named.words if named else "",
        "" if foreign else _kind(plain),
        _accounts(plain, cycle, author) if account is None else _chosen(account, cycle),
        _amount(after, amounts(plain)),
        before,
        after,
        {} if foreign else _competencies(plain),
        foreign=foreign,
    )
    doubts = [
        *doubts_of_day(found.date, named, now),
        *doubts_of(found, cycle, author=author, chosen=account is not None),
    ]
    gaps = _gaps(found, has_day=named is not None, no_account=account == "")
    return replace(found, gaps=gaps, doubts=tuple(doubts))


def _amount(after: str, sums: list[Amount]) -> float | None:
    """The sum a note is about: what it came to, else the first it names."""
    told = amounts(after) or sums
    return told[0].value if told else None


def _chosen(account: str, cycle: Cycle | None) -> tuple[Near, ...]:
    """The account that its author names, which nobody needs to be asked about."""
    if not account or cycle is None:
        return ()
    table = cycle.table("accounts")
    names = table.loc[table["account_id"].eq(account), "name"]
    if names.empty:
        raise UsageError(f"No account has the id {account!r}.", "Give the id of one of the export.")
    return (Near(account, str(names.iloc[0]), "", 100.0),)


def _accounts(text: str, cycle: Cycle | None, author: str) -> tuple[Near, ...]:
    if cycle is None:
        return ()
    mine, rest = _names(cycle, str(cycle.person(author)["person_id"]) if author else "")
    if not author:
        return tuple(rest.near(text))
    own = mine.near(text)
    if own and own[0].sure:
        return tuple(own)
    return (*own, *(near for near in rest.near(text) if near.sure))


def _names(cycle: Cycle, who: str) -> tuple[Names, Names]:
    """The accounts of one's own book, and all others; kept for whoever writes the next note."""
    kept = cycle.memo.get(_KEPT)
    if kept is None or kept[0] != who:
        table = cycle.table("accounts")
        ids, names = table["account_id"].astype("str"), table["name"].astype("str")
        every = list(zip(ids, names, strict=True))
        owned = owned_by(cycle, who) if who else {}
        mine = Names(one for one in every if one[0] in owned)
        kept = who, mine, Names(one for one in every if one[0] not in owned)
        cycle.memo[_KEPT] = kept
    return cast(tuple[Names, Names], kept[1:])


def _kind(text: str) -> str:
    """The kind with the most words in a note; of several the one that is listed first."""
    if _SAID.search(text):
        return "voice"
    for part in ("kinds", "kinds_else"):
        counts = {name: len(pattern.findall(text)) for name, pattern in _patterns(part).items()}
        best = max(counts, key=lambda name: counts[name])
        if counts[best]:
            return best
    return ""


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


def _gaps(found: Captured, *, has_day: bool, no_account: bool) -> tuple[str, ...]:
    """What a stranger would still ask; of another language the words are not read."""
    has = {
        "account": found.account is not None or no_account,
        "before": bool(found.before),
        "after": bool(found.after) or found.amount is not None,
        "action": bool(_action(found.text)),
        "lesson": bool(_LESSON.search(found.text)),
        "adopted": bool(re.search(r"\b(?:use[sd]?|using|both)\b", found.text, re.IGNORECASE)),
        "theme": bool(re.search(r"\b(?:both|and|two|three|same)\b", found.text, re.IGNORECASE)),
    }
    texts, needs = _said()["gaps"], ("account",) if found.foreign else _NEEDS[found.kind]
    asked = [texts[name] for name in needs if not has[name]]
    return tuple(asked if has_day else [*asked, texts["day"]])
