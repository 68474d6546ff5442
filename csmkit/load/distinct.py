"""Work done once for each distinct text of a column, and spread over its rows."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api.types import union_categoricals

STR = pd.StringDtype(na_value=float("nan"))
"""The dtype of text, ``str``."""


def as_category(column: pd.Series) -> pd.Series:
    """A column of text as ``category``: each distinct text once, and a number for each row."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column
    return pd.Series(
        _categorical(pa.array(column.astype("str"), from_pandas=True)),
        index=column.index,
        name=column.name,
    )


def decoded(column: pd.Series) -> pd.Series:
    """A column of text as ``str``, whether it is ``category`` or not."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return column.astype("str")
    texts = pa.array(column.cat.categories.astype("str"), from_pandas=True)
    return spread(column, texts.to_pandas().astype(STR))


def distinct(column: pd.Series) -> pd.Series:
    """The distinct texts that a column holds, as ``str``; missing is none of them."""
    coded = as_category(column)
    used = np.zeros(len(coded.cat.categories) + 1, dtype=bool)
    used[coded.cat.codes.to_numpy()] = True
    texts = pd.Series(coded.cat.categories, dtype=STR, name=column.name)
    return texts if used[:-1].all() else texts[used[:-1]].reset_index(drop=True)


def spread(column: pd.Series, answers: pd.Series) -> pd.Series:
    """An answer for each row, from one answer for each category in order.

    Parameters
    ----------
    column : Series of category
        The rows.
    answers : Series
        As many as there are categories, or one more, which is that of rows without text. Else
        those are missing, or False.
    """
    codes = column.cat.codes.to_numpy()
    if len(answers) > len(column.cat.categories):
        rows = answers.array.take(codes)
    elif answers.dtype == bool:
        rows = np.append(answers.to_numpy(), False)[codes]
    else:
        rows = answers.array.take(codes, allow_fill=True)
    return pd.Series(rows, index=column.index, name=column.name)


def texts_of(column: pd.Series, answers: pd.Series) -> pd.Series:
    """As `spread`, for answers that are texts: the rows are ``category`` again."""
    inner = as_category(answers)
    known = inner.cat.codes.to_numpy()
    if len(answers) == len(column.cat.categories):
        known = np.append(known, -1)
    codes = known[column.cat.codes.to_numpy()]
    rows = pd.Categorical.from_codes(codes, inner.cat.categories)
    return pd.Series(rows, index=column.index, name=column.name)


def plain(column: pd.Series) -> pd.Series:
    """A copy of the column, as ``str`` where it was ``category``."""
    return decoded(column) if isinstance(column.dtype, pd.CategoricalDtype) else column.copy()


def once(column: pd.Series, answer: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """What ``answer`` says of a column, asked once for each distinct text it holds.

    Parameters
    ----------
    column : Series of str or category
        The rows.
    answer : callable
        Takes the distinct texts (``str``, missing is none of them) and gives one value each.

    Examples
    --------
    >>> once(pd.Series(["b", "a", "b"], dtype="str"), lambda texts: texts.str.upper()).tolist()
    ['B', 'A', 'B']
    """
    coded = without_unused(as_category(column))
    return spread(coded, answer(pd.Series(coded.cat.categories, dtype=STR, name=column.name)))


def without_unused(column: pd.Series) -> pd.Series:
    """A ``category`` column whose categories all occur."""
    codes = column.cat.codes.to_numpy()
    size = len(column.cat.categories)
    used = np.zeros(size + 1, dtype=bool)
    used[codes] = True
    if used[:size].all():
        return column
    place = np.append(np.cumsum(used[:size]) - 1, -1).astype("int32")
    return pd.Series(
        pd.Categorical.from_codes(place[codes], column.cat.categories[used[:size]]),
        index=column.index,
        name=column.name,
    )


def _categorical(texts: pa.Array | pa.ChunkedArray) -> pd.Categorical:
    if isinstance(texts, pa.ChunkedArray):
        texts = pa.concat_arrays(texts.chunks or [pa.array([], texts.type)])
    coded = pc.dictionary_encode(texts)
    codes = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
    return pd.Categorical.from_codes(
        codes, pd.Index(coded.dictionary.to_pandas().astype(STR), dtype=STR)
    )


def stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Frames one below the other; columns that are ``category`` in all of them stay so."""
    if len(frames) == 1:
        return frames[0]
    both = {
        str(name)
        for name in frames[0]
        if all(name in f and isinstance(f[name].dtype, pd.CategoricalDtype) for f in frames)
    }
    rest = [f[[c for c in f if c not in both]].apply(plain) for f in frames]
    joined = pd.concat(rest, ignore_index=True)
    for name in both:
        joined[name] = union_categoricals([f[name] for f in frames])
    return joined


def tidied(cells: pa.ChunkedArray) -> pd.Series:
    """Cells as text: trimmed, letters and accents joined (NFC), blanks missing.

    Dictionary-encoded cells come back as ``category``, others as ``str``.
    """
    if not pa.types.is_dictionary(cells.type):
        return pd.Series(_trimmed(cells.cast(pa.large_string())).to_pandas(), dtype=STR)
    whole = pa.concat_arrays(cells.unify_dictionaries().chunks or [pa.array([], cells.type)])
    coded = pc.dictionary_encode(_trimmed(whole.dictionary))
    # Texts that were told apart by spaces alone share a number from here on.
    place = np.append(pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False), -1)
    codes = pc.fill_null(whole.indices, len(place) - 1).to_numpy(zero_copy_only=False)
    texts = pd.Index(coded.dictionary.to_pandas(), dtype=STR)
    return pd.Series(pd.Categorical.from_codes(place[codes], texts))


def composed(text: str) -> str:
    """The text with letters and accents joined (NFC); macOS writes file names with them apart."""
    return unicodedata.normalize("NFC", text)


def _trimmed(cells: pa.Array) -> pa.Array:
    plain = pc.all(pc.string_is_ascii(cells)).as_py()
    trimmed = pc.utf8_trim_whitespace(cells if plain else pc.utf8_normalize(cells, form="NFC"))
    return pc.if_else(pc.equal(trimmed, ""), None, trimmed)
