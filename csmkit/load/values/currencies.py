"""Currencies: how they are written in cells, and amounts turned into the cycle's by its rates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd
import pyarrow as pa

from csmkit.load.findings import finding
from csmkit.load.values.currency_codes import CODES
from csmkit.load.values.rules import Note, Rules

_DOLLARS = (
    "USD AUD CAD NZD HKD SGD MXN TWD ARS CLP COP BBD BMD BND BSD BZD FJD GYD JMD KYD LRD NAD SBD"
    " SRD TTD UYU XCD"
)
_SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "US$": "USD", "AU$": "AUD", "A$": "AUD", "CA$": "CAD", "C$": "CAD", "NZ$": "NZD",
        "HK$": "HKD", "S$": "SGD", "R$": "BRL", "MX$": "MXN", "NT$": "TWD", "€": "EUR", "£": "GBP",
        "₹": "INR", "₽": "RUB", "₩": "KRW", "₪": "ILS", "₺": "TRY", "₴": "UAH", "₫": "VND",
        "฿": "THB", "₦": "NGN", "₱": "PHP", "zł": "PLN", "Kč": "CZK", "Ft": "HUF",
        "SFr.": "CHF", "Fr.": "CHF", "SFr": "CHF", "Fr": "CHF", "Euro": "EUR", "euro": "EUR",
        "EURO": "EUR", "usd": "USD", "eur": "EUR", "gbp": "GBP", "chf": "CHF",
    }
)  # fmt: skip
_SEVERAL: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "$": frozenset(_DOLLARS.split()),
        "kr": frozenset({"SEK", "NOK", "DKK", "ISK"}),
        "¥": frozenset({"JPY", "CNY"}),
    }
)
_SPELLINGS = {"kr.": "kr", "Kr": "kr", "￥": "¥"}
_WORDS = [
    re.escape(word)
    for word in sorted({*_SIGNS, *_SEVERAL, *_SPELLINGS}, key=len, reverse=True)
    if not re.fullmatch("[A-Z]{3}", word)
]
TOKEN = f"(?:{'|'.join(_WORDS)}|[A-Z]{{3}})"
"""A currency in a cell, longest spelling first; three capitals may be none: see `is_currency`."""
_PLACES = 6
SIGNS = "$€£¥₹"
"""Signs of one character that stand directly before or behind most amounts."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """The amounts of one column of one sheet.

    Attributes
    ----------
    place : str
        The column and the sheet.
    signs : tuple of str
        The currencies they name that were left as they are, as `convert` gives them.
    """

    place: str
    signs: tuple[str, ...]


def is_currency(code: str) -> bool:
    """Whether `iso_code` gave an ISO code, or a sign that may be one of several."""
    return code in CODES or code in _SEVERAL


def iso_code(written: str, home: str) -> str:
    """The ISO code of a sign or code; a sign of several currencies is the home one if it may be.

    Parameters
    ----------
    written : str
        As in the cell.
    home : str
        The currency that the map names; may be empty.

    Examples
    --------
    >>> iso_code("€", ""), iso_code("$", "CAD"), iso_code("$", "EUR"), iso_code("kr.", "SEK")
    ('EUR', 'CAD', '$', 'SEK')
    """
    sign = _SPELLINGS.get(written.strip(), written.strip())
    if sign in _SEVERAL:
        return home if home in _SEVERAL[sign] else sign
    return _SIGNS.get(sign, sign.upper() if sign.upper() in CODES else sign)


def currencies_of(
    index: pd.Index, named: tuple[pa.Array | None, ...], beside: pd.Series | None, rules: Rules
) -> tuple[pd.Series, pd.Series]:
    """The currency of each cell (missing: the cell does not say), and where two disagree.

    Parameters
    ----------
    index : Index
        Of the cells.
    named : tuple of Array
        Currencies written in the cells.
    beside : Series of str, optional
        The currency of each cell by the row's currency column or the cell's number format.
    rules : Rules
        ``currency`` and ``base`` say which one a sign of several means.
    """
    home = rules.currency or rules.base
    told = [
        pd.Series(one.to_pandas().array, index=index, dtype="str")
        for one in named
        if one is not None
    ]
    if beside is not None:
        told.append(beside.astype("str"))
    currency: pd.Series = pd.Series(None, index=index, dtype="str")
    clash = pd.Series(False, index=index)
    for one in told:
        codes = one.map({w: iso_code(w, "") for w in one.dropna().unique()}).astype("str")
        both = codes.notna() & currency.notna() & codes.ne(currency)
        wider = both & _means(currency, codes)
        unknown = codes.dropna().unique()
        clash |= codes.isin([code for code in unknown if not is_currency(code)])
        clash |= both & ~wider & ~_means(codes, currency)
        currency = currency.where(currency.notna() & ~wider, codes)
    left = {sign: iso_code(sign, home) for sign in currency.dropna().unique()}
    return currency.map(left).astype("str"), clash


def convert(
    values: pd.Series, currency: pd.Series, rules: Rules
) -> tuple[pd.Series, tuple[str, ...], tuple[Note, ...]]:
    """Amounts in the cycle's currency as far as its rates go.

    Returns
    -------
    tuple
        Amounts; the currencies, besides the cycle's own, that were left as they are, and the
        cycle's own if there are such; notes. Where some amounts name one and nothing says what
        the others are in, those are not read; 0 is 0 in every currency.
    """
    read = values.notna()
    own = rules.currency or rules.base
    of = currency.fillna(own) if own else currency
    notes = []
    bare, named = read & currency.isna() & values.ne(0), currency[read].dropna().unique()
    if bare.any() and not own and len(named) == 1:
        values = values.mask(bare)
        notes.append(_unnamed(named[0], bare))
    elif bare.any() and rules.currency_column and any(code != own for code in named):
        notes.append(_taken_as(own, bare))
    for code in of[read & of.notna()].unique():
        if rules.base and code != rules.base and code in rules.rates:
            rate, mine = rules.rates[code], read & of.eq(code)
            values = values.where(~mine, values * rate)
            of = of.mask(mine, rules.base)
            notes.append(
                Note(
                    "converted_currency",
                    "info",
                    f"amounts in {code} were converted at {rate:g} {rules.base} each,"
                    " the map's fixed rate.",
                    "Nothing, if the rate is the cycle's; else change it under [rates].",
                    mine,
                )
            )
    left = tuple(sorted(of[read].dropna().unique()))
    if len(left) > 1:
        notes.append(_mixed(left, rules, of.ne(rules.base or left[0]) & read & of.notna()))
    elif left and rules.base and left[0] != rules.base:
        notes.append(_other(left[0], rules, read & of.eq(left[0])))
    return values, left, tuple(notes)


def _means(sign: pd.Series, code: pd.Series) -> pd.Series:
    """Where a sign of several currencies may mean the code."""
    hit = pd.Series(False, index=sign.index)
    for several, codes in _SEVERAL.items():
        hit |= sign.eq(several) & code.isin(codes)
    return hit


def compared(amounts: Iterable[Amounts]) -> list[pd.DataFrame]:
    """What is to be said of the money columns of a whole export that names no currency of its own.

    Amounts of one export are added up, also those of different files. A column alone that holds
    several currencies is told where it is read.
    """
    amounts = list(amounts)
    named = sorted({sign for one in amounts for sign in one.signs})
    if len(named) > 1 and not any(len(one.signs) == len(named) for one in amounts):
        listed = _listed(f"{' and '.join(a.signs)} ({a.place})" for a in amounts if a.signs)
        return [
            finding(
                "error",
                "mixed_currencies",
                f"Amounts are in more than one currency: {listed}. They cannot be added up.",
                'Say currency = "USD" (for example) at the map\'s top, and under [rates] what one'
                " unit of each other currency is worth in it.",
            )
        ]
    silent = _listed(one.place for one in amounts if not one.signs)
    if len(named) != 1 or not silent:
        return []
    return [
        finding(
            "warning",
            "currency_assumed",
            f"Some amounts of the export are in {named[0]}, and others name no currency: {silent}."
            f" They were taken to be in {named[0]} as well.",
            f'Say currency = "{_example(named[0])}" at the map\'s top if they are; else'
            " currency = ... for their column.",
        )
    ]


def _example(code: str) -> str:
    """A code to write for a currency; a sign of several is no code."""
    return code if code in CODES else min(_SEVERAL.get(code, {"USD"}), key=lambda c: c != "USD")


def _listed(places: Iterable[str]) -> str:
    """A few places, and how many more there are."""
    there = list(dict.fromkeys(places))
    more = len(there) - _PLACES
    return "; ".join(there[:_PLACES]) + (f"; and {more:,} more" if more > 0 else "")


def _unnamed(named: str, cells: pd.Series) -> Note:
    return Note(
        "ambiguous_currency",
        "error",
        f"some amounts are in {named}, and others name no currency; those were not read.",
        f'Say currency = "{_example(named)}" (for example) at the map\'s top: what amounts'
        " without a currency of their own are in.",
        cells,
    )


def _taken_as(own: str, cells: pd.Series) -> Note:
    return Note(
        "currency_assumed",
        "warning",
        f"amounts whose row names no currency were taken to be in {own}, the map's; other rows name"
        " another one.",
        "Fill the currency in the export if they are in another one.",
        cells,
    )


def _mixed(left: tuple[str, ...], rules: Rules, cells: pd.Series) -> Note:
    return Note(
        "mixed_currencies",
        "error",
        f"it holds amounts in more than one currency: {', '.join(left)}. They cannot be added up.",
        _remedy([c for c in left if c != rules.base], rules),
        cells,
    )


def _other(code: str, rules: Rules, cells: pd.Series) -> Note:
    return Note(
        "other_currency",
        "error",
        f"its amounts are in {code}, and the map says {rules.base}.",
        _remedy([code], rules),
        cells,
    )


def _remedy(codes: list[str], rules: Rules) -> str:
    """How to say what the amounts are worth."""
    signs = [c for c in codes if c in _SEVERAL]
    if signs:
        return (
            f"{' and '.join(signs)} may be one of several currencies: say which with currency ="
            ' "USD" (for example) for the column in the map, and what it is worth under [rates].'
        )
    said = ", ".join(f"{c} = ..." for c in codes)
    base = rules.base or "the currency that the map names"
    return f"Say under [rates] in the map what one unit is worth in {base}: {said}."
