"""Words in cells: those that stand for nothing, for yes and no, for a choice, and ids."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csmkit.load.values.rules import ANY, Note, Rules, cells_of
from csmkit.schema import STATUSES, Column, Kind

_NOTHING = frozenset(
    {
        "n/a", "#n/a", "#n/a n/a", "n.a.", "n. a.", "<na>", "null", "(null)", "<null>", "#null!",
        "\\n", "none", "(none)", "(blank)", "(empty)", "blank", "undefined", "not available",
        "not applicable", "-", "--", "---", "–", "—", "na", "nan", "nat", "nil",
    }
)  # fmt: skip
_NAMES = frozenset({"na", "nan", "nat", "nil", "blank"})
"""Words that are somebody's name or code as well: ids keep them, but for a program's "NaN"."""
_NO_DATE = frozenset(
    {"0", "0000-00-00", "0000-00-00 00:00:00", "00/00/0000", "00-00-0000", "00.00.0000"}
)
_YES = "true t yes y 1 1.0 x on checked enabled wahr ja vrai oui verdadero sí si vero ✓ ✔ ☑ ✅"
_TRUE = frozenset(_YES.split())
_NO = "false f no n 0 0.0 off unchecked disabled falsch nein faux non falso ✗ ✘ ☐ ❌"
_FALSE = frozenset(_NO.split())
_PLAIN = {**dict.fromkeys(_TRUE, "yes"), **dict.fromkeys(_FALSE, "no")}
_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "r": "red", "y": "yellow", "g": "green", "a": "yellow", "amber": "yellow",
        "orange": "yellow", "🔴": "red", "🟥": "red", "🟡": "yellow", "🟨": "yellow",
        "🟠": "yellow", "🟧": "yellow", "🟢": "green", "🟩": "green",
        "rot": "red", "rouge": "red", "rojo": "red", "roja": "red", "rosso": "red", "rossa": "red",
        "rood": "red", "vermelho": "red", "vermelha": "red",
        "gelb": "yellow", "jaune": "yellow", "amarillo": "yellow", "amarilla": "yellow",
        "giallo": "yellow", "gialla": "yellow", "geel": "yellow", "amarelo": "yellow",
        "amarela": "yellow", "ambre": "yellow", "ámbar": "yellow", "ambar": "yellow",
        "ambra": "yellow", "âmbar": "yellow", "naranja": "yellow", "arancione": "yellow",
        "oranje": "yellow", "laranja": "yellow",
        "grün": "green", "gruen": "green", "vert": "green", "verte": "green", "verde": "green",
        "groen": "green",
    }
)  # fmt: skip
_CIRCLE = "[🔴🟥🟡🟨🟠🟧🟢🟩]"
_JOINERS = "[\ufe0e\ufe0f\u200d]"
_MOST_WORDS = 50
_WHOLE = r"\d+(?:\.0+)?"
_CUT = r"\d(?:[.,]\d+)?[eE]\+\d{2,}"


def translate(
    text: pd.Series, values: Mapping[str, str], column: Column
) -> tuple[pd.Series, pd.Series]:
    """Put canonical words in place of the file's.

    The words listed come first, then what means nothing by itself (N/A), then ``*``.

    Returns
    -------
    tuple
        The text, and the cells that the map leaves blank on purpose.
    """
    words = {k.casefold(): v for k, v in values.items() if k not in (ANY, "")}
    filled = text.notna()
    key = text.str.casefold()
    known = key.isin(list(words))
    other = values.get(ANY)
    translated = key.map(words).where(known, text)
    if other is not None:
        rest = filled & ~known & ~nothing(text, column.kind)
        # A choice that the map lists in part still takes the canonical words themselves.
        canonical = key.isin(column.values)
        translated = translated.mask(rest, other).mask(rest & canonical, key)
    translated = translated.where(filled, values.get("") or None)
    blank = translated.eq("") & filled
    return translated.mask(blank).astype("str"), blank


def nothing(text: pd.Series, kind: Kind) -> pd.Series:
    """Which cells hold a word for nothing, such as N/A; in free text a word is a word."""
    if kind == "text":
        return pd.Series(False, index=text.index)
    words = _NOTHING - _NAMES if kind in ("id", "ids") else _NOTHING
    if kind == "date":
        words = words | _NO_DATE
    cells = cells_of(text)
    hits = pc.is_in(pc.utf8_lower(cells), value_set=pa.array(sorted(words), cells.type))
    if kind in ("id", "ids"):
        hits = pc.or_(hits, pc.fill_null(pc.equal(cells, "NaN"), False))
    return pd.Series(hits.to_numpy(zero_copy_only=False), index=text.index)


def blanks_note(cells: pd.Series) -> Note:
    """What is said of words that stand for nothing."""
    return Note(
        "blank_word",
        "info",
        "words that stand for nothing were read as blank.",
        "Nothing, if they mean that; else say under values in the map what they stand for.",
        cells,
    )


def flags(text: pd.Series, rules: Rules) -> tuple[pd.Series, tuple[Note, ...]]:
    """True and false; a blank cell is unknown, unless the map says what it stands for."""
    words = {**dict.fromkeys(_TRUE, True), **dict.fromkeys(_FALSE, False)}
    values = text.str.casefold().map(words).astype("boolean")
    blank = text.isna()
    read = values.dropna()
    if read.empty or not read.all() or not blank.any() or "" in (rules.values or {}):
        return values, ()
    note = Note(
        "blank_flags",
        "info",
        "it says yes in some cells and is blank in all others; the blank ones are unknown.",
        'If a blank cell means no, say values = { "" = "false" } for it in the map.',
    )
    return values, (note,)


def choices(text: pd.Series, allowed: tuple[str, ...]) -> tuple[pd.Series, tuple[str, ...]]:
    """One of the allowed words whatever its case, colours also as letters and circles.

    Where yes and no are among them, so are the words that stand for true and false.

    Returns
    -------
    tuple
        The words, and the file's words whose meaning is not known.
    """
    word = text.str.casefold().str.replace(r"[\s-]+", "_", regex=True)
    if set(STATUSES) <= set(allowed):
        circle = text.str.extract(f"({_CIRCLE})", expand=False)
        rest = text.str.replace(f"{_CIRCLE}|{_JOINERS}", "", regex=True).str.strip(" -:()")
        plain = rest.str.casefold().where(rest.ne(""), circle)
        said = plain.map(_COLOURS).fillna(plain).astype("str")
        shown = circle.map(_COLOURS)
        agree = circle.isna() | shown.eq(said)
        word = said.where(said.isin(STATUSES) & agree, word)
    if {"yes", "no"} <= set(allowed):
        said = text.str.casefold().map(_PLAIN)
        word = word.where(said.isna(), said)
    values = word.where(word.isin(allowed))
    unknown = text[text.notna() & values.isna()].drop_duplicates()
    return values, tuple(str(one) for one in unknown.head(_MOST_WORDS))


def ids(text: pd.Series) -> tuple[pd.Series, tuple[Note, ...]]:
    """Ids as they are written, case and leading zeros kept.

    Where every id of the column is a whole number and some end with .0, a spreadsheet put it
    there and it is taken off. What a spreadsheet made of a long number (1.23457E+15) is no id.
    """
    cut = text.str.fullmatch(_CUT).fillna(False).astype("bool")
    notes = []
    if cut.any():
        notes.append(
            Note(
                "damaged_id",
                "warning",
                "a spreadsheet turned ids into rounded numbers; their digits are lost.",
                "Format the column as text before saving, or take the system's own export.",
                cut,
            )
        )
    values = text.mask(cut)
    filled = values.dropna()
    pointed = text.str.endswith("0") & text.str.contains(r"\.0+$", regex=True)
    pointed = pointed.fillna(False).astype("bool")
    if pointed.any() and filled.str.fullmatch(_WHOLE).all():
        values = values.str.replace(r"\.0+$", "", regex=True)
        notes.append(
            Note(
                "id_decimals",
                "info",
                "a spreadsheet had put .0 behind the ids; it was taken off.",
                "Nothing, if ids are whole numbers.",
                pointed,
            )
        )
    return values, tuple(notes)
