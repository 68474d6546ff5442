"""Names made into ids and file names that are safe on every system."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from difflib import get_close_matches

import pandas as pd
from anyascii import anyascii

_LONGEST = 60
ROW_ID = "row-"
"""How the id of an item begins that is a row of the export."""
HANDED_IN = "-handed-in"
"""How the id of the copy ends that a person hands in of a private item."""

_LETTERS = "23456789bcdfghjkmnpqrstvwxyz"
"""Without vowels, so that no word comes of them, and without what looks like something else."""
_ID_LETTERS = 6


def short_id(*told: str) -> str:
    """Six letters and digits that stand for some texts, the same in every run; easy to type.

    Examples
    --------
    >>> short_id("ana@example.com", "2026-01-16", "One talk about growth.")
    '28gtgk'
    """
    number = int.from_bytes(hashlib.sha256("\x1f".join(told).encode("utf-8", "replace")).digest())
    letters = []
    for _ in range(_ID_LETTERS):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "".join(letters)


def with_action_ids(actions: pd.DataFrame) -> pd.DataFrame:
    """Agreed actions in which each has an id: its own, else one of person, day and text.

    Parameters
    ----------
    actions : DataFrame
        The canonical table.
    """
    made = [
        short_id(str(who), f"{at:%Y-%m-%d}", str(text))
        for who, at, text in zip(actions["person_id"], actions["at"], actions["text"], strict=True)
    ]
    own = actions["action_id"]
    return actions.assign(action_id=own.where(own.notna(), pd.Series(made, own.index, dtype="str")))


def one_id_a_row(rows: pd.DataFrame, column: str, *, name: str) -> pd.DataFrame:
    """A frame with one row for each id of a column of several, joined by ``;``.

    Parameters
    ----------
    rows : DataFrame
        Any frame.
    column : str
        A column of ids, for example the attendees of touchpoints.
    name : str
        What the column of single ids is called.

    Returns
    -------
    DataFrame
        Rows keep their index, so that the ids of a row share it. An id that stands twice in a row
        is there once; blank ones are left out, and with them rows without any.

    Examples
    --------
    >>> calls = pd.DataFrame({"attendees": ["ana; max", None]})
    >>> one_id_a_row(calls, "attendees", name="person_id")["person_id"].tolist()
    ['ana', 'max']
    """
    known = rows[rows[column].notna()]
    ids = [
        list(dict.fromkeys(part.strip() for part in str(text).split(";") if part.strip()))
        for text in known[column]
    ]
    each = known.assign(**{name: pd.Series(ids, index=known.index, dtype="object")}).explode(name)
    return each[each[name].notna()].astype({name: "str"})


def nearest(wanted: str, known: Iterable[str]) -> list[str]:
    """Of ids, mails and names those that are spelt nearly alike, at most three.

    Examples
    --------
    >>> nearest("kwame.mensa@northwind.example", ["kwame.mensah@n.example", "li.wei@n.example"])
    ['kwame.mensah@n.example']
    >>> nearest("nobody@northwind.example", ["kwame.mensah@northwind.example"])
    []
    >>> nearest("kwame@northwind.example", ["kwame.mensah@northwind.example"])
    ['kwame.mensah@northwind.example']
    """
    # What follows the @ is the same for all of a company, and makes any two mails look alike.
    by_start: dict[str, str] = {}
    for text in known:
        by_start.setdefault(text.lower().partition("@")[0], text)
    said = wanted.strip().lower().partition("@")[0]
    part = [start for start in by_start if said in re.split(r"[\W_]+", start)]
    near = [*part, *get_close_matches(said, by_start, n=3, cutoff=0.6)]
    return [by_start[start] for start in dict.fromkeys(near)][:3]


def slug_name(name: str) -> str:
    """A name in ASCII, lower case, its words joined by hyphens.

    Parameters
    ----------
    name : str
        A name in any script.

    Returns
    -------
    str
        At most 60 characters; empty if nothing of the name can be written in ASCII.

    Examples
    --------
    >>> slug_name("Liam O'Brien")
    'liam-obrien'
    >>> slug_name("Rosa Álvarez")
    'rosa-alvarez'
    """
    plain = re.sub(r"['’`]", "", anyascii(name)).lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].rstrip("-")


def packet_slug(name: str, person_id: str) -> str:
    """The name of a person's packet: unique by person, the same in every run.

    Parameters
    ----------
    name : str
        The person's name.
    person_id : str
        The person's id; six hex digits of its SHA-256 tell namesakes apart.

    Examples
    --------
    >>> packet_slug("Ana Lee", "ana@example.com")
    'ana-lee-8e43ca'
    """
    digest = hashlib.sha256(person_id.encode()).hexdigest()[:6]
    return f"{slug_name(name) or 'person'}-{digest}"
