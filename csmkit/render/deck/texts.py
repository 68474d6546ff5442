"""The words that all decks share, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any


@cache
def text_file(name: str) -> Mapping[str, Any]:
    """All of ``name.toml`` of this folder."""
    text = Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


def deck_text() -> Mapping[str, Any]:
    """All of ``deck.toml``."""
    return text_file("deck")


def says(name: str, **values: object) -> str:
    """A sentence of ``deck.toml``, filled."""
    return str(deck_text()[name]).format(**values)
