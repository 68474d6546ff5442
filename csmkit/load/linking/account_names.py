"""One account spelled several ways: how names compare, and the groups that may be one customer."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from anyascii import anyascii
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

_NEIGHBOURS = 3
"""How many names further down the sorted list each name is compared with."""
_LONG = 6
"""From how many letters on a word that differs in one letter is likely the same word."""
_SOUNDS = (("ck", "k"), ("ph", "f"), ("qu", "kw"))
_LETTERS = str.maketrans("cqzy", "kksi")
_NO_DIGITS = re.compile(r"[^\d\n]+")
_SPLIT = re.compile(r"[^a-z0-9\n]+")
_DOUBLE = re.compile(r"([b-df-hj-np-tv-z])\1+")


@cache
def _forms() -> tuple[list[int], frozenset[tuple[str, ...]]]:
    """The forms, and how many words they have, the longest first."""
    lines = Path(__file__).with_name("legal_forms.txt").read_text(encoding="utf-8").splitlines()
    forms = frozenset(tuple(w.split()) for w in lines if w.strip() and not w.startswith("#"))
    return sorted({len(form) for form in forms}, reverse=True), forms


def name_key(name: str) -> str:
    """A company's name without case, accents, signs and legal form.

    Examples
    --------
    >>> [name_key(n) for n in ("Acme, Inc.", "ACME Corporation", "Ácme GmbH & Co. KG", "Inc.")]
    ['acme', 'acme', 'acme', 'inc']
    """
    return name_keys([name])[0]


def name_keys(names: list[str]) -> list[str]:
    """The key of each name; see `name_key`."""
    # All names as one text: a few steps over it are much faster than many over each.
    text = "\n".join(name.replace("\n", " ") for name in names)
    text = text if text.isascii() else anyascii(text)
    text = text.lower().replace("&", " and ").replace(".", "").replace("'", "")
    lengths, forms = _forms()
    keys = []
    for line in _SPLIT.sub(" ", text).split("\n"):
        words = line.split()
        for longest in lengths:
            while len(words) > longest and tuple(words[-longest:]) in forms:
                words = words[:-longest]
        keys.append(" ".join(words))
    return keys


def sound_key(key: str) -> str:
    """A name's key as it sounds, roughly: ``akme`` and ``acme`` are one.

    Examples
    --------
    >>> sound_key("acme"), sound_key("phillips")
    ('akme', 'filips')
    """
    for written, heard in _SOUNDS:
        key = key.replace(written, heard)
    return _DOUBLE.sub(r"\1", key.translate(_LETTERS))


def similar_names(names: pd.Series) -> pd.DataFrame:
    """Names that may be spellings of one.

    Names are alike when they are the same but for case, accents, signs, legal form and sound, or
    when one word of six letters and more differs in one letter. Numbers must be the same, so that
    ``School 4`` and ``School 5`` are two.

    Parameters
    ----------
    names : Series of str
        One per account.

    Returns
    -------
    DataFrame
        On the index of ``names``, only those in a group: ``group`` (a number), ``name`` and
        ``sure`` (whether two of the group differ in case, accents, signs and legal form alone).
    """
    spelled = names.dropna().astype("str")
    codes, distinct = pd.factorize(spelled)
    keys = name_keys(distinct.tolist())
    heard = sound_key("\n".join(keys)).split("\n")
    groups = np.array(_groups(heard), dtype="int64")[codes]
    frame = pd.DataFrame({"group": groups, "name": spelled}, index=spelled.index)
    frame = frame[frame["group"].duplicated(keep=False)]
    # One spelling under several ids is told elsewhere: a group needs two.
    spaced = frame["name"].str.casefold().str.split().str.join(" ")
    several = spaced.groupby(frame["group"]).nunique()
    frame = frame[frame["group"].isin(several.index[several > 1])]
    of_key = frame["name"].map(dict(zip(distinct, keys, strict=True)))
    same = spaced.groupby([frame["group"], of_key]).nunique().gt(1).groupby("group").any()
    return frame.assign(sure=frame["group"].map(same).astype("bool"))


def _groups(heard: list[str]) -> list[int]:
    """The group of each sound: the smallest place among those it is alike with."""
    sounds = sorted(set(heard))
    parent = list(range(len(sounds)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    digits = [line.strip() for line in _NO_DIGITS.sub(" ", "\n".join(sounds)).split("\n")]
    numbers, _ = pd.factorize(np.array(digits, object))
    backwards = sorted(range(len(sounds)), key=lambda i: sounds[i][::-1])
    # Sorted as written and from the end, so that a wrong first letter has its neighbours too.
    every = np.array(sounds, object)
    for order in (np.arange(len(sounds)), np.array(backwards, dtype="int64")):
        for a, b in _near(every, numbers, order):
            first, second = sorted((root(a), root(b)))
            parent[second] = first
    place = {sound: root(i) for i, sound in enumerate(sounds)}
    return [place[sound] for sound in heard]


def _near(sounds: np.ndarray, numbers: np.ndarray, order: np.ndarray) -> list[tuple[int, int]]:
    found = []
    for step in range(1, min(_NEIGHBOURS, len(order) - 1) + 1):
        left, right = order[:-step], order[step:]
        same = numbers[left] == numbers[right]
        left, right = left[same], right[same]
        pairs = sounds[left].tolist(), sounds[right].tolist()
        far = cpdist(*pairs, scorer=OSA.distance, score_cutoff=1)
        for i in np.flatnonzero(far <= 1).tolist():
            if _same_word(pairs[0][i], pairs[1][i]):
                found.append((int(left[i]), int(right[i])))
    return found


def _same_word(one: str, other: str) -> bool:
    """Whether two names one letter apart are likely one: it is a long word that differs."""
    if one.replace(" ", "") == other.replace(" ", ""):
        return True
    a, b = one.split(), other.split()
    if len(a) != len(b):
        return False
    return all(x == y or min(len(x), len(y)) >= _LONG for x, y in zip(a, b, strict=True))
