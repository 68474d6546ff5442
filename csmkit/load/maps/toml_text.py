"""Values as TOML on one line."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

import tomlkit

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def quoted(text: str) -> str:
    r"""A text between quotes, on one line.

    Examples
    --------
    >>> print(quoted('a "b"'))
    "a \"b\""
    """
    return tomlkit.item(text).as_string()


def key_text(name: str) -> str:
    """A key: bare where TOML allows it, else between quotes."""
    return name if _BARE.fullmatch(name) else quoted(name)


def inline(value: Any) -> str:
    """A value on one line.

    Examples
    --------
    >>> inline({"column": "Job title", "scale": [0, 10], "inclusive": False})
    '{ column = "Job title", scale = [0, 10], inclusive = false }'
    """
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Mapping):
        pairs = ((_values_text(v) if k == "values" else inline(v)) for k, v in value.items())
        inside = ", ".join(f"{key_text(str(k))} = {v}" for k, v in zip(value, pairs, strict=True))
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, Iterable):
        return f"[{', '.join(inline(v) for v in value)}]"
    return str(value)


def _values_text(words: Any) -> str:
    """Words of a file and what they stand for; all between quotes, for they are texts."""
    if not isinstance(words, Mapping) or not words:
        return inline(words)
    pairs = ", ".join(f"{quoted(str(k))} = {inline(v)}" for k, v in words.items())
    return f"{{ {pairs} }}"
