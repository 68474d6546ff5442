"""What a sheet and its headers probably mean: from names, and from the values they stand over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

import pandas as pd

from csmkit.load.assistant.guess_money import currency_header, speaks_of_money
from csmkit.load.assistant.synonyms import Likeness, is_spelled, likeness, named_tables, table_doubt
from csmkit.load.maps.fit import canonical_table
from csmkit.load.values.parse import parse_column
from csmkit.load.values.rules import NO_RULES
from csmkit.schema import TABLES, Column

SURE = 0.9
ASKED = "?"
"""What stands in a map where a person has to write the answer."""
_MOST = 0.9
"""The share of filled cells that must fit a kind for values to speak for a column."""
_ENOUGH = 0.5
"""The share of a table's required columns that speaks for it, beside the file's name."""
_CONTESTED = 0.7
_HIDDEN = 0.5
_LIKELY = 0.7
_LOOKED_AT = 1000
_SEVERAL = 2
_WORDS = 8
OF_A_DAY = frozenset({"arr_snapshots", "health"})
"""Tables whose rows are of a day: a list without one is of the day it was made."""
_OWN = "file and header have canonical names"
_ORDERS = {None: "dates, year first", "dmy": "dates, day first", "mdy": "dates, month first"}
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Guess:
    """The canonical column a header probably fills.

    Attributes
    ----------
    column, reason : str
        The canonical column, and why.
    confidence : float
        0 to 1; from `SURE` on it may be used without asking.
    trap : bool
        Whether the header looks right and often is not; never used without asking.
    asks : bool
        Whether the header is sure and only its values need an answer.
    rules : mapping
        What the map says beside the column; ``"?"`` stands where an answer is needed.
    """

    column: str
    confidence: float
    reason: str
    trap: bool = False
    asks: bool = False
    rules: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class TableGuess:
    """The canonical table a sheet probably fills, how sure that is, and why."""

    table: str
    confidence: float
    reason: str


def guess_table(sheet: str, headers: list[str], *, hidden: bool = False) -> TableGuess:
    """The table that a sheet fills; an empty name if nothing speaks for one.

    The sheet's name speaks for tables, and so do the required columns that the headers fill. A
    hidden sheet is never sure: somebody had a reason to put it away.
    """
    guess = _table_of(sheet, headers)
    if hidden and guess.table:
        most = min(guess.confidence, _HIDDEN)
        return TableGuess(guess.table, most, f"{guess.reason}; the sheet is hidden")
    return guess


def guess_columns(
    sheet: str, headers: Sequence[str], texts: Callable[[str], pd.Series], table: str
) -> Mapping[str, Guess]:
    """For each header that fits a column of the table, the one it fits best.

    Parameters
    ----------
    sheet : str
        The sheet's name.
    headers : sequence of str
        Its headers.
    texts : callable
        The different texts under a header.
    table : str
        A canonical table.
    """
    own = canonical_table(sheet) == table
    found: dict[str, Guess] = {}
    for header in headers:
        if own and header.lower() in TABLES[table]:
            found[header] = Guess(header.lower(), 1.0, _OWN)
            continue
        best = _best(header, texts, table)
        if best is not None and best.confidence > 0:
            found[header] = best
    found = _with_currency(found, headers, texts, table)
    if table == "health":
        found = _with_colours(found, headers, texts)
    if table in OF_A_DAY:
        found = _with_day(found, headers, texts, table)
    contested = dict(found)
    for header, guess in found.items():
        rivals = [
            h
            for h, other in found.items()
            if other.column == guess.column
            and h != header
            and (other.confidence >= SURE or (guess.asks and other.asks))
        ]
        if rivals and not guess.trap and _only_same(header, rivals, texts):
            contested[header] = _less(
                guess, 0.5, f"it is the same in every row; {rivals[0]!r} is not"
            )
        elif rivals and (guess.confidence >= SURE or guess.asks):
            contested[header] = replace(
                guess,
                confidence=min(_CONTESTED, guess.confidence),
                reason=f"{guess.reason}; but {rivals[0]!r} fits as well",
                asks=False,
            )
    return contested


def _with_colours(
    found: Mapping[str, Guess], headers: Sequence[str], texts: Callable[[str], pd.Series]
) -> dict[str, Guess]:
    """Guesses in which a column of nothing but colours is the health's, whatever it is called."""
    if any(guess.column == "status" and guess.confidence >= SURE for guess in found.values()):
        return dict(found)
    new = {
        header: Guess("status", _LIKELY, "its values are colours of health")
        for header in headers
        if (header not in found or found[header].confidence < _LIKELY)
        and _are_colours(texts(header))
    }
    return {**found, **new}


