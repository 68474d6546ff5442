"""Frames of lines by topic, such as an inventory or a self-check, as text for a console."""

from __future__ import annotations

import textwrap
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from csmkit.text import clean, day, missing
from csmkit.view.needs import plain_needs

_SHOWN, _NAMED, _NARROWEST = 4, 12, 40
_CUT = ("standing",)
_Row = Mapping[Any, Any]


def topic_lines(frame: pd.DataFrame, *, width: int = 88, whole: bool = True) -> str:
    """Lines under their topics, with what is asked below those it is asked of.

    Accounts of which the same is said, with no day and nothing on file, share a line; many are
    named up to the twelfth.

    Parameters
    ----------
    frame : DataFrame
        topic, account, day, says, asks; if it has them: on_file, needs, kind.
    width : int
        Characters in a line.
    whole : bool
        Whether accounts share no line, and no kind of line is cut short.

    Returns
    -------
    str
        Nothing of it ends in a newline; blank for a frame without rows.
    """
    parts = []
    for topic, rows in frame.groupby("topic", sort=False):
        said = list(_every(rows) if whole else _short(rows))
        parts.append("\n".join([str(topic), *_laid(said, width)]))
    return "\n\n".join(parts)


def names_of(names: Iterable[str], most: int = _NAMED) -> str:
    """Names with commas, and how many more there are.

    Examples
    --------
    >>> names_of(["Acme", "Beta", "Gamma"], most=2)
    'Acme, Beta and 1 more'
    """
    all_names = list(names)
    shown = ", ".join(all_names[:most])
    left = len(all_names) - most
    return _words()["and_more"].format(names=shown, count=f"{left:,}") if left > 0 else shown


@dataclass(frozen=True, slots=True)
class _Said:
    says: str
    on_file: str = ""
    asks: str = ""


def _every(rows: pd.DataFrame) -> Iterator[_Said]:
    return (_one(row) for row in rows.to_dict("records"))


def _short(rows: pd.DataFrame) -> Iterator[_Said]:
    """Rows that say the same as one; of a kind that is cut short the first few."""
    alike: dict[str, list[_Row]] = {}
    for at, row in enumerate(rows.to_dict("records")):
        alike.setdefault(_key(at, row), []).append(row)
    shown: Counter[str] = Counter()
    cut: dict[str, list[_Row]] = {}
    for first, *others in alike.values():
        kind = str(first.get("kind", ""))
        shown[kind] += 1
        if others:
            yield _one(first, names_of(clean(row["account"]) for row in [first, *others]))
        elif kind in _CUT and shown[kind] > _SHOWN:
            cut.setdefault(kind, []).append(first)
        else:
            yield _one(first)
    for left in cut.values():
        names = names_of(clean(row["account"]) for row in left)
        told = _words()["more"].format(count=f"{len(left):,}", names=names)
        yield _Said(told, asks=clean(left[0]["asks"]))


def _key(at: int, row: _Row) -> str:
    """The same for rows that share a line."""
    alone = not row["account"] or not missing(row["day"]) or row.get("on_file")
    return f"{at}" if alone else f"{row['says']}\n{row['asks']}"


def _one(row: _Row, names: str = "") -> _Said:
    says, account, on_file = (clean(row.get(name, "")) for name in ("says", "account", "on_file"))
    if on_file and says == _words()["item"]:
        # It says no more than that there is an item, which tells its day itself.
        return _Said(f"{account}: {on_file}" if account else on_file, asks=clean(row["asks"]))
    needs = clean(row.get("needs", ""))
    if needs:
        says = says.replace(needs, plain_needs(needs))
    if names:
        says = _words()["named"].format(says=says, names=names)
    elif account:
        when = day(row["day"])
        own = account if not when or when in says else f"{account}, {when}"
        says = f"{own}: {says}"
    return _Said(says, on_file, clean(row["asks"]))


def _laid(said: list[_Said], width: int) -> Iterator[str]:
    """Lines with what is asked below, once for those that follow each other."""
    since = 0
    for at, one in enumerate(said):
        yield from _wrapped(one.says, width, 2)
        if one.on_file:
            yield from _wrapped(_words()["on_file"].format(text=one.on_file), width, 4)
        if at + 1 < len(said) and said[at + 1].asks == one.asks:
            continue
        if one.asks:
            several = "asks" if at == since else "asks_each"
            yield from _wrapped(_words()[several].format(text=one.asks), width, 4)
        since = at + 1


def _wrapped(text: str, width: int, by: int) -> list[str]:
    return textwrap.wrap(
        " ".join(text.split()),
        max(width, _NARROWEST),
        initial_indent=" " * by,
        subsequent_indent=" " * (by + 2),
        break_long_words=False,
        break_on_hyphens=False,
    )


@cache
def _words() -> dict[str, str]:
    text = (files("csmkit.view") / "lines.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
