"""Numbers from text: which mark stands before the decimals is said or proven by the column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csmkit.load.values.currencies import SIGNS, TOKEN
from csmkit.load.values.date_shapes import matched

_PLAIN = r"^-?\d+(?:\.\d+)?$"
_BARE = r"^-?[\d.,]+$"
_SIGNED = rf"^(?:[{SIGNS}] ?[\d.,]+|-?[\d.,]+ ?[{SIGNS}])$"
_EXPONENT = r"(?:[eE][+-]?\d{1,2})?$"
_NOT_PLAIN = r"[^-\d.]|\..*\."
_POINT = r"^-?(?:\d{4,}|0\d*)?\.\d|\.(?:\d{1,2}|\d{4,})$"
_MARKED = r"[.,]"
_SCALES = {
    "k": 1e3, "tsd": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6,
    "b": 1e9, "bn": 1e9, "mrd": 1e9, "billion": 1e9,
}  # fmt: skip
_SCALE = r"(?i:k|tsd\.?|thousand|million|mio\.?|mn|m|billion|bn|b|mrd\.?)"
_DRESSED = (
    r"^(?P<before>[-+¤( ]*)(?P<body>[\d.,](?:[\d.,' ]*\d)?(?:[eE][+-]?\d{1,2})?)"
    rf" ?(?P<scale>{_SCALE})?(?P<after>[-¤) ]*)$"
)
_OTHER_SPACES = "[\u00a0\u2007\u2009\u202f\t]"
_OTHER_MINUS = "[\u2010\u2011\u2012\u2013\u2212\uff0d]"
_OTHER_APOSTROPHES = "[\u2018\u2019\u02bc\u00b4`]"


def _form(decimal: str) -> str:
    """What a number looks like with this decimal mark and one mark between its thousands."""
    group = "," if decimal == "." else "."
    whole = "|".join(
        (
            rf"[1-9]\d{{0,2}}(?:[{group}]\d{{3}})+",
            rf"[1-9]\d?(?:[{group}]\d{{2}})+[{group}]\d{{3}}",
            r"[1-9]\d{0,2}(?:'\d{3})+",
            r"[1-9]\d{0,2}(?: \d{3})+",
            r"\d+",
        )
    )
    return rf"^-?(?:(?:{whole})(?:[{decimal}]\d+)?|[{decimal}]\d+){_EXPONENT}"


_FORMS = {mark: _form(mark) for mark in ".,"}


@dataclass(frozen=True, slots=True)
class Bodies:
    """Cells taken apart.

    Attributes
    ----------
    body : Array of str
        Digits and their marks, with a minus if negative; null where the cell is no number.
    factor : ndarray, optional
        What the number is multiplied with (145k: 1000); None: nothing.
    first, last : Array of str, optional
        The currencies named, as written; None: no cell names one.
    """

    body: pa.Array
    factor: np.ndarray | None = None
    first: pa.Array | None = None
    last: pa.Array | None = None


@dataclass(frozen=True, slots=True)
class Numbers:
    """Values (NaN where there is none), whether the decimal mark must be said, and doubts.

    ``doubtful`` are cells such as 1.234 in a column where nothing tells what the dot is.
    """

    values: np.ndarray
    ask: bool
    doubtful: np.ndarray


def bodies(cells: pa.Array) -> Bodies:
    """Take cells apart: sign, currency, digits, scale, in the usual orders.

    Cells of digits and marks alone, and those with one sign of a currency at an end, need no
    pattern with groups, which takes ten times as long.
    """
    other = pc.is_valid(cells).to_numpy(zero_copy_only=False) & ~matched(cells, _BARE)
    if not other.any():
        return Bodies(cells)
    signed = other & matched(cells, _SIGNED)
    other &= ~signed
    body, first, last, factor = cells, None, None, None
    nothing = pa.nulls(len(cells), cells.type)
    if signed.any():
        some = cells.filter(pa.array(signed))
        head = pc.utf8_slice_codeunits(some, 0, 1)
        ahead = pc.is_in(head, value_set=pa.array(list(SIGNS), head.type))
        sign = pc.if_else(ahead, head, pc.utf8_slice_codeunits(some, -1))
        body = _put(body, signed, pc.utf8_trim(some, characters=f" {SIGNS}"))
        first = _put(nothing, signed, sign)
    if other.any():
        rest = _dressed(cells.filter(pa.array(other)))
        body = _put(body, other, rest.body)
        if rest.first is not None:
            first = _put(nothing if first is None else first, other, rest.first)
        if rest.last is not None:
            last = _put(nothing, other, rest.last)
        if rest.factor is not None:
            factor = np.ones(len(cells))
            factor[other] = rest.factor
    return Bodies(body, factor, first, last)


def _dressed(cells: pa.Array) -> Bodies:
    """Take cells apart by a pattern."""
    cells = _ordinary(cells)
    named = matched(cells, TOKEN)
    bare = pc.replace_substring_regex(cells, TOKEN, "¤") if named.any() else cells
    found = pc.extract_regex(bare, _DRESSED)
    before, body, scale, after = (
        pc.struct_field(found, name) for name in ("before", "body", "scale", "after")
    )
    minus = _count(before, "-") + _count(after, "-")
    opened, closed = _count(before, "("), _count(after, ")")
    sound = (minus <= 1) & (opened == closed) & (opened <= 1) & (_count(before, "+") <= 1)
    sound &= (_count(before, "¤") <= 1) & (_count(after, "¤") <= 1)
    negative = (minus == 1) | (opened == 1)
    signs = pc.if_else(pa.array(negative), *(pa.scalar(sign, body.type) for sign in ("-", "")))
    signed = pc.binary_join_element_wise(signs, body, pa.scalar("", body.type))
    body = pc.if_else(pa.array(sound), signed, pa.scalar(None, body.type))
    words = pc.utf8_rtrim(pc.utf8_lower(pc.fill_null(scale, "")), characters=".")
    place = pc.index_in(words, value_set=pa.array(_SCALES, words.type))
    factor = None
    if place.null_count < len(place):
        sizes = np.array([*_SCALES.values(), 1.0])
        factor = sizes[pc.fill_null(place, -1).to_numpy(zero_copy_only=False)]
    if not named.any():
        return Bodies(body, factor)
    first = pc.struct_field(pc.extract_regex(cells, f"(?P<it>{TOKEN})"), "it")
    both = (_count(before, "¤") + _count(after, "¤")) > 1
    last = None
    if both.any():
        last = pc.struct_field(pc.extract_regex(cells, f"{TOKEN}.*?(?P<it>{TOKEN})"), "it")
    return Bodies(body, factor, first, last)


def read_numbers(found: Bodies, said: str | None, *, dot_is_decimal: bool) -> Numbers:
    """Numbers from digits and marks.

    The decimal mark is the one that is said. Without one it is the one that some cell of the
    column proves (1.234,56 and 1,20 a comma; 1,234.50 and 12.5 a dot) and none contradicts. If
    nothing is proven, a comma such as in 1,234 stands between thousands: no practice writes
    amounts with exactly three decimals. A dot such as in 1.234 is a decimal mark if
    ``dot_is_decimal``; else the map must say. A long number without a dot beside it proves
    nothing: sheets kept by hand hold 1.234 and 12500 and mean thousands by both. Where the map
    must say, no cell with a mark is read.

    Parameters
    ----------
    found : Bodies
        Cells taken apart.
    said : str, optional
        The decimal mark that the map says.
    dot_is_decimal : bool
        Whether a dot that nothing explains stands before decimals: so in counts, shares and
        scores, where averages with three decimals are more usual than thousands with dots.
    """
    body = found.body
    n = len(body)
    nobody = np.zeros(n, dtype=bool)
    marked = matched(body, _MARKED)
    if not marked.any() or (said is None and _all_plain(body)):
        return Numbers(_scaled(_cast(body, matched(body, _FORMS["."]), "."), found), False, nobody)
    doubtful = nobody
    decimal = said
    if decimal is None:
        fits = {mark: matched(body, form) for mark, form in _FORMS.items()}
        dot, comma = (
            bool((fits[mark] & ~fits[other]).any()) for mark, other in ((".", ","), (",", "."))
        )
        dots = fits["."] & fits[","] & matched(body, r"\.")
        unknown = dots.any() and not (dot or comma)
        if (dot and comma) or (unknown and not dot_is_decimal):
            plain = fits["."] & ~marked
            return Numbers(_scaled(_cast(body, plain, "."), found), True, nobody)
        doubtful = dots if unknown else nobody
        decimal = "," if comma else "."
        sound = fits[decimal]
    else:
        sound = matched(body, _FORMS[decimal])
    return Numbers(_scaled(_cast(body, sound, decimal), found), False, doubtful)


def _all_plain(body: pa.Array) -> bool:
    """Whether there are no commas, and some dot can only stand before decimals: the usual file."""
    return bool(not matched(body, _NOT_PLAIN).any() and matched(body, _POINT).any())


def _put(whole: pa.Array, where: np.ndarray, some: pa.Array) -> pa.Array:
    """The array with other texts in these places."""
    return pc.replace_with_mask(whole, pa.array(where), some.cast(whole.type))


def _cast(body: pa.Array, sound: np.ndarray, decimal: str) -> np.ndarray:
    values = np.full(len(body), np.nan)
    if not sound.any():
        return values
    texts = body if sound.all() else body.filter(pa.array(sound))
    if decimal == "," or not matched(texts, _PLAIN).all():
        for mark in "' ." if decimal == "," else "' ,":
            texts = pc.replace_substring(texts, mark, "")
        texts = pc.replace_substring(texts, ",", ".")
    values[sound] = texts.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return np.where(np.isfinite(values), values, np.nan)


def _scaled(values: np.ndarray, found: Bodies) -> np.ndarray:
    # Adding 0 makes -0 an ordinary 0, which "(0)" and "-0" are meant to be.
    return (values if found.factor is None else values * found.factor) + 0.0


def _ordinary(cells: pa.Array) -> pa.Array:
    """Cells with ordinary spaces, minus signs and apostrophes."""
    if pc.all(pc.string_is_ascii(cells)).as_py() is not False:
        return cells
    for pattern, plain in (
        (_OTHER_SPACES, " "),
        (_OTHER_MINUS, "-"),
        (_OTHER_APOSTROPHES, "'"),
    ):
        cells = pc.replace_substring_regex(cells, pattern, plain)
    return cells


def _count(texts: pa.Array, what: str) -> np.ndarray:
    counts: np.ndarray = pc.fill_null(pc.count_substring(texts, what), 0).to_numpy(
        zero_copy_only=False
    )
    return counts
