"""Text to typed values, a column at a time; whatever cannot be read is reported, never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from csmkit.load.dates import DateOrder, parse_dates
from csmkit.schema import Column

_TRUE = frozenset({"true", "t", "yes", "y", "1", "x"})
_FALSE = frozenset({"false", "f", "no", "n", "0"})
_SIGN = r"([$€£¥₹]|[A-Z]{3})?"
_PLAIN = r"(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][+-]?\d{1,2})?"
_AMOUNT = rf"^(\()?([+-])?{_SIGN} ?([+-])?({_PLAIN})([kKmM])? ?{_SIGN}(\))?$"
_THOUSANDS = {"k": 1e3, "m": 1e6}
ANY = "*"
"""In ``values``: what every other text stands for."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How one column is written in the file; the map says so.

    Attributes
    ----------
    date_order : str, optional
        ``ymd``, ``dmy`` or ``mdy``.
    times : float
        What money and numbers are multiplied with: 12 makes MRR into ARR.
    percent : float
        What a rate is divided by: 100 if the file has 0 to 100.
    scale : tuple of float
        Lowest and highest health score of the file.
    high_is_good : bool
        Whether the highest score is the best one.
    values : mapping of str to str
        What each text of the file stands for; ``*`` is every other text; "" leaves it blank.
    inclusive : bool
        Whether an end date is the last day itself.
    """

    date_order: DateOrder | None = None
    times: float = 1.0
    percent: float = 1.0
    scale: tuple[float, float] = (0.0, 100.0)
    high_is_good: bool = True
    values: Mapping[str, str] | None = None
    inclusive: bool = True


@dataclass(frozen=True, slots=True)
class Parsed:
    """A column's values, and which cells had text that could not be read.

    Attributes
    ----------
    values : Series
        In the canonical dtype.
    unread : Series of bool
        Cells with text but without a value.
    order : str, optional
        The order of dates that do not begin with the year, where there are such dates.
    signs : tuple of str
        Currencies named in the cells.
    """

    values: pd.Series
    unread: pd.Series
    order: DateOrder | None = None
    signs: tuple[str, ...] = ()


def parse_column(text: pd.Series, column: Column, rules: Rules = Rules()) -> Parsed:
    """Read a column of text as its canonical kind.

    Parameters
    ----------
    text : Series of str
        Trimmed text, blanks missing.
    column : Column
        The canonical column.
    rules : Rules
        How the file writes it.
    """
    if rules.values is not None:
        text, meant_blank = _translate(text, rules.values, column)
    else:
        meant_blank = pd.Series(False, index=text.index)
    order: DateOrder | None = None
    signs: tuple[str, ...] = ()
    if column.kind == "date":
        values, _, order = parse_dates(text, rules.date_order)
        if not rules.inclusive:
            values = values - pd.Timedelta(days=1)
    elif column.kind == "money":
        values, signs = _money(text)
        values = values * rules.times
    elif column.kind == "rate":
        values = _rate(text, rules.percent)
    elif column.kind == "score":
        values = _score(text, rules)
    elif column.kind == "number":
        values = _number(text) * rules.times
    elif column.kind == "flag":
        values = _flag(text)
    elif column.kind == "choice":
        values = _choice(text, column.values)
    elif column.kind == "ids":
        values = text.str.replace(r"\s*;\s*", ";", regex=True).str.strip("; ")
    else:
        values = text
    unread = text.notna() & values.isna() & ~meant_blank
    return Parsed(values.astype(column.dtype), unread, order, signs)


def _translate(
    text: pd.Series, values: Mapping[str, str], column: Column
) -> tuple[pd.Series, pd.Series]:
    """Put canonical words in place of the file's; what the map leaves blank on purpose is blank."""
    words = {k.casefold(): v for k, v in values.items() if k != ANY}
    key = text.str.casefold()
    known = key.isin(list(words))
    other = values.get(ANY)
    translated = key.map(words).where(known, text if other is None else other).where(text.notna())
    # A choice that the map lists in part still takes the canonical words themselves.
    if other is not None and column.values:
        canonical = key.isin(column.values)
        translated = translated.where(known | ~canonical, key)
    blank = translated.eq("") & text.notna()
    return translated.mask(blank).astype("str"), blank


def _number(text: pd.Series) -> pd.Series:
    plain = text.where(text.str.fullmatch(rf"[+-]?{_PLAIN}").fillna(False))
    return pd.to_numeric(plain.str.replace(",", ""), errors="coerce").astype("float64")


def _money(text: pd.Series) -> tuple[pd.Series, tuple[str, ...]]:
    """Amounts such as ``$1,200.50``, ``(1,200)``, ``145k``, ``EUR 10``; currencies named."""
    values = _number(text)
    odd = text[text.notna() & values.isna()]
    if odd.empty:
        return values, ()
    opened, minus, before, inner, digits, scale, after, closed = (
        part for _, part in odd.str.extract(_AMOUNT).items()
    )
    amount = _number(digits) * scale.str.lower().map(_THOUSANDS).fillna(1.0)
    negative = opened.notna() | minus.eq("-") | inner.eq("-")
    amount = amount.where(~negative, -amount).where(opened.notna() == closed.notna())
    signs = tuple(sorted({*before.dropna(), *after.dropna()}))
    values.loc[odd.index] = amount
    return values, signs


def _rate(text: pd.Series, percent: float) -> pd.Series:
    marked = text.str.endswith("%").fillna(False)
    values = _number(text.str.removesuffix("%").str.strip())
    values = values / marked.map({True: 100.0, False: percent})
    return values.where(values.between(0, 1))


def _score(text: pd.Series, rules: Rules) -> pd.Series:
    low, high = rules.scale
    share = (_number(text) - low) / (high - low)
    share = share.where(share.between(0, 1))
    return 100 * (share if rules.high_is_good else 1 - share)


def _flag(text: pd.Series) -> pd.Series:
    words = {**dict.fromkeys(_TRUE, True), **dict.fromkeys(_FALSE, False)}
    return text.str.casefold().map(words).astype("boolean")


def _choice(text: pd.Series, allowed: tuple[str, ...]) -> pd.Series:
    word = text.str.casefold().str.replace(r"[\s-]+", "_", regex=True)
    return word.where(word.isin(allowed))
