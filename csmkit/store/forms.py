"""What a file holds that carries something between machines, and whether one does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Fields = Mapping[str, type]
"""Names in a row of a list, and their kinds: str, list (of texts), float (a number or nothing)."""
_IS: Mapping[type, Callable[[Any], bool]] = {
    str: lambda v: isinstance(v, str),
    list: lambda v: isinstance(v, list) and all(isinstance(i, str) for i in v),
    float: lambda v: v is None or (isinstance(v, int | float) and not isinstance(v, bool)),
}


@dataclass(frozen=True, slots=True)
class Form:
    """What a file of one kind holds.

    Attributes
    ----------
    format : str
        What it says of itself.
    version : int
        Of the form; another is refused.
    suffix : str
        How its name ends.
    noun : str
        What it is called in messages, with "a" in front.
    again : str
        How to get it once more, as the end of a sentence.
    texts, numbers, labels : tuple of str
        Names whose values are a text, a whole number, texts by name.
    lists : dict of str to Fields
        Lists, and what each row of them has.
    """

    format: str
    version: int
    suffix: str
    noun: str
    again: str
    texts: tuple[str, ...]
    numbers: tuple[str, ...]
    labels: tuple[str, ...]
    lists: Mapping[str, Fields]


def malformed(form: Form, content: Mapping[str, Any]) -> str:
    """What is missing or of another kind, in words; empty if nothing is."""
    for name in form.texts:
        if not isinstance(content.get(name), str):
            return f"{name} is no text"
    for name in form.numbers:
        if type(content.get(name)) is not int:
            return f"{name} is no number"
    for name in form.labels:
        labels = content.get(name)
        if not isinstance(labels, dict) or not all(isinstance(v, str) for v in labels.values()):
            return f"{name} is no list of labels"
    for name, fields in form.lists.items():
        rows = content.get(name)
        if not isinstance(rows, list):
            return f"{name} is no list"
        for number, row in enumerate(rows, 1):
            if fault := _row_fault(row, fields):
                return f"{fault} in row {number} of {name}"
    return ""


def _row_fault(row: Any, fields: Fields) -> str:
    if not isinstance(row, dict):
        return "there is no set of named values"
    wrong = [name for name, kind in fields.items() if not _IS[kind](row.get(name))]
    return f"{wrong[0]} is not what it should be" if wrong else ""
