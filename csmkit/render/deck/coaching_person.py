"""The person a coaching deck is about: their slice, their plan, and the deck's texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from csmkit.cycle import Book
from csmkit.growth.plan import DevelopmentPlan
from csmkit.matrix.versions import matrix_note
from csmkit.render.deck.plain import Content, Slide
from csmkit.render.deck.texts import text_file
from csmkit.text import clean


@dataclass(frozen=True, slots=True)
class Found:
    """What loading the export found that changes figures, a sentence for each kind.

    Attributes
    ----------
    own : tuple of str
        Of accounts in the person's slice.
    whole : tuple of str
        Of which nobody can tell whose it is.
    """

    own: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a deck is about.

    Attributes
    ----------
    book : Book
        Their slice, which names no colleague: all that the deck is made from.
    plan : DevelopmentPlan
        Strengths, gaps and goals, worked out of the slice.
    found : Found
        What loading the export found that bears on them.
    mail : str
        Their mail, else their id, where somebody else of the team has their name; else blank.
    """

    book: Book
    plan: DevelopmentPlan
    found: Found = Found()
    mail: str = ""

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


def of_scores(made: Slide, person: Person, *, whole: bool = False) -> Slide:
    """A slide that shows scores; in title and lead it says so where another matrix gave them.

    Parameters
    ----------
    made : Slide
        The slide.
    person : Person
        Whose scores it shows.
    whole : bool
        Whether it says how many scores were given by which matrix, too.
    """
    told, words = matrix_note(person.book), said()["other_matrix"]
    if not told:
        return made
    lead = " ".join(filter(None, (clean(told) if whole else words["short"], made.lead)))
    return replace(made, title=words["title"].format(title=made.title), lead=lead)
