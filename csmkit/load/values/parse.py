"""Text to typed values, a column at a time; whatever cannot be read is reported, never guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

from csmkit.load.values.currencies import convert, currencies_of
from csmkit.load.values.date_shapes import matched
from csmkit.load.values.dates import DateOrder, far_future, far_past, read_dates
from csmkit.load.values.numbers import Numbers, bodies, read_numbers
from csmkit.load.values.rules import ANY as ANY
from csmkit.load.values.rules import NO_RULES, cells_of
from csmkit.load.values.rules import Note as Note
from csmkit.load.values.rules import Parsed as Parsed
from csmkit.load.values.rules import Rules as Rules
from csmkit.load.values.words import blanks_note, choices, flags, ids, nothing, translate
from csmkit.schema import Column

_DECIMALS = (",", ".")
_PERCENTS = ("1", "100")
_SMALL_SCALES = ((1.0, "0, 1"), (5.0, "0, 5"), (5.0, "1, 5"), (10.0, "0, 10"), (10.0, "1, 10"))
_USUAL, _LARGE = "0, 100", "0, 1000"
_MONTHS = 12


@dataclass(slots=True)
class _Read:
    """What one kind gives: values, notes, questions, and cells that are blank on purpose."""

    values: pd.Series
    notes: tuple[Note, ...] = ()
    asks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    blank: pd.Series | None = None
    order: DateOrder | None = None
    signs: tuple[str, ...] = ()


def parse_column(
    text: pd.Series,
    column: Column,
    rules: Rules = NO_RULES,
    currency: pd.Series | None = None,
) -> Parsed:
    """Read a column of text as its canonical kind.

    What a cell gives depends on its own text and on what the whole column proves, and what a
    column proves never depends on how often a text stands in it. So a column may be given as its
    distinct texts, and the answer spread over the rows. With ``currency`` a cell is the pair of
    its text and its currency: then give the distinct pairs. A blank cell belongs to the distinct
    texts of a flag, and of a column whose ``values`` say what "" stands for.

    Parameters
    ----------
    text : Series of str
        Trimmed text, blanks missing.
    column : Column
        The canonical column.
    rules : Rules
        How the file writes it.
    currency : Series of str, optional
        For money: the ISO code or sign of each cell, from the row's currency column or from the
        number format of the workbook; missing where there is none.

    Examples
    --------
    >>> arr = Column("arr", "money", "")
    >>> parse_column(pd.Series(["1.234,50 €", "(200)"]), arr).values.tolist()
    [1234.5, -200.0]
    """
    meant_blank = pd.Series(False, index=text.index)
    if rules.values is not None:
        text, meant_blank = translate(text, rules.values, column)
    none = nothing(text, column.kind)
    notes: tuple[Note, ...] = ()
    if none.any():
        text = text.mask(none)
        notes = (blanks_note(none),)
    read = _by_kind(text, column, rules, currency)
    blank = meant_blank if read.blank is None else meant_blank | read.blank
    unread = text.notna() & read.values.isna() & ~blank
    return Parsed(
        read.values.astype(column.dtype),
        unread,
        read.order,
        read.signs,
        (*notes, *read.notes),
        read.asks,
    )


def _by_kind(text: pd.Series, column: Column, rules: Rules, currency: pd.Series | None) -> _Read:
    match column.kind:
        case "date":
            return _date(text, column, rules)
        case "money":
            return _money(text, rules, currency)
        case "rate":
            return _rate(text, rules)
        case "score":
            return _score(text, rules)
        case "number":
            read = _number(text, rules)
            read.values = read.values * rules.times
            return read
        case "flag":
            values, notes = flags(text, rules)
            return _Read(values, notes)
        case "choice":
            values, unknown = choices(text, column.values)
            return _Read(values, asks={"values": unknown} if unknown else {})
        case "ids":
            values = text.str.replace(r"\s*;\s*", ";", regex=True).str.strip("; ")
            return _Read(values.mask(values.eq("")))
        case "id":
            values, notes = ids(text)
            return _Read(values, notes)
        case _:
            return _Read(text)


def _date(text: pd.Series, column: Column, rules: Rules) -> _Read:
    """Days; a day that a system writes for "not yet" or for nothing is blank.

    In a required column such a day is not read at all.
    """
    dates = read_dates(text, rules)
    days, notes = dates.values, list(dates.notes)
    blank = pd.Series(False, index=text.index)
    for kind, hit, says in (
        ("open_ended", far_future(days), "days far in the future stand for “not yet”"),
        ("no_date", far_past(days), "days such as 1900-01-01 stand for no date"),
    ):
        if not hit.any():
            continue
        if not column.required:
            blank |= hit
        notes.append(
            Note(
                kind,
                "warning" if column.required else "info",
                f"{says}{', and a day is needed here' if column.required else ' and are blank'}.",
                "Put the true day into the export."
                if column.required
                else "Nothing, if that is what they mean.",
                hit,
            )
        )
        days = days.mask(hit)
    if not rules.inclusive:
        days = days - pd.Timedelta(days=1)
    asks = {"date_order": dates.orders} if dates.orders else {}
    return _Read(days, tuple(notes), asks, blank, dates.order)


def _money(text: pd.Series, rules: Rules, beside: pd.Series | None) -> _Read:
    """Amounts, in the cycle's currency where they name another one and there is a rate."""
    found = bodies(cells_of(text))
    numbers = read_numbers(found, rules.decimal, dot_is_decimal=False)
    values = pd.Series(numbers.values, index=text.index) * rules.times
    if rules.money_is == "mrr":
        values = values * _MONTHS
    doubtful = _three_decimals(found.body, numbers, rules, text)
    currency, clash = currencies_of(text.index, (found.first, found.last), beside, rules)
    values, signs, notes = convert(values.mask(clash), currency, rules)
    return _Read(values, (*notes, *doubtful), _decimal_asked(numbers.ask), signs=signs)


