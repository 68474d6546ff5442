"""Names for ids, or numbers in their place when a screen is shared."""

from __future__ import annotations

from hashlib import sha256
from itertools import takewhile

import pandas as pd

from csmkit.cycle import Cycle

ELSE = "Somebody else"
# Who was away, and when somebody began, is known to all: a mask that shows it hides nobody.
_TELLING = dict.fromkeys(("away", "not owned", "no evidence"), "no item")
_SHORT = 12
_PEOPLE = {
    "person_id": "name",
    "rater_id": "rater",
    "second_rater_id": "second_rater",
    "manager_id": "manager_name",
    "rater_a": "rater_a",
    "rater_b": "rater_b",
}
# Words that are the kit's own or stand for a figure; any other text may hold a name.
_KIT_WORDS = frozenset(
    {
        *("attribution", "between", "check", "competency", "family", "item", "kind", "label"),
        *("measure", "metric", "pillar", "sentence", "status", "unit", "value_a", "value_b"),
        *("verdict", "what", "why", "needs", "movement", "start_status", "end_status"),
        *("competencies", "place"),
    }
)


def with_names(cycle: Cycle, frame: pd.DataFrame, *, mask: bool = False) -> pd.DataFrame:
    """A frame with people's names beside their ids, or with numbers in place of them.

    Parameters
    ----------
    cycle : Cycle
        The team the frame is of.
    frame : DataFrame
        A frame with person_id; rater_id, second_rater_id, manager_id, rater_a and rater_b are
        named too.
    mask : bool
        For a shared screen: people become "Person 7" and accounts "Account 12", the same in every
        frame of the cycle. Numbers and rows stand in no order that says who somebody is, so cut
        a frame before it is masked, not after; ids, absences and all text but the kit's own go.
        It is no anonymity: whoever knows the team knows a book by its size.

    Returns
    -------
    DataFrame
        The frame with the columns name, rater, second_rater, manager_name for the ids it has.
    """
    people = _told_apart(cycle)
    known = _numbered(cycle, people.index, "Person") if mask else people
    named = frame.copy()
    named.attrs = dict(frame.attrs)
    for column, name in _PEOPLE.items():
        if column in frame:
            told = frame[column].map(known)
            named[name] = told.fillna(ELSE) if mask else told.fillna(frame[column])
    if not mask:
        return named
    if "account_id" in frame:
        accounts = pd.Index(cycle.table("accounts")["account_id"].unique())
        named["account"] = frame["account_id"].map(_numbered(cycle, accounts, "Account"))
    shown = {*_PEOPLE.values(), "account"} if "account_id" in frame else {*_PEOPLE.values()}
    texts = named.select_dtypes(include=["str", "object"]).columns
    named = named.drop(columns=[c for c in texts if c not in shown | _KIT_WORDS])
    if {"month", "status"} <= set(named):
        named["status"] = named["status"].replace(_TELLING)
    return named.sort_values("name", key=_number, kind="stable") if "name" in named else named


def _number(labels: pd.Series) -> pd.Series:
    """The number in a label such as "Person 7"; what has none goes last."""
    return labels.str.extract(r"(\d+)$", expand=False).astype("float64")


def _told_apart(cycle: Cycle) -> pd.Series:
    """Names by person_id; people of one name have what their ids differ by with it."""
    people = cycle.table("people").drop_duplicates("person_id").set_index("person_id")["name"]
    shared = people[people.duplicated(keep=False)]
    for name, alike in shared.groupby(shared):
        for who, told in _differing([str(one) for one in alike.index]).items():
            people[who] = f"{name} ({told})"
    return people


def _differing(ids: list[str]) -> dict[str, str]:
    """Each id as short as it can be told from the others: a mail without its domain, say.

    Examples
    --------
    >>> _differing(["wei.chen@northwind.example", "wei.chen2@northwind.example"])
    {'wei.chen@northwind.example': 'wei.chen', 'wei.chen2@northwind.example': 'wei.chen2'}
    >>> _differing(["0051t000003ABCDEFGH", "0051t000003ABCDEFXY"])
    {'0051t000003ABCDEFGH': '…DEFGH', '0051t000003ABCDEFXY': '…DEFXY'}
    """
    short = [one.split("@")[0] for one in ids]
    short = short if len(set(short)) == len(ids) else ids
    letters = zip(*short, strict=False)
    alike = len(list(takewhile(lambda each: len(set(each)) == 1, letters)))
    if alike > _SHORT // 2 and max(map(len, short)) > _SHORT:
        short = [f"…{one[max(alike - 3, 0) :]}" for one in short]
    return dict(zip(ids, short, strict=True))


def _numbered(cycle: Cycle, ids: pd.Index, word: str) -> pd.Series:
    """A number for each id, the same for the whole cycle, in an order made of digests."""
    salt = str(cycle.period)
    order = sorted(ids, key=lambda one: sha256(f"{salt} {one}".encode()).hexdigest())
    return pd.Series([f"{word} {i + 1}" for i in range(len(order))], index=order, dtype="str")
