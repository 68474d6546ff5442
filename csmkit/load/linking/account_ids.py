"""What a text in an account column means: an id, another form of one, a name, or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from csmkit.load.linking.account_names import name_key

Form = Literal["", "salesforce", "decimal", "name"]
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SALESFORCE = re.compile(r"[0-9A-Za-z]{15}(?:[A-Z0-5]{3})?")
_DECIMAL = re.compile(r"\d+\.0+")


@dataclass(frozen=True, slots=True)
class Matched:
    """What distinct texts mean, in their order.

    Attributes
    ----------
    places : array of int
        Row positions in the accounts; -1 for none.
    forms : list of Form
        How each was matched; empty for the id itself, and where nothing was.
    near : callable
        For a text that matched nothing, the id or name it is likely meant to be, and why; else
        nothing. A million texts may have matched nothing, so it answers when asked.
    """

    places: np.ndarray
    forms: list[Form]
    near: Callable[[str], str]


def long_id(short: str) -> str:
    """The 18-character form of a 15-character Salesforce id: three characters tell its case.

    Examples
    --------
    >>> long_id("001d000000XyZab")
    '001d000000XyZabAAF'
    """
    check = ""
    for part in (short[:5], short[5:10], short[10:15]):
        bits = sum(1 << i for i, letter in enumerate(part) if "A" <= letter <= "Z")
        check += _CHECK[bits]
    return short + check


def salesforce_key(text: str) -> str:
    """The first 15 characters of a Salesforce id in either form; empty if it is none.

    An id of 18 characters whose last three do not fit, as when its case was lost, is none.
    """
    if not _SALESFORCE.fullmatch(text) or text.isdigit() or not text[0].isdigit():
        return ""
    return text[:15] if len(text) == 15 or long_id(text[:15]) == text else ""


def match_accounts(texts: Iterable[str], accounts: pd.DataFrame) -> Matched:
    """What texts mean among accounts (``account_id``, and ``name`` where there is one).

    An id as it is comes first; then the other form of a Salesforce id, a number written ``10.0``,
    and a name that one account alone has. Zeros in front and case are never changed: such texts
    match nothing, and ``near`` tells which account they look like.
    """
    wanted = pd.Index(list(texts), dtype="str")
    ids = pd.Index(accounts["account_id"].astype("str"))
    places = np.asarray(ids.get_indexer(wanted), dtype="int64")
    forms: list[Form] = [""] * len(wanted)
    left = np.flatnonzero(places < 0)
    known = [str(i) for i in ids] if len(left) else []
    names = [str(n) for n in accounts["name"]] if len(left) and "name" in accounts else []
    if len(left):
        levels: tuple[tuple[Form, dict[str, int], Callable[[str], str]], ...] = (
            ("salesforce", _unique(map(salesforce_key, known)), salesforce_key),
            ("decimal", _unique(map(_number, known)), _number),
            ("name", _unique(map(_spaced, names)), _spaced),
        )
        for i in left:
            text = str(wanted[int(i)])
            for form, index, key in levels:
                if (said := key(text)) and index.get(said, -1) >= 0:
                    places[i], forms[i] = index[said], form
                    break
    return Matched(places, forms, _Likely(known, names).like)


def _number(text: str) -> str:
    """A whole number without the ``.0`` that a spreadsheet puts behind it; else nothing."""
    if _DECIMAL.fullmatch(text):
        return text.partition(".")[0]
    return text if text.isdigit() else ""


def _spaced(name: str) -> str:
    return " ".join(name.casefold().split())


def _unique(keys: Iterable[str]) -> dict[str, int]:
    """The place of each key; -1 for one that is there twice."""
    index: dict[str, int] = {}
    for place, key in enumerate(keys):
        if key:
            index[key] = -1 if key in index else place
    return index


class _Likely:
    """Looks for the account that a text which matches nothing is likely meant to be."""

    def __init__(self, ids: list[str], names: list[str]) -> None:
        self._ids, self._names = ids, names
        self._ways: list[tuple[Callable[[str], str], dict[str, int], list[str], str]] | None = None

    def like(self, text: str) -> str:
        """The likely id or name and what differs, as the end of a sentence; else nothing."""
        if self._ways is None:
            self._ways = list(self._built())
        for key, index, shown, why in self._ways:
            if (said := key(text)) and (place := index.get(said, -1)) >= 0:
                return f"{shown[place]!r}, which {why}"
        return ""

    def _built(
        self,
    ) -> Iterator[tuple[Callable[[str], str], dict[str, int], list[str], str]]:
        for key, shown, why in (
            (str.casefold, self._ids, "differs in upper and lower case"),
            (_without_zeros, self._ids, "has zeros in front"),
            (_joined, self._ids, "differs in spaces and signs"),
            (name_key, self._names, "is nearly the same name"),
        ):
            yield key, _unique(map(key, shown)), shown, why


def _without_zeros(text: str) -> str:
    return (_number(text) or text).lstrip("0").casefold()


def _joined(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
