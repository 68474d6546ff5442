"""Values as people read them: money, shares, dates; and text made safe to show."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

SYMBOLS = {
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
    "INR": "₹",
    "ILS": "₪",
    "KRW": "₩",
    "AUD": "A$",
    "CAD": "C$",
    "NZD": "NZ$",
    "BRL": "R$",
}
# Control characters, the bidirectional overrides that make a name read backwards, and halves of
# surrogate pairs, which no file takes.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb]"
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MINUS = "\N{MINUS SIGN}"
_NARROW = "\N{NARROW NO-BREAK SPACE}"
_BLANKS = re.compile(rf"[^\S{_NARROW}]+")


def clean(value: Any) -> str:
    r"""Text without control characters and direction overrides; blank for a missing value.

    Examples
    --------
    >>> clean("Acme\u202e Ltd\x07")
    'Acme Ltd'
    """
    if missing(value):
        return ""
    text = str(value)
    # What is printable has none of them, and most text is.
    return text if text.isprintable() else _UNSEEN.sub("", text)


def one_line(value: Any) -> str:
    r"""Clean text on one line; the narrow space that keeps a currency or a % by its amount stays.

    Examples
    --------
    >>> one_line(" Kept\n  50.0\u202f% ")
    'Kept 50.0\u202f%'
    """
    return _BLANKS.sub(" ", clean(value)).strip(" ")


def inert(value: Any) -> str:
    """Clean text that a spreadsheet takes for text when a table is pasted into it.

    Examples
    --------
    >>> inert("=cmd()"), inert("Acme")
    ("'=cmd()", 'Acme')
    """
    text = clean(value)
    return f"'{text}" if text.startswith(_FORMULA) and len(text) > 1 else text


def missing(value: Any) -> bool:
    """Whether a single value is missing (None, NaN, NaT or NA)."""
    return value is None or value is pd.NA or value is pd.NaT or value != value


def symbol(currency: str) -> str:
    """What stands before an amount: ``€`` for EUR, ``CHF`` and a space for CHF, else nothing."""
    code = clean(currency).strip()
    if not code:
        return ""
    return SYMBOLS.get(code.upper(), f"{code}{_NARROW}" if code.isalnum() else code)


def money(value: float, *, currency: str = "", signed: bool = False) -> str:
    """An amount with thousands separators and the currency's sign, if one is given.

    Examples
    --------
    >>> money(1250000, currency="EUR"), money(-45000)
    ('€1,250,000', '−45,000')
    """
    body = f"{symbol(currency)}{abs(value):,.0f}"
    return _sign(round(value), signed) + body


def short_money(value: float, *, currency: str = "", signed: bool = False) -> str:
    """An amount in three figures, as on a chart.

    Examples
    --------
    >>> short_money(1250000, currency="USD"), short_money(-45000), short_money(999)
    ('$1.25M', '−45k', '999')
    """
    size, suffix = abs(value), ""
    for limit, name in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        # 999,950 is written 1M, never 1000k.
        if size >= limit * 0.9995:
            size, suffix = size / limit, name
            break
    digits = 0 if size >= 99.95 or not suffix else 1 if size >= 9.995 else 2
    # A hair more: 2.545 is stored as a little less, and people round it up.
    number = f"{size + 1e-9:.{digits}f}"
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    return f"{_sign(value, signed)}{symbol(currency)}{number}{suffix}"


def by_unit(value: Any, unit: str, *, currency: str = "") -> str:
    """A metric's value in its unit; blank for a missing value.

    Parameters
    ----------
    value : float
        The value; a share is a fraction of 1.
    unit : str
        ``share``, ``money``, ``count``, ``days``, ``months``, ``points``, ``steps``,
        ``coefficient`` or ``per month``.
    currency : str, optional
        ISO code or sign for money.

    Examples
    --------
    >>> print(by_unit(1.124, "share"))
    112.4 %
    >>> by_unit(34, "days"), by_unit(2.5, "per month")
    ('34 days', '2.5 per month')
    """
    if missing(value):
        return ""
    number = float(value)
    if unit == "share":
        return f"{_plain(number * 100, 1, keep=True)}{_NARROW}%"
    if unit == "money":
        return money(number, currency=currency)
    if unit == "days":
        return f"{_plain(number, 1)} {'day' if number == 1 else 'days'}"
    if unit == "months":
        return f"{_plain(number, 1)} {'month' if number == 1 else 'months'}"
    if unit == "steps":
        told = _plain(number, 1)
        return f"{told} {'step' if told == '1' else 'steps'}"
    if unit == "coefficient":
        return _plain(number, 2, keep=True)
    if unit in ("percentage points", "of 5"):
        return f"{_plain(number, 1)} {unit}"
    if unit == "per month":
        return f"{_plain(number, 1)} per month"
    return _plain(number, 1)


def day(value: Any) -> str:
    """A date as ``31 Jan 2026``; blank for a missing one.

    Examples
    --------
    >>> day("2026-01-31")
    '31 Jan 2026'
    """
    if missing(value) or value == "":
        return ""
    stamp = pd.Timestamp(value)
    return f"{stamp.day} {stamp:%b %Y}"


def count_of(number: float, noun: str) -> str:
    """A count with its noun: ``1 account``, ``2 accounts``."""
    return f"{number:,.0f} {noun}{'' if number == 1 else 's'}"


def empty_text(needs: str) -> str:
    """What stands in the place of a chart or table that has no rows."""
    return f"Not computable: needs {clean(needs)}" if needs else "Nothing to show"


def _plain(number: float, digits: int, *, keep: bool = False) -> str:
    # As a spreadsheet does it: half goes up, and 106.25 is 106.3 and not 106.2.
    exact = Decimal(repr(abs(float(number)))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{exact:,.{digits}f}"
    if not keep and "." in text:
        text = text.rstrip("0").rstrip(".")
    return _sign(round(number, digits), False) + text


def _sign(number: float, signed: bool) -> str:
    if number < 0:
        return _MINUS
    return "+" if signed and number > 0 else ""
