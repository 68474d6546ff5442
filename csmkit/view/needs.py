"""What a figure lacks, in the words of a leader: tables and columns by what they hold."""

from __future__ import annotations

import re

import pandas as pd

from csmkit.schema import TABLES
from csmkit.text import clean, empty_text
from csmkit.view.labels import table_names

_CODE = re.compile(r"\b([a-z_]+)(?:\.([a-z_]+))?(?:=([a-z_]+))?(?: \([^)]*\))?")
_CODES = re.compile(rf"(?:{_CODE.pattern}(?:, | or |; )?)+")


def why_empty(frame: pd.DataFrame) -> str:
    """What stands in the place of a frame without rows: its reason, or what it needs.

    The reason is a sentence in ``attrs["why"]``, what is lacking stands in ``attrs["needs"]``.
    """
    return clean(frame.attrs.get("why")) or empty_text(plain_needs(frame.attrs.get("needs")))


def plain_needs(needs: object) -> str:
    """Names of tables and columns as what they hold; any other words stay as they are.

    Columns of one table that follow each other are named together; what stands between semicolons
    is read by itself.

    Examples
    --------
    >>> plain_needs("renewals.arr_due, renewals.arr_renewed")
    'renewals with “ARR up for renewal”, “ARR renewed”'
    >>> plain_needs("an owned opening above 0; renewals.arr_due")
    'an owned opening above 0; renewals with “ARR up for renewal”'
    """
    return "; ".join(_plain(part) for part in clean(needs).split("; "))


def _plain(text: str) -> str:
    """One need, or several of names alone."""
    last = ""

    def said(match: re.Match[str]) -> str:
        nonlocal last
        table, column, value = match.groups()
        known = table in TABLES and (column is None or column in TABLES[table])
        if not known:
            return match.group()
        name = table_names()[table]
        if column is None:
            return name
        held = (
            f"“{TABLES[table][column].meaning.rstrip('.').split(', for example')[0].split(';')[0]}”"
        )
        if value:
            held = f"one marked “{value.replace('_', ' ')}”"
        told = held if last == table else f"{name} with {held}"
        last = table
        return told

    # Ordinary words such as "accounts" or "evidence" in a sentence are no names of tables.
    if not _CODES.fullmatch(text):
        return text
    return _CODE.sub(lambda m: m.group() if m.group() == "or" else said(m), text)
