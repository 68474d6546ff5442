"""What a cell's number format tells beside its value: a currency, zeros in front."""

from __future__ import annotations

import re
from functools import cache

from csmkit.load.values.currency_codes import CODES

_CERTAIN = {
    **{"€": "EUR", "£": "GBP", "₹": "INR", "₪": "ILS", "₩": "KRW", "₺": "TRY", "₽": "RUB"},
    **{"₴": "UAH", "₱": "PHP", "₫": "VND", "₦": "NGN", "zł": "PLN", "Kč": "CZK", "Ft": "HUF"},
    **{"US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD"},
    **{"HK$": "HKD", "S$": "SGD", "R$": "BRL", "NT$": "TWD", "Fr.": "CHF", "SFr.": "CHF"},
}
_SIGNS = ("$", "¥", "kr", "kr.")
_OF_PLACE = {
    **{("$", 0x409): "USD", ("$", 0x1009): "CAD", ("$", 0xC0C): "CAD", ("$", 0xC09): "AUD"},
    **{("$", 0x1409): "NZD", ("$", 0x80A): "MXN", ("$", 0x4809): "SGD", ("$", 0xC04): "HKD"},
    **{("¥", 0x411): "JPY", ("¥", 0x804): "CNY", ("kr", 0x41D): "SEK", ("kr", 0x414): "NOK"},
    **{("kr", 0x406): "DKK", ("kr.", 0x406): "DKK"},
}
"""Signs that several currencies share, with the place that the format names (a Windows LCID)."""

BUILT_IN = dict.fromkeys((5, 6, 7, 8, 42, 44), '"$"0')
"""Numbers of the formats every workbook has without writing them down; their sign is a dollar."""

_BRACKET = re.compile(r"\[\$([^\]-]*)(?:-([0-9A-Fa-f]+))?[^\]]*\]")
_LITERAL = re.compile(r'"([^"]*)"')
_SPACING = re.compile(r"[_*].")
_ZEROS = re.compile(r'((?:"[^"]*"|\\.)*)(0{2,})')


@cache
def currency_of(code: str) -> str:
    """The currency that a number format shows: an ISO code where certain, else a sign, or nothing.

    Examples
    --------
    >>> currency_of('[$€-407] #,##0.00'), currency_of('"$"#,##0'), currency_of('0.0 "ARR"')
    ('EUR', '$', '')
    """
    for text, place in _BRACKET.findall(code):
        sign = text.strip()
        named = _OF_PLACE.get((sign, int(place, 16))) if place else None
        if named or _named(sign):
            return named or _named(sign)
    rest = _SPACING.sub("", _BRACKET.sub("", code)).replace("\\", "")
    for literal in _LITERAL.findall(rest):
        if _named(literal.strip()):
            return _named(literal.strip())
    bare = re.sub(r"\[[^\]]*\]", "", _LITERAL.sub("", rest))
    return next((_named(sign) for sign in "€£₹₪₩₺₽₴₱₫₦$¥" if sign in bare), "")


def _named(sign: str) -> str:
    if sign in CODES or sign in _SIGNS:
        return sign
    return _CERTAIN.get(sign, "")


@cache
def zeros_of(code: str) -> tuple[str, int] | None:
    """What a format like ``00000`` or ``"C-"00000`` puts before a whole number.

    Returns
    -------
    tuple or None
        The text in front and the least number of digits; None for all other formats.
    """
    found = _ZEROS.fullmatch(code.partition(";")[0].strip())
    if not found or currency_of(code):
        return None
    front = re.sub(r'"|\\(?=.)', "", found[1])
    return front, len(found[2])


def with_zeros(text: str, shown: tuple[str, int]) -> str:
    """A whole number's text as its format shows it; any other text as it is.

    Examples
    --------
    >>> with_zeros("42", ("", 5))
    '00042'
    """
    return shown[0] + text.zfill(shown[1]) if text.isascii() and text.isdigit() else text
