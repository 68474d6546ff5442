"""Headers that speak of money: amounts and renewals, and the currency beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pandas as pd

from csmkit.load.assistant.synonyms import likeness, plain
from csmkit.load.values.currency_codes import CODES
from csmkit.schema import TABLES

_CURRENCY = re.compile(r"\b(currency|currencies|ccy|curr|währung|waehrung)\b")
_MONEY = (("contracts", "arr"), ("renewals", "due"), ("renewals", "arr_due"))
_SURE = 0.9


def speaks_of_money(headers: Sequence[str]) -> bool:
    """Whether a header is an amount or a renewal: such a sheet does not say who owned what."""
    return any(
        like.trap or like.confidence >= _SURE
        for header in headers
        if not _CURRENCY.search(plain(header))
        for like in (likeness(header, table, TABLES[table][column]) for table, column in _MONEY)
    )


def currency_header(headers: Sequence[str], texts: Callable[[str], pd.Series]) -> str:
    """The header over the currency of each row's amounts; empty if there is none, or several."""
    named = [header for header in headers if _CURRENCY.search(plain(header))]
    found = [header for header in named if _all_codes(texts(header))]
    return found[0] if len(found) == 1 else ""


def _all_codes(different: pd.Series) -> bool:
    return len(different) > 0 and bool(different.str.strip().str.upper().isin(list(CODES)).all())