def _with_day(
    found: Mapping[str, Guess],
    headers: Sequence[str],
    texts: Callable[[str], pd.Series],
    table: str,
) -> dict[str, Guess]:
    """Guesses in which the only column of dates that is nothing else is the day of each row."""
    if any(guess.column == "date" for guess in found.values()):
        return dict(found)
    column = TABLES[table]["date"]
    dates = [
        header
        for header in headers
        if header not in found and not is_spelled(header) and _are_dates(texts(header), column)
    ]
    if len(dates) != 1:
        return dict(found)
    parsed = parse_column(texts(dates[0]), column, NO_RULES)
    share = 1 - float(parsed.unread.mean())
    guess = Guess(
        "date", _LIKELY, "its values are dates, and nothing else says of which day a row is"
    )
    return {**found, dates[0]: _as_date(guess, share, parsed.order, parsed.asks)}


def _are_colours(filled: pd.Series) -> bool:
    """Whether there are several texts and all are colours of health, as words or circles."""
    few = 1 < len(filled) <= _WORDS
    return few and not parse_column(filled, TABLES["health"]["status"], NO_RULES).unread.any()


def _are_dates(filled: pd.Series, column: Column) -> bool:
    parsed = parse_column(filled.head(_LOOKED_AT), column, NO_RULES)
    read = 1 - float(parsed.unread.mean()) if len(filled) else 0.0
    return read >= _MOST or (len(filled) > 0 and "date_order" in parsed.asks)


def _only_same(header: str, rivals: list[str], texts: Callable[[str], pd.Series]) -> bool:
    """Whether a column holds one text in all rows, and none of its rivals does."""
    return len(texts(header)) < _SEVERAL and all(len(texts(r)) >= _SEVERAL for r in rivals)


def _table_of(sheet: str, headers: list[str]) -> TableGuess:
    named = canonical_table(sheet)
    if named and any(h.lower() in TABLES[named] for h in headers):
        return TableGuess(named, 1.0, _OWN)
    file, _, tab = sheet.partition("#")
    title = tab or PurePath(file).stem
    hints = named_tables(title)
    listed = _speak(headers, "accounts", "name") and _speak(headers, "accounts", "owner")
    money = speaks_of_money(headers)
    if money and "ownership" in hints:
        hints = hints - {"ownership"} | ({"accounts"} if listed else set())
    shares = {}
    for name in TABLES:
        needed = [c for c in TABLES[name].columns if c.required]
        best = [
            max((likeness(h, name, c).confidence for h in headers), default=0.0) for c in needed
        ]
        shares[name] = sum(b >= SURE for b in best) / len(needed)
    if money:
        # Its first and last days are then a contract's, and not those of whoever owns it now.
        shares["ownership"] = 0.0
    table = max(TABLES, key=lambda name: (name in hints, shares[name]))
    if table not in hints:
        if listed and shares["ownership"] < 1:
            return TableGuess("accounts", 0.6, "by its headers alone")
        table = max(TABLES, key=lambda name: shares[name])
        if shares[table] == 1:
            why = "by its headers alone"
            if table == "ownership":
                why += "; its first and last day may be a contract's and not the owner's"
            return TableGuess(table, 0.6, why)
        return TableGuess("", 0.0, "")
    doubt = table_doubt(title, table)
    if doubt:
        return TableGuess(table, 0.5, doubt)
    if shares[table] < _ENOUGH:
        return TableGuess(table, 0.5, "by the file's name; most required columns are missing")
    return TableGuess(
        table, round(SURE + 0.1 * shares[table], 2), "by the file's name and its headers"
    )


