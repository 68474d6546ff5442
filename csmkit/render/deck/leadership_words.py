"""The texts of the deck for the leadership, and slides with the title and notes of their key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from csmkit.render.deck.plain import Content, Slide
from csmkit.render.deck.texts import text_file
from csmkit.text import clean


def said() -> Mapping[str, Any]:
    """The texts of the deck for the leadership."""
    return text_file("leadership")


def notes_of(key: str, **fill: str) -> str:
    """The speaker's notes of a slide."""
    text = str(said()["notes"][key]).strip()
    return text.format(**fill) if fill else text


def slide(key: str, content: Content, *, lead: str = "", notes: str = "") -> Slide:
    """A slide with the title and the notes of its key."""
    return Slide(key, said()["titles"][key], content, notes or notes_of(key), clean(lead))
