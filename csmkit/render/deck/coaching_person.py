"""The person a coaching deck is about: their slice, their plan, and the deck's texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from csmkit.cycle import Book
from csmkit.growth.plan import DevelopmentPlan
from csmkit.render.deck.plain import Content, Slide
from csmkit.render.deck.texts import text_file
from csmkit.text import clean


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a deck is about.

    Attributes
    ----------
    book : Book
        Their slice, which names no colleague: all that the deck is made from.
    plan : DevelopmentPlan
        Strengths, gaps and goals, worked out of the slice.
    """

    book: Book
    plan: DevelopmentPlan

    @property
    def name(self) -> str:
        """What they are called."""
        return self.plan.name


def said() -> Mapping[str, Any]:
    """The texts of the coaching deck."""
    return text_file("coaching")


def notes_of(key: str, **fill: str) -> str:
    """The speaker's notes of a slide."""
    text = str(said()["notes"][key]).strip()
    return text.format(**fill) if fill else text


def slide(key: str, content: Content, *, lead: str = "", notes: str = "") -> Slide:
    """A slide with the title and the notes of its key."""
    return Slide(key, said()["titles"][key], content, notes or notes_of(key), clean(lead))