def _three_decimals(
    body: pa.Array, numbers: Numbers, rules: Rules, text: pd.Series
) -> Iterator[Note]:
    """A note on amounts such as 1,500 that other cells of the column made into 1.5."""
    if rules.decimal or numbers.ask or not matched(body, ",").any():
        return
    odd = matched(body, r"^-?[1-9]\d{0,2}[.,]\d{3}$") & (np.abs(numbers.values) < 1000)
    if odd.any():
        yield Note(
            "decimal_assumed",
            "warning",
            "other cells show which mark stands before decimals, so amounts such as 1,500 were"
            " read as 1.5.",
            "Look at them; if they are over a thousand, correct them in the file, else say"
            " decimal in the map.",
            pd.Series(odd, index=text.index),
        )


def _number(text: pd.Series, rules: Rules) -> _Read:
    """Numbers without a currency; a dot that nothing explains stands before decimals.

    Only amounts are written with k and m for thousands and millions: 12m of a term is no number.
    """
    found = bodies(cells_of(text))
    numbers = read_numbers(found, rules.decimal, dot_is_decimal=True)
    values = pd.Series(numbers.values, index=text.index)
    if found.first is not None:
        values = values.mask(found.first.to_pandas().notna().to_numpy())
    if found.factor is not None:
        values = values.mask(found.factor != 1)
    notes: tuple[Note, ...] = ()
    if numbers.doubtful.any():
        notes = (
            Note(
                "decimal_assumed",
                "warning",
                "in numbers such as 1.234 the dot was read as a decimal point; nothing in the"
                " column tells whether it stands between thousands.",
                'Say decimal = "." for it in the map, or decimal = "," if 1.234 is over a'
                " thousand.",
                pd.Series(numbers.doubtful, index=text.index),
            ),
        )
    return _Read(values, notes, _decimal_asked(numbers.ask))


def _rate(text: pd.Series, rules: Rules) -> _Read:
    """Shares; with marks in the column, only a mark makes a percentage.

    A 1 beside 5% may be meant as 1 %; what was read is told.
    """
    marked = text.str.endswith("%").fillna(False).astype("bool")
    bare = text.where(~marked, text.str.removesuffix("%").str.rstrip()) if marked.any() else text
    read = _number(bare, rules)
    values: pd.Series = read.values / np.where(marked, 100.0, rules.percent or 1.0)
    asks = dict(read.asks)
    if rules.percent is None and not marked.any() and (read.values > 1).any():
        asks["percent"] = _PERCENTS
        values = values.mask(text.notna())
    values = values.where(values.between(0, 1))
    notes, beside = read.notes, ~marked & values.gt(0)
    if rules.percent is None and marked.any() and beside.any():
        notes = (*notes, _bare_shares(beside))
    return _Read(values, notes, asks)


def _bare_shares(cells: pd.Series) -> Note:
    return Note(
        "bare_shares",
        "warning",
        "numbers without a percent sign stand beside percentages; they were read as fractions, so"
        " that 1 is 100 %.",
        "Say percent = 100 for it in the map if 1 means 1 %, or percent = 1 if it means 100 %.",
        cells,
    )


def _score(text: pd.Series, rules: Rules) -> _Read:
    """Scores from 0, the worst, to 100.

    Without a ``scale`` numbers are read as 0 to 100, if they can only be that: a column that
    never leaves 0 to 10 may be another scale, on which everybody would look at risk, and one that
    leaves 0 to 100 is another scale.
    """
    read = _number(text, rules)
    asks = dict(read.asks)
    filled = read.values.dropna()
    if rules.scale is None and len(filled):
        asks |= _scale_asked(float(filled.min()), float(filled.max()))
    low, high = rules.scale or (0.0, 100.0)
    share = (read.values - low) / (high - low)
    share = share.where(share.between(0, 1) & ("scale" not in asks))
    return _Read(100 * (share if rules.high_is_good else 1 - share), asks=asks)


def _scale_asked(lowest: float, highest: float) -> Mapping[str, tuple[str, ...]]:
    if highest > 100 or lowest < 0:
        return {"scale": (_USUAL, _LARGE)}
    if highest > _SMALL_SCALES[-1][0]:
        return {}
    fits = [text for top, text in _SMALL_SCALES if highest <= top and lowest >= float(text[0])]
    return {"scale": (*fits, _USUAL)}


def _decimal_asked(ask: bool) -> Mapping[str, tuple[str, ...]]:
    return {"decimal": _DECIMALS} if ask else {}
