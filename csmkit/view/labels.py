"""Column labels, formats and words of the lists, read from ``columns.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

from csmkit.errors import UsageError
from csmkit.text import clean


@dataclass(frozen=True, slots=True)
class Label:
    """How one column of a list is shown.

    Attributes
    ----------
    label : str
        Its heading.
    format : str
        How its values are written; see ``columns.toml``.
    hide : bool
        Whether it is shown only when asked for.
    capital : bool
        Whether its values are words of the kit, which begin with a capital letter when shown.
    once : bool
        Whether a value that is the same as in the row above is left blank.
    words : mapping of str to str
        What its values are called in this column; any other value is read as in every column.
    """

    label: str
    format: str = "text"
    hide: bool = False
    capital: bool = False
    once: bool = False
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def numeric(self) -> bool:
        """Whether the column's values are right-aligned."""
        return self.format in {"money", "share", "number", "few", "days", "p"}

    def read(self, value: object) -> str:
        """A value of the column as it is read."""
        text = clean(value)
        said = self.words.get(text) or _text()[1].get(text, text)
        return said[:1].upper() + said[1:] if self.capital else said


@cache
def _raw() -> dict[str, Any]:
    return tomllib.loads((files("csmkit.view") / "columns.toml").read_text(encoding="utf-8"))


@cache
def _text() -> tuple[dict[str, Label], dict[str, str], frozenset[str]]:
    raw = _raw()
    labels = {name: Label(**entry) for name, entry in raw["columns"].items()}
    return labels, raw["words"], frozenset(raw["money_shares"])


def label_of(column: str) -> Label:
    """The label of a column; an unknown column's own name, readable."""
    if known := _text()[0].get(column):
        return known
    plain = clean(column).replace("_", " ").strip()
    return Label(plain[:1].upper() + plain[1:])


def view_of(name: str) -> dict[str, Label]:
    """The columns of a named list, in its order.

    Raises
    ------
    UsageError
        If ``columns.toml`` has no view of that name.
    """
    views = _raw()["views"]
    if name not in views:
        raise UsageError(f"There is no view {name!r}.", f"The views are: {', '.join(views)}.")
    return {
        column: replace(label_of(column), **({"label": head} if isinstance(head, str) else head))
        for column, head in views[name].items()
    }


def word_of(value: object) -> str:
    """A coded value as it is read: ``push_back`` as ``Turned down``; any other value as it is."""
    text = clean(value)
    return _text()[1].get(text, text)


def table_names() -> Mapping[str, str]:
    """What each table holds, in a leader's words."""
    names: Mapping[str, str] = _raw()["tables"]
    return names


def money_shares() -> frozenset[str]:
    """The metrics that are one amount of money as a share of another."""
    return _text()[2]
