"""Before the review: the accounts and moments that defined the period, as each side has them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from csmkit.compute.part import part_of
from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.matrix.cited import evidence_cited
from csmkit.matrix.matrix import Matrix
from csmkit.terms import together
from csmkit.text import clean, day, missing, money
from csmkit.words.accounts_near import SURE, Near, accounts_near
from csmkit.words.amounts import day_in
from csmkit.words.facts import Person, Tables, listed
from csmkit.words.inventory import inventory_lines
from csmkit.words.inventory_line import Line
from csmkit.words.inventory_short import with_day
from csmkit.words.text_files import text_file
from csmkit.words.unnamed import Unnamed

COLUMNS = ("account_id", "account", "own", "manager", "known", "apart", "remark")
SIDES = {"own": "self", "manager": "manager"}
"""The two lists, and the phase of the scores that stand for one that is not given."""
LIST, CITED, NOTHING = "list", "cited", "nothing"
MOST_LINES, LONGEST = 100, 2_000
"""Lines of one list, and characters of one line."""
_WHOSE = {"own": "the CSM", "manager": "the manager"}
_SAME_DAYS = 31
_BULLET = re.compile(r"^\s*(?:[-*•–—+]|\d{1,3}[.)])\s+")
_BETWEEN = " · "


@dataclass(slots=True)
class _Said:
    """What one side says in one line, or of one item it cites."""

    text: str
    accounts: tuple[str, ...] = ()
    on: pd.Timestamp | None = None
    remark: str = ""


@dataclass(slots=True)
class _Row:
    """An account, or a moment that is about none, with what each side says of it."""

    account_id: str
    said: dict[str, list[_Said]] = field(default_factory=lambda: {side: [] for side in SIDES})

    def words(self, side: str) -> str:
        return _BETWEEN.join(dict.fromkeys(one.text for one in self.said[side]))


def defining_moments(
    cycle: Cycle, *, csm: str, own: str = "", manager: str = "", matrix: Matrix | None = None
) -> pd.DataFrame:
    """The accounts and moments that each side says defined the period, and where they part.

    Parameters
    ----------
    cycle : Cycle
        The team, or the person's book, with what a store holds laid over it.
    csm : str
        An id, a mail, or a name that one person has.
    own, manager : str
        The CSM's list and the manager's, one moment a line; bullets, numbers and lines that begin
        with ``#`` are markup. For a list that is not given stands what its side cites in its scores
        (phases self and manager): items of evidence dated in the period, none that is private.
    matrix : Matrix, optional
        What it is scored by, else `csmkit.matrix_of` the cycle.

    Returns
    -------
    DataFrame
        account_id and account (blank: a moment that is about no account of the book), own and
        manager (what each side says of it; blank if it does not), known (what the tables and the
        evidence have on the account), apart (whether it is on one list only; missing where a side
        has no list, for then nobody can tell), remark (what is not sure). What is on one list only
        comes first. A line that names several accounts is a row of each; accounts of somebody else
        are not named. ``attrs["own_from"]`` and ``attrs["manager_from"]`` say where each list comes
        from: ``list``, ``cited`` or ``nothing``.

    Raises
    ------
    UsageError
        If there is no such person, a list has no moment, or is too long to be one.

    Examples
    --------
    >>> import csmkit as ck
    >>> found = defining_moments(
    ...     ck.sample_team(),
    ...     csm="kwame.mensah@northwind.example",
    ...     own="- Pilgrim Coffee stayed, with fewer seats",
    ...     manager="Orebro Tools grew at its renewal",
    ... )
    >>> found[["account", "apart"]].to_numpy().tolist()
    [['Pilgrim Coffee', True], ['Örebro Tools', True]]
    """
    who = str(cycle.person(csm)["person_id"])
    unnamed = Unnamed(cycle, who)
    lists: dict[str, list[_Said]] = {}
    origin: dict[str, str] = {}
    for side, text in (("own", own), ("manager", manager)):
        lines = list(_lines(text, side))
        if text.strip() and not lines:
            raise UsageError(
                f"The list of {_WHOSE[side]} has no moment in it.",
                "Write one moment a line; lines that begin with # are headings.",
            )
        told = [_read(line, cycle, unnamed) for line in lines]
        origin[side] = LIST
        if not lines:
            told = list(_cited(cycle, matrix, SIDES[side], unnamed))
            origin[side] = CITED if told else NOTHING
        lists[side] = told
    both = NOTHING not in origin.values()
    known = _known(part_of(cycle, who), unnamed)
    found = [_told(row, unnamed, known, both) for row in _rows(lists)]
    found.sort(key=lambda row: row["apart"] is False)
    frame = pd.DataFrame(found, columns=list(COLUMNS))
    texts = {name: "str" for name in COLUMNS if name != "apart"}
    frame = frame.astype({**texts, "apart": "boolean"})
    frame.attrs.update({f"{side}_from": origin[side] for side in SIDES})
    return frame


def shown_text(text: Any, unnamed: Unnamed) -> str:
    """A text as the person's page may show it; unnamed colleagues in a row are told as several."""
    return together(unnamed.text(text))