def _speak(headers: list[str], table: str, column: str) -> bool:
    """Whether a header is surely a column of a table."""
    return any(likeness(h, table, TABLES[table][column]).confidence >= SURE for h in headers)


def _with_currency(
    found: Mapping[str, Guess],
    headers: Sequence[str],
    texts: Callable[[str], pd.Series],
    table: str,
) -> dict[str, Guess]:
    """Guesses in which amounts take their currency from the column beside them that has it."""
    beside = currency_header(headers, texts)
    if not beside:
        return dict(found)
    rule = {"currency": {"column": beside}}
    return {
        header: replace(guess, rules={**guess.rules, **rule})
        if TABLES[table][guess.column].kind == "money"
        else guess
        for header, guess in found.items()
        if header != beside
    }


def _best(header: str, texts: Callable[[str], pd.Series], table: str) -> Guess | None:
    fits = []
    for column in TABLES[table].columns:
        like = likeness(header, table, column)
        if like.confidence > 0:
            fits.append(_weighed(like, texts(header), column))
    return max(fits, key=lambda guess: guess.confidence) if fits else None


def _weighed(like: Likeness, filled: pd.Series, column: Column) -> Guess:
    """The likeness after a look at the values."""
    guess = Guess(column.name, like.confidence, like.reason, like.trap)
    if filled.empty:
        return _less(guess, 0.3, "the column is empty")
    parsed = parse_column(filled, column, NO_RULES)
    share = 1 - float(parsed.unread.mean())
    if column.kind == "date":
        return _as_date(guess, share, parsed.order, parsed.asks)
    if column.kind == "choice" and share < 1:
        words = [str(word) for word in filled[parsed.unread].unique()[:_WORDS]]
        why = f"write one of {', '.join(column.values)} for each ?"
        return _asking(guess, why, {"values": dict.fromkeys(words, ASKED)})
    if column.kind == "score":
        return _as_score(guess, filled)
    if parsed.asks:
        why = f"say {' and '.join(parsed.asks)}, which nothing in its values tells"
        return _asking(guess, why, dict.fromkeys(parsed.asks, ASKED))
    if share < _MOST:
        return _less(guess, 0.3, f"{1 - share:.0%} of its values are not {column.kind}")
    if column.name == "stage" and _are_colours(filled):
        return _less(guess, 0.0, "its values are colours of health")
    if column.kind in ("text", "id", "ids"):
        return guess
    return replace(guess, reason=f"{guess.reason}; all values fit {column.kind}")


def _as_date(guess: Guess, share: float, order: str | None, asks: Mapping[str, Any]) -> Guess:
    if "date_order" in asks:
        why = "day or month may come first: say date_order"
        return _asking(guess, why, {"date_order": ASKED})
    if share < _MOST:
        return _less(guess, 0.3, "its values are no dates")
    rules = {"date_order": order} if order in ("dmy", "mdy") else _NOTHING
    return replace(guess, reason=f"{guess.reason}; {_ORDERS.get(order, 'dates')}", rules=rules)


def _as_score(guess: Guess, filled: pd.Series) -> Guess:
    numbers = pd.to_numeric(filled, errors="coerce")
    if numbers.isna().mean() > 1 - _MOST:
        return _less(guess, 0.3, "its values are no numbers")
    top = 10 if numbers.max() <= 10 else 100
    why = f"values {numbers.min():g} to {numbers.max():g}: say scale, and whether high is good"
    asked = _asking(guess, why, {"scale": [0, top], "high_is": ASKED})
    return replace(asked, confidence=min(guess.confidence, 0.8))


def _asking(guess: Guess, why: str, rules: dict[str, Any]) -> Guess:
    return replace(
        guess,
        confidence=min(guess.confidence, 0.7),
        reason=f"{guess.reason}; {why}",
        asks=guess.confidence >= SURE and not guess.trap,
        rules=rules,
    )


def _less(guess: Guess, most: float, why: str) -> Guess:
    return replace(guess, confidence=min(guess.confidence, most), reason=f"{guess.reason}; {why}")
