"""What the readers of many notes share: a note, and why something is none."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

import pandas as pd

from csmkit.errors import UnreadableInput
from csmkit.text import clean
from csmkit.words.capture import LONGEST
from csmkit.words.text_files import text_file

MOST_MB = 30
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Note:
    """One note of many.

    Attributes
    ----------
    text : str
        What it says.
    date : Timestamp or None
        The day it is about; None where its text alone may say so.
    source : str
        Where it stands: ``journal.md line 12``.
    account, kind : str
        What a column says; blank for nothing.
    sure : bool
        Whether the day is the moment's, and not any of a week or month.
    """

    text: str
    date: pd.Timestamp | None = None
    source: str = ""
    account: str = ""
    kind: str = ""
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Left:
    """Something that is no note, where it stands, and why; its beginning as ``text``."""

    where: str
    why: str
    text: str = ""


def left(where: str, why: str, text: str = "", /, **fill: object) -> Left:
    """What was not taken, with its reason out of ``notes_in.toml``."""
    told = " ".join(clean(text).split())
    shown = told if len(told) <= _SHOWN else f"{told[: _SHOWN - 1]}…"
    return Left(clean(where), text_file("notes_in")["why"][why].format(**fill), shown)


def noted(note: Note) -> Note | Left:
    """A note, unless it is blank or too long for one moment."""
    if not clean(note.text).strip():
        return left(note.source, "no_text")
    if len(note.text) > LONGEST:
        length, most = f"{len(note.text):,}", f"{LONGEST:,}"
        return left(note.source, "long", note.text, length=length, most=most)
    return note


def read_text(data: bytes) -> str | None:
    r"""Bytes as text: as they say, else UTF-8, else what Windows writes; None for no text.

    Examples
    --------
    >>> read_text("Zoë".encode("cp1252")), read_text(b"PK\x03\x04\x00")
    ('Zoë', None)
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            text = data.decode(encoding, "replace")
            return None if "\0" in text else text
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def refused(which: str, /, **fill: object) -> UnreadableInput:
    """Why a path is not read at all, and what to do, out of ``notes_in.toml``."""
    what, remedy = text_file("notes_in")["refused"][which]
    return UnreadableInput(what.format(**fill), remedy.format(**fill))