def _with_days(lines: list[Line]) -> str:
    """What rows of one account say in the same words, once, with their days."""
    first = lines[0]
    days = [day(line.day) for line in lines if not missing(line.day)]
    if len(lines) == 1 or not days:
        # The item on file, which may tell the day, stands elsewhere.
        return with_day(replace(first, on_file=""))
    return _say("on_days", days=listed(days), says=first.says)


def _say(name: str, **told: str) -> str:
    said: Mapping[str, Any] = text_file("pre_review")["moments"]
    return str(said[name]).format(**told)


def _lines(text: str, side: str) -> Iterator[str]:
    """The moments of a list, one a line."""
    count = 0
    for raw in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = " ".join(clean(_BULLET.sub("", raw)).split())
        if line.startswith("#") or not any(map(str.isalnum, line)):
            continue
        count += 1
        if len(line) > LONGEST or count > MOST_LINES:
            most = f"{MOST_LINES} lines of {LONGEST:,} characters"
            raise UsageError(
                f"The list of {_WHOSE[side]} is longer than a list of moments can be ({most}).",
                "Give the accounts and moments that defined the period, one a line.",
            )
        yield line


def _read(line: str, cycle: Cycle, unnamed: Unnamed) -> _Said:
    """A line with the accounts of the book it names for sure, and what is not sure of it."""
    named = day_in(line, cycle.period.end)
    on = named.day if named and named.sure else None
    sure: list[str] = []
    doubts: list[tuple[Near, bool]] = []
    for near in _near(line, unnamed.own.items()):
        others = _others_named(line, near, cycle, unnamed)
        if any(len(other.words) > len(near.words) for other in others):
            continue
        if near.sure and not others:
            sure.append(near.account_id)
        else:
            doubts.append((near, bool(others)))
    if not doubts:
        return _Said(line, tuple(sure), on)
    names = [clean(near.name) for near, _ in doubts[:3]]
    if any(outside for _, outside in doubts):
        names.append(_say("other"))
    words = doubts[0][0].words
    remark = _say("unsure", words=words, names=" or ".join(names))
    return _Said(line, tuple(sure), on, remark)


def _near(line: str, accounts: Iterable[tuple[str, str]]) -> list[Near]:
    """The accounts a line names; failing that, by the first two words of three or more."""
    book = dict(accounts)
    if found := accounts_near(line, book.items()):
        return found
    words = {one: name.split() for one, name in book.items()}
    starts = [(one, " ".join(of[:2])) for one, of in words.items() if len(of) > 2]
    found = [near for near in accounts_near(line, starts) if near.sure]
    return [Near(n.account_id, book[n.account_id], n.words, n.likeness) for n in found]


def _others_named(line: str, near: Near, cycle: Cycle, unnamed: Unnamed) -> list[Near]:
    """Accounts the person never owned that the same words, or more of them, name as well."""
    accounts = cycle.table("accounts")[["account_id", "name"]].dropna()
    names = accounts["name"].str.casefold()
    alike = pd.Series(False, accounts.index)
    for first in {text.split()[0].casefold() for text in (near.words, near.name)}:
        alike |= names.str.contains(first, regex=False)
    alike &= ~accounts["account_id"].isin(list(unnamed.own))
    rivals = accounts[alike].astype("str")
    found = _near(line, zip(rivals["account_id"], rivals["name"], strict=True))
    # Fewer of the words are as good a name only where the account itself is not sure.
    return [
        one
        for one in found
        if near.words in one.words or (not near.sure and one.words in near.words)
    ]


def _cited(cycle: Cycle, matrix: Matrix | None, phase: str, unnamed: Unnamed) -> Iterator[_Said]:
    """The items a side cites in its scores, each once, with what it is cited for."""
    rows = evidence_cited(part_of(cycle, unnamed.who), matrix, phase=phase)
    rows = rows[rows["person_id"].eq(unnamed.who)]
    keys = ["date", "account_id", "text"]
    for (date, account, text), same in rows.groupby(keys, dropna=False, sort=True):
        told = _say(
            "cited",
            day=day(date),
            text=shown_text(" ".join(clean(text).split()), unnamed),
            competencies=", ".join(dict.fromkeys(same["competency"])),
        )
        accounts = (str(account),) if str(account) in unnamed.own else ()
        yield _Said(told, accounts, pd.Timestamp(str(date)))


def _rows(lists: Mapping[str, list[_Said]]) -> list[_Row]:
    """One row for each account, and for each moment that is about none."""
    from rapidfuzz import fuzz

    accounts: dict[str, _Row] = {}
    others: list[_Row] = []
    for side, told in lists.items():
        for one in told:
            for account in one.accounts:
                accounts.setdefault(account, _Row(account)).said[side].append(one)
            if one.accounts:
                continue
            words = one.text.casefold()
            same = next(
                (
                    row
                    for row in others
                    for said in row.said.values()
                    if said and fuzz.token_sort_ratio(said[0].text.casefold(), words) >= SURE
                ),
                None,
            )
            if same is None:
                same = _Row("")
                others.append(same)
            same.said[side].append(one)
    return [*accounts.values(), *others]


def _told(row: _Row, unnamed: Unnamed, known: Mapping[str, str], both: bool) -> dict[str, Any]:
    own, manager = row.words("own"), row.words("manager")
    name = unnamed.own.get(row.account_id, "")
    remarks = [one.remark for told in row.said.values() for one in told if one.remark]
    if lying := _days_apart(row):
        remarks.append(lying)
    return {
        "account_id": row.account_id,
        "account": name,
        "own": own,
        "manager": manager,
        "known": known.get(name, _say("none_known")) if name else "",
        "apart": (not own or not manager) if both else pd.NA,
        "remark": " ".join(dict.fromkeys(remarks)),
    }


def _days_apart(row: _Row) -> str:
    """Whether both sides name days, and none of one side is near to one of the other."""
    if not row.account_id:
        return ""
    own, manager = (sorted({one.on for one in row.said[side] if one.on}) for side in SIDES)
    apart = [abs((a - b).days) for a in own for b in manager]
    if not apart or min(apart) <= _SAME_DAYS:
        return ""
    return _say("days", own=", ".join(map(day, own)), manager=", ".join(map(day, manager)))


def _known(part: Cycle, unnamed: Unnamed) -> dict[str, str]:
    """What the tables and the evidence have, by the name of the account."""
    person = Person(Tables(part), unnamed.who)
    found: dict[str, dict[str, None]] = {}
    for row in person.rows("losses"):
        amount = money(abs(float(row["amount"])), currency=part.currency)
        loss = _say("loss", kind=str(row["kind"]).capitalize(), amount=amount, day=day(row["date"]))
        if clean(row["reason"]):
            loss = _say("reason", told=loss, reason=shown_text(row["reason"], unnamed))
        found.setdefault(clean(row["account"]), {})[f"{loss}."] = None
    items: dict[str, dict[str, None]] = {}
    events: dict[tuple[str, str], list[Line]] = {}
    for line in inventory_lines(person):
        if not line.account:
            continue
        if not line.is_item:
            events.setdefault((line.account, line.says), []).append(line)
        if line.on_file:
            items.setdefault(line.account, {})[shown_text(line.on_file, unnamed)] = None
    for (name, _), same in events.items():
        found.setdefault(name, {})[f"{_with_days(same)}."] = None
    every = dict.fromkeys([*found, *items])
    return {name: " ".join([*found.get(name, {}), *items.get(name, {})]) for name in every}
